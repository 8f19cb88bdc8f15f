//! `/ho-so`: finding dossiers, and going through them page by page.

use super::form::Form;
use super::frame::Frame;
use super::places::with_query;
use super::told::{Branch, Line, Listed, Sector};
use super::visit::{Shown, Visit};
use super::when;
use crate::domain::lifecycle::Status;
use actix_web::HttpRequest;
use askama::Template;

/// Dossiers on one page.
const LIMIT: &str = "25";
/// What the API can be asked for, by its own names.
const FILTERS: &[&str] = &[
    "q",
    "status",
    "open",
    "timeliness",
    "branch_code",
    "sector",
    "procedure_code",
    "channel",
    "held_by",
    "received_from",
    "received_to",
    "due_from",
    "due_to",
    "sort",
    "cursor",
];

#[derive(Template)]
#[template(path = "pages/dossiers.html")]
struct Page {
    f: Frame,
    form: Form,
    lines: Vec<Line>,
    /// Where the next page is; empty on the last.
    next: String,
    /// Where the first page is; empty when this is it.
    first: String,
    filtered: bool,
    /// Those beside the search field are in use.
    more: bool,
    statuses: Vec<(String, String)>,
    timings: Vec<(String, String)>,
    channels: Vec<(String, String)>,
    sorts: Vec<(String, String)>,
    sectors: Vec<(String, String)>,
    branches: Vec<(String, String)>,
}

impl Page {
    /// Of the dossiers on this page, one a line.
    fn codes(&self) -> String {
        self.lines.iter().map(|line| line.code.as_str()).collect::<Vec<_>>().join("\n")
    }
}

pub async fn show(visit: Visit, request: HttpRequest) -> Shown {
    let form = Form::parse(request.query_string().as_bytes());
    let f = visit.frame("dossiers");
    let mut asked: Vec<(&str, String)> = vec![("limit", LIMIT.to_owned())];
    for name in FILTERS {
        let value = form.given(name).unwrap_or_default();
        let date = name.ends_with("_from") || name.ends_with("_to");
        let value = match when::read_date(value).filter(|_| date) {
            Some(date) => date.to_string(),
            None => value.to_owned(),
        };
        asked.push((name, value));
    }
    let pairs: Vec<(&str, &str)> = asked.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let listed = visit.get::<Listed<Line>>(&with_query("/dossiers", &pairs)).await;
    let mut form = form;
    let (lines, next) = match listed {
        Ok(listed) => (listed.items, listed.next),
        Err(problem) if problem.status() == 422 => {
            form.refused(&problem, visit.lang());
            (Vec::new(), None)
        }
        Err(problem) => return Err(problem),
    };
    let here = |cursor: &str| {
        let mut pairs: Vec<(&str, &str)> = FILTERS.iter().map(|name| (*name, form.value(name))).collect();
        pairs.retain(|(name, _)| *name != "cursor");
        pairs.push(("cursor", cursor));
        with_query("/ho-so", &pairs)
    };
    let given = |name: &&&str| form.given(name).is_some();
    let branches = match visit.officer.role.sees_all_branches() {
        true => visit.get::<Listed<Branch>>("/branches?limit=200").await?.items,
        false => Vec::new(),
    };
    let page = Page {
        next: next.map(|cursor| here(&cursor)).unwrap_or_default(),
        first: form.given("cursor").map(|_| here("")).unwrap_or_default(),
        filtered: FILTERS.iter().any(|name| given(&name)),
        more: FILTERS.iter().filter(given).any(|name| !["q", "sort", "cursor"].contains(name)),
        statuses: f.options("dossier_status", Status::ALL.iter().map(|status| status.as_str())),
        timings: f
            .options("timeliness", ["overdue", "due_soon", "within_limit", "waiting", "early", "on_time"]),
        channels: f.options("channel", ["in_person", "online", "postal"]),
        sorts: vec![
            ("-received_at".into(), f.t("dossiers.sort-new")),
            ("due_on".into(), f.t("dossiers.sort-due")),
        ],
        sectors: f.any(
            visit
                .get::<Listed<Sector>>("/sectors?limit=200")
                .await?
                .items
                .into_iter()
                .map(|sector| (sector.code, sector.name)),
        ),
        branches: f.any(branches.into_iter().map(|branch| (branch.code, branch.name))),
        lines,
        form,
        f,
    };
    if page.form.has_faults() { visit.refused(&page) } else { visit.page(&page) }
}
