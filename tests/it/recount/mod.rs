//! Due dates counted again after a change of the calendar: as one by one, each once, whatever is killed meanwhile.

use crate::apology::BOAT;
use crate::report::written::{Written, written};
use crate::support::database::fresh;
use crate::support::ground::{Ground, applicant, intake};
use crate::support::house::{Answer, MORNING, Person, TestHouse};
use crate::support::process::{Service, run_on};
use chrono::NaiveDate;
use diesel::prelude::*;
use motcua::both;
use motcua::calendar::insert_day;
use motcua::db::Conn;
use motcua::db::schema::{dossier_events, dossiers, jobs};
use motcua::domain::calendar::{DayKind, OfficeHours, SpecialDay};
use motcua::domain::deadline::deadline;
use motcua::domain::decide::Command;
use motcua::domain::ids::DossierId;
use motcua::domain::role::Role;
use motcua::dossier::{Life, Stamp};
use motcua::jobs::{Bell, Handlers, Settings, Worker};
use motcua::recount::{self, Counter};
use motcua::reference;
use motcua::report::verify::verify;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// What the service does by itself, done now: so many attempts.
pub async fn work(house: &TestHouse) -> usize {
    let counter = Counter {
        db: house.house.db.clone(),
        clock: house.house.clock.clone(),
        references: house.house.references.clone(),
    };
    let handlers = recount::jobs(Handlers::new(), &counter);
    let worker = Worker::new(
        counter.db.clone(),
        counter.clock.clone(),
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

async fn order(admin: &Person) -> Answer {
    admin.post("/calendar/recomputations", json!({"reason": "Thông báo số 7/TB"})).await.expect(202)
}

fn at(order: &Answer) -> String {
    format!("/calendar/recomputations/{}", order.body["id"].as_str().unwrap())
}

async fn items(person: &Person, order: &Answer) -> Vec<Value> {
    let answer = person.get(&format!("{}/dossiers?limit=200", at(order))).await.expect(200);
    answer.body["items"].as_array().unwrap().clone()
}

/// Saturday the 14th is worked.
async fn saturday_is_worked(admin: &Person) {
    let day = json!({"kind": "working_swap", "name": "Làm bù thứ Bảy"});
    admin.put("/calendar/days/2026-03-14", day).await.expect(200);
}

/// So many dossiers of TS that are due a day earlier when Saturday is worked.
async fn that_will_move(ground: &Ground, count: usize) -> Vec<String> {
    ground.clock_to("2026-03-12 09:00");
    take_in(ground, count).await
}

async fn take_in(ground: &Ground, count: usize) -> Vec<String> {
    let mut codes = Vec::new();
    for n in 1..=count {
        codes.push(ground.take_in_async("TS", intake(BOAT, applicant(&format!("Người Thứ {n:03}")))).await);
    }
    codes
}

/// How often each dossier was counted again, by code, with its due date.
fn counted(c: &mut Conn<'_>) -> Vec<(String, NaiveDate, i64)> {
    let mut rows: Vec<(DossierId, String, Option<NaiveDate>)> =
        both!(c, |c| dossiers::table.select((dossiers::id, dossiers::code, dossiers::due_on)).load(c))
            .unwrap();
    rows.sort_by(|a, b| a.1.cmp(&b.1));
    rows.into_iter()
        .map(|(id, code, due_on)| {
            let times = both!(c, |c| dossier_events::table
                .filter(dossier_events::dossier_id.eq(id))
                .filter(dossier_events::kind.eq("due_recomputed"))
                .count()
                .get_result::<i64>(c));
            (code, due_on.unwrap(), times.unwrap())
        })
        .collect()
}

/// A dossier as it is after all: status, version, due date, as first promised, and the days of its promises.
type After = (String, i32, Option<NaiveDate>, Option<NaiveDate>, Vec<(String, String)>);

fn after(ground: &Ground, keys: &[DossierId]) -> Vec<After> {
    let keys = keys.to_vec();
    ground.write(move |tx| {
        let verified = verify(tx, &mut |_, _| {})?;
        assert_eq!(verified.shown, [], "tallies, chains and rows are what the events tell");
        keys.iter()
            .map(|id| {
                let row: (String, i32, Option<NaiveDate>, Option<NaiveDate>) =
                    both!(tx, |c| dossiers::table
                        .find(id)
                        .select((
                            dossiers::status,
                            dossiers::version,
                            dossiers::due_on,
                            dossiers::first_due_on
                        ))
                        .first(c))?;
                let events = motcua::dossier::events(tx, *id)?;
                let told = events.iter().map(|event| (event.fact.kind().to_owned(), told_of(event)));
                Ok((row.0, row.1, row.2, row.3, told.collect()))
            })
            .collect()
    })
}

/// What a recount wrote into the history.
fn told_of(event: &motcua::domain::event::Event) -> String {
    match &event.fact {
        motcua::domain::event::Fact::DueRecomputed { deadline, computed_due_on, reason } => {
            format!("{} {} {reason}", deadline.due_on, computed_due_on)
        }
        _ => String::new(),
    }
}

/// Some Saturdays are worked, and some days are off, in the weeks in which the lives are due.
fn calendar_changes(written: &Written) {
    let day = |date: &str, kind| SpecialDay {
        date: date.parse().unwrap(),
        kind,
        name: "Thay đổi thử".into(),
        paired_date: None,
        note: None,
    };
    let worked = ["2025-01-11", "2025-01-18", "2025-02-08", "2025-02-15", "2025-03-01", "2025-03-08"];
    let off = ["2025-01-15", "2025-02-26", "2025-03-20"];
    let worked = worked.map(|date| day(date, DayKind::WorkingSwap));
    let days: Vec<SpecialDay> =
        worked.into_iter().chain(off.map(|date| day(date, DayKind::Holiday))).collect();
    written.ground.write(move |tx| {
        reference::change(tx, &OfficeHours::default(), |tx, _| {
            Ok(days.iter().try_for_each(|day| insert_day(tx, day))?)
        })
    });
}

/// Each open dossier by itself, in a transaction of its own: what the order has to come to.
fn one_by_one(written: &Written, reason: &str) -> (usize, usize) {
    let (mut moved, mut kept) = (0, 0);
    for id in &written.keys {
        let (id, reference, reason) = (*id, written.ground.reference(), reason.to_owned());
        let now = crate::support::ground::at(MORNING);
        let came = written.ground.write(move |tx| {
            let mut life = Life::load_by_id(tx, id)?;
            let dossier = life.dossier().clone();
            let (true, Some(clock)) = (dossier.status.is_running(), dossier.clock) else { return Ok((0, 0)) };
            let limit = &dossier.time_limit;
            let computed =
                deadline(&reference.calendar, clock.started_at, limit, &clock.pauses).unwrap().due_on;
            if computed == clock.deadline.due_on {
                return Ok((0, 0));
            }
            if computed > clock.deadline.due_on {
                return Ok((0, 1));
            }
            let stamp = Stamp { occurred_at: now, recorded_at: now, officer: None };
            life.decide_and_add(&reference, Command::RecomputeDue { reason: reason.clone() }, stamp, true)?;
            life.save(tx)?;
            Ok((1, 0))
        });
        (moved, kept) = (moved + came.0, kept + came.1);
    }
    (moved, kept)
}

fn lives() -> usize {
    std::env::var("MOTCUA_TEST_RECOUNT").map_or(150, |text| text.parse().unwrap())
}

on_both! {
    async fn random_lives_counted_by_an_order_are_as_those_counted_one_by_one(db: TestDatabase) {
        let Some(twin) = fresh(db.kind) else { return };
        let (ours, theirs) = (written(&db, lives()), written(&twin, lives()));
        assert_eq!(ours.keys.len(), theirs.keys.len());
        [&ours, &theirs].into_iter().for_each(calendar_changes);
        let (moved, kept) = one_by_one(&theirs, "Thông báo số 7/TB");
        assert!(moved > 0 && kept > 0, "{moved} moved, {kept} kept: nothing was compared");
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let impact = admin.post("/calendar/impact", json!({})).await.expect(200).body;
        let ordered = order(&admin).await;
        assert_eq!(work(&house).await, 1);
        let done = admin.get(&at(&ordered)).await.expect(200).body;
        let numbers = ["moved", "kept", "failed", "looked_at", "total"].map(|name| done[name].as_u64().unwrap());
        let open = impact["looked_at"].as_u64().unwrap();
        assert_eq!(numbers, [moved as u64, kept as u64, 0, open, open], "{done}");
        assert_eq!(after(&ours.ground, &ours.keys), after(&theirs.ground, &theirs.keys));
        // What was shown beforehand is what came.
        let mut shown: Vec<_> = impact["moves"].as_array().unwrap().iter()
            .map(|one| (one["code"].clone(), one["due_on"].clone(), one["would_be_due_on"].clone())).collect();
        let mut came = Vec::new();
        let mut path = format!("{}/dossiers?limit=7", at(&ordered));
        loop {
            let page = admin.get(&path).await.expect(200).body;
            came.extend(page["items"].as_array().unwrap().iter()
                .map(|one| (one["code"].clone(), one["due_on"].clone(), one["computed_due_on"].clone())));
            let Some(next) = page["next"].as_str() else { break };
            path = format!("{}/dossiers?limit=7&cursor={next}", at(&ordered));
        }
        shown.sort_by_key(|one| one.0.to_string());
        came.sort_by_key(|one| one.0.to_string());
        assert_eq!(came, shown);
        // Once more: nothing is left to move, and what was kept is kept again.
        let again = order(&admin).await;
        work(&house).await;
        let done = admin.get(&at(&again)).await.expect(200).body;
        assert_eq!((&done["moved"], done["kept"].as_u64(), &done["state"]), (&json!(0), Some(kept as u64), &json!("done")));
    }

    async fn an_order_tells_what_moved_and_what_kept_its_promise_and_only_an_administrator_gives_it(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let ground = ground(&house);
        let kept = ground.take_in_async("TS", intake(BOAT, applicant("Người Giữ Hẹn"))).await;
        let waiting = ground.take_in_async("TS", intake(BOAT, applicant("Người Bổ Sung"))).await;
        let asked = Command::RequestSupplement { items: vec!["Bản vẽ".into()], reason: "thiếu".into() };
        let (elsewhere, waits) = (ground.clone(), waiting.clone());
        tokio::task::spawn_blocking(move || elsewhere.act(&waits, asked)).await.unwrap().unwrap();
        house.it_is("2026-03-12 09:00");
        let moved = ground.take_in_async("TS", intake(BOAT, applicant("Người Được Sớm"))).await;
        let foreign = ground.take_in_async("KL", intake("1.000045", applicant("Người Khác"))).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        saturday_is_worked(&admin).await;
        admin.put("/calendar/days/2026-03-11", json!({"kind": "holiday", "name": "Nghỉ bão"})).await.expect(200);

        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        head.post("/calendar/recomputations", json!({"reason": "vì thế"})).await.expect_problem(403, "admin-only");
        admin.post("/calendar/recomputations", json!({"reason": ""})).await.expect_faults(&["/reason empty"]);
        let ordered = order(&admin).await;
        assert_eq!(ordered.header("location"), Some(format!("/api/v1{}", at(&ordered)).as_str()));
        assert_eq!((&ordered.body["state"], &ordered.body["total"]), (&json!("working"), &json!(3)), "one waits");
        admin.post("/calendar/recomputations", json!({"reason": "nữa"})).await.expect_problem(409, "recomputation-at-work");
        head.delete(&at(&ordered)).await.expect_problem(403, "admin-only");
        assert_eq!(work(&house).await, 1);

        let line = |code: &str, outcome: &str, due_on: &str, computed: &str| json!({
            "code": code, "branch_code": "TS", "outcome": outcome, "due_on": due_on, "computed_due_on": computed,
            "fault": null, "detail": null,
        });
        let own = [line(&kept, "kept", "2026-03-13", "2026-03-14"), line(&moved, "moved", "2026-03-17", "2026-03-16")];
        assert_eq!(items(&head, &ordered).await, own, "those of the branch, by due date");
        assert_eq!(items(&admin, &ordered).await.len(), 3);
        let of_kl = house.sign_in_as(Role::Counter, Some("KL")).await;
        let theirs = items(&of_kl, &ordered).await;
        assert_eq!((theirs.len(), &theirs[0]["code"]), (1, &json!(foreign)));
        let kept_only = head.get(&format!("{}/dossiers?outcome=kept&count=true", at(&ordered))).await.expect(200).body;
        assert_eq!((&kept_only["items"], &kept_only["count"]), (&json!([own[0]]), &json!(1)));
        head.get(&format!("{}/dossiers?outcome=other", at(&ordered))).await.expect(422);
        head.get("/calendar/recomputations/01900000-0000-7000-8000-000000000000").await.expect_problem(404, "not-found");
        house.nobody().get("/calendar/recomputations").await.expect(401);

        let shown = head.get(&format!("/dossiers/{moved}")).await.expect(200).body;
        assert_eq!((&shown["due_on"], &shown["first_due_on"]), (&json!("2026-03-16"), &json!("2026-03-17")));
        let events = head.get(&format!("/dossiers/{moved}/events")).await.expect(200).body;
        let last = events["items"].as_array().unwrap().last().unwrap();
        assert_eq!((&last["kind"], &last["reason"]), (&json!("due_recomputed"), &json!("Thông báo số 7/TB")));
        let shown = head.get(&format!("/dossiers/{waiting}")).await.expect(200).body;
        assert_eq!(shown["version"], 3, "what waits is counted when it goes on");
        assert_eq!(head.get("/calendar/recomputations?count=true").await.expect(200).body["count"], 1);
        assert_eq!(work(&house).await, 0, "nothing is left to do");
    }

    async fn a_dossier_that_cannot_be_counted_is_named_and_keeps_no_other_back(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let codes = that_will_move(&ground(&house), 3).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        saturday_is_worked(&admin).await;
        let broken = format!("update dossiers set standing = '{{}}' where code = '{}'", codes[1]);
        let touched = house.write(move |tx| Ok(both!(tx, |c| diesel::sql_query(&broken).execute(c)?))).await;
        assert_eq!(touched, 1);
        let ordered = order(&admin).await;
        work(&house).await;
        let done = admin.get(&at(&ordered)).await.expect(200).body;
        assert_eq!((&done["state"], &done["moved"], &done["failed"]), (&json!("done"), &json!(2), &json!(1)));
        let failed = admin.get(&format!("{}/dossiers?outcome=failed", at(&ordered))).await.expect(200).body;
        let one = &failed["items"][0];
        assert_eq!((&one["code"], &one["fault"], &one["computed_due_on"]), (&json!(codes[1]), &json!("dossier-broken"), &Value::Null));
        assert!(!one["detail"].as_str().unwrap().is_empty());
    }

    async fn what_fails_between_two_batches_leaves_the_first_done_and_goes_on_behind_it(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let codes = that_will_move(&ground(&house), 60).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        saturday_is_worked(&admin).await;
        let ordered = order(&admin).await;
        // The database refuses the third batch.
        house.write(|tx| { plant(tx, true); Ok(()) }).await;
        assert_eq!(work(&house).await, 1);
        let halted = admin.get(&at(&ordered)).await.expect(200).body;
        assert_eq!((&halted["state"], &halted["looked_at"], &halted["moved"]), (&json!("working"), &json!(50), &json!(50)));
        let times = house.read(|c| Ok(counted(c))).await;
        assert_eq!(times.iter().map(|one| one.2).sum::<i64>(), 50, "the third batch is not there at all");
        assert_eq!(items(&admin, &ordered).await.len(), 50);
        let error = house.read(|c| Ok(both!(c, |c| jobs::table.select(jobs::last_error).first::<Option<String>>(c)?))).await;
        assert!(error.is_some_and(|error| error.contains("planted")), "it says why");

        house.write(|tx| { plant(tx, false); Ok(()) }).await;
        house.it_is("2026-03-12 10:00");
        assert_eq!(work(&house).await, 1);
        let admin = house.sign_in(&admin.username).await;
        let done = admin.get(&at(&ordered)).await.expect(200).body;
        assert_eq!((&done["state"], &done["looked_at"], &done["moved"]), (&json!("done"), &json!(60), &json!(60)));
        let monday: NaiveDate = "2026-03-16".parse().unwrap();
        let expected: Vec<_> = codes.into_iter().map(|code| (code, monday, 1)).collect();
        assert_eq!(house.read(|c| Ok(counted(c))).await, expected, "each once");
    }

    async fn one_that_is_stopped_keeps_what_it_did_and_leaves_the_rest(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        that_will_move(&ground(&house), 60).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        saturday_is_worked(&admin).await;
        let ordered = order(&admin).await;
        house.write(|tx| { plant(tx, true); Ok(()) }).await;
        work(&house).await;
        house.write(|tx| { plant(tx, false); Ok(()) }).await;
        let stopped = admin.delete(&at(&ordered)).await.expect(200).body;
        assert_eq!((&stopped["state"], &stopped["moved"]), (&json!("stopped"), &json!(50)));
        admin.delete(&at(&ordered)).await.expect_problem(409, "recomputation-ended");
        house.it_is("2026-03-12 10:00");
        assert_eq!(work(&house).await, 1, "the job sees it and ends");
        assert_eq!(work(&house).await, 0);
        let times = house.read(|c| Ok(counted(c))).await;
        assert_eq!(times.iter().map(|one| one.2).sum::<i64>(), 50);
        // Another finds the rest.
        let admin = house.sign_in(&admin.username).await;
        let rest = order(&admin).await;
        work(&house).await;
        let done = admin.get(&at(&rest)).await.expect(200).body;
        assert_eq!((&done["looked_at"], &done["moved"]), (&json!(60), &json!(10)));
    }

    async fn a_recount_goes_on_where_it_was_when_the_program_is_killed(db: TestDatabase) {
        const COUNT: usize = 150;
        let before = Ground::at(&db, MORNING);
        // Long ago, whatever the clock of this machine shows.
        before.clock_to("2020-03-12 09:00");
        let codes = take_in(&before, COUNT).await;
        let password = "mat-khau-de-thu";
        run_on(&db, &["user", "add", "quan.tri", "--role", "admin", "--password-stdin"], password).success();
        let env = [("MOTCUA__JOBS__LEASE_SECONDS", "2"), ("MOTCUA__JOBS__POLL_SECONDS", "1")];
        let mut service = Service::start(&db, &env).await;
        let sign_in = async |service: &Service| -> Person {
            let credentials = json!({"username": "quan.tri", "password": password});
            let origin = service.url("").trim_end_matches('/').to_owned();
            let answer = Person::before(&origin, None).post("/sessions", credentials).await.expect(201);
            Person::before(&origin, answer.body["access_token"].as_str())
        };
        let admin = sign_in(&service).await;
        let day = json!({"kind": "working_swap", "name": "Làm bù thứ Bảy"});
        admin.put("/calendar/days/2020-03-14", day).await.expect(200);
        let ordered = order(&admin).await;
        let begun = Instant::now();
        let until = async |person: &Person, least: u64| -> Value {
            loop {
                let now = person.get(&at(&ordered)).await.expect(200).body;
                if now["looked_at"].as_u64().unwrap() >= least || now["state"] == "done" {
                    return now;
                }
                assert!(begun.elapsed() < Duration::from_secs(240), "{now}");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let killed_at = until(&admin, 25).await;
        service.kill9();
        service.restart().await;
        let admin = sign_in(&service).await;
        let found = until(&admin, 0).await;
        assert!(found["looked_at"].as_u64() >= killed_at["looked_at"].as_u64(), "{found}");
        loop {
            let now = until(&admin, u64::MAX).await;
            if now["state"] == "done" {
                assert_eq!((&now["looked_at"], &now["moved"], &now["failed"]), (&json!(COUNT), &json!(COUNT), &json!(0)));
                break;
            }
        }
        assert_eq!(items(&admin, &ordered).await.len(), COUNT);
        assert!(service.stop().success(), "{}", service.log());
        let monday: NaiveDate = "2020-03-16".parse().unwrap();
        let expected: Vec<_> = codes.into_iter().map(|code| (code, monday, 1)).collect();
        assert_eq!(before.write(|tx| Ok(counted(tx))), expected, "each once");
        assert_eq!(before.write(|tx| verify(tx, &mut |_, _| {})).shown, []);
    }
}

/// Lets the database refuse what comes after the fiftieth dossier, or no more.
fn plant(tx: &mut Conn<'_>, there: bool) {
    let (sqlite, postgres): (&[&str], &[&str]) = if there {
        (
            &[
                "create trigger planted before insert on recomputation_items when new.place > 50 begin select raise(abort, 'planted'); end",
            ],
            &[
                "create function planted() returns trigger language plpgsql as $$ begin raise exception 'planted'; end $$",
                "create trigger planted before insert on recomputation_items for each row when (new.place > 50) execute function planted()",
            ],
        )
    } else {
        (
            &["drop trigger planted"],
            &["drop trigger planted on recomputation_items", "drop function planted()"],
        )
    };
    for text in if matches!(tx, Conn::Sqlite(_)) { sqlite } else { postgres } {
        both!(tx, |c| diesel::sql_query(*text).execute(c)).unwrap();
    }
}
