//! Adding a tally to its tables, in all grains.

use super::{COARSE, FINE, PARTS, RETURNED, Table, Value, bind};
use crate::db::Conn;
use crate::db::types::UuidSql;
use crate::domain::ids::Id;
use crate::domain::returned::ReturnedCounts;
use crate::domain::tally::{Counts, PartCounts, Sums, Tally};
use crate::failure::Outcome;
use crate::report::tally_rows::{self, CoarseKey, FineKey, PartRowKey, ReturnedRowKey};
use chrono::NaiveDate;
use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, BigInt, Date, HasSqlType, SmallInt, Text};
use std::borrow::Cow;
use std::sync::LazyLock;

/// Rows in one statement at most.
const ROWS_AT_ONCE: usize = 1000;
/// Up to so many rows stand in the statement themselves, one prepared for each number of them: one act has about ten.
/// An import's come as columns, else PostgreSQL would read a text of a thousand rows each time.
const ROWS_PREPARED: usize = 24;

/// The rows of the tables that a tally adds to, in all grains: folded before the transaction begins, because others
/// wait while it lasts.
#[derive(Default)]
pub struct Additions {
    coarse: Vec<Row>,
    fine: Vec<Row>,
    parts: Vec<Row>,
    returned: Vec<Row>,
}

impl Additions {
    pub fn of(tally: &Tally) -> Self {
        Self {
            coarse: tally_rows::coarse(tally).into_iter().map(coarse_row).collect(),
            fine: tally_rows::fine(tally).into_iter().map(fine_row).collect(),
            parts: tally_rows::parts(tally).into_iter().map(part_row).collect(),
            returned: tally_rows::returned(tally).into_iter().map(returned_row).collect(),
        }
    }

    /// Adds them. Part of the transaction that adds the events.
    pub fn write(&self, tx: &mut Conn<'_>) -> Outcome<()> {
        match tx {
            // One row at a time by one prepared statement: nothing to undo half-way, hence no statement journal.
            Conn::Sqlite(c) => {
                self.coarse.iter().try_for_each(|row| One::<0>(row).execute(*c).map(drop))?;
                self.fine.iter().try_for_each(|row| One::<1>(row).execute(*c).map(drop))?;
                self.parts.iter().try_for_each(|row| One::<2>(row).execute(*c).map(drop))?;
                self.returned.iter().try_for_each(|row| One::<3>(row).execute(*c).map(drop))?;
            }
            Conn::Pg(c)
                if (1..=ROWS_PREPARED).contains(&self.coarse.len())
                    && (1..=ROWS_PREPARED).contains(&self.fine.len())
                    && self.parts.len() <= ROWS_PREPARED
                    && self.returned.len() <= ROWS_PREPARED =>
            {
                // One round trip for all. PostgreSQL runs the main statement first, and the others at its end.
                let of = |table, rows| Addition { table, rows };
                let (coarse, fine) = (of(&COARSE, &self.coarse), of(&FINE, &self.fine));
                let (parts, returned) = (of(&PARTS, &self.parts), of(&RETURNED, &self.returned));
                AtOnce { coarse, fine, rest: [("parts", parts), ("returned", returned)] }.execute(*c)?;
            }
            Conn::Pg(c) => {
                let dossiers = [(&COARSE, &self.coarse), (&FINE, &self.fine)];
                let rest = [(&PARTS, &self.parts), (&RETURNED, &self.returned)];
                for (table, rows) in dossiers.into_iter().chain(rest) {
                    for rows in rows.chunks(ROWS_AT_ONCE) {
                        if rows.len() > ROWS_PREPARED {
                            Columns::of(table, rows).execute(*c)?;
                        } else {
                            Addition { table, rows }.execute(*c)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }
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
            Value::Word(Cow::Borrowed(key.channel)),
            key.officer.into(),
        ],
        figures: counts.figures().to_vec(),
    }
}

fn part_row((PartRowKey { whose, grain, day }, counts): (PartRowKey, PartCounts)) -> Row {
    Row {
        key: vec![
            whose.branch.into(),
            grain.into(),
            Value::Day(day),
            whose.sector.into(),
            whose.procedure.into(),
            Value::Word(Cow::Borrowed(whose.unit.as_str())),
            Value::Word(Cow::Owned(whose.step)),
            whose.officer.into(),
        ],
        figures: counts.figures().to_vec(),
    }
}

fn returned_row((ReturnedRowKey { whose, grain, day }, counts): (ReturnedRowKey, ReturnedCounts)) -> Row {
    Row {
        key: vec![
            whose.branch.into(),
            grain.into(),
            Value::Day(day),
            whose.sector.into(),
            whose.procedure.into(),
            Value::Word(Cow::Borrowed(whose.channel.as_str())),
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
        out.push_sql(&head(self.table));
        for (n, row) in self.rows.iter().enumerate() {
            out.push_sql(if n == 0 { "(" } else { ", (" });
            values(&mut out, row)?;
            out.push_sql(")");
        }
        out.push_sql(&tail(self.table));
        Ok(())
    }
}

/// To all tables at once, on PostgreSQL.
struct AtOnce<'a> {
    coarse: Addition<'a>,
    fine: Addition<'a>,
    /// Most acts end no part, and hand nothing out.
    rest: [(&'static str, Addition<'a>); 2],
}

impl QueryId for AtOnce<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<PgConnection> for AtOnce<'_> {}

impl QueryFragment<Pg> for AtOnce<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("with fine as (");
        self.fine.walk_ast(out.reborrow())?;
        for (name, rows) in self.rest.iter().filter(|(_, addition)| !addition.rows.is_empty()) {
            out.push_sql(&format!("), {name} as ("));
            rows.walk_ast(out.reborrow())?;
        }
        out.push_sql(") ");
        self.coarse.walk_ast(out)
    }
}

/// The same for many rows on PostgreSQL: a column each, in one statement that stays prepared.
struct Columns<'a> {
    table: &'a Table,
    key: Vec<Column>,
    figures: Vec<Vec<i64>>,
}

