//! `GET /rates/handling`: how each unit kept its own part of the way, clock from hand-over, so that whoever gets a dossier
//! late is not charged for it. As the control sheet of each dossier judges them (`domain/parts.rs`).
//!
//! Not one of the rates: parts are counted, not dossiers. From tallies of their own, as every other figure.

use super::cover::{self, Grain};
use super::format::{Format, Sheet, answer};
use super::heading::Heading;
use super::store::{PartSelection, PartSummed, PartsApart, officer_names, part_sums};
use super::view::RateView;
use crate::account::Officer;
use crate::apology::Letters;
use crate::db::{Conn, DbError};
use crate::documents::dates;
use crate::documents::table::{Cell, Column, Table};
use crate::domain::ids::{BranchId, OfficerId, ProcedureId};
use crate::domain::local_time::day_of;
use crate::domain::parts::PartUnit;
use crate::domain::rates::Rate;
use crate::domain::tally::PartCounts;
use crate::domain::words::code_words;
use crate::failure::{Failure, Outcome};
use crate::http::{House, Problem, Query};
use crate::reference::Reference;
use crate::report::asked::Asked;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// What parts are kept apart by, beside their unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Apart {
    Branch,
    Procedure,
    Officer,
}
code_words!(Apart { Branch => "branch", Procedure => "procedure", Officer => "officer" });

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HandlingAsked {
    /// The first day on which a part ended.
    #[param(example = "2026-01-01")]
    pub from: NaiveDate,
    /// The last one; today at the latest.
    #[param(example = "2026-03-31")]
    pub to: NaiveDate,
    /// `branch`, `procedure`, `officer`, with commas; the unit is always kept apart.
    #[param(value_type = Option<String>, example = "branch,officer")]
    #[serde(default)]
    pub by: Vec<Apart>,
    pub branch_code: Option<String>,
    /// Code or name.
    pub sector: Option<String>,
    pub procedure_code: Option<String>,
    #[param(inline)]
    #[serde(default)]
    pub format: Format,
}

/// How the units kept their parts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Handling)]
pub struct HandlingView {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub rows: Vec<HandlingRow>,
    #[schema(inline)]
    pub total: HandlingFigures,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HandlingRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedure_code: Option<String>,
    /// `counter` (up to the first hand-over), `step` (of the internal process), or `handling` (handed to an officer).
    pub unit: &'static str,
    /// The code of the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Its name, where all procedures in the row call it the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_name: Option<String>,
    /// User name; null where the part lay with nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub officer: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub officer_name: Option<String>,
    #[serde(flatten)]
    pub figures: HandlingFigures,
}

/// Parts that ended in these days.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HandlingFigures {
    pub total: i64,
    pub early: i64,
    pub on_time: i64,
    pub overdue: i64,
    /// Begun when the due date had passed, or the calendar does not say by when they should have ended.
    pub not_judged: i64,
    /// Early and on time, of those that are judged.
    pub rate: Option<RateView>,
}

impl From<PartCounts> for HandlingFigures {
    fn from(counts: PartCounts) -> Self {
        let PartCounts { early, on_time, overdue, not_judged } = counts;
        let (in_time, judged) = (early + on_time, early + on_time + overdue);
        let rate = Rate::of(in_time, judged).map(RateView::from);
        Self { total: judged + not_judged, early, on_time, overdue, not_judged, rate }
    }
}

/// Whose row a part stands in, as far as rows are kept apart.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    branch: Option<BranchId>,
    procedure: Option<ProcedureId>,
    unit: PartUnit,
    step: Option<String>,
    /// Nil where nobody held it.
    officer: Option<OfficerId>,
}

impl Key {
    fn of(summed: &PartSummed) -> Outcome<Self> {
        let PartSummed { branch, procedure, unit, step, officer, .. } = summed;
        Ok(Self {
            branch: *branch,
            procedure: *procedure,
            unit: unit.parse().map_err(|unknown| DbError::Corrupt(format!("a tally: {unknown}")))?,
            step: Some(step.clone()).filter(|step| !step.is_empty()),
            officer: *officer,
        })
    }
}

