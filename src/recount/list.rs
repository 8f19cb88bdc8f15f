//! `GET /calendar/recomputations`: when due dates were counted again, the newest first.

use super::store::OrderRow;
use super::view::View;
use crate::account::Officer;
use crate::db::Conn;
use crate::failure::Failure;
use crate::http::{House, Listed, Listing, NoFilter, PageParams, Problem};
use crate::order::Orders as _;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

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
            let view = |_: &mut Conn<'_>, row| Ok::<_, Failure>(View::of(row)?);
            OrderRow::listed(c, &listing.page, None, view)
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}
