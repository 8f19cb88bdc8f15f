//! `GET /schedules/{id}/runs`: what became of each due day, the newest first.

use super::store;
use super::view::RunView;
use crate::account::Officer;
use crate::domain::ids::{BranchId, ScheduleId};
use crate::failure::Failure;
use crate::http::{House, Listed, Listing, NoFilter, PageParams, Problem, Segment};
use crate::notice;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

const SORT: &str = "-due_on";

/// The reports of a schedule, and to whom each was mailed.
#[utoipa::path(tag = "schedules", params(PageParams), responses((status = 200, body = Listed<RunView>)))]
#[get("/schedules/{id}/runs")]
pub async fn list_runs(
    house: Data<House>,
    officer: Officer,
    id: Segment<ScheduleId>,
    listing: Listing<NoFilter>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let listed = house
        .db
        .snapshot(move |c| {
            let row = store::load(c, id)?;
            officer.sees(row.branch().unwrap_or_else(BranchId::nil))?;
            let page = listing.page;
            let mut rows = Vec::new();
            for run in store::runs(c, id, page.after(SORT)?, page.fetch())? {
                let mails = notice::standing_of(c, &run.about())?;
                rows.push((run, mails));
            }
            let count = if page.count { Some(store::count_runs(c, id)?) } else { None };
            let view = |(run, mails)| Ok::<_, Failure>(RunView::of(run, mails));
            page.answer(SORT, rows, count, |(run, _)| run.due_on, view)
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}
