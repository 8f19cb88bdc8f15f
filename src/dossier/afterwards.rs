//! Acts that were entered after they had happened, and corrections: nothing else changes the figures of days that
//! are over.

use super::audit::by_dossier;
use super::row::EventRow;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{dossier_events, dossiers};
use crate::db::types::Moment;
use crate::domain::event::Event;
use crate::domain::ids::{BranchId, DossierId};
use crate::failure::Outcome;
use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use std::collections::BTreeMap;

/// As the partial index `dossier_events_afterwards` has it.
const AFTERWARDS: &str = "officer_id is not null and (kind = 'corrected' or occurred_at < recorded_at)";
/// Dossiers read at once.
const AT_ONCE: usize = 500;

/// A dossier of which something was entered afterwards.
#[derive(Debug)]
pub struct Afterwards {
    pub id: DossierId,
    pub code: String,
    /// Its whole life, oldest first.
    pub events: Vec<Event>,
    /// The numbers of the events that were entered afterwards, in their order.
    pub entered: Vec<u32>,
}

/// The numbers of such events since a moment, by dossier, in these branches; nothing when there are more than `most`.
pub fn entered_afterwards(
    c: &mut Conn<'_>,
    branches: &[BranchId],
    since: DateTime<Utc>,
    most: usize,
) -> Outcome<Option<BTreeMap<DossierId, Vec<u32>>>> {
    let limit = i64::try_from(most.saturating_add(1)).unwrap_or(i64::MAX);
    let rows: Vec<(DossierId, i32)> = both!(c, |c| dossier_events::table
        .filter(sql::<Bool>(AFTERWARDS))
        .filter(dossier_events::recorded_at.ge(Moment(since)))
        .filter(dossier_events::branch_id.eq_any(branches))
        .order((dossier_events::recorded_at, dossier_events::dossier_id, dossier_events::seq))
        .limit(limit)
        .select((dossier_events::dossier_id, dossier_events::seq))
        .load(c))?;
    if rows.len() > most {
        return Ok(None);
    }
    let mut found: BTreeMap<DossierId, Vec<u32>> = BTreeMap::new();
    for (id, seq) in rows {
        found.entry(id).or_default().push(u32::try_from(seq).unwrap_or_default());
    }
    found.values_mut().for_each(|numbers| numbers.sort_unstable());
    Ok(Some(found))
}

impl Afterwards {
    /// These dossiers with their lives.
    pub fn of(c: &mut Conn<'_>, found: &BTreeMap<DossierId, Vec<u32>>) -> Outcome<Vec<Self>> {
        let ids: Vec<DossierId> = found.keys().copied().collect();
        let mut all = Vec::with_capacity(ids.len());
        for ids in ids.chunks(AT_ONCE) {
            let (codes, events): (Vec<(DossierId, String)>, Vec<EventRow>) = both!(c, |c| (
                dossiers::table
                    .filter(dossiers::id.eq_any(ids))
                    .order(dossiers::code)
                    .select((dossiers::id, dossiers::code))
                    .load(c)?,
                dossier_events::table
                    .filter(dossier_events::dossier_id.eq_any(ids))
                    .order((dossier_events::dossier_id, dossier_events::seq))
                    .select(EventRow::as_select())
                    .load(c)?,
            ));
            let mut events = by_dossier(events, |row| row.dossier_id);
            for (id, code) in codes {
                let rows = events.remove(&id).unwrap_or_default();
                let events = rows.iter().map(EventRow::event).collect::<Result<_, _>>()?;
                let entered = found.get(&id).cloned().unwrap_or_default();
                all.push(Self { id, code, events, entered });
            }
        }
        Ok(all)
    }
}
