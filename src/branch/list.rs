//! `GET /branches`: all branches by code.

use super::view::BranchView;
use crate::account::Officer;
use crate::failure::Outcome;
use crate::http::{House, Listed, Listing, PageParams, Problem};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;

const SORT: &str = "branches:code";

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BranchFilter {
    /// Only those that take dossiers in, or only those that do not any more.
    active: Option<bool>,
}

/// Lists branches by code.
#[utoipa::path(
    tag = "branches",
    params(BranchFilter, PageParams),
    responses((status = 200, body = Listed<BranchView>))
)]
#[get("/branches")]
pub async fn list_branches(
    house: Data<House>,
    _officer: Officer,
    listing: Listing<BranchFilter>,
) -> Result<HttpResponse, Problem> {
    let cache = house.references.clone();
    let reference = house.db.read(move |conn| cache.of(conn)).await?;
    let Listing { filter, page } = listing;
    let wanted = |active: bool| filter.active.is_none_or(|wanted| wanted == active);
    let branches = reference.branches().iter().filter(|branch| wanted(branch.active));
    let listed: Outcome<Listed<BranchView>> =
        page.of(SORT, branches, |branch| &branch.code, |branch| BranchView::from(branch.as_ref()));
    Ok(HttpResponse::Ok().json(listed?))
}
