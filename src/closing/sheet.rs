//! A closing as people hand it on: closed figures as a table, with what seals them below. Whoever closed them years ago may have
//! known less: what is not there is left empty.

use super::figures::ReportKind;
use super::view::ClosingView;
use crate::documents::dates;
use crate::documents::table::{Cell, Column, Table};
use crate::documents::table_paper::Signature;
use crate::domain::ageing::{Age, ToDue};
use crate::domain::apology::CauseCode;
use crate::failure::{Failure, Outcome};
use crate::report::{self, Heading, Ii06a, Sheet, age_words, cause_in_words, due_words};
use serde_json::Value;

const RECEIVED: &str = "Tiếp nhận trong kỳ";
const RESOLVED: &str = "Đã giải quyết trong kỳ";
const CLOSED: &str = "Kết thúc không có kết quả";
const IN_PROCESS: &str = "Đang giải quyết";
const LETTERS: &str = "Thư xin lỗi";
const LATE: &str = "Hồ sơ quá hạn theo nguyên nhân";
const CAUSES: &str = "Trong đó, từng nguyên nhân";
const BY_AGE: &str = "Hồ sơ đang giải quyết theo số ngày từ khi tiếp nhận";
const BY_DUE: &str = "Hồ sơ đang giải quyết theo hạn trả kết quả";

/// A column of figures.
struct Told {
    group: Option<&'static str>,
    title: String,
    /// Where it stands in a row; or a name for what is added up here.
    at: String,
    how: How,
    /// A paper has no room for all of those of a unit.
    on_paper: bool,
}

enum How {
    Count,
    /// The sum of these.
    Sum(Vec<String>),
    /// One over the other, as a percentage.
    Share(&'static str, &'static str),
}

impl Told {
    fn new(group: Option<&'static str>, title: &str, at: impl Into<String>, how: How) -> Self {
        Self { group, title: title.to_owned(), at: at.into(), how, on_paper: true }
    }

    fn count(group: Option<&'static str>, title: &str, at: impl Into<String>) -> Self {
        Self::new(group, title, at, How::Count)
    }

    fn sum(group: Option<&'static str>, title: &str, at: &str, parts: &[&str]) -> Self {
        Self::new(group, title, at, How::Sum(parts.iter().map(|part| (*part).to_owned()).collect()))
    }

    fn share(title: &str, part: &'static str, whole: &'static str) -> Self {
        Self::new(Some(RESOLVED), title, format!("{part} of {whole}"), How::Share(part, whole))
    }

    fn not_on_paper(self) -> Self {
        Self { on_paper: false, ..self }
    }

    /// Its number in a row.
    fn number(&self, row: &Value) -> Option<i64> {
        let at = |place: &str| row.pointer(&format!("/{place}")).and_then(Value::as_i64);
        match &self.how {
            How::Count | How::Share(..) => at(&self.at),
            How::Sum(parts) => {
                at(&self.at).or_else(|| parts.iter().map(|part| at(part)).sum::<Option<i64>>())
            }
        }
    }
}

/// What the second rate is of, and what the first counts: sums that stand nowhere in the figures.
const TO_DEAL_WITH: &str = "to deal with";
const IN_TIME: &str = "in time";

/// The rates by branch and sector.
fn of_rates() -> Vec<Told> {
    let (received, resolved) = (Some(RECEIVED), Some(RESOLVED));
    vec![
        Told::sum(
            received,
            "Tổng số",
            "received/total",
            &["received/online", "received/in_person", "received/postal"],
        ),
        Told::count(received, "Trực tuyến", "received/online"),
        Told::count(received, "Trực tiếp", "received/in_person"),
        Told::count(received, "Bưu chính", "received/postal"),
        Told::count(None, "Kỳ trước chuyển sang", "carried_over"),
        Told::sum(None, "Phải giải quyết", TO_DEAL_WITH, &["received/total", "carried_over"]),
        Told::sum(
            resolved,
            "Tổng số",
            "resolved/total",
            &["resolved/early", "resolved/on_time", "resolved/overdue"],
        ),
        Told::count(resolved, "Trước hạn", "resolved/early"),
        Told::count(resolved, "Đúng hạn", "resolved/on_time"),
        Told::count(resolved, "Quá hạn", "resolved/overdue"),
        Told::sum(resolved, "Trước và đúng hạn", IN_TIME, &["resolved/early", "resolved/on_time"]),
        Told::share("R1: trên số đã giải quyết (%)", IN_TIME, "resolved/total"),
        Told::share("R2: trên số phải giải quyết (%)", IN_TIME, TO_DEAL_WITH),
        Told::count(Some(CLOSED), "Tổng số", "closed_without_result/total"),
        Told::count(Some(CLOSED), "Khi đã quá hạn", "closed_without_result/past_due"),
        Told::sum(
            Some(IN_PROCESS),
            "Tổng số",
            "in_process/total",
            &["in_process/within_limit", "in_process/overdue", "in_process/waiting"],
        ),
        Told::count(Some(IN_PROCESS), "Trong hạn", "in_process/within_limit"),
        Told::count(Some(IN_PROCESS), "Quá hạn", "in_process/overdue"),
        Told::count(Some(IN_PROCESS), "Chờ bổ sung, nộp phí", "in_process/waiting"),
        Told::count(Some(LETTERS), "Phải có", "apologies/owed"),
        Told::count(Some(LETTERS), "Đã có", "apologies/issued"),
        Told::count(Some(LETTERS), "Còn thiếu", "apologies/missing"),
    ]
}

