//! Works the queue off: a few jobs at a time, until told to stop.

use super::backoff::Backoff;
use super::handlers::{Handlers, Trouble};
use super::queue::{self, Job};
use super::watch;
use crate::clock::Clock;
use crate::config;
use crate::db::Db;
use crate::failure::{Failure, Outcome};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// A handler that panics is given up after so many attempts: it is a fault of ours that waiting does not mend.
const PANICS: u32 = 10;
/// Errors are shown in lists: no longer than this.
const LONGEST_ERROR: usize = 500;

/// How a worker works.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// So many jobs at a time.
    pub at_a_time: usize,
    /// How often it looks by itself: bounds how late a job of another instance, or a put-back one, is seen.
    pub poll: Duration,
    /// How long a job belongs to a worker that gives no sign; renewed three times as often.
    pub lease: Duration,
    pub backoff: Backoff,
}

impl Settings {
    pub fn new(config: &config::Jobs) -> Self {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let backoff = Backoff::default();
        Self {
            poll: seconds(config.poll_seconds),
            lease: seconds(config.lease_seconds),
            backoff: Backoff {
                first: seconds(config.retry_seconds),
                longest: backoff.longest.max(seconds(config.retry_seconds)),
            },
            ..Self::default()
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            at_a_time: 4,
            poll: Duration::from_secs(2),
            lease: Duration::from_secs(60),
            backoff: Backoff::default(),
        }
    }
}

/// Rung after a transaction that queued something, so that the worker of this process looks at once. Forgetting
/// to ring costs a poll, nothing more.
#[derive(Debug, Clone, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    pub fn ring(&self) {
        self.0.notify_one();
    }
}

/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct Worker {
    db: DebugDb,
    clock: Clock,
    handlers: Arc<Handlers>,
    settings: Settings,
    bell: Bell,
}

#[derive(Clone)]
struct DebugDb(Db);

impl std::fmt::Debug for DebugDb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Db")
    }
}

impl Worker {
    pub fn new(db: Db, clock: Clock, handlers: Handlers, settings: Settings, bell: Bell) -> Self {
        Self { db: DebugDb(db), clock, handlers: Arc::new(handlers), settings, bell }
    }

