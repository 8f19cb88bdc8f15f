//! Sums of what was handed out and said of it, over ranges of days.

use super::sums::Question;
use super::{Apart, Only, RETURNED};
use crate::both;
use crate::db::Conn;
use crate::db::types::UuidSql;
use crate::domain::ids::{BranchId, ProcedureId, SectorId};
use crate::domain::returned::ReturnedCounts;
use crate::failure::Outcome;
use crate::report::cover::Range;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, SmallInt, Text};

/// What is added up, and how it is kept apart. By no officer: hand-overs are not counted by one.
#[derive(Debug, Clone, Default)]
pub struct ReturnedSelection {
    /// The rows, each range under the number of its segment.
    pub ranges: Vec<(i16, Range)>,
    /// Keeps the rows of these segments apart by their day.
    pub apart_by_day: Vec<i16>,
    pub apart: Apart,
    pub only: Only,
}

/// One sum: of a segment, of a day where that is kept apart, of a key as far as it is.
#[derive(Debug, Clone, QueryableByName)]
pub struct ReturnedSummed {
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
    #[diesel(sql_type = Nullable<Text>)]
    pub channel: Option<String>,
    #[diesel(sql_type = BigInt)]
    returned_in_person: i64,
    #[diesel(sql_type = BigInt)]
    returned_online: i64,
    #[diesel(sql_type = BigInt)]
    returned_postal: i64,
    #[diesel(sql_type = BigInt)]
    surveyed: i64,
    #[diesel(sql_type = BigInt)]
    surveyed_by_applicant: i64,
    #[diesel(sql_type = BigInt)]
    satisfied: i64,
    #[diesel(sql_type = BigInt)]
    late_answers: i64,
}

impl ReturnedSummed {
    pub fn counts(&self) -> ReturnedCounts {
        ReturnedCounts {
            in_person: self.returned_in_person,
            online: self.returned_online,
            postal: self.returned_postal,
            surveyed: self.surveyed,
            surveyed_by_applicant: self.surveyed_by_applicant,
            satisfied: self.satisfied,
            late_answers: self.late_answers,
        }
    }
}

/// Adds up, in one statement.
///
/// # Errors
/// When the database fails.
pub fn returned_sums(c: &mut Conn<'_>, selection: &ReturnedSelection) -> Outcome<Vec<ReturnedSummed>> {
    let ReturnedSelection { ranges, apart_by_day, apart, only } = selection;
    if only.branches.is_empty() || ranges.is_empty() {
        return Ok(Vec::new());
    }
    let keys = vec![
        ("branch_id", "branch", apart.branch),
        ("sector_id", "sector", apart.sector),
        ("procedure_id", "procedure", apart.procedure),
        ("channel", "channel", apart.channel),
    ];
    let question = Question::plain(&RETURNED, keys, only, (ranges.as_slice(), apart_by_day.as_slice()));
    Ok(both!(c, |c| question.load::<ReturnedSummed>(c))?)
}
