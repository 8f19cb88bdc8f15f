//! What has changed since a closing, as people hand it on: figure by figure, each with the dossiers that changed it and the
//! reasons that were given.

use super::adjustments::{Adjustments, Cause, CauseEvent, ChangeView};
use super::sheet::seals;
use crate::documents::dates;
use crate::documents::table::{Cell, Column, Table};
use crate::domain::local_time::local;
use crate::http::Lang;
use crate::http::words::words;
use crate::reference::Reference;
use crate::report::{Heading, Sheet};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value};

/// Dossiers named beside a figure, and so many characters of each: a cell of a spreadsheet holds 32,767, and reasons may be
/// long. The dossiers' own pages and the answer as JSON have all.
const MOST: usize = 20;
const LONGEST: usize = 300;

pub fn sheet(told: &Adjustments, reference: &Reference, heading: Heading) -> Sheet {
    let closing = &told.closing;
    let rows = told.changes.iter().map(|change| row(change, told, reference));
    let table = Table {
        title: format!("Điều chỉnh số {}", closing.number),
        heading: Some("ĐIỀU CHỈNH SAU KHI CHỐT SỐ LIỆU".to_owned()),
        about: vec![
            heading.agency.clone(),
            format!(
                "Số liệu từ {} đến {}, chốt hết ngày {}; hiện nay: lúc {} ngày {}",
                dates::short(closing.from),
                dates::short(closing.to),
                dates::short(closing.as_of),
                told.asked_at.format("%H:%M"),
                dates::short(told.asked_at.date_naive())
            ),
        ],
        columns: vec![
            Column::new("Đơn vị", 10),
            Column::new("Lĩnh vực", 20),
            Column::new("Số liệu", 24),
            Column::new("Đã chốt", 10),
            Column::new("Hiện nay", 10),
            Column::new("Chênh lệch", 10),
            Column::new("Do hồ sơ, và lý do", 60),
        ],
        rows: rows.collect(),
        total: None,
        notes: notes(told, reference),
    };
    Sheet::of(table, heading)
}

fn row(change: &ChangeView, told: &Adjustments, reference: &Reference) -> Vec<Cell> {
    let [branch, sector] = place(change, told, reference);
    let number = |value: &Option<Value>| value.as_ref().map_or(Cell::Empty, cell);
    vec![
        Cell::text(branch),
        Cell::text(sector),
        Cell::text(term("figure", &change.figure.replace(['.', '/'], "-"))),
        number(&change.closed),
        number(&change.now),
        change.difference.map_or(Cell::Empty, Cell::Number),
        Cell::text(because(change, &told.causes)),
    ]
}

/// Branch and sector of a row, some of whose branch is that of the whole closing; of the sum of all rows, that it is one.
fn place(change: &ChangeView, told: &Adjustments, reference: &Reference) -> [String; 2] {
    if change.row.is_empty() {
        return ["Tổng số".to_owned(), String::new()];
    }
    let branch = change.row.get("branch_code").or(told.closing.branch_code.as_ref());
    let sector = change.row.get("sector_code").cloned().unwrap_or_default();
    let named = reference.sector(&sector).map(|sector| sector.name.clone());
    [branch.cloned().unwrap_or_default(), named.unwrap_or(sector)]
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::Number(number) => number.as_i64().map_or_else(|| Cell::text(number.to_string()), Cell::Number),
        Value::String(share) if share.ends_with(|c: char| c.is_ascii_digit()) => {
            Cell::text(format!("{}\u{a0}%", share.replace('.', ",")))
        }
        Value::String(verdict) => Cell::text(say(&format!("pages.rates.{verdict}"), verdict)),
        _ => Cell::Empty,
    }
}

/// The dossiers that changed it, each with what was entered since.
fn because(change: &ChangeView, causes: &[Cause]) -> String {
    let is_it =
        |one: &ChangeView| one.figure == change.figure && (change.row.is_empty() || one.row == change.row);
    let behind: Vec<&Cause> = causes.iter().filter(|cause| cause.changes.iter().any(is_it)).collect();
    let mut said: Vec<String> = behind.iter().take(MOST).map(|cause| one_of(cause)).collect();
    if behind.len() > MOST {
        said.push(format!("và {} hồ sơ khác", behind.len() - MOST));
    }
    said.join("\n")
}

