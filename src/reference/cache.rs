//! One loaded state for the whole process, checked against the stamp in every transaction.

use super::Reference;
use crate::both;
use crate::db::{Conn, DbError, schema::settings};
use crate::domain::calendar::OfficeHours;
use crate::failure::{Failure, Outcome};
use diesel::prelude::*;
use std::sync::{Arc, PoisonError, RwLock};

/// The row of `settings` that holds the stamp.
pub const STAMP: &str = "reference_version";

/// How often loading is tried while others change the tables under it.
const TRIES: usize = 5;

/// Clones share what is loaded. One cache belongs to one database.
#[derive(Clone)]
pub struct ReferenceCache {
    hours: OfficeHours,
    held: Arc<RwLock<Option<Held>>>,
}

struct Held {
    stamp: String,
    reference: Arc<Reference>,
}

impl ReferenceCache {
    /// An empty cache; `hours` are the opening hours of the configuration.
    pub fn new(hours: OfficeHours) -> Self {
        Self { hours, held: Arc::default() }
    }

    pub fn hours(&self) -> &OfficeHours {
        &self.hours
    }

    /// The reference data as this transaction sees it.
    ///
    /// # Errors
    /// When the database fails, or holds what is no calendar or no catalogue.
    pub fn of(&self, conn: &mut Conn<'_>) -> Outcome<Arc<Reference>> {
        let mut stamp = read_stamp(conn)?;
        if let Some(held) = self.held(&stamp) {
            return Ok(held);
        }
        // In PostgreSQL's read committed, a change may land between two of the queries: the stamp tells.
        for _ in 0..TRIES {
            let reference = Arc::new(Reference::load(conn, &self.hours)?);
            let after = read_stamp(conn)?;
            if after == stamp {
                let held = Held { stamp, reference: Arc::clone(&reference) };
                *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some(held);
                return Ok(reference);
            }
            stamp = after;
        }
        Err(Failure::Broken("reference data kept changing while it was loaded".to_owned()))
    }

    /// The same where a query of the transaction has brought the stamp along.
    ///
    /// # Errors
    /// When the database fails, or holds what is no calendar or no catalogue.
    pub fn stamped(&self, conn: &mut Conn<'_>, stamp: Option<&str>) -> Outcome<Arc<Reference>> {
        match self.held(stamp.unwrap_or_default()) {
            Some(held) => Ok(held),
            None => self.of(conn),
        }
    }

    fn held(&self, stamp: &str) -> Option<Arc<Reference>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().filter(|held| held.stamp == stamp).map(|held| Arc::clone(&held.reference))
    }
}

/// Empty before the first change: an installation without starting data.
fn read_stamp(conn: &mut Conn<'_>) -> Result<String, DbError> {
    let stamp = both!(conn, |c| settings::table
        .find(STAMP)
        .select(settings::value)
        .get_result::<String>(c)
        .optional()?);
    Ok(stamp.unwrap_or_default())
}
