//! `GET /reports/workload`: what each officer had to do in a period and how it was done: received, resolved early, on time
//! or overdue, and what lies with whom at its end. From the tallies, as the rates.

use super::asked::{Grouping, NOBODY, ReportAsked};
use super::format::Sheet;
use super::lists::{Lists, column, of_rates};
use super::rates::rates;
use super::tabled::tabled;
use super::view::{FiguresView, RateView, RatesView};
use crate::account::Officer;
use crate::apology::Letters;
use crate::db::Conn;
use crate::documents::dates;
use crate::documents::table::{Cell, Column, Table};
use crate::domain::figure::Figure;
use crate::domain::local_time::day_of;
use crate::http::{House, Problem, Query};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// What the officers did in a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct Workload {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub as_of: NaiveDate,
    /// Null where several branches are told.
    pub branch_code: Option<String>,
    pub rows: Vec<WorkloadRow>,
    pub total: WorkloadFigures,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WorkloadRow {
    pub branch_code: String,
    /// User name; null for what lies at a step, with nobody.
    pub officer: Option<String>,
    pub officer_name: Option<String>,
    #[serde(flatten)]
    pub figures: WorkloadFigures,
}

/// A result counts for whoever held the dossier then; a stock for whoever holds it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkloadFigures {
    /// Taken in by the officer in the period.
    pub received: i64,
    pub resolved: i64,
    pub early: i64,
    pub on_time: i64,
    pub overdue: i64,
    /// Early and on time, of all resolved.
    pub r1: Option<RateView>,
    pub closed_without_result: i64,
    /// With the officer on the evening of `as_of`.
    pub in_process: i64,
    pub within_limit: i64,
    pub in_process_overdue: i64,
    pub waiting: i64,
}

impl WorkloadFigures {
    fn of(figures: FiguresView) -> Self {
        let FiguresView { received, resolved, closed_without_result, in_process, r1, .. } = figures;
        Self {
            received: received.total,
            resolved: resolved.total,
            early: resolved.early,
            on_time: resolved.on_time,
            overdue: resolved.overdue,
            r1,
            closed_without_result: closed_without_result.total,
            in_process: in_process.total,
            within_limit: in_process.within_limit,
            in_process_overdue: in_process.overdue,
            waiting: in_process.waiting,
        }
    }

    fn cells(&self) -> [Cell; 12] {
        [
            Cell::Number(self.received),
            Cell::Sum(vec![5, 6, 7], self.resolved),
            Cell::Number(self.early),
            Cell::Number(self.on_time),
            Cell::Number(self.overdue),
            Cell::Sum(vec![5, 6], self.early + self.on_time),
            Cell::Share(8, 4, self.early + self.on_time, self.resolved),
            Cell::Number(self.closed_without_result),
            Cell::Sum(vec![12, 13, 14], self.in_process),
            Cell::Number(self.within_limit),
            Cell::Number(self.in_process_overdue),
            Cell::Number(self.waiting),
        ]
    }
}

/// What each officer had to do and how it was done, as JSON, CSV, XLSX or PDF.
#[utoipa::path(tag = "reports", params(ReportAsked), responses((status = 200, body = Workload)))]
#[get("/reports/workload")]
pub async fn report_workload(
    house: Data<House>,
    letters: Data<Letters>,
    officer: Officer,
    asked: Query<ReportAsked>,
) -> Result<HttpResponse, Problem> {
    let (report, now) = (asked.into_inner(), house.clock.now());
    let asked = report.by(&[Grouping::Branch, Grouping::Officer]);
    let read = move |c: &mut Conn<'_>, reference: &Reference| {
        let scope = officer.scope();
        let RatesView { from, to, as_of, rows, total, .. } = rates(c, reference, &asked, day_of(now), scope)?;
        let own = scope.and_then(|id| reference.branch_by_id(id)).map(|branch| branch.code.clone());
        let branch_code = asked.branch_code.clone().or(own);
        let mut rows: Vec<WorkloadRow> = rows
            .into_iter()
            .map(|row| WorkloadRow {
                branch_code: row.branch_code.unwrap_or_default(),
                officer: row.officer.flatten(),
                officer_name: row.officer_name,
                figures: WorkloadFigures::of(row.figures),
            })
            .collect();
        // Nobody comes last.
        rows.sort_by(|a, b| {
            let key =
                |row: &WorkloadRow| (row.branch_code.clone(), row.officer.is_none(), row.officer.clone());
            key(a).cmp(&key(b))
        });
        let total = WorkloadFigures::of(total);
        Ok((Workload { from, to, as_of, branch_code: branch_code.clone(), rows, total }, branch_code))
    };
    let sheet = |found: &Workload, heading| Sheet::of(table(found), heading).leading_to(lists(found));
    tabled(&house, (&letters, now), (report.format, report.named("khoi-luong")), read, sheet).await
}

