//! `GET /apologies/{id}/letter.txt`: the letter as it was fixed, byte for byte.

use super::store;
use crate::account::Officer;
use crate::domain::ids::ApologyId;
use crate::failure::{Failure, Thing};
use crate::http::{House, Problem, Segment};
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

/// The text of an approved letter. Its SHA-256 is the `letter_sha256` of the letter and of the dossier's event.
#[utoipa::path(tag = "apologies", responses((status = 200, body = String, content_type = "text/plain")))]
#[get("/apologies/{id}/letter.txt")]
pub async fn letter_of_apology(
    house: Data<House>,
    officer: Officer,
    id: Segment<ApologyId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let letter = house
        .db
        .read(move |c| {
            let row = store::load(c, id)?;
            officer.sees(row.branch_id)?;
            row.letter.ok_or(Failure::NotFound(Thing::Document))
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8")).body(letter))
}
