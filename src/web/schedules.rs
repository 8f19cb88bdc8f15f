//! `/lich-bao-cao`: reports that are made and mailed by themselves: what is planned, what became of each due day.

use super::form::{Body, Form};
use super::frame::Frame;
use super::places::{segment, with_query};
use super::told::{Branch, Listed};
use super::visit::{Shown, Visit};
use crate::domain::role::Role;
use crate::http::Problem;
use actix_web::http::Method;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};

const REPORTS: [&str; 3] = ["unit", "ii06a", "overdue"];
const COVERS: [&str; 5] = ["reporting_year", "reporting_month", "last_month", "last_quarter", "year_to_date"];

#[derive(Deserialize)]
struct Schedule {
    id: String,
    name: String,
    report: String,
    branch_code: Option<String>,
    days: String,
    covers: String,
    recipients: Vec<String>,
    lead_days: i64,
    active: bool,
    last_due_on: Option<String>,
    last_made_on: Option<String>,
    next_due_on: Option<String>,
    next_made_on: Option<String>,
    next_reminded_on: Option<String>,
    version: i64,
}

impl Schedule {
    /// `25/02, 25/05`; of a day of each month the page says so in words.
    fn days(&self, f: &Frame) -> String {
        if self.days.contains('/') {
            self.days.replace(',', ", ")
        } else {
            f.t1("schedules.each-month", "day", &self.days)
        }
    }
}

#[derive(Deserialize)]
struct Run {
    id: String,
    due_on: String,
    from: String,
    to: String,
    as_of: String,
    state: String,
    error: Option<String>,
    closing_number: Option<i64>,
    made_at: Option<String>,
    has_file: bool,
    mails: Vec<Mail>,
}

#[derive(Deserialize)]
struct Mail {
    to_address: String,
    state: String,
    error: Option<String>,
}

impl Run {
    fn may_be_tried(&self) -> bool {
        self.state == "failed" || self.mails.iter().any(|mail| mail.state == "failed")
    }

    fn tag(&self) -> &'static str {
        match self.state.as_str() {
            "made" => "tag-met",
            "failed" => "tag-missed",
            _ => "tag-waiting",
        }
    }
}

impl Mail {
    fn tag(&self) -> &'static str {
        match self.state.as_str() {
            "sent" => "tag-met",
            "failed" => "tag-missed",
            _ => "tag-waiting",
        }
    }
}

/// Who plans reports: the head of a branch, the office, an administrator.
fn may_plan(f: &Frame) -> bool {
    f.role().is_some_and(|role| matches!(role, Role::Head | Role::Office | Role::Admin))
}

#[derive(Template)]
#[template(path = "pages/schedules.html")]
struct Page {
    f: Frame,
    schedules: Vec<Schedule>,
    next: String,
}

impl Page {
    fn may_plan(&self) -> bool {
        may_plan(&self.f)
    }
}

pub async fn show(visit: Visit) -> Shown {
    let asked = visit.asked();
    let query = [("limit", "50"), ("cursor", asked.value("cursor"))];
    let listed: Listed<Schedule> = visit.get(&with_query("/schedules", &query)).await?;
    let next = listed.next.map(|next| with_query("/lich-bao-cao", &[("cursor", &next)]));
    let next = next.unwrap_or_default();
    visit.page(&Page { f: visit.frame("schedules"), schedules: listed.items, next })
}

#[derive(Template)]
#[template(path = "pages/schedule.html")]
struct SchedulePage {
    f: Frame,
    form: Form,
    /// Nothing for one to be.
    schedule: Option<Schedule>,
    runs: Vec<Run>,
    next: String,
    branches: Vec<(String, String)>,
    reports: Vec<(String, String)>,
    covers: Vec<(String, String)>,
}

impl SchedulePage {
    fn may_plan(&self) -> bool {
        may_plan(&self.f)
    }

    fn action(&self) -> String {
        match &self.schedule {
            Some(schedule) => format!("/lich-bao-cao/{}", segment(&schedule.id)),
            None => "/lich-bao-cao/moi".to_owned(),
        }
    }

    fn seen(&self) -> String {
        let known = self.schedule.as_ref().map(|schedule| schedule.version.to_string());
        self.form.seen().map(str::to_owned).or(known).unwrap_or_default()
    }

    /// The words for why a run or a mail waits or failed.
    fn why(&self, error: &str) -> String {
        self.f.term("run_error", &self.f.term("notice_error", error))
    }
}