fn lists(found: &Workload) -> Lists {
    let of = |branch: &str, officer: &str| {
        let pairs = [("branch_code", branch), ("officer", officer)];
        Some(of_rates((found.from, found.to, found.as_of), &pairs))
    };
    let counted = [
        Some(Figure::Received),
        Some(Figure::Resolved),
        Some(Figure::ResolvedEarly),
        Some(Figure::ResolvedOnTime),
        Some(Figure::ResolvedOverdue),
        Some(Figure::ResolvedInTime),
        None,
        Some(Figure::ClosedWithoutResult),
        Some(Figure::InProcess),
        Some(Figure::InProcessWithinLimit),
        Some(Figure::InProcessOverdue),
        Some(Figure::InProcessWaiting),
    ];
    let numbers = counted.map(|figure| figure.map(|figure| column("figure", figure)));
    Lists {
        columns: [None, None, None].into_iter().chain(numbers).collect(),
        rows: found
            .rows
            .iter()
            .map(|row| of(&row.branch_code, row.officer.as_deref().unwrap_or(NOBODY)))
            .collect(),
        total: of(found.branch_code.as_deref().unwrap_or_default(), ""),
        notes: Vec::new(),
    }
}

fn table(found: &Workload) -> Table {
    const RESOLVED: &str = "Đã giải quyết trong kỳ";
    const WITH: &str = "Đang giữ cuối kỳ";
    let row = |row: &WorkloadRow| {
        let name = row.officer_name.as_deref().unwrap_or("(ở bước xử lý, chưa có người nhận)");
        [Cell::text(&row.branch_code), Cell::text(row.officer.as_deref().unwrap_or("")), Cell::text(name)]
            .into_iter()
            .chain(row.figures.cells())
            .collect()
    };
    Table {
        title: "Khối lượng và tiến độ".to_owned(),
        heading: Some("KHỐI LƯỢNG CÔNG VIỆC VÀ TIẾN ĐỘ CỦA CÁN BỘ".to_owned()),
        about: vec![format!(
            "Từ {} đến {}, tồn đến hết ngày {}. Đơn vị tính: hồ sơ",
            dates::short(found.from),
            dates::short(found.to),
            dates::short(found.as_of)
        )],
        columns: vec![
            Column::new("Đơn vị", 10),
            Column::new("Tài khoản", 16),
            Column::new("Cán bộ", 28),
            Column::new("Tiếp nhận trong kỳ", 10),
            Column::of(RESOLVED, "Tổng số", 10),
            Column::of(RESOLVED, "Trước hạn", 10),
            Column::of(RESOLVED, "Đúng hạn", 10),
            Column::of(RESOLVED, "Quá hạn", 10),
            Column::of(RESOLVED, "Trước và đúng hạn", 12),
            Column::of(RESOLVED, "Tỷ lệ trước và đúng hạn (%)", 12),
            Column::new("Kết thúc không có kết quả", 12),
            Column::of(WITH, "Tổng số", 10),
            Column::of(WITH, "Trong hạn", 10),
            Column::of(WITH, "Quá hạn", 10),
            Column::of(WITH, "Chờ bổ sung, nộp phí", 12),
        ],
        rows: found.rows.iter().map(row).collect(),
        total: Some(
            [Cell::text("Tổng số"), Cell::Empty, Cell::Empty]
                .into_iter()
                .chain(found.total.cells())
                .collect(),
        ),
        notes: vec![
            "Kết quả tính cho người đang giữ hồ sơ khi có kết quả; hồ sơ tồn tính cho người đang giữ."
                .to_owned(),
        ],
    }
}
