//! Sums of the parts of the way that ended, over ranges of days.

use super::sums::Question;
use super::{Only, PARTS};
use crate::both;
use crate::db::Conn;
use crate::db::types::UuidSql;
use crate::domain::ids::{BranchId, OfficerId, ProcedureId, SectorId};
use crate::domain::tally::PartCounts;
use crate::failure::Outcome;
use crate::report::cover::Range;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, SmallInt, Text};

/// What is added up, and how it is kept apart; units and steps always are.
#[derive(Debug, Clone, Default)]
pub struct PartSelection {
    /// The rows, each range under the number of its segment.
    pub ranges: Vec<(i16, Range)>,
    /// Keeps the rows of these segments apart by their day.
    pub apart_by_day: Vec<i16>,
    pub apart: PartsApart,
    /// No channel: parts are not counted by it.
    pub only: Only,
}

/// The keys that are kept apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PartsApart {
    pub branch: bool,
    pub sector: bool,
    pub procedure: bool,
    pub officer: bool,
}

/// One sum: of a segment, of a day where that is kept apart, of a key as far as it is.
#[derive(Debug, Clone, QueryableByName)]
pub struct PartSummed {
    #[diesel(sql_type = SmallInt)]
    pub segment: i16,
    #[diesel(sql_type = Nullable<Date>)]
    pub day: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<UuidSql>)]
    pub branch: Option<BranchId>,
    #[diesel(sql_type = Nullable<UuidSql>)]
    pub sector: Option<SectorId>,
    #[diesel(sql_type = Nullable<UuidSql>)]
    pub procedure: Option<ProcedureId>,
    #[diesel(sql_type = Text)]
    pub unit: String,
    #[diesel(sql_type = Text)]
    pub step: String,
    #[diesel(sql_type = Nullable<UuidSql>)]
    pub officer: Option<OfficerId>,
    #[diesel(sql_type = BigInt)]
    early: i64,
    #[diesel(sql_type = BigInt)]
    on_time: i64,
    #[diesel(sql_type = BigInt)]
    overdue: i64,
    #[diesel(sql_type = BigInt)]
    not_judged: i64,
}

impl PartSummed {
    pub fn counts(&self) -> PartCounts {
        let Self { early, on_time, overdue, not_judged, .. } = *self;
        PartCounts { early, on_time, overdue, not_judged }
    }
}

/// Adds up, in one statement.
///
/// # Errors
/// When the database fails.
pub fn part_sums(c: &mut Conn<'_>, selection: &PartSelection) -> Outcome<Vec<PartSummed>> {
    let PartSelection { ranges, apart_by_day, apart, only } = selection;
    if only.branches.is_empty() || ranges.is_empty() {
        return Ok(Vec::new());
    }
    let keys = vec![
        ("branch_id", "branch", apart.branch),
        ("sector_id", "sector", apart.sector),
        ("procedure_id", "procedure", apart.procedure),
        ("unit", "unit", true),
        ("step", "step", true),
        ("officer_id", "officer", apart.officer),
    ];
    let question = Question::plain(&PARTS, keys, only, (ranges.as_slice(), apart_by_day.as_slice()));
    Ok(both!(c, |c| question.load::<PartSummed>(c))?)
}
