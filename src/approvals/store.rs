//! The orders' rows. Nobody else writes them.

use crate::both;
use crate::db::schema::{approval_order_items, approval_orders, officers};
use crate::db::types::Moment;
use crate::db::{Conn, DbError};
use crate::domain::ids::{ApologyId, ApprovalOrderId, BranchId, OfficerId};
use crate::domain::role::Role;
use crate::domain::words::code_words;
use crate::failure::Outcome;
use crate::order::{OrderState, Pieces as _, orders, pieces, stoppable};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    Approved,
    Refused,
}

code_words!(Came { Approved => "approved", Refused => "refused" });

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = approval_orders, treat_none_as_default_value = false)]
pub struct OrderRow {
    pub id: ApprovalOrderId,
    pub branch_id: BranchId,
    pub ordered_at: Moment,
    pub ordered_by: OfficerId,
    pub ordered_by_name: String,
    pub ordered_by_title: Option<String>,
    pub state: String,
    pub total: i32,
    pub done: i32,
    pub approved: i32,
    pub refused: i32,
    pub changed_at: Moment,
}

orders!(OrderRow in approval_orders, ApprovalOrderId, ApprovalOrder, of branch_id);
stoppable!(OrderRow in approval_orders);

/// A letter of an order.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = approval_order_items, treat_none_as_default_value = false)]
pub struct ItemRow {
    pub order_id: ApprovalOrderId,
    pub place: i32,
    pub apology_id: ApologyId,
    pub version: i32,
    pub dossier_code: String,
    pub outcome: Option<String>,
    pub number: Option<String>,
    pub by_mail: Option<bool>,
    pub fault: Option<String>,
    pub missing: Option<String>,
}

pieces!(ItemRow in approval_order_items, order_id: ApprovalOrderId, Came);

impl ItemRow {
    pub fn outcome(&self) -> Result<Option<Came>, DbError> {
        let corrupt =
            |_| DbError::Corrupt(format!("approval_order_items.outcome {} of {}", self.place, self.order_id));
        self.outcome.as_deref().map(|came| came.parse::<Came>().map_err(corrupt)).transpose()
    }
}

/// Puts an order in; false while another of the same head is being worked on.
pub fn insert(tx: &mut Conn<'_>, row: &OrderRow, items: &[ItemRow]) -> Outcome<bool> {
    let added = both!(tx, |c| diesel::insert_into(approval_orders::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c)?);
    if added != 1 {
        return Ok(false);
    }
    for item in items {
        both!(tx, |c| diesel::insert_into(approval_order_items::table).values(item).execute(c)?);
    }
    Ok(true)
}

/// The next letter, if there is one.
pub fn next(c: &mut Conn<'_>, row: &OrderRow) -> Outcome<Option<ItemRow>> {
    Ok(ItemRow::page(c, row.id, (None, None), Some(row.done), 1)?.pop())
}

/// Whoever ordered it heads the branch still, and may sign in.
pub fn is_head(c: &mut Conn<'_>, row: &OrderRow) -> Outcome<bool> {
    let found: Option<OfficerId> = both!(c, |c| officers::table
        .find(row.ordered_by)
        .filter(officers::active.eq(true))
        .filter(officers::role.eq(Role::Head.as_str()))
        .filter(officers::branch_id.eq(row.branch_id))
        .select(officers::id)
        .first(c)
        .optional())?;
    Ok(found.is_some())
}

/// What became of the next letter.
pub enum Became<'a> {
    Approved { number: &'a str, by_mail: bool },
    Refused { fault: &'a str, missing: Option<&'a str> },
}

/// Goes one letter further, if the order is being worked on and as far as it was; else false. First in the transaction: of
/// two that think the order is theirs, and of one and whoever stops it, one waits for the other.
pub fn advance(tx: &mut Conn<'_>, before: &OrderRow, came: Came, now: DateTime<Utc>) -> Outcome<bool> {
    use approval_orders as o;
    let (approved, refused) = match came {
        Came::Approved => (1, 0),
        Came::Refused => (0, 1),
    };
    let further = both!(tx, |c| diesel::update(o::table.find(before.id))
        .filter(o::state.eq(OrderState::Working.as_str()))
        .filter(o::done.eq(before.done))
        .set((
            o::done.eq(o::done + 1),
            o::approved.eq(o::approved + approved),
            o::refused.eq(o::refused + refused),
            o::changed_at.eq(Moment(now)),
        ))
        .execute(c)?);
    Ok(further == 1)
}

/// Writes down what became of a letter.
pub fn tell(tx: &mut Conn<'_>, item: &ItemRow, result: &Became<'_>) -> Outcome<()> {
    use approval_order_items as i;
    let (came, number, by_mail, fault, missing) = match result {
        Became::Approved { number, by_mail } => (Came::Approved, Some(*number), Some(*by_mail), None, None),
        Became::Refused { fault, missing } => (Came::Refused, None, None, Some(*fault), *missing),
    };
    both!(tx, |c| diesel::update(i::table.find((item.order_id, item.place)))
        .set((
            i::outcome.eq(came.as_str()),
            i::number.eq(number),
            i::by_mail.eq(by_mail),
            i::fault.eq(fault),
            i::missing.eq(missing),
        ))
        .execute(c)?);
    Ok(())
}
