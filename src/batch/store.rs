//! The batches' rows and pieces. Nobody else writes them.

use super::kind::{Chosen, Kind};
use crate::both;
use crate::db::schema::{print_batch_items, print_batch_pieces, print_batches};
use crate::db::types::Moment;
use crate::db::{Conn, DbError};
use crate::documents::join::{Marks, Piece};
use crate::domain::ids::{BranchId, OfficerId, PrintBatchId};
use crate::domain::words::code_words;
use crate::failure::{Failure, Outcome, Thing};
use crate::order::orders;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Printing,
    Printed,
}

code_words!(State { Printing => "printing", Printed => "printed" });

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = print_batches, treat_none_as_default_value = false)]
pub struct BatchRow {
    pub id: PrintBatchId,
    pub kind: String,
    pub chosen: String,
    pub branch_id: Option<BranchId>,
    pub ordered_at: Moment,
    pub ordered_by: OfficerId,
    pub ordered_by_name: String,
    pub state: String,
    pub total: i32,
    pub done: i32,
    pub faulty: i32,
    pub pages: i32,
    pub next_object: i64,
    pub bytes: i64,
    pub changed_at: Moment,
}

orders!(BatchRow in print_batches, PrintBatchId, PrintBatch, of branch_id);

impl BatchRow {
    pub fn state(&self) -> Result<State, DbError> {
        self.state.parse().map_err(|_| self.corrupt("state"))
    }

    pub fn kind(&self) -> Result<Kind, DbError> {
        self.kind.parse().map_err(|_| self.corrupt("kind"))
    }

    pub fn chosen(&self) -> Result<Chosen, DbError> {
        self.chosen.parse().map_err(|_| self.corrupt("chosen"))
    }

    fn corrupt(&self, column: &str) -> DbError {
        DbError::Corrupt(format!("print_batches.{column} of {}", self.id))
    }
}

/// A paper of a batch.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = print_batch_items, treat_none_as_default_value = false)]
pub struct ItemRow {
    pub batch_id: PrintBatchId,
    pub place: i32,
    pub dossier_code: String,
    pub fault: Option<String>,
}

/// So many rows in one statement: fewer values than any database takes.
const ROWS: usize = 200;

pub fn insert(tx: &mut Conn<'_>, row: &BatchRow, codes: &[String]) -> Outcome<()> {
    both!(tx, |c| diesel::insert_into(print_batches::table).values(row).execute(c)?);
    let items: Vec<ItemRow> = (1..)
        .zip(codes)
        .map(|(place, code)| ItemRow { batch_id: row.id, place, dossier_code: code.clone(), fault: None })
        .collect();
    for rows in items.chunks(ROWS) {
        // SQLite takes no batch of rows whose columns may have defaults: one by one there, in one transaction.
        match tx {
            Conn::Sqlite(c) => {
                for item in rows {
                    diesel::insert_into(print_batch_items::table).values(item).execute(*c)?;
                }
            }
            Conn::Pg(c) => {
                diesel::insert_into(print_batch_items::table).values(rows).execute(*c)?;
            }
        }
    }
    Ok(())
}

/// How many of somebody's are not printed yet.
pub fn at_work(c: &mut Conn<'_>, officer: OfficerId) -> Outcome<i64> {
    use print_batches as b;
    Ok(both!(c, |c| b::table
        .filter(b::state.eq(State::Printing.as_str()))
        .filter(b::ordered_by.eq(officer))
        .count()
        .get_result(c))?)
}

/// The papers behind the first `done`.
pub fn rest(c: &mut Conn<'_>, id: PrintBatchId, done: i32, limit: i64) -> Outcome<Vec<ItemRow>> {
    use print_batch_items as i;
    Ok(both!(c, |c| i::table
        .filter(i::batch_id.eq(id))
        .filter(i::place.gt(done))
        .order(i::place)
        .limit(limit)
        .select(ItemRow::as_select())
        .load(c))?)
}

/// The first papers that are not in the file, with why.
pub fn faulty(c: &mut Conn<'_>, id: PrintBatchId, limit: i64) -> Outcome<Vec<ItemRow>> {
    use print_batch_items as i;
    Ok(both!(c, |c| i::table
        .filter(i::batch_id.eq(id))
        .filter(i::fault.is_not_null())
        .order(i::place)
        .limit(limit)
        .select(ItemRow::as_select())
        .load(c))?)
}

