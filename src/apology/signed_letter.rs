//! `PUT`, `GET /apologies/{id}/signed-letter`: the issued letter as it comes back from the token of the agency.
//!
//! It must be the letter that was issued: its pages say the same words, and each of its signatures covers what it
//! says it covers and fits its certificate. Whether that certificate can be trusted is not checked here. It is kept,
//! and the mail carries it in the place of ours; so it must come before the mail leaves the house, or for a letter
//! that is handed over on paper. Another one may follow until then: the last one counts, none is overwritten.

use super::papers::kept_letter;
use super::row::ApologyRow;
use super::store::{self, SignedRow};
use super::view::{self, View};
use super::{Letters, send};
use crate::account::{HeadOf, Officer};
use crate::db::types::{Json, Moment};
use crate::documents::forms::Form;
use crate::documents::signature::{Signature, SignatureFault, says_the_same, signatures};
use crate::domain::ids::{ApologyId, SignedLetterId};
use crate::domain::letter_status::{LetterStatus, MailState};
use crate::dossier::Views;
use crate::failure::{Failure, Outcome, Thing};
use crate::hex::hex;
use crate::http::{ActMeta, House, Pdf, Problem, Reply, Seen, Segment, act, replayed};
use crate::jobs::hasten;
use crate::paper::{self, Kept};
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpResponse, get, put};
use sha2::{Digest, Sha256};

/// Puts the signed letter in the place of the one that was issued. The head of the branch only; at most 10 MiB.
///
/// 409 `apology-not-issued` before the approval, `apology-has-left` once the mail has been handed over or the letter
/// delivered. 422 `signed-not-pdf`, `signed-unsigned`, `signed-unreadable`, `signed-changed` (bytes were changed
/// after signing), `signed-forged` (signature and certificate do not fit), `signed-algorithm` (such as SHA-1),
/// `signed-other-text` (not the letter that was issued).
#[utoipa::path(tag = "apologies", params(Seen),
    request_body(content = Vec<u8>, content_type = "application/pdf"),
    responses((status = 200, body = View, headers(("ETag")))))]
#[put("/apologies/{id}/signed-letter")]
pub async fn put_signed_letter(
    house: Data<House>,
    letters: Data<Letters>,
    head: HeadOf,
    id: Segment<ApologyId>,
    seen: Seen,
    meta: ActMeta,
    file: Pdf,
) -> Result<HttpResponse, Problem> {
    if let Some(answer) = replayed(&house, head.id, &meta).await? {
        return Ok(answer);
    }
    let (cache, id, head) = (house.references.clone(), id.into_inner(), head.0);
    let issued = issued(&house, &letters, head.clone(), id, seen).await?;
    // Reading a PDF of somebody else's takes its time: not on the threads that answer, nor in a transaction.
    let read = web::block(move || examine(&issued.pdf, &file.0).map(|told| (told, file.0)))
        .await
        .map_err(|_| Failure::Broken("the reading thread ended".to_owned()))?;
    let (told, file) = read?;
    let room = Letters::clone(&letters);
    let answer = act(&house, head.id, &meta, move |tx, now| {
        let row = store::lock(tx, id)?;
        may_still(&head, &row, seen)?;
        let signed = SignedRow {
            id: SignedLetterId::at(now),
            apology_id: id,
            branch_id: row.branch_id,
            version: row.version,
            sha256: hex(&Sha256::digest(&file)),
            begins_with_issued: told.begins_with_issued,
            signatures: Json(to_json(&told.signatures)?),
            body: file.to_vec(),
            stored_at: Moment(now),
            stored_by: head.id,
        };
        store::add_signed(tx, &signed)?;
        hasten(tx, &send::job_key(id), now)?;
        let (reference, row) = (cache.of(tx)?, store::load(tx, id)?);
        Ok(Reply::ok(&view::whole(tx, &reference, &room, &row, now)?)?.version(row.version))
    })
    .await?;
    letters.bell.ring();
    Ok(answer)
}

