//! Printing a paper with the template of its branch, or with the program's own where there is none or it fails; and
//! keeping what was given out.

use super::store::{self, DocumentRow, TemplateRow};
use crate::db::Conn;
use crate::db::types::Moment;
use crate::documents::forms::Form;
use crate::documents::letter::unsaid;
use crate::documents::typeset::{Order, Press, PressError, Printed};
use crate::domain::apology::LetterFacts;
use crate::domain::ids::{BranchId, DocumentId, DossierId};
use crate::failure::{Failure, Outcome};
use crate::hex::hex;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// What is to be printed, and what it is issued for.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub form: Form,
    pub dossier: DossierId,
    pub branch: BranchId,
    /// One of `documents::forms`, as data.
    pub data: Value,
    /// Names the paper: the dossier's code, or the book of the register.
    pub name: String,
    /// The event or letter it is issued for; none for papers that are not given out for good.
    pub occasion: Option<String>,
    pub number: Option<String>,
    pub issued_on: NaiveDate,
    pub signer: Option<String>,
    /// The moment that the file bears.
    pub dated: DateTime<Utc>,
    /// Of a letter that is issued: what the paper must say.
    pub letter: Option<Box<LetterFacts>>,
}

/// What stands across a look ahead. A draft, which may still become a letter, bears its own.
const PREVIEW: &str = "XEM TRƯỚC";
const DRAFT: &str = "DỰ THẢO";

impl Sheet {
    /// The same as a look ahead: marked on every page, and given out to nobody.
    pub fn preview(mut self) -> Self {
        if let Some(data) = self.data.as_object_mut() {
            data.insert("draft".to_owned(), true.into());
            data.insert("mark".to_owned(), PREVIEW.into());
        }
        Self { occasion: None, letter: None, ..self }
    }

    /// What must stand on a paper that is not given out.
    fn mark(&self) -> Option<&str> {
        let draft = self.data.get("draft").and_then(Value::as_bool).unwrap_or_default();
        draft.then(|| self.data.get("mark").and_then(Value::as_str).unwrap_or(DRAFT))
    }
}

/// A paper as it was printed: with which template, and its fingerprint.
#[derive(Debug, Clone)]
pub struct Kept {
    pub pdf: Vec<u8>,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// SHA-256 of the template, where it was not the program's own.
    pub template: Option<String>,
}

/// A template of somebody's own may take so long. An approval waits for it, and others for the approval.
const MOST: Duration = Duration::from_secs(3);

/// The template that the branch has put in the place of the program's own.
pub fn own_template(c: &mut Conn<'_>, branch: BranchId, form: Form) -> Outcome<Option<TemplateRow>> {
    store::template(c, branch, form.as_str())
}

/// Prints. A template of somebody's own that fails, or leaves out what must stand on the paper, is reported in the log and
/// the program's own serves. Blocks.
///
/// # Errors
/// When the program's own template fails, or the press is busy.
pub fn print(press: &Press, own: Option<&TemplateRow>, sheet: &Sheet) -> Result<Kept, PressError> {
    let order = |template: &str| Order {
        template: template.to_owned(),
        data: sheet.data.clone(),
        ident: format!("{}/{}/{}", sheet.form, sheet.name, sheet.occasion.as_deref().unwrap_or_default()),
        dated: sheet.dated,
    };
    if let Some(own) = own {
        let printed = press
            .print_apart(&order(&own.source), MOST)
            .map_err(|error| error.to_string())
            .and_then(|printed| says_enough(sheet, &printed.text).map(|()| printed));
        match printed {
            Ok(printed) => return Ok(kept_as(printed, Some(own.sha256.clone()))),
            Err(cause) => tracing::error!(
                form = %sheet.form, branch = %sheet.branch, template = own.sha256, cause,
                "a template of a branch failed: the program's own serves"
            ),
        }
    }
    Ok(kept_as(press.print(&order(sheet.form.template()))?, None))
}

fn says_enough(sheet: &Sheet, text: &str) -> Result<(), String> {
    // Nobody takes for issued what is not.
    if let Some(mark) = sheet.mark().filter(|mark| !text.contains(mark)) {
        return Err(format!("it leaves out {mark}"));
    }
    let Some(facts) = &sheet.letter else { return Ok(()) };
    let missing = unsaid(facts, text).map_err(|error| error.to_string())?;
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("it leaves out {}", missing.iter().map(|part| part.as_str()).collect::<Vec<_>>().join(", ")))
}

fn kept_as(printed: Printed, template: Option<String>) -> Kept {
    Kept { sha256: hex(&Sha256::digest(&printed.pdf)), pdf: printed.pdf, template }
}

/// The paper as it was given out for this occasion, if it was.
pub fn kept(c: &mut Conn<'_>, dossier: DossierId, form: Form, occasion: &str) -> Outcome<Option<Kept>> {
    let row = store::document(c, dossier, form.as_str(), occasion)?;
    Ok(row.map(|row| Kept { pdf: row.body, sha256: row.sha256, template: row.template }))
}

/// Whether it was given out for this occasion.
pub fn is_kept(c: &mut Conn<'_>, dossier: DossierId, form: Form, occasion: &str) -> Outcome<bool> {
    store::has_document(c, dossier, form.as_str(), occasion)
}

/// Keeps a paper that is given out, and answers what is kept: of two printed at once, the first.
///
/// # Errors
/// When the sheet has no occasion, or the database fails.
pub fn keep(tx: &mut Conn<'_>, sheet: &Sheet, printed: &Kept, now: DateTime<Utc>) -> Outcome<Kept> {
    let Some(occasion) = &sheet.occasion else {
        return Err(Failure::Broken(format!("a {} is not given out for good", sheet.form)));
    };
    let row = DocumentRow {
        id: DocumentId::at(now),
        dossier_id: sheet.dossier,
        branch_id: sheet.branch,
        form: sheet.form.as_str().to_owned(),
        occasion: occasion.clone(),
        number: sheet.number.clone(),
        issued_on: sheet.issued_on,
        signer: sheet.signer.clone(),
        template: printed.template.clone(),
        sha256: printed.sha256.clone(),
        body: printed.pdf.clone(),
        stored_at: Moment(now),
    };
    store::add_document(tx, &row)?;
    kept(tx, sheet.dossier, sheet.form, occasion)?
        .ok_or_else(|| Failure::Broken(format!("a {} was kept and is not there", sheet.form)))
}
