//! The whole lives of some dossiers, for reports that tell their story.

use super::store;
use crate::db::Conn;
use crate::domain::event::Event;
use crate::domain::ids::DossierId;
use crate::failure::Outcome;
use std::collections::HashMap;

/// Dossiers read at once.
const AT_ONCE: usize = 500;

/// The events of each of these, oldest first; the dossiers in the order in which they are named.
pub fn lives(c: &mut Conn<'_>, ids: &[DossierId]) -> Outcome<Vec<(DossierId, Vec<Event>)>> {
    let mut lives = Vec::with_capacity(ids.len());
    for ids in ids.chunks(AT_ONCE) {
        let mut found: HashMap<DossierId, Vec<Event>> = store::events_of(c, ids)?;
        lives.extend(ids.iter().filter_map(|id| Some((*id, found.remove(id)?))));
    }
    Ok(lives)
}
