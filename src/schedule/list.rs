//! `GET /schedules`: the reports that are planned, by name; a branch officer sees those of the branch.

use super::store;
use super::view::View;
use crate::account::Officer;
use crate::domain::ids::ScheduleId;
use crate::domain::local_time::day_of;
use crate::domain::schedule::reach;
use crate::http::{House, Listed, Listing, PageParams, Problem};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;

const SORT: &str = "name";

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    branch_code: Option<String>,
}

/// Planned reports, each with its next days.
#[utoipa::path(tag = "schedules", params(Filter, PageParams), responses((status = 200, body = Listed<View>)))]
#[get("/schedules")]
pub async fn list_schedules(
    house: Data<House>,
    officer: Officer,
    listing: Listing<Filter>,
) -> Result<HttpResponse, Problem> {
    let (references, today) = (house.references.clone(), day_of(house.clock.now()));
    let listed = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let Listing { filter, page } = listing;
            let branch = officer.narrowed(&reference, filter.branch_code.as_deref())?;
            let rows = store::page(c, branch, page.after(SORT)?, page.fetch())?;
            let count = if page.count { Some(store::count(c, branch)?) } else { None };
            let key = |row: &store::ScheduleRow| (row.name.clone(), row.id);
            let ids: Vec<ScheduleId> = rows.iter().map(|row| row.id).collect();
            let made = store::made_since(c, &ids, reach(today))?;
            page.answer(SORT, rows, count, key, |row| View::with(&reference, &row, &made, today))
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}
