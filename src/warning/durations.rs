//! `GET /warnings/durations`: how long dossiers took lately, by procedure and time limit.

use super::list::MeasuredView;
use super::look::Measured;
use crate::account::Officer;
use crate::domain::durations::{Durations, Quantiles};
use crate::domain::ids::ProcedureId;
use crate::failure::{Failure, Outcome};
use crate::http::{House, Problem};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

/// How long dossiers took, all branches together: no person is in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecentDurations {
    /// Null before the first night.
    pub measured: Option<MeasuredView>,
    pub items: Vec<DurationView>,
}

/// Dossiers of one procedure with one time limit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecentDuration)]
pub struct DurationView {
    pub procedure_code: String,
    /// By name, as it was last called.
    pub procedure: String,
    #[schema(example = "3wd")]
    pub time_limit: String,
    pub cases: u64,
    /// Working days within which half of them were done; null below the least number of cases.
    pub p50: Option<u32>,
    pub p80: Option<u32>,
    pub p90: Option<u32>,
}

/// What the estimates of `GET /warnings` are made from.
#[utoipa::path(tag = "warnings", responses((status = 200, body = RecentDurations)))]
#[get("/warnings/durations")]
pub async fn list_durations(house: Data<House>, _officer: Officer) -> Result<HttpResponse, Problem> {
    let (references, least) = (house.references.clone(), house.settings.warnings.least_cases);
    let answer = house
        .db
        .snapshot(move |c| -> Outcome<RecentDurations> {
            let reference = references.of(c)?;
            let measured = Measured::load(c)?;
            let named = |id: ProcedureId| match reference.procedure_by_id(id) {
                Some(procedure) => {
                    let name = procedure.versions.last().map(|version| version.name.clone());
                    (procedure.code.clone(), name.unwrap_or_default())
                }
                None => (id.to_string(), String::new()),
            };
            let mut items: Vec<DurationView> = measured
                .by_limit()
                .iter()
                .map(|((procedure, limit), durations)| view(named(*procedure), limit, durations, least))
                .collect();
            items.sort_by(|a, b| (&a.procedure_code, &a.time_limit).cmp(&(&b.procedure_code, &b.time_limit)));
            Ok(RecentDurations { measured: MeasuredView::of(&measured, least), items })
        })
        .await
        .map_err(|failure: Failure| failure)?;
    Ok(HttpResponse::Ok().json(answer))
}

fn view(
    (procedure_code, procedure): (String, String),
    time_limit: &str,
    durations: &Durations,
    least: u32,
) -> DurationView {
    let quantiles = Quantiles::of(durations).filter(|_| durations.cases() >= u64::from(least));
    DurationView {
        procedure_code,
        procedure,
        time_limit: time_limit.to_owned(),
        cases: durations.cases(),
        p50: quantiles.map(|quantiles| quantiles.p50),
        p80: quantiles.map(|quantiles| quantiles.p80),
        p90: quantiles.map(|quantiles| quantiles.p90),
    }
}
