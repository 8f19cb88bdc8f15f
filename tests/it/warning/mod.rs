//! Early warning: what is told of running dossiers, and from what.

pub(crate) mod steps;

use crate::support::database::TestDatabase;
use crate::support::ground::{Ground, applicant, intake};
use crate::support::house::{Person, TestHouse};
use chrono::NaiveDate;
use motcua::account;
use motcua::domain::decide::Command;
use motcua::domain::event::{Event, Fact, ResultKind};
use motcua::domain::local_time::day_of;
use motcua::domain::role::Role;
use motcua::http::{self, House};
use motcua::warning::{Measure, measure};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Three working days; branch TS.
pub(crate) const SHORT: &str = "1.003650";
/// Taken in and resolved so many times, each some working days later.
pub(crate) const TODAY: &str = "2026-03-10 09:00";

pub(crate) fn with(ground: &Ground, months: u32) -> Measure {
    Measure {
        db: ground.db.clone(),
        clock: ground.clock.clone(),
        reference: ground.references.clone(),
        months,
    }
}

/// Takes dossiers in on working days since November and resolves each after as many working days as told, some with a
/// wait in between. Gives the codes.
pub(crate) fn past(ground: &Ground, taken: &[u32]) -> Vec<String> {
    let reference = ground.reference();
    let calendar = &reference.calendar;
    let mut day: NaiveDate = "2025-11-03".parse().unwrap();
    let mut codes = Vec::new();
    for (n, days) in taken.iter().enumerate() {
        ground.clock_to(&format!("{day} 08:30"));
        let code = ground.take_in("TS", intake(SHORT, applicant("Nguyễn Thị Một")));
        let mut end = day;
        if n % 7 == 3 {
            ground.act(&code, Command::RequestPayment { amount: 30_000, reason: "phí".into() }).unwrap();
            end = calendar.next_working_day(calendar.next_working_day(end).unwrap()).unwrap();
            ground.clock_to(&format!("{end} 09:00"));
            ground.act(&code, Command::RecordPayment).unwrap();
        }
        for _ in 0..*days {
            end = calendar.next_working_day(end).unwrap();
        }
        ground.clock_to(&format!("{end} 15:00"));
        let done = Command::Resolve { outcome: ResultKind::Granted, document_number: None, reason: None };
        ground.act(&code, done).unwrap();
        codes.push(code);
        if n % 2 == 1 {
            day = calendar.next_working_day(day).unwrap();
        }
    }
    codes
}

/// How long it took, told from the events by counting days one by one.
fn naive(ground: &Ground, events: &[Event]) -> Option<(NaiveDate, u32)> {
    let reference = ground.reference();
    let (mut started, mut waiting_since, mut waited, mut ended) = (None, None, Vec::new(), None);
    for event in events {
        let day = day_of(event.occurred_at);
        match event.fact {
            Fact::Received { .. } => started = Some(day),
            Fact::PaymentRequested { .. } => waiting_since = Some(day),
            Fact::Paid { .. } => {
                waited.extend(waiting_since.unwrap().iter_days().skip(1).take_while(|one| *one <= day))
            }
            Fact::Resolved { .. } => ended = Some(day),
            _ => {}
        }
    }
    let (started, ended) = (started?, ended?);
    let days = started.iter_days().skip(1).take_while(|day| *day <= ended);
    let counted = days.filter(|day| !waited.contains(day) && reference.calendar.is_working(*day).unwrap());
    Some((ended, u32::try_from(counted.count()).unwrap()))
}

fn quantile(sorted: &[u32], percent: usize) -> Value {
    json!(sorted[(percent * sorted.len()).div_ceil(100).max(1) - 1])
}

pub(crate) async fn house(ground: &Ground, db: TestDatabase) -> TestHouse {
    let house = House::new(
        ground.db.clone(),
        ground.clock.clone(),
        ground.references.clone(),
        http::Settings::default(),
    );
    TestHouse::over(db, house, account::Settings::default()).await
}

