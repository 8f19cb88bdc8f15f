//! What an empty database begins with.

use super::store::{self, Report, ScheduleRow};
use crate::db::Conn;
use crate::domain::ids::{BranchId, ScheduleId};
use crate::domain::local_time::day_of;
use crate::domain::schedule::{Covers, DueDays};
use crate::failure::Outcome;
use chrono::{DateTime, Utc};

/// A report of the starting data.
#[derive(Debug, Clone)]
pub struct Planned {
    pub name: String,
    pub report: Report,
    /// All branches together unless given.
    pub branch: Option<BranchId>,
    pub days: DueDays,
    pub covers: Covers,
    /// Addresses, with commas.
    pub recipients: String,
    pub lead_days: u32,
}

/// Plans it from this moment on.
pub fn insert_planned(tx: &mut Conn<'_>, planned: &Planned, now: DateTime<Utc>) -> Outcome<()> {
    let row = ScheduleRow {
        id: ScheduleId::at(now),
        name: planned.name.clone(),
        report: planned.report.as_str().to_owned(),
        branch_id: planned.branch.unwrap_or_else(BranchId::nil),
        days: planned.days.to_string(),
        covers: planned.covers.as_str().to_owned(),
        recipients: planned.recipients.clone(),
        lead_days: i32::try_from(planned.lead_days).unwrap_or(0),
        active: true,
        since: day_of(now),
        version: 1,
        created_at: now.into(),
        removed_at: None,
    };
    store::insert(tx, &row)
}
