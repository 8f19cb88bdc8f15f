//! The dossiers behind a number as a file: the whole list, from the first to the last.

use super::behind::{Number, Reached, behind};
use super::format::Sheet;
use super::heading::Heading;
use super::question::{Question, ask};
use super::tabled::tabled;
use crate::account::Officer;
use crate::apology::Letters;
use crate::db::Conn;
use crate::documents::dates;
use crate::documents::table::{Cell, Column, Table};
use crate::domain::figure::Figure;
use crate::domain::ids::DossierId;
use crate::domain::local_time::day_of;
use crate::dossier::{HolderView, Line, lines};
use crate::failure::{Failure, FieldFault, Outcome};
use crate::http::words::words;
use crate::http::{House, Lang, Problem};
use crate::reference::Reference;
use actix_web::HttpResponse;
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Map;

/// Dossiers in a file; more are asked for branch by branch or in shorter periods.
const MOST: usize = 5000;
/// How often it goes on where a look through the candidates ended.
const ROUNDS: usize = 8;
/// Dossiers whose lines are read at once.
const AT_ONCE: usize = 500;

/// The whole list.
#[derive(Serialize)]
struct Listed {
    figure: Figure,
    from: NaiveDate,
    to: NaiveDate,
    as_of: NaiveDate,
    /// The day on which the lines stand as they do.
    on: NaiveDate,
    /// What narrows it, in words.
    narrowed: Vec<String>,
    items: Vec<Line>,
}

/// Answers the list in the format that is asked for.
///
/// # Errors
/// What may not be asked; `Invalid` (`too-many-in-file`) for more than a file holds.
pub async fn file(
    house: &House,
    letters: &Letters,
    officer: Officer,
    number: Number,
) -> Result<HttpResponse, Problem> {
    let now = house.clock.now();
    let (on, format) = (day_of(now), number.format);
    let name = format!("ho-so-{}-{}-{}", number.figure.as_str().replace('_', "-"), number.from, number.to);
    let read = move |c: &mut Conn<'_>, reference: &Reference| -> Outcome<(Listed, Option<String>)> {
        let question = number.asked().question(c, reference, on, officer.scope())?;
        let ids = all(c, &question, number.figure, on)?;
        let mut items = Vec::with_capacity(ids.len());
        for some in ids.chunks(AT_ONCE) {
            items.extend(lines(c, reference, some, on)?);
        }
        let Question { from, to, as_of, .. } = question;
        let listed =
            Listed { figure: number.figure, from, to, as_of, on, narrowed: narrowed(&number), items };
        Ok((listed, number.branch_code.or(officer.branch_code)))
    };
    let sheet = |listed: &Listed, heading: Heading| Sheet::of(table(listed, &heading), heading);
    tabled(house, (letters, now), (format, name), read, sheet).await
}

fn all(c: &mut Conn<'_>, question: &Question, figure: Figure, today: NaiveDate) -> Outcome<Vec<DossierId>> {
    let too_many = || Failure::Invalid(vec![FieldFault::with("/query/format", "too-many-in-file", MOST)]);
    let number = figure.of(&ask(c, question)?.total);
    if usize::try_from(number).unwrap_or_default() > MOST {
        return Err(too_many());
    }
    let (mut ids, mut reached) = (Vec::new(), None::<Reached>);
    for _ in 0..ROUNDS {
        let found = behind(c, question, figure, today, reached, MOST)?;
        ids.extend(found.ids);
        reached = found.next;
        if reached.is_none() {
            return Ok(ids);
        }
    }
    Err(too_many())
}

/// What the list is narrowed to, beside the branch.
fn narrowed(number: &Number) -> Vec<String> {
    let channel = number.channel.map(|channel| term("channel", channel.as_str()));
    [
        ("Lĩnh vực", number.sector.clone()),
        ("Thủ tục", number.procedure_code.clone()),
        ("Cách nộp", channel),
        ("Cán bộ", number.officer.clone()),
    ]
    .into_iter()
    .filter_map(|(what, which)| Some(format!("{what}: {}", which?)))
    .collect()
}

fn term(kind: &str, word: &str) -> String {
    words(Lang::Vi, &format!("terms.{kind}.{word}"), &Map::new()).unwrap_or_else(|| word.to_owned())
}

fn table(listed: &Listed, heading: &Heading) -> Table {
    let figure = listed.figure.as_str();
    let figure = words(Lang::Vi, &format!("pages.rates.figure.{figure}"), &Map::new()).unwrap_or_default();
    let (from, to, as_of) = (dates::short(listed.from), dates::short(listed.to), dates::short(listed.as_of));
    let mut about = vec![
        format!("{figure}: từ {from} đến {to}, số liệu chốt đến hết ngày {as_of}"),
        heading.agency.clone(),
    ];
    about.extend((!listed.narrowed.is_empty()).then(|| listed.narrowed.join("; ")));
    Table {
        title: "Hồ sơ đứng sau con số".to_owned(),
        heading: Some("DANH SÁCH HỒ SƠ ĐỨNG SAU CON SỐ".to_owned()),
        about,
        columns: vec![
            Column::new("Mã hồ sơ", 26),
            Column::new("Người nộp", 28),
            Column::new("Đơn vị", 10),
            Column::new("Lĩnh vực", 20),
            Column::new("Thủ tục", 44),
            Column::new("Trạng thái", 20),
            Column::new("Tiếp nhận", 16),
            Column::new("Hẹn trả", 12),
            Column::new("Tình trạng hạn", 14),
            Column::new("Có kết quả", 16),
            Column::new("Số ngày quá hạn", 10),
            Column::new("Người giữ", 24),
        ],
        rows: listed.items.iter().map(row).collect(),
        total: None,
        notes: vec![
            format!("Tổng số: {} hồ sơ.", listed.items.len()),
            format!("Mỗi hồ sơ được ghi như đang có ngày {}.", dates::short(listed.on)),
        ],
    }
}

fn row(line: &Line) -> Vec<Cell> {
    let moment = |at: Option<chrono::DateTime<chrono::FixedOffset>>| {
        at.map_or(Cell::Empty, |at| Cell::Moment(at.naive_local()))
    };
    vec![
        Cell::text(&line.code),
        Cell::text(&line.applicant.name),
        Cell::text(&line.branch_code),
        Cell::text(&line.sector),
        Cell::text(&line.procedure.name),
        Cell::text(term("dossier_status", line.status)),
        moment(line.received_at),
        Cell::day(line.due_on),
        line.timeliness.map_or(Cell::Empty, |standing| Cell::text(term("timeliness", standing))),
        moment(line.resolved_at),
        Cell::Number(i64::from(line.days_late)),
        line.held_by.as_ref().map_or(Cell::Empty, held_by),
    ]
}

/// The officer, the step, or both.
fn held_by(holder: &HolderView) -> Cell {
    let parts: Vec<&str> =
        [&holder.full_name, &holder.step].into_iter().flatten().map(String::as_str).collect();
    Cell::text(parts.join(" · "))
}
