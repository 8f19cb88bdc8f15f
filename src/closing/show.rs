//! `GET /closings/{id}`: closed figures as they were closed.

use super::store;
use super::view::ClosingView;
use crate::account::Officer;
use crate::domain::ids::{BranchId, ClosingId};
use crate::failure::Failure;
use crate::http::{House, Problem, Segment};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

/// Shows one closing with its figures.
#[utoipa::path(tag = "closings", responses((status = 200, body = ClosingView)))]
#[get("/closings/{id}")]
pub async fn show_closing(
    house: Data<House>,
    officer: Officer,
    id: Segment<ClosingId>,
) -> Result<HttpResponse, Problem> {
    let (references, id) = (house.references.clone(), id.into_inner());
    let view = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let row = store::load(c, id)?;
            officer.sees(row.branch().unwrap_or_else(BranchId::nil))?;
            ClosingView::of(&reference, &row, true)
        })
        .await
        .map_err(|failure: Failure| failure)?;
    Ok(HttpResponse::Ok().json(view))
}
