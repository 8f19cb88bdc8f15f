//! `GET /approval-orders/{id}/letters`: what became of each letter.

use super::store::{Came, ItemRow};
use super::view::{ItemView, visible};
use crate::account::Officer;
use crate::domain::ids::ApprovalOrderId;
use crate::failure::Failure;
use crate::http::{House, Lang, Listed, Listing, PageParams, Problem, Segment};
use crate::order::Pieces as _;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// approved, refused
    #[param(value_type = Option<String>)]
    outcome: Option<Came>,
}

/// The letters of the order in its order, with what became of each. Officers of the branch.
#[utoipa::path(tag = "apologies", params(Filter, PageParams), responses((status = 200, body = Listed<ItemView>)))]
#[get("/approval-orders/{id}/letters")]
pub async fn list_letters_of_approval_order(
    house: Data<House>,
    officer: Officer,
    lang: Lang,
    id: Segment<ApprovalOrderId>,
    listing: Listing<Filter>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let listed = house
        .db
        .snapshot(move |c| {
            visible(c, &officer, id)?;
            let view = |row| Ok::<_, Failure>(ItemView::of(row, lang)?);
            ItemRow::listed(c, &listing.page, id, (None, listing.filter.outcome), view)
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}
