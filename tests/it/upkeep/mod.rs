//! What an administrator looks after.

use crate::support::ground::Ground;
use crate::support::house::TestHouse;
use chrono::TimeDelta;
use diesel::prelude::*;
use motcua::db::Conn;
use motcua::db::schema::{idempotency_keys, intake_entries, sessions};
use motcua::db::types::Moment;
use motcua::domain::role::Role;
use motcua::failure::Outcome;
use motcua::http::{House, Settings};
use motcua::jobs::{self, Bell, Handlers, NewJob, Trouble, Worker};
use motcua::upkeep::{dead_jobs, housekeeping};
use serde_json::json;

fn job(number: usize, house: &House) -> NewJob {
    NewJob {
        kind: "letter",
        dedup_key: Some(number.to_string()),
        payload: json!({ "number": number }),
        run_at: house.clock.now(),
    }
}

fn keys(c: &mut Conn<'_>) -> Outcome<i64> {
    Ok(motcua::both!(c, |c| idempotency_keys::table.count().get_result(c))?)
}

on_both! {
    async fn dead_jobs_are_warned_of_listed_and_tried_again_by_an_administrator(db: TestDatabase) {
        let ground = Ground::at(&db, "2026-03-10 09:00");
        let house = House::new(ground.db, ground.clock, ground.references, Settings::default()).watching(dead_jobs());
        let house = TestHouse::over(db, house, motcua::account::Settings::default()).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let inner = house.house.clone();
        house
            .write(move |tx| {
                for number in 0..3 {
                    jobs::enqueue(tx, job(number, &inner), inner.clock.now())?;
                }
                Ok(())
            })
            .await;
        let ready = house.nobody().get("/health/ready").await.expect(200);
        assert_eq!(ready.body["warnings"], json!([]));

        let failing = Handlers::new().on("letter", |_| Err(Trouble::Permanent("no such thing".into())));
        let worker = Worker::new(house.house.db.clone(), house.house.clock.clone(), failing, jobs::Settings::default(), Bell::default());
        assert_eq!(worker.run_due().await.unwrap(), 3);

        let ready = house.nobody().get("/health/ready").await.expect(200);
        let warning = &ready.body["warnings"][0];
        assert_eq!((&warning["code"], &warning["count"]), (&json!("dead-jobs"), &json!(3)));
        assert!(warning["detail"].as_str().unwrap().starts_with("3 công việc"), "{}", ready.text);

        let first = admin.get("/jobs?state=dead&limit=2&count=true").await.expect(200);
        assert_eq!(first.body["count"], 3);
        let next = first.body["next"].as_str().unwrap();
        let second = admin.get(&format!("/jobs?state=dead&limit=2&cursor={next}")).await.expect(200);
        let numbers: Vec<u64> = [&first, &second]
            .iter()
            .flat_map(|page| page.body["items"].as_array().unwrap())
            .map(|job| job["payload"]["number"].as_u64().unwrap())
            .collect();
        assert_eq!(numbers.len(), 3);
        assert_eq!(first.body["items"][0]["last_error"], "no such thing");

        let id = first.body["items"][0]["id"].as_str().unwrap();
        admin.post(&format!("/jobs/{id}/retry"), json!({})).await.expect(204);
        let waiting = admin.get("/jobs?state=waiting").await.expect(200);
        assert_eq!(waiting.body["items"][0]["id"], id);
        admin.post("/jobs/00000000-0000-7000-8000-000000000000/retry", json!({})).await.expect_problem(404, "not-found");
        admin.get("/jobs?state=lost").await.expect_faults(&["/query/state unknown-value"]);
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        head.get("/jobs").await.expect_problem(403, "admin-only");
        head.post(&format!("/jobs/{id}/retry"), json!({})).await.expect_problem(403, "admin-only");
    }

    async fn what_has_served_its_time_is_taken_away_and_nothing_else(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let id = house
            .write({
                let inner = house.house.clone();
                move |tx| {
                    jobs::enqueue(tx, job(1, &inner), inner.clock.now())?;
                    Ok(jobs::list(tx, None, None, 1)?.remove(0).id)
                }
            })
            .await;
        let retry = admin.request(reqwest::Method::POST, &format!("/jobs/{id}/retry")).header("Idempotency-Key", "k1").json(&json!({}));
        crate::support::house::send(retry).await.expect(204);
        let branch = house.branch("TS").await;
        let now = house.now();
        house
            .write(move |tx| {
                let entry = (intake_entries::branch_id.eq(branch), intake_entries::entry.eq("lần 1"), intake_entries::created_at.eq(Moment(now)));
                motcua::both!(tx, |c| diesel::insert_into(intake_entries::table).values(entry).execute(c))?;
                Ok(())
            })
            .await;
        let entries = |c: &mut Conn<'_>| Ok(motcua::both!(c, |c| intake_entries::table.count().get_result::<i64>(c))?);
        let tidied = |after: TimeDelta| {
            let (db, clock) = (house.house.db.clone(), house.house.clock.clone());
            clock.set(crate::support::ground::at("2026-03-10 09:00") + after);
            tokio::task::spawn_blocking(move || housekeeping::tidy(&db, &clock, chrono::TimeDelta::days(3)).unwrap())
        };
        let sessions = |c: &mut Conn<'_>| Ok(motcua::both!(c, |c| sessions::table.count().get_result::<i64>(c))?);
        tidied(TimeDelta::hours(47)).await.unwrap();
        assert_eq!((house.read(keys).await, house.read(sessions).await), (1, 1));
        tidied(TimeDelta::hours(49)).await.unwrap();
        assert_eq!((house.read(keys).await, house.read(sessions).await), (0, 1));
        tidied(TimeDelta::days(7)).await.unwrap();
        assert_eq!(house.read(entries).await, 1);
        tidied(TimeDelta::days(60)).await.unwrap();
        assert_eq!((house.read(sessions).await, house.read(entries).await), (0, 0));
    }
}
