//! What was measured, kept between runs, and the tables of `docs/PERFORMANCE.md`.

use crate::place::Kind;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Rows of the table: key, what is measured, goal.
pub const ROWS: &[(&str, &str, &str)] = &[
    ("intake", "intake by HTTP, 16 connections / bare statements of the same durability", "≥ 0.60"),
    ("intake-cpu", "processor time of an intake (service + database)", ""),
    (
        "intake-owed",
        "intake by HTTP / the rows it owes (dossier, person, words, event, tallies) written by the database alone, 16 clients",
        "",
    ),
    ("intake-grown", "intake against the empty database", "≥ 0.80"),
    ("read", "read one by HTTP, 16 connections / bare actix-web with the bare query", "≥ 0.70"),
    (
        "own-read",
        "read one by HTTP, 16 connections / bare actix-web with the same statement, all columns as JSON",
        "",
    ),
    (
        "own-list",
        "list of 50, 4 connections / bare actix-web with the same statement, all columns as JSON",
        "",
    ),
    ("floor-create", "intake / smallest service, 4 connections", "≥ 0.60 (PostgreSQL)"),
    ("floor-read", "read / smallest service, 4 connections", "≥ 0.70 (PostgreSQL)"),
    ("floor-list", "list of 50 / smallest service, 4 connections", "≥ 0.70 (PostgreSQL)"),
    ("floor-transition", "transition / smallest service, 4 connections", "≥ 0.60 (PostgreSQL)"),
    ("rates", "rates by branch and sector, any period: p50 / p99", "≤ 10 / ≤ 30 ms"),
    ("rates-grown", "rates p50 against 1 million", "≤ 2"),
    ("list-first", "first page of any list: slowest p50 (of which)", "≤ 30 ms"),
    ("list-deep", "a page in the middle of any list: slowest p50 (of which)", "≤ 30 ms"),
    ("search", "search by name without diacritics: slowest p50 (of which)", "≤ 100 ms"),
    ("due-scan", "scan for what falls due", "≤ 100 ms"),
    ("import", "import through the rules", "≥ 20,000/s SQLite, ≥ 10,000/s PostgreSQL"),
    ("import-limit", "import / the same rows copied by the database alone, processor time", ""),
    ("import-memory", "the most memory of the import of 1 million lines", ""),
    ("import-killed", "import killed (kill -9) at about half, begun again", "whole batches, goes on"),
    ("reports", "reports over a year: slowest p50 (of which)", ""),
    ("generate", "the database made: dossiers/s, size", ""),
    ("receipt", "a receipt as PDF, warm / a bare page", "≤ 20 ms"),
    (
        "approvals",
        "1,000 letters approved, one order a branch (number, words, dossier's event, mail queued)",
        "",
    ),
    ("batch", "1,000 letters printed into one file / as many bare pages; memory", "≤ 64 MB more"),
    ("pages", "pages, signed in: slowest p50 (of which), all below", "≤ 100 ms"),
    ("ready", "start to ready", "≤ 1 s"),
    ("memory", "memory at rest", "≤ 60 MB"),
];

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Cell {
    pub text: String,
    /// For comparisons between sizes.
    pub number: f64,
    pub met: Option<bool>,
    /// When, and how busy the machine was.
    pub when: String,
}

/// Cells by `database dossiers row`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Results {
    cells: BTreeMap<String, Cell>,
    /// Every single list, search and page, for the second table.
    details: BTreeMap<String, Cell>,
    #[serde(skip)]
    file: PathBuf,
}

fn key(kind: Kind, dossiers: u32, row: &str) -> String {
    format!("{} {dossiers} {row}", kind.name())
}

impl Results {
    pub fn open(folder: &Path) -> Self {
        let file = folder.join("results.json");
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        Self { file, ..serde_json::from_str(&text).unwrap_or_default() }
    }

    pub fn put(
        &mut self,
        kind: Kind,
        dossiers: u32,
        row: &str,
        number: f64,
        met: Option<bool>,
        text: String,
    ) {
        println!(
            "{} {dossiers} {row}: {text}{}",
            kind.name(),
            if met == Some(false) { "  MISSED" } else { "" }
        );
        let cell = Cell { text, number, met, when: now() };
        self.cells.insert(key(kind, dossiers, row), cell);
        self.save();
    }

