//! `GET /calendar/recomputations`: when due dates were counted again, the newest first.

use super::store;
use super::view::View;
use crate::account::Officer;
use crate::failure::Failure;
use crate::http::{House, Listed, Listing, NoFilter, PageParams, Problem};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

const SORT: &str = "-id";

/// When due dates were counted again and what came of it, the newest first. Whoever sees the calendar.
#[utoipa::path(tag = "calendar", params(PageParams), responses((status = 200, body = Listed<View>)))]
#[get("/calendar/recomputations")]
pub async fn list_recomputations(
    house: Data<House>,
    _officer: Officer,
    listing: Listing<NoFilter>,
) -> Result<HttpResponse, Problem> {
    let listed = house
        .db
        .snapshot(move |c| {
            let page = listing.page;
            let rows = store::page(c, page.after(SORT)?, page.fetch())?;
            let count = if page.count { Some(store::count(c)?) } else { None };
            page.answer(SORT, rows, count, |row| row.id, |row| Ok::<_, Failure>(View::of(row)?))
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}
