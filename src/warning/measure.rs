//! The job `measure_durations`: once a day, counts what the dossiers took that were resolved in the months before
//! today, in working days of the calendar as it is now; and what they still took from when they first came to each step of
//! their internal process.
//!
//! Reads what was received since a year before those months, a piece at a time at the reading door, along the index
//! by receipt: nobody waits for it, and it costs what two years bring, not what ten have left. Hand-overs are read of those
//! alone that count and whose procedure has steps. What is kept in memory are the buckets.

use super::store;
use crate::clock::Clock;
use crate::db::Db;
use crate::domain::calendar::CalendarMissing;
use crate::domain::durations::{Durations, on_the_clock, way_from};
use crate::domain::ids::{DossierId, ProcedureId};
use crate::domain::local_time::{day_of, moment};
use crate::dossier::{Finished, finished, first_came};
use crate::failure::{Failure, Outcome};
use crate::reference::{Reference, ReferenceCache};
use chrono::{DateTime, Months, NaiveDate, NaiveTime, Utc};
use std::collections::{BTreeMap, HashMap};

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
/// By procedure, step of its internal process and time limit: from when they first came there.
pub type ByStep = BTreeMap<(ProcedureId, String, String), Durations>;

/// The buckets.
#[derive(Debug, Default)]
pub struct Counted {
    pub whole: ByProcedure,
    pub from_step: ByStep,
    pub cases: u64,
}

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
    let counted = count(with, from, today)?;
    let (cases, months) = (counted.cases, with.months);
    with.db
        .write_blocking(move |tx| store::replace(tx, &counted, store::MeasuredOn { on: today, from, months }))
        .map_err(|failure: Failure| failure)?;
    tracing::info!(cases, "counted what dossiers took lately");
    Ok(Some(cases))
}

/// What was resolved since `from` and before today.
fn count(with: &Measure, from: NaiveDate, today: NaiveDate) -> Outcome<Counted> {
    let received_since = from.checked_sub_months(REACH).unwrap_or(NaiveDate::MIN);
    let received_since = moment(received_since.and_time(NaiveTime::MIN));
    let cache = with.reference.clone();
    let reference = with.db.read_blocking(move |c| cache.of(c))?;
    let (mut counted, mut after, mut uncounted) = (Counted::default(), None, 0_u64);
    loop {
        let known = reference.clone();
        let (found, came, end) = with.db.read_blocking(move |c| {
            let (mut found, end) = finished(c, received_since, after, AT_ONCE)?;
            found.retain(|one| (from..today).contains(&day_of(one.resolved_at)));
            let stepping = found.iter().filter(|one| has_steps(&known, one.procedure));
            let ids: Vec<DossierId> = stepping.map(|one| one.id).collect();
            Ok::<_, Failure>((found, first_came(c, &ids)?, end))
        })?;
        for one in found {
            let steps = came.get(&one.id);
            // A year that the calendar does not hold: nothing can be said about this one.
            if counted.add(&reference, one, steps).is_err() {
                uncounted += 1;
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
    Ok(counted)
}

fn has_steps(reference: &Reference, procedure: ProcedureId) -> bool {
    let procedure = reference.procedure_by_id(procedure);
    procedure.is_some_and(|procedure| procedure.versions.iter().any(|version| !version.steps.is_empty()))
}

impl Counted {
    /// One case of the whole way, and one of each step that it came to, however often.
    fn add(
        &mut self,
        reference: &Reference,
        one: Finished,
        steps: Option<&HashMap<String, DateTime<Utc>>>,
    ) -> Result<(), CalendarMissing> {
        let (started_at, resolved_on) = (one.clock_started_at, day_of(one.resolved_at));
        let took = |since| on_the_clock(&reference.calendar, since, &one.pauses, resolved_on);
        let whole = took(started_at)?;
        for (step, first_came) in steps.into_iter().flatten() {
            let days = took(way_from(*first_came, started_at))?;
            let key = (one.procedure, step.clone(), one.time_limit.clone());
            self.from_step.entry(key).or_default().add(days, 1);
        }
        self.whole.entry((one.procedure, one.time_limit)).or_default().add(whole, 1);
        self.cases += 1;
        Ok(())
    }
}
