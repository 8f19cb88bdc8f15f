//! What became of each piece of an order, told in the order in which they were done, all or those that came to the same.

use crate::db::Conn;
use crate::domain::ids::BranchId;
use crate::failure::Outcome;
use crate::http::{Listed, Page};

const SORT: &str = "place";

/// The pieces of orders of one kind. They say with `pieces!` how their table is called.
pub trait Pieces: Sized {
    type Order: Copy;
    type Came: Copy;

    /// From 1.
    fn place(&self) -> i32;

    /// Those of a branch, and of those that came to it, behind a place.
    fn page(
        c: &mut Conn<'_>,
        order: Self::Order,
        of: (Option<BranchId>, Option<Self::Came>),
        after: Option<i32>,
        limit: i64,
    ) -> Outcome<Vec<Self>>;

    fn count(
        c: &mut Conn<'_>,
        order: Self::Order,
        of: (Option<BranchId>, Option<Self::Came>),
    ) -> Outcome<i64>;

    /// A page of them as they are shown.
    fn listed<V>(
        c: &mut Conn<'_>,
        page: &Page,
        order: Self::Order,
        of: (Option<BranchId>, Option<Self::Came>),
        view: impl Fn(Self) -> Outcome<V>,
    ) -> Outcome<Listed<V>> {
        let rows = Self::page(c, order, of, page.after(SORT)?, page.fetch())?;
        let count = if page.count { Some(Self::count(c, order, of)?) } else { None };
        page.answer(SORT, rows, count, Self::place, view)
    }
}

/// The rows of a table, by the key of their order; `outcome` tells what came of them. Of a branch, where each has one.
macro_rules! pieces {
    ($row:ident in $table:ident, $order:ident: $id:ident, $came:ident $(, of $branch:ident)?) => {
        impl $crate::order::Pieces for $row {
            type Order = $id;
            type Came = $came;

            fn place(&self) -> i32 {
                self.place
            }

            fn page(
                c: &mut $crate::db::Conn<'_>,
                order: $id,
                (_scope, came): (Option<$crate::domain::ids::BranchId>, Option<$came>),
                after: Option<i32>,
                limit: i64,
            ) -> $crate::failure::Outcome<Vec<Self>> {
                Ok($crate::both!(c, |c| {
                    let mut query = $table::table.filter($table::$order.eq(order)).into_boxed();
                    $(if let Some(branch) = _scope {
                        query = query.filter($table::$branch.eq(branch));
                    })?
                    if let Some(came) = came {
                        query = query.filter($table::outcome.eq(came.as_str()));
                    }
                    query
                        .filter($table::place.gt(after.unwrap_or(0)))
                        .order($table::place)
                        .limit(limit)
                        .select(Self::as_select())
                        .load(c)
                })?)
            }

            fn count(
                c: &mut $crate::db::Conn<'_>,
                order: $id,
                (_scope, came): (Option<$crate::domain::ids::BranchId>, Option<$came>),
            ) -> $crate::failure::Outcome<i64> {
                Ok($crate::both!(c, |c| {
                    let mut query = $table::table.filter($table::$order.eq(order)).into_boxed();
                    $(if let Some(branch) = _scope {
                        query = query.filter($table::$branch.eq(branch));
                    })?
                    if let Some(came) = came {
                        query = query.filter($table::outcome.eq(came.as_str()));
                    }
                    query.count().get_result(c)
                })?)
            }
        }
    };
}

pub(crate) use pieces;