    pub fn detail(&mut self, kind: Kind, dossiers: u32, what: &str, number: f64, limit: f64, text: String) {
        println!("    {what}: {text}");
        let cell = Cell { text, number, met: Some(number <= limit), when: now() };
        self.details.insert(key(kind, dossiers, what), cell);
    }

    pub fn number(&self, kind: Kind, dossiers: u32, row: &str) -> Option<f64> {
        self.cells.get(&key(kind, dossiers, row)).map(|cell| cell.number)
    }

    fn save(&self) {
        std::fs::write(&self.file, serde_json::to_string_pretty(self).expect("JSON")).expect("kept");
    }

    /// Puts the tables between the marks of the document.
    pub fn write(&self, document: &Path) {
        let text = std::fs::read_to_string(document).expect("docs/PERFORMANCE.md");
        let (begin, end) = ("<!-- measured -->", "<!-- /measured -->");
        let (before, rest) = text.split_once(begin).expect("its first mark");
        let (_, after) = rest.split_once(end).expect("its second mark");
        std::fs::write(document, format!("{before}{begin}\n{}\n{end}{after}", self.tables()))
            .expect("written");
    }

    fn tables(&self) -> String {
        let sizes: BTreeSet<u32> =
            self.cells.keys().filter_map(|key| key.split(' ').nth(1)?.parse().ok()).collect();
        let columns: Vec<(Kind, u32)> = [Kind::Sqlite, Kind::Postgres]
            .into_iter()
            .flat_map(|kind| sizes.iter().map(move |size| (kind, *size)))
            .filter(|(kind, size)| {
                self.cells.keys().any(|key| key.starts_with(&format!("{} {size} ", kind.name())))
            })
            .collect();
        let mut out = String::new();
        let mut head = "| What | Goal |".to_owned();
        for (kind, size) in &columns {
            write!(head, " {}, {} |", kind.name(), sized(*size)).expect("text");
        }
        let rule = "|---".repeat(columns.len() + 2) + "|";
        writeln!(out, "{head}\n{rule}").expect("text");
        for (row, title, goal) in ROWS {
            write!(out, "| {title} | {goal} |").expect("text");
            for (kind, size) in &columns {
                write!(out, " {} |", self.cells.get(&key(*kind, *size, row)).map_or(String::new(), shown))
                    .expect("text");
            }
            out.push('\n');
        }
        writeln!(out, "\nEach list, search and page (p50 / p99 in ms, answered by the service on one connection):\n\n{}\n{rule}",
            head.replace("| What | Goal |", "| What | |")).expect("text");
        let mut names: Vec<&str> = self.details.keys().filter_map(|key| key.splitn(3, ' ').nth(2)).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            write!(out, "| {} | |", name.replace('|', "\\|")).expect("text");
            for (kind, size) in &columns {
                write!(out, " {} |", self.details.get(&key(*kind, *size, name)).map_or(String::new(), shown))
                    .expect("text");
            }
            out.push('\n');
        }
        let whens: Vec<&str> = self.cells.values().map(|cell| cell.when.as_str()).collect();
        if let (Some(first), Some(last)) = (whens.iter().min(), whens.iter().max()) {
            writeln!(
                out,
                "\nMeasured on {} between {first} and {last} (UTC, load average of a minute).",
                crate::machine::processor()
            )
            .expect("text");
        }
        out.trim_end().to_owned()
    }
}

fn shown(cell: &Cell) -> String {
    match cell.met {
        Some(false) => format!("**{}** ✗", cell.text),
        Some(true) => format!("{} ✓", cell.text),
        None => cell.text.clone(),
    }
}

fn sized(size: u32) -> String {
    match size {
        0 => "empty".to_owned(),
        millions if millions % 1_000_000 == 0 => format!("{} M", millions / 1_000_000),
        other => other.to_string(),
    }
}

fn now() -> String {
    let now = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
    format!("{} load {:.1}", now.format("%Y-%m-%d %H:%M"), crate::machine::load_average())
}

/// Median, and the spread around it.
pub fn median(values: &[f64]) -> f64 {
    percentile(values, 50)
}

pub fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
        .get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

pub fn spread(values: &[f64]) -> String {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(0.0, f64::max);
    format!("{:.0} ({least:.0}–{most:.0})", median(values))
}
