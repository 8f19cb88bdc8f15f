//! Reference data in memory is never older than the transaction that decides with it.

use crate::installation::installed;
use chrono::NaiveDate;
use motcua::db::{Conn, Db};
use motcua::domain::calendar::{DayKind, OfficeHours, SpecialDay};
use motcua::failure::{Failure, Outcome};
use motcua::reference::{ReferenceCache, change};
use std::sync::Arc;

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, 16).unwrap()
}

fn take_off(conn: &mut Conn<'_>) -> Outcome<()> {
    change(conn, &OfficeHours::default(), |conn, before| {
        assert!(before.calendar.is_working(day()).unwrap());
        let day = SpecialDay {
            date: day(),
            kind: DayKind::Holiday,
            name: "Ngày nghỉ".to_owned(),
            paired_date: None,
            note: None,
        };
        Ok(motcua::calendar::insert_day(conn, &day)?)
    })
}

fn is_working(db: &Db, cache: &ReferenceCache) -> bool {
    let cache = cache.clone();
    db.read_blocking(move |conn| cache.of(conn)).unwrap().calendar.is_working(day()).unwrap()
}

on_both! {
    async fn another_instance_decides_with_the_change_at_once(db: TestDatabase) {
        let one = installed(&db);
        let other = Db::open(&db.url.parse().unwrap(), 2).unwrap();
        let cache = ReferenceCache::new(OfficeHours::default());
        let others = ReferenceCache::new(OfficeHours::default());
        assert!(is_working(&one, &cache) && is_working(&other, &others));
        one.write(take_off).await.unwrap();
        assert!(!is_working(&one, &cache) && !is_working(&other, &others));
    }

    async fn what_is_unchanged_is_not_loaded_again(db: TestDatabase) {
        let db = installed(&db);
        let cache = ReferenceCache::new(OfficeHours::default());
        let first = db.read_blocking(|conn| cache.of(conn)).unwrap();
        let again = db.read_blocking(|conn| cache.of(conn)).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
    }

    async fn a_change_that_is_rolled_back_is_seen_only_from_within(db: TestDatabase) {
        let db = installed(&db);
        let cache = ReferenceCache::new(OfficeHours::default());
        let inside = cache.clone();
        let outcome: Outcome<()> = db.write(move |conn| {
            take_off(conn)?;
            assert!(!inside.of(conn)?.calendar.is_working(day()).unwrap());
            Err(Failure::Conflict("thought better of it"))
        }).await;
        assert!(matches!(outcome, Err(Failure::Conflict(_))));
        assert!(is_working(&db, &cache));
        // The next change takes the place of the one that never was.
        let other = ReferenceCache::new(OfficeHours::default());
        assert!(is_working(&db, &other));
        db.write(take_off).await.unwrap();
        assert!(!is_working(&db, &cache) && !is_working(&db, &other));
    }

    async fn a_change_that_leaves_no_calendar_is_not_committed(db: TestDatabase) {
        let db = installed(&db);
        let cache = ReferenceCache::new(OfficeHours::default());
        let outcome = db.write(|conn| {
            change(conn, &OfficeHours::default(), |conn, _| {
                let nowhere = SpecialDay {
                    date: NaiveDate::from_ymd_opt(2050, 1, 1).unwrap(),
                    kind: DayKind::Holiday,
                    name: "Tết".to_owned(),
                    paired_date: None,
                    note: None,
                };
                Ok(motcua::calendar::insert_day(conn, &nowhere)?)
            })
        }).await;
        assert!(matches!(outcome, Err(Failure::Broken(_))));
        assert!(is_working(&db, &cache));
    }
}
