//! The one way through: load → decide → save. A [`Life`] is a dossier with what has been added to it in this
//! transaction; [`Life::save`] writes row, events, tallies and obligations together or not at all.

use super::row::{DossierRow, EventRow, ParticularsRow};
use super::store;
use super::words::Slice;
use crate::apology::dossier_changed;
use crate::db::{Conn, DbError};
use crate::domain::correction;
use crate::domain::decide::{Command, Context, decide};
use crate::domain::dossier::{Dossier, replay};
use crate::domain::event::{CorrectableField, Event, Fact, Particulars, Registration};
use crate::domain::ids::{DossierId, OfficerId};
use crate::domain::tally::{Tally, of_correction};
use crate::failure::{Failure, Outcome, Thing};
use crate::reference::Reference;
use crate::report::Additions;
use chrono::{DateTime, Utc};

/// When something happened, when the system was told, and by whom.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    pub occurred_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub officer: Option<OfficerId>,
}

#[derive(Debug)]
pub struct Life {
    id: DossierId,
    /// As it stood when it was loaded; nothing for a new one.
    before: Option<Dossier>,
    dossier: Dossier,
    chain: String,
    events: Vec<EventRow>,
    added: Vec<Event>,
    tally: Tally,
    /// To be written: those of a new dossier, or corrected ones.
    particulars: Option<(Particulars, Option<String>)>,
}

impl Life {
    /// A new dossier, beginning with its registration.
    pub fn begin(
        id: DossierId,
        registration: Registration,
        lookup_key: String,
        stamp: Stamp,
    ) -> Result<Self, DbError> {
        let dossier = Dossier::registered(&registration, stamp.occurred_at);
        let particulars = Some((registration.particulars.clone(), Some(lookup_key)));
        let event = Event {
            seq: 1,
            occurred_at: stamp.occurred_at,
            recorded_at: stamp.recorded_at,
            officer: stamp.officer,
            fact: Fact::Registered(Box::new(registration)),
        };
        let row = EventRow::of(id, dossier.branch, &event, super::chain::START)?;
        Ok(Self {
            id,
            before: None,
            tally: Tally::of_event(None, &dossier, &event),
            dossier,
            chain: row.hash.clone(),
            events: vec![row],
            added: vec![event],
            particulars,
        })
    }

    /// The dossier with this code, locked until the transaction ends.
    pub fn load(tx: &mut Conn<'_>, code: &str) -> Outcome<Self> {
        Self::from_row(store::lock_by_code(tx, code)?.ok_or(Failure::NotFound(Thing::Dossier))?)
    }

    /// The dossier with this key, locked until the transaction ends.
    pub fn load_by_id(tx: &mut Conn<'_>, id: DossierId) -> Outcome<Self> {
        Self::from_row(store::lock_by_id(tx, id)?.ok_or(Failure::NotFound(Thing::Dossier))?)
    }

    fn from_row(row: DossierRow) -> Outcome<Self> {
        let dossier = row.dossier()?;
        Ok(Self {
            id: row.id,
            before: Some(dossier.clone()),
            dossier,
            chain: row.chain,
            events: Vec::new(),
            added: Vec::new(),
            tally: Tally::default(),
            particulars: None,
        })
    }

    pub fn id(&self) -> DossierId {
        self.id
    }

    /// The hash of the last event, those added included.
    pub fn chain(&self) -> &str {
        &self.chain
    }

    /// The dossier with everything added so far.
    pub fn dossier(&self) -> &Dossier {
        &self.dossier
    }

