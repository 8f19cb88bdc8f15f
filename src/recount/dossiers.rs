//! `GET /calendar/recomputations/{id}/dossiers`: which dossiers moved, which kept their promise, which could not be
//! counted.

use super::store::{Came, ItemRow, OrderRow};
use super::view::ItemView;
use crate::account::Officer;
use crate::domain::ids::RecomputationId;
use crate::failure::Failure;
use crate::http::{House, Lang, Listed, Listing, PageParams, Problem, Segment};
use crate::order::{Orders as _, Pieces as _};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// moved, kept, failed
    #[param(value_type = Option<String>)]
    outcome: Option<Came>,
}

/// The dossiers whose due date is another by the calendar, in the order in which they were counted, which is by due
/// date; those it was the same for are not among them. Officers of a branch see those of their branch.
#[utoipa::path(tag = "calendar", params(Filter, PageParams), responses((status = 200, body = Listed<ItemView>)))]
#[get("/calendar/recomputations/{id}/dossiers")]
pub async fn list_dossiers_of_recomputation(
    house: Data<House>,
    officer: Officer,
    lang: Lang,
    id: Segment<RecomputationId>,
    listing: Listing<Filter>,
) -> Result<HttpResponse, Problem> {
    let (id, cache) = (id.into_inner(), house.references.clone());
    let listed = house
        .db
        .snapshot(move |c| {
            OrderRow::load(c, id)?;
            let reference = cache.of(c)?;
            let view = |row| Ok::<_, Failure>(ItemView::of(&reference, row, lang)?);
            ItemRow::listed(c, &listing.page, id, (officer.scope(), listing.filter.outcome), view)
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}
