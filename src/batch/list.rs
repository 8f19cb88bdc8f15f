//! `GET /print-batches`: what was printed lately, the newest first.

use super::store::BatchRow;
use super::view::View;
use crate::account::Officer;
use crate::http::{House, Lang, Listed, Listing, NoFilter, PageParams, Problem};
use crate::order::Orders as _;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

/// Batches that are being printed or were lately, the newest first. Officers of a branch see those of their branch.
#[utoipa::path(tag = "documents", params(PageParams), responses((status = 200, body = Listed<View>)))]
#[get("/print-batches")]
pub async fn list_print_batches(
    house: Data<House>,
    officer: Officer,
    lang: Lang,
    listing: Listing<NoFilter>,
) -> Result<HttpResponse, Problem> {
    let listed = house
        .db
        .snapshot(move |c| {
            BatchRow::listed(c, &listing.page, officer.scope(), |c, row| View::of(c, row, lang))
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}
