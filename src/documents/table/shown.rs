//! A table as words in lines and columns.

use super::{Cell, Column, Table};
use serde::Serialize;

/// A table in words, for whoever lays it out: a page, a paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    pub title: String,
    /// What stands over it, where that is more than its title.
    pub heading: Option<String>,
    pub about: Vec<String>,
    /// Neighbours under one title, or without one; together all columns.
    pub groups: Vec<Group>,
    pub columns: Vec<Head>,
    pub rows: Vec<Vec<String>>,
    pub total: Option<Vec<String>>,
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    pub title: Option<&'static str>,
    pub start: usize,
    pub count: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Head {
    pub title: String,
    /// In characters.
    pub width: u16,
    /// `left`, `center` or `right`.
    pub align: &'static str,
}

impl Shown {
    pub fn of(table: &Table) -> Self {
        let words = |row: &Vec<Cell>| row.iter().map(Cell::on_paper).collect();
        let columns = (0..).zip(&table.columns);
        Self {
            title: table.title.clone(),
            heading: table.heading.clone(),
            about: table.about.clone(),
            groups: groups(&table.columns),
            columns: columns
                .map(|(place, column)| Head {
                    title: column.title.clone(),
                    width: column.width,
                    align: align(table, place),
                })
                .collect(),
            rows: table.rows.iter().map(words).collect(),
            total: table.total.as_ref().map(words),
            notes: table.notes.clone(),
        }
    }
}

fn groups(columns: &[Column]) -> Vec<Group> {
    let mut start = 0;
    columns
        .chunk_by(|a, b| a.group == b.group)
        .map(|run| {
            let group = Group { title: run.first().and_then(|column| column.group), start, count: run.len() };
            start += run.len();
            group
        })
        .collect()
}

/// As the first cell that holds something wants it.
fn align(table: &Table, place: usize) -> &'static str {
    let cells = table.rows.iter().chain(&table.total).filter_map(|row| row.get(place));
    let sides = cells.filter_map(|cell| match cell {
        Cell::Empty => None,
        Cell::Text(_) => Some("left"),
        Cell::Number(_) | Cell::Sum(..) | Cell::Share(..) => Some("right"),
        Cell::Day(_) | Cell::Moment(_) => Some("center"),
    });
    sides.into_iter().next().unwrap_or("left")
}
