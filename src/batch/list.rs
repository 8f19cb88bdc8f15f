//! `GET /print-batches`: what was printed lately, the newest first.

use super::store;
use super::view::View;
use crate::account::Officer;
use crate::failure::{Failure, Outcome};
use crate::http::{House, Lang, Listed, Listing, NoFilter, PageParams, Problem};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

const SORT: &str = "-id";

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
            let (page, scope) = (listing.page, officer.scope());
            let rows = store::page(c, scope, page.after(SORT)?, page.fetch())?;
            let count = if page.count { Some(store::count(c, scope)?) } else { None };
            let views: Vec<View> =
                rows.into_iter().map(|row| View::of(c, row, lang)).collect::<Outcome<_>>()?;
            page.answer(SORT, views, count, |view| view.id, Ok::<_, Failure>)
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}
