//! `GET /reports/overdue`: which dossiers were late, how late, who held them when they became it, why, and whether
//! anybody has apologised. As many as the rates of the same days count.

use super::cause_words;
use super::format::{Format, Sheet};
use super::lists::Lists;
use super::tabled::tabled;
use crate::account::Officer;
use crate::apology::{self, Late, LetterOf, Letters, Period, Which};
use crate::both;
use crate::db::Conn;
use crate::db::schema::officers;
use crate::documents::dates;
use crate::documents::table::{Cell, Column, Table};
use crate::domain::ids::{BranchId, OfficerId};
use crate::domain::local_time::{day_of, local};
use crate::domain::punctuality::days_late;
use crate::failure::{Failure, FieldFault, Fields, Outcome};
use crate::http::{House, Problem, Query};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::{IntoParams, ToSchema};

/// Longer lists are for no one to read; they are asked for branch by branch or in shorter periods.
const MOST: i64 = 10_000;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OverdueAsked {
    /// First day of the period.
    #[param(example = "2019-12-15")]
    from: NaiveDate,
    /// Last day of the period.
    #[param(example = "2020-03-14")]
    to: NaiveDate,
    /// The evening up to which is looked: what is in process counts as it stood then. `to` unless it is given, and today at
    /// the latest.
    as_of: Option<NaiveDate>,
    branch_code: Option<String>,
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// The late dossiers of a period, the longest overdue first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Overdue {
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Days late are counted up to here for what is still in process.
    pub as_of: NaiveDate,
    pub items: Vec<OverdueLine>,
}

/// A late dossier.
#[derive(Debug, Serialize, ToSchema)]
pub struct OverdueLine {
    pub dossier_code: String,
    pub branch_code: String,
    pub sector: String,
    pub procedure: String,
    pub received_on: Option<NaiveDate>,
    pub first_due_on: Option<NaiveDate>,
    pub due_on: NaiveDate,
    /// The day of the result, or on which a dossier given up no longer ran; null while it is in process.
    pub ended_on: Option<NaiveDate>,
    /// Calendar days after `due_on`.
    pub days_late: u32,
    /// The dossier's present status.
    pub status: String,
    /// Who held it at the end of its due date, or the step it lay at.
    pub held_by: Option<String>,
    pub cause: Option<String>,
    /// subjective, objective; null for causes of a branch's own and where none was given.
    pub cause_kind: Option<&'static str>,
    /// Number of the letter of apology; null where none has been issued.
    pub letter_number: Option<String>,
    pub letter_on: Option<NaiveDate>,
}

/// The late dossiers of these days, as JSON, CSV, XLSX or PDF.
#[utoipa::path(tag = "reports", params(OverdueAsked), responses((status = 200, body = Overdue)))]
#[get("/reports/overdue")]
pub async fn overdue_dossiers(
    house: Data<House>,
    letters: Data<Letters>,
    officer: Officer,
    asked: Query<OverdueAsked>,
) -> Result<HttpResponse, Problem> {
    let OverdueAsked { from, to, as_of, branch_code, format } = asked.into_inner();
    let now = house.clock.now();
    let today = day_of(now);
    let read = move |c: &mut Conn<'_>, reference: &Reference| {
        let mut fields = Fields::new();
        fields.check(from <= to, "/query/to", "before-from");
        if let Some(as_of) = as_of {
            fields.check(as_of <= today, "/query/as_of", "after-today");
            fields.check(from <= as_of, "/query/as_of", "before-from");
        }
        fields.done(|| Some(()))?;
        let branch = officer.narrowed(reference, branch_code.as_deref())?;
        let as_of = as_of.unwrap_or(to.min(today));
        let found = overdue(c, reference, branch, (from, to), (as_of, today))?;
        let code = branch.and_then(|id| reference.branch_by_id(id)).map(|branch| branch.code.clone());
        Ok((found, code))
    };
    let sheet = |found: &Overdue, heading| {
        let codes = found.items.iter().map(|line| line.dossier_code.as_str());
        Sheet::of(table(found), heading).leading_to(Lists::of_dossiers(codes))
    };
    tabled(&house, (&letters, now), (format, format!("qua-han-{from}-{to}")), read, sheet).await
}

