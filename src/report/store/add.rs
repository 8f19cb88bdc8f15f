//! Adding a tally to both tables, in all grains.

use super::{COARSE, FINE, Table, Value, bind};
use crate::both;
use crate::db::Conn;
use crate::db::types::UuidSql;
use crate::domain::ids::Id;
use crate::domain::tally::{Counts, Sums, Tally};
use crate::failure::Outcome;
use crate::report::tally_rows::{self, CoarseKey, FineKey};
use chrono::NaiveDate;
use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Date, HasSqlType, SmallInt, Text};

/// Rows in one statement at most: 23 values each, below the 32,766 that SQLite takes.
const ROWS_AT_ONCE: usize = 1000;
/// Statements of up to so many rows are kept prepared: one act has about ten. Larger ones are an import's,
/// whose every length would fill the cache.
const ROWS_PREPARED: usize = 24;

/// Adds a tally to both tables, in all grains. Part of the transaction that adds the event.
pub fn write_tallies(tx: &mut Conn<'_>, tally: &Tally) -> Outcome<()> {
    let coarse: Vec<_> = tally_rows::coarse(tally).into_iter().map(coarse_row).collect();
    let fine: Vec<_> = tally_rows::fine(tally).into_iter().map(fine_row).collect();
    for (table, rows) in [(&COARSE, coarse), (&FINE, fine)] {
        // SQLite is faster with the same short statement again, PostgreSQL with fewer trips.
        let at_once = if matches!(tx, Conn::Sqlite(_)) { ROWS_PREPARED } else { ROWS_AT_ONCE };
        for rows in rows.chunks(at_once) {
            both!(tx, |c| Addition { table, rows }.execute(c))?;
        }
    }
    Ok(())
}

struct Row {
    key: Vec<Value>,
    figures: Vec<i64>,
}

fn coarse_row((key, counts): (CoarseKey, Sums)) -> Row {
    let Sums { online, in_person, postal, rest } = counts;
    // Received by channel stands where the column for all channels would be.
    let rest = rest.figures().into_iter().skip(1);
    Row {
        key: vec![key.branch.into(), key.grain.into(), Value::Day(key.day), key.sector.into()],
        figures: [online, in_person, postal].into_iter().chain(rest).collect(),
    }
}

fn fine_row((key, counts): (FineKey, Counts)) -> Row {
    Row {
        key: vec![
            key.branch.into(),
            key.grain.into(),
            Value::Day(key.day),
            key.sector.into(),
            key.procedure.into(),
            Value::Word(key.channel),
            key.officer.into(),
        ],
        figures: counts.figures().to_vec(),
    }
}

/// `insert … on conflict … do update set x = x + excluded.x` for any number of rows: adds without reading
/// first, and never loses what another transaction added. Diesel's own spells this for one row only where the
/// backend is SQLite.
struct Addition<'a> {
    table: &'a Table,
    rows: &'a [Row],
}

impl QueryId for Addition<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for Addition<'_> {}

impl<DB> QueryFragment<DB> for Addition<'_>
where
    DB: Backend + HasSqlType<UuidSql>,
    Id<()>: ToSql<UuidSql, DB>,
    str: ToSql<Text, DB>,
    i16: ToSql<SmallInt, DB>,
    i64: ToSql<BigInt, DB>,
    NaiveDate: ToSql<Date, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.rows.len() > ROWS_PREPARED {
            out.unsafe_to_cache_prepared();
        }
        let Table { name, key, figures } = self.table;
        out.push_sql(&format!("insert into {name} ({}, {}) values ", key.join(", "), figures.join(", ")));
        for (n, row) in self.rows.iter().enumerate() {
            out.push_sql(if n == 0 { "(" } else { ", (" });
            for (n, value) in row.key.iter().enumerate() {
                if n > 0 {
                    out.push_sql(", ");
                }
                bind(&mut out, value)?;
            }
            for figure in &row.figures {
                out.push_sql(", ");
                out.push_bind_param::<BigInt, _>(figure)?;
            }
            out.push_sql(")");
        }
        out.push_sql(&format!(" on conflict ({}) do update set ", key.join(", ")));
        for (n, figure) in figures.iter().enumerate() {
            let comma = if n == 0 { "" } else { ", " };
            out.push_sql(&format!("{comma}{figure} = {name}.{figure} + excluded.{figure}"));
        }
        Ok(())
    }
}
