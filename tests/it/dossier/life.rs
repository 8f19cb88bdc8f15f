//! A dossier's life over HTTP, as a counter lives it.

use crate::recount::work;
use crate::support::ground::{Ground, applicant, intake};
use crate::support::house::{Answer, Person, TestHouse, send};
use diesel::prelude::*;
use motcua::both;
use motcua::db::schema::dossier_views;
use motcua::domain::ids::OfficerId;
use motcua::domain::role::Role;
use motcua::dossier::{self, Life};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

pub fn new_dossier(procedure: &str, name: &str) -> Value {
    json!({
        "procedure_code": procedure,
        "channel": "in_person",
        "applicant": {"name": name, "kind": "citizen", "id_number": "079203001123", "phone": "0901234512", "email": "nguoi.dan@example.vn"},
        "components": [{"name": "Đơn đề nghị", "form": "original", "copies": 1}],
    })
}

pub async fn take_in(counter: &Person, procedure: &str, name: &str) -> Answer {
    counter.post("/dossiers", new_dossier(procedure, name)).await.expect(201)
}

/// What came of an order to count due dates again.
async fn recounted(house: &TestHouse, admin: &Person, order: &Answer) -> Value {
    assert_eq!(work(house).await, 1);
    let path = format!("/calendar/recomputations/{}/dossiers", order.body["id"].as_str().unwrap());
    admin.get(&path).await.expect(200).body
}

fn path(dossier: &Answer) -> String {
    format!("/dossiers/{}", dossier.body["code"].as_str().unwrap())
}

