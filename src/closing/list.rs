//! `GET /closings`: what was closed, the newest first. Branch officers see the closings of their branch.

use super::figures::ReportKind;
use super::store::{self, Filter};
use super::view::ClosingView;
use crate::account::Officer;
use crate::http::{House, Listed, Listing, PageParams, Problem};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;

const SORT: &str = "-number";

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ClosingFilter {
    branch_code: Option<String>,
    #[param(value_type = Option<String>, example = "ii06a")]
    report: Option<ReportKind>,
}

/// Lists closings, without their figures.
#[utoipa::path(
    tag = "closings",
    params(ClosingFilter, PageParams),
    responses((status = 200, body = Listed<ClosingView>))
)]
#[get("/closings")]
pub async fn list_closings(
    house: Data<House>,
    officer: Officer,
    listing: Listing<ClosingFilter>,
) -> Result<HttpResponse, Problem> {
    let references = house.references.clone();
    let listed = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let Listing { filter, page } = listing;
            let branch = officer.narrowed(&reference, filter.branch_code.as_deref())?;
            let filter = Filter { branch, report: filter.report };
            let rows = store::page(c, &filter, page.after(SORT)?, page.fetch())?;
            let count = if page.count { Some(store::count(c, &filter)?) } else { None };
            page.answer(SORT, rows, count, |row| row.number, |row| ClosingView::of(&reference, &row, false))
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}
