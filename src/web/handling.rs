//! `/ket-qua/tung-khau`: how each unit kept its own part of the way, clock from hand-over, for any days: whoever gets a
//! dossier late is not charged for it. A branch sees its own.

use super::figures::{Rate, days};
use super::form::Form;
use super::frame::Frame;
use super::places::with_query;
use super::told::{Branch, Listed, Sector};
use super::visit::{Shown, Visit};
use crate::http::{Lang, Problem};
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

/// What parts are kept apart by, as the API calls it; the unit always is.
const BY: [&str; 4] = ["branch", "branch,officer", "branch,procedure", "branch,procedure,officer"];
const FILES: [&str; 3] = ["csv", "xlsx", "pdf"];
/// What narrows the figures, by the names of the API.
const FILTERS: [&str; 6] = ["from", "to", "by", "branch_code", "sector", "procedure_code"];

#[derive(Deserialize)]
struct Handling {
    from: String,
    to: String,
    rows: Vec<Row>,
    total: Figures,
}

#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    branch_code: String,
    procedure_code: Option<String>,
    unit: String,
    step: Option<String>,
    step_name: Option<String>,
    officer: Option<String>,
    officer_name: Option<String>,
    #[serde(flatten)]
    figures: Figures,
}

#[derive(Deserialize)]
struct Figures {
    total: i64,
    early: i64,
    on_time: i64,
    overdue: i64,
    not_judged: i64,
    rate: Option<Rate>,
}

impl Figures {
    fn rate(&self, lang: &Lang) -> String {
        self.rate.as_ref().map_or_else(|| "–".to_owned(), |rate| rate.shown(*lang))
    }
}

#[derive(Template)]
#[template(path = "pages/handling.html")]
struct Page {
    f: Frame,
    form: Form,
    apart: Vec<(String, String)>,
    branches: Vec<(String, String)>,
    sectors: Vec<(String, String)>,
    /// What the links to files take along.
    narrowed: String,
    /// The page of the rates, for these days and this branch.
    back: String,
    found: Option<Handling>,
}

impl Page {
    fn files(&self) -> [&'static str; 3] {
        FILES
    }

    fn by(&self, what: &str) -> bool {
        self.form.value("by").split(',').any(|one| one == what)
    }

    fn branch(&self, code: &str) -> String {
        let named = self.branches.iter().find(|(one, _)| one == code);
        named.map_or_else(|| code.to_owned(), |(_, name)| name.clone())
    }

    /// Who had the dossier, as a place in the office.
    fn unit(&self, row: &Row) -> String {
        match (&row.step_name, &row.step) {
            (Some(name), _) => self.f.t1("handling.step", "name", name),
            (None, Some(code)) => self.f.t1("handling.step", "name", code),
            (None, None) => self.f.word("handling.unit", &row.unit),
        }
    }

    fn officer(&self, row: &Row) -> String {
        match (&row.officer_name, &row.officer) {
            (Some(name), _) => name.clone(),
            (None, Some(username)) => username.clone(),
            (None, None) => self.f.t("handling.nobody"),
        }
    }
}

/// The filters of an address as the API takes them.
fn filters(visit: &Visit) -> Form {
    let asked = visit.asked();
    let (from, to) = days(&asked, visit.today);
    let by = BY.iter().find(|by| **by == asked.value("by")).copied().unwrap_or(BY[0]);
    let mut form = Form::of([("from", from), ("to", to), ("by", by.to_owned())]);
    for name in ["branch_code", "sector", "procedure_code"] {
        form.set(name, asked.value(name).trim());
    }
    form
}

fn query(path: &str, form: &Form, more: &[(&str, &str)]) -> String {
    let pairs: Vec<(&str, &str)> = FILTERS.iter().map(|name| (*name, form.value(name))).collect();
    with_query(path, &[&pairs, more].concat())
}

pub async fn show(visit: Visit) -> Shown {
    let f = visit.frame("rates");
    let mut form = filters(&visit);
    let found = visit.get::<Handling>(&query("/rates/handling", &form, &[])).await;
    let narrowed = query("", &form, &[]).trim_start_matches('?').to_owned();
    let back = with_query(
        "/ket-qua",
        &[
            ("from", form.value("from")),
            ("to", form.value("to")),
            ("branch_code", form.value("branch_code")),
            ("sector", form.value("sector")),
        ],
    );
    let branches = visit.get::<Listed<Branch>>("/branches?limit=200").await?.items;
    let sectors = visit.get::<Listed<Sector>>("/sectors?limit=200").await?.items;
    for name in ["from", "to"] {
        let shown = f.on(form.value(name));
        form.set(name, shown);
    }
    let found = match found {
        Ok(found) => Some(found),
        Err(problem) if problem.status().as_u16() == 422 => {
            form.refused(&problem, visit.lang());
            None
        }
        Err(problem) => return Err(problem),
    };
    let page = Page {
        apart: BY.iter().map(|by| ((*by).to_owned(), f.word("handling.by", &by.replace(',', "-")))).collect(),
        branches: f.any(branches.into_iter().map(|branch| (branch.code, branch.name))),
        sectors: f.any(sectors.into_iter().map(|sector| (sector.code, sector.name))),
        narrowed,
        back,
        found,
        form,
        f,
    };
    if page.found.is_some() { visit.page(&page) } else { visit.refused(&page) }
}

/// What is shown, as a file.
pub async fn file(visit: Visit, format: Path<String>) -> Shown {
    let Some(format) = FILES.iter().find(|one| **one == *format) else { return Err(Problem::no_such_path()) };
    visit.file(&query("/rates/handling", &filters(&visit), &[("format", format)])).await
}
