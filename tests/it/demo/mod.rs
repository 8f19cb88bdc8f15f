//! The demo: everything that can happen has happened to some, and all of it holds.

#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "small numbers, made here")]

mod searched;
mod years;

use crate::support::database::TestDatabase;
use crate::support::process::{Service, run};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use motcua::both;
use motcua::config::Config;
use motcua::db::migrate::migrate;
use motcua::db::schema::{apologies, dossier_events, dossiers, reappointments};
use motcua::db::{Db, DbError};
use motcua::demo::{Standing, Wish, fill, standing};
use motcua::domain::dossier::replay;
use motcua::domain::event::Fact;
use motcua::domain::ids::DossierId;
use motcua::domain::lifecycle::Status;
use motcua::domain::local_time;
use motcua::dossier::{self, Life};
use motcua::failure::Failure;
use motcua::installation::{Files, StartingData, seed_if_empty};
use motcua::mail::Carrier;
use std::collections::{BTreeMap, BTreeSet};
use tempfile::TempDir;

fn now() -> DateTime<Utc> {
    local_time::moment("2026-11-20T15:10:00".parse().unwrap())
}

struct Demo {
    db: Db,
    mail: TempDir,
}

fn filled(database: &TestDatabase, seed: u64, dossiers: u32) -> Demo {
    let db = Db::open(&database.url.parse().unwrap(), 4).unwrap();
    let config = Config::load(None, []).unwrap();
    migrate(&db).unwrap();
    let data = StartingData::of(&Files::read(None).unwrap(), now()).unwrap();
    seed_if_empty(&db, data, &config.office.hours).unwrap();
    let mail = tempfile::tempdir().unwrap();
    let carrier = Carrier::from_url(&format!("file://{}", mail.path().display()).into()).unwrap();
    assert_eq!(db.read_blocking(standing).unwrap(), Standing::Empty);
    let count = fill(&db, &config, carrier, Wish { seed, dossiers, now: now() }).unwrap();
    assert_eq!(count, dossiers as usize);
    assert_eq!(db.read_blocking(standing).unwrap(), Standing::Filled);
    Demo { db, mail }
}

impl Demo {
    /// How many rows have each value of a column.
    fn counted(&self, what: &str) -> BTreeMap<String, i64> {
        let all: Vec<String> = self
            .db
            .read_blocking(|c| {
                Ok::<_, DbError>(match what {
                    "status" => both!(c, |c| dossiers::table.select(dossiers::status).load(c))?,
                    "timeliness" => both!(c, |c| dossiers::table
                        .filter(dossiers::timeliness.is_not_null())
                        .select(dossiers::timeliness.assume_not_null())
                        .load(c))?,
                    "event" => both!(c, |c| dossier_events::table.select(dossier_events::kind).load(c))?,
                    "letter" => both!(c, |c| apologies::table.select(apologies::status).load(c))?,
                    other => panic!("{other}"),
                })
            })
            .unwrap();
        let mut counted = BTreeMap::new();
        for one in all {
            *counted.entry(one).or_insert(0) += 1;
        }
        counted
    }

    fn ids(&self) -> Vec<DossierId> {
        self.db
            .read_blocking(|c| {
                Ok::<_, DbError>(both!(c, |c| dossiers::table
                    .select(dossiers::id)
                    .order(dossiers::code)
                    .load(c))?)
            })
            .unwrap()
    }

    /// What is the same for the same seed.
    fn told(&self) -> Vec<(String, String, Option<String>, i32)> {
        self.db
            .read_blocking(|c| {
                Ok::<_, DbError>(both!(c, |c| dossiers::table
                    .select((dossiers::code, dossiers::status, dossiers::timeliness, dossiers::version))
                    .order(dossiers::code)
                    .load(c))?)
            })
            .unwrap()
    }
}

