//! `GET /print-batches/{id}`: how far it is, and which papers are not in it.

use super::view::{View, visible};
use crate::account::Officer;
use crate::domain::ids::PrintBatchId;
use crate::http::{House, Lang, Problem, Segment};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

/// How far a batch is, and why which papers are not in it. Officers of its branch.
#[utoipa::path(tag = "documents", responses((status = 200, body = View)))]
#[get("/print-batches/{id}")]
pub async fn show_print_batch(
    house: Data<House>,
    officer: Officer,
    lang: Lang,
    id: Segment<PrintBatchId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let view = house
        .db
        .read(move |c| {
            let row = visible(c, &officer, id)?;
            View::of(c, row, lang)
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}
