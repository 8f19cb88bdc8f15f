//! The letters of one dossier as papers, all of them.

use super::papers::{kept_letter, sheet_of};
use super::row::ApologyRow;
use super::{Letters, store};
use crate::both;
use crate::db::schema::apologies;
use crate::db::{Conn, Db};
use crate::documents::forms::Form;
use crate::domain::ids::DossierId;
use crate::domain::letter_status::LetterStatus;
use crate::failure::{Failure, Outcome};
use crate::paper::{self, Sheet};
use crate::reference::Reference;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// A letter on paper.
#[derive(Debug)]
pub struct PaperLetter {
    pub sheet: Sheet,
    /// As it came back from the agency's token, if it did.
    pub signed: Option<Vec<u8>>,
}

/// The letter that was issued last, as it goes into somebody's hands: as it came back signed, or else as it was fixed.
/// Blocks.
///
/// # Errors
/// Conflict `paper-no-letter` where there is none, `apology-not-issued` while it is a draft.
pub fn letter_to_hand_over(
    db: &Db,
    letters: &Letters,
    dossier: DossierId,
    now: DateTime<Utc>,
) -> Outcome<Vec<u8>> {
    let rows: Vec<ApologyRow> = db.read_blocking(|c| {
        Ok::<_, Failure>(both!(c, |c| apologies::table
            .filter(apologies::dossier_id.eq(dossier))
            .filter(apologies::status.ne(LetterStatus::Cancelled.as_str()))
            .select(ApologyRow::as_select())
            .load(c))?)
    })?;
    let row = rows.into_iter().max_by_key(|row| row.approved_at.map(|at| at.0));
    let row = row.ok_or(Failure::Conflict("paper-no-letter"))?;
    if !row.status()?.is_issued() {
        return Err(Failure::Conflict("apology-not-issued"));
    }
    let (id, occasion) = (row.id, row.id.to_string());
    if let Some(signed) = db.read_blocking(|c| store::signed(c, id))? {
        return Ok(signed.body);
    }
    if let Some(kept) = db.read_blocking(|c| paper::kept(c, dossier, Form::ApologyLetter, &occasion))? {
        return Ok(kept.pdf);
    }
    let letters = letters.clone();
    Ok(db.write_blocking(move |tx| kept_letter(tx, &letters, &row, now))?.pdf)
}

/// The official letters of this dossier, the oldest first: issued ones as they were fixed, a draft as it would be.
pub fn letters_of_dossier(
    c: &mut Conn<'_>,
    reference: &Reference,
    letters: &Letters,
    dossier: DossierId,
    now: DateTime<Utc>,
) -> Outcome<Vec<PaperLetter>> {
    let rows: Vec<ApologyRow> = both!(c, |c| apologies::table
        .filter(apologies::dossier_id.eq(dossier))
        .filter(apologies::status.ne(LetterStatus::Cancelled.as_str()))
        .order(apologies::id)
        .select(ApologyRow::as_select())
        .load(c))?;
    rows.iter()
        .map(|row| {
            let sheet = sheet_of(c, reference, letters, row, Form::ApologyLetter, now)?;
            Ok(PaperLetter { sheet, signed: store::signed(c, row.id)?.map(|signed| signed.body) })
        })
        .collect()
}
