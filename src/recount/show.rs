//! `GET /calendar/recomputations/{id}`: how far it is.

use super::store::OrderRow;
use super::view::View;
use crate::account::Officer;
use crate::domain::ids::RecomputationId;
use crate::failure::Failure;
use crate::http::{House, Problem, Segment};
use crate::order::Orders as _;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

/// How far it is, and how many dossiers moved. Whoever sees the calendar.
#[utoipa::path(tag = "calendar", responses((status = 200, body = View)))]
#[get("/calendar/recomputations/{id}")]
pub async fn show_recomputation(
    house: Data<House>,
    _officer: Officer,
    id: Segment<RecomputationId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let view = house.db.read(move |c| Ok::<_, Failure>(View::of(OrderRow::load(c, id)?)?)).await?;
    Ok(HttpResponse::Ok().json(view))
}