enum Column {
    Ids(Vec<Id<()>>),
    Words(Vec<Cow<'static, str>>),
    Numbers(Vec<i16>),
    Days(Vec<NaiveDate>),
}

impl Column {
    /// Of the kind of the first value; a column has one kind.
    fn of<'a>(values: impl Iterator<Item = &'a Value> + Clone) -> Self {
        macro_rules! all {
            ($kind:ident) => {
                values
                    .filter_map(|value| if let Value::$kind(one) = value { Some(one.clone()) } else { None })
                    .collect()
            };
        }
        match values.clone().next() {
            Some(Value::Word(_)) => Self::Words(all!(Word)),
            Some(Value::Number(_)) => Self::Numbers(all!(Number)),
            Some(Value::Day(_)) => Self::Days(all!(Day)),
            Some(Value::Id(_)) | None => Self::Ids(all!(Id)),
        }
    }
}

impl<'a> Columns<'a> {
    fn of(table: &'a Table, rows: &[Row]) -> Self {
        let key = (0..table.key.len()).map(|n| Column::of(rows.iter().filter_map(move |row| row.key.get(n))));
        let figures = (0..table.figures.len())
            .map(|n| rows.iter().filter_map(|row| row.figures.get(n).copied()).collect());
        Self { table, key: key.collect(), figures: figures.collect() }
    }
}

impl QueryId for Columns<'_> {
    type QueryId = ();
    // Told apart by its text, of which there are two.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for Columns<'_> {}

impl QueryFragment<Pg> for Columns<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Table { name, key, figures } = self.table;
        out.push_sql(&format!(
            "insert into {name} ({}, {}) select * from unnest(",
            key.join(", "),
            figures.join(", ")
        ));
        for (n, column) in self.key.iter().enumerate() {
            if n > 0 {
                out.push_sql(", ");
            }
            match column {
                Column::Ids(ids) => out.push_bind_param::<Array<UuidSql>, _>(ids)?,
                Column::Words(words) => out.push_bind_param::<Array<Text>, _>(words)?,
                Column::Numbers(numbers) => out.push_bind_param::<Array<SmallInt>, _>(numbers)?,
                Column::Days(days) => out.push_bind_param::<Array<Date>, _>(days)?,
            }
        }
        for figures in &self.figures {
            out.push_sql(", ");
            out.push_bind_param::<Array<BigInt>, _>(figures)?;
        }
        out.push_sql(")");
        out.push_sql(&tail(self.table));
        Ok(())
    }
}

/// The same for one row of one of the tables: prepared once, found again by its type.
struct One<'a, const TABLE: usize>(&'a Row);

/// Its text around the values; made once, because it is walked through for every row.
fn around(table: usize) -> &'static (String, String) {
    static COARSE_TEXT: LazyLock<(String, String)> = LazyLock::new(|| (head(&COARSE), tail(&COARSE)));
    static FINE_TEXT: LazyLock<(String, String)> = LazyLock::new(|| (head(&FINE), tail(&FINE)));
    static PARTS_TEXT: LazyLock<(String, String)> = LazyLock::new(|| (head(&PARTS), tail(&PARTS)));
    static RETURNED_TEXT: LazyLock<(String, String)> = LazyLock::new(|| (head(&RETURNED), tail(&RETURNED)));
    match table {
        0 => &COARSE_TEXT,
        1 => &FINE_TEXT,
        2 => &PARTS_TEXT,
        _ => &RETURNED_TEXT,
    }
}

impl<const TABLE: usize> QueryId for One<'_, TABLE> {
    type QueryId = One<'static, TABLE>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C, const TABLE: usize> RunQueryDsl<C> for One<'_, TABLE> {}

impl<DB, const TABLE: usize> QueryFragment<DB> for One<'_, TABLE>
where
    DB: Backend + HasSqlType<UuidSql>,
    Id<()>: ToSql<UuidSql, DB>,
    str: ToSql<Text, DB>,
    i16: ToSql<SmallInt, DB>,
    i64: ToSql<BigInt, DB>,
    NaiveDate: ToSql<Date, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let (before, after) = around(TABLE);
        out.push_sql(before);
        out.push_sql("(");
        values(&mut out, self.0)?;
        out.push_sql(")");
        out.push_sql(after);
        Ok(())
    }
}

fn head(Table { name, key, figures }: &Table) -> String {
    format!("insert into {name} ({}, {}) values ", key.join(", "), figures.join(", "))
}

fn values<'b, DB>(out: &mut AstPass<'_, 'b, DB>, row: &'b Row) -> QueryResult<()>
where
    DB: Backend + HasSqlType<UuidSql>,
    Id<()>: ToSql<UuidSql, DB>,
    str: ToSql<Text, DB>,
    i16: ToSql<SmallInt, DB>,
    i64: ToSql<BigInt, DB>,
    NaiveDate: ToSql<Date, DB>,
{
    for (n, value) in row.key.iter().enumerate() {
        if n > 0 {
            out.push_sql(", ");
        }
        bind(out, value)?;
    }
    for figure in &row.figures {
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(figure)?;
    }
    Ok(())
}

fn tail(Table { name, key, figures }: &Table) -> String {
    let sums = figures.iter().map(|figure| format!("{figure} = {name}.{figure} + excluded.{figure}"));
    format!(" on conflict ({}) do update set {}", key.join(", "), sums.collect::<Vec<_>>().join(", "))
}