/// What the report of a unit has of the rates on paper.
const OF_UNIT: [&str; 6] = [
    "received/total",
    "resolved/total",
    "resolved/overdue",
    "in_process/total",
    "in_process/overdue",
    "in_process/waiting",
];

/// The rates, why dossiers were late, and how long the open ones have been open.
fn of_unit() -> Vec<Told> {
    let mut all: Vec<Told> = of_rates()
        .into_iter()
        .map(|told| {
            let on_paper = OF_UNIT.contains(&told.at.as_str()) || told.title.starts_with("R1");
            Told { on_paper, ..told }
        })
        .collect();
    let kinds = [
        ("Chủ quan", "causes/subjective"),
        ("Khách quan", "causes/objective"),
        ("Riêng của đơn vị", "causes/own_causes"),
        ("Chưa nêu", "causes/not_said"),
    ];
    all.push(Told::sum(Some(LATE), "Tổng số", "causes/late", &kinds.map(|(_, at)| at)));
    all.extend(kinds.map(|(title, at)| Told::count(Some(LATE), title, at)));
    all.extend(CauseCode::BUILT_IN.iter().map(|(code, _)| {
        Told::count(Some(CAUSES), &cause_in_words(code), format!("causes/causes/{code}")).not_on_paper()
    }));
    let ages = Age::ALL.iter().map(|age| (age_words(*age), format!("ageing/by_age/{age}")));
    all.extend(ages.map(|(title, at)| Told::count(Some(BY_AGE), title, at)));
    let dues = ToDue::ALL.iter().map(|to_due| (due_words(*to_due), format!("ageing/by_due/{to_due}")));
    all.extend(dues.map(|(title, at)| Told::count(Some(BY_DUE), title, at).not_on_paper()));
    all
}

/// A closing for people; `on_paper` where there is only so much room.
///
/// # Errors
/// `Broken` when the row holds no figures of its report.
pub fn sheet(closing: &ClosingView, heading: Heading, on_paper: bool) -> Outcome<Sheet> {
    let broken = |what: String| Failure::Broken(format!("closing {}: {what}", closing.number));
    let figures = closing.figures.as_ref().ok_or_else(|| broken("no figures".to_owned()))?;
    let kind: ReportKind = closing.report.parse().map_err(|_| broken(closing.report.clone()))?;
    let mut sheet = match kind {
        ReportKind::Ii06a => {
            let form: Ii06a =
                serde_json::from_value(figures.clone()).map_err(|error| broken(error.to_string()))?;
            // Lists are of today.
            Sheet { lists: None, ..report::ii06a_sheet(&form, &heading) }
        }
        ReportKind::Rates => of_figures(closing, figures, &of_rates(), heading, on_paper),
        ReportKind::Unit => of_figures(closing, figures, &of_unit(), heading, on_paper),
    };
    sheet.table.notes.extend(seals(closing));
    Ok(sheet)
}