fn one_of(cause: &Cause) -> String {
    let events: Vec<String> = cause.events.iter().map(entered).collect();
    let said = format!("{}: {}", cause.dossier_code, events.join("; "));
    match said.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &said[..end]),
        None => said,
    }
}

fn entered(event: &CauseEvent) -> String {
    let mut said = term("event", event.kind);
    if let Some(field) = event.field {
        let was = event.old.as_deref().map(|old| format!(" {} →", corrected(field, old)));
        let is = event.new.as_deref().map(|new| format!(" {}", corrected(field, new)));
        let change = [was, is].into_iter().flatten().collect::<String>();
        said.push_str(&format!(" ({}{change})", term("correctable", field).to_lowercase()));
    }
    if let Some(reason) = &event.reason {
        said.push_str(&format!(", lý do: {reason}"));
    }
    said
}

/// What was put right, before or after, as people write it.
fn corrected(field: &str, value: &str) -> String {
    if let Ok(at) = value.parse::<DateTime<Utc>>() {
        return Cell::Moment(local(at).naive_local()).on_paper();
    }
    match value.parse::<NaiveDate>() {
        Ok(day) => dates::short(day),
        Err(_) => term(field, value),
    }
}

fn notes(told: &Adjustments, reference: &Reference) -> Vec<String> {
    let mut notes = Vec::new();
    if told.changes.is_empty() {
        notes.push("Số liệu hiện nay đúng như đã chốt.".to_owned());
    }
    notes.extend(told.unexplained.iter().map(|change| {
        let [branch, sector] = place(change, told, reference);
        let figure = term("figure", &change.figure.replace(['.', '/'], "-"));
        let difference = change.difference.unwrap_or(0);
        format!("Không do việc nào của cán bộ ghi sau khi chốt: {branch} {sector}, {figure}: {difference:+}")
    }));
    notes.extend(told.registers.iter().map(|register| {
        let on = dates::short(register.started_at.date_naive());
        format!("Nhập sổ ngày {on}: {} hồ sơ", register.dossiers)
    }));
    if told.more_causes > 0 {
        notes.push(format!("Và {} hồ sơ khác được ghi thêm sau khi chốt.", told.more_causes));
    }
    notes.extend(seals(&told.closing));
    notes
}

fn term(kind: &str, word: &str) -> String {
    say(&format!("terms.{kind}.{word}"), word)
}

/// A table is in Vietnamese, whoever asks for it.
fn say(key: &str, else_as: &str) -> String {
    words(Lang::Vi, key, &Map::new()).unwrap_or_else(|| else_as.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_much_was_said_a_cell_of_a_spreadsheet_holds_it_and_counts_the_rest() {
        let change = |difference| ChangeView {
            row: std::collections::BTreeMap::new(),
            figure: "resolved.overdue".to_owned(),
            closed: None,
            now: None,
            difference: Some(difference),
        };
        let at = local(DateTime::UNIX_EPOCH);
        let event = |seq| CauseEvent {
            seq,
            kind: "corrected",
            occurred_at: at,
            recorded_at: at,
            officer: None,
            field: Some("resolved_at"),
            old: None,
            new: None,
            reason: Some("ế".repeat(2000)),
        };
        let causes: Vec<Cause> = (0..25)
            .map(|n| Cause {
                dossier_code: format!("000.00.03.H29-260310-{n:04}"),
                changes: vec![change(1)],
                events: (1..=9).map(event).collect(),
            })
            .collect();
        let said = because(&change(25), &causes);
        assert!(said.chars().count() < 32_767, "{}", said.chars().count());
        assert_eq!(said.lines().count(), MOST + 1);
        assert!(
            said.lines().take(MOST).all(|line| line.starts_with("000.00.03.H29-") && line.ends_with('…'))
        );
        assert!(said.ends_with("và 5 hồ sơ khác"), "{said}");
    }
}
