//! The job `housekeeping`: idempotency keys, entries and sessions that have served their time are taken away, and registers
//! that nobody decided about, and printed batches.

use crate::account;
use crate::batch;
use crate::clock::Clock;
use crate::db::Db;
use crate::dossier::forget_entries;
use crate::failure::Outcome;
use crate::http::act::forget_keys;
use crate::imports;
use crate::jobs::Handlers;
use crate::notice;
use chrono::TimeDelta;
use std::time::Duration;

pub const KIND: &str = "housekeeping";

const EVERY: Duration = Duration::from_secs(3600);

/// Clients are promised 24 hours; twice that covers a weekend's clock trouble.
const KEYS_LIVE: TimeDelta = TimeDelta::hours(48);
/// How long an entry is known by which a dossier was made: nobody has it open in a browser for longer.
const ENTRIES_LIE: TimeDelta = TimeDelta::days(7);
/// How long an ended session or a counted failure to sign in is still there to be looked at.
const SESSIONS_LINGER: TimeDelta = TimeDelta::days(7);
/// How long a register lies that nobody decides about, and the lines left out of one.
const REGISTERS_LIE: TimeDelta = TimeDelta::days(30);

/// How long the digest of a day is kept.
const DIGESTS_LIE: TimeDelta = TimeDelta::days(30);

/// Adds the job.
#[must_use]
pub fn jobs(handlers: Handlers, db: &Db, clock: &Clock, batches_lie: TimeDelta) -> Handlers {
    let (db, clock) = (db.clone(), clock.clone());
    handlers.every(EVERY, KIND, move |_| tidy(&db, &clock, batches_lie).map_err(Into::into))
}

/// Takes away what nobody can ask for any more, and papers that were joined for printing so long ago.
pub fn tidy(db: &Db, clock: &Clock, batches_lie: TimeDelta) -> Outcome<()> {
    let now = clock.now();
    let keys = db.write_blocking(move |tx| forget_keys(tx, now - KEYS_LIVE))?;
    let entries = db.write_blocking(move |tx| forget_entries(tx, now - ENTRIES_LIE))?;
    let sessions = db.write_blocking(move |tx| account::forget_stale(tx, now - SESSIONS_LINGER))?;
    let registers = db.write_blocking(move |tx| imports::forget_left_lying(tx, now - REGISTERS_LIE, now))?;
    let digests = db.write_blocking(move |tx| notice::forget_old(tx, now - DIGESTS_LIE))?;
    let mut batches = 0;
    while db.write_blocking(move |tx| batch::forget(tx, now - batches_lie))? {
        batches += 1;
    }
    tracing::debug!(keys, entries, sessions, registers, digests, batches, "tidied");
    Ok(())
}
