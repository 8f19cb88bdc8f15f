//! What people see of the queue: how it stands, which jobs failed, and the way to try one again.

use crate::both;
use crate::db::Conn;
use crate::db::schema::jobs;
use crate::db::types::{Json, Moment};
use crate::domain::ids::JobId;
use crate::domain::words::code_words;
use crate::failure::{Failure, Outcome, Thing};
use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Waiting,
    Running,
    Dead,
}

code_words!(State { Waiting => "waiting", Running => "running", Dead => "dead" });

/// A job as it is shown.
#[derive(Debug, Clone)]
pub struct Shown {
    pub id: JobId,
    pub kind: String,
    pub payload: serde_json::Value,
    pub state: State,
    pub run_at: DateTime<Utc>,
    pub attempts: u32,
    pub last_error: Option<String>,
    pub created_at: DateTime<Utc>,
}

#[derive(Queryable)]
struct Row {
    id: JobId,
    kind: String,
    payload: Json,
    state: String,
    run_at: Moment,
    attempts: i32,
    last_error: Option<String>,
    created_at: Moment,
}

/// Jobs by their keys, which is by age, beginning after `after`.
pub fn list(
    conn: &mut Conn<'_>,
    state: Option<State>,
    after: Option<JobId>,
    limit: i64,
) -> Outcome<Vec<Shown>> {
    let rows: Vec<Row> = both!(conn, |c| {
        let mut query = jobs::table.into_boxed();
        if let Some(state) = state {
            query = query.filter(jobs::state.eq(state.as_str()));
        }
        if let Some(after) = after {
            query = query.filter(jobs::id.gt(after));
        }
        query
            .order(jobs::id)
            .limit(limit)
            .select((
                jobs::id,
                jobs::kind,
                jobs::payload,
                jobs::state,
                jobs::run_at,
                jobs::attempts,
                jobs::last_error,
                jobs::created_at,
            ))
            .load(c)?
    });
    rows.into_iter()
        .map(|row| {
            Ok(Shown {
                state: row
                    .state
                    .parse()
                    .map_err(|_| crate::db::DbError::Corrupt(format!("jobs.state {:?}", row.state)))?,
                id: row.id,
                kind: row.kind,
                payload: row.payload.0,
                run_at: row.run_at.into(),
                attempts: u32::try_from(row.attempts).unwrap_or(0),
                last_error: row.last_error,
                created_at: row.created_at.into(),
            })
        })
        .collect()
}

/// Due at once, with its waits counted from the beginning: for a dead job, and for one that waits long.
///
/// # Errors
/// Not found; the conflict `job-running`.
pub fn retry_now(tx: &mut Conn<'_>, id: JobId, now: DateTime<Utc>) -> Outcome<()> {
    let changed = both!(tx, |c| diesel::update(jobs::table.find(id))
        .filter(jobs::state.ne("running"))
        .set((jobs::state.eq("waiting"), jobs::run_at.eq(Moment(now)), jobs::attempts.eq(0)))
        .execute(c)?);
    if changed == 1 {
        return Ok(());
    }
    let there =
        both!(tx, |c| jobs::table.find(id).select(jobs::id).get_result::<JobId>(c).optional()?).is_some();
    Err(if there { Failure::Conflict("job-running") } else { Failure::NotFound(Thing::Job) })
}

/// How the queue stands: for readiness and measurements.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    pub waiting: i64,
    pub running: i64,
    pub dead: i64,
    /// Since when the oldest due job waits, if any does.
    pub due_since: Option<DateTime<Utc>>,
}

pub fn standing(conn: &mut Conn<'_>, now: DateTime<Utc>) -> Outcome<Standing> {
    let counts: Vec<(String, i64)> =
        both!(conn, |c| jobs::table.group_by(jobs::state).select((jobs::state, count_star())).load(c)?);
    let count =
        |state: State| counts.iter().find(|(s, _)| s == state.as_str()).map_or(0, |(_, count)| *count);
    let oldest: Option<Moment> = both!(conn, |c| jobs::table
        .filter(jobs::state.eq("waiting"))
        .filter(jobs::run_at.le(Moment(now)))
        .order(jobs::run_at)
        .select(jobs::run_at)
        .first(c)
        .optional()?);
    Ok(Standing {
        waiting: count(State::Waiting),
        running: count(State::Running),
        dead: count(State::Dead),
        due_since: oldest.map(DateTime::from),
    })
}
