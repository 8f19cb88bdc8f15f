//! The plan's scoreboard as a table: under each indicator, which stands for all branches together, its rows.

use super::heading::Heading;
use super::indicators::{IndicatorView, IndicatorsView};
use super::view::RateView;
use crate::documents::dates;
use crate::documents::table::{Cell, Column, Table};
use crate::http::Lang;
use crate::http::words::words;
use serde_json::Map;

pub(super) fn table(view: &IndicatorsView, heading: &Heading) -> Table {
    const REACHED: &str = "Đạt được";
    let (from, to, as_of) = (dates::short(view.from), dates::short(view.to), dates::short(view.as_of));
    Table {
        title: "Chỉ tiêu của kế hoạch".to_owned(),
        heading: Some("KẾT QUẢ THỰC HIỆN CHỈ TIÊU".to_owned()),
        about: vec![format!("Từ {from} đến {to}, số liệu chốt đến hết ngày {as_of}"), heading.agency.clone()],
        columns: vec![
            Column::new("Số", 8),
            Column::new("Mục", 12),
            Column::new("Chỉ tiêu", 50),
            Column::new("Đơn vị", 30),
            Column::new("Lĩnh vực", 24),
            Column::new("Mức phải đạt", 12),
            Column::of(REACHED, "Số lượng", 10),
            Column::of(REACHED, "Trên tổng số", 10),
            Column::of(REACHED, "Tỷ lệ (%)", 10),
            Column::new("Đánh giá", 16),
        ],
        rows: view.indicators.iter().flat_map(rows).collect(),
        total: None,
        notes: view.indicators.iter().map(|one| format!("{}: {}", one.id, one.counted)).collect(),
    }
}

fn rows(one: &IndicatorView) -> Vec<Vec<Cell>> {
    let line = |place: [Cell; 2], target: &Option<String>, rate: &Option<RateView>, verdict: &str| {
        let leading = [Cell::text(one.id), Cell::text(one.section), Cell::text(&one.title)];
        let reached = [Cell::text(wanted(target))].into_iter().chain(share(rate)).chain([said(verdict)]);
        leading.into_iter().chain(place).chain(reached).collect()
    };
    let whole = line([Cell::text("Tất cả"), Cell::Empty], &one.target, &one.rate, one.verdict);
    let each = one.rows.iter().map(|row| {
        let sector = row.sector.as_ref().map_or(Cell::Empty, Cell::text);
        line([Cell::text(&row.branch), sector], &row.target, &row.rate, row.verdict)
    });
    [whole].into_iter().chain(each).collect()
}

fn share(rate: &Option<RateView>) -> [Cell; 3] {
    match rate {
        Some(RateView { numerator, denominator, .. }) => [
            Cell::Number(*numerator),
            Cell::Number(*denominator),
            Cell::Share(6, 7, *numerator, *denominator),
        ],
        None => [Cell::Empty, Cell::Empty, Cell::Empty],
    }
}

/// `>= 98.5 %` → `≥ 98,5 %`
fn wanted(target: &Option<String>) -> String {
    let Some(target) = target else { return "chưa đặt".to_owned() };
    // What must be reached exactly is said in words: a spreadsheet takes a sign of equality for a formula.
    target.replacen(">=", "≥", 1).replacen("= ", "đúng ", 1).replace('.', ",")
}

fn said(verdict: &str) -> Cell {
    let said = words(Lang::Vi, &format!("pages.rates.{verdict}"), &Map::new());
    // Signs are for the page: not every font of a paper has them.
    Cell::text(said.as_deref().unwrap_or(verdict).trim_start_matches(['✓', '✗', ' ']))
}
