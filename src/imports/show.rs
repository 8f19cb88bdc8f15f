//! `GET /imports/{id}`: how far a register has come, and what was found in it.

use super::store;
use super::view::View;
use crate::account::Admin;
use crate::domain::ids::RegisterFileId;
use crate::http::{House, Lang, Problem, Segment};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

/// A register handed in: its state, how far the work is, what is wrong with which line.
#[utoipa::path(tag = "imports", responses((status = 200, body = View)))]
#[get("/imports/{id}")]
pub async fn show_import(
    house: Data<House>,
    _admin: Admin,
    lang: Lang,
    id: Segment<RegisterFileId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let row = house.db.read(move |c| store::load(c, id)).await?;
    Ok(HttpResponse::Ok().json(View::of(row, lang)?))
}
