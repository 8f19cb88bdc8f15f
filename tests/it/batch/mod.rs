//! Many papers printed into one file: each as its own address gives it, in the order asked for, whatever is killed
//! meanwhile.

use crate::apology::{BOAT, Office};
use crate::paper::{papers_can_be_read, pdf, text_of};
use crate::support::ground::{Ground, applicant, intake};
use crate::support::house::{Answer, MORNING, Person, TestHouse, letters, send};
use crate::support::process::{Service, run_on};
use crate::support::sign::signed;
use chrono::TimeDelta;
use diesel::prelude::*;
use motcua::batch::{self, Printer};
use motcua::both;
use motcua::config::Config;
use motcua::db::schema::{documents, dossier_views, print_batch_items, print_batch_pieces, print_batches};
use motcua::domain::people::Applicant;
use motcua::domain::role::Role;
use motcua::dossier::Intake;
use motcua::jobs::{Bell, Handlers, Settings, Worker};
use reqwest::Method;
use serde_json::{Value, json};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What the service does by itself, done now: so many attempts.
pub async fn work(house: &TestHouse) -> usize {
    let printer = Printer {
        db: house.house.db.clone(),
        clock: house.house.clock.clone(),
        references: house.house.references.clone(),
        letters: Arc::new(letters(&Config::load(None, []).unwrap())),
    };
    let handlers = batch::jobs(Handlers::new(), &printer);
    let worker = Worker::new(
        printer.db.clone(),
        printer.clock.clone(),
        handlers,
        Settings::default(),
        Bell::default(),
    );
    worker.run_due().await.unwrap()
}

fn ground(house: &TestHouse) -> Ground {
    Ground {
        db: house.house.db.clone(),
        clock: house.house.clock.clone(),
        references: house.house.references.clone(),
    }
}

/// So many dossiers of TS; their codes.
async fn take_in(house: &TestHouse, count: usize) -> Vec<String> {
    let ground = ground(house);
    let mut codes = Vec::new();
    for n in 1..=count {
        codes.push(ground.take_in_async("TS", intake(BOAT, applicant(&format!("Người Thứ {n:03}")))).await);
    }
    codes
}

fn at(batch: &Answer) -> String {
    format!("/print-batches/{}", batch.body["id"].as_str().unwrap())
}

async fn file(person: &Person, batch: &Answer) -> Vec<u8> {
    pdf(person, &format!("{}/file.pdf", at(batch))).await.bytes
}

/// Each page as a small picture, by a program that others wrote.
fn pictures(pdf: &[u8]) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.pdf"), pdf).unwrap();
    let mut drawn = Command::new("pdftoppm");
    let drawn = drawn.current_dir(&folder).args(["-r", "40", "-gray", "in.pdf", "page"]).output().unwrap();
    assert!(drawn.status.success() && drawn.stderr.is_empty(), "{}", String::from_utf8_lossy(&drawn.stderr));
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|name| name.extension().is_some_and(|kind| kind == "pgm"));
    names.sort();
    names.iter().map(|name| std::fs::read(name).unwrap()).collect()
}

/// The texts of the pages.
fn page_texts(pdf: &[u8]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("in.pdf");
    std::fs::write(&source, pdf).unwrap();
    let told = Command::new("pdftotext").arg(&source).arg("-").output().unwrap();
    assert!(told.status.success() && told.stderr.is_empty(), "{}", String::from_utf8_lossy(&told.stderr));
    let text = String::from_utf8(told.stdout).unwrap();
    text.trim_end_matches('\u{c}').split('\u{c}').map(str::to_owned).collect()
}

