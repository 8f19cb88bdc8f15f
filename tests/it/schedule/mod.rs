//! Scheduled reports: walked over their dates with a clock that stands still, mailed to a real sink.

mod over_http;

use crate::notice::World;
use crate::support::ground::{applicant, intake};
use crate::support::house::Person;
use motcua::config::Config;
use motcua::domain::decide::Command;
use motcua::domain::event::ResultKind;
use motcua::domain::role::Role;
use motcua::jobs::{Bell, Handlers, Settings, Worker};
use motcua::{notice, schedule};
use serde_json::{Value, json};

impl World {
    fn all_jobs(&self) -> Worker {
        let room = self.room();
        let office = schedule::Office {
            room: room.clone(),
            press: crate::support::house::letters(&Config::load(None, []).unwrap()).press,
            integrity: motcua::config::Integrity::default(),
        };
        let handlers = schedule::jobs(notice::jobs(Handlers::new(), &room), &office);
        Worker::new(room.db.clone(), room.clock.clone(), handlers, Settings::default(), Bell::default())
    }

    /// Everything that is due at this moment.
    pub(crate) async fn at(&self, when: &str) {
        self.house.it_is(when);
        let worker = self.all_jobs();
        worker.begin_periodic().await.unwrap();
        worker.run_due().await.unwrap();
    }

    /// Mail but for digests: its subject and whom it went to.
    fn subjects(&self) -> Vec<(String, String)> {
        let said = self.sink.letters();
        let words = |letter: &crate::support::smtp::Letter| {
            let text = crate::apology::mailing::readable(&letter.data);
            let what = if text.contains("tự động theo lịch báo cáo") {
                "report"
            } else if text.contains("phải gửi trước ngày") {
                "reminder"
            } else {
                "digest"
            };
            (what.to_owned(), letter.to[0].clone())
        };
        said.iter().map(words).filter(|(what, _)| what != "digest").collect()
    }

    /// Only the schedules of this test, from now on.
    async fn alone(&self) {
        use diesel::RunQueryDsl as _;
        self.house
            .write(|tx| {
                motcua::both!(tx, |c| diesel::sql_query("delete from schedules").execute(c)?);
                Ok(())
            })
            .await;
    }
}

/// The quarterly report of TS.
fn quarterly() -> Value {
    json!({
        "name": "Báo cáo quý của Chi cục Thủy sản", "report": "ii06a", "branch_code": "TS",
        "days": "25/2,25/5,25/8,20/11", "covers": "reporting_year", "lead_days": 5,
        "recipients": ["van.thu@so.example.vn"],
    })
}

async fn runs(person: &Person, id: &str) -> Vec<Value> {
    let listed = person.get(&format!("/schedules/{id}/runs")).await.expect(200).body;
    listed["items"].as_array().unwrap().clone()
}

async fn plan(person: &Person, body: Value) -> String {
    person.post("/schedules", body).await.expect(201).body["id"].as_str().unwrap().to_owned()
}

