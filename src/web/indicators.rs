//! `/chi-tieu`: the plan's scoreboard.

use super::figures::{self, Rate, days};
use super::form::Form;
use super::frame::Frame;
use super::places::with_query;
use super::visit::{Shown, Visit};
use crate::http::Problem;
use crate::http::words::words;
use actix_web::web::Path;
use askama::Template;
use serde::{Deserialize, Deserializer};
use serde_json::Map;

#[derive(Deserialize)]
struct Board {
    from: String,
    to: String,
    as_of: String,
    /// So often may an earlier answer have differed.
    revised: i64,
    indicators: Vec<Indicator>,
}

#[derive(Deserialize)]
struct Indicator {
    id: String,
    section: String,
    title: String,
    counted: String,
    target: Option<String>,
    rate: Option<Rate>,
    verdict: String,
    /// Only where a year before is told: none where there was nothing to count.
    #[serde(default, deserialize_with = "told")]
    year_before: Option<Option<Rate>>,
    #[serde(default)]
    shares: Vec<Share>,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    branch: String,
    sector: Option<String>,
    target: Option<String>,
    rate: Option<Rate>,
    verdict: String,
    #[serde(default, deserialize_with = "told")]
    year_before: Option<Option<Rate>>,
    #[serde(default)]
    shares: Vec<Share>,
}

/// A share that is shown beside the rate.
#[derive(Deserialize)]
struct Share {
    what: String,
    rate: Option<Rate>,
}

/// Null is told too.
fn told<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<Rate>>, D::Error> {
    Option::<Rate>::deserialize(from).map(Some)
}

#[derive(Template)]
#[template(path = "pages/indicators.html")]
struct Page {
    f: Frame,
    form: Form,
    board: Option<Board>,
}

const FILES: [&str; 2] = ["csv", "xlsx"];

impl Page {
    fn files(&self) -> [&'static str; 2] {
        FILES
    }

    fn target(&self, target: &Option<String>) -> String {
        let lang = self.f.lang;
        target.as_ref().map_or_else(|| self.f.t("indicators.no-target"), |text| figures::target(text, lang))
    }

    /// A target of this row's own, where it has another than all.
    fn own(&self, row: &Row, of: &Indicator) -> String {
        if row.target == of.target { String::new() } else { format!(" ({})", self.target(&row.target)) }
    }

    fn rate(&self, rate: &Option<Rate>) -> String {
        rate.as_ref().map_or_else(|| "–".to_owned(), |rate| rate.shown(self.f.lang))
    }

    /// With what it is a share of.
    fn counted(&self, rate: &Option<Rate>) -> String {
        let lang = self.f.lang;
        let counts = |rate: &Rate| format!("{} ({})", rate.shown(lang), rate.of(&lang));
        rate.as_ref().map_or_else(|| self.f.t("indicators.nothing"), counts)
    }

    /// What stands beside a rate: other shares, and the year before.
    fn beside(&self, shares: &[Share], year_before: &Option<Option<Rate>>) -> Vec<String> {
        let shares = shares.iter().map(|share| {
            let what = words(self.f.lang, &format!("indicators.shares.{}", share.what), &Map::new());
            format!("{}: {}", what.unwrap_or_default(), self.counted(&share.rate))
        });
        let before =
            year_before.iter().map(|rate| self.f.t1("indicators.year-before", "rate", self.counted(rate)));
        shares.chain(before).collect()
    }
}

pub async fn show(visit: Visit) -> Shown {
    let f = visit.frame("rates");
    let (from, to) = days(&visit.asked(), visit.today);
    let mut form = Form::of([("from", f.on(&from)), ("to", f.on(&to))]);
    match visit.get(&with_query("/indicators", &[("from", &from), ("to", &to)])).await {
        Ok(board) => visit.page(&Page { f, form, board: Some(board) }),
        Err(problem) if problem.status().as_u16() == 422 => {
            form.refused(&problem, visit.lang());
            visit.refused(&Page { f, form, board: None })
        }
        Err(problem) => Err(problem),
    }
}

/// What is shown, as a file.
pub async fn file(visit: Visit, format: Path<String>) -> Shown {
    let Some(format) = FILES.iter().find(|one| **one == *format) else { return Err(Problem::no_such_path()) };
    let (from, to) = days(&visit.asked(), visit.today);
    visit.file(&with_query("/indicators", &[("from", &from), ("to", &to), ("format", format)])).await
}
