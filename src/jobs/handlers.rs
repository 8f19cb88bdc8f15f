//! Which kind of job is done by what, and what can come of it.

use super::queue::{Job, LEASE_LOST};
use crate::db::DbError;
use crate::failure::Failure;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Why a job is not done. Every reason is one line without personal data: it is stored and shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// May well succeed later: tried again with growing waits.
    Transient(String),
    /// Asked to come back later: not before `retry_after`, where a time was named.
    RateLimited { reason: String, retry_after: Option<Duration> },
    /// Will never succeed by itself: the job is dead and visible.
    Permanent(String),
    /// Another worker has taken it over: nothing may be written any more.
    LeaseLost,
}

impl Trouble {
    pub fn transient(reason: impl std::fmt::Display) -> Self {
        Self::Transient(reason.to_string())
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Conflict(LEASE_LOST) => Self::LeaseLost,
            Failure::Db(DbError::Corrupt(_)) | Failure::Broken(_) => Self::Permanent(failure.to_string()),
            Failure::Db(_) => Self::Transient(failure.to_string()),
            refused => Self::Permanent(refused.to_string()),
        }
    }
}

impl From<DbError> for Trouble {
    fn from(error: DbError) -> Self {
        Failure::from(error).into()
    }
}

type Handler = Arc<dyn Fn(&Job) -> Result<(), Trouble> + Send + Sync>;

pub(super) struct Entry {
    pub handler: Handler,
    /// Due again so long after it was done.
    pub every: Option<Duration>,
}

/// The registry. A worker claims only the kinds in its own: during an upgrade the older instance leaves alone
/// what it does not know.
#[derive(Default)]
pub struct Handlers {
    kinds: BTreeMap<&'static str, Entry>,
}

impl Handlers {
    pub fn new() -> Self {
        Self::default()
    }

    /// `handler` blocks and runs on the blocking pool. It writes its effect and [`super::finish`] in one
    /// transaction, or leaves finishing to the worker where repeating it does no harm.
    #[must_use]
    pub fn on(
        mut self,
        kind: &'static str,
        handler: impl Fn(&Job) -> Result<(), Trouble> + Send + Sync + 'static,
    ) -> Self {
        self.kinds.insert(kind, Entry { handler: Arc::new(handler), every: None });
        self
    }

    /// Periodic work: due when a worker starts, and again `interval` after it was done. It leaves finishing to
    /// the worker and must do no harm when repeated.
    #[must_use]
    pub fn every(
        mut self,
        interval: Duration,
        kind: &'static str,
        handler: impl Fn(&Job) -> Result<(), Trouble> + Send + Sync + 'static,
    ) -> Self {
        self.kinds.insert(kind, Entry { handler: Arc::new(handler), every: Some(interval) });
        self
    }

    pub(super) fn kinds(&self) -> Vec<&'static str> {
        self.kinds.keys().copied().collect()
    }

    pub(super) fn periodic(&self) -> Vec<&'static str> {
        self.kinds.iter().filter(|(_, entry)| entry.every.is_some()).map(|(kind, _)| *kind).collect()
    }

    pub(super) fn of(&self, kind: &str) -> Option<&Entry> {
        self.kinds.get(kind)
    }
}

impl std::fmt::Debug for Handlers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.kinds.keys()).finish()
    }
}
