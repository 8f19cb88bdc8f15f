//! `/danh-muc`: branches, sectors and procedures. Everybody signed in may read it; administrators change it.

use super::form::Form;
use super::frame::Frame;
use super::places::{segment, with_query};
use super::visit::{Shown, Visit};
use actix_web::http::Method;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Listed<T> {
    items: Vec<T>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Branch {
    code: String,
    name: String,
    agency_identifier: String,
    department_name: String,
    letter_symbol: String,
    place: String,
    address: String,
    contact_phone: String,
    contact_email: Option<String>,
    apology_mode: String,
    authorised_by: Option<String>,
    authorised_on: Option<String>,
    authorised_document: Option<String>,
    active: bool,
    version: u32,
}

#[derive(Deserialize)]
struct Sector {
    code: String,
    name: String,
}

#[derive(Deserialize)]
struct Procedure {
    code: String,
    code_verified: bool,
    sector: String,
    branch_codes: Vec<String>,
    name: String,
    current_version: Option<u32>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    time_limit: Option<String>,
}

impl Procedure {
    fn branches(&self) -> String {
        self.branch_codes.join(", ")
    }
}

const TABS: [&str; 3] = ["thu-tuc", "don-vi", "linh-vuc"];

#[derive(Template)]
#[template(path = "pages/catalogue.html")]
struct Page {
    f: Frame,
    tab: &'static str,
    form: Form,
    branches: Vec<Branch>,
    sectors: Vec<Sector>,
    procedures: Vec<Procedure>,
    next: String,
}

impl Page {
    /// The limits of its cases in words, each once.
    fn limits(&self, procedure: &Procedure) -> String {
        let mut limits: Vec<String> = Vec::new();
        for limit in procedure.cases.iter().filter_map(|case| case.time_limit.as_deref()) {
            let words = self.f.limit(limit);
            if !limits.contains(&words) {
                limits.push(words);
            }
        }
        limits.join("; ")
    }

    fn sector_of<'a>(&'a self, procedure: &'a Procedure) -> &'a str {
        let named = self.sectors.iter().find(|sector| sector.code == procedure.sector);
        named.map_or(&procedure.sector, |sector| &sector.name)
    }

    fn tabs(&self) -> [&'static str; 3] {
        TABS
    }
}

pub async fn show(visit: Visit) -> Shown {
    let asked = visit.asked();
    let tab = TABS.iter().copied().find(|tab| *tab == asked.value("xem")).unwrap_or("thu-tuc");
    draw(&visit, tab, asked, false).await
}

async fn draw(visit: &Visit, tab: &'static str, form: Form, refused: bool) -> Shown {
    let mut page = Page {
        f: visit.frame("catalogue"),
        tab,
        form,
        branches: Vec::new(),
        sectors: Vec::new(),
        procedures: Vec::new(),
        next: String::new(),
    };
    match tab {
        "don-vi" => page.branches = visit.get::<Listed<Branch>>("/branches?limit=200").await?.items,
        "linh-vuc" => page.sectors = visit.get::<Listed<Sector>>("/sectors?limit=200").await?.items,
        _ => {
            let (q, cursor) = (page.form.value("q").to_owned(), page.form.value("cursor").to_owned());
            let query = [("q", q.as_str()), ("cursor", cursor.as_str()), ("limit", "50")];
            let listed: Listed<Procedure> = visit.get(&with_query("/procedures", &query)).await?;
            page.procedures = listed.items;
            page.sectors = visit.get::<Listed<Sector>>("/sectors?limit=200").await?.items;
            if let Some(next) = listed.next {
                page.next = with_query("/danh-muc", &[("xem", tab), ("q", &q), ("cursor", &next)]);
            }
        }
    }
    if refused { visit.refused(&page) } else { visit.page(&page) }
}

pub async fn add_sector(visit: Visit, mut form: Form) -> Shown {
    let mut body = form.json();
    if form.given("name").is_none() {
        body.put("name", "");
    }
    match visit.send(Method::POST, "/sectors", &form, body).await {
        Ok(_) => visit.done("/danh-muc?xem=linh-vuc", "sector-added"),
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) => {
            form.refused(&problem, visit.lang());
            draw(&visit, "linh-vuc", form, true).await
        }
    }
}

#[derive(Template)]
#[template(path = "pages/branch.html")]
struct BranchPage {
    f: Frame,
    form: Form,
    /// Empty for a branch to be.
    code: String,
    seen: String,
    modes: Vec<(String, String)>,
}

impl BranchPage {
    fn of(f: Frame, form: Form, code: String, seen: String) -> Self {
        let modes = ["approve", "automatic"];
        let modes = modes.iter().map(|mode| ((*mode).to_owned(), f.term("apology_mode", mode))).collect();
        Self { f, form, code, seen, modes }
    }
}

/// What a branch must have.
const REQUIRED: [&str; 7] =
    ["name", "agency_identifier", "department_name", "letter_symbol", "place", "address", "contact_phone"];

pub async fn new_branch(visit: Visit) -> Shown {
    visit.page(&BranchPage::of(visit.frame("catalogue"), Form::default(), String::new(), String::new()))
}

pub async fn create_branch(visit: Visit, mut form: Form) -> Shown {
    let mut body = form.json();
    for name in REQUIRED.iter().chain(&["code"]) {
        if form.given(name).is_none() {
            body.put(name, "");
        }
    }
    match visit.send(Method::POST, "/branches", &form, body).await {
        Ok(_) => visit.done("/danh-muc?xem=don-vi", "branch-created"),
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) => {
            form.refused(&problem, visit.lang());
            visit.refused(&BranchPage::of(visit.frame("catalogue"), form, String::new(), String::new()))
        }
    }
}

pub async fn branch(visit: Visit, code: Path<String>) -> Shown {
    let branch: Branch = visit.get(&format!("/branches/{}", segment(&code))).await?;
    let f = visit.frame("catalogue");
    let text = |given: Option<String>| given.unwrap_or_default();
    let form = Form::of([
        ("name", branch.name),
        ("agency_identifier", branch.agency_identifier),
        ("department_name", branch.department_name),
        ("letter_symbol", branch.letter_symbol),
        ("place", branch.place),
        ("address", branch.address),
        ("contact_phone", branch.contact_phone),
        ("contact_email", text(branch.contact_email)),
        ("apology_mode", branch.apology_mode),
        ("authorised_by", text(branch.authorised_by)),
        ("authorised_on", f.date(&branch.authorised_on)),
        ("authorised_document", text(branch.authorised_document)),
        ("active", if branch.active { "yes".to_owned() } else { String::new() }),
    ]);
    visit.page(&BranchPage::of(f, form, branch.code, branch.version.to_string()))
}

pub async fn change_branch(visit: Visit, code: Path<String>, mut form: Form) -> Shown {
    let mut body = form.json();
    body.date("authorised_on").ticked("active");
    if form.given("contact_email").is_none() {
        body.put("contact_email", Value::Null);
    }
    for name in REQUIRED {
        if form.given(name).is_none() {
            body.put(name, "");
        }
    }
    match visit.send(Method::PATCH, &format!("/branches/{}", segment(&code)), &form, body).await {
        Ok(_) => visit.done("/danh-muc?xem=don-vi", "branch-changed"),
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) => {
            form.refused(&problem, visit.lang());
            let seen = form.value("_seen").to_owned();
            visit.refused(&BranchPage::of(visit.frame("catalogue"), form, code.into_inner(), seen))
        }
    }
}