async fn page(visit: &Visit, form: Form, id: Option<&str>) -> Result<SchedulePage, Problem> {
    let f = visit.frame("schedules");
    let (mut schedule, mut runs, mut next) = (None, Vec::new(), String::new());
    if let Some(id) = id {
        let path = format!("/schedules/{}", segment(id));
        schedule = Some(visit.get::<Schedule>(&path).await?);
        let asked = visit.asked();
        let query = [("limit", "20"), ("cursor", asked.value("cursor"))];
        let listed: Listed<Run> = visit.get(&with_query(&format!("{path}/runs"), &query)).await?;
        runs = listed.items;
        let more = |next: String| {
            with_query(&format!("/lich-bao-cao/{}", segment(id)), &[("cursor", next.as_str())])
        };
        next = listed.next.map(more).unwrap_or_default();
    }
    let branches = if f.sees_all() {
        let all: Listed<Branch> = visit.get("/branches?limit=200").await?;
        let named = all.items.into_iter().map(|branch| (branch.code, branch.name));
        [(String::new(), f.t("closings.all-branches"))].into_iter().chain(named).collect()
    } else {
        Vec::new()
    };
    let (reports, covers) = (f.terms("scheduled_report", REPORTS), f.terms("covers", COVERS));
    Ok(SchedulePage { f, form, schedule, runs, next, branches, reports, covers })
}

pub async fn new(visit: Visit) -> Shown {
    if !may_plan(&visit.frame("schedules")) {
        return Err(Problem::forbidden("office-or-head-only"));
    }
    let form = Form::of([("lead_days", "5".to_owned()), ("active", "yes".to_owned())]);
    visit.page(&page(&visit, form, None).await?)
}

/// What was entered, as the API wants it.
fn body(form: &Form, sees_all: bool) -> Body {
    let mut body = form.json();
    body.ticked("active").number("lead_days");
    for name in ["name", "days"] {
        if form.given(name).is_none() {
            body.put(name, "");
        }
    }
    let addresses = form.value("recipients").split([',', ';', '\n', ' ']).map(str::trim);
    let addresses: Vec<Value> = addresses.filter(|one| !one.is_empty()).map(Value::from).collect();
    body.put("recipients", addresses);
    if sees_all && form.given("branch_code").is_none() {
        body.put("branch_code", Value::Null);
    }
    body
}

/// What the API says about one of the addresses is about their field.
fn refused(form: &mut Form, problem: &Problem, visit: &Visit) {
    form.refused(problem, visit.lang());
    let about = form.faults().find(|(name, _)| name.starts_with("recipients/"));
    if let Some(words) = about.map(|(_, words)| words.clone()) {
        form.fault_at("recipients", words);
    }
}

pub async fn create(visit: Visit, mut form: Form) -> Shown {
    let sees_all = visit.frame("schedules").sees_all();
    match visit.send(Method::POST, "/schedules", &form, body(&form, sees_all)).await {
        Ok(answer) => {
            let schedule: Schedule = answer.json()?;
            visit.done(&format!("/lich-bao-cao/{}", segment(&schedule.id)), "schedule-made")
        }
        Err(problem) if matches!(problem.status().as_u16(), 409 | 422) => {
            refused(&mut form, &problem, &visit);
            visit.refused(&page(&visit, form, None).await?)
        }
        Err(problem) => Err(problem),
    }
}

pub async fn one(visit: Visit, id: Path<String>) -> Shown {
    let mut page = page(&visit, Form::default(), Some(&id)).await?;
    if let Some(known) = &page.schedule {
        page.form = Form::of([
            ("name", known.name.clone()),
            ("report", known.report.clone()),
            ("branch_code", known.branch_code.clone().unwrap_or_default()),
            ("days", known.days.replace(',', ", ")),
            ("covers", known.covers.clone()),
            ("recipients", known.recipients.join("\n")),
            ("lead_days", known.lead_days.to_string()),
            ("active", if known.active { "yes".to_owned() } else { String::new() }),
        ]);
    }
    visit.page(&page)
}

pub async fn change(visit: Visit, id: Path<String>, mut form: Form) -> Shown {
    let sees_all = visit.frame("schedules").sees_all();
    let path = format!("/schedules/{}", segment(&id));
    match visit.send(Method::PATCH, &path, &form, body(&form, sees_all)).await {
        Ok(_) => visit.done(&format!("/lich-bao-cao/{}", segment(&id)), "schedule-changed"),
        Err(problem) if matches!(problem.status().as_u16(), 409 | 412 | 422) => {
            refused(&mut form, &problem, &visit);
            visit.refused(&page(&visit, form, Some(&id)).await?)
        }
        Err(problem) => Err(problem),
    }
}

pub async fn remove(visit: Visit, id: Path<String>, form: Form) -> Shown {
    let path = format!("/schedules/{}", segment(&id));
    visit.send_at(Method::DELETE, &path, form.seen(), form.key(), None).await?;
    visit.done("/lich-bao-cao", "schedule-removed")
}

pub async fn retry(visit: Visit, path: Path<(String, String)>, form: Form) -> Shown {
    let (id, run) = path.into_inner();
    let at = format!("/schedules/{}/runs/{}/retry", segment(&id), segment(&run));
    visit.send_at(Method::POST, &at, None, form.key(), Some(&json!({}))).await?;
    visit.done(&format!("/lich-bao-cao/{}", segment(&id)), "run-retried")
}

/// The report as it was mailed.
pub async fn file(visit: Visit, path: Path<(String, String)>) -> Shown {
    let (id, run) = path.into_inner();
    visit.file(&format!("/schedules/{}/runs/{}/file", segment(&id), segment(&run))).await
}
