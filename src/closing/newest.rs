//! For reports that are made of closed figures where there are some.

use super::figures::ReportKind;
use super::store;
use crate::db::Conn;
use crate::domain::ids::BranchId;
use crate::failure::Outcome;
use chrono::NaiveDate;
use serde_json::Value;

/// Figures as they were closed.
#[derive(Debug, Clone)]
pub struct Closed {
    pub number: i32,
    pub figures: Value,
}

/// The newest closing of these days, of a branch or of all together.
///
/// # Errors
/// When the database fails, or the figures cannot be read.
pub fn newest_of(
    c: &mut Conn<'_>,
    report: ReportKind,
    branch: Option<BranchId>,
    from: NaiveDate,
    to: NaiveDate,
) -> Outcome<Option<Closed>> {
    let Some(row) = store::newest_of(c, report, branch, from, to)? else { return Ok(None) };
    Ok(Some(Closed { number: row.number, figures: row.figures()? }))
}
