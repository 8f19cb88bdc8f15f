//! `GET /reports/ii06a`: form II.06a/VPCP/KSTT (TT 02/2017/TT-VPCP), how dossiers were dealt with, by sector. Thirteen
//! columns; the sums are checked before anything goes out.

use super::asked::{Asked, Grouping, ReportAsked};
use super::format::Sheet;
use super::heading::Heading;
use super::lists::{Lists, column, of_rates};
use super::rates::rates;
use super::tabled::tabled;
use super::view::{FiguresView, RatesView};
use crate::account::Officer;
use crate::apology::Letters;
use crate::db::Conn;
use crate::documents::dates;
use crate::documents::table::{Cell, Column, Table};
use crate::documents::table_paper::Signature;
use crate::domain::figure::Figure;
use crate::domain::ids::BranchId;
use crate::domain::local_time::day_of;
use crate::failure::{Failure, Outcome};
use crate::http::{House, Problem, Query};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Form II.06a: one row a sector.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Ii06a {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub as_of: NaiveDate,
    /// Null where several branches are added up.
    pub branch_code: Option<String>,
    pub rows: Vec<SectorRow>,
    pub total: FormFigures,
    /// Acts up to `as_of` that were entered or corrected after it: so often may an earlier answer differ.
    pub revised: i64,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SectorRow {
    /// Column 1.
    pub row_no: usize,
    /// Column 2.
    pub sector: String,
    pub sector_code: String,
    #[serde(flatten)]
    pub figures: FormFigures,
}

/// Columns 3 to 13, and what the form has no column for and says below.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FormFigures {
    /// 3 = 4 + 5 + 6.
    pub received_total: i64,
    pub received_online: i64,
    pub received_direct_or_post: i64,
    pub carried_over: i64,
    /// 7 = 8 + 9 + 10.
    pub resolved_total: i64,
    pub resolved_early: i64,
    pub resolved_on_time: i64,
    pub resolved_overdue: i64,
    /// 11 = 12 + 13.
    pub in_process_total: i64,
    pub in_process_within: i64,
    pub in_process_overdue: i64,
    /// Of column 12: the clock stands still for a supplement or a payment.
    pub of_which_waiting: i64,
    /// Withdrawn or stopped; in none of the columns. With `as_of` = `to`: 3 = 7 + 11 + this.
    pub closed_without_result: i64,
}

impl FormFigures {
    pub fn of(figures: &FiguresView) -> Self {
        let FiguresView { received, carried_over, resolved, closed_without_result, in_process, .. } = figures;
        Self {
            received_total: received.total + carried_over,
            received_online: received.online,
            received_direct_or_post: received.in_person + received.postal,
            carried_over: *carried_over,
            resolved_total: resolved.total,
            resolved_early: resolved.early,
            resolved_on_time: resolved.on_time,
            resolved_overdue: resolved.overdue,
            in_process_total: in_process.total,
            in_process_within: in_process.within_limit + in_process.waiting,
            in_process_overdue: in_process.overdue,
            of_which_waiting: in_process.waiting,
            closed_without_result: closed_without_result.total,
        }
    }

    /// The form's own sums, and what came in against what went out; the latter where both end together: what happened after
    /// `as_of` is in no column.
    fn adds_up(&self, ends_together: bool) -> bool {
        let all = self.resolved_total + self.in_process_total + self.closed_without_result;
        self.received_total == self.received_online + self.received_direct_or_post + self.carried_over
            && self.resolved_total == self.resolved_early + self.resolved_on_time + self.resolved_overdue
            && self.in_process_total == self.in_process_within + self.in_process_overdue
            && (!ends_together || self.received_total == all)
    }

    fn cells(&self) -> [Cell; 11] {
        [
            Cell::Sum(vec![3, 4, 5], self.received_total),
            Cell::Number(self.received_online),
            Cell::Number(self.received_direct_or_post),
            Cell::Number(self.carried_over),
            Cell::Sum(vec![7, 8, 9], self.resolved_total),
            Cell::Number(self.resolved_early),
            Cell::Number(self.resolved_on_time),
            Cell::Number(self.resolved_overdue),
            Cell::Sum(vec![11, 12], self.in_process_total),
            Cell::Number(self.in_process_within),
            Cell::Number(self.in_process_overdue),
        ]
    }
}

