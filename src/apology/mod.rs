//! The apology (thư xin lỗi): drafted before a dossier is late, edited, approved by the head of the branch and
//! numbered at that moment, mailed without another hand, or handed over on paper. One file a verb.
//!
//! A dossier and due date has one letter at most (a unique key sees to that), an approved letter is never changed
//! again, and one approval is never mailed twice (`send.rs`). Whoever needs both rows takes the dossier's first,
//! then the letter's: so no two acts wait for each other.

pub mod approve;
mod audit;
pub mod automatic;
mod changed;
pub mod deliver;
pub mod draft;
pub mod edit;
mod facts;
mod issued;
mod late;
pub mod letter;
pub mod letter_docx;
pub mod letter_pdf;
pub mod list;
pub mod missing;
mod named;
mod of_dossier;
mod papers;
pub mod public_letter;
pub mod reappoint;
mod row;
pub mod send;
pub mod show;
pub mod signed_letter;
mod signing;
mod store;
mod view;
mod waiting;

pub use approve::{Approver, approve};
pub use audit::{
    AuditedLetters, LetterDifference, LetterFinding, NumberDifference, NumberFinding, audit_letters,
};
pub use changed::dossier_changed;
pub use edit::state_cause;
pub use facts::Signer;
pub use issued::{IssuedLetter, draft_of, issued_as, issued_letter, on_paper};
pub use late::{Late, LetterOf, Period, Which, late, letters_of};
pub use missing::holders;
pub use named::{Named, named};
pub use of_dossier::{PaperLetter, letter_to_hand_over, letters_of_dossier};
pub use papers::sheet_of_dossier;
pub use signing::{Seal, SealFault, signing_key_lasts};
pub use waiting::{WaitingLetter, WaitingLetters, waiting_for_the_head};

use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::documents::typeset::Press;
use crate::jobs::{Bell, Handlers};
use crate::mail::Carrier;
use crate::reference::ReferenceCache;
use chrono::TimeDelta;
use std::sync::Arc;
use std::time::Duration;

/// How letters are written and where they come from.
#[derive(Debug, Clone)]
pub struct Letters {
    /// The sender, `Tên <địa chỉ>` or the bare address.
    pub from: String,
    pub reply_to: Option<String>,
    /// Where people reach the service; empty when that is not known, and letters have no link then.
    pub public_url: String,
    /// A draft suggests a new date so many working days after the due date, or after today when that has passed.
    pub suggested_working_days: u32,
    /// How long the mail of a letter that a head has approved waits for the signed one.
    pub signature_wait: TimeDelta,
    /// Rung when a letter is on its way out.
    pub bell: Bell,
    /// Prints them.
    pub press: Press,
    /// Signs them at their approval, where a key is configured.
    pub seal: Option<Seal>,
}

impl Letters {
    pub fn new(config: &Config, bell: Bell) -> Self {
        Self {
            from: config.smtp.from.clone(),
            reply_to: config.smtp.reply_to.clone(),
            public_url: config.http.public_url.clone(),
            suggested_working_days: config.apology.suggested_working_days,
            signature_wait: TimeDelta::minutes(config.apology.signature_wait_minutes.into()),
            bell,
            press: Press::of_this_program(),
            seal: None,
        }
    }
}

/// What the jobs of this feature work with.
#[derive(Clone)]
pub struct PostRoom {
    pub db: Db,
    pub clock: Clock,
    pub reference: ReferenceCache,
    pub carrier: Arc<Carrier>,
    pub letters: Arc<Letters>,
}

/// How often it is looked for dossiers that are owed a draft, and for letters that go out by themselves.
const EVERY: Duration = Duration::from_secs(180);

/// Adds the jobs of this feature.
#[must_use]
pub fn jobs(handlers: Handlers, room: &PostRoom) -> Handlers {
    let (drafts, letters, mails) = (room.clone(), room.clone(), room.clone());
    handlers
        .every(EVERY, draft::KIND, move |_| draft::draft_due(&drafts).map(drop).map_err(Into::into))
        .every(EVERY, automatic::KIND, move |_| {
            automatic::approve_due(&letters).map(drop).map_err(Into::into)
        })
        .on(send::KIND, move |job| send::send(&mails, job))
}
