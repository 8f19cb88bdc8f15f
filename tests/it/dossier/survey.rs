//! What applicants say of how they were served: once, of a result that they have, counted on the day of its hand-over.

use super::life::take_in;
use crate::support::house::{Answer, Person, TestHouse};
use motcua::domain::role::Role;
use serde_json::{Value, json};

fn path(dossier: &Answer) -> String {
    format!("/dossiers/{}", dossier.body["code"].as_str().unwrap())
}

/// Taken in, resolved and handed over, all on 2026-03-10.
async fn handed_over(counter: &Person, name: &str, channel: &str) -> Answer {
    let dossier = take_in(counter, "1.003650", name).await;
    let at = |act: &str| format!("{}/{act}", path(&dossier));
    let resolved =
        counter.act(&at("result"), dossier.version(), json!({"outcome": "granted"})).await.expect(200);
    counter.act(&at("return"), resolved.version(), json!({"channel": channel})).await.expect(200)
}

/// An indicator of the days asked for, of all branches.
async fn indicator(office: &Person, days: &str, id: &str) -> Value {
    let board = office.get(&format!("/indicators?{days}")).await.expect(200).body;
    let found = board["indicators"].as_array().unwrap().iter().find(|one| one["id"] == id);
    let mut found = found.unwrap().clone();
    found["revised"] = board["revised"].clone();
    found
}

fn rate(part: i64, whole: i64, percent: &str) -> Value {
    json!({"numerator": part, "denominator": whole, "percent": percent})
}

