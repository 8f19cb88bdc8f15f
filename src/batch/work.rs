//! The job `print_batch`: a few papers at a time are fetched or printed, bound into a piece and written down together
//! with how far it has come. A killed process loses the papers in its hands and nothing else; whoever takes the job over
//! goes on behind the last piece.

use super::store::{self, BatchRow, ItemRow, State, Step};
use crate::apology::Letters;
use crate::clock::Clock;
use crate::db::{Conn, Db, DbError};
use crate::documents::join::Binder;
use crate::domain::ids::{BranchId, DossierId, PrintBatchId};
use crate::dossier::note_views;
use crate::failure::{Failure, Outcome};
use crate::jobs::{Handlers, Job, Trouble, finish, renew};
use crate::order::{self, Orders as _};
use crate::paper::{self, Desk};
use crate::reference::ReferenceCache;
use chrono::{DateTime, Utc};
use std::sync::Arc;

pub const KIND: &str = "print_batch";
/// What it is called in the payload of the job.
const WHAT: &str = "batch";

/// Papers in a piece: a megabyte or two, and a second or less.
const AT_A_TIME: i64 = 20;

/// What the job is given.
#[derive(Clone)]
pub struct Printer {
    pub db: Db,
    pub clock: Clock,
    pub references: ReferenceCache,
    pub letters: Arc<Letters>,
}

/// Adds the job.
#[must_use]
pub fn jobs(handlers: Handlers, printer: &Printer) -> Handlers {
    let printer = printer.clone();
    handlers.on(KIND, move |job| printer.work(job))
}

pub(super) fn queue(tx: &mut Conn<'_>, id: PrintBatchId, now: DateTime<Utc>) -> Outcome<()> {
    order::queue(tx, KIND, (WHAT, id), now)
}

impl Printer {
    fn work(&self, job: &Job) -> Result<(), Trouble> {
        let id: PrintBatchId = order::of_job(job, WHAT)?;
        while let Some((row, items)) = self.next(id)? {
            if items.is_empty() {
                return self.end(job, id);
            }
            if !self.step(job, &row, &items)? {
                break;
            }
        }
        // Taken away, or ended by another who could not say so any more.
        Ok(())
    }

    /// The next papers; none when there is no such batch to be printed.
    fn next(&self, id: PrintBatchId) -> Outcome<Option<(BatchRow, Vec<ItemRow>)>> {
        self.db.read_blocking(|c| {
            let Some(row) = BatchRow::find(c, id)? else { return Ok(None) };
            if row.state()? != State::Printing {
                return Ok(None);
            }
            let items = store::rest(c, id, row.done, AT_A_TIME)?;
            Ok(Some((row, items)))
        })
    }

    /// A few papers further. False when the batch was taken away meanwhile.
    fn step(&self, job: &Job, row: &BatchRow, items: &[ItemRow]) -> Result<bool, Trouble> {
        let first = u32::try_from(row.next_object).map_err(Trouble::transient)?;
        let mut binder = Binder::from(first);
        let (mut faults, mut opened) = (Vec::new(), Vec::new());
        for item in items {
            match self.paper(row, item)? {
                Ok((dossier, branch, pdf)) => match binder.add(&pdf) {
                    Ok(_) => opened.push((dossier, branch)),
                    Err(error) => {
                        tracing::warn!(batch = %row.id, place = item.place, %error, "a paper of a batch");
                        faults.push((item.place, "paper-unreadable"));
                    }
                },
                Err(fault) => faults.push((item.place, fault)),
            }
        }
        let piece = binder.finish().map_err(|error| Trouble::Permanent(error.to_string()))?;
        let done = items.last().map_or(row.done, |item| item.place);
        let what = format!("{}-batch", row.kind().map_err(Failure::from)?.form());
        let (now, job, before) = (self.clock.now(), job.clone(), row.clone());
        let step = Step { done, faults, piece };
        Ok(self.db.write_blocking(move |tx| {
            renew(tx, &job, now)?;
            let further = store::advance(tx, &before, &step, now)?;
            if further {
                note_views(tx, &opened, before.ordered_by, now, &what)?;
            }
            Ok::<_, Failure>(further)
        })?)
    }

    /// The paper, or why it cannot be in the file.
    #[expect(clippy::type_complexity, reason = "it is said in one place")]
    fn paper(
        &self,
        row: &BatchRow,
        item: &ItemRow,
    ) -> Result<Result<(DossierId, BranchId, Vec<u8>), &'static str>, Trouble> {
        let form = row.kind().map_err(Failure::from)?.form();
        let desk = Desk {
            db: &self.db,
            references: &self.references,
            letters: &self.letters,
            now: self.clock.now(),
            scope: row.branch_id,
        };
        match paper::given_out(&desk, &item.dossier_code, form) {
            Ok(paper) => Ok(Ok((paper.dossier, paper.branch, paper.pdf))),
            Err(Failure::Conflict("press-busy")) => Err(Trouble::Transient("the press is busy".into())),
            Err(Failure::Conflict(code) | Failure::Forbidden(code)) => Ok(Err(code)),
            Err(Failure::NotFound(_)) => Ok(Err("not-found")),
            // One paper that is broken does not keep the others back; the log has the cause.
            Err(Failure::Broken(cause)) => {
                tracing::error!(batch = %row.id, place = item.place, cause, "a paper of a batch");
                Ok(Err("paper-broken"))
            }
            Err(Failure::Db(DbError::Corrupt(cause))) => {
                tracing::error!(batch = %row.id, place = item.place, cause, "a paper of a batch");
                Ok(Err("paper-broken"))
            }
            Err(other) => Err(other.into()),
        }
    }

    fn end(&self, job: &Job, id: PrintBatchId) -> Result<(), Trouble> {
        let (now, job) = (self.clock.now(), job.clone());
        self.db.write_blocking(move |tx| {
            store::finished(tx, id, now)?;
            finish(tx, &job)
        })?;
        tracing::info!(batch = %id, "a batch of papers was printed");
        Ok(())
    }
}
