//! `GET /reports/register`: the register (sổ theo dõi hồ sơ): one book a year and branch, fifteen columns. Its lines are numbered
//! through the whole book, whichever part of it is shown.

use super::print::{Sheet, own_template, print};
use super::register_rows::{Line, entry, forwarded, lines, received};
use super::{not_printed, show};
use crate::account::Officer;
use crate::apology::Letters;
use crate::documents::dates;
use crate::documents::forms::{Entry, Form, FormSet, Head, Register, wording};
use crate::documents::table::{self, Cell, Column, Shown, Table};
use crate::domain::ids::DossierId;
use crate::domain::local_time::{day_of, moment};
use crate::dossier::Views;
use crate::failure::{Failure, FieldFault, Fields, Outcome};
use crate::http::{House, Problem, Query};
use crate::reference::{Branch, Reference};
use actix_web::http::header;
use actix_web::web::{self, Data};
use actix_web::{HttpResponse, get};
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Which book, and which part of it.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Question {
    /// The officer's own branch unless it is given.
    branch_code: Option<String>,
    /// The book: dossiers received in this year. Without it `from` and `to` may lie in books of several years.
    #[param(example = 2026)]
    year: Option<i32>,
    /// The first day of receipt that is shown; the first of the year unless it is given.
    from: Option<NaiveDate>,
    /// The last day of receipt that is shown; the last of the year unless it is given.
    to: Option<NaiveDate>,
    /// `json` unless it is given.
    #[param(value_type = Option<String>, example = "pdf")]
    format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Format {
    Json,
    Csv,
    Xlsx,
    Pdf,
    /// In words, for pages.
    Table,
}

impl Format {
    /// Lines at most: a paper is laid out whole.
    fn most(self) -> usize {
        match self {
            Self::Json | Self::Csv | Self::Xlsx => 20_000,
            Self::Pdf | Self::Table => 500,
        }
    }
}

/// The register, or a part of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisterView {
    pub branch_code: String,
    /// The book of the first day; the lines of each further year are those of a further book.
    pub year: i32,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub entries: Vec<RegisterEntry>,
}

/// A line; dates as the book writes them.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisterEntry {
    /// From 1 in each book.
    pub seq: String,
    pub dossier_code: String,
    pub procedure_name: String,
    pub set_count: String,
    pub owner_name: String,
    pub contact: String,
    pub agency: String,
    #[schema(example = "05/01/2026")]
    pub received_on: String,
    /// As first promised.
    pub due_on: String,
    pub forwarded_on: String,
    pub resolved_on: String,
    pub returned_on: String,
    pub return_method: String,
    pub note: String,
}

impl From<Entry> for RegisterEntry {
    fn from(entry: Entry) -> Self {
        Self {
            seq: entry.seq,
            dossier_code: entry.dossier_code,
            procedure_name: entry.procedure_name,
            set_count: entry.set_count,
            owner_name: entry.owner_name,
            contact: entry.contact,
            agency: entry.agency,
            received_on: entry.received_on,
            due_on: entry.due_on,
            forwarded_on: entry.forwarded_on,
            resolved_on: entry.resolved_on,
            returned_on: entry.returned_on,
            return_method: entry.return_method,
            note: entry.note,
        }
    }
}

/// What was found for a question.
struct Book {
    branch: Arc<Branch>,
    from: NaiveDate,
    to: NaiveDate,
    entries: Vec<Entry>,
    ids: Vec<DossierId>,
    set: FormSet,
}

impl Book {
    /// The year of the book, or the first and the last of several.
    fn years(&self, between: &str) -> String {
        let (first, last) = (self.from.year(), self.to.year());
        if first == last { first.to_string() } else { format!("{first}{between}{last}") }
    }
}

/// The numbers of lines that were received in these years: each book has its own, and the first `before` of them stand before what
/// is shown of the first book.
fn numbers(first: i32, before: usize, years: impl Iterator<Item = i32>) -> impl Iterator<Item = usize> {
    let (mut book, mut last) = (first, before);
    years.map(move |year| {
        if year != book {
            (book, last) = (year, 0);
        }
        last += 1;
        last
    })
}

