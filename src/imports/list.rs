//! `GET /imports`: the registers handed in, the newest first.

use super::store;
use super::view::View;
use crate::account::Admin;
use crate::failure::Failure;
use crate::http::{House, Lang, Listed, Listing, NoFilter, PageParams, Problem};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

const SORT: &str = "-id";

/// Registers handed in, the newest first.
#[utoipa::path(tag = "imports", params(PageParams), responses((status = 200, body = Listed<View>)))]
#[get("/imports")]
pub async fn list_imports(
    house: Data<House>,
    _admin: Admin,
    lang: Lang,
    listing: Listing<NoFilter>,
) -> Result<HttpResponse, Problem> {
    let listed = house
        .db
        .snapshot(move |c| {
            let page = listing.page;
            let rows = store::page(c, page.after(SORT)?, page.fetch())?;
            let count = if page.count { Some(store::count(c)?) } else { None };
            page.answer(SORT, rows, count, |row| row.id, |row| Ok::<_, Failure>(View::of(row, lang)?))
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}
