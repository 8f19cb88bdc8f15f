//! The letter a citizen may read on the public page: the last one issued for the dossier.

use super::store;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{apologies, dossier_particulars};
use crate::db::types::Moment;
use crate::documents::dates::document_number;
use crate::domain::ids::{ApologyId, DossierId};
use crate::domain::letter_status::LetterStatus;
use crate::domain::local_time::day_of;
use crate::failure::{Failure, Outcome};
use chrono::NaiveDate;
use diesel::prelude::*;

/// A letter as it was fixed at approval.
#[derive(Debug)]
pub struct IssuedLetter {
    /// Such as `05/PXL-CCTS`.
    pub number: String,
    pub issued_on: NaiveDate,
    pub reason: String,
    pub new_due_on: NaiveDate,
    pub text: String,
}

type Row = (Option<i32>, Option<String>, Option<Moment>, Option<String>, Option<NaiveDate>, Option<String>);

/// The last letter issued for this dossier.
pub fn issued_letter(c: &mut Conn<'_>, dossier: DossierId) -> Outcome<Option<IssuedLetter>> {
    let row: Option<Row> = both!(c, |c| apologies::table
        .filter(apologies::dossier_id.eq(dossier))
        .filter(apologies::letter.is_not_null())
        .order(apologies::approved_at.desc())
        .select((
            apologies::number,
            apologies::number_symbol,
            apologies::approved_at,
            apologies::reason,
            apologies::new_due_on,
            apologies::letter,
        ))
        .first(c)
        .optional())?;
    Ok(row.and_then(|(number, symbol, at, reason, new_due_on, text)| {
        let number = document_number(u32::try_from(number?).ok()?);
        Some(IssuedLetter {
            number: format!("{number}/{}", symbol?),
            issued_on: day_of(at?.0),
            reason: reason?,
            new_due_on: new_due_on?,
            text: text?,
        })
    }))
}

/// Which letter that is.
pub fn issued_id(c: &mut Conn<'_>, dossier: DossierId) -> Outcome<Option<ApologyId>> {
    Ok(both!(c, |c| apologies::table
        .filter(apologies::dossier_id.eq(dossier))
        .filter(apologies::letter.is_not_null())
        .order(apologies::approved_at.desc())
        .select(apologies::id)
        .first(c)
        .optional())?)
}

/// The number of an issued letter, and whether it is mailed.
pub fn issued_as(c: &mut Conn<'_>, id: ApologyId) -> Outcome<(String, bool)> {
    let row = store::load(c, id)?;
    let number = row.full_number().ok_or_else(|| Failure::Broken(format!("letter {id} has no number")))?;
    Ok((number, row.recipient_email.is_some()))
}

/// The draft of this dossier and its version, where there is one.
pub fn draft_of(c: &mut Conn<'_>, dossier: DossierId) -> Outcome<Option<(ApologyId, u32)>> {
    let row: Option<(ApologyId, i32)> = both!(c, |c| apologies::table
        .filter(apologies::dossier_id.eq(dossier))
        .filter(apologies::status.eq(LetterStatus::Draft.as_str()))
        .select((apologies::id, apologies::version))
        .first(c)
        .optional())?;
    Ok(row.map(|(id, version)| (id, u32::try_from(version).unwrap_or_default())))
}

/// The letter of this dossier that waits to be handed over on paper, and to whom.
pub fn on_paper(c: &mut Conn<'_>, dossier: DossierId) -> Outcome<Option<(ApologyId, String)>> {
    Ok(both!(c, |c| apologies::table
        .inner_join(dossier_particulars::table.on(dossier_particulars::dossier_id.eq(apologies::dossier_id)))
        .filter(apologies::dossier_id.eq(dossier))
        .filter(apologies::status.eq(LetterStatus::Paper.as_str()))
        .select((apologies::id, dossier_particulars::applicant_name))
        .first(c)
        .optional())?)
}
