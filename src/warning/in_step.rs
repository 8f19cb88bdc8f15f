//! Running dossiers that are in a step of their internal process: since when, and what past ones took from there.

use super::store;
use crate::db::Conn;
use crate::domain::durations::Durations;
use crate::domain::ids::{DossierId, ProcedureId};
use crate::dossier::{self, Running};
use crate::failure::Outcome;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap};

/// What was learnt while a list is gone through. Most lists meet few procedures: their steps are read as they turn up.
#[derive(Debug, Default)]
pub struct InSteps {
    known: HashMap<ProcedureId, BTreeMap<String, FromStep>>,
    /// Of the piece that is looked at: when each first came to the step it is in.
    came: HashMap<DossierId, DateTime<Utc>>,
}

/// What past cases took from when they first came to a step.
#[derive(Debug, Default)]
pub struct FromStep {
    pub by_limit: BTreeMap<String, Durations>,
    /// With any time limit.
    pub all: Durations,
}

impl InSteps {
    /// What there is to know of these, forgetting when those before them came where they are. Hand-overs are read only where
    /// at least `least` cases are known of the step.
    pub fn learn(&mut self, c: &mut Conn<'_>, some: &[Running], least: u64) -> Outcome<()> {
        let in_step: Vec<(&Running, &str)> = some.iter().filter_map(|one| Some((one, step(one)?))).collect();
        let mut new: Vec<ProcedureId> = in_step.iter().map(|(one, _)| one.dossier.procedure).collect();
        new.retain(|procedure| !self.known.contains_key(procedure));
        new.sort_unstable();
        new.dedup();
        if !new.is_empty() {
            self.read(c, &new)?;
        }
        let enough = in_step.iter().filter(|(one, step)| {
            self.known_of(one.dossier.procedure, step).is_some_and(|known| known.all.cases() >= least)
        });
        let ids: Vec<DossierId> = enough.map(|(one, _)| one.id).collect();
        let mut came = dossier::first_came(c, &ids)?;
        let mut at = |one: &Running, step: &str| Some((one.id, came.get_mut(&one.id)?.remove(step)?));
        self.came = in_step.iter().filter_map(|(one, step)| at(one, step)).collect();
        Ok(())
    }

    fn read(&mut self, c: &mut Conn<'_>, procedures: &[ProcedureId]) -> Outcome<()> {
        for procedure in procedures {
            self.known.insert(*procedure, BTreeMap::new());
        }
        for ((procedure, step, limit), durations) in store::counted_from_steps(c, Some(procedures))? {
            let known = self.known.entry(procedure).or_default().entry(step).or_default();
            known.all.merge(&durations);
            known.by_limit.insert(limit, durations);
        }
        Ok(())
    }

    fn known_of(&self, procedure: ProcedureId, step: &str) -> Option<&FromStep> {
        self.known.get(&procedure)?.get(step)
    }

    /// The step that a dossier is in, when it first came there, and what past ones took from there.
    pub fn of<'a>(&'a self, running: &'a Running) -> Option<(&'a str, DateTime<Utc>, &'a FromStep)> {
        let step = step(running)?;
        Some((step, *self.came.get(&running.id)?, self.known_of(running.dossier.procedure, step)?))
    }
}

/// The step that a dossier is in, if its clock runs.
fn step(running: &Running) -> Option<&str> {
    running.dossier.clock.as_ref()?;
    running.dossier.held_step.as_deref()
}
