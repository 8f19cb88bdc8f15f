//! The report on paper: its sections with charts and tables between them, for the template.

use super::{UnitReport, words};
use crate::documents::dates;
use crate::documents::table::{Cell, Column, Shown, Table};
use crate::documents::table_paper::Signature;
use crate::documents::typeset::Order;
use crate::domain::ageing::Age;
use crate::domain::target::Indicator;
use crate::failure::{Failure, Outcome};
use crate::report::ageing::age_words;
use crate::report::heading::Heading;
use crate::report::view::{FiguresView, InForceView, RateView, RowView};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

pub fn order(report: &UnitReport, heading: &Heading, ident: &str, now: DateTime<Utc>) -> Outcome<Order> {
    let broken = |error: serde_json::Error| Failure::Broken(error.to_string());
    let mut sections = Vec::new();
    for (place, section) in report.text.iter().enumerate() {
        let parts = match place {
            1 => punctuality(report)?,
            2 => vec![ageing(report)],
            _ => Vec::new(),
        };
        sections.push(json!({"title": section.title, "paragraphs": section.paragraphs, "parts": parts}));
    }
    let signatures = [
        Signature::new("NGƯỜI LẬP BÁO CÁO", "(Ký, ghi rõ họ tên)"),
        Signature::new("THỦ TRƯỞNG ĐƠN VỊ", "(Ký, đóng dấu, ghi rõ họ tên)"),
    ];
    let which =
        if report.months == 12 { "NĂM".to_owned() } else { format!("{} THÁNG NĂM", report.months) };
    let period = format!("{which} {}", report.year);
    let data = json!({
        "head": serde_json::to_value(heading.head("", now)).map_err(broken)?,
        "title": format!("BÁO CÁO KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH {period}"),
        "period": period,
        "about": [format!(
            "(Từ {} đến {}, chốt số liệu hết ngày {})",
            dates::short(report.from), dates::short(report.to), dates::short(report.as_of)
        )],
        "sections": sections,
        "signatures": serde_json::to_value(signatures).map_err(broken)?,
    });
    Ok(Order {
        template: include_str!("../../../templates/typst/unit_report.typ").to_owned(),
        data,
        ident: ident.to_owned(),
        dated: now,
    })
}

/// In hundredths of a percent; nothing where there is nothing to count.
fn hundredths(rate: Option<&RateView>) -> Option<i64> {
    rate.filter(|rate| rate.denominator > 0).map(|rate| rate.numerator * 10_000 / rate.denominator)
}

fn percent(rate: Option<&RateView>) -> String {
    rate.map_or_else(|| "–".to_owned(), |rate| rate.percent.replace('.', ","))
}

/// `2026-01` → `01/2026`
fn month(row: &RowView) -> String {
    let named = row.reporting_period.as_deref().unwrap_or_default();
    named.split_once('-').map_or_else(|| named.to_owned(), |(year, month)| format!("{month}/{year}"))
}

fn punctuality(report: &UnitReport) -> Outcome<Vec<Value>> {
    let bars: Vec<Value> = report
        .by_month
        .iter()
        .map(|row| {
            let rate = row.figures.r1.as_ref();
            json!({
                "label": month(row),
                "value": hundredths(rate),
                "words": percent(rate),
                "missed": row.figures.targets.over_90 == "missed",
            })
        })
        .collect();
    let goals = goals(&report.total);
    let marks = marks(&goals);
    let mut parts = vec![json!({
        "kind": "months",
        "title": "Tỷ lệ giải quyết trước hạn và đúng hạn từng tháng báo cáo (%)",
        "bars": bars,
        "goals": goals
            .iter()
            .map(|goal| json!({"value": level(goal), "words": words::value(goal)}))
            .collect::<Vec<_>>(),
        "legend": format!(
            "Tháng báo cáo tính từ ngày 15 tháng trước đến ngày 14. {marks}Cột gạch chéo: tháng không đạt chỉ tiêu đơn vị."
        ),
        "table": shown(&figures("Tháng báo cáo", &report.by_month, month, &report.total))?,
    })];
    let branch = |row: &RowView| row.branch.clone().unwrap_or_default();
    if report.branch_code.is_none() {
        let branches = report.total.targets.goal(Indicator::P312);
        let bars: Vec<Value> = report
            .by_branch
            .iter()
            .map(|row| {
                let rate = row.figures.r1.as_ref();
                json!({
                    "label": branch(row),
                    "value": hundredths(rate),
                    "words": percent(rate),
                    "missed": row.figures.targets.over_90 == "missed",
                })
            })
            .collect();
        parts.push(json!({
            "kind": "lying",
            "title": "Tỷ lệ giải quyết trước hạn và đúng hạn của các đơn vị (%)",
            "bars": bars,
            "most": 10_000,
            "mark": branches.map(level),
            "legend": format!("{}Thanh gạch chéo: đơn vị không đạt chỉ tiêu của mình.", marks_of(branches)),
        }));
        parts.push(json!({
            "kind": "table",
            "title": "Kết quả của các đơn vị",
            "table": shown(&figures("Đơn vị", &report.by_branch, branch, &report.total))?,
        }));
    }
    let sector = |row: &RowView| row.sector.clone().unwrap_or_default();
    parts.push(json!({
        "kind": "table",
        "title": "Kết quả theo lĩnh vực",
        "table": shown(&figures("Lĩnh vực", &report.by_sector, sector, &report.total))?,
    }));
    Ok(parts)
}

