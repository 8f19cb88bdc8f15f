//! `GET /approval-orders`: when many letters were approved, the newest first.

use super::store::OrderRow;
use super::view::View;
use crate::account::Officer;
use crate::db::Conn;
use crate::failure::Failure;
use crate::http::{House, Listed, Listing, NoFilter, PageParams, Problem};
use crate::order::Orders as _;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

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
            let view = |_: &mut Conn<'_>, row| Ok::<_, Failure>(View::of(row)?);
            OrderRow::listed(c, &listing.page, officer.scope(), view)
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}
