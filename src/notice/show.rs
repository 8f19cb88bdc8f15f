//! `GET /notices/{id}`: one notice with its text, for whom it is to and for administrators.

use super::store;
use super::view::View;
use crate::account::Officer;
use crate::domain::ids::NoticeId;
use crate::domain::role::Role;
use crate::failure::{Failure, Thing};
use crate::http::{House, Problem, Segment};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

/// One notice as it was written.
#[utoipa::path(tag = "notices", responses((status = 200, body = View)))]
#[get("/notices/{id}")]
pub async fn show_notice(
    house: Data<House>,
    officer: Officer,
    id: Segment<NoticeId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let row = house.db.read(move |c| store::load(c, id)).await?;
    if officer.role != Role::Admin && row.officer_id != Some(officer.id) {
        return Err(Failure::NotFound(Thing::Notice).into());
    }
    Ok(HttpResponse::Ok().json(View::of(row, true)))
}
