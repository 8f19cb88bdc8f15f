//! The orders' rows. Nobody else writes them.

use crate::both;
use crate::db::schema::{recomputation_items, recomputations};
use crate::db::types::Moment;
use crate::db::{Conn, DbError};
use crate::domain::ids::{BranchId, DossierId, OfficerId, RecomputationId};
use crate::domain::words::code_words;
use crate::failure::Outcome;
use crate::order::{OrderState, orders, pieces, stoppable};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

/// What became of a dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    Moved,
    Kept,
    Failed,
}

code_words!(Came { Moved => "moved", Kept => "kept", Failed => "failed" });

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = recomputations, treat_none_as_default_value = false)]
pub struct OrderRow {
    pub id: RecomputationId,
    pub reason: String,
    pub ordered_at: Moment,
    pub ordered_by: OfficerId,
    pub ordered_by_name: String,
    pub state: String,
    pub total: i32,
    pub done: i32,
    pub moved: i32,
    pub kept: i32,
    pub failed: i32,
    pub after_due_on: Option<NaiveDate>,
    pub after_id: Option<DossierId>,
    pub changed_at: Moment,
}

orders!(OrderRow in recomputations, RecomputationId, Recomputation);
stoppable!(OrderRow in recomputations);

impl OrderRow {
    /// The place after which it goes on.
    pub fn after(&self) -> Option<(NaiveDate, DossierId)> {
        self.after_due_on.zip(self.after_id)
    }
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = recomputation_items, treat_none_as_default_value = false)]
pub struct ItemRow {
    pub recomputation_id: RecomputationId,
    pub place: i32,
    pub dossier_code: String,
    pub branch_id: BranchId,
    pub outcome: String,
    pub due_on: NaiveDate,
    pub computed_due_on: Option<NaiveDate>,
    pub fault: Option<String>,
}

pieces!(ItemRow in recomputation_items, recomputation_id: RecomputationId, Came, of branch_id);

impl ItemRow {
    pub fn outcome(&self) -> Result<Came, DbError> {
        let corrupt = || {
            DbError::Corrupt(format!(
                "recomputation_items.outcome {} of {}",
                self.place, self.recomputation_id
            ))
        };
        self.outcome.parse().map_err(|_| corrupt())
    }
}

/// Puts an order in; false while another is being worked on.
pub fn insert(tx: &mut Conn<'_>, row: &OrderRow) -> Outcome<bool> {
    let added = both!(tx, |c| diesel::insert_into(recomputations::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c)?);
    Ok(added == 1)
}

/// Some dossiers further: how many were looked at, up to which place, and what became of those that are told of.
pub struct Step {
    pub looked_at: usize,
    pub last: (NaiveDate, DossierId),
    pub items: Vec<Item>,
}

pub struct Item {
    pub code: String,
    pub branch: BranchId,
    pub came: Came,
    pub due_on: NaiveDate,
    pub computed_due_on: Option<NaiveDate>,
    pub fault: Option<&'static str>,
}

/// Takes the order's row for a step, if it is being worked on and as far as it was; else false. First in the
/// transaction: of two that think the order is theirs, and of one and whoever stops it, one waits for the other.
pub fn hold(tx: &mut Conn<'_>, before: &OrderRow, now: DateTime<Utc>) -> Outcome<bool> {
    use recomputations as r;
    let held = both!(tx, |c| diesel::update(r::table.find(before.id))
        .filter(r::state.eq(OrderState::Working.as_str()))
        .filter(r::done.eq(before.done))
        .set(r::changed_at.eq(Moment(now)))
        .execute(c)?);
    Ok(held == 1)
}

/// Writes a step down behind what is there.
pub fn advance(tx: &mut Conn<'_>, before: &OrderRow, step: &Step) -> Outcome<()> {
    use recomputations as r;
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let came = |which: Came| number(step.items.iter().filter(|item| item.came == which).count());
    both!(tx, |c| diesel::update(r::table.find(before.id))
        .set((
            r::done.eq(r::done + number(step.looked_at)),
            r::moved.eq(r::moved + came(Came::Moved)),
            r::kept.eq(r::kept + came(Came::Kept)),
            r::failed.eq(r::failed + came(Came::Failed)),
            r::after_due_on.eq(step.last.0),
            r::after_id.eq(step.last.1),
        ))
        .execute(c)?);
    let told = before.moved + before.kept + before.failed;
    for (place, item) in (told.saturating_add(1)..).zip(&step.items) {
        let row = ItemRow {
            recomputation_id: before.id,
            place,
            dossier_code: item.code.clone(),
            branch_id: item.branch,
            outcome: item.came.as_str().to_owned(),
            due_on: item.due_on,
            computed_due_on: item.computed_due_on,
            fault: item.fault.map(str::to_owned),
        };
        both!(tx, |c| diesel::insert_into(recomputation_items::table).values(&row).execute(c)?);
    }
    Ok(())
}
