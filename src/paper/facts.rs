//! What the papers of a dossier are made from, read at once.

use super::store;
use crate::db::{Conn, DbError};
use crate::domain::dossier::{Dossier, amend};
use crate::domain::event::{CorrectableField, Event, Fact, Particulars};
use crate::domain::ids::{DossierId, OfficerId};
use crate::domain::people::Applicant;
use crate::dossier::{events, lookup_key, particulars};
use crate::failure::Outcome;
use crate::reference::{Branch, Reference, Version};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::Arc;

/// A dossier with everything that its papers say.
pub struct Facts<'a> {
    pub id: DossierId,
    pub dossier: Dossier,
    pub told: Particulars,
    /// As they should have been entered, oldest first.
    pub events: Vec<Event>,
    /// The end of the time first promised, whatever was corrected since.
    pub first_due_at: Option<DateTime<Utc>>,
    /// The last correction of something that stands on papers.
    corrected: Option<u32>,
    pub lookup_key: String,
    pub branch: &'a Arc<Branch>,
    pub version: &'a Version,
    names: HashMap<OfficerId, String>,
    /// Name and title.
    pub head: Option<(String, Option<String>)>,
}

impl<'a> Facts<'a> {
    pub fn read(
        c: &mut Conn<'_>,
        reference: &'a Reference,
        id: DossierId,
        dossier: Dossier,
    ) -> Outcome<Self> {
        let corrupt = |what: &str| DbError::Corrupt(format!("{what} of dossier {}", dossier.code));
        let branch = reference.branch_by_id(dossier.branch).ok_or_else(|| corrupt("branch"))?;
        let (_, version) =
            reference.version_by_id(dossier.procedure_version).ok_or_else(|| corrupt("procedure version"))?;
        let entered = events(c, id)?;
        let people: Vec<OfficerId> = entered.iter().flat_map(people_in).collect();
        Ok(Self {
            id,
            told: particulars(c, id)?,
            first_due_at: entered.iter().find_map(|event| match &event.fact {
                Fact::Received { deadline, .. } => Some(deadline.due_at),
                _ => None,
            }),
            corrected: entered.iter().rev().find(|event| shows_on_paper(&event.fact)).map(|event| event.seq),
            events: amend(&entered).into_owned(),
            lookup_key: lookup_key(c, id)?,
            names: store::names(c, &people)?,
            head: store::head_of(c, dossier.branch)?,
            branch,
            version,
            dossier,
        })
    }

    /// The same with an event that has not happened: what its paper would say.
    pub fn foresee(mut self, event: Event, officer: OfficerId, name: &str) -> Self {
        self.names.insert(officer, name.to_owned());
        self.events.push(event);
        self
    }

    /// The name of an officer; blank where nobody is known (a job, an import).
    pub fn name(&self, officer: Option<OfficerId>) -> String {
        officer.and_then(|id| self.names.get(&id)).cloned().unwrap_or_default()
    }

    /// The last event of a kind.
    pub fn last(&self, is: impl Fn(&Fact) -> bool) -> Option<&Event> {
        self.events.iter().rev().find(|event| is(&event.fact))
    }

    /// The one who stands at the counter: who acts for the applicant, or the applicant.
    pub fn person(&self) -> &Applicant {
        self.told.representative.as_ref().unwrap_or(&self.told.applicant)
    }

    /// What a paper is issued for: an event, and the correction of what it says, if there was one since.
    pub fn occasion(&self, event: &Event) -> String {
        match self.corrected.filter(|seq| *seq > event.seq) {
            Some(corrected) => format!("{}+{corrected}", event.seq),
            None => event.seq.to_string(),
        }
    }
}

fn people_in(event: &Event) -> impl Iterator<Item = OfficerId> + use<> {
    let handed = match &event.fact {
        Fact::Forwarded { from_officer, to_officer, .. } => [*from_officer, *to_officer],
        _ => [None, None],
    };
    [event.officer].into_iter().chain(handed).flatten()
}

/// Corrections of what stands on a paper that has been given out.
fn shows_on_paper(fact: &Fact) -> bool {
    use CorrectableField as Field;
    match fact {
        Fact::Corrected { field, .. } => {
            !matches!(field, Field::ResolvedAt | Field::ReturnedAt | Field::Channel | Field::Outcome)
        }
        _ => false,
    }
}