on_both! {
    async fn over_a_year_each_report_is_reminded_of_and_mailed_once_on_its_days(db: TestDatabase) {
        let world = World::open(db).await;
        world.alone().await;
        let head = world.reached(Role::Head, Some("TS")).await;
        world.reached(Role::Head, Some("KL")).await;
        let id = plan(&head, quarterly()).await;
        let own = format!("{}@example.vn", head.username);
        let mut told: Vec<(String, String, String)> = Vec::new();
        // Every day at eight, and near the days also soon after and in the evening.
        let near = |day: chrono::NaiveDate| {
            use chrono::Datelike as _;
            matches!((day.month(), day.day()), (2 | 5 | 8, 14..=26) | (11, 9..=21))
        };
        let mut day: chrono::NaiveDate = "2026-03-10".parse().unwrap();
        while day < "2027-03-01".parse().unwrap() {
            let times: &[&str] = if near(day) { &["08:00", "08:06", "19:00"] } else { &["08:00"] };
            for time in times {
                let before = world.subjects().len();
                world.at(&format!("{day} {time}")).await;
                for (what, to) in world.subjects().into_iter().skip(before) {
                    told.push((format!("{day} {time}"), what, to));
                }
            }
            day = day.succ_opt().unwrap();
        }
        let mut expected = Vec::new();
        // Due before 25/05 (Monday): made on Friday 22/05, reminded of five working days before, Friday 15/05.
        for (reminded, made) in [
            ("2026-05-15 08:00", "2026-05-22 08:00"),
            // Saturday 22/08 is worked in exchange for the 31st.
            ("2026-08-18 08:00", "2026-08-24 08:00"),
            ("2026-11-12 08:00", "2026-11-19 08:00"),
            ("2027-02-17 08:00", "2027-02-24 08:00"),
        ] {
            expected.push((reminded.to_owned(), "reminder".to_owned(), own.clone()));
            let mut to = vec![own.clone(), "van.thu@so.example.vn".to_owned()];
            to.sort();
            expected.extend(to.into_iter().map(|to| (made.to_owned(), "report".to_owned(), to)));
        }
        told.sort();
        expected.sort();
        assert_eq!(told, expected);
        let found = runs(&head, &id).await;
        assert_eq!(found.len(), 4);
        assert_eq!((&found[3]["due_on"], &found[3]["from"], &found[3]["to"], &found[3]["as_of"]),
            (&json!("2026-05-25"), &json!("2025-12-15"), &json!("2026-06-14"), &json!("2026-05-21")));
        assert_eq!((&found[3]["state"], &found[3]["mails"][0]["state"]), (&json!("made"), &json!("sent")));
    }

    async fn what_was_due_while_the_program_was_off_is_caught_up_once_in_office_hours(db: TestDatabase) {
        let world = World::open(db).await;
        world.alone().await;
        let head = world.reached(Role::Head, Some("TS")).await;
        let id = plan(&head, quarterly()).await;
        // Off from March to June: the report of May was missed, and so was its reminder.
        world.at("2026-06-06 09:00").await;
        assert_eq!(world.subjects(), [], "a Saturday");
        world.at("2026-06-08 06:00").await;
        assert_eq!(world.subjects(), [], "before the office opens");
        for time in ["2026-06-08 09:00", "2026-06-08 09:10", "2026-06-09 09:00"] {
            world.at(time).await;
            let told = world.subjects();
            assert_eq!(told.iter().filter(|(what, _)| what == "report").count(), 2, "{time}: {told:?}");
            assert_eq!(told.iter().filter(|(what, _)| what == "reminder").count(), 0, "{time}: it is too late for one");
        }
        let found = runs(&head, &id).await;
        assert_eq!((found.len(), &found[0]["due_on"], &found[0]["as_of"]), (1, &json!("2026-05-25"), &json!("2026-05-21")));
    }

    async fn several_instances_make_each_report_once(db: TestDatabase) {
        let world = World::open(db).await;
        world.alone().await;
        let head = world.reached(Role::Head, Some("TS")).await;
        let id = plan(&head, quarterly()).await;
        world.house.it_is("2026-05-22 08:00");
        let looking = (0..4).map(|_| {
            let room = world.room();
            tokio::task::spawn_blocking(move || schedule::look(&room))
        });
        let mut begun = 0;
        for one in looking.collect::<Vec<_>>() {
            begun += one.await.unwrap().unwrap();
        }
        assert_eq!(begun, 1);
        let (one, other) = (world.all_jobs(), world.all_jobs());
        let (first, second) = tokio::join!(one.run_due(), other.run_due());
        first.unwrap();
        second.unwrap();
        world.at("2026-05-22 08:01").await;
        assert_eq!(world.subjects().len(), 2);
        assert_eq!(runs(&head, &id).await.len(), 1);
    }

    async fn the_file_is_the_report_and_closed_figures_are_used_where_there_are_some(db: TestDatabase) {
        let world = World::open(db).await;
        world.alone().await;
        let head = world.reached(Role::Head, Some("TS")).await;
        let code = world.ground.take_in_async("TS", intake("1.003650", applicant("Nguyễn Thị Một"))).await;
        let live = plan(&head, json!({"name": "Tháng", "report": "ii06a", "branch_code": "TS", "days": "2", "covers": "last_month"})).await;
        let late = plan(&head, json!({"name": "Quá hạn", "report": "overdue", "branch_code": "TS", "days": "2", "covers": "last_month"})).await;
        world.at("2026-04-01 08:00").await;
        let asked = "/reports/ii06a?from=2026-03-01&to=2026-03-31";
        let expected = head.request(reqwest::Method::GET, &format!("{asked}&format=pdf")).send().await.unwrap().bytes().await.unwrap();
        let run = runs(&head, &live).await.remove(0);
        assert_eq!((&run["from"], &run["as_of"], &run["closing_number"]), (&json!("2026-03-01"), &json!("2026-03-31"), &Value::Null));
        let file = format!("/schedules/{live}/runs/{}/file", run["id"].as_str().unwrap());
        let answer = head.request(reqwest::Method::GET, &file).send().await.unwrap();
        assert!(answer.headers()["content-disposition"].to_str().unwrap().contains("ii06a-2026-03-01-2026-03-31.pdf"));
        let kept = answer.bytes().await.unwrap();
        assert_eq!(kept, expected, "byte for byte what whoever asks for it at that moment is given");
        let run = runs(&head, &late).await.remove(0);
        let file = head.request(reqwest::Method::GET, &format!("/schedules/{late}/runs/{}/file", run["id"].as_str().unwrap())).send().await.unwrap();
        let listed = head.request(reqwest::Method::GET, "/reports/overdue?from=2026-03-01&to=2026-03-31&format=pdf").send().await.unwrap();
        assert_eq!(file.bytes().await.unwrap(), listed.bytes().await.unwrap());
        let letters = world.sink.letters();
        assert!(letters.iter().any(|letter| letter.data.contains("filename=\"ii06a-2026-03-01-2026-03-31.pdf\"")), "it travels with the mail");

        // April is closed on the first of May; then somebody enters a result of April late.
        world.house.it_is("2026-05-01 00:30");
        let closed = head.post("/closings", json!({"from": "2026-04-01", "to": "2026-04-30", "report": "ii06a"})).await.expect(201).body;
        let backdated = {
            let ground = world.ground.clone();
            move || {
                let now = ground.clock.now();
                ground.clock_to("2026-04-29 10:00");
                ground.act(&code, Command::Resolve { outcome: ResultKind::Granted, document_number: None, reason: None }).unwrap();
                ground.clock.set(now);
            }
        };
        tokio::task::spawn_blocking(backdated).await.unwrap();
        let today = head.get("/reports/ii06a?from=2026-04-01&to=2026-04-30").await.expect(200).body;
        assert_ne!(today["total"], closed["figures"]["total"]);
        // Due before 02/05, a Saturday after two holidays: made on Wednesday 29/04, which has passed, so at the next chance.
        world.at("2026-05-04 08:00").await;
        let run = runs(&head, &live).await.remove(0);
        assert_eq!((&run["due_on"], &run["closing_number"], &run["as_of"]), (&json!("2026-05-02"), &json!(1), &json!("2026-04-30")), "{run}");
        let kept = head.request(reqwest::Method::GET, &format!("/schedules/{live}/runs/{}/file", run["id"].as_str().unwrap())).send().await.unwrap();
        let live_now = head.request(reqwest::Method::GET, "/reports/ii06a?from=2026-04-01&to=2026-04-30&format=pdf").send().await.unwrap();
        assert_ne!(kept.bytes().await.unwrap(), live_now.bytes().await.unwrap());
        let mails = world.arrived();
        assert!(mails.iter().any(|(_, text)| text.contains("Số liệu đã chốt (lần chốt 1)")), "the mail says so");
    }

    async fn the_report_of_a_unit_goes_out_as_the_paper_of_its_months(db: TestDatabase) {
        let world = World::open(db).await;
        world.alone().await;
        let office = world.reached(Role::Office, None).await;
        world.ground.take_in_async("TS", intake("1.003650", applicant("Nguyễn Thị Một"))).await;
        let unit = json!({"name": "Báo cáo của Sở", "report": "unit", "days": "25/5", "covers": "reporting_year"});
        let id = plan(&office, unit.clone()).await;
        let mut month = unit;
        month["covers"] = json!("last_month");
        office.post("/schedules", month).await.expect_faults(&["/covers unit-covers-reporting-year"]);
        world.at("2026-05-22 08:00").await;
        let run = runs(&office, &id).await.remove(0);
        assert_eq!((&run["state"], &run["error"]), (&json!("made"), &Value::Null), "{run}");
        let file = office.request(reqwest::Method::GET, &format!("/schedules/{id}/runs/{}/file", run["id"].as_str().unwrap())).send().await.unwrap();
        assert!(file.headers()["content-disposition"].to_str().unwrap().contains("bao-cao-so-2026-6-thang.pdf"));
        let asked = "/reports/unit?year=2026&months=6&as_of=2026-05-21&format=pdf";
        let expected = office.request(reqwest::Method::GET, asked).send().await.unwrap();
        assert_eq!(file.bytes().await.unwrap(), expected.bytes().await.unwrap());
    }

    async fn a_report_that_cannot_be_made_is_visible_and_made_when_it_is_tried_again(db: TestDatabase) {
        use diesel::RunQueryDsl as _;
        let world = World::open(db).await;
        world.alone().await;
        let head = world.reached(Role::Head, Some("TS")).await;
        let id = plan(&head, quarterly()).await;
        let set = |sql: &'static str| {
            let house = &world.house;
            async move { house.write(move |tx| { motcua::both!(tx, |c| diesel::sql_query(sql).execute(c)?); Ok(()) }).await }
        };
        world.house.it_is("2026-05-22 08:00");
        let room = world.room();
        tokio::task::spawn_blocking(move || schedule::look(&room)).await.unwrap().unwrap();
        set("update schedules set report = 'khác'").await;
        world.all_jobs().run_due().await.unwrap();
        let failed = runs(&head, &id).await.remove(0);
        assert_eq!((&failed["state"], &failed["has_file"]), (&json!("failed"), &json!(false)));
        assert!(failed["error"].is_string(), "{failed}");
        set("update schedules set report = 'ii06a'").await;
        let retry = format!("/schedules/{id}/runs/{}/retry", failed["id"].as_str().unwrap());
        let counter = world.house.sign_in_as(Role::Counter, Some("TS")).await;
        counter.post(&retry, json!({})).await.expect_problem(403, "office-or-head-only");
        head.post(&retry, json!({})).await.expect(200);
        world.at("2026-05-22 08:05").await;
        let made = runs(&head, &id).await.remove(0);
        assert_eq!((&made["state"], &made["error"]), (&json!("made"), &Value::Null));
        assert_eq!(world.subjects().len(), 2);
        head.post(&retry, json!({})).await.expect_problem(409, "nothing-to-retry");
    }

    async fn a_mail_that_was_refused_is_seen_at_its_run_and_mailed_again(db: TestDatabase) {
        use crate::support::smtp::{Act, Behaviour, Stage};
        let world = World::open(db).await;
        world.alone().await;
        let head = world.reached(Role::Head, Some("TS")).await;
        let id = plan(&head, quarterly()).await;
        world.sink.next([Behaviour::At(Stage::RcptTo, Act::Reply(550)), Behaviour::Accept]);
        world.at("2026-05-22 08:00").await;
        let run = runs(&head, &id).await.remove(0);
        let states: Vec<_> = run["mails"].as_array().unwrap().iter().map(|mail| mail["state"].as_str().unwrap().to_owned()).collect();
        assert!(states.contains(&"failed".to_owned()) && states.contains(&"sent".to_owned()), "{run}");
        head.post(&format!("/schedules/{id}/runs/{}/retry", run["id"].as_str().unwrap()), json!({})).await.expect(200);
        world.at("2026-05-22 08:05").await;
        let run = runs(&head, &id).await.remove(0);
        assert!(run["mails"].as_array().unwrap().iter().all(|mail| mail["state"] == "sent"), "{run}");
        assert_eq!(world.subjects().len(), 2);
    }
}
