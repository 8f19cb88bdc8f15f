//! The dossier's tables. Nobody else writes them.

use super::audit::by_dossier;
use super::prepared;
use super::row::{DossierRow, EventRow, ParticularsRow, ReappointmentRow};
use super::words::Slice;
use crate::both;
use crate::db::kept::AtMostDsl;
use crate::db::schema::{
    code_counters, dossier_events, dossier_particulars, dossiers, officers, reappointments, settings,
};
use crate::db::types::UuidSql;
use crate::db::{Conn, DbError};
use crate::domain::event::{Event, Fact};
use crate::domain::ids::{BranchId, DossierId, OfficerId};
use crate::failure::{Failure, Outcome, Thing};
use crate::reference::STAMP;
use crate::report::Additions;
use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};
use std::collections::{HashMap, HashSet};

/// Rows a statement: PostgreSQL takes 65,535 values in one, SQLite 32,766.
const CHUNK: usize = 500;
/// From so many rows on PostgreSQL is given them by COPY.
const COPY: usize = 50;

/// New rows, each database in the way it takes them fastest: SQLite one prepared statement row by row, PostgreSQL
/// one statement for a few and COPY for many.
macro_rules! insert_rows {
    ($tx:expr, $table:expr, $rows:expr) => {{
        let rows = $rows;
        match $tx {
            Conn::Sqlite(c) => {
                for row in rows {
                    diesel::insert_into($table).values(row).execute(*c)?;
                }
            }
            // One row's statement stays prepared, one for several does not.
            Conn::Pg(c) if rows.len() < COPY => match &rows[..] {
                [] => {}
                [row] => {
                    diesel::insert_into($table).values(row).execute(*c)?;
                }
                rows => {
                    diesel::insert_into($table).values(rows).execute(*c)?;
                }
            },
            Conn::Pg(c) => {
                diesel::copy_from($table).from_insertable(rows).execute(*c)?;
            }
        }
    }};
}

#[derive(Default)]
pub struct Changes {
    pub new: Vec<DossierRow>,
    pub updated: Vec<DossierRow>,
    /// Those of new dossiers, each with the words under which it is found.
    pub particulars: Vec<ParticularsRow>,
    pub words: Vec<String>,
    /// Those that were put right.
    pub corrected: Vec<(ParticularsRow, String)>,
    /// Received since, or at another time than was thought: the slice they stood in, and the one they stand in.
    pub moved: Vec<(DossierId, BranchId, Slice, Slice)>,
    pub events: Vec<EventRow>,
    pub reappointments: Vec<ReappointmentRow>,
    pub tallies: Additions,
}

pub fn lock_by_code(tx: &mut Conn<'_>, code: &str) -> Outcome<Option<DossierRow>> {
    Ok(match tx {
        Conn::Sqlite(c) => {
            dossiers::table.filter(dossiers::code.eq(code)).select(DossierRow::as_select()).get_result(*c)
        }
        Conn::Pg(c) => dossiers::table
            .filter(dossiers::code.eq(code))
            .select(DossierRow::as_select())
            .for_update()
            .get_result(*c),
    }
    .optional()?)
}

pub fn lock_by_id(tx: &mut Conn<'_>, id: DossierId) -> Outcome<Option<DossierRow>> {
    Ok(match tx {
        Conn::Sqlite(c) => dossiers::table.find(id).select(DossierRow::as_select()).get_result(*c),
        Conn::Pg(c) => dossiers::table.find(id).select(DossierRow::as_select()).for_update().get_result(*c),
    }
    .optional()?)
}

pub fn by_code(c: &mut Conn<'_>, code: &str) -> Outcome<DossierRow> {
    both!(c, |c| dossiers::table
        .filter(dossiers::code.eq(code))
        .select(DossierRow::as_select())
        .get_result(c)
        .optional())?
    .ok_or(Failure::NotFound(Thing::Dossier))
}