/// What is to be reached, the highest first.
fn goals(total: &FiguresView) -> Vec<&InForceView> {
    let mut goals: Vec<&InForceView> = total.targets.in_force.iter().collect();
    goals.sort_by_key(|goal| std::cmp::Reverse(level(goal)));
    goals.dedup_by_key(|goal| level(goal));
    goals
}

/// In hundredths of a percent.
fn level(goal: &InForceView) -> i64 {
    goal.value.numerator * 10_000 / goal.value.denominator.max(1)
}

fn marks(goals: &[&InForceView]) -> String {
    let said: Vec<String> = goals.iter().rev().map(|goal| words::goal(goal)).collect();
    if said.is_empty() {
        String::new()
    } else {
        format!("Vạch đứt: chỉ tiêu {}. ", said.join(" và "))
    }
}

fn marks_of(goal: Option<&InForceView>) -> String {
    marks(goal.as_slice())
}

fn ageing(report: &UnitReport) -> Value {
    let most = Age::ALL.iter().map(|age| report.ageing.age(*age)).max().unwrap_or(0);
    let bars: Vec<Value> = Age::ALL
        .iter()
        .map(|age| {
            let count = report.ageing.age(*age);
            json!({
                "label": age_words(*age),
                "value": count,
                "words": Cell::Number(count).on_paper(),
                "missed": false,
            })
        })
        .collect();
    json!({
        "kind": "lying",
        "title": format!("Hồ sơ đang giải quyết theo số ngày từ khi tiếp nhận, ngày {}", dates::short(report.as_of)),
        "bars": bars,
        "most": most,
        "mark": Value::Null,
        "legend": format!("Tổng số: {} hồ sơ.", Cell::Number(report.ageing.open).on_paper()),
    })
}

/// One line a row, and all together at the end.
fn figures(name: &str, rows: &[RowView], named: impl Fn(&RowView) -> String, total: &FiguresView) -> Table {
    let line = |name: String, figures: &FiguresView| {
        vec![
            Cell::text(name),
            Cell::Number(figures.received.total),
            Cell::Number(figures.resolved.total),
            Cell::Number(figures.resolved.early + figures.resolved.on_time),
            Cell::Number(figures.resolved.overdue),
            Cell::Share(3, 2, figures.resolved.early + figures.resolved.on_time, figures.resolved.total),
            Cell::text(words::verdict(figures.targets.over_90)),
            Cell::Number(figures.in_process.overdue),
        ]
    };
    Table {
        columns: vec![
            Column::new(name, 20),
            Column::new("Tiếp nhận", 8),
            Column::new("Giải quyết", 8),
            Column::new("Trước, đúng hạn", 8),
            Column::new("Quá hạn", 8),
            Column::new("Tỷ lệ (%)", 8),
            Column::new("Chỉ tiêu đơn vị", 8),
            Column::new("Đang quá hạn", 8),
        ],
        rows: rows.iter().map(|row| line(named(row), &row.figures)).collect(),
        total: Some(line("Tổng số".to_owned(), total)),
        ..Table::default()
    }
}

fn shown(table: &Table) -> Outcome<Value> {
    serde_json::to_value(Shown::of(table)).map_err(|error| Failure::Broken(error.to_string()))
}
