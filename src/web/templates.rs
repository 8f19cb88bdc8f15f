//! `/mau-giay-to`: the forms papers are printed with. A branch may put its own in the place of the program's, look at
//! an invented dossier printed with it, and go back. Administrators.

use super::form::Form;
use super::frame::Frame;
use super::places::{segment, with_query};
use super::told::{Branch, Listed};
use super::visit::{Shown, Visit};
use crate::http::Problem;
use actix_web::http::Method;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

#[derive(Deserialize)]
struct Kind {
    form: String,
    own: Vec<Own>,
}

#[derive(Deserialize)]
struct Own {
    branch_code: String,
    saved_at: String,
    saved_by: String,
}

#[derive(Deserialize)]
struct Source {
    built_in: bool,
    source: String,
    saved_at: Option<String>,
}

impl Kind {
    fn of(&self, branch: &str) -> Option<&Own> {
        self.own.iter().find(|own| own.branch_code == branch)
    }
}

#[derive(Template)]
#[template(path = "pages/templates.html")]
struct Page {
    f: Frame,
    form: Form,
    branch: String,
    branches: Vec<(String, String)>,
    kinds: Vec<Kind>,
}

pub async fn show(visit: Visit) -> Shown {
    let kinds: Listed<Kind> = visit.get("/templates").await?;
    let branches: Listed<Branch> = visit.get("/branches?limit=200").await?;
    let asked = visit.asked();
    let branch = asked.given("branch_code").map(str::to_owned);
    let branch = branch.or_else(|| branches.items.first().map(|one| one.code.clone())).unwrap_or_default();
    let form = Form::of([("branch_code", branch.clone())]);
    let branches = branches.items.into_iter().map(|one| (one.code, one.name)).collect();
    visit.page(&Page { f: visit.frame("templates"), form, branch, branches, kinds: kinds.items })
}

#[derive(Template)]
#[template(path = "pages/template.html")]
struct OnePage {
    f: Frame,
    form: Form,
    /// `receipt`
    kind: String,
    branch: String,
    built_in: bool,
    saved_at: Option<String>,
    /// The line that the last attempt fell over.
    line: usize,
}

impl OnePage {
    fn source(&self) -> &str {
        self.form.value("source")
    }

    /// Numbers of its lines, and of some to come.
    fn lines(&self) -> std::ops::RangeInclusive<usize> {
        1..=self.source().split('\n').count() + 8
    }

    fn height(&self) -> usize {
        *self.lines().end()
    }

    /// What stands in the line at fault.
    fn faulty(&self) -> &str {
        let at = self.line.checked_sub(1);
        at.and_then(|at| self.source().lines().nth(at)).unwrap_or_default().trim()
    }
}

fn place(kind: &str, branch: &str) -> String {
    with_query(&format!("/mau-giay-to/{}", segment(kind)), &[("branch_code", branch)])
}

async fn load(
    visit: &Visit,
    kind: &str,
    branch: &str,
    tried: Option<(Form, usize)>,
) -> Result<OnePage, Problem> {
    let path = with_query(&format!("/templates/{}", segment(kind)), &[("branch_code", branch)]);
    let now: Source = visit.get(&path).await?;
    let (form, line) = tried.unwrap_or_else(|| (Form::of([("source", now.source)]), 0));
    let (kind, branch) = (kind.to_owned(), branch.to_owned());
    let f = visit.frame("templates");
    Ok(OnePage { f, form, kind, branch, built_in: now.built_in, saved_at: now.saved_at, line })
}

pub async fn one(visit: Visit, kind: Path<String>) -> Shown {
    let asked = visit.asked();
    let page = load(&visit, &kind, asked.value("branch_code"), None).await?;
    visit.page(&page)
}

/// The page again with what is wrong with the template, and where.
async fn refused(visit: &Visit, kind: &str, mut form: Form, problem: Problem) -> Shown {
    if problem.status().as_u16() != 422 {
        return Err(problem);
    }
    let line = problem.worded(visit.lang()).facts.get("line").and_then(serde_json::Value::as_u64);
    let line = line.and_then(|line| usize::try_from(line).ok()).unwrap_or(0);
    form.refused(&problem, visit.lang());
    let branch = form.value("_branch").to_owned();
    let page = load(visit, kind, &branch, Some((form, line))).await?;
    visit.refused(&page)
}

pub async fn save(visit: Visit, kind: Path<String>, form: Form) -> Shown {
    let branch = form.value("_branch").to_owned();
    let path = with_query(&format!("/templates/{}", segment(&kind)), &[("branch_code", &branch)]);
    let mut body = form.json();
    // As it was written, blanks at its ends included.
    body.put("source", form.value("source"));
    match visit.send(Method::PUT, &path, &form, body).await {
        Ok(_) => visit.done(&place(&kind, &branch), "template-saved"),
        Err(problem) => refused(&visit, &kind, form, problem).await,
    }
}

/// What is in the field, printed with an invented dossier; nothing is saved.
pub async fn preview(visit: Visit, kind: Path<String>, form: Form) -> Shown {
    let mut body = form.json();
    body.put("source", form.value("source"));
    let path = format!("/templates/{}/preview", segment(&kind));
    match visit.file_for(Method::POST, &path, Some(&body.into_value())).await {
        Ok(file) => Ok(file),
        Err(problem) => refused(&visit, &kind, form, problem).await,
    }
}

pub async fn put_back(visit: Visit, kind: Path<String>, form: Form) -> Shown {
    let branch = form.value("_branch").to_owned();
    let path = with_query(&format!("/templates/{}", segment(&kind)), &[("branch_code", &branch)]);
    match visit.send_at(Method::DELETE, &path, None, form.key(), None).await {
        Ok(_) => visit.done(&place(&kind, &branch), "template-put-back"),
        // It was put back before: what was wanted is so.
        Err(problem) if problem.status() == 404 => visit.done(&place(&kind, &branch), "template-put-back"),
        Err(problem) => Err(problem),
    }
}