pub fn particulars_row(c: &mut Conn<'_>, id: DossierId) -> Outcome<ParticularsRow> {
    both!(c, |c| dossier_particulars::table
        .find(id)
        .select(ParticularsRow::as_select())
        .get_result(c)
        .optional())?
    .ok_or_else(|| Failure::Db(DbError::Corrupt(format!("dossier {id} has no particulars"))))
}

/// The same, with user name and full name of whoever holds it.
pub fn particulars_and_holder(
    c: &mut Conn<'_>,
    id: DossierId,
    held_by: Option<OfficerId>,
) -> Outcome<(ParticularsRow, Option<(String, String)>)> {
    let Some(officer) = held_by else { return Ok((particulars_row(c, id)?, None)) };
    both!(c, |c| dossier_particulars::table
        .left_join(officers::table.on(officers::id.eq(officer)))
        .filter(dossier_particulars::dossier_id.eq(id))
        .select((ParticularsRow::as_select(), (officers::username, officers::full_name).nullable()))
        .get_result(c)
        .optional())?
    .ok_or_else(|| Failure::Db(DbError::Corrupt(format!("dossier {id} has no particulars"))))
}

/// A dossier whole.
pub struct Whole {
    pub row: DossierRow,
    pub particulars: ParticularsRow,
    /// User name and full name.
    pub holder: Option<(String, String)>,
    /// Of the reference data that goes with it.
    pub stamp: Option<String>,
}

/// A dossier with everything that is shown of it, in one statement.
pub fn whole_by_code(c: &mut Conn<'_>, code: &str) -> Outcome<Whole> {
    let found = both!(c, |c| dossiers::table
        .inner_join(dossier_particulars::table.on(dossier_particulars::dossier_id.eq(dossiers::id)))
        .left_join(officers::table.on(officers::id.nullable().eq(dossiers::held_by)))
        .left_join(settings::table.on(settings::name.eq(STAMP)))
        .filter(dossiers::code.eq(code))
        .select((
            DossierRow::as_select(),
            ParticularsRow::as_select(),
            (officers::username, officers::full_name).nullable(),
            settings::value.nullable(),
        ))
        .get_result(c)
        .optional())?;
    let (row, particulars, holder, stamp) = found.ok_or(Failure::NotFound(Thing::Dossier))?;
    Ok(Whole { row, particulars, holder, stamp })
}

pub fn event_rows(c: &mut Conn<'_>, id: DossierId) -> Outcome<Vec<EventRow>> {
    Ok(both!(c, |c| dossier_events::table
        .filter(dossier_events::dossier_id.eq(id))
        .order(dossier_events::seq)
        .select(EventRow::as_select())
        .load(c))?)
}

/// The events of these dossiers, those of each in their order.
pub fn event_rows_of(c: &mut Conn<'_>, ids: &[DossierId]) -> Outcome<Vec<EventRow>> {
    Ok(both!(c, |c| dossier_events::table
        .filter(dossier_events::dossier_id.eq_any(ids))
        .order((dossier_events::dossier_id, dossier_events::seq))
        .select(EventRow::as_select())
        .load(c))?)
}

/// The keys of a branch's dossiers, in no order.
pub fn ids_of_branch(c: &mut Conn<'_>, branch: BranchId) -> Outcome<Vec<DossierId>> {
    Ok(both!(c, |c| dossiers::table.filter(dossiers::branch_id.eq(branch)).select(dossiers::id).load(c))?)
}

/// The code of a dossier whose row may hold nothing else that can be read.
pub fn code_of(c: &mut Conn<'_>, id: DossierId) -> Outcome<String> {
    Ok(both!(c, |c| dossiers::table.find(id).select(dossiers::code).get_result(c))?)
}

