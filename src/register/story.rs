//! A line's life, told by the rules: each act is decided as if it had just been asked for, by the same
//! functions that decide at the counter.

use super::columns::Column;
use super::line::{CellFault, Entry, as_cell_fault};
use crate::domain::decide::{self, Context};
use crate::domain::dossier::Dossier;
use crate::domain::event::{Event, Fact, Registration};
use crate::domain::ids::DossierId;
use crate::domain::local_time::local;
use crate::domain::refusal::Refusal;
use crate::dossier::{Life, Stamp, new_lookup_key};
use crate::failure::{Failure, Outcome};
use crate::reference::Reference;
use chrono::{DateTime, Utc};

/// What the rules made of a line.
pub struct Story {
    registration: Registration,
    /// Receipt and what followed.
    facts: Vec<(Fact, DateTime<Utc>)>,
    /// As it stands in the end.
    pub dossier: Dossier,
}

/// Lets the rules decide every act of a line; `now` is when the system is told.
///
/// # Errors
/// What the catalogue or the rules refuse, at the column that asks for it.
pub fn tell(
    entry: &Entry,
    code: String,
    reference: &Reference,
    now: DateTime<Utc>,
) -> Result<Story, Vec<CellFault>> {
    let stamp = Stamp { occurred_at: entry.received_at, recorded_at: now, officer: None };
    let registration =
        entry.intake.registration(reference, &entry.branch, code, stamp).map_err(refused_intake)?;
    let rules = reference
        .rule_set(&registration.rule_set)
        .ok_or_else(|| vec![CellFault::new(Column::ReceivedAt, "rule-set-missing")])?
        .for_decisions();
    let shares = reference.shares(registration.version);
    let context = |occurred_at| Context {
        calendar: &reference.calendar,
        rules: &rules,
        shares: &shares,
        now,
        occurred_at,
        // The register is older than we are.
        may_backdate: true,
    };
    let refused = |column| move |refusal: Refusal| vec![of_refusal(column, &refusal)];
    let received = decide::register(&registration, true, &context(entry.received_at))
        .map_err(refused(Column::ReceivedAt))?
        .ok_or_else(|| vec![CellFault::new(Column::ReceivedAt, "bad-form")])?;
    let mut story = Story {
        dossier: Dossier::registered(&registration, entry.received_at),
        registration,
        facts: Vec::with_capacity(entry.acts.len() + 1),
    };
    story.add(received, entry.received_at, now);
    for (column, act, at) in &entry.acts {
        let fact = decide::decide(&story.dossier, act.clone(), &context(*at)).map_err(refused(*column))?;
        story.add(fact, *at, now);
    }
    Ok(story)
}

impl Story {
    fn add(&mut self, fact: Fact, occurred_at: DateTime<Utc>, recorded_at: DateTime<Utc>) {
        let event = Event {
            seq: self.dossier.version + 1,
            occurred_at,
            recorded_at,
            officer: None,
            fact: fact.clone(),
        };
        self.dossier.apply(&event);
        self.facts.push((fact, occurred_at));
    }

    /// The life to be written.
    pub fn into_life(self, now: DateTime<Utc>) -> Outcome<Life> {
        let begun_at = self.dossier.submitted_at;
        let stamp = |occurred_at| Stamp { occurred_at, recorded_at: now, officer: None };
        let mut life =
            Life::begin(DossierId::at(begun_at), self.registration, new_lookup_key(), stamp(begun_at))?;
        for (fact, at) in self.facts {
            life.add(fact, stamp(at))?;
        }
        Ok(life)
    }
}

fn refused_intake(failure: Failure) -> Vec<CellFault> {
    match failure {
        Failure::Invalid(faults) => faults.iter().map(as_cell_fault).collect(),
        Failure::Refused(refusal) => vec![of_refusal(Column::ReceivedAt, &refusal)],
        Failure::Conflict(code) => vec![CellFault::new(Column::ReceivedAt, code)],
        other => vec![CellFault::with(Column::ReceivedAt, "broken", other)],
    }
}

/// A refusal of the rules at the column whose act they refuse.
fn of_refusal(column: Column, refusal: &Refusal) -> CellFault {
    let moment = |at: &DateTime<Utc>| local(*at).format("%d/%m/%Y %H:%M").to_string();
    let fact = match refusal {
        Refusal::CalendarMissing { year } => Some(year.to_string()),
        Refusal::OccurredInFuture { now, .. } => Some(moment(now)),
        Refusal::OccurredBeforeLastEvent { last, .. } => Some(moment(last)),
        Refusal::WrongState { status, .. } => Some(status.to_string()),
        _ => None,
    };
    CellFault { column, code: refusal.code(), fact }
}
