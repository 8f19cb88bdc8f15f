//! `GET /targets`: what must be reached, and what had to be.

use super::store;
use super::view::TargetView;
use crate::account::Officer;
use crate::domain::local_time::day_of;
use crate::domain::target::Indicator;
use crate::http::{House, Listed, Listing, PageParams, Problem};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

const SORT: &str = "targets:place";

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Those that hold on this day.
    #[param(example = "2020-12-31")]
    on: Option<NaiveDate>,
    #[param(value_type = Option<String>, example = "P312")]
    indicator: Option<Indicator>,
}

/// Lists targets by indicator, branch, sector and first day, those that were ended too.
#[utoipa::path(tag = "reports", params(Filter, PageParams), responses((status = 200, body = Listed<TargetView>)))]
#[get("/targets")]
pub async fn list_targets(
    house: Data<House>,
    _officer: Officer,
    listing: Listing<Filter>,
) -> Result<HttpResponse, Problem> {
    let (references, today) = (house.references.clone(), day_of(house.clock.now()));
    let listed = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let Listing { filter, page } = listing;
            let rows = store::rows(c)?;
            let names = store::names(c, &rows)?;
            let mut placed: Vec<(String, TargetView)> = Vec::new();
            for row in &rows {
                let target = row.target()?;
                let asked_for = filter.on.is_none_or(|day| target.holds_on(day))
                    && filter.indicator.is_none_or(|indicator| indicator == target.indicator);
                if asked_for {
                    let view = TargetView::of(row, &reference, &names, today)?;
                    placed.push((place(&view), view));
                }
            }
            placed.sort_by(|(a, _), (b, _)| a.cmp(b));
            page.of(SORT, placed.iter(), |(place, _)| place.as_str(), |(_, view)| view.clone())
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}

fn place(target: &TargetView) -> String {
    let code = |code: &Option<String>| code.clone().unwrap_or_default();
    let (branch, sector) = (code(&target.branch_code), code(&target.sector_code));
    format!("{}|{branch}|{sector}|{}|{}", target.indicator, target.valid_from, target.id)
}
