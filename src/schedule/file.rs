//! `GET /schedules/{id}/runs/{run}/file`: the file as it was mailed.

use super::store;
use crate::account::Officer;
use crate::domain::ids::{BranchId, RunId, ScheduleId};
use crate::failure::{Failure, Thing};
use crate::http::{House, Problem, Segment};
use crate::notice;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

/// The report of a run, byte for byte as it was mailed.
#[utoipa::path(tag = "schedules", responses((status = 200, description = "The file")))]
#[get("/schedules/{id}/runs/{run}/file")]
pub async fn file_of_run(
    house: Data<House>,
    officer: Officer,
    path: Segment<(ScheduleId, RunId)>,
) -> Result<HttpResponse, Problem> {
    let (schedule, run) = path.into_inner();
    let file = house
        .db
        .snapshot(move |c| {
            let row = store::load(c, schedule)?;
            officer.sees(row.branch().unwrap_or_else(BranchId::nil))?;
            let run = store::run(c, run)?;
            let file = run.file_id.filter(|_| run.schedule_id == schedule);
            notice::file(c, file.ok_or(Failure::NotFound(Thing::Schedule))?)
        })
        .await?;
    Ok(HttpResponse::Ok()
        .content_type(file.content_type)
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)))
        .body(file.body))
}
