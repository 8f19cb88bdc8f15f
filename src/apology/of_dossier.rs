//! The letters of one dossier as papers, all of them.

use super::papers::sheet_of;
use super::row::ApologyRow;
use super::{Letters, store};
use crate::both;
use crate::db::Conn;
use crate::db::schema::apologies;
use crate::documents::forms::Form;
use crate::domain::ids::DossierId;
use crate::domain::letter_status::LetterStatus;
use crate::failure::Outcome;
use crate::paper::Sheet;
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