/// Form II.06a of these days, by sector, as JSON, CSV, XLSX or PDF.
#[utoipa::path(tag = "reports", params(ReportAsked), responses((status = 200, body = Ii06a)))]
#[get("/reports/ii06a")]
pub async fn form_ii06a(
    house: Data<House>,
    letters: Data<Letters>,
    officer: Officer,
    asked: Query<ReportAsked>,
) -> Result<HttpResponse, Problem> {
    let report = asked.into_inner();
    let asked = report.by(&[Grouping::Sector]);
    let now = house.clock.now();
    let today = day_of(now);
    let read = move |c: &mut Conn<'_>, reference: &Reference| {
        let form = ii06a(c, reference, &asked, today, officer.scope())?;
        let branch_code = form.branch_code.clone();
        Ok((form, branch_code))
    };
    let sheet = |form: &Ii06a, heading| sheet(form, &heading);
    tabled(&house, (&letters, now), (report.format, report.named("ii06a")), read, sheet).await
}

/// The form as people are given it, with the places where it is signed.
pub fn sheet(form: &Ii06a, heading: &Heading) -> Sheet {
    Sheet {
        table: table(form, &heading.agency),
        heading: heading.clone(),
        signatures: vec![
            Signature::new("NGƯỜI LẬP BIỂU", "(Ký, ghi rõ họ tên)"),
            Signature::new("THỦ TRƯỞNG ĐƠN VỊ", "(Ký, đóng dấu, ghi rõ họ tên)"),
        ],
        lists: Some(lists(form)),
    }
}

/// What columns 3 to 13 count.
const COUNTED: [Figure; 11] = [
    Figure::ReceivedOrCarriedOver,
    Figure::ReceivedOnline,
    Figure::ReceivedDirectOrPost,
    Figure::CarriedOver,
    Figure::Resolved,
    Figure::ResolvedEarly,
    Figure::ResolvedOnTime,
    Figure::ResolvedOverdue,
    Figure::InProcess,
    Figure::InProcessNotOverdue,
    Figure::InProcessOverdue,
];

fn lists(form: &Ii06a) -> Lists {
    let branch = form.branch_code.as_deref().unwrap_or_default();
    let of = |sector: &str| {
        of_rates((form.from, form.to, form.as_of), &[("branch_code", branch), ("sector", sector)])
    };
    let total = of("");
    let said = footnotes(form).into_iter();
    Lists {
        columns: [None, None]
            .into_iter()
            .chain(COUNTED.map(|figure| Some(column("figure", figure))))
            .collect(),
        rows: form.rows.iter().map(|row| Some(of(&row.sector_code))).collect(),
        notes: said
            .map(|(_, counted)| counted.map(|figure| format!("{total}{}", column("figure", figure))))
            .collect(),
        total: Some(total),
    }
}

/// The form, checked.
///
/// # Errors
/// `Invalid` or `Forbidden` for what may not be asked; `Broken` when the figures do not add up.
pub fn ii06a(
    c: &mut Conn<'_>,
    reference: &Reference,
    asked: &Asked,
    today: NaiveDate,
    scope: Option<BranchId>,
) -> Outcome<Ii06a> {
    let RatesView { from, to, as_of, rows, total, revised, .. } = rates(c, reference, asked, today, scope)?;
    let own = scope.and_then(|id| reference.branch_by_id(id)).map(|branch| branch.code.clone());
    let form = Ii06a {
        from,
        to,
        as_of,
        branch_code: asked.branch_code.clone().or(own),
        rows: rows
            .into_iter()
            .zip(1..)
            .map(|(row, row_no)| SectorRow {
                row_no,
                figures: FormFigures::of(&row.figures),
                sector: row.sector.unwrap_or_default(),
                sector_code: row.sector_code.unwrap_or_default(),
            })
            .collect(),
        total: FormFigures::of(&total),
        revised,
    };
    // Rather no report than one that is wrong.
    let whole = form.rows.iter().map(|row| row.figures).chain([form.total]);
    if whole.clone().all(|figures| figures.adds_up(as_of <= to)) {
        Ok(form)
    } else {
        Err(Failure::Broken(format!("form II.06a of {from}..{to} does not add up")))
    }
}