fn of_figures(
    closing: &ClosingView,
    figures: &Value,
    told: &[Told],
    heading: Heading,
    on_paper: bool,
) -> Sheet {
    let has_room = |told: &Told| told.on_paper || !on_paper;
    let columns = told.iter().filter(|told| has_room(told));
    let columns = columns.map(|told| Column { group: told.group, title: told.title.clone(), width: 11 });
    let cells = |row: &Value| {
        let all = cells(told, row).into_iter().zip(told);
        all.filter(|(_, told)| has_room(told)).map(|(cell, _)| cell).collect::<Vec<_>>()
    };
    let text = |row: &Value, name: &str, else_by: &str| {
        Cell::text(row[name].as_str().or(row[else_by].as_str()).unwrap_or_default())
    };
    let rows = figures["rows"].as_array().into_iter().flatten().map(|row| {
        let named = [text(row, "branch_code", "branch"), text(row, "sector", "sector_code")];
        named.into_iter().chain(cells(row)).collect()
    });
    let named = [Cell::text("Tổng số"), Cell::Empty];
    let table = Table {
        title: format!("Chốt số liệu số {}", closing.number),
        heading: Some("KẾT QUẢ GIẢI QUYẾT HỒ SƠ, SỐ LIỆU ĐÃ CHỐT".to_owned()),
        about: vec![
            heading.agency.clone(),
            format!(
                "Từ {} đến {}, chốt số liệu hết ngày {}. Đơn vị tính: hồ sơ",
                dates::short(closing.from),
                dates::short(closing.to),
                dates::short(closing.as_of)
            ),
        ],
        columns: [Column::new("Đơn vị", 10), Column::new("Lĩnh vực", 28)]
            .into_iter()
            .chain(columns)
            .collect(),
        rows: rows.collect(),
        total: Some(named.into_iter().chain(cells(&figures["total"])).collect()),
        notes: Vec::new(),
    };
    let signatures = vec![
        Signature::new("NGƯỜI LẬP BIỂU", "(Ký, ghi rõ họ tên)"),
        Signature::new("THỦ TRƯỞNG ĐƠN VỊ", "(Ký, đóng dấu, ghi rõ họ tên)"),
    ];
    Sheet { signatures, ..Sheet::of(table, heading) }
}

/// The figures of a row; branch and sector stand before them. A paper leaves some of them out, and has no formulas that would
/// miss them.
fn cells(told: &[Told], row: &Value) -> Vec<Cell> {
    let found = |at: &str| {
        let place = told.iter().position(|told| told.at == at)?;
        Some((u16::try_from(place + 2).ok()?, told.get(place)?.number(row)?))
    };
    let cell = |one: &Told| match &one.how {
        How::Count => one.number(row).map_or(Cell::Empty, Cell::Number),
        How::Sum(parts) => {
            let parts: Option<Vec<(u16, i64)>> = parts.iter().map(|part| found(part)).collect();
            match (one.number(row), parts) {
                (Some(number), Some(parts)) if parts.iter().map(|(_, part)| part).sum::<i64>() == number => {
                    Cell::Sum(parts.into_iter().map(|(place, _)| place).collect(), number)
                }
                (Some(number), _) => Cell::Number(number),
                (None, _) => Cell::Empty,
            }
        }
        How::Share(part, whole) => match (found(part), found(whole)) {
            (Some((of, part)), Some((over, whole))) => Cell::Share(of, over, part, whole),
            _ => Cell::Empty,
        },
    };
    told.iter().map(cell).collect()
}

/// By what the figures can be told from others.
pub fn seals(closing: &ClosingView) -> Vec<String> {
    let mut notes = vec![
        format!(
            "Số liệu chốt số {}, lúc {} ngày {}, người chốt: {}.",
            closing.number,
            closing.closed_at.format("%H:%M"),
            dates::short(closing.closed_at.date_naive()),
            closing.closed_by
        ),
        format!("SHA-256 của số liệu: {}", closing.sha256),
    ];
    notes.extend(closing.note.as_ref().map(|note| format!("Ghi chú khi chốt: {note}")));
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sums_are_formulas_where_their_parts_stand_beside_them_and_numbers_where_not() {
        let row = json!({"resolved": {"total": 7, "early": 1, "on_time": 4, "overdue": 2}, "received": {"total": 3}, "carried_over": 2});
        let of = |told: &[Told], title: &str, at: &str| {
            let place = told.iter().position(|one| one.title == title && one.at == at).unwrap();
            cells(told, &row).swap_remove(place)
        };
        let whole = of_rates();
        assert_eq!(of(&whole, "Tổng số", "resolved/total"), Cell::Sum(vec![9, 10, 11], 7));
        // Its channels were not closed.
        assert_eq!(of(&whole, "Tổng số", "received/total"), Cell::Number(3));
        assert_eq!(of(&whole, "Tổng số", "in_process/total"), Cell::Empty);
        let shares: Vec<Cell> =
            cells(&whole, &row).into_iter().filter(|cell| matches!(cell, Cell::Share(..))).collect();
        assert_eq!(shares, [Cell::Share(12, 8, 5, 7), Cell::Share(12, 7, 5, 5)]);
    }

    #[test]
    fn a_paper_has_room_for_the_columns_of_a_unit() {
        let on_paper = of_unit().iter().filter(|told| told.on_paper).count();
        assert!((15..=20).contains(&on_paper), "{on_paper}");
    }
}
