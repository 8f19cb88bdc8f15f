//! `holidays*.csv`: the years and their special days. A file with "provisional" in its name holds years whose
//! notice is not out yet.

use super::files::{Files, StartingDataError};
use crate::domain::calendar::{Calendar, DayKind, OfficeHours, SpecialDay, YearStanding};
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    date: NaiveDate,
    kind: DayKind,
    name: String,
    paired_date: Option<NaiveDate>,
    note: Option<String>,
}

/// Years and days, not yet held against each other.
#[derive(Debug, Default)]
pub(super) struct Holidays {
    pub years: Vec<(i32, YearStanding)>,
    pub days: Vec<SpecialDay>,
}

pub(super) fn read(files: &Files) -> Result<Holidays, StartingDataError> {
    let mut held = Holidays::default();
    for file in &files.holidays {
        let standing = if file.name.contains("provisional") {
            YearStanding::Provisional
        } else {
            YearStanding::Announced
        };
        for (_line, row) in file.rows::<Row>()? {
            let year = row.date.year();
            if !held.years.contains(&(year, standing)) {
                held.years.push((year, standing));
            }
            held.days.push(SpecialDay {
                date: row.date,
                kind: row.kind,
                name: row.name,
                paired_date: row.paired_date,
                note: row.note,
            });
        }
    }
    Ok(held)
}

/// The calendar of the starting data, for who asks without a database.
///
/// # Errors
/// When a file cannot be used or the days contradict each other.
pub fn calendar(files: &Files, hours: OfficeHours) -> Result<Calendar, StartingDataError> {
    let Holidays { years, days } = read(files)?;
    Calendar::new(years, days, hours).map_err(|error| StartingDataError::Unreadable {
        file: "holidays*.csv".to_owned(),
        reason: error.to_string(),
    })
}
