//! The due date of one open dossier counted again after the calendar has changed; `recount` does it
//! to all of them. Nothing moves by itself, and a promise is kept where it is earlier.

use super::{Life, Stamp};
use crate::clock::Clock;
use crate::db::{Conn, DbError};
use crate::domain::deadline::deadline;
use crate::domain::decide::Command;
use crate::domain::ids::{DossierId, OfficerId};
use crate::domain::refusal::Refusal;
use crate::failure::{Failure, Outcome};
use crate::reference::Reference;
use chrono::NaiveDate;

/// What came of it.
#[derive(Debug)]
pub enum Recomputed {
    /// It is due on the day it was promised for, or its clock does not run any more.
    AsItWas,
    /// It would be due later by the calendar of today: the promise is kept.
    Kept(NaiveDate),
    /// It is due earlier; to be saved.
    Moved(Box<Life>, NaiveDate),
    /// It could not be counted, for this reason.
    Failed(&'static str),
}

/// Counts again, as `officer` has ordered it and for this reason.
///
/// # Errors
/// Those of the database. What is the matter with this dossier alone is [`Recomputed::Failed`].
pub fn recompute(
    tx: &mut Conn<'_>,
    reference: &Reference,
    clock: &Clock,
    id: DossierId,
    (officer, reason): (OfficerId, &str),
) -> Outcome<Recomputed> {
    let counted = locked(tx, reference, clock, id, (officer, reason));
    match counted {
        Err(Failure::Refused(refusal)) => Ok(Recomputed::Failed(refusal.code())),
        Err(Failure::Conflict(code)) => Ok(Recomputed::Failed(code)),
        Err(Failure::NotFound(_)) => Ok(Recomputed::Failed("not-found")),
        Err(Failure::Db(DbError::Corrupt(cause)) | Failure::Broken(cause)) => {
            tracing::error!(dossier = %id, cause, "a due date that could not be counted again");
            Ok(Recomputed::Failed("dossier-broken"))
        }
        other => other,
    }
}

fn locked(
    tx: &mut Conn<'_>,
    reference: &Reference,
    clock: &Clock,
    id: DossierId,
    (officer, reason): (OfficerId, &str),
) -> Outcome<Recomputed> {
    let mut life = Life::load_by_id(tx, id)?;
    let dossier = life.dossier();
    let (true, Some(running)) = (dossier.status.is_running(), &dossier.clock) else {
        return Ok(Recomputed::AsItWas);
    };
    let promised = running.deadline.due_on;
    let computed = deadline(&reference.calendar, running.started_at, &dossier.time_limit, &running.pauses);
    let computed = computed.map_err(Refusal::from)?.due_on;
    match computed.cmp(&promised) {
        std::cmp::Ordering::Equal => Ok(Recomputed::AsItWas),
        std::cmp::Ordering::Greater => Ok(Recomputed::Kept(computed)),
        std::cmp::Ordering::Less => {
            // Now that it is locked: whatever was done to it before was earlier.
            let now = clock.now();
            let stamp = Stamp { occurred_at: now, recorded_at: now, officer: Some(officer) };
            life.decide_and_add(reference, Command::RecomputeDue { reason: reason.to_owned() }, stamp, true)?;
            Ok(Recomputed::Moved(Box::new(life), computed))
        }
    }
}
