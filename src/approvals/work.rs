//! The job `approve_letters`: one letter after the other is approved, in a transaction of its own that also writes down how
//! far it has come. A killed process loses the letter in its hands and nothing else; whoever takes the job over goes on behind
//! it. What a letter is refused for is written down in a transaction after that, and hinders no other.

use super::store::{self, Became, Came, ItemRow, OrderRow};
use crate::apology::{Approver, Letters, Signer, approve, issued_as};
use crate::clock::Clock;
use crate::db::{Conn, Db, DbError};
use crate::domain::ids::ApprovalOrderId;
use crate::domain::refusal::Refusal;
use crate::failure::{Failure, Outcome};
use crate::http::Seen;
use crate::jobs::{Handlers, Job, Trouble, finish, renew};
use crate::order::{self, OrderState, Stoppable as _};
use crate::reference::ReferenceCache;
use chrono::{DateTime, Utc};
use std::sync::Arc;

pub const KIND: &str = "approve_letters";
/// What it is called in the payload of the job.
const WHAT: &str = "order";

/// What the job is given.
#[derive(Clone)]
pub struct Signatory {
    pub db: Db,
    pub clock: Clock,
    pub references: ReferenceCache,
    pub letters: Arc<Letters>,
}

/// Adds the job.
#[must_use]
pub fn jobs(handlers: Handlers, signatory: &Signatory) -> Handlers {
    let signatory = signatory.clone();
    handlers.on(KIND, move |job| signatory.work(job))
}

pub(super) fn queue(tx: &mut Conn<'_>, id: ApprovalOrderId, now: DateTime<Utc>) -> Outcome<()> {
    order::queue(tx, KIND, (WHAT, id), now)
}

/// Why a letter is not approved.
struct Refused {
    fault: &'static str,
    missing: Option<String>,
}

impl Signatory {
    fn work(&self, job: &Job) -> Result<(), Trouble> {
        let id: ApprovalOrderId = order::of_job(job, WHAT)?;
        while let Some((row, item)) = self.next(id)? {
            let Some(item) = item else { return self.end(job, id) };
            if !self.step(job, &row, &item)? {
                break;
            }
        }
        // Stopped, or ended by another who could not say so any more.
        Ok(())
    }

    /// The next letter; no order when there is none to be worked on.
    fn next(&self, id: ApprovalOrderId) -> Outcome<Option<(OrderRow, Option<ItemRow>)>> {
        self.db.read_blocking(|c| {
            let Some(row) = OrderRow::at_work(c, id)? else { return Ok(None) };
            let item = store::next(c, &row)?;
            Ok(Some((row, item)))
        })
    }

    /// One letter further. False when it was stopped meanwhile.
    fn step(&self, job: &Job, row: &OrderRow, item: &ItemRow) -> Result<bool, Trouble> {
        match self.approve(job, row, item) {
            Ok(further) => {
                self.letters.bell.ring();
                Ok(further)
            }
            Err(failure) => {
                let refused = refused(failure, row, item)?;
                self.refuse(job, row, item, refused)
            }
        }
    }

    fn approve(&self, job: &Job, row: &OrderRow, item: &ItemRow) -> Outcome<bool> {
        let (job, row, item) = (job.clone(), row.clone(), item.clone());
        let (clock, references, letters) =
            (self.clock.clone(), self.references.clone(), Arc::clone(&self.letters));
        self.db.write_blocking(move |tx| {
            let now = clock.now();
            renew(tx, &job, now)?;
            if !store::advance(tx, &row, Came::Approved, now)? {
                return Ok(false);
            }
            // The order may have lain while accounts were changed.
            if !store::is_head(tx, &row)? {
                return Err(Failure::Forbidden("head-only"));
            }
            let reference = references.of(tx)?;
            let signer = Signer { name: row.ordered_by_name.clone(), title: row.ordered_by_title.clone() };
            let seen = Seen::at(u32::try_from(item.version).unwrap_or_default());
            let approver = Approver::Head { officer: row.ordered_by, signer, seen };
            approve(tx, &reference, &letters, item.apology_id, &approver, now)?;
            let (number, by_mail) = issued_as(tx, item.apology_id)?;
            store::tell(tx, &item, &Became::Approved { number: &number, by_mail })?;
            Ok::<_, Failure>(true)
        })
    }

    fn refuse(&self, job: &Job, row: &OrderRow, item: &ItemRow, refused: Refused) -> Result<bool, Trouble> {
        let (job, row, item, clock) = (job.clone(), row.clone(), item.clone(), self.clock.clone());
        Ok(self.db.write_blocking(move |tx| {
            let now = clock.now();
            renew(tx, &job, now)?;
            let further = store::advance(tx, &row, Came::Refused, now)?;
            if further {
                let missing = refused.missing.as_deref();
                store::tell(tx, &item, &Became::Refused { fault: refused.fault, missing })?;
            }
            Ok::<_, Failure>(further)
        })?)
    }

    fn end(&self, job: &Job, id: ApprovalOrderId) -> Result<(), Trouble> {
        let (clock, job) = (self.clock.clone(), job.clone());
        self.db.write_blocking(move |tx| {
            OrderRow::end(tx, id, OrderState::Done, clock.now())?;
            finish(tx, &job)
        })?;
        tracing::info!(order = %id, "letters were approved");
        Ok(())
    }
}

/// What is the matter with this letter alone; everything else is the job's trouble.
fn refused(failure: Failure, row: &OrderRow, item: &ItemRow) -> Result<Refused, Trouble> {
    let (fault, missing) = match failure {
        Failure::Refused(Refusal::LetterIncomplete { missing }) => {
            ("letter-incomplete", Some(missing.join(",")).filter(|missing| !missing.is_empty()))
        }
        Failure::Refused(refusal) => (refusal.code(), None),
        Failure::Stale(_) => ("stale", None),
        Failure::Conflict("press-busy") => return Err(Trouble::Transient("the press is busy".into())),
        Failure::Conflict(code) | Failure::Forbidden(code) => (code, None),
        Failure::NotFound(_) => ("not-found", None),
        Failure::Broken(cause) | Failure::Db(DbError::Corrupt(cause)) => {
            tracing::error!(order = %row.id, place = item.place, cause, "a letter that could not be approved");
            ("letter-broken", None)
        }
        other => return Err(other.into()),
    };
    Ok(Refused { fault, missing })
}
