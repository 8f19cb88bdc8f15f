//! `GET /jobs`: the queue, for an administrator: above all what failed.

use super::view::View;
use crate::account::Admin;
use crate::domain::ids::JobId;
use crate::failure::Failure;
use crate::http::{House, Listed, Listing, PageParams, Problem};
use crate::jobs::{self, State};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;

/// The order of the list: by key, which is by age.
const SORT: &str = "id";

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// waiting, running, dead
    #[param(value_type = Option<String>)]
    state: Option<State>,
}

/// Jobs, the oldest first. What is done is not among them. Administrators.
#[utoipa::path(tag = "upkeep", params(Filter, PageParams), responses((status = 200, body = Listed<View>)))]
#[get("/jobs")]
pub async fn get_jobs(
    house: Data<House>,
    _admin: Admin,
    listing: Listing<Filter>,
) -> Result<HttpResponse, Problem> {
    let now = house.clock.now();
    let listed = house
        .db
        .snapshot(move |c| {
            let (state, page) = (listing.filter.state, listing.page);
            let after: Option<JobId> = page.after(SORT)?;
            let rows = jobs::list(c, state, after, page.fetch())?;
            let count = if page.count { Some(count(&jobs::standing(c, now)?, state)) } else { None };
            page.answer(SORT, rows, count, |job| job.id, |job| Ok::<_, Failure>(View::from(job)))
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}

fn count(standing: &jobs::Standing, state: Option<State>) -> i64 {
    match state {
        Some(State::Waiting) => standing.waiting,
        Some(State::Running) => standing.running,
        Some(State::Dead) => standing.dead,
        None => standing.waiting + standing.running + standing.dead,
    }
}