/// The form in the words of the circular.
fn table(form: &Ii06a, of_whom: &str) -> Table {
    const RECEIVED: &str = "Số hồ sơ tiếp nhận";
    const RESOLVED: &str = "Số hồ sơ đã giải quyết";
    const IN_PROCESS: &str = "Số hồ sơ đang giải quyết";
    let Ii06a { from, to, as_of, rows, total, .. } = form;
    Table {
        title: "Biểu II.06a/VPCP/KSTT".to_owned(),
        heading: Some("TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH TẠI CƠ QUAN, ĐƠN VỊ".to_owned()),
        about: vec![
            of_whom.to_owned(),
            format!(
                "Từ {} đến {}, chốt số liệu hết ngày {}. Đơn vị tính: hồ sơ",
                dates::short(*from),
                dates::short(*to),
                dates::short(*as_of)
            ),
        ],
        columns: vec![
            Column::new("TT (1)", 6),
            Column::new("Lĩnh vực giải quyết (2)", 34),
            Column::of(RECEIVED, "Tổng số (3)", 10),
            Column::of(RECEIVED, "Trong kỳ: trực tuyến (4)", 12),
            Column::of(RECEIVED, "Trong kỳ: trực tiếp, dịch vụ bưu chính (5)", 16),
            Column::of(RECEIVED, "Từ kỳ trước (6)", 10),
            Column::of(RESOLVED, "Tổng số (7)", 10),
            Column::of(RESOLVED, "Trước hạn (8)", 10),
            Column::of(RESOLVED, "Đúng hạn (9)", 10),
            Column::of(RESOLVED, "Quá hạn (10)", 10),
            Column::of(IN_PROCESS, "Tổng số (11)", 10),
            Column::of(IN_PROCESS, "Trong hạn (12)", 10),
            Column::of(IN_PROCESS, "Quá hạn (13)", 10),
        ],
        rows: rows
            .iter()
            .map(|row| {
                let number = i64::try_from(row.row_no).unwrap_or(i64::MAX);
                [Cell::Number(number), Cell::text(&row.sector)]
                    .into_iter()
                    .chain(row.figures.cells())
                    .collect()
            })
            .collect(),
        total: Some([Cell::Empty, Cell::text("Tổng số")].into_iter().chain(total.cells()).collect()),
        notes: footnotes(form).into_iter().map(|(words, _)| words).collect(),
    }
}

/// What the form has no column for, and the number of dossiers that each note tells.
fn footnotes(form: &Ii06a) -> Vec<(String, Option<Figure>)> {
    let Ii06a { total, revised, .. } = form;
    let mut notes = Vec::new();
    if total.of_which_waiting > 0 {
        let words = format!(
            "Cột (12) gồm {} hồ sơ đang chờ bổ sung hoặc chờ nộp phí, thời hạn giải quyết tạm dừng.",
            total.of_which_waiting
        );
        notes.push((words, Some(Figure::InProcessWaiting)));
    }
    if total.closed_without_result > 0 {
        let words = format!(
            "Ngoài các cột trên có {} hồ sơ kết thúc không có kết quả trong kỳ (rút hồ sơ, dừng xử lý).",
            total.closed_without_result
        );
        notes.push((words, Some(Figure::ClosedWithoutResult)));
    }
    if *revised > 0 {
        let words =
            format!("Có {revised} thao tác đến hết ngày chốt số liệu được nhập hoặc đính chính sau ngày đó.");
        notes.push((words, None));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_that_does_not_add_up_is_noticed_in_every_column() {
        let right = FormFigures {
            received_total: 10,
            received_online: 2,
            received_direct_or_post: 5,
            carried_over: 3,
            resolved_total: 6,
            resolved_early: 1,
            resolved_on_time: 3,
            resolved_overdue: 2,
            in_process_total: 3,
            in_process_within: 2,
            in_process_overdue: 1,
            of_which_waiting: 1,
            closed_without_result: 1,
        };
        assert!(right.adds_up(true));
        for wrong in [
            FormFigures { received_online: 3, ..right },
            FormFigures { resolved_overdue: 1, ..right },
            FormFigures { in_process_within: 3, ..right },
            FormFigures { closed_without_result: 0, ..right },
        ] {
            assert!(!wrong.adds_up(true), "{wrong:?}");
        }
        assert!(FormFigures { closed_without_result: 0, ..right }.adds_up(false));
    }
}
