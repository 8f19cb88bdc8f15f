//! The row of a letter ⇄ what the rest of the feature works with.

use crate::db::DbError;
use crate::db::schema::{apologies, dossiers};
use crate::db::types::{Json, Moment};
use crate::documents::dates::document_number;
use crate::domain::apology::{CauseCode, LetterFacts};
use crate::domain::ids::{ApologyId, BranchId, DossierId, OfficerId, VersionId};
use crate::domain::letter_status::{LetterStatus, MailState};
use crate::domain::lifecycle::Status;
use chrono::NaiveDate;
use diesel::prelude::*;
use std::str::FromStr;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = apologies)]
pub struct ApologyRow {
    pub id: ApologyId,
    pub dossier_id: DossierId,
    pub branch_id: BranchId,
    /// The due date it apologises for.
    pub due_on: NaiveDate,
    pub status: String,
    pub cause: Option<String>,
    pub reason: Option<String>,
    pub new_due_on: Option<NaiveDate>,
    /// Edited prose in place of the form's own.
    pub body: Option<String>,
    pub drafted_at: Moment,
    pub approved_at: Option<Moment>,
    pub approved_by: Option<OfficerId>,
    pub automatic: bool,
    pub number: Option<i32>,
    pub number_symbol: Option<String>,
    pub timeliness: Option<String>,
    pub letter: Option<String>,
    pub letter_sha256: Option<String>,
    pub recipient_email: Option<String>,
    pub mail_state: Option<String>,
    pub mail_error: Option<String>,
    pub sent_at: Option<Moment>,
    pub delivered_at: Option<Moment>,
    pub delivered_how: Option<String>,
    pub delivered_to: Option<String>,
    /// Who held the dossier when the draft was made.
    pub held_by: Option<OfficerId>,
    pub version: i32,
    pub held_back: bool,
    pub facts: Option<Json>,
}

impl ApologyRow {
    pub fn status(&self) -> Result<LetterStatus, DbError> {
        word("apologies.status", &self.status)
    }

    pub fn mail_state(&self) -> Result<Option<MailState>, DbError> {
        self.mail_state.as_deref().map(|state| word("apologies.mail_state", state)).transpose()
    }

    pub fn cause(&self) -> Result<Option<CauseCode>, DbError> {
        let corrupt = |_| DbError::Corrupt(format!("apologies.cause {:?}", self.cause));
        self.cause.as_deref().map(CauseCode::parse).transpose().map_err(corrupt)
    }

    /// `05/PXL-CCTS`, once it is numbered.
    pub fn full_number(&self) -> Option<String> {
        stored_number(self.number, self.number_symbol.as_deref())
    }

    /// What the letter was made from, as it was fixed.
    pub fn fixed_facts(&self) -> Result<LetterFacts, DbError> {
        let corrupt = || DbError::Corrupt(format!("apology {} has no facts", self.id));
        let facts = self.facts.as_ref().ok_or_else(corrupt)?;
        serde_json::from_value(facts.0.clone()).map_err(|_| corrupt())
    }
}

/// The same, of its two columns.
pub fn stored_number(number: Option<i32>, symbol: Option<&str>) -> Option<String> {
    Some(full_number(u32::try_from(number?).ok()?, symbol.unwrap_or_default()))
}

pub fn full_number(number: u32, symbol: &str) -> String {
    format!("{}/{symbol}", document_number(number))
}

/// What a letter needs of its dossier: read here, never written.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = dossiers)]
pub struct DossierLine {
    pub code: String,
    pub procedure_version_id: VersionId,
    pub rule_set: String,
    pub status: String,
    pub received_at: Option<Moment>,
    pub reappointed_due_on: Option<NaiveDate>,
}

impl DossierLine {
    pub fn status(&self) -> Result<Status, DbError> {
        word("dossiers.status", &self.status)
    }
}

pub fn word<T: FromStr>(column: &str, text: &str) -> Result<T, DbError> {
    text.parse().map_err(|_| DbError::Corrupt(format!("{column} {text:?}")))
}