/// Rows, particulars and events of these dossiers, events in their order.
#[expect(clippy::type_complexity, reason = "three kinds of rows that belong together")]
pub fn whole(
    c: &mut Conn<'_>,
    ids: &[DossierId],
) -> Outcome<Vec<(DossierRow, Option<ParticularsRow>, Vec<EventRow>)>> {
    let (rows, particulars, events) = both!(c, |c| (
        dossiers::table.filter(dossiers::id.eq_any(ids)).select(DossierRow::as_select()).load(c)?,
        dossier_particulars::table
            .filter(dossier_particulars::dossier_id.eq_any(ids))
            .select(ParticularsRow::as_select())
            .load(c)?,
        dossier_events::table
            .filter(dossier_events::dossier_id.eq_any(ids))
            .order((dossier_events::dossier_id, dossier_events::seq))
            .select(EventRow::as_select())
            .load(c)?,
    ));
    let mut particulars = by_dossier(particulars, |row| row.dossier_id);
    let mut events = by_dossier(events, |row| row.dossier_id);
    let of = |row: DossierRow| {
        let particulars = particulars.remove(&row.id).and_then(|mut rows| rows.pop());
        let events = events.remove(&row.id).unwrap_or_default();
        (row, particulars, events)
    };
    Ok(rows.into_iter().map(of).collect())
}

/// The whole history, oldest first.
pub fn events(c: &mut Conn<'_>, id: DossierId) -> Outcome<Vec<Event>> {
    Ok(event_rows(c, id)?.iter().map(EventRow::event).collect::<Result<_, _>>()?)
}

/// The re-appointments among new events: rows of their own.
pub fn reappointments(id: DossierId, branch: BranchId, added: &[Event]) -> Outcome<Vec<ReappointmentRow>> {
    added
        .iter()
        .filter_map(|event| match &event.fact {
            Fact::Reappointed { ordinal, due_on, new_due_on, cause, reason } => {
                Some(i32::try_from(*ordinal).map_err(|e| Failure::Broken(e.to_string())).map(|ordinal| {
                    ReappointmentRow {
                        dossier_id: id,
                        ordinal,
                        branch_id: branch,
                        due_on: *due_on,
                        new_due_on: *new_due_on,
                        cause: cause.clone(),
                        reason: reason.clone(),
                        recorded_at: event.recorded_at.into(),
                        officer_id: event.officer,
                    }
                }))
            }
            _ => None,
        })
        .collect()
}

/// Writes row, events and tallies. The tallies come last: their rows are the ones others wait for.
pub fn write(tx: &mut Conn<'_>, changes: &Changes) -> Outcome<()> {
    // Most acts take in one dossier.
    if let (Conn::Pg(c), [row], [particulars], [words], [], [], []) = (
        &mut *tx,
        &*changes.new,
        &*changes.particulars,
        &*changes.words,
        &*changes.updated,
        &*changes.corrected,
        &*changes.reappointments,
    ) {
        prepared::insert_one(c, row, (particulars, words), &changes.events)?;
        return changes.tallies.write(tx);
    }
    insert_rows!(tx, dossiers::table, &changes.new);
    for row in &changes.updated {
        let touched = both!(tx, |c| prepared::Update::to(row).execute(c))?;
        if touched != 1 {
            return Err(Failure::Broken(format!("dossier {} was changed outside of its lock", row.code)));
        }
    }
    write_particulars(tx, changes)?;
    for (id, branch, from, to) in &changes.moved {
        move_words(tx, *id, *branch, *from, *to)?;
    }
    insert_rows!(tx, dossier_events::table, &changes.events);
    insert_rows!(tx, reappointments::table, &changes.reappointments);
    changes.tallies.write(tx)
}

