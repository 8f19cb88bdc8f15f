//! `GET /reports/ageing/dossiers`: what is behind a number of the report. As many as it counts.

use super::ageing::open_lines;
use crate::account::Officer;
use crate::domain::ageing::{Age, ToDue};
use crate::domain::ids::DossierId;
use crate::domain::local_time::day_of;
use crate::dossier::{Line, lines};
use crate::failure::{Failure, Fields};
use crate::http::{House, Listed, Listing, PageParams, Problem};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

/// A number of a row of the report: the same evening, and which class.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OpenFilter {
    /// As for the report: today unless it is given.
    #[param(example = "2020-03-14")]
    as_of: Option<NaiveDate>,
    branch_code: Option<String>,
    /// Code or name.
    sector: Option<String>,
    /// By days since receipt, one of `by_age`.
    #[param(example = "over_90")]
    age: Option<String>,
    /// By days to the due date, one of `by_due`.
    #[param(example = "late_up_to_3")]
    due: Option<String>,
}

/// The dossiers behind a number of `GET /reports/ageing`, the most urgent first; people masked, each as it stands today.
#[utoipa::path(tag = "reports", params(OpenFilter, PageParams), responses((status = 200, body = Listed<Line>)))]
#[get("/reports/ageing/dossiers")]
pub async fn list_open_dossiers(
    house: Data<House>,
    officer: Officer,
    listing: Listing<OpenFilter>,
) -> Result<HttpResponse, Problem> {
    let (references, today) = (house.references.clone(), day_of(house.clock.now()));
    let listed = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let Listing { filter, page } = listing;
            let branch = officer.narrowed(&reference, filter.branch_code.as_deref())?;
            let as_of = filter.as_of.unwrap_or(today);
            let mut fields = Fields::new();
            fields.check(as_of <= today, "/query/as_of", "after-today");
            let sector = fields.optional("/query/sector", filter.sector.as_deref(), |named| {
                reference.sector_named(named).map(|sector| sector.id).ok_or("unknown-value")
            });
            let age = fields.optional("/query/age", filter.age.as_deref(), str::parse::<Age>);
            let due = fields.optional("/query/due", filter.due.as_deref(), str::parse::<ToDue>);
            let (sector, age, due) = fields.done(|| Some((sector?, age?, due?)))?;
            let mut found: Vec<(NaiveDate, DossierId)> = open_lines(c, branch, (as_of, today))?
                .into_iter()
                .filter(|line| {
                    sector.is_none_or(|sector| sector == line.sector)
                        && age.is_none_or(|age| age == Age::of(day_of(line.received_at.0), as_of))
                        && due.is_none_or(|due| due == ToDue::of(line.due_on, line.is_waiting, as_of))
                })
                .map(|line| (line.due_on, line.id))
                .collect();
            found.sort_unstable();
            let count = if page.count { i64::try_from(found.len()).ok() } else { None };
            let sort = format!("ageing-{as_of}");
            let after: Option<(NaiveDate, DossierId)> = page.after(&sort)?;
            found.retain(|key| after.is_none_or(|after| *key > after));
            found.truncate(usize::try_from(page.fetch()).unwrap_or(usize::MAX));
            let ids: Vec<DossierId> = found.iter().map(|(_, id)| *id).collect();
            let shown: Vec<_> = found.into_iter().zip(lines(c, &reference, &ids, today)?).collect();
            page.answer(&sort, shown, count, |(key, _)| *key, |(_, line)| Ok(line))
        })
        .await
        .map_err(|failure: Failure| failure)?;
    Ok(HttpResponse::Ok().json(listed))
}
