//! `GET /public/rates`: the published figures. By branch, sector, procedure, channel and period; never by who works
//! there, and no person is in them.

use super::asked::{Asked, Grouping};
use super::rates::{rates, worded};
use super::view::RatesView;
use crate::domain::event::Channel;
use crate::domain::local_time::day_of;
use crate::failure::Failure;
use crate::http::{House, Lang, Problem, PublicLookup, Query};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

/// A question open to all.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PublicQuestion {
    #[param(example = "2019-12-15")]
    from: NaiveDate,
    #[param(example = "2020-03-14")]
    to: NaiveDate,
    as_of: Option<NaiveDate>,
    /// As for `/rates`, but not by officer. `branch` unless it is given.
    #[param(value_type = Option<String>, example = "branch,sector")]
    by: Option<Vec<PublicGrouping>>,
    branch_code: Option<String>,
    sector: Option<String>,
    procedure_code: Option<String>,
    #[param(value_type = Option<String>)]
    channel: Option<Channel>,
}

/// What is published is kept apart by these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PublicGrouping {
    Branch,
    Sector,
    Procedure,
    Channel,
    Day,
    Week,
    Month,
    Quarter,
    ReportingPeriod,
}

impl From<PublicGrouping> for Grouping {
    fn from(by: PublicGrouping) -> Self {
        match by {
            PublicGrouping::Branch => Self::Branch,
            PublicGrouping::Sector => Self::Sector,
            PublicGrouping::Procedure => Self::Procedure,
            PublicGrouping::Channel => Self::Channel,
            PublicGrouping::Day => Self::Day,
            PublicGrouping::Week => Self::Week,
            PublicGrouping::Month => Self::Month,
            PublicGrouping::Quarter => Self::Quarter,
            PublicGrouping::ReportingPeriod => Self::ReportingPeriod,
        }
    }
}

/// The published on-time rates.
#[utoipa::path(tag = "public", params(PublicQuestion), responses((status = 200, body = RatesView)))]
#[get("/public/rates")]
pub async fn show_public_rates(
    house: Data<House>,
    _within_limit: PublicLookup,
    lang: Lang,
    question: Query<PublicQuestion>,
) -> Result<HttpResponse, Problem> {
    let question = question.into_inner();
    let asked = Asked {
        by: match question.by {
            Some(by) => by.into_iter().map(Grouping::from).collect(),
            None => vec![Grouping::Branch],
        },
        branch_code: question.branch_code,
        sector: question.sector,
        procedure_code: question.procedure_code,
        channel: question.channel,
        ..Asked::of_days(question.from, question.to, question.as_of)
    };
    let today = day_of(house.clock.now());
    let references = house.references.clone();
    let answer = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            rates(c, &reference, &asked, today, None)
        })
        .await
        .map_err(|failure: Failure| failure)?;
    Ok(HttpResponse::Ok().json(worded(answer, lang)))
}
