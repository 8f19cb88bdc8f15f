//! Looking at running dossiers one by one: what there is to worry about.

use super::estimate::{Estimate, EstimateView, Measured};
use super::in_step::InSteps;
use crate::config::Warnings;
use crate::db::Conn;
use crate::domain::durations::on_the_clock;
use crate::domain::ids::OfficerId;
use crate::domain::local_time::day_of;
use crate::domain::words::code_words;
use crate::dossier::{self, HolderView, ProcedureView, Running, RunningAfter, RunningOf};
use crate::failure::Outcome;
use crate::reference::Reference;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;

/// What there is to worry about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Past its due date.
    Overdue,
    DueSoon,
    /// More comparable past cases were late than in time.
    LikelyLate,
    /// Nothing has happened for some working days.
    Stuck,
}
code_words!(Kind { Overdue => "overdue", DueSoon => "due_soon", LikelyLate => "likely_late", Stuck => "stuck" });

/// Looks at dossiers on a day.
pub struct Watch<'a> {
    pub reference: &'a Reference,
    pub settings: Warnings,
    pub today: NaiveDate,
    pub measured: Measured,
}

/// A dossier that somebody should look at.
pub struct Worry {
    pub running: Running,
    pub kinds: Vec<Kind>,
    elapsed: Option<u32>,
    quiet_days: Option<u32>,
    estimate: Option<Estimate>,
}

/// Looked at in one piece.
const AT_ONCE: i64 = 500;

impl Watch<'_> {
    /// Up to `wanted` worries of these kinds after a place, having looked at no more than `most` dossiers; and the
    /// place to go on from, unless it came to the end.
    pub fn worries(
        &self,
        c: &mut Conn<'_>,
        of: &RunningOf,
        kinds: &[Kind],
        mut after: Option<RunningAfter>,
        (wanted, most): (usize, usize),
    ) -> Outcome<(Vec<Worry>, Option<RunningAfter>)> {
        let (mut found, mut looked_at, mut steps) = (Vec::new(), 0_usize, InSteps::default());
        loop {
            let some = dossier::running(c, of, after, AT_ONCE)?;
            steps.learn(c, &some, self.settings.least_cases.into())?;
            let last_piece = i64::try_from(some.len()).is_ok_and(|count| count < AT_ONCE);
            for running in some {
                let place = running.place();
                looked_at += 1;
                after = Some(place);
                if let Some(worry) = self.look(running, &steps).filter(|worry| worry.is_one_of(kinds)) {
                    found.push(worry);
                }
                if found.len() >= wanted || looked_at >= most {
                    return Ok((found, Some(place)));
                }
            }
            if last_piece {
                return Ok((found, None));
            }
        }
    }

    /// Nothing when there is nothing to worry about.
    fn look(&self, running: Running, steps: &InSteps) -> Option<Worry> {
        let calendar = &self.reference.calendar;
        let between = |after, up_to| calendar.working_days_between(after, up_to).ok();
        let dossier = &running.dossier;
        let mut kinds = Vec::new();
        let elapsed = dossier
            .clock
            .as_ref()
            .and_then(|clock| on_the_clock(calendar, clock.started_at, &clock.pauses, self.today).ok());
        let mut estimate = None;
        if let Some(due_on) = dossier.due_on() {
            let left = if due_on < self.today { None } else { between(self.today, due_on) };
            if due_on < self.today {
                kinds.push(Kind::Overdue);
            } else if left.is_some_and(|left| left <= self.settings.due_soon_working_days) {
                kinds.push(Kind::DueSoon);
            }
            if let Some(elapsed) = elapsed {
                estimate = self.estimate(&running, steps, elapsed, left.unwrap_or(0));
                let outlook = estimate.as_ref().and_then(|estimate| estimate.outlook);
                if due_on >= self.today && outlook.is_some_and(|outlook| outlook.likely_late()) {
                    kinds.push(Kind::LikelyLate);
                }
            }
        }
        let quiet_days = between(day_of(running.last_event_at), self.today);
        if quiet_days.is_some_and(|days| days >= self.settings.stuck_working_days) {
            kinds.push(Kind::Stuck);
        }
        (!kinds.is_empty()).then_some(Worry { running, kinds, elapsed, quiet_days, estimate })
    }

    /// The worries as clients see them.
    pub fn views(&self, c: &mut Conn<'_>, worries: &[Worry]) -> Outcome<Vec<WorryView>> {
        let holders = dossier::holders(c, worries.iter().filter_map(|worry| worry.running.dossier.held_by))?;
        Ok(worries.iter().map(|worry| self.view(worry, &holders)).collect())
    }

    fn view(&self, worry: &Worry, holders: &HashMap<OfficerId, (String, String)>) -> WorryView {
        let dossier = &worry.running.dossier;
        let calendar = &self.reference.calendar;
        let due_on = dossier.due_on();
        let left = due_on.and_then(|due_on| {
            let between = |from, to| calendar.working_days_between(from, to).ok().map(i64::from);
            if due_on >= self.today {
                between(self.today, due_on)
            } else {
                between(due_on, self.today).map(|days| -days)
            }
        });
        WorryView {
            dossier_code: dossier.code.clone(),
            branch_code: self
                .reference
                .branch_by_id(dossier.branch)
                .map(|branch| branch.code.clone())
                .unwrap_or_default(),
            sector: self
                .reference
                .sector_by_id(dossier.sector)
                .map(|sector| sector.name.clone())
                .unwrap_or_default(),
            procedure: dossier::procedure_view(self.reference, dossier),
            status: dossier.status.as_str(),
            warnings: worry.kinds.clone(),
            due_on,
            working_days_left: left,
            elapsed_working_days: worry.elapsed,
            last_event_on: day_of(worry.running.last_event_at),
            quiet_working_days: worry.quiet_days,
            held_by: dossier::holder(dossier, holders),
            estimate: worry.estimate.as_ref().map(|estimate| self.estimate_view(dossier, estimate)),
        }
    }
}

impl Worry {
    fn is_one_of(&self, kinds: &[Kind]) -> bool {
        kinds.is_empty() || self.kinds.iter().any(|kind| kinds.contains(kind))
    }

    pub fn place(&self) -> RunningAfter {
        self.running.place()
    }
}

/// A running dossier that somebody should look at.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Warning)]
pub struct WorryView {
    pub dossier_code: String,
    pub branch_code: String,
    /// By name.
    pub sector: String,
    pub procedure: ProcedureView,
    /// registered, received, in_processing
    pub status: &'static str,
    /// overdue, due_soon, likely_late, stuck: all that are true of it
    pub warnings: Vec<Kind>,
    /// Null before it was accepted.
    pub due_on: Option<NaiveDate>,
    /// Less than 0: past due for so many.
    pub working_days_left: Option<i64>,
    /// On the agency's clock: without the day of receipt and without the days of waiting for the applicant.
    pub elapsed_working_days: Option<u32>,
    pub last_event_on: NaiveDate,
    /// Working days since anything happened.
    pub quiet_working_days: Option<u32>,
    pub held_by: Option<HolderView>,
    /// Null where fewer cases are known than the least number, or no clock runs.
    pub estimate: Option<EstimateView>,
}
