//! A register taken over at the API and at the pages: handed in, checked, looked at, imported, by jobs.

use crate::support::house::{Person, TestHouse};
use crate::support::register::{Line, Shape, csv_of, lines, place, save_workbook};
use motcua::domain::role::Role;
use motcua::imports::{self, Clerk};
use motcua::jobs::{Bell, Handlers, Settings, Worker};
use reqwest::{Method, header};
use serde_json::{Value, json};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What the service does by itself, done now: so many attempts.
pub async fn work(house: &TestHouse) -> usize {
    let clerk = Clerk {
        db: house.house.db.clone(),
        clock: house.house.clock.clone(),
        reference: house.house.references.clone(),
    };
    let handlers = imports::jobs(Handlers::new(), &clerk);
    let worker =
        Worker::new(clerk.db.clone(), clerk.clock.clone(), handlers, Settings::default(), Bell::default());
    worker.run_due().await.unwrap()
}

/// A register that ended before the day of the house.
pub fn register(count: usize) -> Vec<Line> {
    let day = |text: &str| text.parse().unwrap();
    let shape = Shape { first_day: day("2025-06-02"), last_day: day("2026-03-06"), ..Shape::new(7, count) };
    lines(shape)
}

async fn hand_in(admin: &Person, name: &str, kind: &str, bytes: Vec<u8>) -> Value {
    let path = format!("/imports?file_name={name}");
    let request = admin.request(Method::POST, &path).header(header::CONTENT_TYPE, kind).body(bytes);
    crate::support::house::send(request).await.expect(201).body
}

async fn standing(admin: &Person, file: &Value) -> Value {
    admin.get(&format!("/imports/{}", file["id"].as_str().unwrap())).await.expect(200).body
}

async fn count(admin: &Person) -> Value {
    admin.get("/dossiers?limit=1&count=true").await.expect(200).body["count"].clone()
}

