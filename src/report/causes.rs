//! `GET /reports/causes`: why dossiers were late, by branch and sector: subjective, objective, and where nobody has said
//! why. As many as the list of late dossiers of the same days.

use super::asked::ReportAsked;
use super::cause_words;
use super::format::Sheet;
use super::lists::{Lists, address, column};
use super::question::Question;
use super::tabled::{Place, by_place, columns as columns_from, tabled};
use crate::account::Officer;
use crate::apology::{self, Late, Letters, Period, Which};
use crate::db::Conn;
use crate::documents::dates;
use crate::documents::table::{Cell, Column, Table};
use crate::domain::apology::{CauseCode, CauseKind};
use crate::domain::ids::{BranchId, DossierId, SectorId};
use crate::domain::local_time::day_of;
use crate::failure::Outcome;
use crate::http::{House, Problem, Query};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Late dossiers read at once.
const PAGE: i64 = 10_000;

/// Why dossiers were late in a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct Causes {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub as_of: NaiveDate,
    /// Null where several branches are told.
    pub branch_code: Option<String>,
    pub rows: Vec<CauseRow>,
    pub total: CauseCounts,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CauseRow {
    pub branch_code: String,
    pub sector_code: String,
    pub sector: String,
    #[serde(flatten)]
    pub counts: CauseCounts,
}

/// Late dossiers by cause. `late` = `subjective` + `objective` + `own_causes` + `not_said`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CauseCounts {
    pub late: i64,
    pub subjective: i64,
    pub objective: i64,
    /// Causes of a branch's own list, of which it is not known whose doing they are.
    pub own_causes: i64,
    /// No letter and no draft says why.
    pub not_said: i64,
    /// Each cause by its code.
    pub causes: BTreeMap<String, i64>,
}

impl CauseCounts {
    fn add(&mut self, cause: Option<&str>) {
        self.late += 1;
        let Some(code) = cause else {
            self.not_said += 1;
            return;
        };
        match cause_words::kind_of(code) {
            Some(CauseKind::Subjective) => self.subjective += 1,
            Some(CauseKind::Objective) => self.objective += 1,
            None => self.own_causes += 1,
        }
        *self.causes.entry(code.to_owned()).or_default() += 1;
    }

    /// With each cause of the list that all branches begin with, also those that nobody gave.
    pub fn whole(mut self) -> Self {
        for (code, _) in CauseCode::BUILT_IN {
            self.causes.entry((*code).to_owned()).or_default();
        }
        self
    }

    fn of(&self, code: &str) -> i64 {
        self.causes.get(code).copied().unwrap_or(0)
    }
}

/// Why dossiers were late in these days, by branch and sector, as JSON, CSV, XLSX or PDF.
#[utoipa::path(tag = "reports", params(ReportAsked), responses((status = 200, body = Causes)))]
#[get("/reports/causes")]
pub async fn report_causes(
    house: Data<House>,
    letters: Data<Letters>,
    officer: Officer,
    asked: Query<ReportAsked>,
) -> Result<HttpResponse, Problem> {
    let (report, now) = (asked.into_inner(), house.clock.now());
    let asked = report.by(&[]);
    let read = move |c: &mut Conn<'_>, reference: &Reference| {
        let question = asked.question(c, reference, day_of(now), officer.scope())?;
        let found = causes(c, reference, &question, day_of(now))?;
        let branch_code = found.branch_code.clone();
        Ok((found, branch_code))
    };
    let sheet = |found: &Causes, heading| Sheet::of(table(found), heading).leading_to(lists(found));
    tabled(&house, (&letters, now), (report.format, report.named("nguyen-nhan")), read, sheet).await
}

/// The causes of the late dossiers of these days.
///
/// # Errors
/// When the database fails.
pub fn causes(
    c: &mut Conn<'_>,
    reference: &Reference,
    question: &Question,
    today: NaiveDate,
) -> Outcome<Causes> {
    let branch = only_branch(question);
    let period = Period::as_of(c, branch, (question.from, question.to), (question.as_of, today))?;
    let mut rows: BTreeMap<(BranchId, SectorId), CauseCounts> = BTreeMap::new();
    let mut total = CauseCounts::default();
    each_late(c, branch, &period, None, |one, cause| {
        rows.entry((one.branch, one.sector)).or_default().add(cause);
        total.add(cause);
        true
    })?;
    let rows = by_place(reference, rows, |Place { branch_code, sector_code, sector }, counts| CauseRow {
        branch_code,
        sector_code,
        sector,
        counts,
    });
    Ok(Causes {
        from: question.from,
        to: question.to,
        as_of: period.as_of,
        branch_code: branch.and_then(|id| reference.branch_by_id(id)).map(|branch| branch.code.clone()),
        rows,
        total,
    })
}