on_both! {
    async fn receipts_are_printed_into_one_file_in_the_order_asked_for_each_as_its_own_address_gives_it(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let mut codes = take_in(&house, 23).await;
        codes.reverse();
        let before = match papers_can_be_read() {
            true => Some(pdf(&counter, &format!("/dossiers/{}/documents/receipt.pdf", codes[4])).await.bytes),
            false => None,
        };
        let order = json!({"kind": "receipts", "codes": codes});
        let batch = counter.post("/print-batches", order).await.expect(202);
        assert_eq!(batch.header("location"), Some(format!("/api/v1{}", at(&batch)).as_str()));
        assert_eq!((&batch.body["state"], &batch.body["total"], &batch.body["done"]), (&json!("printing"), &json!(23), &json!(0)));
        let path = format!("{}/file.pdf", at(&batch));
        counter.get(&path).await.expect_problem(409, "batch-not-printed");

        assert_eq!(work(&house).await, 1);
        let done = counter.get(&at(&batch)).await.expect(200).body;
        assert_eq!((&done["state"], &done["done"], &done["faulty"], &done["pages"]), (&json!("printed"), &json!(23), &json!(0), &json!(23)));
        let pieces = house.read(|c| Ok(both!(c, |c| print_batch_pieces::table.count().get_result::<i64>(c)?))).await;
        assert_eq!(pieces, 2, "twenty and three");
        let kept = house.read(|c| Ok(both!(c, |c| documents::table.count().get_result::<i64>(c)?))).await;
        assert_eq!(kept, 23, "each is given out by this");
        let noted = house.read(|c| Ok(both!(c, |c| dossier_views::table
            .filter(dossier_views::what.eq("receipt-batch")).count().get_result::<i64>(c)?))).await;
        assert_eq!(noted, 23, "who opened them is kept");

        if !papers_can_be_read() {
            return;
        }
        let joined = file(&counter, &batch).await;
        let texts = page_texts(&joined);
        assert_eq!(texts.len(), 23);
        for (n, (code, text)) in codes.iter().zip(&texts).enumerate() {
            assert!(text.contains(code) && text.contains(&format!("Người Thứ {:03}", 23 - n)), "{n}: {text}");
        }
        let alone = pdf(&counter, &format!("/dossiers/{}/documents/receipt.pdf", codes[4])).await.bytes;
        assert_eq!(Some(&alone), before.as_ref(), "what was given out stays");
        assert_eq!(pictures(&joined)[4], pictures(&alone)[0], "drawn as it is by itself");
        assert_eq!(work(&house).await, 0, "nothing is left to do");
    }

    async fn what_cannot_be_printed_is_named_and_keeps_nothing_else_back(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let good = take_in(&house, 2).await;
        let foreign = ground(&house).take_in_async("KL", intake("1.000045", applicant("Người Khác"))).await;
        let registered = Intake { register_only: true, ..intake(BOAT, applicant("Người Trực Tuyến")) };
        let registered = ground(&house).take_in_async("TS", registered).await;
        let codes = json!([good[0], foreign, registered, "000.00.03.H29-260310-9999", good[1]]);
        let batch = counter.post("/print-batches", json!({"kind": "receipts", "codes": codes})).await.expect(202);
        work(&house).await;
        let done = counter.get(&at(&batch)).await.expect(200).body;
        assert_eq!((&done["done"], &done["faulty"], &done["pages"]), (&json!(5), &json!(3), &json!(2)));
        let faults: Vec<(u64, &str)> = done["faults"].as_array().unwrap().iter()
            .map(|fault| (fault["place"].as_u64().unwrap(), fault["code"].as_str().unwrap())).collect();
        assert_eq!(faults, [(2, "foreign-branch"), (3, "paper-not-received"), (4, "not-found")]);
        assert!(done["faults"].as_array().unwrap().iter().all(|fault| !fault["detail"].as_str().unwrap().is_empty()), "{done}");
        if papers_can_be_read() {
            let texts = page_texts(&file(&counter, &batch).await);
            assert!(texts.len() == 2 && texts[0].contains(&good[0]) && texts[1].contains(&good[1]), "{texts:?}");
        }
        let none = counter.post("/print-batches", json!({"kind": "refusals", "codes": good})).await.expect(202);
        work(&house).await;
        assert_eq!(counter.get(&at(&none)).await.expect(200).body["faulty"], 2);
        counter.get(&format!("{}/file.pdf", at(&none))).await.expect_problem(409, "batch-is-empty");
    }

    async fn all_letters_that_wait_for_paper_are_printed_the_signed_ones_as_they_came_back(db: TestDatabase) {
        let office = Office::open(db).await;
        let mut approved = Vec::new();
        for name in ["Trần Văn Một", "Lê Thị Hai", "Phạm Văn Ba"] {
            office.take_in_person(Applicant { email: None, ..applicant(name) }).await;
        }
        office.house.it_is("2026-03-12 09:00");
        office.work().await;
        let drafts = office.head.get("/apologies?status=draft").await.expect(200).body;
        for (minute, draft) in drafts["items"].as_array().unwrap().iter().enumerate() {
            office.house.it_is(&format!("2026-03-12 09:{minute:02}"));
            let path = format!("/apologies/{}", draft["id"].as_str().unwrap());
            let change = json!({"cause": "field_verification", "new_due_on": "2026-03-20"});
            let version = draft["version"].as_u64().unwrap();
            let draft = office.head.patch(&path, version, change).await.expect(200);
            approved.push(office.approve(&draft).await.expect(200));
        }
        let path = format!("/apologies/{}", approved[1].body["id"].as_str().unwrap());
        let ours = pdf(&office.head, &format!("{path}/letter.pdf")).await.bytes;
        let stamped = signed(&ours, "stamped");
        if let Some(file) = &stamped {
            let request = office.head.request(Method::PUT, &format!("{path}/signed-letter"));
            let request = request.header("If-Match", format!("\"{}\"", approved[1].version()));
            send(request.header("Content-Type", "application/pdf").body(file.clone())).await.expect(200);
        }
        let batch = office.head.post("/print-batches", json!({"kind": "letters", "of": "awaiting_paper"})).await.expect(202);
        work(&office.house).await;
        let done = office.head.get(&at(&batch)).await.expect(200).body;
        assert_eq!((&done["total"], &done["faulty"], &done["chosen"]), (&json!(3), &json!(0), &json!("awaiting_paper")));
        if !papers_can_be_read() {
            return;
        }
        let joined = file(&office.head, &batch).await;
        let text = text_of(&joined);
        let places: Vec<usize> = approved.iter().map(|letter| {
            let code = letter.body["dossier_code"].as_str().unwrap();
            text.find(code).unwrap_or_else(|| panic!("{code}: {text}"))
        }).collect();
        assert!(places.is_sorted(), "in the order in which they were signed: {places:?}");
        if let Some(stamped) = stamped {
            let pages = pictures(&joined);
            let alone = pictures(&stamped);
            let from = pages.iter().position(|page| *page == alone[0]);
            assert!(from.is_some(), "the stamp of the signature is on it");
            assert_ne!(alone[0], pictures(&ours)[0]);
        }
    }

    async fn receipts_of_today_are_those_of_the_branch_and_of_this_day(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        take_in(&house, 1).await;
        house.it_is("2026-03-11 08:00");
        let office = house.sign_in_as(Role::Office, None).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let order = json!({"kind": "receipts", "of": "today"});
        counter.post("/print-batches", order.clone()).await.expect_problem(409, "batch-nothing");
        let today = take_in(&house, 2).await;
        ground(&house).take_in_async("KL", intake("1.000045", applicant("Người Khác"))).await;
        let batch = counter.post("/print-batches", order.clone()).await.expect(202);
        assert_eq!(batch.body["total"], 2);
        assert_eq!(office.post("/print-batches", order).await.expect(202).body["total"], 3);
        let of_one = json!({"kind": "control-sheets", "of": "today", "branch_code": "KL"});
        assert_eq!(office.post("/print-batches", of_one.clone()).await.expect(202).body["total"], 1);
        counter.post("/print-batches", of_one).await.expect_problem(403, "foreign-branch");
        work(&house).await;
        if papers_can_be_read() {
            let text = text_of(&file(&counter, &batch).await);
            assert!(today.iter().all(|code| text.contains(code)), "{text}");
        }
    }

    async fn a_batch_is_seen_by_its_branch_and_by_those_who_see_all_and_by_nobody_else(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let codes = take_in(&house, 1).await;
        let batch = counter.post("/print-batches", json!({"kind": "receipts", "codes": codes})).await.expect(202);
        work(&house).await;
        let colleague = house.sign_in_as(Role::Head, Some("TS")).await;
        let office = house.sign_in_as(Role::Office, None).await;
        let stranger = house.sign_in_as(Role::Counter, Some("KL")).await;
        let file = format!("{}/file.pdf", at(&batch));
        for person in [&counter, &colleague, &office] {
            pdf(person, &file).await;
            assert_eq!(person.get("/print-batches").await.expect(200).body["items"].as_array().unwrap().len(), 1);
        }
        stranger.get(&at(&batch)).await.expect_problem(403, "foreign-branch");
        stranger.get(&file).await.expect_problem(403, "foreign-branch");
        stranger.delete(&at(&batch)).await.expect_problem(403, "foreign-branch");
        assert_eq!(stranger.get("/print-batches").await.expect(200).body["items"], json!([]));
        let of_all = office.post("/print-batches", json!({"kind": "receipts", "codes": codes})).await.expect(202);
        counter.get(&at(&of_all)).await.expect_problem(403, "foreign-branch");
        colleague.delete(&at(&batch)).await.expect(204);
        counter.get(&file).await.expect_problem(404, "not-found");
        office.delete(&at(&of_all)).await.expect(204);
        work(&house).await;
        let left = house.read(|c| Ok(both!(c, |c| print_batches::table.count().get_result::<i64>(c)?))).await;
        assert_eq!(left, 0, "one that was given up before it was printed is not there again");
    }

    async fn an_order_that_says_nothing_or_too_much_is_refused_field_by_field(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let post = async |body: Value| counter.post("/print-batches", body).await;
        post(json!({"kind": "receipts"})).await.expect_faults(&["/codes required"]);
        post(json!({"kind": "receipts", "codes": []})).await.expect_faults(&["/codes required"]);
        post(json!({"kind": "posters", "codes": ["x"]})).await.expect_faults(&["/kind unknown-value"]);
        post(json!({"kind": "receipts", "of": "awaiting_paper"})).await.expect_faults(&["/of unknown-value"]);
        post(json!({"kind": "letters", "of": "today"})).await.expect_faults(&["/of unknown-value"]);
        post(json!({"kind": "letters", "of": "awaiting_paper", "codes": ["x"]})).await.expect_faults(&["/of unknown-field"]);
        post(json!({"kind": "receipts", "codes": ["x", "y", "x"]})).await.expect_faults(&["/codes/2 duplicate-field"]);
        let many: Vec<String> = (0..=batch::MOST).map(|n| n.to_string()).collect();
        post(json!({"kind": "receipts", "codes": many})).await.expect_faults(&["/codes too-many"]);
        for n in 0..3 {
            post(json!({"kind": "receipts", "codes": [n.to_string()]})).await.expect(202);
        }
        post(json!({"kind": "receipts", "codes": ["x"]})).await.expect_problem(409, "batches-at-work");
        work(&house).await;
        post(json!({"kind": "receipts", "codes": ["x"]})).await.expect(202);
    }

    async fn a_printed_batch_is_taken_away_after_some_days_and_one_at_work_is_not(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let codes = take_in(&house, 1).await;
        let order = json!({"kind": "receipts", "codes": codes});
        let printed = counter.post("/print-batches", order.clone()).await.expect(202);
        work(&house).await;
        let at_work = counter.post("/print-batches", order).await.expect(202);
        let tidy = async |when: &str| {
            house.it_is(when);
            let (db, clock) = (house.house.db.clone(), house.house.clock.clone());
            let days = TimeDelta::days(3);
            tokio::task::spawn_blocking(move || motcua::upkeep::housekeeping::tidy(&db, &clock, days)).await.unwrap().unwrap();
        };
        tidy("2026-03-13 08:59").await;
        let left = async || house.read(|c| Ok(both!(c, |c| (
            print_batches::table.count().get_result::<i64>(c)?,
            print_batch_pieces::table.count().get_result::<i64>(c)?,
            print_batch_items::table.count().get_result::<i64>(c)?,
        )))).await;
        assert_eq!(left().await, (2, 1, 2));
        tidy("2026-03-13 09:01").await;
        assert_eq!(left().await, (1, 0, 1));
        let kept = house.read(|c| Ok(both!(c, |c| documents::table.count().get_result::<i64>(c)?))).await;
        assert_eq!(kept, 1, "the receipt itself is kept");
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        counter.get(&at(&printed)).await.expect_problem(404, "not-found");
        assert_eq!(counter.get(&at(&at_work)).await.expect(200).body["state"], "printing");
    }

    async fn a_batch_goes_on_where_it_was_when_the_program_is_killed(db: TestDatabase) {
        const COUNT: usize = 50;
        let before = Ground::at(&db, MORNING);
        let mut codes = Vec::new();
        for n in 1..=COUNT {
            codes.push(before.take_in_async("TS", intake(BOAT, applicant(&format!("Người Thứ {n:03}")))).await);
        }
        let password = "mat-khau-de-thu";
        run_on(&db, &["user", "add", "in.ts", "--role", "counter", "--branch", "TS", "--password-stdin"], password).success();
        let env = [("MOTCUA__JOBS__LEASE_SECONDS", "2"), ("MOTCUA__JOBS__POLL_SECONDS", "1")];
        let mut service = Service::start(&db, &env).await;
        let client = reqwest::Client::new();
        let sign_in = async |service: &Service| -> String {
            let credentials = json!({"username": "in.ts", "password": password});
            let answer = client.post(service.url("/api/v1/sessions")).json(&credentials).send().await.unwrap();
            answer.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned()
        };
        let token = sign_in(&service).await;
        let order = json!({"kind": "receipts", "codes": codes});
        let batch: Value = client.post(service.url("/api/v1/print-batches")).bearer_auth(&token).json(&order)
            .send().await.unwrap().json().await.unwrap();
        let id = batch["id"].as_str().unwrap_or_else(|| panic!("{batch}")).to_owned();
        let standing = async |service: &Service, token: &str| -> Value {
            let path = service.url(&format!("/api/v1/print-batches/{id}"));
            client.get(path).bearer_auth(token).send().await.unwrap().json().await.unwrap()
        };
        let begun = Instant::now();
        let until = async |service: &Service, token: &str, least: i64| -> Value {
            loop {
                let now = standing(service, token).await;
                if now["done"].as_i64().unwrap() >= least || now["state"] == "printed" {
                    return now;
                }
                assert!(begun.elapsed() < Duration::from_secs(240), "{now}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let killed_at = until(&service, &token, 20).await;
        service.kill9();
        service.restart().await;
        let token = sign_in(&service).await;
        let found = standing(&service, &token).await;
        assert!(found["done"].as_i64() >= killed_at["done"].as_i64(), "{found}");
        loop {
            let now = standing(&service, &token).await;
            if now["state"] == "printed" {
                assert_eq!((&now["done"], &now["faulty"], &now["pages"]), (&json!(COUNT), &json!(0), &json!(COUNT)));
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(240), "{now}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        if papers_can_be_read() {
            let path = service.url(&format!("/api/v1/print-batches/{id}/file.pdf"));
            let bytes = client.get(path).bearer_auth(&token).send().await.unwrap().bytes().await.unwrap();
            let texts = page_texts(&bytes);
            assert_eq!(texts.len(), COUNT);
            assert!(codes.iter().zip(&texts).all(|(code, text)| text.contains(code)), "each once, in its place");
        }
        assert!(service.stop().success(), "{}", service.log());
    }
}
