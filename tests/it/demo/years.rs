//! Years of dossiers at once: what comes out is a register like any other.

use crate::support::process::run;
use chrono::NaiveDate;
use diesel::prelude::*;
use motcua::both;
use motcua::config::Config;
use motcua::db::schema::{dossiers, settings};
use motcua::db::{Db, DbError};
use motcua::demo::{Standing, Wish, fill_years, standing};
use motcua::domain::local_time::moment;
use motcua::failure::{Failure, Outcome};
use motcua::installation::{Files, StartingData, seed_if_empty};
use std::collections::BTreeMap;

pub fn wish(dossiers: u32) -> Wish {
    Wish { seed: 11, dossiers, now: moment("2026-11-20T15:10:00".parse().unwrap()) }
}

pub fn seeded(url: &str) -> Db {
    let db = Db::open(&url.parse().unwrap(), 4).unwrap();
    motcua::db::migrate::migrate(&db).unwrap();
    let data = StartingData::of(&Files::read(None).unwrap(), wish(1).now).unwrap();
    seed_if_empty(&db, data, &Config::load(None, []).unwrap().office.hours).unwrap();
    db
}

pub fn fill(db: &Db, wish: Wish, mut watch: impl FnMut(u64)) -> Outcome<u64> {
    let config = Config::load(None, []).unwrap();
    fill_years(db, &config, wish, &mut |done, _| watch(done)).map(|years| years.now)
}

/// Everything about a dossier that chance of a seed decides.
type Told = (String, String, Option<NaiveDate>, Option<NaiveDate>, Option<String>, i32);

fn told(db: &Db) -> Vec<Told> {
    db.read_blocking(|c| {
        Ok::<_, DbError>(both!(c, |c| dossiers::table
            .select((
                dossiers::code,
                dossiers::status,
                dossiers::first_due_on,
                dossiers::reappointed_due_on,
                dossiers::timeliness,
                dossiers::version,
            ))
            .order(dossiers::code)
            .load(c))?)
    })
    .unwrap()
}

on_both! {
    async fn years_of_dossiers_hold_together_to_the_last_tally(db: TestDatabase) {
        let opened = seeded(&db.url);
        let mut watched = Vec::new();
        assert_eq!(fill(&opened, wish(9000), |done| watched.push(done)).unwrap(), 9000);
        assert!(watched.is_sorted() && watched.first() == Some(&0) && watched.last() == Some(&9000), "{watched:?}");
        run(&["verify", "--database-url", &db.url], &[], "").success();

        let dossiers = told(&opened);
        assert_eq!(dossiers.len(), 9000);
        let mut by_year: BTreeMap<&str, u32> = BTreeMap::new();
        for (code, ..) in &dossiers {
            *by_year.entry(&code[code.find('-').unwrap() + 1..][..2]).or_default() += 1;
        }
        assert_eq!(by_year.len(), 9, "{by_year:?}");
        assert!(by_year.values().all(|count| (600..1600).contains(count)), "{by_year:?}");
        let with = |what: &dyn Fn(&Told) -> bool| dossiers.iter().filter(|one| what(one)).count();
        let late = with(&|(.., timeliness, _)| timeliness.as_deref() == Some("overdue"));
        assert!((200..700).contains(&late), "{late} late");
        assert!(with(&|(_, _, _, reappointed, ..)| reappointed.is_some()) > 50);
        let open: Vec<_> = dossiers
            .iter()
            .filter(|(_, status, ..)| matches!(status.as_str(), "registered" | "received" | "in_processing"))
            .collect();
        assert!(!open.is_empty() && open.len() < 300, "{} open", open.len());
        let long_ago = open.iter().filter(|(code, ..)| code[code.find('-').unwrap() + 1..][..4] < *"2607").count();
        assert_eq!(long_ago, 0, "what is open is of these months");
    }

    async fn what_was_stopped_goes_on_and_comes_to_the_same(db: TestDatabase) {
        let opened = seeded(&db.url);
        // Stopped after the second batch, between two transactions, as a kill -9 does.
        let stopped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            fill(&opened, wish(9000), |done| assert!(done < 4000, "stopped"))
        }));
        assert!(stopped.is_err());
        let there = told(&opened).len();
        assert!((4000..9000).contains(&there), "{there}");
        assert_eq!(opened.read_blocking(standing).unwrap(), Standing::Unfinished);
        assert!(matches!(
            fill(&opened, wish(8000), |_| ()),
            Err(Failure::Conflict("begun-with-another-wish"))
        ));
        let later = Wish { now: wish(1).now + chrono::TimeDelta::days(40), ..wish(9000) };
        assert_eq!(fill(&opened, later, |_| ()).unwrap(), 9000 - there as u64);
        assert_eq!(opened.read_blocking(standing).unwrap(), Standing::Filled);
        run(&["verify", "--database-url", &db.url], &[], "").success();

        let other = crate::support::database::fresh(db.kind).unwrap();
        let other = seeded(&other.url);
        fill(&other, wish(9000), |_| ()).unwrap();
        assert!(told(&opened) == told(&other), "the same seed gives the same dossiers");
        let mark = |db: &Db| {
            db.read_blocking(|c| {
                Ok::<String, DbError>(both!(c, |c| settings::table.find("demo").select(settings::value).first(c))?)
            })
            .unwrap()
        };
        assert_eq!(mark(&opened), mark(&other));
    }
}
