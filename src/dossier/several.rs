//! Several dossiers at once: their histories, and their lines in a list.

use super::audit::by_dossier;
use super::filter;
use super::row::EventRow;
use super::store;
use super::view::{self, Line};
use crate::db::Conn;
use crate::domain::event::Event;
use crate::domain::ids::DossierId;
use crate::failure::Outcome;
use crate::reference::Reference;
use chrono::NaiveDate;

/// Dossiers whose events are read at once.
const AT_ONCE: usize = 500;

/// The whole histories of these dossiers, in this order, each oldest first.
pub fn histories(c: &mut Conn<'_>, ids: &[DossierId]) -> Outcome<Vec<(DossierId, Vec<Event>)>> {
    let mut histories = Vec::with_capacity(ids.len());
    for ids in ids.chunks(AT_ONCE) {
        let mut rows = by_dossier(store::event_rows_of(c, ids)?, |row| row.dossier_id);
        for id in ids {
            let events = rows.remove(id).unwrap_or_default();
            histories.push((*id, events.iter().map(EventRow::event).collect::<Result<_, _>>()?));
        }
    }
    Ok(histories)
}

/// The lines of these dossiers, in this order, as they stand on `today`; people masked.
pub fn lines(
    c: &mut Conn<'_>,
    reference: &Reference,
    ids: &[DossierId],
    today: NaiveDate,
) -> Outcome<Vec<Line>> {
    let found = filter::these(c, ids)?;
    let names = view::holders(c, found.iter().filter_map(|(row, _)| row.held_by))?;
    let next_working_day = reference.calendar.next_working_day(today).ok();
    found
        .iter()
        .map(|(row, people)| view::line(reference, row, people, &names, today, next_working_day))
        .collect()
}