on_both! {
    async fn who_opens_a_full_dossier_is_kept(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let stranger = house.sign_in_as(Role::Head, Some("KL")).await;
        let path = path(&take_in(&counter, "1.003650", "Nguyễn Thị Ánh").await);
        stranger.get(&path).await.expect_problem(403, "foreign-branch");
        head.get(&path).await.expect(200);
        head.get(&format!("{path}/events")).await.expect(200);
        // Noted in the background, at the latest a second later.
        let mut seen: Vec<(OfficerId, String)> = Vec::new();
        for _ in 0..100 {
            seen = house
                .read(|conn| {
                    Ok(both!(conn, |c| dossier_views::table
                        .order(dossier_views::what)
                        .select((dossier_views::officer_id, dossier_views::what))
                        .load(c))?)
                })
                .await;
            if seen.len() == 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(seen, [(head.id, "dossier".to_owned()), (head.id, "events".to_owned())]);
    }

    async fn from_the_counter_back_to_the_citizen(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        house.it_is("2020-01-21 09:00");
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let handler = house.sign_in_as(Role::Handler, Some("TS")).await;
        let dossier = take_in(&counter, "1.003650", "Nguyễn Thị Ánh").await;
        assert_eq!(dossier.header("location"), Some("/api/v1/dossiers/000.00.03.H29-200121-0001"));
        assert_eq!(dossier.body["status"], "received");
        assert_eq!(dossier.body["due_on"], "2020-01-31");
        assert_eq!(dossier.body["due_at"], "2020-01-31T17:00:00+07:00");
        assert_eq!(dossier.body["apology_due_on"], "2020-01-30");
        assert_eq!(dossier.body["received_at"], "2020-01-21T09:00:00+07:00");
        assert_eq!(dossier.body["timeliness"], "within_limit");
        assert_eq!(dossier.body["sector"], "Thủy sản");
        let path = path(&dossier);

        let step = |act: &str| format!("{path}/{act}");
        let dossier = counter
            .act(&step("forwarding"), dossier.version(), json!({"to_officer": handler.username}))
            .await
            .expect(200);
        assert_eq!(dossier.body["status"], "in_processing");
        assert_eq!(dossier.body["held_by"]["username"], handler.username);

        house.it_is("2020-01-30 09:00");
        let (counter, handler) = (house.sign_in(&counter.username).await, house.sign_in(&handler.username).await);
        let dossier = handler
            .act(&step("supplement-request"), dossier.version(), json!({"items": ["Bản vẽ tàu"], "reason": "Thiếu bản vẽ"}))
            .await
            .expect(200);
        assert_eq!((&dossier.body["status"], &dossier.body["timeliness"]), (&json!("supplement_requested"), &json!("waiting")));
        house.it_is("2020-02-10 10:00");
        let (counter, handler) = (house.sign_in(&counter.username).await, house.sign_in(&handler.username).await);
        let dossier =
            counter.act(&step("supplement"), dossier.version(), json!({"items": ["Bản vẽ tàu"]})).await.expect(200);
        assert_eq!(dossier.body["status"], "in_processing", "it goes on where it was");
        assert_eq!(dossier.body["due_on"], "2020-02-13", "counted again from zero");
        assert_eq!(dossier.body["first_due_on"], "2020-01-31", "the first promise stays");

        house.it_is("2020-02-14 10:00");
        let (counter, handler) = (house.sign_in(&counter.username).await, house.sign_in(&handler.username).await);
        let dossier = handler
            .act(&step("result"), dossier.version(), json!({"outcome": "granted", "document_number": "12/GCN"}))
            .await
            .expect(200);
        assert_eq!((&dossier.body["timeliness"], &dossier.body["days_late"]), (&json!("overdue"), &json!(1)));
        let dossier = counter
            .act(&step("return"), dossier.version(), json!({"channel": "in_person", "received_by": "Nguyễn Thị Ánh"}))
            .await
            .expect(200);
        assert_eq!(dossier.body["status"], "returned");
        assert_eq!(dossier.body["acts"], json!(["undo_return", "survey", "correct"]));

        let events = counter.get(&step("events")).await.expect(200);
        let told: Vec<&str> = events.body["items"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
        assert_eq!(told, ["registered", "received", "forwarded", "supplement_requested", "supplied", "resolved", "returned"]);
        assert_eq!(events.body["items"][3]["reason"], "Thiếu bản vẽ");
        assert_eq!(events.body["items"][3]["late_request"], false);
        assert_eq!(events.body["items"][5]["officer"], handler.username);
        assert_eq!(events.body["items"][1]["deadline"]["due_at"], "2020-01-31T17:00:00+07:00");
    }

    async fn an_act_names_the_version_it_saw(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let dossier = take_in(&counter, "1.003650", "Trần Văn Bé").await;
        let act = format!("{}/withdrawal", path(&dossier));
        let reason = json!({"reason": "Đổi ý"});
        counter.post(&act, reason.clone()).await.expect_problem(428, "if-match-missing");
        let stale = counter.act(&act, dossier.version() - 1, reason.clone()).await.expect_problem(412, "stale");
        assert!(stale.body["detail"].as_str().unwrap().len() > 10);
        counter.act(&act, dossier.version(), reason.clone()).await.expect(200);
        counter.act(&act, dossier.version(), reason).await.expect_problem(412, "stale");
    }

    async fn fifty_racing_requests_under_one_key_take_in_one_dossier(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let mut racing = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let counter = counter.clone();
            racing.spawn(async move {
                let request = counter.request(Method::POST, "/dossiers").header("Idempotency-Key", "lan-1");
                send(request.json(&new_dossier("1.003650", "Lê Thị Một"))).await.expect(201).body["code"].to_string()
            });
        }
        let codes: BTreeSet<String> = racing.join_all().await.into_iter().collect();
        assert_eq!(codes.len(), 1, "{codes:?}");
        let other = counter.request(Method::POST, "/dossiers").header("Idempotency-Key", "lan-1");
        send(other.json(&new_dossier("1.003650", "Lê Thị Hai"))).await.expect_problem(422, "idempotency-key-reused");
        let all = counter.get("/dossiers?count=true").await.expect(200);
        assert_eq!(all.body["count"], 1);
        let next = take_in(&counter, "1.003650", "Lê Thị Ba").await;
        assert_eq!(next.body["code"], "000.00.03.H29-260310-0002");
    }

    async fn an_entry_makes_one_dossier_of_its_branch_whoever_sends_it(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let stranger = house.sign_in_as(Role::Head, Some("KL")).await;
        let entered = |name: &str| {
            let mut body = new_dossier("1.003650", name);
            body["entry"] = json!("mot-lan-nhap");
            body
        };
        let mut racing = tokio::task::JoinSet::new();
        for n in 0..20 {
            let (person, body) = (if n % 2 == 0 { counter.clone() } else { head.clone() }, entered("Nguyễn Thị Ánh"));
            racing.spawn(async move { person.post("/dossiers", body).await });
        }
        let answers = racing.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
        let codes: BTreeSet<&str> = answers.iter().map(|answer| answer.body["code"].as_str().unwrap()).collect();
        assert_eq!(codes.len(), 1, "{codes:?}");
        let made = answers.iter().find(|answer| answer.status == 200).unwrap();
        assert_eq!((made.version(), made.header("location")), (2, None));
        // What was changed since is not taken for it, and no number is used up.
        let again = head.post("/dossiers", entered("Trần Văn Bé")).await.expect(200);
        assert_eq!(again.body["applicant"]["name"], "Nguyễn Thị Ánh");
        let next = take_in(&counter, "1.003650", "Lê Thị Cúc").await;
        assert!(next.body["code"].as_str().unwrap().ends_with("-0002"), "{}", next.body["code"]);
        // Another branch learns nothing by it; who may not take in is told so first.
        let mut other = entered("Phạm Văn Dũng");
        other["procedure_code"] = json!("1.004815");
        let other = stranger.post("/dossiers", other).await.expect(201);
        assert!(!codes.contains(other.body["code"].as_str().unwrap()));
        let handler = house.sign_in_as(Role::Handler, Some("TS")).await;
        handler.post("/dossiers", entered("Nguyễn Thị Ánh")).await.expect_problem(403, "role-may-not");
        // A refused entry may be sent again.
        let mut refused = new_dossier("khong-co", "Nguyễn Thị Ánh");
        refused["entry"] = json!("lan-khac");
        counter.post("/dossiers", refused.clone()).await.expect(422);
        refused["procedure_code"] = json!("1.003650");
        counter.post("/dossiers", refused).await.expect(201);
        let mut long = new_dossier("1.003650", "Nguyễn Thị Ánh");
        long["entry"] = json!("x".repeat(256));
        counter.post("/dossiers", long).await.expect_faults(&["/entry too-long"]);
    }

    async fn what_came_online_is_accepted_or_refused(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let mut online = new_dossier("1.003650", "Phạm Thị Trực Tuyến");
        online["channel"] = json!("online");
        online["register_only"] = json!(true);
        let first = counter.post("/dossiers", online.clone()).await.expect(201);
        assert_eq!((&first.body["status"], &first.body["due_on"]), (&json!("registered"), &Value::Null));
        let accepted = counter.act(&format!("{}/acceptance", path(&first)), first.version(), json!({})).await.expect(200);
        assert_eq!((&accepted.body["status"], &accepted.body["due_on"]), (&json!("received"), &json!("2026-03-13")));
        let second = counter.post("/dossiers", online).await.expect(201);
        let refused = counter
            .act(&format!("{}/refusal", path(&second)), second.version(), json!({"reason": "Không thuộc thẩm quyền"}))
            .await
            .expect(200);
        assert_eq!(refused.body["status"], "refused");
        let again = counter.act(&format!("{}/acceptance", path(&second)), refused.version(), json!({})).await;
        let problem = again.expect_problem(409, "wrong-state");
        assert!(problem.body["detail"].as_str().unwrap().contains("từ chối"), "{}", problem.text);
    }

    async fn dossiers_are_found_by_name_without_diacritics_code_phone_and_number(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let anh = take_in(&counter, "1.003650", "Nguyễn Thị Ánh").await;
        let mut other = new_dossier("1.003650", "Đặng Văn Nguyên");
        other["applicant"]["phone"] = json!("0912345678");
        other["applicant"]["id_number"] = json!("079099000111");
        let nguyen = counter.post("/dossiers", other).await.expect(201);
        for (query, found) in [
            ("q=nguyen thi anh", vec![&anh]),
            ("q=Ánh", vec![&anh]),
            ("q=dang", vec![&nguyen]),
            ("q=nguyen", vec![&nguyen, &anh]),
            ("q=nguy", vec![&nguyen, &anh]),
            ("q=0912345678", vec![&nguyen]),
            ("q=07909900", vec![&nguyen]),
            ("q=000.00.03.h29-260310-0001", vec![&anh]),
            ("q=khong co ai", vec![]),
            ("status=received&timeliness=within_limit&channel=in_person&procedure_code=1.003650", vec![&nguyen, &anh]),
            ("sector=Thủy sản&sort=due_on&due_from=2026-03-13&due_to=2026-03-13&held_by=me", vec![&nguyen, &anh]),
            ("received_from=2026-03-11", vec![]),
        ] {
            // With one condition more that all fulfil, words are looked up in their index.
            let ways = if query.starts_with("q=") { vec!["", "&procedure_code=1.003650"] } else { vec![""] };
            for more in ways {
                let answer = counter.get(&format!("/dossiers?{query}{more}")).await.expect(200);
                let codes: BTreeSet<_> = answer.body["items"].as_array().unwrap().iter().map(|line| line["code"].to_string()).collect();
                let wanted: BTreeSet<_> = found.iter().map(|dossier| dossier.body["code"].to_string()).collect();
                assert_eq!(codes, wanted, "{query}{more}");
            }
        }
        let masked = counter.get("/dossiers?q=anh").await.expect(200);
        assert_eq!(masked.body["items"][0]["applicant"]["phone"], "09******12");
        assert_eq!(masked.body["items"][0]["applicant"]["id_number"], "079*******23");
        counter.get("/dossiers?q=***").await.expect_faults(&["/query/q nothing-to-search"]);
        counter.get("/dossiers?sort=name").await.expect_faults(&["/query/sort unknown-value"]);
        counter.get("/dossiers?colour=red").await.expect_faults(&["/query/colour unknown-parameter"]);
    }

    async fn words_found_along_the_list_are_those_of_the_index_in_the_same_order(db: TestDatabase) {
        let ground = Ground::at(&db, "2026-03-10 09:00");
        let (reference, stamp) = (ground.reference(), ground.stamp());
        let branch = reference.branch("TS").unwrap().clone();
        ground.write(move |tx| {
            let day = "2026-03-10".parse().unwrap();
            let codes = dossier::next_codes(tx, &branch.agency_identifier, day, 2300)?;
            let lives = codes.iter().enumerate().map(|(n, code)| {
                let name = if n % 70 == 3 { "Trần Văn Bé" } else { "Nguyễn Văn Lớn" };
                intake("1.003650", applicant(name)).begin_as(&reference, &branch, code.clone(), stamp, true)
            });
            Life::save_all(lives.collect::<motcua::failure::Outcome<Vec<Life>>>()?, tx)
        });
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        for (words, sort) in [("tran", "due_on"), ("tran be", "-received_at"), ("nguyen", "due_on"), ("van", "-received_at")] {
            let mut ways = Vec::new();
            // Along the list; and, with one condition more that all fulfil, by the index of words.
            for more in ["", "&procedure_code=1.003650"] {
                let (mut seen, mut next) = (Vec::new(), String::new());
                for _ in 0..3 {
                    let page = counter.get(&format!("/dossiers?q={words}&limit=20&sort={sort}{more}{next}")).await.expect(200);
                    seen.extend(page.body["items"].as_array().unwrap().iter().map(|line| line["code"].to_string()));
                    match page.body["next"].as_str() {
                        Some(cursor) => next = format!("&cursor={cursor}"),
                        None => break,
                    }
                }
                ways.push(seen);
            }
            assert_eq!(ways[0].len(), if words.starts_with("tran") { 33 } else { 60 }, "{words}");
            assert_eq!(ways[0], ways[1], "{words}");
        }
    }

    async fn lists_page_through_everything_once_in_either_order(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let mut all = BTreeSet::new();
        for n in 0..23 {
            house.it_is(&format!("2026-03-{:02} 09:00", 10 + n % 3));
            let mut new = new_dossier("1.003650", "Võ Thị Trang");
            if n % 4 == 0 {
                new["register_only"] = json!(true);
            }
            let counter = house.sign_in(&counter.username).await;
            all.insert(counter.post("/dossiers", new).await.expect(201).body["code"].to_string());
        }
        let counter = house.sign_in(&counter.username).await;
        for sort in ["due_on", "-received_at"] {
            let (mut seen, mut next) = (Vec::new(), String::new());
            loop {
                let page = counter.get(&format!("/dossiers?limit=5&sort={sort}{next}")).await.expect(200);
                seen.extend(page.body["items"].as_array().unwrap().iter().map(|line| line["code"].to_string()));
                match page.body["next"].as_str() {
                    Some(cursor) => next = format!("&cursor={cursor}"),
                    None => break,
                }
            }
            assert_eq!(seen.len(), 23, "{sort}: {seen:?}");
            assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), all, "{sort}");
        }
    }

    async fn bad_input_is_answered_field_by_field_and_nothing_is_written(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let changed = |change: &dyn Fn(&mut Value)| {
            let mut body = new_dossier("1.003650", "Nguyễn Thị Ánh");
            change(&mut body);
            body
        };
        for (body, faults) in [
            (changed(&|b| b["applicant"]["name"] = json!("a\u{0}b")), vec!["/applicant/name control-character"]),
            (changed(&|b| b["applicant"]["name"] = json!("Nguye\u{302}\u{303}n")), vec!["/applicant/name not-nfc"]),
            (changed(&|b| b["applicant"]["name"] = json!("a".repeat(201))), vec!["/applicant/name too-long"]),
            (changed(&|b| b["applicant"]["name"] = json!(7)), vec!["/applicant/name wrong-type"]),
            (changed(&|b| b["applicant"]["phone"] = json!("gọi sau")), vec!["/applicant/phone bad-form"]),
            (changed(&|b| b["applicant"]["email"] = json!("a@b")), vec!["/applicant/email bad-form"]),
            (changed(&|b| b["channel"] = json!("bồ câu")), vec!["/channel unknown-value"]),
            (changed(&|b| b["colour"] = json!("red")), vec!["/colour unknown-field"]),
            (changed(&|b| b["occurred_at"] = json!("2020-02-30T09:00:00+07:00")), vec!["/occurred_at bad-form"]),
            (changed(&|b| b["procedure_code"] = json!("9.999999")), vec!["/procedure_code unknown-procedure"]),
            (changed(&|b| b["procedure_code"] = json!("1.004427")), vec!["/procedure_code not-of-this-branch"]),
            (changed(&|b| b["procedure_code"] = json!("1.004918")), vec!["/case case-required"]),
            (changed(&|b| b["components"][0]["copies"] = json!(0)), vec!["/components/0/copies out-of-range"]),
            (changed(&|b| { b.as_object_mut().unwrap().remove("channel"); }), vec!["/channel missing-field"]),
            (changed(&|b| { b["applicant"]["name"] = json!(" "); b["applicant"]["kind"] = json!("cat"); }), vec!["/applicant/name empty", "/applicant/kind unknown-value"]),
        ] {
            counter.post("/dossiers", body).await.expect_faults(&faults);
        }
        let future = changed(&|b| b["occurred_at"] = json!("2026-03-10T09:00:01+07:00"));
        counter.post("/dossiers", future).await.expect(422);
        let yesterday = changed(&|b| b["occurred_at"] = json!("2026-03-09T16:00:00+07:00"));
        counter.post("/dossiers", yesterday).await.expect_problem(403, "backdating-not-allowed");
        let foreign = changed(&|b| b["branch_code"] = json!("TL"));
        counter.post("/dossiers", foreign).await.expect_problem(403, "foreign-branch");
        let office = house.sign_in_as(Role::Office, None).await;
        office.post("/dossiers", new_dossier("1.003650", "A")).await.expect_problem(403, "role-may-not");
        let raw = |body: &'static str| counter.request(Method::POST, "/dossiers").header("content-type", "application/json").body(body);
        send(raw("{\"procedure_code\": ")).await.expect_problem(400, "malformed-json");
        send(raw("[]")).await.expect(422);
        send(counter.request(Method::POST, "/dossiers").body("x")).await.expect(415);
        let huge = counter.request(Method::POST, "/dossiers").header("content-type", "application/json");
        send(huge.body("x".repeat(10 * 1024 * 1024))).await.expect_problem(413, "too-large");
        counter.clone().with_token("x.y.z").post("/dossiers", json!({})).await.expect_problem(401, "unauthenticated");

        house.it_is("2029-06-01 09:00");
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        counter.post("/dossiers", new_dossier("1.003650", "Năm Chưa Có")).await.expect_problem(422, "calendar-missing");
        let admin = house.sign_in_as(Role::Admin, None).await;
        assert_eq!(admin.get("/dossiers?count=true").await.expect(200).body["count"], 0);
    }

    async fn a_branch_does_not_see_the_dossiers_of_another(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let dossier = take_in(&counter, "1.003650", "Nguyễn Thị Ánh").await;
        let foreign = house.sign_in_as(Role::Head, Some("TL")).await;
        foreign.get(&path(&dossier)).await.expect_problem(403, "foreign-branch");
        foreign.get(&format!("{}/events", path(&dossier))).await.expect_problem(403, "foreign-branch");
        foreign.act(&format!("{}/stop", path(&dossier)), dossier.version(), json!({"reason": "x"})).await.expect_problem(403, "foreign-branch");
        assert_eq!(foreign.get("/dossiers").await.expect(200).body["items"], json!([]));
        foreign.get("/dossiers?branch_code=TS").await.expect_problem(403, "foreign-branch");
        let office = house.sign_in_as(Role::Office, None).await;
        office.get(&path(&dossier)).await.expect(200);
        office.get("/dossiers/000.00.03.H29-260310-9999").await.expect_problem(404, "not-found");
    }

    async fn a_leap_second_breaks_no_chain_and_no_count(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let mut dossier = new_dossier("1.003650", "Nguyễn Thị Ánh");
        dossier["occurred_at"] = json!("2026-03-10T08:59:60+07:00");
        let dossier = counter.post("/dossiers", dossier).await.expect(201);
        assert_eq!(dossier.body["received_at"], "2026-03-10T08:59:59+07:00");
        house.it_is("2026-03-10 10:00");
        let counter = house.sign_in(&counter.username).await;
        let result = json!({"outcome": "denied", "occurred_at": "2026-03-10T09:30:60+07:00"});
        counter.act(&format!("{}/result", path(&dossier)), dossier.version(), result).await.expect(200);
        let verified = house.read(|conn| motcua::report::verify::verify(conn, &mut |_, _| {})).await;
        assert_eq!(verified.shown, []);
    }

    async fn names_in_any_script_are_found_again(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        for name in ["Sơn ភូមិ Thạch", "हिन्दी Đoàn", "தமிழ் Lê", "ภูมิใจ Trần"] {
            take_in(&counter, "1.003650", name).await;
            for words in [name, name.split(' ').next().unwrap(), name.split(' ').nth(1).unwrap()] {
                // Along the list, and by the index of words.
                for more in ["", "&channel=in_person"] {
                    let found = counter.get(&format!("/dossiers?q={words}{more}")).await.expect(200);
                    assert_eq!(found.body["items"].as_array().unwrap().len(), 1, "{words}{more}");
                }
            }
        }
        assert_eq!(counter.get("/dossiers?q=aⒶb").await.expect(200).body["items"], json!([]));
    }

    async fn papers_asked_for_after_the_due_date_make_nothing_early(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let dossier = take_in(&counter, "1.003650", "Nguyễn Thị Ánh").await;
        let (path, due_on) = (path(&dossier), dossier.body["due_on"].clone());
        let mut version = dossier.version();
        for (when, act, body) in [
            ("2026-03-18 09:00", "supplement-request", json!({"items": ["Bản vẽ"], "reason": "Thiếu"})),
            ("2026-03-19 09:00", "supplement", json!({})),
            ("2026-03-20 09:00", "result", json!({"outcome": "granted"})),
        ] {
            house.it_is(when);
            let counter = house.sign_in(&counter.username).await;
            version = counter.act(&format!("{path}/{act}"), version, body).await.expect(200).version();
        }
        let ended = house.sign_in(&counter.username).await.get(&path).await.expect(200);
        assert_eq!((&ended.body["due_on"], &ended.body["timeliness"]), (&due_on, &json!("overdue")));
    }

    async fn a_correction_that_changes_nothing_is_none_and_may_be_dated(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let dossier = take_in(&counter, "1.003650", "Nguyễn Thị Ánh").await;
        let corrections = format!("{}/corrections", path(&dossier));
        house.it_is("2026-03-10 11:00");
        let head = house.sign_in(&head.username).await;
        for (field, value) in [("channel", "in_person"), ("received_at", "2026-03-10T02:00:00Z"), ("applicant.address", "")] {
            let same = json!({"field": field, "value": value, "reason": "thử"});
            head.act(&corrections, dossier.version(), same).await.expect_problem(409, "nothing-to-correct");
        }
        let correction = |at| json!({"field": "channel", "value": "postal", "reason": "Ghi nhầm", "occurred_at": at});
        head.act(&corrections, dossier.version(), correction("2026-03-10T12:00:00+07:00")).await.expect_problem(422, "occurred-in-future");
        let corrected = head.act(&corrections, dossier.version(), correction("2026-03-10T10:00:00+07:00")).await.expect(200);
        assert_eq!(corrected.body["channel"], "postal");
    }

    async fn a_query_string_where_there_is_none_to_be_is_refused(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let dossier = take_in(&counter, "1.003650", "Nguyễn Thị Ánh").await;
        let path = path(&dossier);
        for address in [path.clone(), format!("{path}/events"), format!("{path}/deadline"), "/branches/TS".to_owned(), "/sessions/current".to_owned()] {
            counter.get(&address).await.expect(200);
            counter.get(&format!("{address}?zzz=1&limit=2")).await.expect_faults(&["/query/zzz unknown-parameter", "/query/limit unknown-parameter"]);
        }
        counter.act(&format!("{path}/stop?zzz=1"), dossier.version(), json!({"reason": "x"})).await.expect_faults(&["/query/zzz unknown-parameter"]);
        counter.post("/dossiers?x=1", new_dossier("1.003650", "Hai")).await.expect_faults(&["/query/x unknown-parameter"]);
        assert_eq!(counter.get("/dossiers?count=true").await.expect(200).body["count"], 1);
    }

    async fn who_may_not_learns_nothing_of_what_else_is_wrong(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let stranger = house.sign_in_as(Role::Counter, Some("KL")).await;
        let dossier = take_in(&counter, "1.003650", "Nguyễn Thị Ánh").await;
        let forwarding = format!("{}/forwarding", path(&dossier));
        for named in [counter.username.as_str(), "khong-ai"] {
            stranger.act(&forwarding, dossier.version(), json!({"to_officer": named})).await.expect_problem(403, "foreign-branch");
        }
        counter.act(&forwarding, 99, json!({"to_officer": "khong-ai"})).await.expect_problem(412, "stale");
    }

    async fn a_wrong_entry_is_corrected_in_sight(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let dossier = take_in(&counter, "1.003650", "Nguyễn Thị Anh").await;
        let corrections = format!("{}/corrections", path(&dossier));
        let correction = json!({"field": "applicant.name", "value": "Nguyễn Thị Ánh", "reason": "Ghi sai dấu"});
        counter.act(&corrections, dossier.version(), correction.clone()).await.expect_problem(403, "role-may-not");
        let dossier = head.act(&corrections, dossier.version(), correction).await.expect(200);
        assert_eq!(dossier.body["applicant"]["name"], "Nguyễn Thị Ánh");
        let moved = json!({"field": "received_at", "value": "2026-03-09T09:00:00+07:00", "reason": "Nhận hôm trước"});
        let dossier = head.act(&corrections, dossier.version(), moved).await.expect(200);
        assert_eq!((&dossier.body["due_on"], &dossier.body["first_due_on"]), (&json!("2026-03-12"), &json!("2026-03-13")));
        let events = head.get(&format!("{}/events", path(&dossier))).await.expect(200);
        let last = &events.body["items"][2];
        assert_eq!((&last["kind"], &last["old"], &last["new"], &last["reason"]), (&json!("corrected"), &json!("Nguyễn Thị Anh"), &json!("Nguyễn Thị Ánh"), &json!("Ghi sai dấu")));
        head.act(&corrections, dossier.version(), json!({"field": "resolved_at", "value": "2026-03-10T08:00:00+07:00", "reason": "x"}))
            .await
            .expect_problem(409, "nothing-to-correct");
        assert_eq!(head.get("/dossiers?q=anh").await.expect(200).body["items"].as_array().unwrap().len(), 1);
    }

    async fn a_result_handed_over_by_mistake_is_taken_back_in_sight(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let handler = house.sign_in_as(Role::Handler, Some("TS")).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let dossier = take_in(&counter, "1.003650", "Nguyễn Thị Ánh").await;
        let (path, key) = (path(&dossier), dossier.body["lookup_key"].as_str().unwrap().to_owned());
        let at = |act: &str| format!("{path}/{act}");
        let reason = json!({"reason": "Quét nhầm mã của hồ sơ khác"});
        let dossier = counter.act(&at("result"), dossier.version(), json!({"outcome": "granted"})).await.expect(200);
        counter.act(&at("return/undo"), dossier.version(), reason.clone()).await.expect_problem(409, "wrong-state");
        let handed = json!({"channel": "in_person", "received_by": "Lê Văn Nhầm"});
        let dossier = counter.act(&at("return"), dossier.version(), handed.clone()).await.expect(200);

        counter.act(&at("return/undo"), dossier.version(), json!({"reason": " "})).await.expect_faults(&["/reason empty"]);
        handler.act(&at("return/undo"), dossier.version(), reason.clone()).await.expect_problem(403, "role-may-not");
        counter.act(&at("return/undo"), dossier.version() - 1, reason.clone()).await.expect_problem(412, "stale");
        let dossier = counter.act(&at("return/undo"), dossier.version(), reason.clone()).await.expect(200);
        assert_eq!((&dossier.body["status"], &dossier.body["returned_at"]), (&json!("resolved"), &Value::Null));
        assert_eq!(dossier.body["acts"], json!(["return", "correct"]));
        let public = format!("/public{path}?key={key}");
        let told = house.nobody().get(&public).await.expect(200);
        assert_eq!((&told.body["status"], &told.body["returned_at"]), (&json!("resolved"), &Value::Null));
        let moved = json!({"field": "returned_at", "value": "2026-03-10T08:59:00+07:00", "reason": "x"});
        head.act(&at("corrections"), dossier.version(), moved).await.expect_problem(409, "nothing-to-correct");

        // The next day it is for the head, as whatever is entered of a day that is over.
        let dossier = counter.act(&at("return"), dossier.version(), handed.clone()).await.expect(200);
        house.it_is("2026-03-11 09:00");
        let (counter, head) = (house.sign_in(&counter.username).await, house.sign_in(&head.username).await);
        assert_eq!(dossier.body["acts_of_past_days"], json!([]));
        let seen = counter.get(&path).await.expect(200);
        assert_eq!((&seen.body["acts"][0], &seen.body["acts_of_past_days"]), (&json!("undo_return"), &json!(["undo_return"])));
        counter.act(&at("return/undo"), dossier.version(), reason.clone()).await.expect_problem(403, "backdating-not-allowed");
        let dossier = head.act(&at("return/undo"), dossier.version(), reason).await.expect(200);

        // Then it is handed over indeed; a correction is of that.
        let dossier = counter.act(&at("return"), dossier.version(), json!({"channel": "postal"})).await.expect(200);
        house.it_is("2026-03-11 10:00");
        let head = house.sign_in(&head.username).await;
        let moved = json!({"field": "returned_at", "value": "2026-03-11T09:30:00+07:00", "reason": "Gửi lúc 9 giờ 30"});
        let dossier = head.act(&at("corrections"), dossier.version(), moved).await.expect(200);
        assert_eq!(dossier.body["returned_at"], "2026-03-11T09:30:00+07:00");

        let events = head.get(&at("events")).await.expect(200);
        let events = events.body["items"].as_array().unwrap();
        let kinds: Vec<&str> = events.iter().skip(2).map(|event| event["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["resolved", "returned", "return_undone", "returned", "return_undone", "returned", "corrected"]);
        assert_eq!((&events[3]["received_by"], &events[4]["reason"]), (&json!("Lê Văn Nhầm"), &json!("Quét nhầm mã của hồ sơ khác")));
        let verified = house.read(|conn| motcua::report::verify::verify(conn, &mut |_, _| {})).await;
        assert_eq!(verified.shown, []);
    }

    async fn a_citizen_needs_a_second_proof_for_more_than_how_far_it_is(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let dossier = take_in(&counter, "1.003650", "Nguyễn Thị Ánh").await;
        let (code, key) = (dossier.body["code"].as_str().unwrap(), dossier.body["lookup_key"].as_str().unwrap());
        let citizen = house.nobody();
        let page = format!("/public/dossiers/{code}");
        let little = citizen.get(&page).await.expect(200);
        assert_eq!(little.body, json!({"code": code, "status": "received", "completed": false}));
        for proof in [format!("key={key}"), "phone_last4=4512".into()] {
            let more = citizen.get(&format!("{page}?{proof}")).await.expect(200);
            assert_eq!(more.body["due_on"], "2026-03-13");
            assert!(more.body["contact"]["phone"].as_str().is_some());
            assert!(!more.text.contains("Nguyễn Thị Ánh"), "{}", more.text);
        }
        let unknown = citizen.get("/public/dossiers/000.00.03.H29-260310-0777?key=00").await.expect_problem(404, "not-found");
        for wrong in ["key=00", "phone_last4=0000", "key=00&phone_last4=4512"] {
            let answer = citizen.get(&format!("{page}?{wrong}")).await;
            assert_eq!((answer.status, &answer.body), (unknown.status, &unknown.body), "{wrong}");
        }
    }

    async fn the_phone_of_a_dossier_cannot_be_tried_through_and_no_code_is_told_from_another(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let dossier = take_in(&counter, "1.003650", "Nguyễn Thị Ánh").await;
        let (code, key) = (dossier.body["code"].as_str().unwrap(), dossier.body["lookup_key"].as_str().unwrap());
        let citizen = house.nobody();
        for code in [code, "000.00.03.H29-260310-0777"] {
            let page = format!("/public/dossiers/{code}");
            for guess in 0..10 {
                let wrong = format!("{page}?phone_last4=000{guess}");
                citizen.get(&wrong).await.expect_problem(404, "not-found");
            }
            let stopped = citizen.get(&format!("{page}?phone_last4=4512")).await;
            let stopped = stopped.expect_problem(429, "too-many-requests");
            assert!(stopped.header("retry-after").is_some());
            citizen.get(&format!("{page}?key=00")).await.expect_problem(404, "not-found");
        }
        let page = format!("/public/dossiers/{code}");
        assert_eq!(citizen.get(&format!("{page}?key={key}")).await.expect(200).body["due_on"], "2026-03-13");
        citizen.get(&page).await.expect(200);
    }

    async fn a_citizen_with_a_proof_is_told_what_is_asked_for_and_why(db: TestDatabase) {
        const WHY: &str = "Thiếu <b>chữ ký</b> & dấu";
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let citizen = house.nobody();
        let papers = json!(["Bản vẽ", "Ảnh tàu"]);
        let promise = json!({"new_due_on": "2026-03-25", "cause": "field_verification"});
        for (by, act, body, kind, after) in [
            (&counter, "supplement-request", json!({"items": papers}), "supplement_requested", Some("supplement")),
            (&counter, "payment-request", json!({"amount": 1_250_000}), "payment_requested", Some("payment")),
            (&counter, "refusal", json!({}), "refused", None),
            (&counter, "result", json!({"outcome": "denied"}), "resolved", None),
            (&head, "stop", json!({}), "stopped", None),
            (&head, "reappointment", promise, "reappointed", None),
        ] {
            let mut new = new_dossier("1.003650", "Nguyễn Thị Ánh");
            if act == "refusal" {
                new["channel"] = json!("online");
                new["register_only"] = json!(true);
            }
            let dossier = counter.post("/dossiers", new).await.expect(201);
            let page = format!("/public{}", path(&dossier));
            let proved = format!("{page}?phone_last4=4512");
            assert_eq!(citizen.get(&proved).await.expect(200).body["said"], Value::Null);
            let mut asked = body.clone();
            asked["reason"] = json!(WHY);
            let done = by.act(&format!("{}/{act}", path(&dossier)), dossier.version(), asked).await.expect(200);
            let items = if act == "supplement-request" { papers.clone() } else { json!([]) };
            let told = json!({"kind": kind, "items": items, "amount": body["amount"], "reason": WHY});
            assert_eq!(citizen.get(&proved).await.expect(200).body["said"], told, "{act}");
            let little = citizen.get(&page).await.expect(200);
            assert_eq!(little.body.as_object().unwrap().len(), 3, "{}", little.text);
            if let Some(after) = after {
                by.act(&format!("{}/{after}", path(&dossier)), done.version(), json!({})).await.expect(200);
                assert_eq!(citizen.get(&proved).await.expect(200).body["said"], Value::Null);
            }
        }
        let granted = take_in(&counter, "1.003650", "Nguyễn Thị Ánh").await;
        let result = json!({"outcome": "granted", "reason": WHY});
        counter.act(&format!("{}/result", path(&granted)), granted.version(), result).await.expect(200);
        let told = citizen.get(&format!("/public{}?phone_last4=4512", path(&granted))).await.expect(200);
        assert_eq!(told.body["said"], Value::Null);
    }

    async fn a_new_date_that_a_restart_took_back_is_given_no_reason_any_more(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let citizen = house.nobody();
        let dossier = take_in(&counter, "1.003650", "Nguyễn Thị Ánh").await;
        let proved = format!("/public{}?phone_last4=4512", path(&dossier));
        let (act, new_date) = (|name| format!("{}/{name}", path(&dossier)), "2026-03-25");
        let promise = json!({"new_due_on": new_date, "cause": "field_verification", "reason": "Xác minh tại chỗ"});
        let put_off = head.act(&act("reappointment"), dossier.version(), promise).await.expect(200);
        let told = citizen.get(&proved).await.expect(200).body;
        assert_eq!((&told["reappointed_due_on"], &told["said"]["reason"]), (&json!(new_date), &json!("Xác minh tại chỗ")));
        let asked = json!({"items": ["Ảnh tàu"], "reason": "Thiếu ảnh"});
        let waits = counter.act(&act("supplement-request"), put_off.version(), asked).await.expect(200);
        counter.act(&act("supplement"), waits.version(), json!({})).await.expect(200);
        let told = citizen.get(&proved).await.expect(200).body;
        assert_eq!((&told["status"], &told["said"]), (&json!("received"), &Value::Null));
        assert_eq!(told["reappointed_due_on"], Value::Null);
    }

    async fn a_due_date_explains_itself_with_its_restarts_and_waits(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        house.it_is("2020-01-21 09:00");
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let dossier = take_in(&counter, "1.003650", "Nguyễn Thị Ánh").await;
        let first = counter.get(&format!("{}/deadline", path(&dossier))).await.expect(200);
        let days = first.body["explanation"].as_array().unwrap();
        assert_eq!(days[0], json!({"date": "2020-01-22", "counted": true, "leg": 1, "n": 1}));
        assert_eq!(days[1], json!({"date": "2020-01-23", "counted": false, "reason": "Tết Âm lịch - 29 tháng Chạp"}));
        assert_eq!(days.last().unwrap()["date"], "2020-01-31");
        let asked = json!({"items": ["Bản vẽ"], "reason": "thiếu"});
        let dossier = counter.act(&format!("{}/supplement-request", path(&dossier)), dossier.version(), asked).await.expect(200);
        house.it_is("2020-02-10 10:00");
        let counter = house.sign_in(&counter.username).await;
        counter.act(&format!("{}/supplement", path(&dossier)), dossier.version(), json!({})).await.expect(200);
        let told = counter.get(&format!("{}/deadline", path(&dossier))).await.expect(200).body;
        assert_eq!((&told["due_on"], &told["first_due_on"]), (&json!("2020-02-13"), &json!("2020-01-31")));
        assert_eq!(told["promises"][0]["due_on"], "2020-01-31");
        assert_eq!((&told["promises"][1]["set_by"], &told["promises"][1]["restarted"]), (&json!("supplied"), &json!(true)));
        assert_eq!(told["waits"], json!([{"what": "supplement_requested", "from": "2020-01-21T09:00:00+07:00", "to": "2020-02-10T10:00:00+07:00"}]));
        assert_eq!(told["explanation"][0]["date"], "2020-02-11");
        // 22, 30, 31 January; 3 to 7, and 10 February: the wait is in it.
        assert_eq!(told["elapsed_working_days"], 9);
    }

    async fn a_changed_calendar_moves_nothing_until_told_to_and_keeps_earlier_promises(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        house.it_is("2026-11-19 09:00");
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        // Thursday + 3 working days: Friday, Monday, Wednesday (Tuesday 24/11 is a day off).
        let dossier = take_in(&counter, "1.003650", "Nguyễn Thị Ánh").await;
        assert_eq!(dossier.body["due_on"], "2026-11-25");
        let change = |body: Value| send(admin.request(Method::PUT, "/calendar/days/2026-11-23").json(&body));
        let day_off = json!({"kind": "compensatory_off", "name": "Nghỉ hoán đổi"});
        let seen = change(day_off.clone()).await;
        let seen = if seen.status.as_u16() == 428 { admin.put("/calendar/days/2026-11-23", day_off).await } else { seen };
        assert!(seen.status.is_success(), "{}", seen.text);
        let shown = counter.get(&path(&dossier)).await.expect(200);
        assert_eq!(shown.body["due_on"], "2026-11-25", "nothing moves by itself");
        let reason = json!({"reason": "Thông báo hoán đổi ngày làm việc"});
        counter.post("/calendar/recomputations", reason.clone()).await.expect_problem(403, "admin-only");
        let order = admin.post("/calendar/recomputations", reason.clone()).await.expect(202);
        let done = recounted(&house, &admin, &order).await;
        assert_eq!(done["items"][0]["computed_due_on"], "2026-11-26");
        assert_eq!((done["items"].as_array().unwrap().len(), &done["items"][0]["outcome"]), (1, &json!("kept")));
        let saturday = json!({"kind": "working_swap", "name": "Làm bù thứ Bảy"});
        admin.put("/calendar/days/2026-11-21", saturday).await;
        admin.delete("/calendar/days/2026-11-23").await;
        let order = admin.post("/calendar/recomputations", reason).await.expect(202);
        let done = recounted(&house, &admin, &order).await;
        assert_eq!((&done["items"][0]["computed_due_on"], &done["items"][0]["outcome"]), (&json!("2026-11-23"), &json!("moved")));
        let shown = counter.get(&path(&dossier)).await.expect(200);
        assert_eq!((&shown.body["due_on"], &shown.body["first_due_on"]), (&json!("2026-11-23"), &json!("2026-11-25")));
    }
}
