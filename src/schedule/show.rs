//! `GET /schedules/{id}`: one planned report.

use super::store;
use super::view::View;
use crate::account::Officer;
use crate::domain::ids::{BranchId, ScheduleId};
use crate::domain::local_time::day_of;
use crate::failure::Failure;
use crate::http::{House, Problem, Reply, Segment};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

/// One planned report with its next days.
#[utoipa::path(tag = "schedules", responses((status = 200, body = View)))]
#[get("/schedules/{id}")]
pub async fn show_schedule(
    house: Data<House>,
    officer: Officer,
    id: Segment<ScheduleId>,
) -> Result<HttpResponse, Problem> {
    let (references, id) = (house.references.clone(), id.into_inner());
    let today = day_of(house.clock.now());
    let (view, version) = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let row = store::load(c, id)?;
            officer.sees(row.branch().unwrap_or_else(BranchId::nil))?;
            Ok::<_, Failure>((View::of(c, &reference, &row, today)?, row.version))
        })
        .await?;
    Ok(Reply::ok(&view)?.version(version).into_response())
}
