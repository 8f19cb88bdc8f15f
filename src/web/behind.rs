//! `/ket-qua/ho-so`: the dossiers behind a number of `/ket-qua`, page by page.

use super::figures::days;
use super::form::Form;
use super::frame::Frame;
use super::places::with_query;
use super::told::{Branch, Line, Listed, Sector};
use super::visit::{Shown, Visit};
use super::when;
use crate::domain::figure::Figure;
use crate::http::Problem;
use actix_web::web::Path;
use askama::Template;

const FILES: [&str; 2] = ["csv", "xlsx"];
/// Dossiers on one page.
const LIMIT: &str = "25";
/// What narrows the list, by the names of the API.
const FILTERS: &[&str] =
    &["figure", "from", "to", "as_of", "branch_code", "sector", "procedure_code", "channel", "officer"];

#[derive(Template)]
#[template(path = "pages/behind.html")]
struct Page {
    f: Frame,
    form: Form,
    figure: String,
    lines: Vec<Line>,
    /// The number itself.
    count: i64,
    next: String,
    /// Where the first page is; empty when this is it.
    first: String,
    /// The page of the figures, for these days and filters.
    back: String,
    /// The whole list as a file: its kind and address.
    files: Vec<(&'static str, String)>,
    figures: Vec<(String, String)>,
    branches: Vec<(String, String)>,
    sectors: Vec<(String, String)>,
    channels: Vec<(String, String)>,
}

/// The number and filters of an address as the API takes them.
fn filters(visit: &Visit) -> Form {
    let asked = visit.asked();
    let (from, to) = days(&asked, visit.today);
    let figure = asked.given("figure").unwrap_or(Figure::Received.as_str()).to_owned();
    let mut form = Form::default();
    for name in FILTERS {
        let value = match *name {
            "figure" => figure.clone(),
            "from" => from.clone(),
            "to" => to.clone(),
            "as_of" => {
                let text = asked.value(name);
                when::read_date(text).map_or_else(|| text.to_owned(), |date| date.to_string())
            }
            _ => asked.value(name).trim().to_owned(),
        };
        form.set(name, value);
    }
    form
}

fn pairs(form: &Form) -> Vec<(&str, &str)> {
    FILTERS.iter().map(|name| (*name, form.value(name))).collect()
}

/// The whole list that is shown, as a file.
pub async fn file(visit: Visit, format: Path<String>) -> Shown {
    let Some(format) = FILES.iter().find(|one| **one == *format) else { return Err(Problem::no_such_path()) };
    let form = filters(&visit);
    visit
        .file(&with_query("/rates/dossiers", &[pairs(&form).as_slice(), &[("format", format)]].concat()))
        .await
}

pub async fn show(visit: Visit) -> Shown {
    let asked = visit.asked();
    let f = visit.frame("rates");
    let mut form = filters(&visit);
    let figure = form.value("figure").to_owned();
    let pairs = pairs(&form);
    let cursor = asked.value("cursor");
    let here = |cursor| with_query("/ket-qua/ho-so", &[pairs.as_slice(), &[("cursor", cursor)]].concat());
    let paged = [("limit", LIMIT), ("count", "true"), ("cursor", cursor)];
    let path = with_query("/rates/dossiers", &[pairs.as_slice(), &paged].concat());
    let listed = visit.get::<Listed<Line>>(&path).await;
    let first = if cursor.is_empty() { String::new() } else { here("") };
    let next = listed.as_ref().ok().and_then(|listed| listed.next.as_deref()).map(here).unwrap_or_default();
    let narrowed: Vec<(&str, &str)> = pairs.iter().copied().filter(|(name, _)| *name != "figure").collect();
    let back = with_query("/ket-qua", &narrowed);
    let files = FILES
        .iter()
        .map(|format| (*format, with_query(&format!("/ket-qua/ho-so.{format}"), &pairs)))
        .collect();
    let (lines, count) = match listed {
        Ok(listed) => (listed.items, listed.count.unwrap_or_default()),
        Err(problem) if problem.status() == 422 => {
            form.refused(&problem, visit.lang());
            (Vec::new(), 0)
        }
        Err(problem) => return Err(problem),
    };
    for name in ["from", "to", "as_of"] {
        let shown = f.on(form.value(name));
        form.set(name, shown);
    }
    let branches = match visit.officer.role.sees_all_branches() {
        true => visit.get::<Listed<Branch>>("/branches?limit=200").await?.items,
        false => Vec::new(),
    };
    let sectors = visit.get::<Listed<Sector>>("/sectors?limit=200").await?.items;
    let page = Page {
        figures: Figure::ALL
            .iter()
            .map(|figure| (figure.as_str().to_owned(), f.word("rates.figure", figure.as_str())))
            .collect(),
        branches: f.any(branches.into_iter().map(|branch| (branch.code, branch.name))),
        sectors: f.any(sectors.into_iter().map(|sector| (sector.code, sector.name))),
        channels: f.options("channel", ["in_person", "online", "postal"]),
        figure,
        lines,
        count,
        next,
        first,
        back,
        files,
        form,
        f,
    };
    if page.form.has_faults() { visit.refused(&page) } else { visit.page(&page) }
}
