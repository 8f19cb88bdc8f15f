//! Acts that were entered after they had happened, and corrections: nothing else changes the figures of days that
//! are over.

use super::several::histories;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{dossier_events, dossiers};
use crate::db::types::Moment;
use crate::domain::event::{Event, Fact};
use crate::domain::ids::{BranchId, DossierId};
use crate::failure::Outcome;
use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use std::collections::{BTreeMap, HashMap};

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

/// An event that was entered afterwards: the order of the index.
type Entry = (Moment, DossierId, i32);

/// Tells each dossier of which something was entered afterwards since a moment in these branches, once, the earliest such entry
/// first. What is `seen`, up to the number of an event of each dossier, does not count. However many there are, no more than
/// `at_once` lives are in memory.
pub fn each_entered_afterwards(
    c: &mut Conn<'_>,
    branches: &[BranchId],
    since: DateTime<Utc>,
    seen: &BTreeMap<DossierId, u32>,
    at_once: i64,
    mut tell: impl FnMut(Afterwards) -> Outcome<()>,
) -> Outcome<()> {
    let mut after = None;
    loop {
        let entries = entries(c, branches, since, after, at_once)?;
        let lives = lives(c, &entries)?;
        for (recorded_at, id, seq) in &entries {
            let Some((code, events)) = lives.get(id) else { continue };
            let last_seen = seen.get(id).copied();
            let entered = events.iter().filter(|event| {
                is_afterwards(event)
                    && event.recorded_at >= since
                    && last_seen.is_none_or(|last| event.seq > last)
            });
            // Its later entries are met again further on, where its life is read once more rather than remembered.
            let first = entered.clone().map(|event| (event.recorded_at, event.seq)).min();
            if first.is_some_and(|(at, number)| at == recorded_at.0 && i64::from(number) == i64::from(*seq)) {
                let entered = entered.map(|event| event.seq).collect();
                tell(Afterwards { id: *id, code: code.clone(), events: events.clone(), entered })?;
            }
        }
        after = entries.last().copied();
        if i64::try_from(entries.len()).is_ok_and(|count| count < at_once) {
            return Ok(());
        }
    }
}

/// As [`AFTERWARDS`] says it.
fn is_afterwards(event: &Event) -> bool {
    event.officer.is_some()
        && (matches!(event.fact, Fact::Corrected { .. }) || event.occurred_at < event.recorded_at)
}

/// The next entries after one.
fn entries(
    c: &mut Conn<'_>,
    branches: &[BranchId],
    since: DateTime<Utc>,
    after: Option<Entry>,
    at_once: i64,
) -> Outcome<Vec<Entry>> {
    use dossier_events as e;
    Ok(both!(c, |c| {
        let mut query = e::table
            .filter(sql::<Bool>(AFTERWARDS))
            .filter(e::branch_id.eq_any(branches))
            .filter(e::recorded_at.ge(after.map_or(Moment(since), |(at, ..)| at)))
            .into_boxed();
        if let Some((at, id, seq)) = after {
            let later = e::dossier_id.gt(id).or(e::dossier_id.eq(id).and(e::seq.gt(seq)));
            query = query.filter(e::recorded_at.gt(at).or(later));
        }
        query
            .order((e::recorded_at, e::dossier_id, e::seq))
            .limit(at_once)
            .select((e::recorded_at, e::dossier_id, e::seq))
            .load(c)?
    }))
}

/// The codes and the whole lives of the dossiers of these entries.
fn lives(c: &mut Conn<'_>, entries: &[Entry]) -> Outcome<HashMap<DossierId, (String, Vec<Event>)>> {
    let mut ids: Vec<DossierId> = entries.iter().map(|(_, id, _)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut found = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(AT_ONCE) {
        let codes: Vec<(DossierId, String)> = both!(c, |c| dossiers::table
            .filter(dossiers::id.eq_any(ids))
            .select((dossiers::id, dossiers::code))
            .load(c))?;
        let mut events: HashMap<DossierId, Vec<Event>> = histories(c, ids)?.into_iter().collect();
        found
            .extend(codes.into_iter().map(|(id, code)| (id, (code, events.remove(&id).unwrap_or_default()))));
    }
    Ok(found)
}
