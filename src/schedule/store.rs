//! The rows of schedules and of their runs. Nobody else writes them.

use crate::both;
use crate::db::schema::{officers, schedule_runs, schedules};
use crate::db::types::Moment;
use crate::db::{Conn, DbError};
use crate::domain::ids::{BranchId, NoticeFileId, OfficerId, RunId, ScheduleId};
use crate::domain::local_time::day_of;
use crate::domain::role::Role;
use crate::domain::schedule::{Covered, Covers, DueDays};
use crate::domain::words::code_words;
use crate::failure::{Failure, Outcome, Thing};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The reports that can be scheduled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// The report of a unit of 3, 6, 9 months or the year.
    Unit,
    /// Form II.06a, by sector.
    Ii06a,
    /// The late dossiers.
    Overdue,
}
code_words!(Report { Unit => "unit", Ii06a => "ii06a", Overdue => "overdue" });

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = schedules, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct ScheduleRow {
    pub id: ScheduleId,
    pub name: String,
    pub report: String,
    /// Nil: all branches together.
    pub branch_id: BranchId,
    pub days: String,
    pub covers: String,
    pub recipients: String,
    pub lead_days: i32,
    pub active: bool,
    pub since: NaiveDate,
    pub version: i32,
    pub created_at: Moment,
    pub removed_at: Option<Moment>,
}

impl ScheduleRow {
    pub fn report(&self) -> Result<Report, DbError> {
        self.report.parse().map_err(|_| self.corrupt("report"))
    }

    pub fn days(&self) -> Result<DueDays, DbError> {
        self.days.parse().map_err(|_| self.corrupt("days"))
    }

    pub fn covers(&self) -> Result<Covers, DbError> {
        self.covers.parse().map_err(|_| self.corrupt("covers"))
    }

    pub fn lead_days(&self) -> u32 {
        u32::try_from(self.lead_days).unwrap_or(0)
    }

    /// The branch whose report it is; nothing for all together.
    pub fn branch(&self) -> Option<BranchId> {
        (self.branch_id != BranchId::nil()).then_some(self.branch_id)
    }

    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        self.recipients.split(',').map(str::trim).filter(|address| !address.is_empty())
    }

    fn corrupt(&self, column: &str) -> DbError {
        DbError::Corrupt(format!("schedules.{column} of {}", self.id))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Making,
    Made,
    Failed,
}
code_words!(State { Making => "making", Made => "made", Failed => "failed" });

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = schedule_runs, treat_none_as_default_value = false)]
pub struct RunRow {
    pub id: RunId,
    pub schedule_id: ScheduleId,
    pub due_on: NaiveDate,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    pub as_of: NaiveDate,
    pub state: String,
    pub error: Option<String>,
    pub closing_number: Option<i32>,
    pub file_id: Option<NoticeFileId>,
    pub begun_at: Moment,
    pub made_at: Option<Moment>,
}

impl RunRow {
    pub fn state(&self) -> Result<State, DbError> {
        self.state.parse().map_err(|_| DbError::Corrupt(format!("schedule_runs.state of {}", self.id)))
    }

    /// What the `about` of its notices begins with.
    pub fn about(&self) -> String {
        format!("report:{}:", self.id)
    }
}

pub fn insert(tx: &mut Conn<'_>, row: &ScheduleRow) -> Outcome<()> {
    both!(tx, |c| diesel::insert_into(schedules::table).values(row).execute(c))?;
    Ok(())
}

pub fn load(c: &mut Conn<'_>, id: ScheduleId) -> Outcome<ScheduleRow> {
    both!(c, |c| schedules::table
        .find(id)
        .filter(schedules::removed_at.is_null())
        .select(ScheduleRow::as_select())
        .first(c)
        .optional())?
    .ok_or(Failure::NotFound(Thing::Schedule))
}

/// Writes it if it still is at the version before.
pub fn update(tx: &mut Conn<'_>, row: &ScheduleRow) -> Outcome<()> {
    let changed = both!(tx, |c| diesel::update(schedules::table.find(row.id))
        .filter(schedules::version.eq(row.version - 1))
        .set(row)
        .execute(c))?;
    match changed {
        1 => Ok(()),
        _ => Err(Failure::Stale(u32::try_from(load(tx, row.id)?.version).unwrap_or_default())),
    }
}