/// The one branch that is asked about; none for all.
pub(super) fn only_branch(question: &Question) -> Option<BranchId> {
    match question.only.branches.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

/// Each late dossier of a period after a place in their order, the longest overdue first, with what its letter gives as the
/// cause; `see` says whether to go on.
pub(super) fn each_late(
    c: &mut Conn<'_>,
    branch: Option<BranchId>,
    period: &Period,
    mut after: Option<(NaiveDate, DossierId)>,
    mut see: impl FnMut(&Late, Option<&str>) -> bool,
) -> Outcome<()> {
    loop {
        let late = apology::late(c, Which::All, branch, period, after, PAGE)?;
        let letters = apology::letters_of(c, &late)?;
        for one in &late {
            let cause = letters.get(&one.id).and_then(|letter| letter.cause.as_deref());
            if !see(one, cause) {
                return Ok(());
            }
        }
        after = late.last().map(|one| (one.due_on, one.id));
        if i64::try_from(late.len()).is_ok_and(|count| count < PAGE) {
            return Ok(());
        }
    }
}

/// The causes of the list that all branches begin with, by whose doing they are.
fn built_in(wanted: CauseKind) -> impl Iterator<Item = &'static str> {
    CauseCode::BUILT_IN.iter().filter(move |(_, kind)| *kind == wanted).map(|(code, _)| *code)
}

fn lists(found: &Causes) -> Lists {
    let days = [found.from, found.to, found.as_of].map(|day| day.to_string());
    let of = |branch: &str, sector: &str| {
        let [from, to, as_of] = &days;
        let pairs = [
            ("from", from.as_str()),
            ("to", to),
            ("as_of", as_of),
            ("branch_code", branch),
            ("sector", sector),
        ];
        Some(address("/reports/causes/dossiers", &pairs))
    };
    let mut columns = vec![None, None, Some(String::new())];
    for kind in [CauseKind::Subjective, CauseKind::Objective] {
        columns.push(Some(column("kind", kind.as_str())));
        columns.extend(built_in(kind).map(|code| Some(column("cause", code))));
    }
    columns.extend([Some(column("kind", "own_causes")), Some(column("kind", "not_said"))]);
    Lists {
        columns,
        rows: found.rows.iter().map(|row| of(&row.branch_code, &row.sector_code)).collect(),
        total: of(found.branch_code.as_deref().unwrap_or_default(), ""),
        notes: Vec::new(),
    }
}

pub fn table(found: &Causes) -> Table {
    const SUBJECTIVE: &str = "Nguyên nhân chủ quan";
    const OBJECTIVE: &str = "Nguyên nhân khách quan";
    let subjective: Vec<&str> = built_in(CauseKind::Subjective).collect();
    let objective: Vec<&str> = built_in(CauseKind::Objective).collect();
    let mut columns = vec![
        Column::new("Đơn vị", 12),
        Column::new("Lĩnh vực", 28),
        Column::new("Tổng số hồ sơ quá hạn", 12),
    ];
    columns.push(Column::of(SUBJECTIVE, "Cộng", 10));
    columns.extend(subjective.iter().map(|code| Column::of(SUBJECTIVE, &cause_words::cause(code), 14)));
    columns.push(Column::of(OBJECTIVE, "Cộng", 10));
    columns.extend(objective.iter().map(|code| Column::of(OBJECTIVE, &cause_words::cause(code), 14)));
    columns.push(Column::new("Nguyên nhân riêng của đơn vị", 14));
    columns.push(Column::new("Chưa nêu nguyên nhân", 14));
    let (of_subjective, of_objective) = (4, 5 + subjective.len());
    let own = of_objective + objective.len();
    let summed: Vec<u16> = [3, of_objective - 1, own, own + 1]
        .into_iter()
        .filter_map(|place| u16::try_from(place).ok())
        .collect();
    let cells = |counts: &CauseCounts| {
        let mut cells = vec![Cell::Sum(summed.clone(), counts.late)];
        cells.push(Cell::Sum(columns_from(of_subjective, subjective.len()), counts.subjective));
        cells.extend(subjective.iter().map(|code| Cell::Number(counts.of(code))));
        cells.push(Cell::Sum(columns_from(of_objective, objective.len()), counts.objective));
        cells.extend(objective.iter().map(|code| Cell::Number(counts.of(code))));
        cells.extend([Cell::Number(counts.own_causes), Cell::Number(counts.not_said)]);
        cells
    };
    let rows = found.rows.iter().map(|row| {
        [Cell::text(&row.branch_code), Cell::text(&row.sector)]
            .into_iter()
            .chain(cells(&row.counts))
            .collect()
    });
    Table {
        title: "Nguyên nhân quá hạn".to_owned(),
        heading: Some("TỔNG HỢP NGUYÊN NHÂN HỒ SƠ QUÁ HẠN".to_owned()),
        about: vec![format!(
            "Hồ sơ kết thúc quá hạn từ {} đến {}, và đang giải quyết quá hạn đến hết ngày {}",
            dates::short(found.from),
            dates::short(found.to),
            dates::short(found.as_of)
        )],
        columns,
        rows: rows.collect(),
        total: Some([Cell::text("Tổng số"), Cell::Empty].into_iter().chain(cells(&found.total)).collect()),
        notes: vec![
            "Nguyên nhân là nguyên nhân nêu trong thư xin lỗi, hoặc trong dự thảo thư, của ngày hẹn đang có hiệu lực."
                .to_owned(),
        ],
    }
}
