//! Schedules and their runs as clients see them.

use super::store::{self, MadeDays, RunRow, ScheduleRow};
use crate::db::Conn;
use crate::domain::ids::{RunId, ScheduleId};
use crate::domain::local_time::local;
use crate::domain::schedule::{made_on, reach, reminded_on};
use crate::failure::Outcome;
use crate::reference::Reference;
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

/// A report that is made and mailed by itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Schedule)]
pub struct View {
    #[schema(value_type = uuid::Uuid)]
    pub id: ScheduleId,
    pub name: String,
    /// unit (3, 6, 9 months and the year), ii06a, overdue
    pub report: String,
    /// Null: all branches together.
    pub branch_code: Option<String>,
    /// `25/02,25/05,25/08,20/11` of each year, or `10` of each month.
    pub days: String,
    /// reporting_year, reporting_month, last_month, last_quarter, year_to_date
    pub covers: String,
    /// Besides those who answer for it: the heads of the branch, or the office.
    pub recipients: Vec<String>,
    pub lead_days: u32,
    pub active: bool,
    /// The last due day whose report is made; null where none was in the last 400 days.
    pub last_due_on: Option<NaiveDate>,
    /// The day on which that one was made.
    pub last_made_on: Option<NaiveDate>,
    /// The next day before which one is due that is not made yet; null where it is not active.
    pub next_due_on: Option<NaiveDate>,
    /// The working day on which that one is made.
    pub next_made_on: Option<NaiveDate>,
    pub next_reminded_on: Option<NaiveDate>,
    pub version: i32,
}

impl View {
    /// As it stands.
    pub fn of(c: &mut Conn<'_>, reference: &Reference, row: &ScheduleRow, today: NaiveDate) -> Outcome<Self> {
        let made = store::made_since(c, &[row.id], reach(today))?;
        Self::with(reference, row, &made, today)
    }

    /// As it stands, where it is known what is made.
    pub fn with(
        reference: &Reference,
        row: &ScheduleRow,
        made: &MadeDays,
        today: NaiveDate,
    ) -> Outcome<Self> {
        let made = made.get(&row.id).map_or(&[][..], Vec::as_slice);
        let calendar = &reference.calendar;
        // One that is due today was made before.
        let from = today.succ_opt().unwrap_or(today).max(row.since);
        let to_make = |day: &NaiveDate| !made.iter().any(|made| made.due_on == *day);
        let due_on = row.days()?.next_from(from, to_make).filter(|_| row.active);
        let last = made.last();
        let code =
            |id| reference.branch_by_id(id).map_or_else(|| id.to_string(), |branch| branch.code.clone());
        Ok(Self {
            id: row.id,
            name: row.name.clone(),
            report: row.report.clone(),
            branch_code: row.branch().map(code),
            days: row.days.clone(),
            covers: row.covers.clone(),
            recipients: row.recipients().map(str::to_owned).collect(),
            lead_days: row.lead_days(),
            active: row.active,
            last_due_on: last.map(|last| last.due_on),
            last_made_on: last.map(|last| last.made_on),
            next_due_on: due_on,
            next_made_on: due_on.and_then(|due_on| made_on(calendar, due_on).ok()),
            next_reminded_on: due_on
                .and_then(|due_on| reminded_on(calendar, due_on, row.lead_days()).ok().flatten()),
            version: row.version,
        })
    }
}

/// What became of one due day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScheduleRun)]
pub struct RunView {
    #[schema(value_type = uuid::Uuid)]
    pub id: RunId,
    pub due_on: NaiveDate,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub as_of: NaiveDate,
    /// making, made, failed
    pub state: String,
    /// Why it could not be made, or `no_recipient`: nobody who answers for it can be written to.
    pub error: Option<String>,
    /// The closing whose figures it has; null: figures of the day it was made.
    pub closing_number: Option<i32>,
    pub made_at: Option<DateTime<FixedOffset>>,
    pub has_file: bool,
    pub mails: Vec<MailView>,
}

/// Whom it was mailed to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScheduleMail)]
pub struct MailView {
    pub to_address: String,
    /// queued, handed_over, sent, failed
    pub state: String,
    pub error: Option<String>,
}

impl RunView {
    pub fn of(row: RunRow, mails: Vec<(String, String, Option<String>)>) -> Self {
        Self {
            id: row.id,
            due_on: row.due_on,
            from: row.from_on,
            to: row.to_on,
            as_of: row.as_of,
            state: row.state,
            error: row.error,
            closing_number: row.closing_number,
            made_at: row.made_at.map(|at| local(at.0)),
            has_file: row.file_id.is_some(),
            mails: mails
                .into_iter()
                .map(|(to_address, state, error)| MailView { to_address, state, error })
                .collect(),
        }
    }
}
