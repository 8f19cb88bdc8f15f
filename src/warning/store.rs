//! The buckets, and when they were filled.

use super::measure::{ByProcedure, ByStep, Counted};
use crate::both;
use crate::db::schema::{recent_durations, recent_step_durations, settings};
use crate::db::{Conn, DbError};
use crate::domain::ids::ProcedureId;
use crate::failure::{Failure, Outcome};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

const MEASURED: &str = "durations_measured";
/// Rows a statement.
const CHUNK: usize = 500;

/// Which days were counted, and when: `from` up to the day before `on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasuredOn {
    pub on: NaiveDate,
    pub from: NaiveDate,
    pub months: u32,
}

#[derive(Debug, Insertable, Queryable)]
#[diesel(table_name = recent_durations)]
struct Bucket {
    procedure_id: ProcedureId,
    time_limit: String,
    working_days: i32,
    cases: i64,
}

#[derive(Debug, Insertable, Queryable)]
#[diesel(table_name = recent_step_durations)]
struct StepBucket {
    procedure_id: ProcedureId,
    step: String,
    time_limit: String,
    working_days: i32,
    cases: i64,
}

pub fn measured(c: &mut Conn<'_>) -> Outcome<Option<MeasuredOn>> {
    let text: Option<String> =
        both!(c, |c| settings::table.find(MEASURED).select(settings::value).get_result(c).optional())?;
    let corrupt = |error: serde_json::Error| Failure::Db(DbError::Corrupt(error.to_string()));
    text.map(|text| serde_json::from_str(&text).map_err(corrupt)).transpose()
}

/// These instead of all there were.
pub fn replace(tx: &mut Conn<'_>, counted: &Counted, on: MeasuredOn) -> Outcome<()> {
    let (rows, steps) = (buckets(&counted.whole)?, step_buckets(&counted.from_step)?);
    let on = serde_json::to_string(&on).map_err(|error| broken(&error))?;
    both!(tx, |c| {
        diesel::delete(recent_durations::table).execute(c)?;
        for rows in rows.chunks(CHUNK) {
            diesel::insert_into(recent_durations::table).values(rows).execute(c)?;
        }
        diesel::delete(recent_step_durations::table).execute(c)?;
        for rows in steps.chunks(CHUNK) {
            diesel::insert_into(recent_step_durations::table).values(rows).execute(c)?;
        }
        diesel::insert_into(settings::table)
            .values((settings::name.eq(MEASURED), settings::value.eq(&on)))
            .on_conflict(settings::name)
            .do_update()
            .set(settings::value.eq(&on))
            .execute(c)?;
    });
    Ok(())
}

fn buckets(counted: &ByProcedure) -> Outcome<Vec<Bucket>> {
    let mut rows = Vec::new();
    for ((procedure, time_limit), durations) in counted {
        for (days, cases) in durations.iter() {
            rows.push(Bucket {
                procedure_id: *procedure,
                time_limit: time_limit.clone(),
                working_days: i32::try_from(days).map_err(|error| broken(&error))?,
                cases: i64::try_from(cases).map_err(|error| broken(&error))?,
            });
        }
    }
    Ok(rows)
}

fn step_buckets(counted: &ByStep) -> Outcome<Vec<StepBucket>> {
    let mut rows = Vec::new();
    for ((procedure, step, time_limit), durations) in counted {
        for (days, cases) in durations.iter() {
            rows.push(StepBucket {
                procedure_id: *procedure,
                step: step.clone(),
                time_limit: time_limit.clone(),
                working_days: i32::try_from(days).map_err(|error| broken(&error))?,
                cases: i64::try_from(cases).map_err(|error| broken(&error))?,
            });
        }
    }
    Ok(rows)
}

fn broken(error: &dyn std::fmt::Display) -> Failure {
    Failure::Broken(error.to_string())
}

pub fn counted(c: &mut Conn<'_>) -> Outcome<ByProcedure> {
    let rows: Vec<Bucket> = both!(c, |c| recent_durations::table.load(c))?;
    let mut counted = ByProcedure::new();
    for row in rows {
        let (days, cases) = numbers(row.working_days, row.cases);
        counted.entry((row.procedure_id, row.time_limit)).or_default().add(days, cases);
    }
    Ok(counted)
}

/// What was counted from the steps of these procedures; of all where none are named.
pub fn counted_from_steps(c: &mut Conn<'_>, of: Option<&[ProcedureId]>) -> Outcome<ByStep> {
    let rows: Vec<StepBucket> = both!(c, |c| match of {
        None => recent_step_durations::table.load(c),
        Some(of) => {
            recent_step_durations::table.filter(recent_step_durations::procedure_id.eq_any(of)).load(c)
        }
    })?;
    let mut counted = ByStep::new();
    for row in rows {
        let (days, cases) = numbers(row.working_days, row.cases);
        counted.entry((row.procedure_id, row.step, row.time_limit)).or_default().add(days, cases);
    }
    Ok(counted)
}

/// Both are never less than nothing: the tables check it.
fn numbers(days: i32, cases: i64) -> (u32, u64) {
    (u32::try_from(days).unwrap_or(0), u64::try_from(cases).unwrap_or(0))
}
