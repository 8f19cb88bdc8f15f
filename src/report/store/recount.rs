//! What a recount needs to know besides sums: which days there are, which branches, which counters.

use crate::both;
use crate::db::Conn;
use crate::db::schema::{branches, code_counters, tallies, tallies_fine, tallies_parts, tallies_returned};
use crate::domain::ids::BranchId;
use crate::failure::Outcome;
use chrono::NaiveDate;
use diesel::dsl::{max, min};
use diesel::prelude::*;

/// How far the codes of an agency's day have come.
#[derive(Debug, Queryable)]
pub struct CodeCounter {
    pub agency: String,
    pub day: NaiveDate,
    pub last: i32,
    /// Up to here a register from elsewhere has numbers, and gaps.
    pub raised: i32,
}

/// The first and the last day of a branch's rows in a table.
pub fn tallied_days(
    c: &mut Conn<'_>,
    table: &str,
    branch: BranchId,
) -> Outcome<Option<(NaiveDate, NaiveDate)>> {
    let (first, last): (Option<NaiveDate>, Option<NaiveDate>) = if table == super::FINE.name {
        both!(c, |c| tallies_fine::table
            .filter(tallies_fine::branch_id.eq(branch))
            .select((min(tallies_fine::day), max(tallies_fine::day)))
            .first(c))?
    } else if table == super::PARTS.name {
        both!(c, |c| tallies_parts::table
            .filter(tallies_parts::branch_id.eq(branch))
            .select((min(tallies_parts::day), max(tallies_parts::day)))
            .first(c))?
    } else if table == super::RETURNED.name {
        both!(c, |c| tallies_returned::table
            .filter(tallies_returned::branch_id.eq(branch))
            .select((min(tallies_returned::day), max(tallies_returned::day)))
            .first(c))?
    } else {
        both!(c, |c| tallies::table
            .filter(tallies::branch_id.eq(branch))
            .select((min(tallies::day), max(tallies::day)))
            .first(c))?
    };
    Ok(first.zip(last))
}

/// Tables with rows of branches that there are not, and how many.
pub fn strays(c: &mut Conn<'_>) -> Outcome<Vec<(&'static str, i64)>> {
    let known: Vec<BranchId> = both!(c, |c| branches::table.select(branches::id).load(c))?;
    let counted: [i64; 4] = both!(c, |c| [
        tallies::table.filter(tallies::branch_id.ne_all(&known)).count().get_result(c)?,
        tallies_fine::table.filter(tallies_fine::branch_id.ne_all(&known)).count().get_result(c)?,
        tallies_parts::table.filter(tallies_parts::branch_id.ne_all(&known)).count().get_result(c)?,
        tallies_returned::table.filter(tallies_returned::branch_id.ne_all(&known)).count().get_result(c)?,
    ]);
    let tables = [super::COARSE.name, super::FINE.name, super::PARTS.name, super::RETURNED.name];
    Ok(tables.into_iter().zip(counted).filter(|(_, rows)| *rows > 0).collect())
}

/// All branches with their agency identifiers, also those that are closed.
pub fn branches(c: &mut Conn<'_>) -> Outcome<Vec<(BranchId, String)>> {
    Ok(both!(c, |c| branches::table
        .select((branches::id, branches::agency_identifier))
        .order(branches::code)
        .load(c))?)
}

pub fn code_counters(c: &mut Conn<'_>) -> Outcome<Vec<CodeCounter>> {
    Ok(both!(c, |c| code_counters::table
        .select((
            code_counters::agency_identifier,
            code_counters::day,
            code_counters::last,
            code_counters::raised,
        ))
        .order((code_counters::agency_identifier, code_counters::day))
        .load(c))?)
}