/// The signed letter as it came, byte for byte; its SHA-256 is the `ETag`. What it says of itself is
/// `signed_letter` of the letter.
#[utoipa::path(tag = "apologies",
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf", headers(("ETag")))))]
#[get("/apologies/{id}/signed-letter")]
pub async fn get_signed_letter(
    house: Data<House>,
    views: Data<Views>,
    officer: Officer,
    id: Segment<ApologyId>,
) -> Result<HttpResponse, Problem> {
    let (now, who, id) = (house.clock.now(), officer.id, id.into_inner());
    let (row, signed) = house
        .db
        .read(move |c| {
            let row = store::load(c, id)?;
            officer.sees(row.branch_id)?;
            let signed = store::signed(c, id)?.ok_or(Failure::NotFound(Thing::Document))?;
            Ok::<_, Failure>((row, signed))
        })
        .await?;
    views.note(row.dossier_id, row.branch_id, who, now, "signed-letter");
    let name = row.full_number().unwrap_or_default().replace('/', "-");
    let kept = Kept { pdf: signed.body, sha256: signed.sha256, template: None };
    Ok(paper::show::answer(&format!("{name}-da-ky.pdf"), &kept))
}

/// The letter that was issued, if a signed one can still take its place.
async fn issued(house: &House, letters: &Letters, head: Officer, id: ApologyId, seen: Seen) -> Outcome<Kept> {
    let (row, kept) = house
        .db
        .read(move |c| {
            let row = store::load(c, id)?;
            may_still(&head, &row, seen)?;
            let kept = paper::kept(c, row.dossier_id, Form::ApologyLetter, &id.to_string())?;
            Ok::<_, Failure>((row, kept))
        })
        .await?;
    match kept {
        Some(kept) => Ok(kept),
        None => {
            let (letters, now) = (letters.clone(), house.clock.now());
            house.db.write(move |tx| kept_letter(tx, &letters, &row, now)).await
        }
    }
}

fn may_still(head: &Officer, row: &ApologyRow, seen: Seen) -> Outcome<()> {
    head.sees(row.branch_id)?;
    seen.check(row.version)?;
    let status = row.status()?;
    if !status.is_issued() {
        return Err(Failure::Conflict("apology-not-issued"));
    }
    let in_house = status == LetterStatus::Approved && row.mail_state()? == Some(MailState::Queued);
    if in_house || status.awaits_paper() { Ok(()) } else { Err(Failure::Conflict("apology-has-left")) }
}

/// What was found in a signed letter.
struct Told {
    signatures: Vec<Signature>,
    begins_with_issued: bool,
}

fn examine(issued: &[u8], file: &[u8]) -> Result<Told, Problem> {
    let signatures = signatures(file).map_err(refused)?;
    // Also where the file begins with our bytes: what is added to a PDF can put other pages in their place.
    match says_the_same(issued, file) {
        Some(true) => Ok(Told { signatures, begins_with_issued: file.starts_with(issued) }),
        Some(false) => Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "signed-other-text")),
        None => Err(unreadable("its pages")),
    }
}

fn unreadable(what: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "signed-unreadable").fact("what", what)
}

fn refused(fault: SignatureFault) -> Problem {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    match fault {
        SignatureFault::NotPdf => Problem::new(status, "signed-not-pdf"),
        SignatureFault::Unsigned => Problem::new(status, "signed-unsigned"),
        SignatureFault::Unreadable(what) => unreadable(what),
        SignatureFault::Changed => Problem::new(status, "signed-changed"),
        SignatureFault::Forged => Problem::new(status, "signed-forged"),
        SignatureFault::Algorithm(algorithm) => {
            Problem::new(status, "signed-algorithm").fact("algorithm", algorithm)
        }
    }
}

fn to_json(signatures: &[Signature]) -> Outcome<serde_json::Value> {
    serde_json::to_value(signatures).map_err(|error| Failure::Broken(error.to_string()))
}
