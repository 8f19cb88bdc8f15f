//! `GET /imports/{id}/bad-lines`: the lines at fault as a file, each with what is wrong with it. Corrected, it is a
//! register again.

use super::store::{self, Part};
use crate::account::Admin;
use crate::domain::ids::RegisterFileId;
use crate::failure::{Failure, Thing};
use crate::http::{House, Problem, Segment};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

/// The lines at fault, to be corrected and handed in again.
#[utoipa::path(tag = "imports",
    responses((status = 200, body = String, content_type = "text/csv")))]
#[get("/imports/{id}/bad-lines")]
pub async fn bad_lines_of_import(
    house: Data<House>,
    _admin: Admin,
    id: Segment<RegisterFileId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let body = house
        .db
        .read(move |c| {
            store::load(c, id)?;
            store::content(c, id, Part::BadLines)?.ok_or(Failure::NotFound(Thing::Document))
        })
        .await?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"dong-loi.csv\""))
        .body(body))
}