/// The register of a branch as JSON, CSV, XLSX or PDF (A4 landscape, form 06 of TT 01/2018, 07 of TT 03/2025). Officers of
/// the branch, the department office, administrators. It holds names and addresses: who asked is noted with each
/// dossier.
#[utoipa::path(tag = "documents", params(Question), responses((status = 200, body = RegisterView)))]
#[get("/reports/register")]
pub async fn show_register(
    house: Data<House>,
    letters: Data<Letters>,
    views: Data<Views>,
    officer: Officer,
    question: Query<Question>,
) -> Result<HttpResponse, Problem> {
    let question = question.into_inner();
    let format = question.format.unwrap_or(Format::Json);
    let (references, now, who) = (house.references.clone(), house.clock.now(), officer.id);
    let (book, own) = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let branch = branch(&reference, &officer, question.branch_code.as_deref())?;
            let (from, to) = days(&question)?;
            let found = lines(c, branch.id, start(from), start_after(to), format.most())?;
            if found.len() > format.most() {
                return Err(Failure::Invalid(vec![FieldFault::with(
                    "/query/from",
                    "too-many",
                    format.most(),
                )]));
            }
            let ids: Vec<DossierId> = found.iter().map(|line| line.id).collect();
            let handed_on = forwarded(c, &ids)?;
            let first = NaiveDate::from_ymd_opt(from.year(), 1, 1).unwrap_or(from);
            let before = received(c, branch.id, start(first), start(from))?;
            let told = |(line, seq): (&Line, usize)| {
                entry(&reference, line, seq, &branch.name, handed_on.get(&line.id).copied())
            };
            let numbers = numbers(from.year(), before, found.iter().map(Line::year));
            let entries = found.iter().zip(numbers).map(told).collect();
            let set = reference.rule_set_on(to).map_or(FormSet::Of2018, |rules| FormSet::of(&rules.code));
            let own = own_template(c, branch.id, Form::Register)?;
            Ok::<_, Failure>((Book { branch, from, to, entries, ids, set }, own))
        })
        .await?;
    for dossier in &book.ids {
        views.note(*dossier, book.branch.id, who, now, "register");
    }
    let name = format!("so-theo-doi-{}-{}", book.branch.code, book.years("-"));
    match format {
        Format::Json => Ok(HttpResponse::Ok().json(RegisterView {
            branch_code: book.branch.code.clone(),
            year: book.from.year(),
            from: book.from,
            to: book.to,
            entries: book.entries.into_iter().map(RegisterEntry::from).collect(),
        })),
        Format::Csv => {
            let bytes = table::csv(&book_table(&book)).map_err(|error| broken(&error))?;
            Ok(file("text/csv; charset=utf-8", &format!("{name}.csv"), bytes))
        }
        Format::Xlsx => {
            let bytes = table::xlsx(&book_table(&book)).map_err(|error| broken(&error))?;
            Ok(file(XLSX, &format!("{name}.xlsx"), bytes))
        }
        Format::Table => Ok(HttpResponse::Ok().json(Shown::of(&book_table(&book)))),
        Format::Pdf => {
            let sheet = sheet(book, now)?;
            let press = letters.press.clone();
            let printed = web::block(move || print(&press, own.as_ref(), &sheet))
                .await
                .map_err(|_| Failure::Broken("the printing thread ended".to_owned()))?
                .map_err(not_printed)?;
            Ok(show::answer(&format!("{name}.pdf"), &printed))
        }
    }
}

fn branch(reference: &Reference, officer: &Officer, code: Option<&str>) -> Outcome<Arc<Branch>> {
    let own = || officer.branch.and_then(|id| reference.branch_by_id(id));
    let found = match code {
        Some(code) => {
            reference.branch(code).ok_or_else(|| Failure::field("/query/branch_code", "unknown-value"))
        }
        None => own().ok_or_else(|| Failure::field("/query/branch_code", "required")),
    }?;
    officer.sees(found.id)?;
    Ok(Arc::clone(found))
}

/// The first and the last day that are shown: both in the year of the book, if one is named.
fn days(question: &Question) -> Outcome<(NaiveDate, NaiveDate)> {
    let Some(year) = question.year else {
        let from = question.from.ok_or_else(|| Failure::field("/query/year", "required"))?;
        let to = question.to.ok_or_else(|| Failure::field("/query/to", "required"))?;
        return in_order(from, to);
    };
    let end = |month, day| NaiveDate::from_ymd_opt(year, month, day);
    let (Some(first), Some(last)) = (end(1, 1), end(12, 31)) else {
        return Err(Failure::field("/query/year", "out-of-range"));
    };
    if !(1900..=9999).contains(&year) {
        return Err(Failure::field("/query/year", "out-of-range"));
    }
    let (from, to) = (question.from.unwrap_or(first), question.to.unwrap_or(last));
    if from.year() != year || from > last {
        return Err(Failure::field("/query/from", "out-of-range"));
    }
    if to.year() != year || to < from {
        return Err(Failure::field("/query/to", "out-of-range"));
    }
    Ok((from, to))
}

