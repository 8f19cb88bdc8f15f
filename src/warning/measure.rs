//! The job `measure_durations`: once a day, counts what the dossiers took that were resolved in the months before
//! today, in working days of the calendar as it is now.
//!
//! Reads what was received since a year before those months, a piece at a time at the reading door, along the index
//! by receipt: nobody waits for it, and it costs what two years bring, not what ten have left.

use super::store;
use crate::clock::Clock;
use crate::db::Db;
use crate::domain::durations::{Durations, on_the_clock};
use crate::domain::ids::ProcedureId;
use crate::domain::local_time::{day_of, moment};
use crate::dossier::finished;
use crate::failure::{Failure, Outcome};
use crate::reference::ReferenceCache;
use chrono::{Months, NaiveDate, NaiveTime};
use std::collections::BTreeMap;

/// Dossiers looked at in one piece.
const AT_ONCE: i64 = 5000;
/// What was received longer before the months that count is not looked at: a dossier that took more than a year says
/// little about the usual.
const REACH: Months = Months::new(12);

/// What the job works with.
#[derive(Clone)]
pub struct Measure {
    pub db: Db,
    pub clock: Clock,
    pub reference: ReferenceCache,
    pub months: u32,
}

/// By procedure and time limit.
pub type ByProcedure = BTreeMap<(ProcedureId, String), Durations>;

/// Counts anew unless it was done today; returns how many cases were counted then.
///
/// # Errors
/// When the database fails.
pub fn measure(with: &Measure) -> Outcome<Option<u64>> {
    let today = day_of(with.clock.now());
    let last = with.db.read_blocking(store::measured)?;
    if last.is_some_and(|last| last.on == today && last.months == with.months) {
        return Ok(None);
    }
    let from = today.checked_sub_months(Months::new(with.months)).unwrap_or(NaiveDate::MIN);
    let received_since = from.checked_sub_months(REACH).unwrap_or(NaiveDate::MIN);
    let received_since = moment(received_since.and_time(NaiveTime::MIN));
    let cache = with.reference.clone();
    let reference = with.db.read_blocking(move |c| cache.of(c))?;
    let mut counted = ByProcedure::new();
    let (mut after, mut cases, mut uncounted) = (None, 0_u64, 0_u64);
    loop {
        let (found, end) = with.db.read_blocking(move |c| finished(c, received_since, after, AT_ONCE))?;
        for one in found {
            let resolved_on = day_of(one.resolved_at);
            if resolved_on < from || resolved_on >= today {
                continue;
            }
            // A year that the calendar does not hold: nothing can be said about this one.
            match on_the_clock(&reference.calendar, one.clock_started_at, &one.pauses, resolved_on) {
                Ok(days) => {
                    counted.entry((one.procedure, one.time_limit)).or_default().add(days, 1);
                    cases += 1;
                }
                Err(_) => uncounted += 1,
            }
        }
        match end {
            Some(end) => after = Some(end),
            None => break,
        }
    }
    if uncounted > 0 {
        tracing::warn!(uncounted, "dossiers resolved in years that the calendar does not hold");
    }
    let months = with.months;
    with.db
        .write_blocking(move |tx| store::replace(tx, &counted, store::MeasuredOn { on: today, from, months }))
        .map_err(|failure: Failure| failure)?;
    tracing::info!(cases, "counted what dossiers took lately");
    Ok(Some(cases))
}