on_both! {
    async fn everything_that_can_happen_has_happened_to_some(db: TestDatabase) {
        let demo = tokio::task::block_in_place(|| filled(&db, 1, 1500));
        let status = demo.counted("status");
        for wanted in Status::ALL {
            assert!(status.contains_key(wanted.as_str()) || *wanted == Status::Received, "{wanted}: {status:?}");
        }
        let timeliness = demo.counted("timeliness");
        let of = |name: &str| timeliness.get(name).copied().unwrap_or(0);
        let (in_time, all) = (of("early") + of("on_time"), timeliness.values().sum::<i64>());
        assert!(in_time * 100 > all * 88 && in_time * 100 < all * 99, "{timeliness:?}");
        let letters = demo.counted("letter");
        for wanted in ["draft", "sent", "paper", "delivered", "cancelled"] {
            assert!(letters.contains_key(wanted), "{wanted}: {letters:?}");
        }
        let events = demo.counted("event");
        for wanted in ["forwarded", "supplement_requested", "supplied", "payment_requested", "paid", "reappointed", "apology_issued", "surveyed", "corrected"] {
            assert!(events.contains_key(wanted), "{wanted}: {events:?}");
        }
        let mails = std::fs::read_dir(demo.mail.path()).unwrap().count() as i64;
        assert_eq!(Some(&mails), letters.get("sent"), "each letter sent is a file: {letters:?}");

        // Open, and late: now.
        let late: i64 = demo.db.read_blocking(|c| Ok::<_, DbError>(both!(c, |c| dossiers::table
            .filter(dossiers::status.eq_any(["received", "in_processing"]))
            .filter(dossiers::due_on.lt(local_time::day_of(now())))
            .count().get_result(c))?)).unwrap();
        assert!(late > 0);
        let again: i64 = demo.db.read_blocking(|c| Ok::<_, DbError>(both!(c, |c| reappointments::table.count().get_result(c))?)).unwrap();
        assert!(again > 0);
    }

    async fn every_life_is_what_its_events_tell(db: TestDatabase) {
        let demo = tokio::task::block_in_place(|| filled(&db, 2, 300));
        let mut codes = BTreeSet::new();
        for id in demo.ids() {
            demo.db.write_blocking(move |tx| {
                let life = Life::load_by_id(tx, id)?;
                let events = dossier::events(tx, id)?;
                assert!(events.iter().all(|event| event.occurred_at <= now()));
                // Only citizens act by themselves.
                assert!(events.iter().all(|event| event.officer.is_some() || matches!(event.fact, Fact::Surveyed { .. })));
                assert!(events.iter().all(|event| event.occurred_at == event.recorded_at), "nothing is back-dated");
                assert_eq!(replay(&events).unwrap().0, *life.dossier());
                Ok::<_, Failure>(())
            }).unwrap();
        }
        for (code, ..) in demo.told() {
            codes.insert(code);
        }
        // Consecutive from 1 on each day of each agency.
        let mut of_day: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for code in &codes {
            let (day, number) = code.rsplit_once('-').unwrap();
            of_day.entry(day.to_owned()).or_default().push(number.parse().unwrap());
        }
        assert!(of_day.values().all(|numbers| numbers.iter().copied().eq(1..=numbers.len() as u32)));
    }
}

#[test]
fn a_seed_tells_the_same_year_and_another_seed_another() {
    use crate::support::database::{Kind, fresh};
    let told = |seed| filled(&fresh(Kind::Sqlite).unwrap(), seed, 300).told();
    let first = told(5);
    assert_eq!(told(5), first);
    assert_ne!(told(6), first);
}

#[test]
fn a_database_with_dossiers_of_its_own_is_none_of_the_demos() {
    use crate::support::database::{Kind, fresh};
    use crate::support::ground::{Ground, applicant, intake};
    let database = fresh(Kind::Sqlite).unwrap();
    let ground = Ground::at(&database, "2026-11-19 09:00");
    assert_eq!(ground.db.read_blocking(standing).unwrap(), Standing::Empty);
    ground.take_in("TS", intake("1.003650", applicant("Nguyễn Thị Thật")));
    assert_eq!(ground.db.read_blocking(standing).unwrap(), Standing::Foreign);
}

/// From nothing to an answer, as the README promises; the second start finds everything there.
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_starts_from_nothing_and_says_how_to_sign_in() {
    let args = ["demo", "--port", "0", "--dossiers", "200"];
    let mut service = Service::start_with(&args, &[]).await;
    assert!(service.folder().join("data/demo/motcua.db").is_file());
    let said = service.said();
    assert!(said.contains("demo-motcua") && said.contains("chicuctruong.ts"), "{said}");
    let client = reqwest::Client::new();
    for (username, role) in [
        ("quantri", "admin"),
        ("vanphong", "office"),
        ("chicuctruong.ts", "head"),
        ("tiepnhan.cnty", "counter"),
        ("xuly.ttbvtv", "handler"),
    ] {
        let body = serde_json::json!({"username": username, "password": "demo-motcua"}).to_string();
        let request = client
            .post(service.url("/api/v1/sessions"))
            .header("Content-Type", "application/json")
            .body(body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 201);
        let session: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!(session["officer"]["role"], role, "{session}");
    }
    assert_eq!(service.stop().code(), Some(0));
    let url = format!("sqlite://{}", service.folder().join("data/demo/motcua.db").display());
    run(&["verify"], &[("DATABASE_URL", &url)], "").success();

    service.restart().await;
    let again = service.said();
    assert_eq!(again.matches("Đang dựng dữ liệu").count(), 1, "filled once: {again}");
}
