//! Letters as papers: the official letter (A4), fixed at approval with the text it carries, and form 04 (A5).

use super::Letters;
use super::facts::{Signer, Sources, unwritable};
use super::row::ApologyRow;
use super::store;
use crate::both;
use crate::db::Conn;
use crate::db::schema::apologies;
use crate::documents::forms::{ApologyPaper, Form};
use crate::documents::letter::letter_text;
use crate::domain::apology::LetterFacts;
use crate::domain::ids::{ApologyId, BranchId, DossierId};
use crate::domain::letter_status::LetterStatus;
use crate::domain::local_time::day_of;
use crate::dossier::{lookup_key, particulars};
use crate::failure::{Failure, Outcome};
use crate::paper::{self, Kept, Sheet};
use crate::reference::Reference;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// What a paper of a letter is made from.
pub struct Written<'a> {
    pub id: ApologyId,
    pub dossier: DossierId,
    pub branch: BranchId,
    pub facts: &'a LetterFacts,
    /// Edited prose in place of the form's own.
    pub body: Option<&'a str>,
    /// None while it is a draft.
    pub number: Option<String>,
    pub dated: DateTime<Utc>,
}

impl Written<'_> {
    /// The letter in this form.
    pub fn sheet(&self, form: Form) -> Outcome<Sheet> {
        let paper = ApologyPaper::of(self.facts, self.body).map_err(unwritable)?;
        Ok(Sheet {
            form,
            dossier: self.dossier,
            branch: self.branch,
            data: serde_json::to_value(paper).map_err(|error| Failure::Broken(error.to_string()))?,
            name: self.facts.dossier_code.clone(),
            occasion: self.number.is_some().then(|| self.id.to_string()),
            number: self.number.clone(),
            issued_on: day_of(self.dated),
            signer: self.number.is_some().then(|| self.facts.signer_name.clone()),
            dated: self.dated,
            letter: self.number.is_some().then(|| Box::new(self.facts.clone())),
        })
    }
}

/// Prints the official letter, signs it where there is a seal, and keeps it, in the transaction that issues it.
pub fn fix(tx: &mut Conn<'_>, letters: &Letters, written: &Written<'_>) -> Outcome<()> {
    let sheet = written.sheet(Form::ApologyLetter)?;
    let own = paper::own_template(tx, sheet.branch, sheet.form)?;
    let printed = paper::print(&letters.press, own.as_ref(), &sheet).map_err(paper::not_printed)?;
    let fixed = match &letters.seal {
        Some(seal) => seal.put_on(printed, written.dated)?,
        None => printed,
    };
    paper::keep(tx, &sheet, &fixed, written.dated).map(drop)
}

/// The official letter as it was kept. Of letters issued before papers were kept it is printed now, from what was
/// fixed then, and kept.
pub fn kept_letter(
    tx: &mut Conn<'_>,
    letters: &Letters,
    row: &ApologyRow,
    now: DateTime<Utc>,
) -> Outcome<Kept> {
    let occasion = row.id.to_string();
    if let Some(kept) = paper::kept(tx, row.dossier_id, Form::ApologyLetter, &occasion)? {
        return Ok(kept);
    }
    let sheet = issued(row, Form::ApologyLetter)?;
    let own = paper::own_template(tx, sheet.branch, sheet.form)?;
    let printed = paper::print(&letters.press, own.as_ref(), &sheet).map_err(paper::not_printed)?;
    paper::keep(tx, &sheet, &printed, now)
}

/// An issued letter, from what was fixed at its approval.
fn issued(row: &ApologyRow, form: Form) -> Outcome<Sheet> {
    let broken = |what: &str| Failure::Broken(format!("letter {}: {what}", row.id));
    let facts = row.fixed_facts()?;
    // The paper must carry the text that was issued, and no other.
    if row.letter.as_deref() != Some(&letter_text(&facts, row.body.as_deref()).map_err(unwritable)?) {
        return Err(broken("its words are not the program's any more, and it was not printed in time"));
    }
    let dated = row.approved_at.ok_or_else(|| broken("not approved"))?.0;
    let (number, body) = (row.full_number(), row.body.as_deref());
    Written { id: row.id, dossier: row.dossier_id, branch: row.branch_id, facts: &facts, body, number, dated }
        .sheet(form)
}

/// A letter as a paper: an issued one as it was fixed, a draft as it would be.
pub fn sheet_of(
    c: &mut Conn<'_>,
    reference: &Reference,
    letters: &Letters,
    row: &ApologyRow,
    form: Form,
    now: DateTime<Utc>,
) -> Outcome<Sheet> {
    match row.status()? {
        LetterStatus::Draft => {}
        LetterStatus::Cancelled => return Err(Failure::Conflict("paper-letter-cancelled")),
        _ => return issued(row, form),
    }
    let (name, title) = store::head_of(c, row.branch_id)?.unwrap_or_default();
    let sources = Sources {
        reference,
        letters,
        dossier: &store::dossier_line(c, row.dossier_id)?,
        particulars: &particulars(c, row.dossier_id)?,
        lookup_key: &lookup_key(c, row.dossier_id)?,
        signer: &Signer { name, title },
    };
    let facts = sources.facts(row, day_of(now))?;
    let (number, body, dated) = (None, row.body.as_deref(), now);
    Written { id: row.id, dossier: row.dossier_id, branch: row.branch_id, facts: &facts, body, number, dated }
        .sheet(form)
}

/// The letter of a dossier on form 04: the last one issued, or else its draft.
///
/// # Errors
/// Conflict `paper-no-letter` where there is neither.
pub fn sheet_of_dossier(
    c: &mut Conn<'_>,
    reference: &Reference,
    letters: &Letters,
    dossier: DossierId,
    now: DateTime<Utc>,
) -> Outcome<Sheet> {
    let rows: Vec<ApologyRow> = both!(c, |c| apologies::table
        .filter(apologies::dossier_id.eq(dossier))
        .filter(apologies::status.ne(LetterStatus::Cancelled.as_str()))
        .select(ApologyRow::as_select())
        .load(c))?;
    let row = rows.iter().max_by_key(|row| row.approved_at.map(|at| at.0));
    let row = row.ok_or(Failure::Conflict("paper-no-letter"))?;
    sheet_of(c, reference, letters, row, Form::Apology, now)
}
