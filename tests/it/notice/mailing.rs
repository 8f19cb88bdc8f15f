//! A digest that cannot be mailed is tried again while it is of use, kept with its reason, and mailed once more when an
//! administrator says so. Addresses and the choice not to be written to.

use super::*;
use crate::support::process::run_on;
use crate::support::smtp::{Act, Behaviour, Stage};
use diesel::RunQueryDsl as _;
use motcua::both;
use serde_json::Value;

impl World {
    /// One officer with one dossier that is late, on Monday at eight; the digest is made.
    async fn monday(&self) -> Person {
        let busy = self.reached(Role::Handler, Some("TS")).await;
        self.give("Nguyễn Thị Một", &busy).await;
        self.house.it_is("2026-03-16 08:00");
        busy
    }

    async fn one(&self, of: &Person) -> Value {
        let listed = of.get("/notices").await.expect(200).body;
        assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
        listed["items"][0].clone()
    }
}

on_both! {
    async fn while_the_server_is_down_it_waits_and_after_the_close_of_business_it_has_failed(db: TestDatabase) {
        let mut world = World::open(db).await;
        let busy = world.monday().await;
        world.sink.stop().await;
        world.work().await;
        let waiting = world.one(&busy).await;
        assert_eq!(waiting["state"], "queued");
        assert!(waiting["error"].is_string(), "why it waits is visible: {waiting}");
        world.house.it_is("2026-03-16 13:30");
        world.sink.start_again().await;
        world.work().await;
        let sent = world.one(&busy).await;
        assert_eq!((&sent["state"], &sent["error"], &sent["sent_at"]), (&json!("sent"), &Value::Null, &json!("2026-03-16T13:30:00+07:00")));
        assert_eq!(world.sink.letters().len(), 1);

        // On Tuesday it comes back too late: nobody is written to in the evening.
        world.house.it_is("2026-03-17 08:00");
        world.sink.stop().await;
        world.work().await;
        world.sink.start_again().await;
        world.house.it_is("2026-03-17 17:00");
        world.work().await;
        let listed = busy.get("/notices?state=failed").await.expect(200).body;
        assert_eq!((&listed["items"][0]["error"], world.sink.letters().len()), (&json!("too_late"), 1));
        let ready = world.house.nobody().get("/health/ready").await.expect(200).body;
        assert_eq!(ready["warnings"][0]["code"], "failed-notices", "{ready}");

        let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
        let retry = format!("/notices/{id}/retry");
        busy.post(&retry, json!({})).await.expect_problem(403, "admin-only");
        let admin = world.house.sign_in_as(Role::Admin, None).await;
        admin.post(&retry, json!({})).await.expect(200);
        admin.post(&retry, json!({})).await.expect_problem(409, "notice-not-failed");
        world.work().await;
        assert_eq!(world.sink.letters().len(), 2);
        assert_eq!(admin.get(&format!("/notices/{id}")).await.expect(200).body["state"], "sent");
    }

    async fn an_address_that_does_not_exist_fails_at_once_and_stays_visible(db: TestDatabase) {
        let world = World::open(db).await;
        let busy = world.monday().await;
        world.sink.next([Behaviour::At(Stage::RcptTo, Act::Reply(550))]);
        world.work().await;
        world.work().await;
        let failed = world.one(&busy).await;
        assert_eq!(failed["state"], "failed");
        assert!(failed["error"].as_str().unwrap().contains("550"), "{failed}");
        assert_eq!(world.sink.connections(), 1);
    }

    async fn a_lost_answer_is_asked_for_again_with_the_same_message_id(db: TestDatabase) {
        let world = World::open(db).await;
        let busy = world.monday().await;
        world.sink.next([Behaviour::At(Stage::Body, Act::Drop)]);
        world.work().await;
        assert_eq!(world.one(&busy).await["state"], "queued");
        world.house.it_is("2026-03-16 08:10");
        world.work().await;
        let ids: Vec<_> = world.sink.letters().iter().map(|letter| letter.header("message-id")).collect();
        assert_eq!((ids.len(), &ids[0]), (2, &ids[1]));
        let sent = world.one(&busy).await;
        assert_eq!(ids[0].as_deref(), Some(format!("<{}@example.vn>", sent["id"].as_str().unwrap()).as_str()));
        assert_eq!(sent["state"], "sent");
    }

    async fn what_may_have_gone_out_when_the_service_was_killed_is_not_sent_again(db: TestDatabase) {
        let world = World::open(db).await;
        let busy = world.monday().await;
        let room = world.room();
        tokio::task::spawn_blocking(move || notice::post_digests(&room)).await.unwrap().unwrap();
        // What kill -9 leaves behind between the text and its answer.
        world.house.write(|tx| Ok(both!(tx, |c| diesel::sql_query("update notices set state = 'handed_over'").execute(c))?)).await;
        world.work().await;
        assert_eq!(world.sink.connections(), 0);
        let failed = world.one(&busy).await;
        assert_eq!((&failed["state"], &failed["error"]), (&json!("failed"), &json!("handed_over_unknown")));
    }

    async fn an_address_is_checked_changed_and_taken_away_and_everybody_may_decline(db: TestDatabase) {
        let world = World::open(db).await;
        let busy = world.house.sign_in_as(Role::Handler, Some("TS")).await;
        let admin = world.house.sign_in_as(Role::Admin, None).await;
        let at = format!("/officers/{}", busy.id);
        admin.patch(&at, 1, json!({"email": "không phải"})).await.expect_faults(&["/email bad-form"]);
        let set = admin.patch(&at, 1, json!({"email": "can.bo@example.vn"})).await.expect(200);
        assert_eq!((&set.body["email"], &set.body["digest"]), (&json!("can.bo@example.vn"), &json!(true)));
        let own = busy.request(reqwest::Method::PATCH, "/officers/me").json(&json!({"digest": false}));
        let own = crate::support::house::send(own).await.expect(200);
        assert_eq!((&own.body["digest"], own.version()), (&json!(false), 3));
        world.give("Nguyễn Thị Một", &busy).await;
        world.house.it_is("2026-03-16 08:00");
        world.work().await;
        assert_eq!(world.sink.connections(), 0);
        let none = admin.patch(&at, 3, json!({"email": null, "digest": true})).await.expect(200);
        assert_eq!(none.body["email"], Value::Null);
        let new = json!({"username": "lan", "full_name": "Lê Lan", "role": "office", "password": crate::support::house::PASSWORD, "email": "lan@example.vn"});
        assert_eq!(admin.post("/officers", new).await.expect(201).body["email"], "lan@example.vn");
    }

    async fn the_command_line_takes_an_address_too(db: TestDatabase) {
        let add = |email: &'static str| ["user", "add", "an", "--role", "office", "--email", email, "--password-stdin"];
        run_on(&db, &add("an@"), "mười hai con giáp\n").code(2);
        run_on(&db, &add("an@example.vn"), "mười hai con giáp\n").success();
        let ground = Ground::at(&db, crate::support::house::MORNING);
        let all = ground.db.read_blocking(motcua::account::everybody).unwrap();
        assert_eq!(all[0].email.as_deref(), Some("an@example.vn"));
    }

    async fn digests_are_forgotten_after_a_month_and_nothing_else(db: TestDatabase) {
        let world = World::open(db).await;
        let busy = world.monday().await;
        world.work().await;
        world.one(&busy).await;
        for (when, left) in [("2026-04-14 08:00", 1), ("2026-04-16 08:01", 0)] {
            world.house.it_is(when);
            let (db, clock) = (world.ground.db.clone(), world.ground.clock.clone());
            tokio::task::spawn_blocking(move || motcua::upkeep::housekeeping::tidy(&db, &clock, chrono::TimeDelta::days(3))).await.unwrap().unwrap();
            let digests = busy.get("/notices?kind=digest").await.expect(200).body;
            assert_eq!(digests["items"].as_array().unwrap().len(), left, "{when}");
        }
    }
}