fn in_order(from: NaiveDate, to: NaiveDate) -> Outcome<(NaiveDate, NaiveDate)> {
    let mut fields = Fields::new();
    for (pointer, day) in [("/query/from", from), ("/query/to", to)] {
        fields.check((1900..=9999).contains(&day.year()), pointer, "out-of-range");
    }
    fields.check(from <= to, "/query/to", "before-from");
    fields.done(|| Some((from, to)))
}

fn start(day: NaiveDate) -> DateTime<Utc> {
    moment(day.and_time(NaiveTime::MIN))
}

fn start_after(day: NaiveDate) -> DateTime<Utc> {
    start(day.succ_opt().unwrap_or(day))
}

fn sheet(book: Book, now: DateTime<Utc>) -> Outcome<Sheet> {
    let (years, file_years) = (book.years("–"), book.years("-"));
    let Book { branch, from, to, entries, set, .. } = book;
    let register = Register {
        head: Head {
            above: wording::capitals(&branch.name),
            agency: "BỘ PHẬN TIẾP NHẬN VÀ TRẢ KẾT QUẢ".to_owned(),
            number: String::new(),
            place_date: format!("{}, {}", branch.place, dates::long(day_of(now))),
            form_note: Form::Register.note(set),
        },
        title: Form::Register.title(set).to_owned(),
        book: years,
        period: format!("Từ ngày {} đến ngày {}", dates::short(from), dates::short(to)),
        entries,
    };
    Ok(Sheet {
        form: Form::Register,
        dossier: DossierId::nil(),
        branch: branch.id,
        data: super::forms::data(&register)?,
        name: format!("{}-{file_years}", branch.code),
        occasion: None,
        number: None,
        issued_on: day_of(now),
        signer: None,
        dated: now,
        letter: None,
    })
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn file(kind: &'static str, name: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(bytes)
}

fn broken(error: &dyn std::fmt::Display) -> Failure {
    Failure::Broken(error.to_string())
}

/// The book as a table; dates are dates in it.
fn book_table(book: &Book) -> Table {
    const DAYS: &str = "Ngày, tháng, năm";
    const RETURN: &str = "Trả kết quả";
    let day = |text: &str| match NaiveDate::parse_from_str(text, "%d/%m/%Y") {
        Ok(day) => Cell::Day(day),
        Err(_) => Cell::text(text),
    };
    let number = |text: &str| text.parse().map_or_else(|_| Cell::text(text), Cell::Number);
    let row = |e: &Entry| {
        vec![
            number(&e.seq),
            Cell::text(&e.dossier_code),
            Cell::text(&e.procedure_name),
            Cell::text(&e.set_count),
            Cell::text(&e.owner_name),
            Cell::text(&e.contact),
            Cell::text(&e.agency),
            day(&e.received_on),
            day(&e.due_on),
            day(&e.forwarded_on),
            day(&e.resolved_on),
            day(&e.returned_on),
            Cell::text(&e.return_method),
            Cell::Empty,
            Cell::text(&e.note),
        ]
    };
    Table {
        title: "Sổ theo dõi hồ sơ".to_owned(),
        heading: Some(format!("SỔ THEO DÕI HỒ SƠ NĂM {}", book.years("–"))),
        about: vec![
            book.branch.name.clone(),
            format!("Từ ngày {} đến ngày {}", dates::short(book.from), dates::short(book.to)),
        ],
        columns: vec![
            Column::new("TT", 6),
            Column::new("Mã hồ sơ", 26),
            Column::new("Tên TTHC / Nội dung", 40),
            Column::new("Số lượng hồ sơ (bộ)", 8),
            Column::new("Tên cá nhân, tổ chức", 26),
            Column::new("Địa chỉ, số điện thoại", 34),
            Column::new("Cơ quan chủ trì giải quyết", 24),
            Column::of(DAYS, "Nhận hồ sơ", 12),
            Column::of(DAYS, "Hẹn trả kết quả", 12),
            Column::of(DAYS, "Chuyển hồ sơ đến cơ quan giải quyết", 12),
            Column::of(DAYS, "Nhận kết quả từ cơ quan giải quyết", 12),
            Column::of(RETURN, "Ngày, tháng, năm", 12),
            Column::of(RETURN, "Phương thức nhận kết quả", 14),
            Column::of(RETURN, "Ký nhận", 10),
            Column::new("Ghi chú", 26),
        ],
        rows: book.entries.iter().map(row).collect(),
        total: None,
        notes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_through_a_book_and_anew_in_the_next() {
        let told = |before, years: &[i32]| numbers(2025, before, years.iter().copied()).collect::<Vec<_>>();
        assert_eq!(told(500, &[2025, 2025, 2026, 2026, 2027]), [501, 502, 1, 2, 1]);
        assert_eq!(told(0, &[2025]), [1]);
        assert_eq!(told(7, &[2026, 2026]), [1, 2]);
    }
}