    /// Works until `stop` is ready, then finishes what it has begun and returns. What it cannot finish before
    /// the process ends is taken over by another instance, or by the next start, when its lease has run out.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let mut running = JoinSet::new();
        let mut periodic_begun = false;
        loop {
            if !periodic_begun {
                periodic_begun = logged("beginning periodic work", self.begin_periodic().await).is_some();
            }
            let free = self.settings.at_a_time.saturating_sub(running.len());
            if free > 0 {
                for job in logged("claiming jobs", self.claim(free).await).unwrap_or_default() {
                    running.spawn(self.clone().work(job));
                }
            }
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(_) = running.join_next(), if !running.is_empty() => {}
                () = self.bell.0.notified() => {}
                () = tokio::time::sleep(self.settings.poll) => {}
            }
        }
        tracing::info!(running = running.len(), "the worker stops after what it has begun");
        while running.join_next().await.is_some() {}
    }

    /// Does everything that is due now, jobs that these queue included, and returns how many attempts that were.
    pub async fn run_due(&self) -> Outcome<usize> {
        let mut count = 0;
        loop {
            let jobs = self.claim(self.settings.at_a_time).await?;
            if jobs.is_empty() {
                return Ok(count);
            }
            for job in jobs {
                count += 1;
                self.clone().work(job).await;
            }
        }
    }

    /// Periodic kinds are due at once, whenever they were last done.
    pub async fn begin_periodic(&self) -> Outcome<()> {
        let (kinds, now) = (self.handlers.periodic(), self.clock.now());
        self.db
            .0
            .write(move |tx| kinds.iter().try_for_each(|kind| queue::begin_periodic(tx, kind, now)))
            .await
    }

    async fn claim(&self, most: usize) -> Outcome<Vec<Job>> {
        let (kinds, now) = (self.handlers.kinds(), self.clock.now());
        let looked_for = kinds.clone();
        if !self.db.0.read(move |c| queue::any_due(c, &looked_for, now)).await? {
            return Ok(Vec::new());
        }
        let lease = delta(self.settings.lease);
        self.db.0.write(move |tx| queue::claim(tx, &kinds, most, now, lease)).await
    }

    async fn work(self, job: Job) {
        let Some(entry) = self.handlers.of(&job.kind) else { return };
        tracing::debug!(job = %job.id, kind = job.kind, attempt = job.attempt, "begun");
        let handler = Arc::clone(&entry.handler);
        let own = job.clone();
        let mut work = tokio::task::spawn_blocking(move || handler(&own));
        let outcome = loop {
            tokio::select! {
                ended = &mut work => break ended.unwrap_or_else(|_| Err(panicked(&job))),
                () = tokio::time::sleep(self.settings.lease / 3) => self.renew(&job).await,
            }
        };
        let every = entry.every;
        count(&job, &outcome);
        if logged("writing down how a job ended", self.settle(job, outcome, every).await).is_some() {
            self.measure().await;
        }
    }

    async fn renew(&self, job: &Job) {
        let (own, now) = (job.clone(), self.clock.now());
        // A lost lease is noticed where it matters: when the handler wants to write.
        logged("renewing a lease", self.db.0.write(move |tx| queue::renew(tx, &own, now)).await);
    }

    async fn settle(&self, job: Job, outcome: Result<(), Trouble>, every: Option<Duration>) -> Outcome<()> {
        let now = self.clock.now();
        let next = self.next(&job, outcome, every, now);
        let settled = self.db.0.write(move |tx| match &next {
            Next::Gone => match queue::finish(tx, &job) {
                // The handler has finished it together with its effect.
                Err(Failure::Conflict(queue::LEASE_LOST)) => Ok(()),
                finished => finished,
            },
            Next::Again { run_at, error } => queue::put_back(tx, &job, *run_at, error.as_deref()),
            Next::Dead(error) => queue::bury(tx, &job, error),
            Next::NotOurs => Ok(()),
        });
        settled.await
    }

    fn next(
        &self,
        job: &Job,
        outcome: Result<(), Trouble>,
        every: Option<Duration>,
        now: DateTime<Utc>,
    ) -> Next {
        let backoff = self.settings.backoff.after(job.attempt, rand::random());
        let again = |wait: Duration, error: &str| Next::Again {
            run_at: now + delta(wait),
            error: Some(error.chars().take(LONGEST_ERROR).collect()),
        };
        match (outcome, every) {
            (Ok(()), None) => Next::Gone,
            (Ok(()), Some(every)) => Next::Again { run_at: now + delta(every), error: None },
            (Err(Trouble::LeaseLost), _) => Next::NotOurs,
            (Err(Trouble::Transient(error)), None) => again(backoff, &error),
            (Err(Trouble::RateLimited { reason, retry_after }), _) => {
                again(retry_after.map_or(backoff, |asked| asked.max(self.settings.backoff.first)), &reason)
            }
            // Periodic work is never given up: what could not be done this time is due next time.
            (Err(Trouble::Transient(error) | Trouble::Permanent(error)), Some(every)) => {
                again(backoff.min(every), &error)
            }
            (Err(Trouble::Permanent(error)), None) => Next::Dead(error.chars().take(LONGEST_ERROR).collect()),
        }
    }

    async fn measure(&self) {
        let now = self.clock.now();
        let standing = self.db.0.read(move |c| watch::standing(c, now)).await;
        if let Some(standing) = logged("counting jobs", standing) {
            for (state, count) in
                [("waiting", standing.waiting), ("running", standing.running), ("dead", standing.dead)]
            {
                // Counts of rows: far below what a gauge can hold exactly.
                metrics::gauge!("motcua_jobs", "state" => state)
                    .set(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
            }
        }
    }
}

/// What becomes of the row.
enum Next {
    Gone,
    Again { run_at: DateTime<Utc>, error: Option<String> },
    Dead(String),
    NotOurs,
}

/// The panic itself was reported where it happened.
fn panicked(job: &Job) -> Trouble {
    let reason = "the handler panicked".to_owned();
    if job.attempt < PANICS { Trouble::Transient(reason) } else { Trouble::Permanent(reason) }
}

fn count(job: &Job, outcome: &Result<(), Trouble>) {
    let (job_id, kind, attempt) = (job.id, job.kind.as_str(), job.attempt);
    let ended = match outcome {
        Ok(()) => {
            tracing::debug!(job = %job_id, kind, attempt, "done");
            "done"
        }
        Err(Trouble::Permanent(error)) => {
            tracing::error!(job = %job_id, kind, attempt, error, "a job failed for good and waits for an administrator");
            "dead"
        }
        Err(Trouble::LeaseLost) => {
            tracing::warn!(job = %job_id, kind, attempt, "another worker has taken the job over");
            "lease_lost"
        }
        Err(Trouble::Transient(error) | Trouble::RateLimited { reason: error, .. }) => {
            tracing::warn!(job = %job_id, kind, attempt, error, "a job is to be tried again");
            "failed"
        }
    };
    metrics::counter!("motcua_job_attempts_total", "kind" => job.kind.clone(), "ended" => ended).increment(1);
}

/// The value, or `None` with the error in the log: the loop goes on, and the row says what is to be done.
fn logged<T>(what: &str, outcome: Outcome<T>) -> Option<T> {
    match outcome {
        Ok(value) => Some(value),
        Err(error) => {
            tracing::warn!(%error, "{what} failed");
            None
        }
    }
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}
