//! An empty database is given the starting data, once.

use crate::support::database::TestDatabase;
use chrono::{DateTime, NaiveDate, Utc};
use motcua::db::{Db, migrate::migrate};
use motcua::domain::calendar::{OfficeHours, YearStanding};
use motcua::installation::{Files, StartingData, calendar, seed_if_empty};
use motcua::reference::{Reference, ReferenceCache};
use std::sync::Arc;

fn now() -> DateTime<Utc> {
    "2026-11-23T01:00:00Z".parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn data() -> StartingData {
    StartingData::of(&Files::read(None).unwrap(), now()).unwrap()
}

/// A migrated database with the starting data.
pub fn installed(db: &TestDatabase) -> Db {
    tokio::task::block_in_place(|| install(db))
}

fn install(db: &TestDatabase) -> Db {
    let db = Db::open(&db.url.parse().unwrap(), 4).unwrap();
    migrate(&db).unwrap();
    assert!(seed_if_empty(&db, data(), &OfficeHours::default()).unwrap());
    db
}

fn reference(db: &Db) -> Arc<Reference> {
    let cache = ReferenceCache::new(OfficeHours::default());
    tokio::task::block_in_place(|| db.read_blocking(|conn| cache.of(conn))).unwrap()
}

on_both! {
    async fn an_empty_database_is_given_the_starting_data_and_a_full_one_is_left_alone(db: TestDatabase) {
        let db = installed(&db);
        let again = tokio::task::block_in_place(|| seed_if_empty(&db, data(), &OfficeHours::default()));
        assert!(!again.unwrap());

        let reference = reference(&db);
        let branches: Vec<_> = reference.branches().iter().map(|b| b.code.as_str()).collect();
        assert_eq!(branches, ["CN-TY", "KL", "PTNT", "TL", "TS", "TT-BVTV"]);
        let fisheries = reference.branch("TS").unwrap();
        assert_eq!(fisheries.name, "Chi cục Thủy sản");
        assert_eq!(fisheries.agency_identifier, "000.00.03.H29");
        assert_eq!(reference.branch_by_id(fisheries.id).unwrap(), fisheries);
        assert_eq!(reference.sectors().len(), 9);
        assert_eq!(reference.sector("thuy-san").unwrap().name, "Thủy sản");
        assert_eq!(reference.procedures().len(), 63);

        let working: Vec<_> =
            (2018..=2026).map(|year| reference.calendar.working_days_in_year(year).unwrap()).collect();
        assert_eq!(working, [250, 252, 252, 250, 249, 249, 251, 250, 249]);
        assert_eq!(reference.calendar.year(2026), Some(YearStanding::Announced));
        assert_eq!(reference.calendar.year(2028), Some(YearStanding::Provisional));
        assert_eq!(reference.calendar.year(2029), None);

        assert_eq!(reference.rule_set_on(date("2018-01-01")).unwrap().code, "2018");
        assert_eq!(reference.rule_set_on(date("2025-06-30")).unwrap().code, "2018");
        assert_eq!(reference.rule_set_on(date("2025-07-01")).unwrap().code, "2025");
        assert!(reference.rule_set_on(date("2017-12-31")).is_none());
    }

    async fn lines_with_one_code_are_cases_of_one_procedure(db: TestDatabase) {
        let reference = reference(&installed(&db));

        let one = reference.procedure("1.003650").unwrap();
        let version = one.version_on(date("2020-01-21")).unwrap();
        assert_eq!(version.case(None).unwrap().time_limit.as_ref().unwrap().to_string(), "3wd");
        assert_eq!(version.case(Some("a")).unwrap_err().code, "unknown-case");
        assert_eq!(version.steps.iter().map(|step| step.share_percent).sum::<u32>(), 100);
        assert_eq!(reference.version_by_id(version.id).unwrap().0.code, "1.003650");
        assert!(one.version_on(date("2017-12-31")).is_none());

        let several = reference.procedure("2.001064").unwrap().version_on(date("2020-01-21")).unwrap();
        assert_eq!(several.case_codes(), ["cap-moi", "gia-han"]);
        assert_eq!(several.case(Some("gia-han")).unwrap().time_limit.as_ref().unwrap().to_string(), "3wd");
        let fault = several.case(None).unwrap_err();
        assert_eq!((fault.code, fault.fact.as_deref()), ("case-required", Some("cap-moi, gia-han")));

        let local = reference.procedure("TS-NB-02").unwrap();
        assert!(!local.code_verified);
        let unlimited = local.version_on(date("2020-01-21")).unwrap().case(None).unwrap();
        assert_eq!(unlimited.time_limit, None);
    }

    async fn instances_that_start_together_give_it_once(db: TestDatabase) {
        let url = db.url.clone();
        let starts: Vec<_> = (0..4)
            .map(|_| {
                let url = url.clone();
                std::thread::spawn(move || {
                    let db = Db::open(&url.parse().unwrap(), 2).unwrap();
                    migrate(&db).unwrap();
                    seed_if_empty(&db, data(), &OfficeHours::default()).unwrap()
                })
            })
            .collect();
        let gave = starts.into_iter().map(|start| start.join().unwrap()).filter(|gave| *gave).count();
        assert_eq!(gave, 1);
        let db = Db::open(&db.url.parse().unwrap(), 2).unwrap();
        assert_eq!(reference(&db).procedures().len(), 63);
    }
}

#[test]
fn the_days_can_be_had_without_a_database_and_from_a_folder() {
    let inside = Files::read(None).unwrap();
    let held = calendar(&inside, OfficeHours::default()).unwrap();
    assert_eq!(held.working_days_in_year(2020).unwrap(), 252);

    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("branches.csv", "code\n");
    write("rule_sets.csv", "code\n");
    write("procedures.csv", "code\n");
    write("holidays_2031.csv", "date,kind,name,paired_date,note\n2031-01-01,holiday,Tết Dương lịch,,\n");
    let held = calendar(&Files::read(Some(folder.path())).unwrap(), OfficeHours::default()).unwrap();
    assert_eq!(held.years().collect::<Vec<_>>(), [(2031, YearStanding::Announced)]);

    write("holidays_2031.csv", "date,kind,name,paired_date,note\n2031-01-01,feast,Tết Dương lịch,,\n");
    let error = calendar(&Files::read(Some(folder.path())).unwrap(), OfficeHours::default()).unwrap_err();
    assert!(error.to_string().contains("holidays_2031.csv, line 2"), "{error}");
}
