//! `GET /warnings/durations`: how long dossiers took lately, by procedure and time limit, in all and from each step.

use super::estimate::Measured;
use super::list::MeasuredView;
use super::measure::ByStep;
use super::store::counted_from_steps;
use crate::account::Officer;
use crate::domain::durations::{Durations, Quantiles};
use crate::domain::ids::ProcedureId;
use crate::failure::{Failure, Outcome};
use crate::http::{House, Problem};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use std::collections::HashMap;
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
    /// What they still took from when they first came to each step of the internal process that any of them came to.
    pub steps: Vec<StepDurationView>,
}

/// From a step to the result, in the order of the process.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecentStepDuration)]
pub struct StepDurationView {
    pub step: String,
    /// As it was last called.
    pub name: String,
    /// Dossiers that came to it, each once.
    pub cases: u64,
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
            let mut steps = Steps::of(&reference, counted_from_steps(c, None)?, least);
            let mut items = Vec::new();
            for ((procedure, limit), durations) in measured.by_limit() {
                let named = named(&reference, *procedure);
                items.push(view(named, limit, known(durations, least), steps.take(*procedure, limit)));
            }
            items.sort_by(|a, b| (&a.procedure_code, &a.time_limit).cmp(&(&b.procedure_code, &b.time_limit)));
            Ok(RecentDurations { measured: MeasuredView::of(&measured, least), items })
        })
        .await
        .map_err(|failure: Failure| failure)?;
    Ok(HttpResponse::Ok().json(answer))
}

/// Code and name.
fn named(reference: &Reference, id: ProcedureId) -> (String, String) {
    match reference.procedure_by_id(id) {
        Some(procedure) => {
            let name = procedure.versions.last().map(|version| version.name.clone());
            (procedure.code.clone(), name.unwrap_or_default())
        }
        None => (id.to_string(), String::new()),
    }
}

/// How many, and the quantiles where they are enough.
fn known(durations: &Durations, least: u32) -> (u64, Option<Quantiles>) {
    let cases = durations.cases();
    (cases, Quantiles::of(durations).filter(|_| cases >= u64::from(least)))
}

fn view(
    (procedure_code, procedure): (String, String),
    time_limit: &str,
    (cases, quantiles): (u64, Option<Quantiles>),
    steps: Vec<StepDurationView>,
) -> DurationView {
    DurationView {
        procedure_code,
        procedure,
        time_limit: time_limit.to_owned(),
        cases,
        p50: quantiles.map(|quantiles| quantiles.p50),
        p80: quantiles.map(|quantiles| quantiles.p80),
        p90: quantiles.map(|quantiles| quantiles.p90),
        steps,
    }
}

/// Those of each procedure and time limit, each with its place in the process.
struct Steps(HashMap<(ProcedureId, String), Vec<(usize, StepDurationView)>>);

impl Steps {
    fn of(reference: &Reference, counted: ByStep, least: u32) -> Self {
        let mut steps: HashMap<_, Vec<_>> = HashMap::new();
        for ((procedure, step, limit), durations) in counted {
            let (cases, quantiles) = known(&durations, least);
            let (place, name) = last_called(reference, procedure, &step);
            let view = StepDurationView {
                step,
                name,
                cases,
                p50: quantiles.map(|quantiles| quantiles.p50),
                p80: quantiles.map(|quantiles| quantiles.p80),
                p90: quantiles.map(|quantiles| quantiles.p90),
            };
            steps.entry((procedure, limit)).or_default().push((place, view));
        }
        Self(steps)
    }

    fn take(&mut self, procedure: ProcedureId, limit: &str) -> Vec<StepDurationView> {
        let mut steps = self.0.remove(&(procedure, limit.to_owned())).unwrap_or_default();
        // They come by code, and stay so where processes of different versions have them in one place.
        steps.sort_by_key(|(place, _)| *place);
        steps.into_iter().map(|(_, view)| view).collect()
    }
}

/// The place in the process and the name of a step, by the last version that has it.
fn last_called(reference: &Reference, procedure: ProcedureId, code: &str) -> (usize, String) {
    let versions = reference.procedure_by_id(procedure).map(|procedure| procedure.versions.as_slice());
    let found = versions.unwrap_or_default().iter().rev().find_map(|version| {
        let place = version.steps.iter().position(|step| step.code == code)?;
        Some((place, version.steps.get(place)?.name.clone()))
    });
    found.unwrap_or_else(|| (usize::MAX, code.to_owned()))
}
