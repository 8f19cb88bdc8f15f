//! `GET /reports/causes/dossiers`: what is behind a number of the report. As many as it counts.

use super::asked::Asked;
use super::cause_words::kind_of;
use super::causes::{each_late, only_branch};
use crate::account::Officer;
use crate::apology::{Late, Period};
use crate::domain::apology::{CauseCode, CauseKind};
use crate::domain::ids::DossierId;
use crate::domain::local_time::day_of;
use crate::domain::words::code_words;
use crate::dossier::{Line, lines};
use crate::failure::{Failure, Fields};
use crate::http::{House, Listed, Listing, PageParams, Problem};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

/// A number of a row of the report: the same days, and which cause.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LateFilter {
    #[param(example = "2019-12-15")]
    from: NaiveDate,
    #[param(example = "2020-03-14")]
    to: NaiveDate,
    /// As for the report.
    as_of: Option<NaiveDate>,
    branch_code: Option<String>,
    /// Code or name.
    sector: Option<String>,
    /// The code of a cause.
    #[param(example = "slow_handling")]
    cause: Option<String>,
    /// `subjective`, `objective`, `own_causes` or `not_said`.
    #[param(example = "not_said")]
    kind: Option<String>,
}

/// Whose doing a cause is, as the report sums causes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Subjective,
    Objective,
    OwnCauses,
    NotSaid,
}
code_words!(Kind {
    Subjective => "subjective",
    Objective => "objective",
    OwnCauses => "own_causes",
    NotSaid => "not_said",
});

impl Kind {
    fn of(cause: Option<&str>) -> Self {
        match cause.map(kind_of) {
            None => Self::NotSaid,
            Some(Some(CauseKind::Subjective)) => Self::Subjective,
            Some(Some(CauseKind::Objective)) => Self::Objective,
            Some(None) => Self::OwnCauses,
        }
    }
}

/// The dossiers behind a number of `GET /reports/causes`, the longest overdue first; people masked, each as it stands today.
#[utoipa::path(tag = "reports", params(LateFilter, PageParams), responses((status = 200, body = Listed<Line>)))]
#[get("/reports/causes/dossiers")]
pub async fn list_late_dossiers(
    house: Data<House>,
    officer: Officer,
    listing: Listing<LateFilter>,
) -> Result<HttpResponse, Problem> {
    let (references, today) = (house.references.clone(), day_of(house.clock.now()));
    let listed = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let Listing { filter: LateFilter { from, to, as_of, branch_code, sector, cause, kind }, page } =
                listing;
            let asked = Asked { branch_code, sector, ..Asked::of_days(from, to, as_of) };
            let question = asked.question(c, &reference, today, officer.scope())?;
            let mut fields = Fields::new();
            let well_formed = cause.as_deref().is_none_or(|cause| CauseCode::parse(cause).is_ok());
            fields.check(well_formed, "/query/cause", "unknown-value");
            let kind = fields.optional("/query/kind", kind.as_deref(), str::parse::<Kind>);
            let kind = fields.done(|| kind)?;
            let branch = only_branch(&question);
            let period = Period::as_of(c, branch, (from, to), (question.as_of, today))?;
            let is_meant = |late: &Late, given: Option<&str>| {
                question.only.sector.is_none_or(|sector| sector == late.sector)
                    && cause.as_deref().is_none_or(|cause| given == Some(cause))
                    && kind.is_none_or(|kind| kind == Kind::of(given))
            };
            let sort = format!("causes-{}", question.as_of);
            let wanted = usize::try_from(page.fetch()).unwrap_or(usize::MAX);
            let mut found: Vec<(NaiveDate, DossierId)> = Vec::new();
            each_late(c, branch, &period, page.after(&sort)?, |late, given| {
                if is_meant(late, given) {
                    found.push((late.due_on, late.id));
                }
                found.len() < wanted
            })?;
            let mut count = None;
            if page.count {
                let mut all = 0;
                each_late(c, branch, &period, None, |late, given| {
                    all += i64::from(is_meant(late, given));
                    true
                })?;
                count = Some(all);
            }
            let ids: Vec<DossierId> = found.iter().map(|(_, id)| *id).collect();
            let shown: Vec<_> = found.into_iter().zip(lines(c, &reference, &ids, today)?).collect();
            page.answer(&sort, shown, count, |(key, _)| *key, |(_, line)| Ok(line))
        })
        .await
        .map_err(|failure: Failure| failure)?;
    Ok(HttpResponse::Ok().json(listed))
}
