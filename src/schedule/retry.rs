//! `POST /schedules/{id}/runs/{run}/retry`: makes a report that failed once more, or mails again what could not be mailed.

use super::body::may_plan;
use super::view::RunView;
use super::{make, store};
use crate::account::Officer;
use crate::apology::Letters;
use crate::domain::ids::{RunId, ScheduleId};
use crate::failure::{Failure, Thing};
use crate::http::{ActMeta, Body, House, Nothing, Problem, Reply, Segment, act};
use crate::notice;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};

/// Tries again what failed of a run. Who may plan the report.
#[utoipa::path(tag = "schedules", request_body = Nothing, responses((status = 200, body = RunView)))]
#[post("/schedules/{id}/runs/{run}/retry")]
pub async fn retry_run(
    house: Data<House>,
    letters: Data<Letters>,
    officer: Officer,
    path: Segment<(ScheduleId, RunId)>,
    meta: ActMeta,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let ((schedule, run), by) = (path.into_inner(), officer.id);
    let answer = act(&house, by, &meta, move |tx, now| {
        let row = store::load(tx, schedule)?;
        may_plan(&officer, row.branch())?;
        let row = store::lock_run(tx, run)?;
        if row.schedule_id != schedule {
            return Err(Failure::NotFound(Thing::Schedule));
        }
        make::again(tx, &row, now)?;
        let row = store::run(tx, run)?;
        let mails = notice::standing_of(tx, &row.about())?;
        Reply::ok(&RunView::of(row, mails))
    })
    .await?;
    letters.bell.ring();
    Ok(answer)
}
