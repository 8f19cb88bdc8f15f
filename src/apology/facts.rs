//! From rows to what a letter says.

use super::Letters;
use super::row::{ApologyRow, DossierLine};
use crate::db::DbError;
use crate::documents::letter::{LetterError, cause_words};
use crate::domain::apology::{LetterFacts, MissingPart};
use crate::domain::event::{Particulars, ReturnChannel};
use crate::domain::local_time::day_of;
use crate::domain::punctuality::days_late;
use crate::domain::refusal::Refusal;
use crate::failure::{Failure, Outcome};
use crate::reference::Reference;
use chrono::{DateTime, NaiveDate, Utc};

/// Stands where the title of whoever signs is not known.
const HEAD: &str = "Thủ trưởng đơn vị";

/// Whoever signs: the head of the branch.
#[derive(Debug, Clone, Default)]
pub struct Signer {
    pub name: String,
    pub title: Option<String>,
}

/// Everything a letter is made from, except the rows it has of its own.
pub struct Sources<'a> {
    pub reference: &'a Reference,
    pub letters: &'a Letters,
    pub dossier: &'a DossierLine,
    pub particulars: &'a Particulars,
    pub lookup_key: &'a str,
    pub signer: &'a Signer,
}

impl Sources<'_> {
    /// What the letter says as it stands; without a number and a date, which its approval gives.
    pub fn facts(&self, row: &ApologyRow, today: NaiveDate) -> Outcome<LetterFacts> {
        let Self { reference, dossier, particulars, .. } = self;
        let branch = reference
            .branch_by_id(row.branch_id)
            .ok_or_else(|| DbError::Corrupt(format!("branch {} of a letter", row.branch_id)))?;
        let (_, procedure) = reference
            .version_by_id(dossier.procedure_version_id)
            .ok_or_else(|| DbError::Corrupt(format!("procedure version of {}", dossier.code)))?;
        let received_at: DateTime<Utc> = dossier
            .received_at
            .ok_or_else(|| DbError::Corrupt(format!("{} has a letter and was never received", dossier.code)))?
            .into();
        let cause = row.cause()?;
        let written = row.reason.clone().filter(|reason| !reason.trim().is_empty());
        let reason = written
            .or_else(|| cause.as_ref().and_then(|cause| cause_words(cause.as_str())).map(str::to_owned));
        let return_how = particulars.return_channel.unwrap_or(ReturnChannel::InPerson);
        Ok(LetterFacts {
            recipient_name: particulars.applicant.name.clone(),
            recipient_address: particulars.applicant.address.clone().unwrap_or_default(),
            dossier_code: dossier.code.clone(),
            receipt_number: dossier.code.clone(),
            procedure_name: procedure.name.clone(),
            received_on: day_of(received_at),
            due_on: row.due_on,
            days_late: days_late(row.due_on, today),
            state: dossier.status()?,
            reason: reason.unwrap_or_default(),
            cause,
            new_due_on: row.new_due_on,
            return_how: return_how.as_str().to_owned(),
            branch_name: branch.name.clone(),
            department_name: branch.department_name.clone(),
            contact_phone: branch.contact_phone.clone(),
            contact_person: None,
            signer_name: self.signer.name.clone(),
            signer_title: self.signer.title.clone().unwrap_or_else(|| HEAD.to_owned()),
            sign_prefix: None,
            signs_for: None,
            number: None,
            number_symbol: branch.letter_symbol.clone(),
            issued_on: None,
            place: branch.place.clone(),
            rule_set: dossier.rule_set.clone(),
            key_url: self.link(),
        })
    }

    /// Where the person can see how far the dossier is.
    fn link(&self) -> Option<String> {
        let public = self.letters.public_url.trim_end_matches('/');
        let code = &self.dossier.code;
        (!public.is_empty()).then(|| format!("{public}/tra-cuu/{code}?key={}", self.lookup_key))
    }
}

/// A letter that cannot be written: because it is incomplete, or because something of ours is wrong.
pub fn unwritable(error: LetterError) -> Failure {
    match error {
        LetterError::Missing(parts) => incomplete(&parts),
        other => Failure::Broken(other.to_string()),
    }
}

pub fn incomplete(parts: &[MissingPart]) -> Failure {
    Refusal::LetterIncomplete { missing: parts.iter().map(|part| part.as_str().to_owned()).collect() }.into()
}
