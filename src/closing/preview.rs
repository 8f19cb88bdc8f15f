//! `GET /closings/preview`: the figures that would be closed, to be looked at before they are.

use super::figures::{Asking, ReportKind};
use crate::account::Officer;
use crate::domain::local_time::day_of;
use crate::failure::Failure;
use crate::http::{House, Problem, Query};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// The figures to be closed.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Preview {
    #[param(example = "2019-12-15")]
    from: NaiveDate,
    #[param(example = "2020-03-14")]
    to: NaiveDate,
    /// As for a closing: `to` unless given, and yesterday at the latest.
    as_of: Option<NaiveDate>,
    #[param(inline)]
    report: ReportKind,
    branch_code: Option<String>,
}

/// Figures as a closing would keep them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Previewed {
    /// The report: `rows` and `total`.
    #[schema(value_type = Object)]
    pub figures: Value,
}

/// What would be closed, as it is now; nothing is.
#[utoipa::path(tag = "closings", params(Preview), responses((status = 200, body = Previewed)))]
#[get("/closings/preview")]
pub async fn preview_closing(
    house: Data<House>,
    officer: Officer,
    asked: Query<Preview>,
) -> Result<HttpResponse, Problem> {
    let Preview { from, to, as_of, report, branch_code } = asked.into_inner();
    let (references, today) = (house.references.clone(), day_of(house.clock.now()));
    let yesterday = today.pred_opt().unwrap_or(today);
    let asking = Asking { report, from, to, as_of: as_of.unwrap_or(to.min(yesterday)), branch_code };
    let figures = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            asking.figures(c, &reference, today, officer.scope())
        })
        .await
        .map_err(|failure: Failure| failure)?;
    Ok(HttpResponse::Ok().json(Previewed { figures }))
}
