//! `GET /public/dossiers/{code}/letter.pdf`: the citizen opens the letter that was issued, without an account.
//!
//! It takes the proof that the look-up takes, and counts against the same limits. Without one, or with a wrong one, it
//! answers as to a code that is not there.

use super::letter_pdf::fixed;
use super::{Letters, issued, store};
use crate::dossier::{Proof, proven};
use crate::failure::{Failure, Thing};
use crate::http::{House, Problem, PublicLookup, Query, Segment};
use crate::paper::{self, Kept};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

/// The last letter of apology that was issued for the dossier: as it came back signed, else as it was fixed at its
/// approval. Public; needs a proof (`key` or `phone_last4`). 404 before a letter was issued, whatever draft there is.
#[utoipa::path(tag = "public", params(Proof),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf", headers(("ETag")))))]
#[get("/public/dossiers/{code}/letter.pdf")]
pub async fn public_letter(
    house: Data<House>,
    letters: Data<Letters>,
    _limit: PublicLookup,
    code: Segment<String>,
    proof: Query<Proof>,
) -> Result<HttpResponse, Problem> {
    let proof = proof.into_inner();
    if !proof.is_given() {
        return Err(Failure::NotFound(Thing::Dossier).into());
    }
    let (row, signed) = proven(&house, code.into_inner(), proof, |c, dossier| {
        let id = issued::issued_id(c, dossier.id)?.ok_or(Failure::NotFound(Thing::Apology))?;
        Ok((store::load(c, id)?, store::signed(c, id)?))
    })
    .await?;
    let name = row.full_number().unwrap_or_default().replace('/', "-");
    let paper = match signed {
        Some(signed) => Kept { pdf: signed.body, sha256: signed.sha256, template: None },
        None => fixed(&house, Letters::clone(&letters), row, house.clock.now()).await?,
    };
    let mut answer = paper::show::answer(&format!("{name}.pdf"), &paper);
    // The address holds the proof: should it come to stand anywhere, nobody is to list what is behind it.
    answer
        .headers_mut()
        .insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, noarchive"));
    Ok(answer)
}
