//! `/chot-so-lieu/{id}`: one closing: its figures as they were closed, whether it still is what was closed, and what has
//! changed since, with the reasons.

use super::closings::Closing;
use super::frame::Frame;
use super::frozen::{self, Table};
use super::places::{segment, with_query};
use super::told::{Listed, Sector};
use super::visit::{Shown, Visit};
use crate::http::Problem;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Causes shown; the rest is counted.
const MOST: usize = 200;
const FILES: [&str; 3] = ["csv", "xlsx", "pdf"];

#[derive(Deserialize)]
struct Verification {
    intact: bool,
    figures_match: bool,
    seal_matches: bool,
    follows: bool,
}

#[derive(Deserialize)]
struct Adjustments {
    asked_at: String,
    changes: Vec<Change>,
    causes: Vec<Cause>,
    more_causes: usize,
    unexplained: Vec<Change>,
    registers: Vec<Register>,
}

#[derive(Deserialize)]
struct Change {
    row: BTreeMap<String, String>,
    figure: String,
    #[serde(default)]
    closed: Value,
    #[serde(default)]
    now: Value,
    difference: Option<i64>,
}

#[derive(Deserialize)]
struct Cause {
    dossier_code: String,
    changes: Vec<Change>,
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    kind: String,
    occurred_at: String,
    recorded_at: String,
    officer: Option<String>,
    field: Option<String>,
    old: Option<String>,
    new: Option<String>,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Register {
    started_at: String,
    dossiers: i64,
}

#[derive(Template)]
#[template(path = "pages/closing.html")]
struct Page {
    f: Frame,
    closing: Closing,
    table: Table,
    verification: Verification,
    told: Adjustments,
    sectors: BTreeMap<String, String>,
}

impl Page {
    fn files(&self) -> [&'static str; 3] {
        FILES
    }

    /// Whose row: branch and sector, or all together.
    fn row(&self, row: &BTreeMap<String, String>) -> String {
        if row.is_empty() {
            return self.f.t("rates.total");
        }
        let name = |(key, code): (&String, &String)| match key.as_str() {
            "sector_code" => self.sectors.get(code).unwrap_or(code).clone(),
            _ => code.clone(),
        };
        row.iter().map(name).collect::<Vec<_>>().join(" · ")
    }

    fn figure(&self, figure: &str) -> String {
        frozen::name(&self.f, figure)
    }

    fn value(&self, value: &Value) -> String {
        frozen::value(&self.f, value)
    }

    /// What was put right, before or after: code words in words, moments as people read them.
    fn corrected(&self, field: &Option<String>, value: &str) -> String {
        match field.as_deref() {
            Some(kind @ ("channel" | "outcome")) => self.f.term(kind, value),
            _ => self.f.on(value),
        }
    }

    /// `+2`, `−1`; nothing for what is no count.
    fn difference(&self, difference: &Option<i64>) -> String {
        match difference {
            Some(more @ 1..) => format!("+{}", self.f.count(more)),
            Some(other) => self.f.count(other),
            None => String::new(),
        }
    }

    /// What one dossier changes, in one line.
    fn effect(&self, changes: &[Change]) -> String {
        let mut said = Vec::new();
        for change in changes {
            said.push(format!("{} {}", self.figure(&change.figure), self.difference(&change.difference)));
        }
        said.join("; ")
    }

    /// What of it does not hold, as words under `closings.broken.`
    fn broken(&self) -> impl Iterator<Item = &'static str> {
        let found = &self.verification;
        [("figures", found.figures_match), ("seal", found.seal_matches), ("chain", found.follows)]
            .into_iter()
            .filter_map(|(what, holds)| (!holds).then_some(what))
    }
}

/// The closed figures as a file.
pub async fn file(visit: Visit, of: Path<(String, String)>) -> Shown {
    as_file(visit, of.into_inner(), "").await
}

/// What has changed since, as a file.
pub async fn adjusted(visit: Visit, of: Path<(String, String)>) -> Shown {
    as_file(visit, of.into_inner(), "/adjustments").await
}

async fn as_file(visit: Visit, (id, format): (String, String), what: &str) -> Shown {
    if !FILES.contains(&format.as_str()) {
        return Err(Problem::no_such_path());
    }
    visit.file(&with_query(&format!("/closings/{}{what}", segment(&id)), &[("format", &format)])).await
}

pub async fn show(visit: Visit, id: Path<String>) -> Shown {
    let path = format!("/closings/{}", segment(&id));
    let closing: Closing = visit.get(&path).await?;
    let verification = visit.get(&format!("{path}/verification")).await?;
    let mut told: Adjustments = visit.get(&format!("{path}/adjustments")).await?;
    told.more_causes += told.causes.len().saturating_sub(MOST);
    told.causes.truncate(MOST);
    let sectors: Listed<Sector> = visit.get("/sectors?limit=200").await?;
    let sectors = sectors.items.into_iter().map(|sector| (sector.code, sector.name)).collect();
    let f = visit.frame("closings");
    let table = Table::of(&f, &closing.report, &closing.figures);
    visit.page(&Page { f, closing, table, verification, told, sectors })
}