/// Some papers further: what became of them, and the piece they make.
pub struct Step {
    pub done: i32,
    pub faults: Vec<(i32, &'static str)>,
    pub piece: Option<Piece>,
}

/// Writes a step down, if the batch is there and as far as it was; else false.
pub fn advance(tx: &mut Conn<'_>, before: &BatchRow, step: &Step, now: DateTime<Utc>) -> Outcome<bool> {
    use print_batches as b;
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let marks = step.piece.as_ref().map(|piece| &piece.marks);
    let pages = marks.map_or(0, |marks| i32::try_from(marks.pages).unwrap_or(i32::MAX));
    let bytes = marks.map_or(0, |marks| signed(marks.length));
    let next = marks.map_or(before.next_object, |marks| i64::from(marks.next()));
    let faulty = i32::try_from(step.faults.len()).unwrap_or(i32::MAX);
    let changed = both!(tx, |c| diesel::update(b::table.find(before.id))
        .filter(b::done.eq(before.done))
        .set((
            b::done.eq(step.done),
            b::faulty.eq(b::faulty + faulty),
            b::pages.eq(b::pages + pages),
            b::bytes.eq(b::bytes + bytes),
            b::next_object.eq(next),
            b::changed_at.eq(Moment(now)),
        ))
        .execute(c)?);
    if changed != 1 {
        return Ok(false);
    }
    for (place, fault) in &step.faults {
        use print_batch_items as i;
        both!(tx, |c| diesel::update(i::table.find((before.id, place)))
            .set(i::fault.eq(fault))
            .execute(c)?);
    }
    if let Some(piece) = &step.piece {
        use print_batch_pieces as p;
        let offsets: Vec<u8> = piece.marks.offsets.iter().flat_map(|offset| offset.to_be_bytes()).collect();
        let row = (
            p::batch_id.eq(before.id),
            p::place.eq(step.done),
            p::first_object.eq(i64::from(piece.marks.first)),
            p::offsets.eq(&offsets),
            p::pages.eq(pages),
            p::bytes.eq(bytes),
            p::body.eq(&piece.bytes),
        );
        both!(tx, |c| diesel::insert_into(p::table).values(row).execute(c)?);
    }
    Ok(true)
}

pub fn finished(tx: &mut Conn<'_>, id: PrintBatchId, now: DateTime<Utc>) -> Outcome<()> {
    use print_batches as b;
    both!(tx, |c| diesel::update(b::table.find(id))
        .set((b::state.eq(State::Printed.as_str()), b::changed_at.eq(Moment(now))))
        .execute(c)?);
    Ok(())
}

type MarksRow = (i32, i64, Vec<u8>, i32, i64);

/// What is known of the pieces without their bytes, each with its place.
pub fn marks(c: &mut Conn<'_>, id: PrintBatchId) -> Outcome<Vec<(i32, Marks)>> {
    use print_batch_pieces as p;
    let rows: Vec<MarksRow> = both!(c, |c| p::table
        .filter(p::batch_id.eq(id))
        .order(p::place)
        .select((p::place, p::first_object, p::offsets, p::pages, p::bytes))
        .load(c))?;
    rows.into_iter()
        .map(|(place, first, offsets, pages, bytes)| {
            let corrupt = || DbError::Corrupt(format!("print_batch_pieces {place} of {id}"));
            let (offsets, rest) = offsets.as_chunks::<4>();
            if !rest.is_empty() {
                return Err(corrupt().into());
            }
            let marks = Marks {
                first: u32::try_from(first).map_err(|_| corrupt())?,
                offsets: offsets.iter().map(|four| u32::from_be_bytes(*four)).collect(),
                pages: u32::try_from(pages).map_err(|_| corrupt())?,
                length: u64::try_from(bytes).map_err(|_| corrupt())?,
            };
            Ok((place, marks))
        })
        .collect()
}

pub fn piece(c: &mut Conn<'_>, id: PrintBatchId, place: i32) -> Outcome<Vec<u8>> {
    use print_batch_pieces as p;
    both!(c, |c| p::table.find((id, place)).select(p::body).get_result(c).optional())?
        .ok_or(Failure::NotFound(Thing::PrintBatch))
}

/// Takes a batch away, whatever it has come to. False when there is none.
pub fn remove(tx: &mut Conn<'_>, id: PrintBatchId) -> Outcome<bool> {
    both!(tx, |c| diesel::delete(print_batch_pieces::table.filter(print_batch_pieces::batch_id.eq(id)))
        .execute(c)?);
    both!(tx, |c| diesel::delete(print_batch_items::table.filter(print_batch_items::batch_id.eq(id)))
        .execute(c)?);
    Ok(both!(tx, |c| diesel::delete(print_batches::table.find(id)).execute(c))? == 1)
}

/// Takes the printed ones away that are older than `before`, one at a time: they are large.
pub fn forget(tx: &mut Conn<'_>, before: DateTime<Utc>) -> Outcome<bool> {
    use print_batches as b;
    let old: Option<PrintBatchId> = both!(tx, |c| b::table
        .filter(b::state.eq(State::Printed.as_str()))
        .filter(b::changed_at.lt(Moment(before)))
        .order(b::changed_at)
        .select(b::id)
        .first(c)
        .optional())?;
    match old {
        Some(id) => remove(tx, id),
        None => Ok(false),
    }
}