/// By name, those of a branch alone where one is given.
pub fn page(
    c: &mut Conn<'_>,
    branch: Option<BranchId>,
    after: Option<(String, ScheduleId)>,
    limit: i64,
) -> Outcome<Vec<ScheduleRow>> {
    Ok(both!(c, |c| {
        let mut query = schedules::table.filter(schedules::removed_at.is_null()).into_boxed();
        if let Some(branch) = branch {
            query = query.filter(schedules::branch_id.eq(branch));
        }
        if let Some((name, id)) = &after {
            query = query
                .filter(schedules::name.gt(name).or(schedules::name.eq(name).and(schedules::id.gt(*id))));
        }
        query.order((schedules::name, schedules::id)).limit(limit).select(ScheduleRow::as_select()).load(c)
    })?)
}

pub fn count(c: &mut Conn<'_>, branch: Option<BranchId>) -> Outcome<i64> {
    Ok(both!(c, |c| {
        let mut query = schedules::table.filter(schedules::removed_at.is_null()).count().into_boxed();
        if let Some(branch) = branch {
            query = query.filter(schedules::branch_id.eq(branch));
        }
        query.get_result(c)
    })?)
}

/// All that are to be made.
pub fn active(c: &mut Conn<'_>) -> Outcome<Vec<ScheduleRow>> {
    Ok(both!(c, |c| schedules::table
        .filter(schedules::removed_at.is_null())
        .filter(schedules::active.eq(true))
        .order(schedules::id)
        .select(ScheduleRow::as_select())
        .load(c))?)
}

/// Begins the run of a due day; nothing when there is one.
pub fn begin(
    tx: &mut Conn<'_>,
    schedule: ScheduleId,
    due_on: NaiveDate,
    covered: Covered,
    now: DateTime<Utc>,
) -> Outcome<Option<RunId>> {
    let row = RunRow {
        id: RunId::at(now),
        schedule_id: schedule,
        due_on,
        from_on: covered.from,
        to_on: covered.to,
        as_of: covered.as_of,
        state: State::Making.as_str().to_owned(),
        error: None,
        closing_number: None,
        file_id: None,
        begun_at: now.into(),
        made_at: None,
    };
    let added = both!(tx, |c| diesel::insert_into(schedule_runs::table)
        .values(&row)
        .on_conflict((schedule_runs::schedule_id, schedule_runs::due_on))
        .do_nothing()
        .execute(c))?;
    Ok((added == 1).then_some(row.id))
}

/// The due days that have a run, from one day on.
pub fn run_days(c: &mut Conn<'_>, schedule: ScheduleId, from: NaiveDate) -> Outcome<Vec<NaiveDate>> {
    Ok(both!(c, |c| schedule_runs::table
        .filter(schedule_runs::schedule_id.eq(schedule))
        .filter(schedule_runs::due_on.ge(from))
        .select(schedule_runs::due_on)
        .load(c))?)
}

/// A due day whose report is made.
#[derive(Debug, Clone, Copy)]
pub struct Made {
    pub due_on: NaiveDate,
    pub made_on: NaiveDate,
}

/// What is made of each schedule, in the order of its due days.
pub type MadeDays = HashMap<ScheduleId, Vec<Made>>;

/// What is made of these schedules, of the due days from one day on.
pub fn made_since(c: &mut Conn<'_>, schedules: &[ScheduleId], from: NaiveDate) -> Outcome<MadeDays> {
    let rows: Vec<(ScheduleId, NaiveDate, Option<Moment>)> = both!(c, |c| schedule_runs::table
        .filter(schedule_runs::schedule_id.eq_any(schedules))
        .filter(schedule_runs::due_on.ge(from))
        .filter(schedule_runs::state.eq(State::Made.as_str()))
        .order((schedule_runs::schedule_id, schedule_runs::due_on))
        .select((schedule_runs::schedule_id, schedule_runs::due_on, schedule_runs::made_at))
        .load(c))?;
    let mut made = MadeDays::new();
    for (schedule, due_on, at) in rows {
        let made_on = at.map_or(due_on, |at| day_of(at.0));
        made.entry(schedule).or_default().push(Made { due_on, made_on });
    }
    Ok(made)
}