on_both! {
    async fn an_answer_is_recorded_once_and_only_of_a_result_that_was_handed_over(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let handler = house.sign_in_as(Role::Handler, Some("TS")).await;
        let stranger = house.sign_in_as(Role::Counter, Some("KL")).await;
        let dossier = take_in(&counter, "1.003650", "Nguyễn Thị Ánh").await;
        let at = |act: &str| format!("{}/{act}", path(&dossier));
        let answer = json!({"satisfaction": "satisfied", "remark": "Nhanh, gọn"});
        assert_eq!(dossier.body["satisfaction"], Value::Null);

        counter.act(&at("survey"), dossier.version(), answer.clone()).await.expect_problem(409, "wrong-state");
        let resolved = counter.act(&at("result"), dossier.version(), json!({"outcome": "granted"})).await.expect(200);
        counter.act(&at("survey"), resolved.version(), answer.clone()).await.expect_problem(409, "wrong-state");
        let returned = counter.act(&at("return"), resolved.version(), json!({"channel": "postal"})).await.expect(200);
        assert_eq!(returned.body["acts"], json!(["undo_return", "survey", "correct"]));

        stranger.act(&at("survey"), returned.version(), answer.clone()).await.expect_problem(403, "foreign-branch");
        handler.act(&at("survey"), returned.version(), answer.clone()).await.expect_problem(403, "role-may-not");
        counter.act(&at("survey"), returned.version() - 1, answer.clone()).await.expect_problem(412, "stale");
        for (body, fault) in [
            (json!({"satisfaction": "delighted"}), "/satisfaction unknown-value"),
            (json!({"satisfaction": "neutral", "remark": "x".repeat(1001)}), "/remark too-long"),
            (json!({"satisfaction": "neutral", "remark": " "}), "/remark empty"),
        ] {
            counter.act(&at("survey"), returned.version(), body).await.expect_faults(&[fault]);
        }
        let surveyed = counter.act(&at("survey"), returned.version(), answer.clone()).await.expect(200);
        assert_eq!((&surveyed.body["status"], &surveyed.body["satisfaction"]), (&json!("returned"), &json!("satisfied")));
        assert_eq!(surveyed.body["acts"], json!(["correct"]));
        assert!(!surveyed.text.contains("Nhanh, gọn"), "a remark stands in the story and nowhere else");

        counter.act(&at("survey"), surveyed.version(), answer).await.expect_problem(409, "already-surveyed");
        let undo = json!({"reason": "Quét nhầm mã"});
        counter.act(&at("return/undo"), surveyed.version(), undo).await.expect_problem(409, "already-surveyed");
        assert_eq!(counter.get(&path(&dossier)).await.expect(200).body["satisfaction"], "satisfied");
        let events = counter.get(&at("events")).await.expect(200);
        let last = events.body["items"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["kind"], &last["satisfaction"], &last["remark"], &last["answered_by"], &last["officer"]),
            (&json!("surveyed"), &json!("satisfied"), &json!("Nhanh, gọn"), &json!("counter"), &json!(counter.username)));
        let verified = house.read(|conn| motcua::report::verify::verify(conn, &mut |_, _| {})).await;
        assert_eq!(verified.shown, []);
    }

    async fn a_citizen_answers_with_a_proof_and_without_one_there_is_no_such_dossier(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let citizen = house.nobody();
        let early = take_in(&counter, "1.003650", "Trần Văn Sớm").await;
        let dossier = handed_over(&counter, "Nguyễn Thị Ánh", "in_person").await;
        let page = |dossier: &Answer| format!("/public{}", path(dossier));
        let key = |dossier: &Answer| dossier.body["lookup_key"].as_str().unwrap().to_owned();
        let answer = json!({"satisfaction": "very_satisfied", "remark": "Cảm ơn"});

        let unknown = citizen.post("/public/dossiers/000.00.03.H29-260310-0777/survey?key=00", answer.clone()).await.expect_problem(404, "not-found");
        for proof in ["", "?key=00", "?phone_last4=0000", "?key=00&phone_last4=4512"] {
            let refused = citizen.post(&format!("{}/survey{proof}", page(&dossier)), answer.clone()).await;
            assert_eq!((refused.status, &refused.body), (unknown.status, &unknown.body), "{proof}");
        }
        let looked_up = citizen.get(&format!("{}?key={}", page(&early), key(&early))).await.expect(200);
        assert_eq!((&looked_up.body["satisfaction"], &looked_up.body["may_answer"]), (&Value::Null, &json!(false)));
        let too_early = format!("{}/survey?key={}", page(&early), key(&early));
        citizen.post(&too_early, answer.clone()).await.expect_problem(409, "wrong-state");

        let look_up = format!("{}?key={}", page(&dossier), key(&dossier));
        let looked_up = citizen.get(&look_up).await.expect(200);
        assert_eq!((&looked_up.body["satisfaction"], &looked_up.body["may_answer"]), (&Value::Null, &json!(true)));
        let at = format!("{}/survey?phone_last4=4512", page(&dossier));
        let told = citizen.post(&at, answer.clone()).await.expect(200);
        assert_eq!((&told.body["satisfaction"], &told.body["may_answer"]), (&json!("very_satisfied"), &json!(false)));
        assert_eq!(told.body, citizen.get(&look_up).await.expect(200).body, "what the look-up answers");
        assert!(!told.text.contains("Cảm ơn"), "{}", told.text);
        citizen.post(&at, json!({"satisfaction": "neutral"})).await.expect_problem(409, "already-surveyed");
        let little = citizen.get(&page(&dossier)).await.expect(200);
        assert!(little.body.get("satisfaction").is_none() && little.body.get("may_answer").is_none(), "{}", little.text);
        let events = counter.get(&format!("{}/events", path(&dossier))).await.expect(200);
        let last = events.body["items"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["answered_by"], &last["officer"], &last["remark"]), (&json!("applicant"), &Value::Null, &json!("Cảm ơn")));
    }

    async fn an_officer_is_not_taken_for_the_applicant(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let dossier = handed_over(&counter, "Nguyễn Thị Ánh", "in_person").await;
        let key = dossier.body["lookup_key"].as_str().unwrap();
        let own = format!("/public{}/survey?key={key}", path(&dossier));
        counter.post(&own, json!({"satisfaction": "satisfied"})).await.expect_problem(403, "applicants-only");
        assert_eq!(counter.get(&path(&dossier)).await.expect(200).body["satisfaction"], Value::Null);
        // Nor is one whose session has ended, or whose token was never one.
        house.it_is("2026-03-11 20:00");
        counter.post(&own, json!({"satisfaction": "satisfied"})).await.expect(401);
        house.nobody().post(&own, json!({"satisfaction": "neutral"})).await.expect(200);
    }

    async fn wrong_phones_are_counted_here_as_at_the_look_up(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let dossier = handed_over(&counter, "Nguyễn Thị Ánh", "in_person").await;
        let (citizen, page) = (house.nobody(), format!("/public{}", path(&dossier)));
        let answer = json!({"satisfaction": "neutral"});
        for guess in 0..10 {
            let wrong = format!("{page}/survey?phone_last4=000{guess}");
            citizen.post(&wrong, answer.clone()).await.expect_problem(404, "not-found");
        }
        citizen.post(&format!("{page}/survey?phone_last4=4512"), answer.clone()).await.expect_problem(429, "too-many-requests");
        citizen.get(&format!("{page}?phone_last4=4512")).await.expect_problem(429, "too-many-requests");
        let key = dossier.body["lookup_key"].as_str().unwrap();
        citizen.post(&format!("{page}/survey?key={key}"), answer).await.expect(200);
    }

    async fn an_answer_counts_on_the_day_of_the_hand_over_whenever_it_comes(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let mut handed = Vec::new();
        for (name, channel) in [("Nguyễn Thị Một", "postal"), ("Trần Văn Hai", "in_person"), ("Lê Thị Ba", "in_person")] {
            handed.push(handed_over(&counter, name, channel).await);
        }
        let office = house.sign_in_as(Role::Office, None).await;
        let (day, week) = ("from=2026-03-10&to=2026-03-10", "from=2026-03-11&to=2026-03-20");
        let none = indicator(&office, day, "S23").await;
        assert_eq!((&none["rate"], &none["year_before"], &none["verdict"]), (&rate(0, 3, "0.00"), &Value::Null, &json!("missed")));
        assert_eq!(indicator(&office, day, "S12").await["rate"], Value::Null);
        assert!(none.as_object().unwrap().contains_key("year_before"));
        assert!(!indicator(&office, day, "S06").await.as_object().unwrap().contains_key("year_before"));

        house.it_is("2026-03-16 19:30");
        let at = |n: usize| format!("/public{}/survey?key={}", path(&handed[n]), handed[n].body["lookup_key"].as_str().unwrap());
        house.nobody().post(&at(0), json!({"satisfaction": "satisfied"})).await.expect(200);
        let counter = house.sign_in(&counter.username).await;
        let slip = json!({"satisfaction": "dissatisfied"});
        counter.act(&format!("{}/survey", path(&handed[1])), handed[1].version(), slip).await.expect(200);
        house.it_is("2026-03-21 08:00");
        let office = house.sign_in(&office.username).await;

        let surveyed = indicator(&office, day, "S23").await;
        assert_eq!(surveyed["rate"], rate(2, 3, "66.66"));
        assert_eq!(surveyed["shares"], json!([{"what": "by_applicant", "rate": rate(1, 2, "50.00")}]));
        assert_eq!(surveyed["revised"], 2, "as of the day itself nobody had answered");
        assert_eq!(indicator(&office, &format!("{day}&as_of=2026-03-16"), "S23").await["revised"], 0);
        let satisfied = indicator(&office, day, "S12").await;
        assert_eq!((&satisfied["rate"], &satisfied["verdict"]), (&rate(1, 2, "50.00"), &json!("missed")));
        assert_eq!(indicator(&office, week, "S23").await["rate"], Value::Null, "nothing was handed over in these days");

        // The hand-over was two days later, or so it is put right: the answer goes with it.
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let now = head.get(&path(&handed[1])).await.expect(200);
        let late = json!({"field": "returned_at", "value": "2026-03-12T09:00:00+07:00", "reason": "Trả hôm 12"});
        let moved = head.act(&format!("{}/corrections", path(&handed[1])), now.version(), late).await.expect(200);
        assert_eq!(moved.body["satisfaction"], "dissatisfied");
        assert_eq!(indicator(&office, day, "S23").await["rate"], rate(1, 2, "50.00"));
        assert_eq!(indicator(&office, week, "S23").await["rate"], rate(1, 1, "100.00"));
        assert_eq!(indicator(&office, week, "S12").await["rate"], rate(0, 1, "0.00"));
        let after = json!({"field": "returned_at", "value": "2026-03-18T09:00:00+07:00", "reason": "Trả hôm 18"});
        head.act(&format!("{}/corrections", path(&handed[1])), moved.version(), after).await.expect_problem(422, "correction-out-of-order");
        let verified = house.read(|conn| motcua::report::verify::verify(conn, &mut |_, _| {})).await;
        assert_eq!(verified.shown, []);
    }
}
