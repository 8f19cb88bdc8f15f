//! The plan's scoreboard as a table: under each indicator, which stands for all branches together, its rows; under each of
//! these the shares that are shown beside it.

use super::heading::Heading;
use super::indicators::{IndicatorView, IndicatorsView, ShareView, YearBefore};
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
            Column::new("Cùng kỳ năm trước (%)", 12),
            Column::new("Đánh giá", 16),
        ],
        rows: view.indicators.iter().flat_map(rows).collect(),
        total: None,
        notes: notes(view),
    }
}

fn notes(view: &IndicatorsView) -> Vec<String> {
    let counted = view.indicators.iter().map(|one| format!("{}: {}", one.id, one.counted));
    let revised = (view.revised > 0).then(|| {
        format!(
            "Có {} thao tác, đánh giá đến hết ngày chốt số liệu được nhập hoặc đính chính sau ngày đó.",
            view.revised
        )
    });
    counted.chain(revised).collect()
}

/// What is told of an indicator, or of one of its rows.
struct Told<'a> {
    place: [Cell; 2],
    target: &'a Option<String>,
    rate: &'a Option<RateView>,
    year_before: &'a Option<YearBefore>,
    shares: &'a [ShareView],
    verdict: &'static str,
}

fn rows(one: &IndicatorView) -> Vec<Vec<Cell>> {
    let whole = Told {
        place: [Cell::text("Tất cả"), Cell::Empty],
        target: &one.target,
        rate: &one.rate,
        year_before: &one.year_before,
        shares: &one.shares,
        verdict: one.verdict,
    };
    let each = one.rows.iter().map(|row| Told {
        place: [Cell::text(&row.branch), row.sector.as_ref().map_or(Cell::Empty, Cell::text)],
        target: &row.target,
        rate: &row.rate,
        year_before: &row.year_before,
        shares: &row.shares,
        verdict: row.verdict,
    });
    [whole].into_iter().chain(each).flat_map(|told| lines(one, told)).collect()
}

fn lines(one: &IndicatorView, told: Told<'_>) -> Vec<Vec<Cell>> {
    let Told { place: [branch, sector], target, rate, year_before, shares, verdict } = told;
    let line = |title: String, middle: Cell, reached: [Cell; 3], end: [Cell; 2]| -> Vec<Cell> {
        let leading = [Cell::text(one.id), Cell::text(one.section), Cell::text(title)];
        let place = [branch.clone(), sector.clone(), middle];
        leading.into_iter().chain(place).chain(reached).chain(end).collect()
    };
    let [.., before] = share(year_before.as_ref().map_or(&None, |YearBefore(rate)| rate));
    let own = line(one.title.clone(), Cell::text(wanted(target)), share(rate), [before, said(verdict)]);
    let beside = shares.iter().map(|ShareView { what, rate }| {
        let title = format!("{}: {}", one.title, named(what));
        line(title, Cell::Empty, share(rate), [Cell::Empty, Cell::Empty])
    });
    [own].into_iter().chain(beside).collect()
}

fn named(share: &str) -> String {
    words(Lang::Vi, &format!("indicators.shares.{share}"), &Map::new()).unwrap_or_default()
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
