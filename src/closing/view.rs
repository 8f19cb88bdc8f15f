//! A closing as clients see it.

use super::store::ClosingRow;
use crate::domain::local_time::local;
use crate::failure::Outcome;
use crate::reference::Reference;
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Closed figures. They never change; what came in since stands in the adjustments.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Closing)]
pub struct ClosingView {
    #[schema(value_type = String)]
    pub id: crate::domain::ids::ClosingId,
    /// From 1, without gaps.
    pub number: i32,
    /// rates, ii06a, unit
    pub report: String,
    /// Null: all branches together.
    pub branch_code: Option<String>,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub as_of: NaiveDate,
    pub note: Option<String>,
    pub closed_at: DateTime<FixedOffset>,
    /// Full name at that time.
    pub closed_by: String,
    /// SHA-256 (hex) of the figures as canonical JSON: keys sorted, no blanks, UTF-8.
    pub sha256: String,
    /// SHA-256 (hex) of the whole record, chained to the closing before it.
    pub seal: String,
    /// As the report was on that day; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub figures: Option<Value>,
}

impl ClosingView {
    pub fn of(reference: &Reference, row: &ClosingRow, with_figures: bool) -> Outcome<Self> {
        // A branch that is no longer in the catalogue keeps its key as its code.
        let code =
            |id| reference.branch_by_id(id).map_or_else(|| id.to_string(), |branch| branch.code.clone());
        Ok(Self {
            id: row.id,
            number: row.number,
            report: row.report.clone(),
            branch_code: row.branch().map(code),
            from: row.from_on,
            to: row.to_on,
            as_of: row.as_of,
            note: row.note.clone(),
            closed_at: local(row.closed_at.0),
            closed_by: row.closed_by_name.clone(),
            sha256: row.sha256.clone(),
            seal: row.seal.clone(),
            figures: if with_figures { Some(row.figures()?) } else { None },
        })
    }
}
