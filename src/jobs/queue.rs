//! The rows: queued, claimed, renewed, finished, put back, buried.

use crate::both;
use crate::db::schema::jobs;
use crate::db::types::{Json, Moment};
use crate::db::{Conn, DbError};
use crate::domain::ids::JobId;
use crate::failure::{Failure, Outcome};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde_json::Value;

/// The conflict of a worker whose lease another has taken over.
pub(super) const LEASE_LOST: &str = "lease-lost";

/// Work to be queued.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub kind: &'static str,
    /// While a job with this key is queued, another is not. Give none that work queued meanwhile could need.
    pub dedup_key: Option<String>,
    /// Keys of rows, never personal data: payloads are shown to administrators.
    pub payload: Value,
    pub run_at: DateTime<Utc>,
}

/// A job in the hands of a worker.
#[derive(Debug, Clone)]
pub struct Job {
    pub id: JobId,
    pub kind: String,
    pub payload: Value,
    /// From 1; a take-over counts too.
    pub attempt: u32,
    pub created_at: DateTime<Utc>,
    /// Names this claim, not the worker: a worker that lost a lease to itself is fenced off as well.
    lease: String,
    /// How long the lease holds each time.
    lasts: TimeDelta,
}

/// Queues `job` in the caller's transaction; false when its key is queued already.
pub fn enqueue(tx: &mut Conn<'_>, job: NewJob, now: DateTime<Utc>) -> Result<bool, DbError> {
    let new = (
        jobs::id.eq(JobId::at(now)),
        jobs::kind.eq(job.kind),
        jobs::dedup_key.eq(job.dedup_key),
        jobs::payload.eq(Json(job.payload)),
        jobs::state.eq("waiting"),
        jobs::run_at.eq(Moment(job.run_at)),
        jobs::attempts.eq(0),
        jobs::created_at.eq(Moment(now)),
    );
    let added = both!(tx, |c| diesel::insert_into(jobs::table)
        .values(new)
        .on_conflict(jobs::dedup_key)
        .do_nothing()
        .execute(c)?);
    Ok(added == 1)
}

/// Lets a job that waits for a later moment run now. Nothing happens when there is none with this key, or it runs.
pub fn hasten(tx: &mut Conn<'_>, dedup_key: &str, now: DateTime<Utc>) -> Outcome<()> {
    both!(tx, |c| diesel::update(jobs::table)
        .filter(jobs::dedup_key.eq(dedup_key))
        .filter(jobs::state.eq("waiting"))
        .filter(jobs::run_at.gt(Moment(now)))
        .set(jobs::run_at.eq(Moment(now)))
        .execute(c)?);
    Ok(())
}

/// Takes the job away, in the transaction of its effect.
///
/// # Errors
/// The conflict `lease-lost` when another worker has taken it over: the effect must roll back.
pub fn finish(tx: &mut Conn<'_>, job: &Job) -> Outcome<()> {
    held(both!(tx, |c| diesel::delete(jobs::table.find(job.id))
        .filter(jobs::leased_by.eq(&job.lease))
        .execute(c)?))
}

/// Keeps the job for this worker for another lease from `now` on; also the way to make sure, inside a transaction,
/// that it still is this worker's.
///
/// # Errors
/// The conflict `lease-lost`.
pub fn renew(tx: &mut Conn<'_>, job: &Job, now: DateTime<Utc>) -> Outcome<()> {
    held(both!(tx, |c| diesel::update(jobs::table.find(job.id))
        .filter(jobs::leased_by.eq(&job.lease))
        .set(jobs::leased_until.eq(Moment(now + job.lasts)))
        .execute(c)?))
}

fn held(rows: usize) -> Outcome<()> {
    if rows == 1 { Ok(()) } else { Err(Failure::Conflict(LEASE_LOST)) }
}

/// Puts the job back, due at `run_at`; a periodic one that was done starts its count of attempts anew.
pub(super) fn put_back(
    tx: &mut Conn<'_>,
    job: &Job,
    run_at: DateTime<Utc>,
    error: Option<&str>,
) -> Outcome<()> {
    let attempts = if error.is_some() { signed(job.attempt) } else { 0 };
    held(both!(tx, |c| diesel::update(jobs::table.find(job.id))
        .filter(jobs::leased_by.eq(&job.lease))
        .set((
            jobs::state.eq("waiting"),
            jobs::run_at.eq(Moment(run_at)),
            jobs::attempts.eq(attempts),
            jobs::last_error.eq(error),
            jobs::leased_until.eq(None::<Moment>),
            jobs::leased_by.eq(None::<String>),
        ))
        .execute(c)?))
}

