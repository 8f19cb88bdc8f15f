//! `GET /procedures/{code}`

use super::view::ProcedureView;
use crate::account::Officer;
use crate::domain::local_time::day_of;
use crate::failure::{Failure, Thing};
use crate::http::{House, Problem, Segment};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

/// One procedure with all its versions.
#[utoipa::path(tag = "procedures", responses((status = 200, body = ProcedureView)))]
#[get("/procedures/{code}")]
pub async fn show_procedure(
    house: Data<House>,
    _officer: Officer,
    code: Segment<String>,
) -> Result<HttpResponse, Problem> {
    let cache = house.references.clone();
    let reference = house.db.read(move |conn| cache.of(conn)).await?;
    let procedure = reference.procedure(&code).ok_or(Failure::NotFound(Thing::Procedure))?;
    Ok(HttpResponse::Ok().json(ProcedureView::of(&reference, procedure, day_of(house.clock.now()))))
}
