//! Holding stored dossiers against their events: the chain of hashes, the numbering, and the row, which must be
//! what the events tell.

use super::chain;
use super::row::{DossierRow, EventRow, ParticularsRow};
use super::store;
use crate::db::Conn;
use crate::domain::dossier::replay;
use crate::domain::event::{Event, Fact};
use crate::domain::ids::{BranchId, DossierId};
use crate::failure::{Failure, Outcome};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// A dossier, its events as far as they can be read, and what is wrong with it.
#[derive(Debug)]
pub struct Audited {
    pub id: DossierId,
    pub code: String,
    pub events: Vec<Event>,
    pub findings: Vec<Finding>,
    /// Its row says nothing of the part that is going on, and this is when the beginning of that part was recorded: right
    /// only of what was recorded before acts told what parts are judged by.
    pub lacks_part_of: Option<DateTime<Utc>>,
}

/// What can be wrong with one dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// There is no event at all.
    NoEvents,
    /// After the event before, this number was due, and that one came.
    Gap { due: i32, came: i32 },
    /// The row of this event, or of the dossier itself (0), does not hold what it must.
    Unreadable { seq: i32 },
    /// The event does not belong where it stands: it, or one before it, was changed, taken out or put in.
    BrokenChain { seq: i32 },
    /// The dossier's row stands at another event than its last.
    OtherEnd { version: i32, events: usize },
    /// Events and row are of different branches.
    OtherBranch { seq: i32 },
    /// These columns are not what the events tell.
    OtherThanTold { columns: Vec<&'static str> },
    /// The events do not begin with a registration.
    NoBeginning,
}

/// The dossiers of a branch, by key.
pub fn ids_of_branch(c: &mut Conn<'_>, branch: BranchId) -> Outcome<Vec<DossierId>> {
    let mut ids = store::ids_of_branch(c, branch)?;
    ids.sort_unstable();
    Ok(ids)
}

/// Holds these dossiers against their events.
///
/// # Errors
/// When the database fails; what is wrong with a dossier is a finding and no error.
pub fn audit(c: &mut Conn<'_>, ids: &[DossierId]) -> Outcome<Vec<Audited>> {
    match store::whole(c, ids) {
        Ok(rows) => {
            Ok(rows.into_iter().map(|(row, particulars, events)| held(row, particulars, &events)).collect())
        }
        // One row that cannot be read must not hide the others.
        Err(Failure::Db(error)) if error.is_unreadable() => match ids {
            [] => Ok(Vec::new()),
            [id] => {
                let findings = vec![Finding::Unreadable { seq: 0 }];
                let code = store::code_of(c, *id)?;
                Ok(vec![Audited { id: *id, code, events: Vec::new(), findings, lacks_part_of: None }])
            }
            ids => {
                let mut audited = Vec::with_capacity(ids.len());
                for id in ids {
                    audited.extend(audit(c, std::slice::from_ref(id))?);
                }
                Ok(audited)
            }
        },
        Err(failure) => Err(failure),
    }
}

fn held(row: DossierRow, particulars: Option<ParticularsRow>, rows: &[EventRow]) -> Audited {
    let (mut findings, mut lacks_part_of) = (Vec::new(), None);
    let events = read(&row, rows, &mut findings);
    if rows.is_empty() {
        findings.push(Finding::NoEvents);
    } else {
        let at_its_end = rows.last().is_some_and(|last| last.hash == row.chain && last.seq == row.version);
        if !at_its_end {
            findings.push(Finding::OtherEnd { version: row.version, events: rows.len() });
        }
        if events.len() == rows.len() {
            let (finding, lacks_part) = told(&row, particulars.as_ref(), &events);
            findings.extend(finding);
            lacks_part_of = lacks_part;
        }
    }
    Audited { id: row.id, code: row.code, events, findings, lacks_part_of }
}

/// Walks the chain.
fn read(row: &DossierRow, rows: &[EventRow], findings: &mut Vec<Finding>) -> Vec<Event> {
    let mut events = Vec::with_capacity(rows.len());
    let (mut before, mut due) = (chain::START, 1);
    for event_row in rows {
        let seq = event_row.seq;
        if seq != due {
            findings.push(Finding::Gap { due, came: seq });
        }
        if event_row.branch_id != row.branch_id {
            findings.push(Finding::OtherBranch { seq });
        }
        match event_row.event() {
            Ok(event) => {
                let facts = event_row.facts.value().unwrap_or_default();
                if chain::link(before, row.id, &event, &facts) != event_row.hash {
                    findings.push(Finding::BrokenChain { seq });
                }
                events.push(event);
            }
            Err(_) => findings.push(Finding::Unreadable { seq }),
        }
        (before, due) = (event_row.hash.as_str(), seq.saturating_add(1));
    }
    events
}

/// What the row holds against what the events tell; and when the part began that the row says nothing of.
fn told(
    row: &DossierRow,
    particulars: Option<&ParticularsRow>,
    events: &[Event],
) -> (Option<Finding>, Option<DateTime<Utc>>) {
    let Some((dossier, told)) = replay(events) else { return (Some(Finding::NoBeginning), None) };
    let Ok(told_row) = DossierRow::of(row.id, &dossier, &row.chain) else {
        return (Some(Finding::Unreadable { seq: 0 }), None);
    };
    let mut columns = row.differences(&told_row);
    let lacks_part = row.lacks_part(&told_row).then(|| part_recorded(events)).flatten();
    if lacks_part.is_some() {
        columns.retain(|column| *column != "standing");
    }
    if particulars.and_then(|row| row.particulars().ok()).as_ref() != Some(&told) {
        columns.push("particulars");
    }
    ((!columns.is_empty()).then_some(Finding::OtherThanTold { columns }), lacks_part)
}

/// When the beginning of the part that is going on was recorded.
fn part_recorded(events: &[Event]) -> Option<DateTime<Utc>> {
    let begins = |event: &&Event| matches!(event.fact, Fact::Received { .. } | Fact::Forwarded { .. });
    events.iter().rev().find(begins).map(|event| event.recorded_at)
}

/// Rows by the dossier they belong to.
pub(super) fn by_dossier<R>(rows: Vec<R>, of: impl Fn(&R) -> DossierId) -> HashMap<DossierId, Vec<R>> {
    let mut sorted: HashMap<DossierId, Vec<R>> = HashMap::new();
    for row in rows {
        sorted.entry(of(&row)).or_default().push(row);
    }
    sorted
}