async fn warnings(person: &Person, query: &str) -> Vec<Value> {
    let (mut all, mut next) = (Vec::new(), None::<String>);
    loop {
        let cursor = next.map(|next| format!("&cursor={next}")).unwrap_or_default();
        let page = person.get(&format!("/warnings?{query}{cursor}")).await.expect(200).body;
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(more) => next = Some(more.to_owned()),
            None => return all,
        }
    }
}

on_both! {
    async fn quantiles_are_those_of_a_naive_count_of_the_events(db: TestDatabase) {
        let ground = Ground::at(&db, TODAY);
        let taken: Vec<u32> = (0..90_u32).map(|n| n * n % 11).collect();
        let codes = past(&ground, &taken);
        ground.clock_to(TODAY);
        for (months, since) in [(6, "2025-09-10"), (3, "2025-12-10")] {
            assert!(measure(&with(&ground, months)).unwrap().is_some());
            assert_eq!(measure(&with(&ground, months)).unwrap(), None, "once a day");
            let since: NaiveDate = since.parse().unwrap();
            let mut counted: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
            for code in &codes {
                let (ended, days) = naive(&ground, &ground.events(code)).unwrap();
                if ended >= since && ended < day_of(ground.clock.now()) {
                    counted.entry("3wd").or_default().push(days);
                }
            }
            let sorted = counted.get_mut("3wd").unwrap();
            sorted.sort_unstable();
            let known = ground.db.read_blocking(motcua::warning::Measured::load).unwrap();
            let buckets: Vec<u32> = known.by_limit().values().flat_map(|durations| durations.iter().flat_map(|(days, cases)| vec![days; usize::try_from(cases).unwrap()])).collect();
            assert_eq!(&buckets, sorted);
        }
    }

    async fn a_dossier_that_will_likely_be_late_says_from_how_many_cases(db: TestDatabase) {
        let ground = Ground::at(&db, TODAY);
        // Of forty, ten in time and thirty late: in five or six working days.
        let taken: Vec<u32> = (0..40_u32).map(|n| match n % 4 { 0 => 2, 1 => 5, _ => 6 }).collect();
        past(&ground, &taken);
        ground.clock_to(TODAY);
        measure(&with(&ground, 6)).unwrap();
        let code = ground.take_in("TS", intake(SHORT, applicant("Trần Văn Hai")));
        let house = house(&ground, db).await;
        let office = house.sign_in_as(Role::Office, None).await;
        let found = warnings(&office, "kind=likely_late").await;
        assert_eq!(found.len(), 1, "{found:#?}");
        let one = &found[0];
        assert_eq!((&one["dossier_code"], &one["warnings"]), (&json!(code), &json!(["likely_late"])));
        let mut sorted = taken.clone();
        sorted.sort_unstable();
        let estimate = &one["estimate"];
        assert_eq!(estimate["cases"], 40);
        assert_eq!((&estimate["basis"], &estimate["step"]), (&json!("procedure_and_limit"), &Value::Null));
        for (name, percent) in [("p50", 50), ("p80", 80), ("p90", 90)] {
            assert_eq!(estimate[name], quantile(&sorted, percent), "{name}");
        }
        // Wednesday 11 is the first working day after; the 5th is Tuesday 17, the 6th Wednesday 18.
        assert_eq!((&one["due_on"], &estimate["expected_by_p90"]), (&json!("2026-03-13"), &json!("2026-03-18")));
        assert_eq!(estimate["late"], json!({"numerator": 30, "denominator": 40, "percent": "75.00"}));
        // Two days on, those that took less than two say nothing of it; all of the rest took two or longer.
        house.it_is("2026-03-13 16:00");
        let office = house.sign_in(&office.username).await;
        let later = &warnings(&office, "kind=likely_late").await[0];
        assert_eq!(later["elapsed_working_days"], 3);
        assert_eq!(later["estimate"]["late"], json!({"numerator": 30, "denominator": 30, "percent": "100.00"}));
        assert_eq!(later["warnings"], json!(["due_soon", "likely_late"]));

        let listed = office.get("/warnings/durations").await.expect(200).body;
        assert_eq!(listed["measured"], json!({"from": "2025-09-10", "to": "2026-03-09", "measured_on": "2026-03-10", "least_cases": 20}));
        assert_eq!(listed["items"], json!([{"procedure_code": SHORT, "procedure": "Cấp giấy chứng nhận đăng ký tàu cá", "time_limit": "3wd", "cases": 40, "p50": quantile(&sorted, 50), "p80": quantile(&sorted, 80), "p90": quantile(&sorted, 90), "steps": []}]));
    }

    async fn nothing_is_estimated_below_the_least_number_of_cases(db: TestDatabase) {
        let ground = Ground::at(&db, TODAY);
        past(&ground, &[9; 19]);
        ground.clock_to(TODAY);
        measure(&with(&ground, 6)).unwrap();
        ground.take_in("TS", intake(SHORT, applicant("Trần Văn Hai")));
        ground.clock_to("2026-03-12 16:00");
        let house = house(&ground, db).await;
        let office = house.sign_in_as(Role::Office, None).await;
        let found = warnings(&office, "").await;
        assert_eq!((found.len(), &found[0]["warnings"], &found[0]["estimate"]), (1, &json!(["due_soon"]), &Value::Null));
        let listed = office.get("/warnings/durations").await.expect(200).body;
        assert_eq!((&listed["items"][0]["cases"], &listed["items"][0]["p50"]), (&json!(19), &Value::Null));
    }

    async fn what_is_stuck_overdue_or_waiting_is_told_apart_and_only_to_its_branch(db: TestDatabase) {
        let ground = Ground::at(&db, TODAY);
        let stuck = ground.take_in("TS", intake(SHORT, applicant("Nguyễn Thị Một")));
        let waiting = ground.take_in("TS", intake(SHORT, applicant("Trần Văn Hai")));
        let registered = ground.take_in("TS", motcua::dossier::Intake { register_only: true, ..intake(SHORT, applicant("Lê Thị Ba")) });
        ground.act(&waiting, Command::RequestPayment { amount: 30_000, reason: "phí".into() }).unwrap();
        let house = house(&ground, db).await;
        house.it_is("2026-03-16 09:00");
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let kinds = |found: &[Value]| found.iter().map(|one| (one["dossier_code"].as_str().unwrap().to_owned(), one["warnings"].clone())).collect::<Vec<_>>();
        assert_eq!(kinds(&warnings(&head, "").await), [(stuck.clone(), json!(["overdue"]))], "four working days are not five");
        house.it_is("2026-03-17 09:00");
        let head = house.sign_in(&head.username).await;
        assert_eq!(kinds(&warnings(&head, "").await), [(stuck.clone(), json!(["overdue", "stuck"])), (registered.clone(), json!(["stuck"]))]);
        assert_eq!(kinds(&warnings(&head, "kind=stuck&limit=1").await).len(), 2, "page by page");
        assert_eq!(kinds(&warnings(&head, "kind=overdue").await).len(), 1);
        assert_eq!(warnings(&head, "kind=due_soon").await.len(), 0);
        let one = &warnings(&head, "kind=overdue").await[0];
        assert_eq!((&one["working_days_left"], &one["quiet_working_days"]), (&json!(-2), &json!(5)));
        let elsewhere = house.sign_in_as(Role::Head, Some("KL")).await;
        assert_eq!(warnings(&elsewhere, "").await.len(), 0);
        elsewhere.get("/warnings?branch_code=TS").await.expect_problem(403, "foreign-branch");
        head.get("/warnings?kind=late").await.expect_faults(&["/query/kind/0 unknown-value"]);
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let dossier = counter.get(&format!("/dossiers/{stuck}")).await.expect(200);
        counter.act(&format!("/dossiers/{stuck}/forwarding"), dossier.version(), json!({"to_officer": counter.username})).await.expect(200);
        let mine = warnings(&counter, "held_by=me").await;
        assert_eq!((mine.len(), &mine[0]["held_by"]["username"], &mine[0]["warnings"]), (1, &json!(counter.username), &json!(["overdue"])));
        house.nobody().get("/warnings").await.expect(401);
    }
}
