//! What past cases say about a running dossier: those that came to the step it is in, counted from there; else those of its
//! procedure, counted from the start of the clock.

use super::in_step::InSteps;
use super::look::Watch;
use super::measure::ByProcedure;
use super::store::{self, MeasuredOn};
use crate::db::Conn;
use crate::domain::dossier::Dossier;
use crate::domain::durations::{Durations, Outlook, Quantiles, on_the_clock, way_from, working_days_on};
use crate::domain::ids::ProcedureId;
use crate::domain::local_time::day_of;
use crate::domain::rates::Rate;
use crate::dossier::Running;
use crate::failure::Outcome;
use crate::report::RateView;
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What past cases are known, and since when.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    pub on: Option<MeasuredOn>,
    by_limit: ByProcedure,
    by_procedure: BTreeMap<ProcedureId, Durations>,
}

impl Measured {
    pub fn load(c: &mut Conn<'_>) -> Outcome<Self> {
        let by_limit = store::counted(c)?;
        let mut by_procedure: BTreeMap<ProcedureId, Durations> = BTreeMap::new();
        for ((procedure, _), durations) in &by_limit {
            by_procedure.entry(*procedure).or_default().merge(durations);
        }
        Ok(Self { on: store::measured(c)?, by_limit, by_procedure })
    }

    pub fn by_limit(&self) -> &ByProcedure {
        &self.by_limit
    }
}

/// From which past cases, and what they say.
pub struct Estimate {
    basis: &'static str,
    /// The step that is counted from; none where it is the start of the clock.
    step: Option<AtStep>,
    cases: u64,
    quantiles: Quantiles,
    /// Working days from there until today.
    elapsed: u32,
    pub outlook: Option<Outlook>,
}

struct AtStep {
    code: String,
    since: NaiveDate,
}

impl Watch<'_> {
    /// `elapsed` since the start of the clock; `left` until the due date.
    pub(super) fn estimate(
        &self,
        running: &Running,
        steps: &InSteps,
        elapsed: u32,
        left: u32,
    ) -> Option<Estimate> {
        self.by_step(running, steps, left).or_else(|| self.by_procedure(running, elapsed, left))
    }

    /// From cases that came to the step it is in, with the same time limit, or with any when those are too few.
    fn by_step(&self, running: &Running, steps: &InSteps, left: u32) -> Option<Estimate> {
        let (code, came, known) = steps.of(running)?;
        let clock = running.dossier.clock.as_ref()?;
        let exact = known.by_limit.get(&running.dossier.time_limit.to_string());
        let (basis, known) = self.enough([("step_and_limit", exact), ("step", Some(&known.all))])?;
        let since = way_from(came, clock.started_at);
        let elapsed = on_the_clock(&self.reference.calendar, since, &clock.pauses, self.today).ok()?;
        let step = AtStep { code: code.to_owned(), since: day_of(since) };
        self.of_cases((basis, known), Some(step), elapsed, left)
    }

    /// From cases of the same procedure and time limit, or of the procedure alone when those are too few.
    fn by_procedure(&self, running: &Running, elapsed: u32, left: u32) -> Option<Estimate> {
        let procedure = running.dossier.procedure;
        let exact = self.measured.by_limit.get(&(procedure, running.dossier.time_limit.to_string()));
        let all = self.measured.by_procedure.get(&procedure);
        let found = self.enough([("procedure_and_limit", exact), ("procedure", all)])?;
        self.of_cases(found, None, elapsed, left)
    }

    /// The first of which enough cases are known.
    fn enough<'d>(
        &self,
        known: [(&'static str, Option<&'d Durations>); 2],
    ) -> Option<(&'static str, &'d Durations)> {
        let least = u64::from(self.settings.least_cases);
        let mut known = known.into_iter().filter_map(|(basis, known)| Some((basis, known?)));
        known.find(|(_, known)| known.cases() >= least)
    }

    fn of_cases(
        &self,
        (basis, known): (&'static str, &Durations),
        step: Option<AtStep>,
        elapsed: u32,
        left: u32,
    ) -> Option<Estimate> {
        Some(Estimate {
            basis,
            step,
            cases: known.cases(),
            quantiles: Quantiles::of(known)?,
            elapsed,
            outlook: Outlook::of(known, elapsed, elapsed + left, self.settings.least_cases.into()),
        })
    }

    pub(super) fn estimate_view(&self, dossier: &Dossier, estimate: &Estimate) -> EstimateView {
        let calendar = &self.reference.calendar;
        let on =
            |in_all: u32| working_days_on(calendar, self.today, in_all.saturating_sub(estimate.elapsed)).ok();
        EstimateView {
            basis: estimate.basis,
            step: estimate.step.as_ref().map(|step| EstimateStep {
                name: self.step_name(dossier, &step.code),
                code: step.code.clone(),
                since: step.since,
                elapsed_working_days: estimate.elapsed,
            }),
            cases: estimate.cases,
            p50: estimate.quantiles.p50,
            p80: estimate.quantiles.p80,
            p90: estimate.quantiles.p90,
            expected_on: estimate.outlook.and_then(|outlook| on(outlook.in_all.p50)),
            expected_by_p80: estimate.outlook.and_then(|outlook| on(outlook.in_all.p80)),
            expected_by_p90: estimate.outlook.and_then(|outlook| on(outlook.in_all.p90)),
            late: estimate.outlook.and_then(|outlook| {
                let count = |count| i64::try_from(count).unwrap_or(i64::MAX);
                Rate::of(count(outlook.late), count(outlook.comparable)).map(RateView::from)
            }),
        }
    }

    /// As the version calls it that the dossier was received under.
    fn step_name(&self, dossier: &Dossier, code: &str) -> String {
        let version = self.reference.version_by_id(dossier.procedure_version);
        let step = version.and_then(|(_, version)| version.steps.iter().find(|step| step.code == code));
        step.map_or_else(|| code.to_owned(), |step| step.name.clone())
    }
}

/// What past cases took, and what that says about this one.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Estimate)]
pub struct EstimateView {
    /// `step_and_limit`: cases of this procedure and time limit that came to the step this one is in, counted from there;
    /// `step`: with any limit; where those are too few, or it is in no step: `procedure_and_limit` or `procedure`, counted
    /// from the start of the clock.
    pub basis: &'static str,
    /// The step that is counted from; null where it is the start of the clock.
    pub step: Option<EstimateStep>,
    /// How many were counted.
    pub cases: u64,
    /// Working days, from there, within which half of them were done.
    pub p50: u32,
    pub p80: u32,
    pub p90: u32,
    /// When half of those cases were done that took at least as long, from there, as this one has; null when these are fewer than
    /// the least number.
    pub expected_on: Option<NaiveDate>,
    pub expected_by_p80: Option<NaiveDate>,
    pub expected_by_p90: Option<NaiveDate>,
    /// Of those comparable cases: took longer than this one may.
    pub late: Option<RateView>,
}

/// The step that an estimate is counted from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EstimateStep {
    pub code: String,
    pub name: String,
    /// When it first came there; when the clock began anew, if that was later.
    pub since: NaiveDate,
    /// On the agency's clock, without that day.
    pub elapsed_working_days: u32,
}
