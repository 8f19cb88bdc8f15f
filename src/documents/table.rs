//! A table for people as a file: CSV that a spreadsheet opens without harm, and XLSX with real numbers and dates.
//! It knows nothing of what it shows.

use super::dates;
use chrono::{NaiveDate, NaiveDateTime};
use rust_xlsxwriter::{
    Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook, XlsxError,
};
use serde::Serialize;

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

struct Formats {
    title: Format,
    head: Format,
    text: Format,
    number: Format,
    share: Format,
    day: Format,
    moment: Format,
    bold_text: Format,
    bold_number: Format,
    bold_share: Format,
}

impl Formats {
    fn new() -> Self {
        let cell = || Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::Top);
        Self {
            title: Format::new().set_bold().set_font_size(14),
            head: cell()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter)
                .set_background_color(Color::RGB(0x00E8_EEF4)),
            text: cell().set_text_wrap(),
            number: cell().set_num_format("#,##0"),
            share: cell().set_num_format("0.00"),
            day: cell().set_num_format("dd/mm/yyyy"),
            moment: cell().set_num_format("dd/mm/yyyy hh:mm"),
            bold_text: cell().set_bold(),
            bold_number: cell().set_bold().set_num_format("#,##0"),
            bold_share: cell().set_bold().set_num_format("0.00"),
        }
    }
}

/// One sheet: frozen header, a filter, sums as formulas that hold the stored values.
///
/// # Errors
/// More rows or columns than a sheet has.
pub fn xlsx(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let formats = Formats::new();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(sheet_name(&table.title))?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.write_with_format(0, 0, &table.title, &formats.title)?;
    let mut line = 1;
    for about in table.heading.iter().chain(&table.about) {
        sheet.write(line, 0, about)?;
        line += 1;
    }
    line += 1;
    let head = line;
    let grouped = table.columns.iter().any(|column| column.group.is_some());
    let last_head = if grouped { head + 1 } else { head };
    write_head(sheet, table, head, last_head, &formats)?;
    sheet.set_row_height(last_head, head_height(&table.columns))?;
    sheet.set_freeze_panes(last_head + 1, 0)?;
    sheet.set_repeat_rows(head, last_head)?;
    line = last_head + 1;
    let first = line;
    for row in &table.rows {
        for (place, cell) in (0..).zip(row) {
            write_cell(sheet, line, place, cell, &formats, false)?;
        }
        line += 1;
    }
    if let (false, Some(last_column)) = (table.rows.is_empty(), last(&table.columns)) {
        sheet.autofilter(last_head, 0, line - 1, last_column)?;
    }
    if let Some(total) = &table.total {
        for (place, cell) in (0..).zip(total) {
            match cell.number() {
                Some(sum) if !table.rows.is_empty() => {
                    let column = rust_xlsxwriter::utility::column_number_to_name(place);
                    let formula = Formula::new(format!("=SUM({column}{}:{column}{line})", first + 1))
                        .set_result(sum.to_string());
                    sheet.write_formula_with_format(line, place, formula, &formats.bold_number)?;
                }
                _ => write_cell(sheet, line, place, cell, &formats, true)?,
            }
        }
        line += 1;
    }
    for note in &table.notes {
        line += 1;
        sheet.write(line, 0, note)?;
    }
    workbook.save_to_buffer()
}

/// Points that the longest title takes when it is broken at the width of its column: 15 a line, and one line more
/// than letters counted tell, because words are not cut.
fn head_height(columns: &[Column]) -> u16 {
    let lines = |column: &Column| column.title.chars().count().div_ceil(usize::from(column.width.max(1))) + 1;
    let most = columns.iter().map(lines).max().unwrap_or(1);
    15 * u16::try_from(most.clamp(1, 20)).unwrap_or(20)
}

fn last<T>(all: &[T]) -> Option<u16> {
    u16::try_from(all.len().checked_sub(1)?).ok()
}

fn write_head(
    sheet: &mut rust_xlsxwriter::Worksheet,
    table: &Table,
    head: u32,
    last_head: u32,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let mut place: u16 = 0;
    for run in table.columns.chunk_by(|a, b| a.group.is_some() && a.group == b.group) {
        let start = place;
        for column in run {
            sheet.set_column_width(place, f64::from(column.width))?;
            match column.group {
                Some(_) => sheet.write_with_format(last_head, place, &column.title, &formats.head)?,
                None if last_head > head => {
                    sheet.merge_range(head, place, last_head, place, &column.title, &formats.head)?
                }
                None => sheet.write_with_format(head, place, &column.title, &formats.head)?,
            };
            place += 1;
        }
        match run.first().and_then(|column| column.group) {
            Some(group) if run.len() > 1 => {
                sheet.merge_range(head, start, head, place - 1, group, &formats.head)?;
            }
            Some(group) => {
                sheet.write_with_format(head, start, group, &formats.head)?;
            }
            None => {}
        }
    }
    Ok(())
}

fn write_cell(
    sheet: &mut rust_xlsxwriter::Worksheet,
    line: u32,
    place: u16,
    cell: &Cell,
    formats: &Formats,
    bold: bool,
) -> Result<(), XlsxError> {
    let number = if bold { &formats.bold_number } else { &formats.number };
    let text = if bold { &formats.bold_text } else { &formats.text };
    match cell {
        Cell::Empty => sheet.write_blank(line, place, text)?,
        // Written as a string it is never a formula.
        Cell::Text(words) => sheet.write_string_with_format(line, place, words, text)?,
        Cell::Number(value) => sheet.write_number_with_format(line, place, exact(*value), number)?,
        Cell::Sum(places, value) => {
            let name = |place: &u16| {
                format!("{}{}", rust_xlsxwriter::utility::column_number_to_name(*place), line + 1)
            };
            let sum = places.iter().map(name).collect::<Vec<_>>().join("+");
            let formula = Formula::new(format!("={sum}")).set_result(value.to_string());
            sheet.write_formula_with_format(line, place, formula, number)?
        }
        Cell::Share(part, whole, of_part, of_whole) => match share(*of_part, *of_whole, '.') {
            None => sheet.write_blank(line, place, text)?,
            Some(percent) => {
                let name = |place: &u16| {
                    format!("{}{}", rust_xlsxwriter::utility::column_number_to_name(*place), line + 1)
                };
                // Cut off in whole numbers, as the stored value is: 0.29*100 is less than 29 in floating point.
                let formula = format!("=INT(10000*{}/{})/100", name(part), name(whole));
                let formula = Formula::new(formula).set_result(percent);
                sheet.write_formula_with_format(
                    line,
                    place,
                    formula,
                    if bold { &formats.bold_share } else { &formats.share },
                )?
            }
        },
        Cell::Day(day) => {
            let day = ExcelDateTime::parse_from_str(&day.to_string())?;
            sheet.write_datetime_with_format(line, place, &day, &formats.day)?
        }
        Cell::Moment(at) => {
            let at = ExcelDateTime::parse_from_str(&at.format("%Y-%m-%dT%H:%M:%S").to_string())?;
            sheet.write_datetime_with_format(line, place, &at, &formats.moment)?
        }
    };
    Ok(())
}

/// A spreadsheet has only floating-point numbers; a count of dossiers is exact in them.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn exact(value: i64) -> f64 {
    value as f64
}

/// At most 31 characters, none of those a sheet's name must not have.
fn sheet_name(title: &str) -> String {
    title.chars().filter(|c| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'')).take(31).collect()
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
