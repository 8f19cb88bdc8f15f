//! `GET /officers`: the accounts by name. An officer of a branch sees the colleagues there: a dossier can be
//! forwarded only to somebody one can name.

use super::Officer;
use super::show::OfficerView;
use super::store::{self, Narrowed};
use crate::domain::role::Role;
use crate::failure::{Failure, Outcome};
use crate::http::{House, Listed, Listing, PageParams, Problem};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;

const SORT: &str = "officers:username";

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OfficerFilter {
    branch_code: Option<String>,
    #[param(value_type = Option<String>, example = "counter")]
    role: Option<Role>,
    active: Option<bool>,
}

/// Lists accounts by user name.
#[utoipa::path(
    tag = "officers",
    params(OfficerFilter, PageParams),
    responses((status = 200, body = Listed<OfficerView>))
)]
#[get("/officers")]
pub async fn list_officers(
    house: Data<House>,
    officer: Officer,
    listing: Listing<OfficerFilter>,
) -> Result<HttpResponse, Problem> {
    let Listing { filter, page } = listing;
    let narrowed = Narrowed {
        branch: officer.scope(),
        branch_code: filter.branch_code,
        role: filter.role,
        active: filter.active,
    };
    let listed = house
        .db
        .read(move |conn| -> Outcome<_> {
            let rows = store::officers_after(conn, &narrowed, page.after(SORT)?, page.fetch())?;
            let count = if page.count { Some(store::count_officers(conn, &narrowed)?) } else { None };
            page.answer(SORT, rows, count, |row| row.username.clone(), OfficerView::of)
        })
        .await
        .map_err(|failure: Failure| failure)?;
    Ok(HttpResponse::Ok().json(listed))
}
