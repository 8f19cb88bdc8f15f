//! `GET /reports/register`: the register (sổ theo dõi hồ sơ): one book a year and branch, fifteen columns.

use super::print::{Sheet, own_template, print};
use super::register_rows::{Line, entry, forwarded, lines};
use super::{not_printed, show};
use crate::account::Officer;
use crate::apology::Letters;
use crate::documents::dates;
use crate::documents::forms::{Entry, Form, FormSet, Head, Register, wording};
use crate::domain::ids::DossierId;
use crate::domain::local_time::{day_of, moment};
use crate::dossier::Views;
use crate::failure::{Failure, FieldFault, Outcome};
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
    /// The book: dossiers received in this year.
    #[param(example = 2026)]
    year: i32,
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
    Pdf,
}

impl Format {
    /// Lines at most: a paper is laid out whole.
    fn most(self) -> usize {
        match self {
            Self::Json | Self::Csv => 20_000,
            Self::Pdf => 500,
        }
    }
}

/// The register, or a part of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisterView {
    pub branch_code: String,
    pub year: i32,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub entries: Vec<RegisterEntry>,
}

/// A line; dates as the book writes them.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisterEntry {
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

/// The register of a branch as JSON, CSV or PDF (A4 landscape, form 06 of TT 01/2018, 07 of TT 03/2025). Officers of
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
    let (book, own) = {
        let question = question.clone();
        house
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
                let told = |(place, line): (usize, &Line)| {
                    entry(&reference, line, place + 1, &branch.name, handed_on.get(&line.id).copied())
                };
                let entries = found.iter().enumerate().map(told).collect();
                let set = reference.rule_set_on(to).map_or(FormSet::Of2018, |rules| FormSet::of(&rules.code));
                let own = own_template(c, branch.id, Form::Register)?;
                Ok::<_, Failure>((Book { branch, from, to, entries, ids, set }, own))
            })
            .await?
    };
    for dossier in &book.ids {
        views.note(*dossier, book.branch.id, who, now, "register");
    }
    let name = format!("so-theo-doi-{}-{}", book.branch.code, question.year);
    match format {
        Format::Json => Ok(HttpResponse::Ok().json(RegisterView {
            branch_code: book.branch.code.clone(),
            year: question.year,
            from: book.from,
            to: book.to,
            entries: book.entries.into_iter().map(RegisterEntry::from).collect(),
        })),
        Format::Csv => Ok(HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
            .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")))
            .body(csv(&book.entries)?)),
        Format::Pdf => {
            let sheet = sheet(book, question.year, now)?;
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

/// The first and the last day that are shown: both in the year of the book.
fn days(question: &Question) -> Outcome<(NaiveDate, NaiveDate)> {
    let end = |month, day| NaiveDate::from_ymd_opt(question.year, month, day);
    let (Some(first), Some(last)) = (end(1, 1), end(12, 31)) else {
        return Err(Failure::field("/query/year", "out-of-range"));
    };
    if !(1900..=9999).contains(&question.year) {
        return Err(Failure::field("/query/year", "out-of-range"));
    }
    let (from, to) = (question.from.unwrap_or(first), question.to.unwrap_or(last));
    if from.year() != question.year || from > last {
        return Err(Failure::field("/query/from", "out-of-range"));
    }
    if to.year() != question.year || to < from {
        return Err(Failure::field("/query/to", "out-of-range"));
    }
    Ok((from, to))
}

fn start(day: NaiveDate) -> DateTime<Utc> {
    moment(day.and_time(NaiveTime::MIN))
}

fn start_after(day: NaiveDate) -> DateTime<Utc> {
    start(day.succ_opt().unwrap_or(day))
}

fn sheet(book: Book, year: i32, now: DateTime<Utc>) -> Outcome<Sheet> {
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
        book: year.to_string(),
        period: format!("Từ ngày {} đến ngày {}", dates::short(from), dates::short(to)),
        entries,
    };
    Ok(Sheet {
        form: Form::Register,
        dossier: DossierId::nil(),
        branch: branch.id,
        data: super::forms::data(&register)?,
        name: format!("{}-{year}", branch.code),
        occasion: None,
        number: None,
        issued_on: day_of(now),
        signer: None,
        dated: now,
        letter: None,
    })
}

/// With a mark that tells spreadsheets it is UTF-8, and with nothing they would calculate.
fn csv(entries: &[Entry]) -> Outcome<Vec<u8>> {
    let broken = |error: &dyn std::fmt::Display| Failure::Broken(error.to_string());
    let mut table = csv::Writer::from_writer("\u{FEFF}".as_bytes().to_vec());
    table
        .write_record([
            "TT",
            "Mã hồ sơ",
            "Tên TTHC / Nội dung",
            "Số lượng hồ sơ (bộ)",
            "Tên cá nhân, tổ chức",
            "Địa chỉ, số điện thoại",
            "Cơ quan chủ trì giải quyết",
            "Nhận hồ sơ",
            "Hẹn trả kết quả",
            "Chuyển hồ sơ đến cơ quan giải quyết",
            "Nhận kết quả từ cơ quan giải quyết",
            "Trả kết quả: ngày, tháng, năm",
            "Trả kết quả: phương thức nhận kết quả",
            "Trả kết quả: ký nhận",
            "Ghi chú",
        ])
        .map_err(|error| broken(&error))?;
    for e in entries {
        let cells = [
            &e.seq,
            &e.dossier_code,
            &e.procedure_name,
            &e.set_count,
            &e.owner_name,
            &e.contact,
            &e.agency,
            &e.received_on,
            &e.due_on,
            &e.forwarded_on,
            &e.resolved_on,
            &e.returned_on,
            &e.return_method,
            "",
            &e.note,
        ];
        table.write_record(cells.map(defused)).map_err(|error| broken(&error))?;
    }
    table.into_inner().map_err(|error| broken(&error))
}

/// A cell that begins like a formula is text, and says so.
fn defused(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}
