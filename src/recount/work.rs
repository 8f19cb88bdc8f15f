//! The job `recompute_due_dates`: some open dossiers at a time, by due date, are looked at; those whose due date is
//! another by the calendar are locked, counted and written in one transaction together with how far it has come. A
//! killed process loses the dossiers in its hands and nothing else; whoever takes the job over goes on behind them.
//!
//! Each dossier is counted by the calendar that is in force when its turn comes. One that another act touches meanwhile
//! is counted by that act, with the same calendar.

use super::store::{self, Came, Item, OrderRow, Step};
use crate::clock::Clock;
use crate::db::{Conn, Db};
use crate::domain::calendar::Calendar;
use crate::domain::deadline::deadline;
use crate::domain::ids::RecomputationId;
use crate::dossier::{Life, OpenDossier, Recomputed, open_clocks_after, recompute};
use crate::failure::{Failure, Outcome};
use crate::jobs::{Handlers, Job, Trouble, finish, renew};
use crate::order::{self, OrderState, Stoppable as _};
use crate::reference::ReferenceCache;
use chrono::{DateTime, Utc};
use std::sync::Arc;

pub const KIND: &str = "recompute_due_dates";
/// What it is called in the payload of the job.
const WHAT: &str = "recomputation";

/// Dossiers looked at in one step.
const LOOKED_AT: i64 = 200;
/// Dossiers locked in one transaction: a few hundredths of a second, for which others wait.
const COUNTED: usize = 25;

/// What the job is given.
#[derive(Clone)]
pub struct Counter {
    pub db: Db,
    pub clock: Clock,
    pub references: ReferenceCache,
}

/// Adds the job.
#[must_use]
pub fn jobs(handlers: Handlers, counter: &Counter) -> Handlers {
    let counter = counter.clone();
    handlers.on(KIND, move |job| counter.work(job))
}

pub(super) fn queue(tx: &mut Conn<'_>, id: RecomputationId, now: DateTime<Utc>) -> Outcome<()> {
    order::queue(tx, KIND, (WHAT, id), now)
}

/// Dossiers of one step: how many are looked at, and which of them have to be locked.
struct Next {
    order: OrderRow,
    looked_at: Vec<OpenDossier>,
    /// Places in `looked_at`.
    differ: Vec<usize>,
}

impl Counter {
    fn work(&self, job: &Job) -> Result<(), Trouble> {
        let id: RecomputationId = order::of_job(job, WHAT)?;
        while let Some(next) = self.next(id)? {
            if next.looked_at.is_empty() {
                return self.end(job, id);
            }
            if !self.step(job, next)? {
                break;
            }
        }
        // Stopped, or ended by another who could not say so any more.
        Ok(())
    }

    /// The next dossiers; none when there is no such order to be worked on.
    fn next(&self, id: RecomputationId) -> Outcome<Option<Next>> {
        let references = self.references.clone();
        self.db.snapshot_blocking(|c| {
            let Some(order) = OrderRow::at_work(c, id)? else { return Ok(None) };
            let reference = references.of(c)?;
            let mut looked_at = open_clocks_after(c, order.after(), LOOKED_AT)?;
            let differ = (0..).zip(&looked_at).filter(|(_, one)| differs(&reference.calendar, one));
            let differ: Vec<usize> = differ.map(|(place, _)| place).take(COUNTED).collect();
            if let (true, Some(last)) = (differ.len() == COUNTED, differ.last()) {
                looked_at.truncate(last + 1);
            }
            Ok(Some(Next { order, looked_at, differ }))
        })
    }

    /// Some dossiers further. False when it was stopped meanwhile.
    fn step(&self, job: &Job, next: Next) -> Result<bool, Trouble> {
        let (job, clock, references) = (job.clone(), self.clock.clone(), self.references.clone());
        let next = Arc::new(next);
        Ok(self.db.write_blocking(move |tx| {
            let now = clock.now();
            renew(tx, &job, now)?;
            if !store::hold(tx, &next.order, now)? {
                return Ok(false);
            }
            let reference = references.of(tx)?;
            let Some(last) = next.looked_at.last() else { return Ok(false) };
            let (mut lives, mut items): (Vec<Life>, Vec<Item>) = (Vec::new(), Vec::new());
            for one in next.differ.iter().filter_map(|place| next.looked_at.get(*place)) {
                let why = (next.order.ordered_by, next.order.reason.as_str());
                let (came, computed_due_on, fault) = match recompute(tx, &reference, &clock, one.id, why)? {
                    Recomputed::AsItWas => continue,
                    Recomputed::Kept(computed) => (Came::Kept, Some(computed), None),
                    Recomputed::Failed(code) => (Came::Failed, None, Some(code)),
                    Recomputed::Moved(life, computed) => {
                        lives.push(*life);
                        (Came::Moved, Some(computed), None)
                    }
                };
                let (code, branch) = (one.code.clone(), one.branch);
                items.push(Item { code, branch, came, due_on: one.due_on, computed_due_on, fault });
            }
            let step = Step { looked_at: next.looked_at.len(), last: (last.due_on, last.id), items };
            store::advance(tx, &next.order, &step)?;
            // Last, because it ends with the tallies, which others wait for.
            Life::save_all(lives, tx)?;
            Ok::<_, Failure>(true)
        })?)
    }

    fn end(&self, job: &Job, id: RecomputationId) -> Result<(), Trouble> {
        let (clock, job) = (self.clock.clone(), job.clone());
        self.db.write_blocking(move |tx| {
            OrderRow::end(tx, id, OrderState::Done, clock.now())?;
            finish(tx, &job)
        })?;
        tracing::info!(recomputation = %id, "due dates were counted again");
        Ok(())
    }
}

/// Whether there is something to be told of it: what cannot be read or counted is looked at under its lock.
fn differs(calendar: &Calendar, one: &OpenDossier) -> bool {
    let Ok(dossier) = &one.dossier else { return true };
    let Some(clock) = &dossier.clock else { return false };
    let computed = deadline(calendar, clock.started_at, &dossier.time_limit, &clock.pauses);
    computed.map(|deadline| deadline.due_on) != Ok(clock.deadline.due_on)
}
