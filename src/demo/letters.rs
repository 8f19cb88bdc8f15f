//! The letters of the demo, made by the apology feature itself with a clock that stands in the past.

use super::accounts::Desk;
use super::story::Letter;
use crate::apology::{self, Approver, PostRoom, Signer};
use crate::clock::Clock;
use crate::domain::ids::{DossierId, OfficerId};
use crate::failure::Outcome;
use crate::http::Seen;
use crate::jobs::{Bell, Handlers, Settings, Worker};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tokio::runtime::Runtime;

pub struct Letters {
    room: PostRoom,
    worker: Worker,
    runtime: Runtime,
}

impl Letters {
    /// `room` has the set clock of the simulation.
    pub fn new(room: PostRoom, runtime: Runtime) -> Self {
        let handlers = Handlers::new().on(apology::send::KIND, {
            let room = room.clone();
            move |job| apology::send::send(&room, job)
        });
        let worker =
            Worker::new(room.db.clone(), room.clock.clone(), handlers, Settings::default(), Bell::default());
        Self { room, worker, runtime }
    }

    pub fn clock(&self) -> &Clock {
        &self.room.clock
    }

    pub fn draft_due(&self) -> Outcome<usize> {
        apology::draft::draft_due(&self.room)
    }

    /// Somebody writes down why it will be late.
    pub fn state_cause(&self, dossier: DossierId, letter: &Letter, now: DateTime<Utc>) -> Outcome<()> {
        let Some((cause, reason)) = letter.cause else { return Ok(()) };
        let (references, letters) = (self.room.reference.clone(), Arc::clone(&self.room.letters));
        self.room.db.write_blocking(move |tx| match apology::draft_of(tx, dossier)? {
            Some((id, _)) => {
                let reference = references.of(tx)?;
                apology::state_cause(tx, &reference, &letters, id, (cause, reason), now)
            }
            None => Ok(()),
        })
    }

    /// The head signs. False when there is no draft (any more).
    pub fn approve(&self, dossier: DossierId, desk: &Desk, now: DateTime<Utc>) -> Outcome<bool> {
        let (references, letters, desk) =
            (self.room.reference.clone(), Arc::clone(&self.room.letters), desk.clone());
        self.room.db.write_blocking(move |tx| {
            let Some((id, version)) = apology::draft_of(tx, dossier)? else { return Ok(false) };
            let reference = references.of(tx)?;
            let head = Approver::Head {
                officer: desk.head,
                signer: Signer { name: desk.head_name.clone(), title: Some(desk.head_title.clone()) },
                seen: Seen::at(version),
            };
            apology::approve::approve(tx, &reference, &letters, id, &head, now)?;
            Ok(true)
        })
    }

    /// Everything that waits in the outbox goes to the folder.
    pub fn send(&self) -> Outcome<()> {
        self.runtime.block_on(self.worker.run_due()).map(drop)
    }

    /// Handed over at the counter, where there was no address to mail it to.
    pub fn hand_over(&self, dossier: DossierId, by: OfficerId, at: DateTime<Utc>) -> Outcome<()> {
        self.room.db.write_blocking(move |tx| match apology::on_paper(tx, dossier)? {
            Some((id, name)) => apology::deliver::deliver(tx, id, ("in_person", &name), at, by, at),
            None => Ok(()),
        })
    }
}
