//! `GET /approval-orders/{id}`: how far it is.

use super::view::{View, visible};
use crate::account::Officer;
use crate::domain::ids::ApprovalOrderId;
use crate::failure::Failure;
use crate::http::{House, Problem, Segment};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

/// How far it is, and how many letters were approved. Officers of the branch.
#[utoipa::path(tag = "apologies", responses((status = 200, body = View)))]
#[get("/approval-orders/{id}")]
pub async fn show_approval_order(
    house: Data<House>,
    officer: Officer,
    id: Segment<ApprovalOrderId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let view = house.db.read(move |c| Ok::<_, Failure>(View::of(visible(c, &officer, id)?)?)).await?;
    Ok(HttpResponse::Ok().json(view))
}
