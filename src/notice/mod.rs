//! Notices: mail to those who work here, as opposed to letters to those who are waited for. The digest of the day to each
//! officer and head; reminders and reports of the schedule.
//!
//! A notice is a row before it is a message: unique by what it is about, so that however many instances make it, it is
//! made once; mailed as a letter of apology is (docs/decisions/0005): marked before its text leaves the house, tried again
//! with the same Message-ID, kept with its reason when it fails. Nothing in it is decided at sending.

mod digest;
mod gather;
pub mod list;
pub mod retry;
pub mod send;
pub mod show;
mod store;
mod view;

pub use digest::{Window, post_digests};
pub use send::send;
pub use store::{
    Attached, Kind, NewNotice, State, again_about, file, forget_old, is_known, keep_file, post, standing_of,
};

use crate::clock::Clock;
use crate::config::{Config, Warnings};
use crate::db::Db;
use crate::http::{ReadyCheck, Warning};
use crate::jobs::{Bell, Handlers};
use crate::mail::Carrier;
use crate::reference::ReferenceCache;
use chrono::NaiveTime;
use std::sync::Arc;
use std::time::Duration;

/// What is set about notices.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The sender, `Tên <địa chỉ>` or the bare address.
    pub from: String,
    pub reply_to: Option<String>,
    /// Where people reach the service; empty when that is not known, and notices have no links then.
    pub public_url: String,
    /// When the digests of a working day go out; nothing: never.
    pub digest_at: Option<NaiveTime>,
    /// When a dossier is due soon, and from how many cases it is likely late.
    pub warnings: Warnings,
}

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        Self {
            from: config.smtp.from.clone(),
            reply_to: config.smtp.reply_to.clone(),
            public_url: config.http.public_url.trim_end_matches('/').to_owned(),
            digest_at: config.digest.at,
            warnings: config.warnings,
        }
    }
}

/// What the jobs of this feature work with.
#[derive(Clone)]
pub struct Room {
    pub db: Db,
    pub clock: Clock,
    pub reference: ReferenceCache,
    pub carrier: Arc<Carrier>,
    pub settings: Arc<Settings>,
    pub bell: Bell,
}

/// How often it is looked whether the digests of the day are due.
const EVERY: Duration = Duration::from_secs(180);

/// Adds the jobs of this feature.
#[must_use]
pub fn jobs(handlers: Handlers, room: &Room) -> Handlers {
    let (digests, mails) = (room.clone(), room.clone());
    handlers
        .every(EVERY, digest::KIND, move |_| post_digests(&digests).map(drop).map_err(Into::into))
        .on(send::KIND, move |job| send(&mails, job))
}

/// Says at `/health/ready` that notices could not be mailed.
pub fn failed_notices() -> ReadyCheck {
    Arc::new(|conn, _| {
        let failed = store::count_failed(conn)?;
        Ok((failed > 0).then(|| Warning::new("failed-notices").fact("count", failed)))
    })
}