fn write_particulars(tx: &mut Conn<'_>, changes: &Changes) -> Outcome<()> {
    for (row, words) in &changes.corrected {
        let row = ParticularsRow { words_row: rewrite_words(tx, row, words)?, ..row.clone() };
        both!(tx, |c| diesel::update(dossier_particulars::table.find(row.dossier_id)).set(&row).execute(c))?;
    }
    if changes.particulars.is_empty() {
        return Ok(());
    }
    match tx {
        Conn::Sqlite(c) => insert_particulars_with_words(c, &changes.particulars, &changes.words),
        tx => {
            insert_rows!(tx, dossier_particulars::table, &changes.particulars);
            // They refer to the dossier by key, and need no number.
            write_words(tx, &changes.particulars, &changes.words)
        }
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::UuidSql;
    /// SQLite's words, as a table that prepared statements can fill.
    #[sql_name = "dossier_words"]
    words_of_sqlite (rowid) {
        rowid -> BigInt,
        words -> Text,
        dossier_id -> UuidSql,
        branch_id -> UuidSql,
    }
}

/// On SQLite.
fn insert_particulars_with_words(
    c: &mut SqliteConnection,
    particulars: &[ParticularsRow],
    words: &[String],
) -> Outcome<()> {
    // Numbered here, under the write lock. `returning` would do, but makes each row a statement with a savepoint,
    // before which the index writes all it has gathered.
    let last: Option<i64> = words_of_sqlite::table
        .select(words_of_sqlite::rowid)
        .order(words_of_sqlite::rowid.desc())
        .at_most(1)
        .get_result(c)
        .optional()?;
    for ((row, words), number) in particulars.iter().zip(words).zip(last.unwrap_or(0) + 1..) {
        diesel::insert_into(words_of_sqlite::table)
            .values((
                words_of_sqlite::rowid.eq(number),
                words_of_sqlite::words.eq(words),
                words_of_sqlite::dossier_id.eq(row.dossier_id),
                words_of_sqlite::branch_id.eq(row.branch_id),
            ))
            .execute(c)?;
        diesel::insert_into(dossier_particulars::table).values(row.with_words(number)).execute(c)?;
    }
    Ok(())
}

/// On PostgreSQL.
fn write_words(tx: &mut Conn<'_>, particulars: &[ParticularsRow], words: &[String]) -> Outcome<()> {
    let Conn::Pg(c) = tx else { return Ok(()) };
    for (rows, words) in particulars.chunks(CHUNK).zip(words.chunks(CHUNK)) {
        let ids: Vec<_> = rows.iter().map(|row| row.dossier_id).collect();
        let branches: Vec<_> = rows.iter().map(|row| row.branch_id).collect();
        let words: Vec<_> = words.iter().collect();
        sql_query(
            "insert into dossier_words (dossier_id, branch_id, words) \
             select id, branch, array_to_tsvector(string_to_array(words, ' ')) from unnest($1, $2, $3) as t (id, branch, words)",
        )
        .bind::<diesel::sql_types::Array<UuidSql>, _>(ids)
        .bind::<diesel::sql_types::Array<UuidSql>, _>(branches)
        .bind::<diesel::sql_types::Array<Text>, _>(words)
        .execute(*c)?;
    }
    Ok(())
}

fn rewrite_words(tx: &mut Conn<'_>, row: &ParticularsRow, words: &str) -> Outcome<Option<i64>> {
    let words_row = particulars_row(tx, row.dossier_id)?.words_row;
    match tx {
        Conn::Sqlite(c) => {
            sql_query("update dossier_words set words = ? where rowid = ?")
                .bind::<Text, _>(words)
                .bind::<diesel::sql_types::Nullable<BigInt>, _>(words_row)
                .execute(*c)?;
        }
        Conn::Pg(c) => {
            sql_query("update dossier_words set words = array_to_tsvector(string_to_array($1, ' ')) where dossier_id = $2")
                .bind::<Text, _>(words)
                .bind::<UuidSql, _>(row.dossier_id)
                .execute(*c)?;
        }
    }
    Ok(words_row)
}

/// The same words in another slice.
fn move_words(tx: &mut Conn<'_>, id: DossierId, branch: BranchId, from: Slice, to: Slice) -> Outcome<()> {
    match tx {
        Conn::Sqlite(c) => {
            let row = dossier_particulars::table.find(id).select(dossier_particulars::words_row);
            let row: Option<i64> = row.get_result(*c)?;
            // The word of the branch begins with that of all.
            sql_query("update dossier_words set words = replace(words, ?, ?) where rowid = ?")
                .bind::<Text, _>(from.word(None))
                .bind::<Text, _>(to.word(None))
                .bind::<diesel::sql_types::Nullable<BigInt>, _>(row)
                .execute(*c)?;
        }
        Conn::Pg(c) => {
            let moved = "update dossier_words set words = ts_delete(words, $1) || array_to_tsvector($2) where dossier_id = $3";
            sql_query(moved)
                .bind::<diesel::sql_types::Array<Text>, _>(from.words(branch).to_vec())
                .bind::<diesel::sql_types::Array<Text>, _>(to.words(branch).to_vec())
                .bind::<UuidSql, _>(id)
                .execute(*c)?;
        }
    }
    Ok(())
}

/// The next `count` codes of an agency on a day (TT 01/2018/TT-VPCP Đ19): gap-free, because the counter rolls
/// back with the act, and others wait for it.
pub fn next_codes(tx: &mut Conn<'_>, agency: &str, day: NaiveDate, count: u32) -> Outcome<Vec<String>> {
    let count = i32::try_from(count).map_err(|error| Failure::Broken(error.to_string()))?;
    let last: i32 = both!(tx, |c| prepared::CountOn { agency, day, count }.get_result(c))?;
    Ok((last - count + 1..=last).map(|n| code(agency, day, n)).collect())
}

/// Numbers up to `to` have been given to dossiers of that day by a register from elsewhere: the counter goes on
/// after them, and gaps among them are the register's own (`raised` tells them from ours).
pub fn raise_code_counter(tx: &mut Conn<'_>, agency: &str, day: NaiveDate, to: i32) -> Outcome<()> {
    let text = "insert into code_counters (agency_identifier, day, last, raised) values ($1, $2, $3, $3) \
                on conflict (agency_identifier, day) do update set raised = excluded.raised, \
                last = case when code_counters.last < excluded.last then excluded.last else code_counters.last end \
                where code_counters.raised < excluded.raised";
    both!(tx, |c| sql_query(text)
        .bind::<Text, _>(agency)
        .bind::<diesel::sql_types::Date, _>(day)
        .bind::<diesel::sql_types::Integer, _>(to)
        .execute(c))?;
    Ok(())
}

/// The last number given on each of these days; days without one are left out.
pub fn last_code_numbers(
    c: &mut Conn<'_>,
    agency: &str,
    days: &[NaiveDate],
) -> Outcome<HashMap<NaiveDate, i32>> {
    let mut numbers = HashMap::new();
    for days in days.chunks(CHUNK) {
        let found: Vec<(NaiveDate, i32)> = both!(c, |c| code_counters::table
            .filter(code_counters::agency_identifier.eq(agency))
            .filter(code_counters::day.eq_any(days))
            .select((code_counters::day, code_counters::last))
            .load(c))?;
        numbers.extend(found);
    }
    Ok(numbers)
}

/// Which of these codes belong to a dossier already.
pub fn codes_taken(c: &mut Conn<'_>, codes: &[String]) -> Outcome<HashSet<String>> {
    let mut taken = HashSet::new();
    for codes in codes.chunks(CHUNK) {
        let found: Vec<String> = both!(c, |c| dossiers::table
            .filter(dossiers::code.eq_any(codes))
            .select(dossiers::code)
            .load(c))?;
        taken.extend(found);
    }
    Ok(taken)
}

/// The code with this number (TT 01/2018/TT-VPCP Đ19): four digits, five past 9999.
pub fn code(agency: &str, day: NaiveDate, n: i32) -> String {
    format!("{agency}-{:02}{:02}{:02}-{n:04}", day.year().rem_euclid(100), day.month(), day.day())
}
