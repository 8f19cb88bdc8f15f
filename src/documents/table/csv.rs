//! A table as text with commas.

use super::{Cell, Table};

/// UTF-8 with the mark by which spreadsheets know it; the header in one line.
///
/// # Errors
/// None that writing to memory could have; the writer's own are passed on.
pub fn csv(table: &Table) -> Result<Vec<u8>, csv::Error> {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(vec![0xef, 0xbb, 0xbf]);
    writer.write_record(table.columns.iter().map(|column| match column.group {
        Some(group) => format!("{group}: {}", column.title),
        None => column.title.clone(),
    }))?;
    for row in table.rows.iter().chain(&table.total) {
        writer.write_record(row.iter().map(Cell::plain))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}
