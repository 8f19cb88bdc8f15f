//! `/in-hang-loat`: many receipts, letters or slips printed into one file: ordered here or from a list, put together
//! while one does something else, and fetched.

use super::form::{Body, Form};
use super::frame::Frame;
use super::orders;
use super::places::segment;
use super::told::{Branch, Listed};
use super::visit::{Shown, Visit, see_other};
use crate::http::Problem;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

#[derive(Deserialize)]
struct Batch {
    id: String,
    kind: String,
    chosen: String,
    state: String,
    total: i64,
    done: i64,
    faulty: i64,
    pages: i64,
    bytes: i64,
    ordered_at: String,
    ordered_by: String,
    faults: Vec<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    place: i64,
    dossier_code: String,
    detail: String,
}

impl Batch {
    fn at_work(&self) -> bool {
        self.state == "printing"
    }

    fn percent(&self) -> i64 {
        orders::percent(self.done, self.total)
    }

    fn printed(&self) -> i64 {
        self.done - self.faulty
    }

    /// In whole kilobytes, rounded up.
    fn kilobytes(&self) -> i64 {
        self.bytes.saturating_add(1023) / 1024
    }

    fn tag(&self) -> &'static str {
        orders::tag(self.at_work(), self.faulty == 0)
    }
}

/// What can be printed, as the API calls it.
const KINDS: [&str; 6] =
    ["receipts", "letters", "control-sheets", "supplement-requests", "refusals", "stopping-notices"];

#[derive(Template)]
#[template(path = "pages/batches.html")]
struct Page {
    f: Frame,
    form: Form,
    kinds: Vec<(String, String)>,
    branches: Vec<(String, String)>,
    batches: Vec<Batch>,
    next: String,
}

impl Page {
    /// The code that a fault is about: `codes/3` is the fourth line.
    fn code_at(&self, name: &str) -> String {
        let place = name.rsplit('/').next().and_then(|place| place.parse::<usize>().ok());
        let mut lines = self.form.value("codes").lines().map(str::trim).filter(|line| !line.is_empty());
        place.and_then(|place| lines.nth(place)).unwrap_or_default().to_owned()
    }
}

#[derive(Template)]
#[template(path = "pages/batch.html")]
struct BatchPage {
    f: Frame,
    standing: Standing,
}

/// The part of the page that changes while the work goes on.
#[derive(Template)]
#[template(path = "pages/parts/batch_standing.html")]
struct Standing {
    f: Frame,
    batch: Batch,
}

// Drawn inside of the page: what it holds was escaped when it was drawn.
impl askama::filters::HtmlSafe for Standing {}

async fn load(visit: &Visit, form: Form) -> Result<Page, Problem> {
    let f = visit.frame("batches");
    let (batches, next) = orders::listed(visit, "/print-batches", "/in-hang-loat").await?;
    let branches = if f.sees_all() {
        let all = visit.get::<Listed<Branch>>("/branches?limit=200").await?.items;
        f.any(all.into_iter().map(|branch| (branch.code, branch.name)))
    } else {
        Vec::new()
    };
    Ok(Page { kinds: f.terms("print_kind", KINDS), branches, form, batches, next, f })
}

pub async fn show(visit: Visit) -> Shown {
    let page = load(&visit, Form::default()).await?;
    visit.page(&page)
}

/// As the API takes it: the codes that were written down, or else all that are so.
fn body(form: &Form) -> Body {
    let named = form.given("codes").is_some();
    let mut form = form.clone();
    if named {
        form.set("branch_code", "");
    }
    let mut body = form.json();
    body.require(&["kind"]);
    if named {
        body.lines("codes");
    } else {
        body.put("of", if form.value("kind") == "letters" { "awaiting_paper" } else { "today" });
    }
    body
}

pub async fn order(visit: Visit, mut form: Form) -> Shown {
    match visit.send(Method::POST, "/print-batches", &form, body(&form)).await {
        Ok(answer) => {
            let batch: Batch = answer.json()?;
            Ok(see_other(&format!("/in-hang-loat/{}", segment(&batch.id))))
        }
        Err(problem) if orders::is_refusal(&problem) => {
            form.refused(&problem, visit.lang());
            let page = load(&visit, form).await?;
            visit.refused(&page)
        }
        Err(problem) => Err(problem),
    }
}

fn path(id: &str) -> String {
    format!("/print-batches/{}", segment(id))
}

pub async fn one(visit: Visit, id: Path<String>) -> Shown {
    let batch: Batch = visit.get(&path(&id)).await?;
    let standing = Standing { f: visit.frame("batches"), batch };
    if visit.in_part {
        return visit.page(&standing);
    }
    visit.page(&BatchPage { f: visit.frame("batches"), standing })
}

/// The joined file, as it comes.
pub async fn file(visit: Visit, id: Path<String>) -> Shown {
    visit.stream(&format!("{}/file.pdf", path(&id))).await
}

pub async fn remove(visit: Visit, id: Path<String>, form: Form) -> Shown {
    match visit.send_at(Method::DELETE, &path(&id), None, form.key(), None).await {
        Ok(_) => visit.done("/in-hang-loat", "batch-removed"),
        // It was taken away before: what was wanted is so.
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => {
            visit.done("/in-hang-loat", "batch-removed")
        }
        Err(problem) => Err(problem),
    }
}
