//! `/chot-so-lieu`: figures sent upward: what was closed, and closing a period after its figures have been looked at.

use super::figures::days;
use super::form::Form;
use super::frame::Frame;
use super::frozen::Table;
use super::places::{segment, with_query};
use super::told::{Branch, Listed};
use super::visit::{Shown, Visit};
use super::when::read_date;
use crate::domain::role::Role;
use crate::http::Problem;
use actix_web::http::Method;
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;

/// The reports that can be closed.
const REPORTS: [&str; 3] = ["rates", "ii06a", "unit"];

/// A line of the list, or the head of one closing.
#[derive(Deserialize)]
pub struct Closing {
    pub id: String,
    pub number: i64,
    pub report: String,
    pub branch_code: Option<String>,
    pub from: String,
    pub to: String,
    pub as_of: String,
    pub note: Option<String>,
    pub closed_at: String,
    pub closed_by: String,
    pub sha256: String,
    pub seal: String,
    #[serde(default)]
    pub figures: Value,
}

impl Closing {
    /// Enough of the hash to tell two apart.
    pub fn short_hash(&self) -> &str {
        self.sha256.get(..12).unwrap_or(&self.sha256)
    }
}

#[derive(Template)]
#[template(path = "pages/closings.html")]
struct Page {
    f: Frame,
    form: Form,
    branches: Vec<(String, String)>,
    reports: Vec<(String, String)>,
    closings: Vec<Closing>,
    next: String,
}

/// Who may close: the head of a branch, the office, an administrator.
fn may_close(f: &Frame) -> bool {
    f.role().is_some_and(|role| matches!(role, Role::Head | Role::Office | Role::Admin))
}

impl Page {
    fn may_close(&self) -> bool {
        may_close(&self.f)
    }
}

async fn branches(visit: &Visit, first: String) -> Result<Vec<(String, String)>, Problem> {
    let all: Listed<Branch> = visit.get("/branches?limit=200").await?;
    let named = all.items.into_iter().map(|branch| (branch.code, branch.name));
    Ok([(String::new(), first)].into_iter().chain(named).collect())
}

pub async fn show(visit: Visit) -> Shown {
    let form = visit.asked();
    let f = visit.frame("closings");
    let (branch, report) = (form.value("branch_code").to_owned(), form.value("report").to_owned());
    let narrowed = |cursor: &str, path: &str| {
        let query = [("branch_code", branch.as_str()), ("report", &report), ("cursor", cursor)];
        with_query(path, &query)
    };
    let listed: Listed<Closing> = visit.get(&narrowed(form.value("cursor"), "/closings")).await?;
    let branches = if f.sees_all() { branches(&visit, f.t("app.any")).await? } else { Vec::new() };
    let reports = f.options("closed_report", REPORTS);
    let next = listed.next.map(|next| narrowed(&next, "/chot-so-lieu")).unwrap_or_default();
    visit.page(&Page { f, form, branches, reports, closings: listed.items, next })
}

#[derive(Template)]
#[template(path = "pages/closing_new.html")]
struct NewPage {
    f: Frame,
    form: Form,
    branches: Vec<(String, String)>,
    reports: Vec<(String, String)>,
    preview: Option<Preview>,
}

/// The figures that would be closed.
#[derive(Deserialize)]
struct Previewed {
    figures: Value,
}

/// What would be closed, on the page.
struct Preview {
    from: String,
    to: String,
    as_of: String,
    table: Table,
}

impl NewPage {
    /// What the confirmation sends along.
    fn kept(&self) -> impl Iterator<Item = (&'static str, &str)> {
        const FIELDS: [&str; 6] = ["from", "to", "as_of", "report", "branch_code", "note"];
        FIELDS.iter().map(|name| (*name, self.form.value(name)))
    }

    fn unsure(&self) -> &str {
        self.form.fault("_sure")
    }
}

async fn load(visit: &Visit, mut form: Form) -> Result<NewPage, Problem> {
    let f = visit.frame("closings");
    if !may_close(&f) {
        return Err(Problem::forbidden("office-or-head-only"));
    }
    let looked = form.given("from").is_some() || form.given("ky").is_some();
    let (from, to) = days(&form, visit.today);
    if form.given("from").is_none() {
        let before = |text: &str| text.parse::<NaiveDate>().map_or_else(|_| text.to_owned(), written);
        form.set("from", before(&from));
        form.set("to", before(&to));
    }
    let as_of = evening(form.value("as_of"), &to, visit.today);
    let report = REPORTS.iter().find(|one| **one == form.value("report")).copied().unwrap_or("rates");
    form.set("report", report);
    let mut preview = None;
    if looked {
        let asked = [
            ("report", report),
            ("from", from.as_str()),
            ("to", &to),
            ("as_of", &as_of),
            ("branch_code", form.value("branch_code")),
        ];
        match visit.get::<Previewed>(&with_query("/closings/preview", &asked)).await {
            Ok(previewed) => {
                let table = Table::of(&f, report, &previewed.figures);
                preview = Some(Preview { from, to, as_of, table });
            }
            Err(problem) if problem.status().as_u16() == 422 => form.refused(&problem, visit.lang()),
            Err(problem) => return Err(problem),
        }
    }
    let branches =
        if f.sees_all() { branches(visit, f.t("closings.all-branches")).await? } else { Vec::new() };
    let reports = f.terms("closed_report", REPORTS);
    Ok(NewPage { f, form, branches, reports, preview })
}

fn written(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// The evening on which what is in process is counted: the last day, or yesterday where that is still to come.
fn evening(given: &str, to: &str, today: NaiveDate) -> String {
    if let Some(text) = Some(given.trim()).filter(|text| !text.is_empty()) {
        return read_date(text).map_or_else(|| text.to_owned(), |day| day.to_string());
    }
    let yesterday = today.pred_opt().unwrap_or(today);
    to.parse::<NaiveDate>().map(|to| to.min(yesterday).to_string()).unwrap_or_default()
}

pub async fn new(visit: Visit) -> Shown {
    let page = load(&visit, visit.asked()).await?;
    if page.form.refusal().is_some() { visit.refused(&page) } else { visit.page(&page) }
}

pub async fn close(visit: Visit, form: Form) -> Shown {
    if form.value("_sure") != "yes" {
        let mut page = load(&visit, form).await?;
        page.form.fault_at("_sure", page.f.t("closings.not-sure"));
        return visit.refused(&page);
    }
    let mut body = form.json();
    body.date("from").date("to").date("as_of");
    match visit.send(Method::POST, "/closings", &form, body).await {
        Ok(answer) => {
            let closing: Closing = answer.json()?;
            visit.done(&format!("/chot-so-lieu/{}", segment(&closing.id)), "period-closed")
        }
        Err(problem) if matches!(problem.status().as_u16(), 409 | 422) => {
            let mut page = load(&visit, form).await?;
            page.form.refused(&problem, visit.lang());
            visit.refused(&page)
        }
        Err(problem) => Err(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_process_is_counted_on_the_last_evening_that_is_over() {
        let today = NaiveDate::from_ymd_opt(2026, 4, 1).unwrap();
        assert_eq!(evening("", "2026-03-31", today), "2026-03-31");
        assert_eq!(evening("", "2026-04-30", today), "2026-03-31");
        assert_eq!(evening(" 15/3/2026 ", "2026-04-30", today), "2026-03-15");
        assert_eq!(evening("mai", "2026-04-30", today), "mai");
        assert_eq!(evening("", "mai", today), "");
    }
}
