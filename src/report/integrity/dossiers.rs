//! `GET /reports/integrity/dossiers`: what is behind a number of the report. As many as it counts.

use super::hits::{Hit, Judge};
use super::read::{self, Place};
use super::{measures, wanted};
use crate::account::Officer;
use crate::domain::ids::DossierId;
use crate::domain::integrity::Sign;
use crate::domain::local_time::{day_of, local};
use crate::failure::{Failure, FieldFault};
use crate::http::{House, Listed, Listing, PageParams, Problem};
use crate::report::asked::Asked;
use crate::report::store;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The order of the list.
const SORT: &str = "at";

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SignFilter {
    /// One of the report's.
    #[param(example = "second_supplement")]
    indicator: String,
    #[param(example = "2019-12-15")]
    from: NaiveDate,
    #[param(example = "2020-03-14")]
    to: NaiveDate,
    /// As for the report.
    as_of: Option<NaiveDate>,
    branch_code: Option<String>,
    /// User name of who entered the act.
    officer: Option<String>,
}

/// An act or a dossier that bears the sign.
#[derive(Debug, Serialize, ToSchema)]
pub struct IntegrityLine {
    pub dossier_code: String,
    pub branch_code: String,
    pub procedure_code: String,
    /// The moment that puts it into the period.
    pub at: DateTime<FixedOffset>,
    /// The act among the dossier's events; null where the dossier as a whole bears the sign.
    pub seq: Option<i32>,
    /// User name of who entered the act.
    pub officer: Option<String>,
    pub officer_name: Option<String>,
    /// Of a refused dossier: the one that was handed in again.
    pub registered_again_as: Option<String>,
}

/// The dossiers behind a number of `GET /reports/integrity`, the earliest first.
#[utoipa::path(tag = "reports", params(SignFilter, PageParams), responses((status = 200, body = Listed<IntegrityLine>)))]
#[get("/reports/integrity/dossiers")]
pub async fn list_integrity_dossiers(
    house: Data<House>,
    officer: Officer,
    listing: Listing<SignFilter>,
) -> Result<HttpResponse, Problem> {
    let (references, now, limits) = (house.references.clone(), house.clock.now(), house.settings.integrity);
    let listed = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let SignFilter { indicator, from, to, as_of, branch_code, officer: by } = &listing.filter;
            let sign: Sign = indicator.parse().map_err(|_| {
                let known: Vec<&str> = Sign::ALL.iter().map(|sign| sign.as_str()).collect();
                Failure::Invalid(vec![FieldFault::with(
                    "/query/indicator",
                    "unknown-value",
                    known.join(", "),
                )])
            })?;
            let asked = Asked {
                branch_code: branch_code.clone(),
                officer: by.clone(),
                ..Asked::of_days(*from, *to, *as_of)
            };
            let question = asked.question(c, &reference, day_of(now), officer.scope())?;
            let (measures, wanted) = (measures(limits)?, wanted(&question, now));
            let judge = Judge { reference: &reference, measures: &measures, wanted: &wanted };
            let page = &listing.page;
            let least = usize::try_from(page.fetch()).unwrap_or(usize::MAX);
            let hits = judge.find(c, sign, page.after::<Place>(SORT)?, least)?.hits;
            let shown: Vec<Hit> = hits.into_iter().take(least).collect();
            let count = if page.count { Some(judge.count(c, sign, 0)?.total()) } else { None };
            let ids: Vec<DossierId> =
                shown.iter().flat_map(|hit| [Some(hit.place.dossier), hit.again]).flatten().collect();
            let (codes, names) = (read::codes(c, &ids)?, store::officer_names(c)?);
            page.answer(
                SORT,
                shown,
                count,
                |hit| hit.place,
                |hit| {
                    let known = codes.get(&hit.place.dossier);
                    let (by, by_name) = hit.officer.and_then(|id| names.get(&id).cloned()).unzip();
                    let procedure = known.and_then(|(_, id)| reference.procedure_by_id(*id));
                    Ok(IntegrityLine {
                        dossier_code: known.map(|(code, _)| code.clone()).unwrap_or_default(),
                        branch_code: reference
                            .branch_by_id(hit.branch)
                            .map(|branch| branch.code.clone())
                            .unwrap_or_default(),
                        procedure_code: procedure.map(|one| one.code.clone()).unwrap_or_default(),
                        at: local(hit.place.at),
                        seq: (hit.place.seq > 0).then_some(hit.place.seq),
                        officer: by,
                        officer_name: by_name,
                        registered_again_as: hit
                            .again
                            .and_then(|id| codes.get(&id))
                            .map(|(code, _)| code.clone()),
                    })
                },
            )
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}
