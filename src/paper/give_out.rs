//! A paper given out by a job, for somebody: the very file that its own address gives.

use super::facts::Facts;
use super::print::{self, keep, kept, own_template};
use super::{forms, not_printed};
use crate::apology::{self, Letters};
use crate::db::{Conn, Db};
use crate::documents::forms::Form;
use crate::domain::ids::{BranchId, DossierId};
use crate::dossier;
use crate::failure::{Failure, Outcome};
use crate::reference::ReferenceCache;
use chrono::{DateTime, Utc};

/// Where papers are given out, and for whom.
pub struct Desk<'a> {
    pub db: &'a Db,
    pub references: &'a ReferenceCache,
    pub letters: &'a Letters,
    pub now: DateTime<Utc>,
    /// The one branch whose papers are seen; none: of all.
    pub scope: Option<BranchId>,
}

/// A paper that is in somebody's hands from now on.
#[derive(Debug)]
pub struct GivenOut {
    pub dossier: DossierId,
    pub branch: BranchId,
    pub pdf: Vec<u8>,
}

/// What is kept, or what is printed now and kept. The official letter is the one that was issued last, as it came back
/// signed if it did. Blocks.
///
/// # Errors
/// `NotFound`, `Forbidden` or a conflict that says why there is no such paper.
pub fn given_out(desk: &Desk<'_>, code: &str, form: Form) -> Outcome<GivenOut> {
    if form == Form::ApologyLetter {
        let (dossier, branch) = desk.db.read_blocking(|c| seen(desk, c, code))?;
        let pdf = apology::letter_to_hand_over(desk.db, desk.letters, dossier, desk.now)?;
        return Ok(GivenOut { dossier, branch, pdf });
    }
    let (sheet, own, stored) = desk.db.snapshot_blocking(|c| {
        let reference = desk.references.of(c)?;
        seen(desk, c, code)?;
        let (id, dossier) = dossier::find(c, code)?;
        let facts = Facts::read(c, &reference, id, dossier)?;
        let sheet = forms::sheet(&facts, form, &desk.letters.public_url, desk.now)?;
        let stored = match &sheet.occasion {
            Some(occasion) => kept(c, id, form, occasion)?,
            None => None,
        };
        let own = own_template(c, sheet.branch, form)?;
        Ok::<_, Failure>((sheet, own, stored))
    })?;
    let (dossier, branch) = (sheet.dossier, sheet.branch);
    let paper = match stored {
        Some(stored) => stored,
        None => {
            let printed = print::print(&desk.letters.press, own.as_ref(), &sheet).map_err(not_printed)?;
            match sheet.occasion.is_some() {
                true => {
                    let now = desk.now;
                    desk.db.write_blocking(move |tx| keep(tx, &sheet, &printed, now))?
                }
                false => printed,
            }
        }
    };
    Ok(GivenOut { dossier, branch, pdf: paper.pdf })
}

fn seen(desk: &Desk<'_>, c: &mut Conn<'_>, code: &str) -> Outcome<(DossierId, BranchId)> {
    let (id, dossier) = dossier::find(c, code)?;
    match desk.scope {
        Some(own) if own != dossier.branch => Err(Failure::Forbidden("foreign-branch")),
        _ => Ok((id, dossier.branch)),
    }
}
