//! Figures of a report as a table, whether they were closed years ago or are those of today: what a program of another
//! year did not know is left empty.

use super::figures::count;
use super::frame::Frame;
use crate::domain::figure::FORM_II06A;
use serde_json::Value;

/// What of each row is shown, as pointers into it; the words are `terms.figure.*`.
const OF_RATES: [&str; 12] = [
    "received/total",
    "carried_over",
    "resolved/total",
    "resolved/early",
    "resolved/on_time",
    "resolved/overdue",
    "closed_without_result/total",
    "in_process/total",
    "in_process/overdue",
    "in_process/waiting",
    "r1/percent",
    "r2/percent",
];
/// As many as a page has room for; the closed figures have all causes and classes by their names.
const OF_UNIT: [&str; 13] = [
    "received/total",
    "resolved/total",
    "resolved/overdue",
    "in_process/total",
    "in_process/overdue",
    "r1/percent",
    "r2/percent",
    "causes/late",
    "causes/subjective",
    "causes/objective",
    "causes/own_causes",
    "causes/not_said",
    "ageing/by_age/over_90",
];

pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    pub total: Vec<String>,
}

pub struct Row {
    pub branch: String,
    pub sector: String,
    pub cells: Vec<String>,
}

impl Table {
    pub fn of(f: &Frame, report: &str, figures: &Value) -> Self {
        let shown: &[&str] = match report {
            "ii06a" => &FORM_II06A,
            "unit" => &OF_UNIT,
            _ => &OF_RATES,
        };
        let cells = |row: &Value| -> Vec<String> {
            shown.iter().map(|at| value(f, row.pointer(&format!("/{at}")).unwrap_or(&Value::Null))).collect()
        };
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let rows = figures["rows"].as_array().into_iter().flatten();
        Self {
            columns: shown.iter().map(|at| name(f, at)).collect(),
            rows: rows
                .map(|row| Row {
                    branch: text(row, "branch"),
                    sector: text(row, "sector"),
                    cells: cells(row),
                })
                .collect(),
            total: cells(&figures["total"]),
        }
    }

    /// The rows are of several branches.
    pub fn has_branches(&self) -> bool {
        self.rows.iter().any(|row| !row.branch.is_empty())
    }
}

/// The words for a figure: `resolved.overdue` or `resolved/overdue`.
pub fn name(f: &Frame, figure: &str) -> String {
    f.term("figure", &figure.replace(['.', '/'], "-"))
}

/// A figure as people write it; a dash for what is not known.
pub fn value(f: &Frame, figure: &Value) -> String {
    match figure {
        Value::Null => "–".to_owned(),
        Value::Number(number) => {
            number.as_i64().map_or_else(|| number.to_string(), |number| count(number, f.lang))
        }
        Value::String(text) if text.ends_with(|c: char| c.is_ascii_digit()) => percent(f, text),
        Value::String(word) => f.word("rates", word),
        other => other.to_string(),
    }
}

fn percent(f: &Frame, text: &str) -> String {
    match f.lang {
        crate::http::Lang::Vi => format!("{}\u{a0}%", text.replace('.', ",")),
        crate::http::Lang::En => format!("{text}%"),
    }
}
