//! The two tables of tallies add up what they are given, in every grain.

use chrono::{Days, NaiveDate};
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, SmallInt};
use motcua::both;
use motcua::db::{Db, DbError, migrate, on_blocking_pool};
use motcua::domain::event::Channel;
use motcua::domain::ids::Id;
use motcua::domain::tally::{Counts, Key, Tally};
use motcua::report::Additions;
use std::collections::BTreeMap;

#[derive(QueryableByName, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sum {
    #[diesel(sql_type = SmallInt)]
    grain: i16,
    #[diesel(sql_type = Date)]
    day: NaiveDate,
    #[diesel(sql_type = BigInt)]
    received: i64,
    #[diesel(sql_type = BigInt)]
    open: i64,
}

/// 900 days of seven branches: enough for statements of a thousand rows and one that is left over.
fn tally(times: i64) -> Tally {
    let first: NaiveDate = "2019-11-28".parse().unwrap();
    (0..6300_u64)
        .map(|n| {
            let id = |n: u64| uuid::Uuid::from_u128(u128::from(n));
            let key = Key {
                branch: Id::from_uuid(id(n % 7)),
                sector: Id::from_uuid(id(n % 3)),
                procedure: Id::from_uuid(id(n % 11)),
                channel: Channel::ALL[usize::try_from(n % 3).unwrap()],
                officer: Id::from_uuid(id(n % 2)),
            };
            let n = i64::try_from(n).unwrap();
            let counts = Counts { received: times * (n % 5), open: times * (3 - n % 7), ..Counts::default() };
            ((key, first + Days::new(n.unsigned_abs() / 7)), counts)
        })
        .collect()
}

fn expected(tally: &Tally, of: impl Fn(NaiveDate) -> NaiveDate, grain: i16) -> Vec<Sum> {
    let mut sums: BTreeMap<NaiveDate, (i64, i64)> = BTreeMap::new();
    for (_, day, counts) in tally.iter() {
        let sum = sums.entry(of(day)).or_default();
        sum.0 += counts.received;
        sum.1 += counts.open;
    }
    sums.into_iter().map(|(day, (received, open))| Sum { grain, day, received, open }).collect()
}

on_both! {
    async fn both_tables_add_up_what_is_written_in_days_months_and_years(db: TestDatabase) {
        use chrono::Datelike as _;
        let home = db;
        let db = Db::open(&home.url.parse().unwrap(), 2).unwrap();
        let empty = db.clone();
        on_blocking_pool(move || migrate::migrate(&empty)).await.unwrap();
        for times in [1, 2, -4] {
            db.write(move |tx| Additions::of(&tally(times)).write(tx)).await.unwrap();
        }
        let all = tally(-1);
        let wanted: Vec<Sum> = [
            expected(&all, |day| day, 0),
            expected(&all, |day| day.with_day(1).unwrap(), 1),
            expected(&all, |day| day.with_ordinal(1).unwrap(), 2),
        ]
        .into_iter()
        .flatten()
        .collect();
        for (table, received) in [
            ("tallies", "received_online + received_in_person + received_postal"),
            ("tallies_fine", "received"),
        ] {
            let sums: Vec<Sum> = db
                .read(move |c| {
                    let sql = format!(
                        "select grain, day, cast(sum({received}) as bigint) as received, \
                         cast(sum(open) as bigint) as open from {table} group by grain, day order by grain, day"
                    );
                    Ok::<_, DbError>(both!(c, |c| diesel::sql_query(&sql).load::<Sum>(c))?)
                })
                .await
                .unwrap();
            assert_eq!(sums, wanted, "{table}");
        }
    }
}
