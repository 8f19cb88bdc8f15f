//! A letter as clients see it.

use super::Letters;
use super::facts::{Signer, Sources, unwritable};
use super::row::ApologyRow;
use super::{signing, store};
use crate::db::{Conn, DbError};
use crate::documents::forms::Form;
use crate::documents::letter::{letter_text, unstated};
use crate::documents::signature::Signature;
use crate::domain::ids::{ApologyId, OfficerId};
use crate::domain::letter_status::LetterStatus;
use crate::domain::local_time::{day_of, local};
use crate::dossier::{lookup_key, particulars};
use crate::failure::Outcome;
use crate::paper;
use crate::reference::Reference;
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// A letter in a list: nobody's name, address or words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApologyLine)]
pub struct Line {
    #[schema(value_type = uuid::Uuid)]
    pub id: ApologyId,
    pub dossier_code: String,
    pub branch_code: String,
    /// draft, approved, sent, delivered, failed, paper, cancelled
    pub status: String,
    /// The due date it apologises for.
    pub due_on: NaiveDate,
    pub cause: Option<String>,
    /// subjective, objective; null for causes of a branch's own.
    pub cause_kind: Option<&'static str>,
    pub new_due_on: Option<NaiveDate>,
    /// Somebody has stopped it from going out by itself.
    pub held_back: bool,
    pub drafted_at: DateTime<FixedOffset>,
    /// Who held the dossier when the draft was made.
    pub held_by: Option<Somebody>,
    pub approved_at: Option<DateTime<FixedOffset>>,
    pub approved_by: Option<Somebody>,
    /// It went out by itself, as the head has authorised.
    pub automatic: bool,
    #[schema(example = "05/PXL-CCTS")]
    pub number: Option<String>,
    /// in_advance, on_due_day, late
    pub timeliness: Option<String>,
    /// queued, handed_over, accepted
    pub mail_state: Option<String>,
    /// Why the mail has not gone out, or `handed_over_unknown`: it may have, and a person should look.
    pub mail_error: Option<String>,
    pub sent_at: Option<DateTime<FixedOffset>>,
    pub delivered_at: Option<DateTime<FixedOffset>>,
    pub version: i32,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Somebody {
    #[schema(value_type = uuid::Uuid)]
    pub id: OfficerId,
    pub name: String,
}

/// A letter with its words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Apology)]
pub struct View {
    #[serde(flatten)]
    pub line: Line,
    pub reason: Option<String>,
    /// Edited prose in place of the form's own.
    pub body: Option<String>,
    /// What the law asks for and the draft does not state yet: recipient_name, dossier_kind, dossier_code,
    /// receipt_number, state, reason, new_date, return_how, apology, contact.
    pub missing: Vec<&'static str>,
    /// The letter: of a draft, as it would be; once approved, as it is.
    pub letter: Option<String>,
    pub letter_sha256: Option<String>,
    pub recipient_email: Option<String>,
    pub delivered_how: Option<String>,
    pub delivered_to: Option<String>,
    /// Those of the letter as it was issued, made here at its approval; none where no key is configured.
    pub signatures: Vec<SignatureLine>,
    /// The letter as it came back signed; the mail carries it.
    pub signed_letter: Option<SignedLetter>,
}

/// A letter that was signed outside of this program. Each signature covers the bytes it says it covers and fits its
/// certificate; whether the certificate can be trusted or was revoked has not been checked.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedLetter {
    pub sha256: String,
    /// It is the paper that was issued, byte for byte, with the signature behind it. If not, its pages say the same
    /// words.
    pub begins_with_issued: bool,
    /// The last signature covers every byte of the file.
    pub covers_all: bool,
    pub signatures: Vec<SignatureLine>,
    /// not_checked: neither the chain of the certificates nor their revocation.
    pub trust: &'static str,
    pub stored_at: DateTime<FixedOffset>,
    pub stored_by: Somebody,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LetterSignature)]
pub struct SignatureLine {
    pub signer: String,
    pub organisation: Option<String>,
    /// As the certificate says.
    pub issuer: String,
    pub serial: String,
    pub valid_from: DateTime<FixedOffset>,
    pub valid_to: DateTime<FixedOffset>,
    /// By the clock of who signed.
    pub signed_at: Option<DateTime<FixedOffset>>,
    #[schema(example = "RSA, SHA-256")]
    pub algorithm: String,
    pub covers_all: bool,
}

impl From<Signature> for SignatureLine {
    fn from(signature: Signature) -> Self {
        Self {
            signer: signature.signer,
            organisation: signature.organisation,
            issuer: signature.issuer,
            serial: signature.serial,
            valid_from: local(signature.valid_from),
            valid_to: local(signature.valid_to),
            signed_at: signature.signed_at.map(local),
            algorithm: signature.algorithm,
            covers_all: signature.covers_all,
        }
    }
}

