//! The buckets, and when they were filled.

use super::measure::ByProcedure;
use crate::both;
use crate::db::schema::{recent_durations, settings};
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

pub fn measured(c: &mut Conn<'_>) -> Outcome<Option<MeasuredOn>> {
    let text: Option<String> =
        both!(c, |c| settings::table.find(MEASURED).select(settings::value).get_result(c).optional())?;
    let corrupt = |error: serde_json::Error| Failure::Db(DbError::Corrupt(error.to_string()));
    text.map(|text| serde_json::from_str(&text).map_err(corrupt)).transpose()
}

/// These instead of all there were.
pub fn replace(tx: &mut Conn<'_>, counted: &ByProcedure, on: MeasuredOn) -> Outcome<()> {
    let broken = |error: &dyn std::fmt::Display| Failure::Broken(error.to_string());
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
    let on = serde_json::to_string(&on).map_err(|error| broken(&error))?;
    both!(tx, |c| {
        diesel::delete(recent_durations::table).execute(c)?;
        for rows in rows.chunks(CHUNK) {
            diesel::insert_into(recent_durations::table).values(rows).execute(c)?;
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

pub fn counted(c: &mut Conn<'_>) -> Outcome<ByProcedure> {
    let rows: Vec<Bucket> = both!(c, |c| recent_durations::table.load(c))?;
    let mut counted = ByProcedure::new();
    for row in rows {
        let days = u32::try_from(row.working_days).unwrap_or(0);
        let cases = u64::try_from(row.cases).unwrap_or(0);
        counted.entry((row.procedure_id, row.time_limit)).or_default().add(days, cases);
    }
    Ok(counted)
}