/// The late dossiers of these days, as they stood on the evening of `as_of`, today or before.
///
/// # Errors
/// `Invalid` when there are more than a list should have.
pub fn overdue(
    c: &mut Conn<'_>,
    reference: &Reference,
    branch: Option<BranchId>,
    (from, to): (NaiveDate, NaiveDate),
    (as_of, today): (NaiveDate, NaiveDate),
) -> Outcome<Overdue> {
    let period = Period::as_of(c, branch, (from, to), (as_of, today))?;
    let late = apology::late(c, Which::All, branch, &period, None, MOST + 1)?;
    if i64::try_from(late.len()).is_ok_and(|count| count > MOST) {
        return Err(Failure::Invalid(vec![FieldFault::with("/query/to", "too-many", MOST)]));
    }
    let letters = apology::letters_of(c, &late)?;
    let holders = apology::holders(c, &late)?;
    let names = names(c, holders.iter().filter_map(|(officer, _)| *officer).collect())?;
    let as_of = period.as_of;
    let items = late
        .iter()
        .zip(holders)
        .map(|(one, (officer, step))| {
            let held_by = officer.and_then(|id| names.get(&id).cloned()).or(step);
            line(reference, one, held_by, letters.get(&one.id), as_of)
        })
        .collect();
    Ok(Overdue { from, to, as_of, items })
}

fn names(c: &mut Conn<'_>, mut ids: Vec<OfficerId>) -> Outcome<HashMap<OfficerId, String>> {
    ids.sort_unstable();
    ids.dedup();
    let found: Vec<(OfficerId, String)> = both!(c, |c| officers::table
        .filter(officers::id.eq_any(&ids))
        .select((officers::id, officers::full_name))
        .load(c))?;
    Ok(found.into_iter().collect())
}

fn line(
    reference: &Reference,
    late: &Late,
    held_by: Option<String>,
    letter: Option<&LetterOf>,
    as_of: NaiveDate,
) -> OverdueLine {
    let received_on = late.received_at.map(|at| local(at).date_naive());
    let procedure = reference.procedure_by_id(late.procedure).and_then(|procedure| {
        let version = received_on.and_then(|day| procedure.version_on(day)).or(procedure.versions.last());
        version.map(|version| version.name.clone())
    });
    let cause = letter.and_then(|letter| letter.cause.clone());
    let kind = cause.as_deref().and_then(cause_words::kind_of);
    let issued = letter.filter(|letter| letter.issued_on.is_some());
    OverdueLine {
        dossier_code: late.code.clone(),
        branch_code: reference.branch_by_id(late.branch).map(|b| b.code.clone()).unwrap_or_default(),
        sector: reference.sector_by_id(late.sector).map(|s| s.name.clone()).unwrap_or_default(),
        procedure: procedure.unwrap_or_default(),
        received_on,
        first_due_on: late.first_due_on,
        due_on: late.due_on,
        ended_on: late.ended_on,
        days_late: days_late(late.due_on, late.ended_on.unwrap_or(as_of)),
        status: late.status.clone(),
        held_by,
        cause,
        cause_kind: kind.map(|kind| kind.as_str()),
        letter_number: issued.and_then(|letter| letter.number.clone()),
        letter_on: issued.and_then(|letter| letter.issued_on),
    }
}

pub(super) fn table(found: &Overdue) -> Table {
    let text = |words: &Option<String>| words.as_ref().map_or(Cell::Empty, Cell::text);
    Table {
        title: "Hồ sơ quá hạn".to_owned(),
        heading: Some("DANH SÁCH HỒ SƠ QUÁ HẠN".to_owned()),
        about: vec![format!(
            "Kết thúc quá hạn từ {} đến {}, và đang giải quyết quá hạn đến hết ngày {}",
            dates::short(found.from),
            dates::short(found.to),
            dates::short(found.as_of)
        )],
        columns: vec![
            Column::new("Mã hồ sơ", 26),
            Column::new("Đơn vị", 10),
            Column::new("Lĩnh vực", 20),
            Column::new("Thủ tục", 44),
            Column::new("Ngày tiếp nhận", 12),
            Column::new("Hẹn lần đầu", 12),
            Column::new("Hẹn trả", 12),
            Column::new("Ngày kết thúc", 12),
            Column::new("Số ngày quá hạn", 10),
            Column::new("Người giữ khi quá hạn", 24),
            Column::new("Nguyên nhân", 20),
            Column::new("Loại nguyên nhân", 12),
            Column::new("Thư xin lỗi", 18),
            Column::new("Ngày thư", 12),
        ],
        rows: found
            .items
            .iter()
            .map(|line| {
                vec![
                    Cell::text(&line.dossier_code),
                    Cell::text(&line.branch_code),
                    Cell::text(&line.sector),
                    Cell::text(&line.procedure),
                    Cell::day(line.received_on),
                    Cell::day(line.first_due_on),
                    Cell::Day(line.due_on),
                    Cell::day(line.ended_on),
                    Cell::Number(i64::from(line.days_late)),
                    text(&line.held_by),
                    text(&line.cause.as_deref().map(cause_words::cause)),
                    Cell::text(cause_words::kind(line.cause.as_deref().and_then(cause_words::kind_of))),
                    text(&line.letter_number),
                    Cell::day(line.letter_on),
                ]
            })
            .collect(),
        total: None,
        notes: vec![format!("Tổng số: {} hồ sơ.", found.items.len())],
    }
}
