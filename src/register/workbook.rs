//! A register that comes as a workbook (XLSX), turned into CSV: the first sheet, each line beginning with the
//! number of its row.

use super::sheet::SheetFault;
use calamine::{DataRef, DataType, Reader as _, Xlsx, XlsxError};
use chrono::{DurationRound, TimeDelta};
use std::io::{Read, Seek};

/// Columns further right than this are no columns of a register.
const MOST_COLUMNS: usize = 100;

fn fault(error: &dyn std::fmt::Display) -> SheetFault {
    SheetFault::Workbook(error.to_string())
}

/// The first sheet as CSV.
pub(super) fn as_csv(file: impl Read + Seek) -> Result<Vec<u8>, SheetFault> {
    let mut workbook: Xlsx<_> = Xlsx::new(file).map_err(|error: XlsxError| fault(&error))?;
    let name = workbook.sheet_names().first().cloned().ok_or(SheetFault::Empty)?;
    let mut cells = workbook.worksheet_cells_reader(&name).map_err(|error| fault(&error))?;
    let mut lines = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let mut row: Option<(u32, Vec<String>)> = None;
    // Cell by cell, never as a rectangle: one stray cell in the last corner would make it gigantic.
    while let Some(cell) = cells.next_cell().map_err(|error| fault(&error))? {
        let (number, column) = cell.get_position();
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        let text = text_of(cell.get_value());
        if text.is_empty() || column >= MOST_COLUMNS {
            continue;
        }
        if row.as_ref().is_none_or(|(current, _)| *current != number) {
            write(&mut lines, row.take())?;
        }
        let (_, texts) = row.get_or_insert_with(|| (number, Vec::new()));
        if texts.len() <= column {
            texts.resize(column + 1, String::new());
        }
        if let Some(place) = texts.get_mut(column) {
            *place = text;
        }
    }
    write(&mut lines, row)?;
    lines.into_inner().map_err(|error| fault(&error))
}

fn write(lines: &mut csv::Writer<Vec<u8>>, row: Option<(u32, Vec<String>)>) -> Result<(), SheetFault> {
    if let Some((number, texts)) = row {
        // People count rows from 1.
        let number = (u64::from(number) + 1).to_string();
        lines.write_record(std::iter::once(number).chain(texts)).map_err(|error| fault(&error))?;
    }
    Ok(())
}

/// A cell as the CSV would have it.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::DateTime(_) => match value.as_datetime() {
            // Spreadsheets keep moments as fractions of a day: 10:00 may come out a millisecond short.
            Some(at) => {
                at.duration_round(TimeDelta::seconds(1)).unwrap_or(at).format("%Y-%m-%d %H:%M:%S").to_string()
            }
            None => String::new(),
        },
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        // A telephone number that was taken for a number.
        DataRef::Float(number) => number.to_string(),
        DataRef::Int(number) => number.to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}
