//! `GET /notices`: the notices to whoever asks, the newest first; an administrator sees those to everybody.

use super::store::{self, Kind, State};
use super::view::View;
use crate::account::Officer;
use crate::domain::role::Role;
use crate::failure::Failure;
use crate::http::{House, Listed, Listing, PageParams, Problem};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;

const SORT: &str = "-id";

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// queued, handed_over, sent, failed
    #[param(value_type = Option<String>, example = "failed")]
    state: Option<State>,
    /// digest, reminder, report
    #[param(value_type = Option<String>)]
    kind: Option<Kind>,
}

/// Mail to those who work here, without its text.
#[utoipa::path(tag = "notices", params(Filter, PageParams), responses((status = 200, body = Listed<View>)))]
#[get("/notices")]
pub async fn list_notices(
    house: Data<House>,
    officer: Officer,
    listing: Listing<Filter>,
) -> Result<HttpResponse, Problem> {
    let own = (officer.role != Role::Admin).then_some(officer.id);
    let listed = house
        .db
        .snapshot(move |c| {
            let Listing { filter, page } = listing;
            let filter = store::Filter { officer: own, state: filter.state, kind: filter.kind };
            let rows = store::page(c, &filter, page.after(SORT)?, page.fetch())?;
            let count = if page.count { Some(store::count(c, &filter)?) } else { None };
            page.answer(SORT, rows, count, |row| row.id, |row| Ok::<_, Failure>(View::of(row, false)))
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}
