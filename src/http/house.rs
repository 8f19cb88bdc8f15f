//! What every handler is given: the doors to the database, the clock, the reference data, the limits.

use super::body;
use super::health::ReadyCheck;
use super::limits::Limits;
use crate::clock::Clock;
use crate::config::{self, Config, Shown};
use crate::db::Db;
use crate::reference::ReferenceCache;
use std::sync::Arc;

/// How the service meets the outside.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Threads that take requests; 0 is one for each processor. Queries run on a pool of their own.
    pub workers: usize,
    /// The largest body taken.
    pub body_bytes: usize,
    /// Public look-ups that one address may make in a minute; as many at once.
    pub public_lookups_per_minute: u32,
    /// Sign-ins that one address may try in a minute; as many at once. A whole office may share one address.
    pub sign_ins_per_minute: u32,
    /// Wrong phones that may be tried with one dossier code in an hour, from whatever addresses; as many at once.
    pub wrong_phones_per_hour: u32,
    /// A proxy of ours stands in front and adds the caller's address to `X-Forwarded-For`. Without one, the
    /// header is whatever the caller likes and is not believed.
    pub behind_proxy: bool,
    /// People come over TLS: cookies are for TLS only.
    pub https: bool,
    /// What is set for this installation, for an administrator to read; nothing of it is decided by.
    pub in_force: Vec<Shown>,
    /// When the early warning warns.
    pub warnings: config::Warnings,
    /// From where on a span is a sign of gaming.
    pub integrity: config::Integrity,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            workers: 2,
            body_bytes: body::LIMIT,
            public_lookups_per_minute: 60,
            sign_ins_per_minute: 300,
            wrong_phones_per_hour: 10,
            behind_proxy: false,
            https: false,
            in_force: Vec::new(),
            warnings: config::Warnings::default(),
            integrity: config::Integrity::default(),
        }
    }
}

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        Self {
            workers: config.http.workers,
            body_bytes: config.limits.body_bytes,
            public_lookups_per_minute: config.limits.public_lookups_per_minute,
            sign_ins_per_minute: config.limits.sign_ins_per_minute,
            wrong_phones_per_hour: config.limits.wrong_phones_per_hour,
            behind_proxy: config.http.behind_proxy,
            https: config.http.public_url.starts_with("https://"),
            in_force: config.shown(),
            warnings: config.warnings,
            integrity: config.integrity,
        }
    }
}

/// Cheap to clone; every clone shares the same doors.
#[derive(Clone)]
pub struct House {
    pub db: Db,
    pub clock: Clock,
    /// Calendar, rule sets, catalogue: `house.references.of(conn)?` inside of a transaction.
    pub references: ReferenceCache,
    pub settings: Arc<Settings>,
    pub limits: Arc<Limits>,
    pub(super) checks: Vec<ReadyCheck>,
}

impl House {
    pub fn new(db: Db, clock: Clock, references: ReferenceCache, settings: Settings) -> Self {
        let limits = Arc::new(Limits::new(&settings));
        Self { db, clock, references, settings: Arc::new(settings), limits, checks: Vec::new() }
    }

    /// Adds something `/health/ready` looks at.
    pub fn watching(mut self, check: ReadyCheck) -> Self {
        self.checks.push(check);
        self
    }
}
