//! `GET /closings/{id}`: closed figures as they were closed, for programs and for people.

use super::sheet::sheet;
use super::store;
use super::view::ClosingView;
use crate::account::Officer;
use crate::apology::Letters;
use crate::domain::ids::{BranchId, ClosingId};
use crate::failure::Failure;
use crate::http::{House, Problem, Query, Segment};
use crate::report::{Format, Heading, answer};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;

/// How a closing is shown.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ClosingAsked {
    #[serde(default)]
    #[param(inline)]
    pub format: Format,
}

/// Shows one closing with its figures, as JSON, CSV, XLSX or PDF.
#[utoipa::path(tag = "closings", params(ClosingAsked), responses((status = 200, body = ClosingView)))]
#[get("/closings/{id}")]
pub async fn show_closing(
    house: Data<House>,
    letters: Data<Letters>,
    officer: Officer,
    id: Segment<ClosingId>,
    asked: Query<ClosingAsked>,
) -> Result<HttpResponse, Problem> {
    let (references, id, now) = (house.references.clone(), id.into_inner(), house.clock.now());
    let (view, heading) = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let row = store::load(c, id)?;
            officer.sees(row.branch().unwrap_or_else(BranchId::nil))?;
            let view = ClosingView::of(&reference, &row, true)?;
            let heading = Heading::of(&reference, view.branch_code.as_deref());
            Ok((view, heading))
        })
        .await
        .map_err(|failure: Failure| failure)?;
    let format = asked.into_inner().format;
    if format == Format::Json {
        return Ok(HttpResponse::Ok().json(view));
    }
    let sheet = sheet(&view, heading, matches!(format, Format::Pdf | Format::Table))?;
    answer(format, &format!("chot-so-lieu-{}", view.number), &view, (&letters.press, now), || sheet).await
}