/// Leaves the job for people to look at.
pub(super) fn bury(tx: &mut Conn<'_>, job: &Job, error: &str) -> Outcome<()> {
    held(both!(tx, |c| diesel::update(jobs::table.find(job.id))
        .filter(jobs::leased_by.eq(&job.lease))
        .set((
            jobs::state.eq("dead"),
            jobs::last_error.eq(error),
            jobs::leased_until.eq(None::<Moment>),
            jobs::leased_by.eq(None::<String>),
        ))
        .execute(c)?))
}

/// As the partial index has it: with a parameter instead, PostgreSQL could not tell that the index covers it.
fn pending() -> SqlLiteral<Bool> {
    sql("state in ('waiting', 'running')")
}

/// Whether anything is due: looked up at the reading door first, so that an idle worker writes nothing.
pub(super) fn any_due(conn: &mut Conn<'_>, kinds: &[&'static str], now: DateTime<Utc>) -> Outcome<bool> {
    let found = both!(conn, |c| jobs::table
        .filter(pending())
        .filter(jobs::run_at.le(Moment(now)))
        .filter(jobs::leased_until.is_null().or(jobs::leased_until.lt(Moment(now))))
        .filter(jobs::kind.eq_any(kinds))
        .select(jobs::id)
        .first::<JobId>(c)
        .optional()?);
    Ok(found.is_some())
}

/// Takes up to `most` due jobs under a lease of `lease`.
pub(super) fn claim(
    tx: &mut Conn<'_>,
    kinds: &[&'static str],
    most: usize,
    now: DateTime<Utc>,
    lease: TimeDelta,
) -> Outcome<Vec<Job>> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    // On PostgreSQL rows that another worker is about to take are passed over; on SQLite the writing door lets
    // one in at a time.
    macro_rules! due {
        () => {
            jobs::table
                .filter(pending())
                .filter(jobs::run_at.le(Moment(now)))
                .filter(jobs::leased_until.is_null().or(jobs::leased_until.lt(Moment(now))))
                .filter(jobs::kind.eq_any(kinds))
                .order((jobs::run_at, jobs::id))
                .limit(most)
                .select(jobs::id)
        };
    }
    let ids: Vec<JobId> = match tx {
        Conn::Sqlite(c) => due!().load(*c)?,
        Conn::Pg(c) => due!().for_update().skip_locked().load(*c)?,
    };
    let token = uuid::Uuid::new_v4().to_string();
    let mut claimed = Vec::with_capacity(ids.len());
    for id in ids {
        let row: Row = both!(tx, |c| diesel::update(jobs::table.find(id))
            .set((
                jobs::state.eq("running"),
                jobs::attempts.eq(jobs::attempts + 1),
                jobs::leased_until.eq(Moment(now + lease)),
                jobs::leased_by.eq(&token),
            ))
            .returning((jobs::id, jobs::kind, jobs::payload, jobs::attempts, jobs::created_at))
            .get_result(c)?);
        claimed.push(Job {
            id: row.id,
            kind: row.kind,
            payload: row.payload.0,
            attempt: u32::try_from(row.attempts).unwrap_or(u32::MAX),
            created_at: row.created_at.into(),
            lease: token.clone(),
            lasts: lease,
        });
    }
    Ok(claimed)
}

#[derive(Queryable)]
struct Row {
    id: JobId,
    kind: String,
    payload: Json,
    attempts: i32,
    created_at: Moment,
}

/// Makes sure that the one row of a periodic kind is there, and due at once.
pub(super) fn begin_periodic(tx: &mut Conn<'_>, kind: &'static str, now: DateTime<Utc>) -> Outcome<()> {
    let job = NewJob { kind, dedup_key: Some(kind.to_owned()), payload: Value::Null, run_at: now };
    if enqueue(tx, job, now)? {
        return Ok(());
    }
    both!(tx, |c| diesel::update(jobs::table.filter(jobs::dedup_key.eq(kind)))
        .filter(jobs::state.ne("running"))
        .set((jobs::run_at.eq(Moment(now)), jobs::state.eq("waiting")))
        .execute(c)?);
    Ok(())
}

fn signed(attempt: u32) -> i32 {
    i32::try_from(attempt).unwrap_or(i32::MAX)
}
