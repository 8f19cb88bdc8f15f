//! `GET /approval-orders`: when many letters were approved, the newest first.

use super::store;
use super::view::View;
use crate::account::Officer;
use crate::failure::Failure;
use crate::http::{House, Listed, Listing, NoFilter, PageParams, Problem};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

const SORT: &str = "-id";

/// When many letters were approved, and what came of it, the newest first. Officers of a branch see those of their branch.
#[utoipa::path(tag = "apologies", params(PageParams), responses((status = 200, body = Listed<View>)))]
#[get("/approval-orders")]
pub async fn list_approval_orders(
    house: Data<House>,
    officer: Officer,
    listing: Listing<NoFilter>,
) -> Result<HttpResponse, Problem> {
    let listed = house
        .db
        .snapshot(move |c| {
            let (page, scope) = (listing.page, officer.scope());
            let rows = store::page(c, scope, page.after(SORT)?, page.fetch())?;
            let count = if page.count { Some(store::count(c, scope)?) } else { None };
            page.answer(SORT, rows, count, |row| row.id, |row| Ok::<_, Failure>(View::of(row)?))
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}