/// Read from the paper that was kept, each time: what it shows holds.
fn own_signatures(c: &mut Conn<'_>, row: &ApologyRow) -> Outcome<Vec<SignatureLine>> {
    if !row.status()?.is_issued() {
        return Ok(Vec::new());
    }
    let kept = paper::kept(c, row.dossier_id, Form::ApologyLetter, &row.id.to_string())?;
    let found = kept.as_ref().map(signing::on).transpose()?.unwrap_or_default();
    Ok(found.into_iter().map(SignatureLine::from).collect())
}

fn signed_letter(c: &mut Conn<'_>, id: ApologyId) -> Outcome<Option<SignedLetter>> {
    let Some((sha256, begins_with_issued, told, stored_at, by)) = store::signed_line(c, id)? else {
        return Ok(None);
    };
    let signatures: Vec<Signature> = serde_json::from_value(told.0)
        .map_err(|error| DbError::Corrupt(format!("signed_letters.signatures of {id}: {error}")))?;
    let name = store::names(c, &[by])?.remove(&by).unwrap_or_default();
    Ok(Some(SignedLetter {
        sha256,
        begins_with_issued,
        covers_all: signatures.last().is_some_and(|last| last.covers_all),
        signatures: signatures.into_iter().map(SignatureLine::from).collect(),
        trust: "not_checked",
        stored_at: local(stored_at.0),
        stored_by: Somebody { id: by, name },
    }))
}

/// Rows with the codes of their dossiers, in the order given.
pub fn lines(c: &mut Conn<'_>, reference: &Reference, rows: Vec<(ApologyRow, String)>) -> Outcome<Vec<Line>> {
    let mut people: Vec<OfficerId> =
        rows.iter().flat_map(|(row, _)| [row.held_by, row.approved_by]).flatten().collect();
    people.sort_unstable();
    people.dedup();
    let names = store::names(c, &people)?;
    rows.iter().map(|(row, code)| line(reference, &names, row, code)).collect()
}

fn line(
    reference: &Reference,
    names: &HashMap<OfficerId, String>,
    row: &ApologyRow,
    dossier_code: &str,
) -> Outcome<Line> {
    let somebody = |id: Option<OfficerId>| {
        id.map(|id| Somebody { id, name: names.get(&id).cloned().unwrap_or_default() })
    };
    let at = |moment: Option<crate::db::types::Moment>| moment.map(|moment| local(moment.0));
    Ok(Line {
        id: row.id,
        dossier_code: dossier_code.to_owned(),
        branch_code: reference.branch_by_id(row.branch_id).map(|b| b.code.clone()).unwrap_or_default(),
        status: row.status.clone(),
        due_on: row.due_on,
        cause: row.cause.clone(),
        cause_kind: row.cause()?.and_then(|cause| cause.built_in_kind()).map(|kind| kind.as_str()),
        new_due_on: row.new_due_on,
        held_back: row.held_back,
        drafted_at: local(row.drafted_at.0),
        held_by: somebody(row.held_by),
        approved_at: at(row.approved_at),
        approved_by: somebody(row.approved_by),
        automatic: row.automatic,
        number: row.full_number(),
        timeliness: row.timeliness.clone(),
        mail_state: row.mail_state.clone(),
        mail_error: row.mail_error.clone(),
        sent_at: at(row.sent_at),
        delivered_at: at(row.delivered_at),
        version: row.version,
    })
}

/// One letter, with its words as they stand now.
pub fn whole(
    c: &mut Conn<'_>,
    reference: &Reference,
    letters: &Letters,
    row: &ApologyRow,
    now: DateTime<Utc>,
) -> Outcome<View> {
    let dossier = store::dossier_line(c, row.dossier_id)?;
    let (missing, letter) = match row.status()? {
        LetterStatus::Draft => {
            let (name, title) = store::head_of(c, row.branch_id)?.unwrap_or_default();
            let sources = Sources {
                reference,
                letters,
                dossier: &dossier,
                particulars: &particulars(c, row.dossier_id)?,
                lookup_key: &lookup_key(c, row.dossier_id)?,
                signer: &Signer { name, title },
            };
            let facts = sources.facts(row, day_of(now))?;
            let missing = unstated(&facts, row.body.as_deref()).map_err(unwritable)?;
            let preview = letter_text(&facts, row.body.as_deref()).map_err(unwritable)?;
            (missing.into_iter().map(|part| part.as_str()).collect(), Some(preview))
        }
        _ => (Vec::new(), row.letter.clone()),
    };
    let code = dossier.code;
    let mut lines = lines(c, reference, vec![(row.clone(), code)])?;
    let line = lines.pop().ok_or_else(|| crate::failure::Failure::Broken("a row has no line".into()))?;
    Ok(View {
        line,
        reason: row.reason.clone(),
        body: row.body.clone(),
        missing,
        letter,
        letter_sha256: row.letter_sha256.clone(),
        recipient_email: row.recipient_email.clone(),
        delivered_how: row.delivered_how.clone(),
        delivered_to: row.delivered_to.clone(),
        signatures: own_signatures(c, row)?,
        signed_letter: signed_letter(c, row.id)?,
    })
}
