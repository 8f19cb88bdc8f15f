//! `/nhap-so`: a register that was kept before is handed in, checked, looked at and imported. Administrators.

use super::form::Form;
use super::frame::Frame;
use super::places::{segment, with_query};
use super::visit::{Shown, Visit, see_other};
use crate::http::Problem;
use crate::http::body::TABLE_KINDS;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Listed {
    items: Vec<File>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct File {
    id: String,
    file_name: String,
    bytes: i64,
    handed_in_at: String,
    handed_in_by: String,
    state: String,
    progress: Option<Progress>,
    lines: i64,
    bad: i64,
    faults: Vec<Fault>,
    summary: Option<Summary>,
    imported: Option<i64>,
    imported_before: Option<String>,
    problem: Option<String>,
}

#[derive(Deserialize)]
struct Progress {
    phase: String,
    done: i64,
    total: i64,
}

#[derive(Deserialize)]
struct Fault {
    line: i64,
    column: String,
    detail: String,
}

#[derive(Deserialize)]
struct Summary {
    early: i64,
    on_time: i64,
    overdue: i64,
    in_process: i64,
    in_process_overdue: i64,
    withdrawn: i64,
}

impl File {
    fn at_work(&self) -> bool {
        matches!(self.state.as_str(), "checking" | "importing")
    }

    fn good(&self) -> i64 {
        self.lines - self.bad
    }

    fn tag(&self) -> &'static str {
        match self.state.as_str() {
            "imported" => "tag-met",
            "unreadable" | "failed" => "tag-missed",
            "checked" => "tag-due_soon",
            "checking" | "importing" => "tag-waiting",
            _ => "",
        }
    }
}

impl Progress {
    /// In whole percent, cut off.
    fn percent(&self) -> i64 {
        if self.total > 0 { (self.done.saturating_mul(100) / self.total).clamp(0, 100) } else { 0 }
    }
}

/// The columns without which no line can be read, and those that may be missing.
const NEEDED: &str = "branch_code, procedure_code, channel, applicant_name, applicant_kind, received_at";
const MORE: &str = "dossier_code, case, id_number, phone, email, address, time_limit, supplement_requested_at, \
                    supplied_at, resolved_at, outcome, returned_at, return_channel, withdrawn_at, cause";

#[derive(Template)]
#[template(path = "pages/imports.html")]
struct Page {
    f: Frame,
    form: Form,
    files: Vec<File>,
    next: String,
}

impl Page {
    fn needed(&self) -> &'static str {
        NEEDED
    }

    fn more(&self) -> &'static str {
        MORE
    }
}

#[derive(Template)]
#[template(path = "pages/import.html")]
struct FilePage {
    f: Frame,
    form: Form,
    standing: Standing,
}

/// The part of the page that changes while the work goes on.
#[derive(Template)]
#[template(path = "pages/parts/import_standing.html")]
struct Standing {
    f: Frame,
    file: File,
    /// The box of the import was not ticked.
    unsure: String,
}

// Drawn inside of the page: what it holds was escaped when it was drawn.
impl askama::filters::HtmlSafe for Standing {}

async fn load(visit: &Visit, form: Form) -> Result<Page, Problem> {
    let asked = visit.asked();
    let query = [("limit", "20"), ("cursor", asked.value("cursor"))];
    let listed: Listed = visit.get(&with_query("/imports", &query)).await?;
    let next = listed.next.map(|next| with_query("/nhap-so", &[("cursor", &next)])).unwrap_or_default();
    Ok(Page { f: visit.frame("imports"), form, files: listed.items, next })
}

pub async fn show(visit: Visit) -> Shown {
    let page = load(&visit, Form::default()).await?;
    visit.page(&page)
}

/// A file was chosen: on to its page, where its check goes on.
pub async fn hand_in(visit: Visit, mut form: Form) -> Shown {
    let Some(file) = form.upload("file").cloned() else {
        form.fault_at("file", visit.frame("imports").t("imports.no-file"));
        let page = load(&visit, form).await?;
        return visit.refused(&page);
    };
    let path = with_query("/imports", &[("file_name", &file.name)]);
    // By its first bytes: what browsers say of it depends on what is installed.
    let kind =
        TABLE_KINDS.get(usize::from(file.bytes.starts_with(b"PK\x03\x04"))).copied().unwrap_or_default();
    match visit.send_file(Method::POST, &path, &form, (kind, file.bytes)).await {
        Ok(answer) => {
            let file: File = answer.json()?;
            Ok(see_other(&format!("/nhap-so/{}", segment(&file.id))))
        }
        Err(problem) if problem.status() == StatusCode::UNPROCESSABLE_ENTITY => {
            form.refused(&problem, visit.lang());
            let page = load(&visit, form).await?;
            visit.refused(&page)
        }
        Err(problem) => Err(problem),
    }
}

fn path(id: &str) -> String {
    format!("/imports/{}", segment(id))
}

pub async fn one(visit: Visit, id: Path<String>) -> Shown {
    let file: File = visit.get(&path(&id)).await?;
    let standing = Standing { f: visit.frame("imports"), file, unsure: String::new() };
    if visit.in_part {
        return visit.page(&standing);
    }
    visit.page(&FilePage { f: visit.frame("imports"), form: Form::default(), standing })
}

/// The lines at fault, each with what is wrong with it.
pub async fn bad_lines(visit: Visit, id: Path<String>) -> Shown {
    visit.file(&format!("{}/bad-lines", path(&id))).await
}

pub async fn start(visit: Visit, id: Path<String>, mut form: Form) -> Shown {
    if form.value("_sure") != "yes" {
        form.fault_at("_sure", visit.frame("imports").t("imports.not-sure"));
        return again(&visit, &id, form).await;
    }
    let body = json!({"skip_bad": form.value("_skip") == "yes"});
    match visit.send_at(Method::POST, &format!("{}/start", path(&id)), None, form.key(), Some(&body)).await {
        Ok(_) => visit.done(&format!("/nhap-so/{}", segment(&id)), "import-started"),
        Err(problem) if problem.status() == StatusCode::CONFLICT => {
            form.refused(&problem, visit.lang());
            again(&visit, &id, form).await
        }
        Err(problem) => Err(problem),
    }
}

async fn again(visit: &Visit, id: &str, form: Form) -> Shown {
    let file: File = visit.get(&path(id)).await?;
    let standing = Standing { f: visit.frame("imports"), file, unsure: form.fault("_sure").to_owned() };
    visit.refused(&FilePage { f: visit.frame("imports"), form, standing })
}

pub async fn give_up(visit: Visit, id: Path<String>, form: Form) -> Shown {
    visit.send_at(Method::DELETE, &path(&id), None, form.key(), None).await?;
    visit.done("/nhap-so", "import-given-up")
}