/// How each unit kept its own part of the way, clock from hand-over, as JSON, CSV, XLSX or PDF. A branch sees its own.
#[utoipa::path(tag = "reports", params(HandlingAsked), responses((status = 200, body = HandlingView)))]
#[get("/rates/handling")]
pub async fn show_handling(
    house: Data<House>,
    letters: Data<Letters>,
    officer: Officer,
    asked: Query<HandlingAsked>,
) -> Result<HttpResponse, Problem> {
    let (asked, now) = (asked.into_inner(), house.clock.now());
    let (references, question) = (house.references.clone(), asked.clone());
    let (view, heading) = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let view = handling(c, &reference, &question, day_of(now), officer.scope())?;
            let own =
                officer.scope().and_then(|id| reference.branch_by_id(id)).map(|branch| branch.code.clone());
            let heading = Heading::of(&reference, question.branch_code.or(own).as_deref());
            Ok::<_, Failure>((view, heading))
        })
        .await?;
    let name = format!("tung-khau-{}-{}", asked.from, asked.to);
    let sheet = || Sheet::of(table(&view, &asked.by), heading.clone());
    answer(asked.format, &name, &view, (&letters.press, now), sheet).await
}

/// The answer. `scope` is the one branch that the asker sees.
///
/// # Errors
/// `Invalid` or `Forbidden` for what may not be asked.
pub fn handling(
    c: &mut Conn<'_>,
    reference: &Reference,
    asked: &HandlingAsked,
    today: NaiveDate,
    scope: Option<BranchId>,
) -> Outcome<HandlingView> {
    let question = Asked {
        branch_code: asked.branch_code.clone(),
        sector: asked.sector.clone(),
        procedure_code: asked.procedure_code.clone(),
        ..Asked::of_days(asked.from, asked.to, None)
    };
    let question = question.question(c, reference, today, scope)?;
    let apart = |by| asked.by.contains(&by);
    let names = if apart(Apart::Officer) { officer_names(c)? } else { Default::default() };
    let until = question.to.succ_opt().unwrap_or(question.to);
    let ranges = cover::between(question.from, until, Grain::Month);
    let selection = PartSelection {
        ranges: ranges.into_iter().map(|range| (0, range)).collect(),
        apart_by_day: Vec::new(),
        apart: PartsApart {
            branch: apart(Apart::Branch),
            sector: false,
            procedure: apart(Apart::Procedure),
            officer: apart(Apart::Officer),
        },
        only: question.only,
    };
    let (mut rows, mut total) = (BTreeMap::<Key, PartCounts>::new(), PartCounts::default());
    for summed in part_sums(c, &selection)? {
        let counts = summed.counts();
        if !counts.is_zero() {
            total.add(counts, 1);
            rows.entry(Key::of(&summed)?).or_default().add(counts, 1);
        }
    }
    let mut rows: Vec<HandlingRow> = rows
        .into_iter()
        .map(|(key, figures)| {
            let named = key.officer.and_then(|id| names.get(&id).cloned());
            HandlingRow {
                branch_code: key.branch.map(|id| {
                    reference.branch_by_id(id).map_or_else(|| id.to_string(), |branch| branch.code.clone())
                }),
                procedure_code: key.procedure.map(|id| {
                    reference.procedure_by_id(id).map_or_else(|| id.to_string(), |found| found.code.clone())
                }),
                unit: key.unit.as_str(),
                step_name: key.step.as_deref().and_then(|step| step_name(reference, key.procedure, step)),
                step: key.step,
                officer: key.officer.map(|_| named.as_ref().map(|(username, _)| username.clone())),
                officer_name: named.map(|(_, full_name)| full_name),
                figures: figures.into(),
            }
        })
        .collect();
    rows.sort_by(|a, b| a.place().cmp(&b.place()));
    Ok(HandlingView { from: question.from, to: question.to, rows, total: total.into() })
}

impl HandlingRow {
    fn place(&self) -> (Option<&str>, Option<&str>, &str, Option<&str>, Option<&str>) {
        let officer = self.officer.as_ref().and_then(|officer| officer.as_deref());
        (
            self.branch_code.as_deref(),
            self.procedure_code.as_deref(),
            self.unit,
            self.step.as_deref(),
            officer,
        )
    }
}

/// What the procedures call a step, or one of them does; none where they differ.
fn step_name(reference: &Reference, procedure: Option<ProcedureId>, code: &str) -> Option<String> {
    let procedures = reference.procedures().iter().filter(|one| procedure.is_none_or(|id| one.id == id));
    let steps = procedures.flat_map(|one| &one.versions).flat_map(|version| &version.steps);
    let mut names = steps.filter(|step| step.code == code).map(|step| step.name.as_str());
    let first = names.next()?;
    names.all(|name| name == first).then(|| first.to_owned())
}

