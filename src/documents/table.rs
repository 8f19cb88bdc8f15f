//! A table for people and its formats: CSV that a spreadsheet opens without harm, XLSX with real numbers and dates, words
//! for a page or a paper. It knows nothing of what it shows.

mod csv;
mod shown;
mod xlsx;

pub use self::csv::csv;
pub use shown::{Group, Head, Shown};
pub use xlsx::xlsx;

use super::dates;
use chrono::{NaiveDate, NaiveDateTime};

/// A worded table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The sheet's name and the file's title.
    pub title: String,
    /// What stands over it on paper, where that is more than its title.
    pub heading: Option<String>,
    /// Lines under the title: of whom, from when to when.
    pub about: Vec<String>,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
    /// The last line, and whether it adds the rows up: a spreadsheet then holds the formula beside the number.
    pub total: Option<Vec<Cell>>,
    /// What is said below.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Column {
    /// Written once over neighbours that share it.
    pub group: Option<&'static str>,
    pub title: String,
    /// In characters.
    pub width: u16,
}

impl Column {
    pub fn new(title: &str, width: u16) -> Self {
        Self { group: None, title: title.to_owned(), width }
    }

    pub fn of(group: &'static str, title: &str, width: u16) -> Self {
        Self { group: Some(group), title: title.to_owned(), width }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Empty,
    Text(String),
    Number(i64),
    /// The sum of cells to its left in the same row, by their places from 0.
    Sum(Vec<u16>, i64),
    /// One count over another, as a percentage with two decimals, cut off: the cells by their places from 0 in the same
    /// row, and their numbers. Empty where there is nothing to divide by.
    Share(u16, u16, i64, i64),
    Day(NaiveDate),
    /// Local time.
    Moment(NaiveDateTime),
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn day(day: Option<NaiveDate>) -> Self {
        day.map_or(Self::Empty, Self::Day)
    }

    fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) | Self::Sum(_, number) => Some(*number),
            _ => None,
        }
    }

    /// As it stands in a text file: numbers and dates for programs, text so that no spreadsheet runs it.
    fn plain(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => defused(text),
            Self::Number(number) | Self::Sum(_, number) => number.to_string(),
            Self::Share(_, _, part, whole) => share(*part, *whole, '.').unwrap_or_default(),
            Self::Day(day) => day.to_string(),
            Self::Moment(at) => at.format("%Y-%m-%d %H:%M").to_string(),
        }
    }

    /// As people read it on paper.
    pub fn on_paper(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) | Self::Sum(_, number) => grouped(*number),
            Self::Share(_, _, part, whole) => share(*part, *whole, ',').unwrap_or_default(),
            Self::Day(day) => dates::short(*day),
            Self::Moment(at) => format!("{} {}", at.format("%H:%M"), dates::short(at.date())),
        }
    }
}

/// `1.234.567`.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut written = if number < 0 { "−".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            written.push('.');
        }
        written.push(digit);
    }
    written
}

/// `99,96`: hundredths of a percent, cut off and never rounded up. `None` where there is nothing to divide by.
fn share(part: i64, whole: i64, point: char) -> Option<String> {
    let hundredths = i128::from(part) * 10_000 / i128::from((whole > 0).then_some(whole)?);
    Some(format!("{}{point}{:02}", hundredths / 100, hundredths % 100))
}

/// Text that begins like a formula is one to a spreadsheet; an apostrophe before it makes it text again.
fn defused(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx};
    use std::io::Cursor;

    fn table() -> Table {
        Table {
            title: "Báo cáo: thử/nghiệm".to_owned(),
            heading: None,
            about: vec!["Từ 01/03/2026 đến 31/03/2026".to_owned()],
            columns: vec![
                Column::new("Lĩnh vực", 30),
                Column::of("Đã giải quyết", "Tổng số", 10),
                Column::of("Đã giải quyết", "Trước hạn", 10),
                Column::of("Đã giải quyết", "Quá hạn", 10),
                Column::new("Ngày", 12),
            ],
            rows: vec![
                vec![
                    Cell::text("=cmd|' /C calc'!A0"),
                    Cell::Sum(vec![2, 3], 5),
                    Cell::Number(4),
                    Cell::Number(1),
                    Cell::Day("2026-03-05".parse().unwrap()),
                ],
                vec![
                    Cell::text("Thủy sản, \"biển\""),
                    Cell::Sum(vec![2, 3], 7),
                    Cell::Number(7),
                    Cell::Number(0),
                    Cell::Empty,
                ],
            ],
            total: Some(vec![
                Cell::text("Tổng số"),
                Cell::Number(12),
                Cell::Number(11),
                Cell::Number(1),
                Cell::Empty,
            ]),
            notes: vec!["Ghi chú.".to_owned()],
        }
    }

    #[test]
    fn a_text_file_opens_in_a_spreadsheet_and_runs_nothing() {
        let bytes = csv(&table()).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(
            text,
            "\u{feff}Lĩnh vực,Đã giải quyết: Tổng số,Đã giải quyết: Trước hạn,Đã giải quyết: Quá hạn,Ngày\r\n\
             '=cmd|' /C calc'!A0,5,4,1,2026-03-05\r\n\
             \"Thủy sản, \"\"biển\"\"\",7,7,0,\r\n\
             Tổng số,12,11,1,\r\n"
        );
    }

    #[test]
    fn a_spreadsheet_has_numbers_dates_and_sums_that_are_formulas() {
        let bytes = xlsx(&table()).unwrap();
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let name = book.sheet_names()[0].clone();
        assert_eq!(name, "Báo cáo thửnghiệm");
        let values = book.worksheet_range(&name).unwrap();
        let at = |row, column| values.get_value((row, column)).cloned().unwrap_or_default();
        assert_eq!(at(5, 0), Data::String("=cmd|' /C calc'!A0".to_owned()));
        assert_eq!((at(5, 1), at(5, 2)), (Data::Float(5.0), Data::Float(4.0)));
        assert!(matches!(at(5, 4), Data::DateTime(_)));
        assert_eq!(at(7, 1), Data::Float(12.0));
        let formulas = book.worksheet_formula(&name).unwrap();
        let formula = |row, column| formulas.get_value((row, column)).cloned().unwrap_or_default();
        assert_eq!((formula(5, 1), formula(7, 1)), ("C6+D6".to_owned(), "SUM(B6:B7)".to_owned()));
        assert_eq!(formula(5, 0), "");
    }
}