on_both! {
    async fn a_register_is_checked_first_and_imported_when_somebody_says_so(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let file = hand_in(&admin, "so-2025.csv", "text/csv", csv_of(&register(60)).into_bytes()).await;
        assert_eq!((&file["state"], &file["file_name"]), (&json!("checking"), &json!("so-2025.csv")));
        let start = format!("/imports/{}/start", file["id"].as_str().unwrap());
        admin.post(&start, json!({})).await.expect_problem(409, "import-not-checked");

        assert_eq!(work(&house).await, 1);
        let checked = standing(&admin, &file).await;
        assert_eq!((&checked["state"], &checked["lines"], &checked["bad"]), (&json!("checked"), &json!(60), &json!(0)));
        assert_eq!(count(&admin).await, 0, "a check writes nothing");
        let sum: u64 = ["early", "on_time", "overdue", "in_process", "withdrawn"].iter()
            .map(|name| checked["summary"][name].as_u64().unwrap()).sum();
        assert_eq!(sum, 60);

        let begun = admin.post(&start, json!({})).await.expect(200).body;
        assert_eq!(begun["state"], "importing");
        admin.post(&start, json!({})).await.expect_problem(409, "import-not-checked");
        admin.delete(&format!("/imports/{}", file["id"].as_str().unwrap())).await.expect_problem(409, "import-has-begun");
        work(&house).await;
        let imported = standing(&admin, &file).await;
        assert_eq!((&imported["state"], &imported["imported"]), (&json!("imported"), &json!(60)));
        assert_eq!(count(&admin).await, 60);

        // The same file once more: it is known, and nothing comes in twice.
        house.it_is("2026-03-10 09:05");
        let again = hand_in(&admin, "lai.csv", "text/csv", csv_of(&register(60)).into_bytes()).await;
        work(&house).await;
        let again = standing(&admin, &again).await;
        assert_eq!((&again["state"], &again["lines"], &again["imported"]), (&json!("imported"), &json!(60), &Value::Null));
        assert_eq!(again["imported_before"], "2026-03-10T09:00:00+07:00");
        assert_eq!(count(&admin).await, 60);
        let all = admin.get("/imports?count=true").await.expect(200).body;
        assert_eq!((&all["count"], &all["items"][0]["file_name"]), (&json!(2), &json!("lai.csv")));
    }

    async fn lines_at_fault_are_told_with_their_reasons_and_left_out_only_when_somebody_says_so(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let mut all = register(20);
        all[3][place("branch_code")] = "XX".into();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("so.xlsx");
        all[9][place("received_at")] = String::new();
        save_workbook(&all, &path);
        let file = hand_in(&admin, "so.xlsx", XLSX, std::fs::read(&path).unwrap()).await;
        work(&house).await;
        let checked = standing(&admin, &file).await;
        assert_eq!((&checked["state"], &checked["lines"], &checked["bad"]), (&json!("checked"), &json!(20), &json!(2)));
        let fault = &checked["faults"][0];
        assert_eq!((&fault["line"], &fault["column"], &fault["code"]), (&json!(5), &json!("branch_code"), &json!("unknown-branch")));
        assert_eq!(fault["detail"], "không có chi cục này trong danh mục.");
        let id = file["id"].as_str().unwrap();
        let english = admin.request(Method::GET, &format!("/imports/{id}")).header("Accept-Language", "en");
        let english = crate::support::house::send(english).await.expect(200).body;
        assert_eq!(english["faults"][0]["detail"], "no such branch in the catalogue.");
        let bad = admin.get(&format!("/imports/{id}/bad-lines")).await.expect(200).text;
        assert_eq!((bad.lines().count(), bad.contains("unknown")), (3, false));
        assert!(bad.lines().next().unwrap().ends_with(",error"), "{bad}");
        assert!(bad.contains("branch_code: không có chi cục này trong danh mục."), "{bad}");

        let start = format!("/imports/{id}/start");
        admin.post(&start, json!({})).await.expect_problem(409, "import-has-bad-lines");
        admin.post(&start, json!({"skip_bad": true})).await.expect(200);
        work(&house).await;
        let imported = standing(&admin, &file).await;
        assert_eq!((&imported["state"], &imported["imported"], &imported["bad"]), (&json!("imported"), &json!(18), &json!(2)));
        assert_eq!(count(&admin).await, 18);

        // Corrected, the lines left out are a register again.
        let mended = bad.replace("XX", "TS");
        let rest = hand_in(&admin, "con-lai.csv", "text/csv", mended.into_bytes()).await;
        work(&house).await;
        assert_eq!(standing(&admin, &rest).await["lines"], 2);
    }

    async fn what_is_no_register_says_why_and_can_be_given_up(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        for (bytes, words) in [
            (&b"a,b\n1,2\n"[..], "tiêu đề có cột không biết: \"a\", \"b\""),
            (b"PK\x03\x04 no workbook", "không đọc được tệp XLSX"),
            (b"\xff\xfex\0", "không phải UTF-8"),
        ] {
            let file = hand_in(&admin, "x.csv", "text/csv", bytes.to_vec()).await;
            work(&house).await;
            let told = standing(&admin, &file).await;
            assert_eq!(told["state"], "unreadable");
            assert!(told["problem"].as_str().unwrap().contains(words), "{told}");
            let path = format!("/imports/{}", file["id"].as_str().unwrap());
            admin.post(&format!("{path}/start"), json!({})).await.expect_problem(409, "import-not-checked");
            admin.delete(&path).await.expect(204);
            assert_eq!(standing(&admin, &file).await["state"], "given_up");
            admin.delete(&path).await.expect_problem(409, "import-has-begun");
        }
        let mut none = register(3);
        for line in &mut none {
            line[place("channel")] = "bồ câu".into();
        }
        let file = hand_in(&admin, "x.csv", "text/csv", csv_of(&none).into_bytes()).await;
        work(&house).await;
        let start = format!("/imports/{}/start", file["id"].as_str().unwrap());
        admin.post(&start, json!({"skip_bad": true})).await.expect_problem(409, "import-nothing-left");
        assert_eq!(standing(&admin, &file).await["state"], "checked", "it may still be given up");
    }

    async fn only_administrators_take_registers_over_and_only_tables_are_taken(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let file = hand_in(&admin, "so.csv", "text/csv", csv_of(&register(2)).into_bytes()).await;
        let path = format!("/imports/{}", file["id"].as_str().unwrap());
        for role in [Role::Counter, Role::Handler, Role::Head, Role::Office] {
            let branch = role.belongs_to_branch().then_some("TS");
            let other = house.sign_in_as(role, branch).await;
            let request = other.request(Method::POST, "/imports?file_name=so.csv").header(header::CONTENT_TYPE, "text/csv").body("x");
            crate::support::house::send(request).await.expect_problem(403, "admin-only");
            other.get("/imports").await.expect_problem(403, "admin-only");
            other.get(&path).await.expect_problem(403, "admin-only");
            other.get(&format!("{path}/bad-lines")).await.expect_problem(403, "admin-only");
            other.post(&format!("{path}/start"), json!({})).await.expect_problem(403, "admin-only");
            other.delete(&path).await.expect_problem(403, "admin-only");
        }
        let send = |kind: &'static str, name: &'static str, body: Vec<u8>| {
            let request = admin.request(Method::POST, &format!("/imports?file_name={name}"));
            crate::support::house::send(request.header(header::CONTENT_TYPE, kind).body(body))
        };
        send("application/json", "x", b"{}".to_vec()).await.expect(415);
        send("text/csv", "x", Vec::new()).await.expect_faults(&[" empty-file"]);
        send("text/csv", "%0A", b"x".to_vec()).await.expect_faults(&["/query/file_name control-character"]);
        send("text/csv", "x", vec![b'x'; 16 * 1024 * 1024 + 1]).await.expect_problem(413, "too-large");
        admin.get("/imports/019dc44d-0000-7000-8000-000000000000").await.expect_problem(404, "not-found");
    }

    async fn files_nobody_decides_about_are_not_left_lying(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let file = hand_in(&admin, "so.csv", "text/csv", csv_of(&register(2)).into_bytes()).await;
        work(&house).await;
        let tidy = async |house: &TestHouse| {
            let (db, clock) = (house.house.db.clone(), house.house.clock.clone());
            tokio::task::spawn_blocking(move || motcua::upkeep::housekeeping::tidy(&db, &clock, chrono::TimeDelta::days(3))).await.unwrap().unwrap();
        };
        house.it_is("2026-04-08 09:00");
        tidy(&house).await;
        let admin = house.sign_in(&admin.username).await;
        assert_eq!(standing(&admin, &file).await["state"], "checked");
        house.it_is("2026-04-10 09:00");
        tidy(&house).await;
        let admin = house.sign_in(&admin.username).await;
        assert_eq!(standing(&admin, &file).await["state"], "given_up");
        let left = house.read(|c| {
            use diesel::prelude::*;
            use motcua::db::schema::register_contents::dsl::register_contents;
            Ok(motcua::both!(c, |c| register_contents.count().get_result::<i64>(c)?))
        }).await;
        assert_eq!(left, 0);
    }
}