pub fn run(c: &mut Conn<'_>, id: RunId) -> Outcome<RunRow> {
    both!(c, |c| schedule_runs::table.find(id).select(RunRow::as_select()).get_result(c).optional())?
        .ok_or(Failure::NotFound(Thing::Schedule))
}

/// The run, locked until the transaction ends.
pub fn lock_run(tx: &mut Conn<'_>, id: RunId) -> Outcome<RunRow> {
    match tx {
        Conn::Sqlite(c) => schedule_runs::table.find(id).select(RunRow::as_select()).get_result(*c),
        Conn::Pg(c) => schedule_runs::table.find(id).select(RunRow::as_select()).for_update().get_result(*c),
    }
    .optional()?
    .ok_or(Failure::NotFound(Thing::Schedule))
}

/// The newest due day first, those before `before`.
pub fn runs(
    c: &mut Conn<'_>,
    schedule: ScheduleId,
    before: Option<NaiveDate>,
    limit: i64,
) -> Outcome<Vec<RunRow>> {
    Ok(both!(c, |c| {
        let mut query = schedule_runs::table.filter(schedule_runs::schedule_id.eq(schedule)).into_boxed();
        if let Some(before) = before {
            query = query.filter(schedule_runs::due_on.lt(before));
        }
        query.order(schedule_runs::due_on.desc()).limit(limit).select(RunRow::as_select()).load(c)
    })?)
}

pub fn count_runs(c: &mut Conn<'_>, schedule: ScheduleId) -> Outcome<i64> {
    Ok(both!(c, |c| schedule_runs::table
        .filter(schedule_runs::schedule_id.eq(schedule))
        .count()
        .get_result(c))?)
}

pub fn count_failed(c: &mut Conn<'_>) -> Outcome<i64> {
    Ok(both!(c, |c| schedule_runs::table
        .filter(schedule_runs::state.eq(State::Failed.as_str()))
        .count()
        .get_result(c))?)
}

/// How the making of a run stands.
pub fn settle(tx: &mut Conn<'_>, id: RunId, state: State, error: Option<&str>) -> Outcome<()> {
    both!(tx, |c| diesel::update(schedule_runs::table.find(id))
        .set((schedule_runs::state.eq(state.as_str()), schedule_runs::error.eq(error)))
        .execute(c))?;
    Ok(())
}

/// The run has its file.
pub fn made(
    tx: &mut Conn<'_>,
    id: RunId,
    (file, closing): (NoticeFileId, Option<i32>),
    (as_of, error): (NaiveDate, Option<&str>),
    now: DateTime<Utc>,
) -> Outcome<()> {
    both!(tx, |c| diesel::update(schedule_runs::table.find(id))
        .set((
            schedule_runs::state.eq(State::Made.as_str()),
            schedule_runs::error.eq(error),
            schedule_runs::as_of.eq(as_of),
            schedule_runs::closing_number.eq(closing),
            schedule_runs::file_id.eq(file),
            schedule_runs::made_at.eq(Moment(now)),
        ))
        .execute(c))?;
    Ok(())
}

/// Who answers for the reports of a branch, or of all: its heads, or the office. Those that can be written to.
pub fn responsible(c: &mut Conn<'_>, branch: Option<BranchId>) -> Outcome<Vec<(OfficerId, String, String)>> {
    let rows: Vec<(OfficerId, String, Option<String>)> = both!(c, |c| {
        let mut query = officers::table
            .filter(officers::active.eq(true))
            .filter(officers::email.is_not_null())
            .into_boxed();
        query = match branch {
            Some(branch) => {
                query.filter(officers::role.eq(Role::Head.as_str())).filter(officers::branch_id.eq(branch))
            }
            None => query.filter(officers::role.eq(Role::Office.as_str())),
        };
        query.order(officers::id).select((officers::id, officers::full_name, officers::email)).load(c)
    })?;
    Ok(rows.into_iter().filter_map(|(id, name, email)| Some((id, name, email?))).collect())
}