/// For people.
fn table(found: &HandlingView, by: &[Apart]) -> Table {
    const JUDGED: &str = "Đã xét";
    let apart = |what| by.contains(&what);
    let mut columns = Vec::new();
    let leading = [
        (apart(Apart::Branch), Column::new("Đơn vị", 10)),
        (apart(Apart::Procedure), Column::new("Thủ tục", 14)),
        (true, Column::new("Khâu", 28)),
        (apart(Apart::Officer), Column::new("Tài khoản", 16)),
        (apart(Apart::Officer), Column::new("Cán bộ", 28)),
    ];
    columns.extend(leading.into_iter().filter(|(there, _)| *there).map(|(_, column)| column));
    let first = columns.len();
    columns.extend([
        Column::new("Tổng số lượt", 10),
        Column::new("Chưa xét được", 10),
        Column::of(JUDGED, "Tổng số", 10),
        Column::of(JUDGED, "Trước hạn", 10),
        Column::of(JUDGED, "Đúng hạn", 10),
        Column::of(JUDGED, "Quá hạn", 10),
        Column::of(JUDGED, "Trước và đúng hạn", 12),
        Column::of(JUDGED, "Tỷ lệ trước và đúng hạn (%)", 12),
    ]);
    let place = |after: usize| u16::try_from(first + after).unwrap_or(u16::MAX);
    let cells = |figures: &HandlingFigures| {
        let in_time = figures.early + figures.on_time;
        let judged = in_time + figures.overdue;
        [
            Cell::Sum(vec![place(1), place(2)], figures.total),
            Cell::Number(figures.not_judged),
            Cell::Sum(vec![place(3), place(4), place(5)], judged),
            Cell::Number(figures.early),
            Cell::Number(figures.on_time),
            Cell::Number(figures.overdue),
            Cell::Sum(vec![place(3), place(4)], in_time),
            Cell::Share(place(6), place(2), in_time, judged),
        ]
    };
    let row = |row: &HandlingRow| {
        let officer = row.officer.clone().flatten();
        let name = row.officer_name.as_deref().or(officer.as_deref()).unwrap_or("(chưa có người nhận)");
        let leading = [
            (apart(Apart::Branch), row.branch_code.clone().unwrap_or_default()),
            (apart(Apart::Procedure), row.procedure_code.clone().unwrap_or_default()),
            (true, unit_in_words(row)),
            (apart(Apart::Officer), officer.clone().unwrap_or_default()),
            (apart(Apart::Officer), name.to_owned()),
        ];
        let leading = leading.into_iter().filter(|(there, _)| *there).map(|(_, text)| Cell::text(text));
        leading.chain(cells(&row.figures)).collect()
    };
    let empty = std::iter::repeat_n(Cell::Empty, first.saturating_sub(1));
    Table {
        title: "Tỷ lệ đúng hạn từng khâu".to_owned(),
        heading: Some("TỶ LỆ ĐÚNG HẠN TỪNG KHÂU XỬ LÝ".to_owned()),
        about: vec![format!(
            "Các lượt xử lý kết thúc từ {} đến {}. Đơn vị tính: lượt",
            dates::short(found.from),
            dates::short(found.to)
        )],
        columns,
        rows: found.rows.iter().map(row).collect(),
        total: Some([Cell::text("Tổng số")].into_iter().chain(empty).chain(cells(&found.total)).collect()),
        notes: vec![
            "Thời gian của mỗi khâu tính từ lúc nhận bàn giao: khâu nhận hồ sơ muộn không bị tính chậm thay khâu trước."
                .to_owned(),
            "Bộ phận một cửa bàn giao trong ngày hoặc ngày làm việc tiếp theo; bước quy trình theo phần thời hạn của bước; \
             khâu khác theo ngày hẹn trả. Lượt nhận bàn giao khi hồ sơ đã quá hạn và lượt chưa xét được không tính vào tỷ lệ."
                .to_owned(),
        ],
    }
}

fn unit_in_words(row: &HandlingRow) -> String {
    match (&row.step_name, &row.step, row.unit) {
        (Some(name), ..) => format!("Bước: {name}"),
        (None, Some(code), _) => format!("Bước: {code}"),
        (None, None, "counter") => "Bộ phận một cửa".to_owned(),
        (None, None, _) => "Cán bộ xử lý".to_owned(),
    }
}
