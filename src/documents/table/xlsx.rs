//! A table as a sheet of a workbook.

use super::{Cell, Column, Table, share};
use rust_xlsxwriter::{
    Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook, XlsxError,
};

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
