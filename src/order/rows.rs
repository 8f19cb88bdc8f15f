//! The rows of orders. Each kind has a table of its own and says with [`orders!`] and [`stoppable!`] how it is called: what
//! is asked of all of them is written here.

use super::OrderState;
use crate::db::{Conn, DbError};
use crate::domain::ids::BranchId;
use crate::failure::{Failure, Outcome, Thing};
use crate::http::{Listed, Page};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

const SORT: &str = "-id";

/// Orders of one kind.
pub trait Orders: Sized {
    type Id: Copy + Serialize + DeserializeOwned;
    const THING: Thing;

    fn id(&self) -> Self::Id;

    fn find(c: &mut Conn<'_>, id: Self::Id) -> Outcome<Option<Self>>;

    /// The newest first, those before `before` that officers of this scope may see.
    fn page(
        c: &mut Conn<'_>,
        scope: Option<BranchId>,
        before: Option<Self::Id>,
        limit: i64,
    ) -> Outcome<Vec<Self>>;

    fn count(c: &mut Conn<'_>, scope: Option<BranchId>) -> Outcome<i64>;

    fn load(c: &mut Conn<'_>, id: Self::Id) -> Outcome<Self> {
        Self::find(c, id)?.ok_or(Failure::NotFound(Self::THING))
    }

    /// A page of them as they are shown.
    fn listed<V>(
        c: &mut Conn<'_>,
        page: &Page,
        scope: Option<BranchId>,
        view: impl Fn(&mut Conn<'_>, Self) -> Outcome<V>,
    ) -> Outcome<Listed<V>> {
        let rows = Self::page(c, scope, page.after(SORT)?, page.fetch())?;
        let count = if page.count { Some(Self::count(c, scope)?) } else { None };
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            views.push((row.id(), view(c, row)?));
        }
        page.answer(SORT, views, count, |(id, _)| *id, |(_, view)| Ok(view))
    }
}

/// Orders that can be stopped: what was done stays done, and the order with what it came to.
pub trait Stoppable: Orders {
    fn state(&self) -> Result<OrderState, DbError>;

    /// It comes to its end, or is stopped; false when it is not being worked on.
    fn end(tx: &mut Conn<'_>, id: Self::Id, to: OrderState, now: DateTime<Utc>) -> Outcome<bool>;

    /// The order, while it is being worked on.
    fn at_work(c: &mut Conn<'_>, id: Self::Id) -> Outcome<Option<Self>> {
        match Self::find(c, id)? {
            Some(row) if row.state()? == OrderState::Working => Ok(Some(row)),
            _ => Ok(None),
        }
    }

    /// Stops it, or says with `ended` that it is not being worked on any more.
    fn stop(tx: &mut Conn<'_>, id: Self::Id, ended: &'static str, now: DateTime<Utc>) -> Outcome<()> {
        if Self::end(tx, id, OrderState::Stopped, now)? { Ok(()) } else { Err(Failure::Conflict(ended)) }
    }
}

/// The rows of a table, by their `id`; of a branch, where they belong to one.
macro_rules! orders {
    ($row:ident in $table:ident, $id:ident, $thing:ident $(, of $branch:ident)?) => {
        impl $crate::order::Orders for $row {
            type Id = $id;
            const THING: $crate::failure::Thing = $crate::failure::Thing::$thing;

            fn id(&self) -> $id {
                self.id
            }

            fn find(c: &mut $crate::db::Conn<'_>, id: $id) -> $crate::failure::Outcome<Option<Self>> {
                Ok($crate::both!(c, |c| $table::table
                    .find(id)
                    .select(Self::as_select())
                    .get_result(c)
                    .optional())?)
            }

            fn page(
                c: &mut $crate::db::Conn<'_>,
                _scope: Option<$crate::domain::ids::BranchId>,
                before: Option<$id>,
                limit: i64,
            ) -> $crate::failure::Outcome<Vec<Self>> {
                Ok($crate::both!(c, |c| {
                    let mut query = $table::table.into_boxed();
                    $(if let Some(branch) = _scope {
                        query = query.filter($table::$branch.eq(branch));
                    })?
                    if let Some(before) = before {
                        query = query.filter($table::id.lt(before));
                    }
                    query.order($table::id.desc()).limit(limit).select(Self::as_select()).load(c)
                })?)
            }

            fn count(
                c: &mut $crate::db::Conn<'_>,
                _scope: Option<$crate::domain::ids::BranchId>,
            ) -> $crate::failure::Outcome<i64> {
                Ok($crate::both!(c, |c| {
                    let query = $table::table.into_boxed();
                    $(let query = match _scope {
                        Some(branch) => query.filter($table::$branch.eq(branch)),
                        None => query,
                    };)?
                    query.count().get_result(c)
                })?)
            }
        }
    };
}

/// The same rows, with `state` and `changed_at`.
macro_rules! stoppable {
    ($row:ident in $table:ident) => {
        impl $crate::order::Stoppable for $row {
            fn state(&self) -> Result<$crate::order::OrderState, $crate::db::DbError> {
                let corrupt =
                    |_| $crate::db::DbError::Corrupt(format!("{}.state of {}", stringify!($table), self.id));
                self.state.parse().map_err(corrupt)
            }

            fn end(
                tx: &mut $crate::db::Conn<'_>,
                id: <Self as $crate::order::Orders>::Id,
                to: $crate::order::OrderState,
                now: chrono::DateTime<chrono::Utc>,
            ) -> $crate::failure::Outcome<bool> {
                let ended = $crate::both!(tx, |c| diesel::update($table::table.find(id))
                    .filter($table::state.eq($crate::order::OrderState::Working.as_str()))
                    .set((
                        $table::state.eq(to.as_str()),
                        $table::changed_at.eq($crate::db::types::Moment(now)),
                    ))
                    .execute(c)?);
                Ok(ended == 1)
            }
        }
    };
}

pub(crate) use {orders, stoppable};
