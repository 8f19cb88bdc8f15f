//! The tallies' SQL: adding to them, and the sums from which every rate is read. Beside it, the dossiers that may stand
//! behind a number.

mod add;
mod candidates;
mod officers;
mod part_sums;
mod reappointed;
mod recount;
mod returned_sums;
mod sums;

pub use add::Additions;
pub use candidates::{Place, Scan, Told, candidates};
pub use officers::{officer_named, officer_names};
pub use part_sums::{PartSelection, PartSummed, PartsApart, part_sums};
pub use reappointed::reappointed_under_way;
pub use recount::{branches, code_counters, strays, tallied_days};
pub use returned_sums::{ReturnedSelection, returned_sums};
pub use sums::{Apart, Only, Selection, Summed, sums};

use super::cover::Grain;
use crate::db::types::UuidSql;
use crate::domain::ids::Id;
use crate::domain::returned::ReturnedCounts;
use crate::domain::tally::{Counts, PartCounts};
use chrono::NaiveDate;
use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::AstPass;
use diesel::serialize::ToSql;
use diesel::sql_types::{Date, HasSqlType, SmallInt, Text};
use std::borrow::Cow;

struct Table {
    name: &'static str,
    key: &'static [&'static str],
    figures: &'static [&'static str],
}

const COARSE: Table = Table {
    name: "tallies",
    // In the order of the primary key: what a period of a branch adds up lies together.
    key: &["branch_id", "grain", "day", "sector_id"],
    figures: &[
        "received_online",
        "received_in_person",
        "received_postal",
        "resolved_early",
        "resolved_on_time",
        "resolved_overdue",
        "letter_in_advance",
        "letter_on_due_day",
        "letter_late",
        "closed",
        "closed_past_due",
        "open",
        "waiting",
        "overdue",
        "overdue_in_advance",
        "overdue_on_due_day",
        "overdue_late",
        "late_entries",
    ],
};

const FINE: Table = Table {
    name: "tallies_fine",
    key: &["branch_id", "grain", "day", "sector_id", "procedure_id", "channel", "officer_id"],
    figures: &Counts::COLUMNS,
};

/// Parts of the way that ended.
const PARTS: Table = Table {
    name: "tallies_parts",
    key: &["branch_id", "grain", "day", "sector_id", "procedure_id", "unit", "step", "officer_id"],
    figures: &PartCounts::COLUMNS,
};

/// Results handed out, and what was said of them.
const RETURNED: Table = Table {
    name: "tallies_returned",
    key: &["branch_id", "grain", "day", "sector_id", "procedure_id", "channel"],
    figures: &ReturnedCounts::COLUMNS,
};

#[derive(Clone)]
enum Value {
    Id(Id<()>),
    Word(Cow<'static, str>),
    Number(i16),
    Day(NaiveDate),
}

impl<T> From<Id<T>> for Value {
    fn from(id: Id<T>) -> Self {
        Self::Id(Id::from_uuid(*id.uuid()))
    }
}

impl From<Grain> for Value {
    fn from(grain: Grain) -> Self {
        Self::Number(grain.number())
    }
}

fn bind<'b, DB>(out: &mut AstPass<'_, 'b, DB>, value: &'b Value) -> QueryResult<()>
where
    DB: Backend + HasSqlType<UuidSql>,
    Id<()>: ToSql<UuidSql, DB>,
    str: ToSql<Text, DB>,
    i16: ToSql<SmallInt, DB>,
    NaiveDate: ToSql<Date, DB>,
{
    match value {
        Value::Id(id) => out.push_bind_param::<UuidSql, _>(id),
        Value::Word(word) => out.push_bind_param::<Text, str>(&**word),
        Value::Number(number) => out.push_bind_param::<SmallInt, _>(number),
        Value::Day(day) => out.push_bind_param::<Date, _>(day),
    }
}