    /// What will be written of the person of a new dossier.
    pub fn new_particulars(&self) -> Result<Option<ParticularsRow>, DbError> {
        match &self.particulars {
            Some((particulars, Some(key))) if self.before.is_none() => {
                ParticularsRow::of(self.id, self.dossier.branch, particulars, key).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Adds a fact that the rules have decided.
    pub fn add(&mut self, fact: Fact, stamp: Stamp) -> Result<(), DbError> {
        let event = self.chained(fact, stamp)?;
        let before = self.dossier.clone();
        self.dossier.apply(&event);
        self.tally.merge(&Tally::of_event(Some(&before), &self.dossier, &event), 1);
        self.added.push(event);
        Ok(())
    }

    /// Lets the rules decide under the dossier's own rule set, and adds what they say.
    pub fn decide_and_add(
        &mut self,
        reference: &Reference,
        command: Command,
        stamp: Stamp,
        may_backdate: bool,
    ) -> Outcome<()> {
        let fact = decided(&self.dossier, reference, command, stamp, may_backdate)?;
        self.add(fact, stamp)?;
        Ok(())
    }

    /// Puts a wrong entry right. Needs the whole history, because a correction works backwards.
    pub fn correct(
        &mut self,
        tx: &mut Conn<'_>,
        reference: &Reference,
        (field, new, reason): (CorrectableField, String, String),
        stamp: Stamp,
    ) -> Outcome<()> {
        let history = store::events(tx, self.id)?;
        let rules = reference
            .rule_set(&self.dossier.rule_set)
            .ok_or(Failure::Conflict("rule-set-missing"))?
            .for_decisions();
        let context = Context {
            calendar: &reference.calendar,
            rules: &rules,
            shares: &reference.shares(self.dossier.procedure_version),
            now: stamp.recorded_at,
            occurred_at: stamp.occurred_at,
            may_backdate: true,
        };
        let fact = correction::correct(&history, field, new, reason, &context)?;
        let event = self.chained(fact, stamp)?;
        self.tally.merge(&of_correction(&history, &event), 1);
        let mut whole = history;
        whole.push(event.clone());
        let (dossier, particulars) = replay(&whole)
            .ok_or_else(|| DbError::Corrupt(format!("{} has no beginning", self.dossier.code)))?;
        self.dossier = dossier;
        self.particulars = Some((particulars, None));
        self.added.push(event);
        Ok(())
    }

    fn chained(&mut self, fact: Fact, stamp: Stamp) -> Result<Event, DbError> {
        let event = Event {
            seq: self.dossier.version + 1,
            occurred_at: stamp.occurred_at,
            recorded_at: stamp.recorded_at,
            officer: stamp.officer,
            fact,
        };
        let row = EventRow::of(self.id, self.dossier.branch, &event, &self.chain)?;
        self.chain.clone_from(&row.hash);
        self.events.push(row);
        Ok(event)
    }

    /// Writes everything that was added, and what hangs on it.
    pub fn save(self, tx: &mut Conn<'_>) -> Outcome<Dossier> {
        let dossier = self.dossier.clone();
        Self::save_all(vec![self], tx)?;
        Ok(dossier)
    }

    /// Writes many lives with few statements: the same rows, the tallies added up first.
    pub fn save_all(mut lives: Vec<Self>, tx: &mut Conn<'_>) -> Outcome<()> {
        for life in &mut lives {
            // Corrected particulars keep the key that is printed on the receipt.
            if let Some((_, key @ None)) = &mut life.particulars {
                *key = Some(store::particulars_row(tx, life.id)?.lookup_key);
            }
        }
        Batch::of(lives)?.write(tx)
    }
}

/// What the rules would say, under the dossier's own rule set. Nothing is changed by it.
pub fn decided(
    dossier: &Dossier,
    reference: &Reference,
    command: Command,
    stamp: Stamp,
    may_backdate: bool,
) -> Outcome<Fact> {
    // What has not been received yet is received under the rules of that day.
    let rules = match dossier.received_at {
        Some(_) => reference.rule_set(&dossier.rule_set),
        None => reference.rule_set_on(crate::domain::local_time::day_of(stamp.occurred_at)),
    };
    let rules = rules.ok_or(Failure::Conflict("rule-set-missing"))?.for_decisions();
    let context = Context {
        calendar: &reference.calendar,
        rules: &rules,
        shares: &reference.shares(dossier.procedure_version),
        now: stamp.recorded_at,
        occurred_at: stamp.occurred_at,
        may_backdate,
    };
    Ok(decide(dossier, command, &context)?)
}

/// The rows of many lives, ready to be written: a bulk load makes the next batch while the last one is
/// committed.
pub struct Batch {
    changes: store::Changes,
    changed: Vec<(DossierId, Dossier, Dossier)>,
}

impl Batch {
    pub fn of(lives: Vec<Life>) -> Outcome<Self> {
        let mut changes = store::Changes::default();
        let (mut changed, mut tally) = (Vec::new(), Tally::default());
        for life in lives {
            let row = DossierRow::of(life.id, &life.dossier, &life.chain)?;
            let branch = life.dossier.branch;
            let slice = Slice::of(life.dossier.received_at);
            changes.reappointments.extend(store::reappointments(life.id, life.dossier.branch, &life.added)?);
            if let Some((particulars, lookup_key)) = &life.particulars {
                let key = lookup_key.as_ref().ok_or_else(|| Failure::Broken("no look-up key".into()))?;
                let row = ParticularsRow::of(life.id, life.dossier.branch, particulars, key)?;
                let words = super::row::search_words(particulars, slice, branch);
                if life.before.is_none() {
                    changes.particulars.push(row);
                    changes.words.push(words);
                } else {
                    changes.corrected.push((row, words));
                }
            } else if let Some(before) = &life.before
                && Slice::of(before.received_at) != slice
            {
                changes.moved.push((life.id, branch, Slice::of(before.received_at), slice));
            }
            changes.events.extend(life.events);
            tally.merge(&life.tally, 1);
            match life.before {
                None => changes.new.push(row),
                Some(before) => {
                    changes.updated.push(row);
                    changed.push((life.id, before, life.dossier));
                }
            }
        }
        changes.tallies = Additions::of(&tally);
        Ok(Self { changes, changed })
    }

    /// Everything, in the caller's transaction. May be called again when that was rolled back.
    pub fn write(&self, tx: &mut Conn<'_>) -> Outcome<()> {
        store::write(tx, &self.changes)?;
        for (id, before, after) in &self.changed {
            dossier_changed(tx, *id, before, after)?;
        }
        Ok(())
    }
}
