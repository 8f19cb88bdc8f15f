//! `/chi-tieu/muc-tieu`: what must be reached, by whom, from when to when. An administrator sets and ends targets.

use super::form::Form;
use super::frame::Frame;
use super::places::{segment, with_query};
use super::told::{Branch, Listed, Sector};
use super::visit::{Shown, Visit};
use super::when;
use crate::domain::target::{Indicator, Strictness};
use actix_web::http::Method;
use askama::Template;
use serde::Deserialize;

#[derive(Deserialize)]
struct Target {
    id: String,
    indicator: String,
    branch: Option<String>,
    sector: Option<String>,
    shown: String,
    valid_from: String,
    valid_to: Option<String>,
    in_force: bool,
    note: Option<String>,
    set_by: Option<String>,
    ended_by: Option<String>,
    ended_at: Option<String>,
    version: u32,
}

#[derive(Template)]
#[template(path = "pages/targets.html")]
struct Page {
    f: Frame,
    /// The new target.
    form: Form,
    /// The target that is being ended, after a refusal.
    ending: Form,
    targets: Vec<Target>,
    next: String,
    indicators: Vec<(String, String)>,
    branches: Vec<(String, String)>,
    sectors: Vec<(String, String)>,
    strictnesses: Vec<(String, String)>,
    today: String,
}

impl Page {
    fn title(&self, indicator: &str) -> String {
        self.f.word("targets.indicator", indicator)
    }

    /// As people write it: with a decimal comma in Vietnamese.
    fn bar(&self, target: &Target) -> String {
        super::figures::target(&target.shown, self.f.lang)
    }

    fn fault(&self, target: &Target) -> &str {
        if self.ending.value("_id") == target.id { self.ending.fault("valid_to") } else { "" }
    }

    fn last(&self, target: &Target) -> &str {
        if self.ending.value("_id") == target.id { self.ending.value("valid_to") } else { &self.today }
    }
}

pub async fn show(visit: Visit) -> Shown {
    let form = Form::of([("strictness", Strictness::AtLeast.as_str().to_owned())]);
    visit.page(&load(&visit, form, Form::default()).await?)
}

async fn load(visit: &Visit, form: Form, ending: Form) -> Result<Page, crate::http::Problem> {
    let f = visit.frame("rates");
    let asked = visit.asked();
    let path = with_query("/targets", &[("limit", "100"), ("cursor", asked.value("cursor"))]);
    let targets: Listed<Target> = visit.get(&path).await?;
    let branches: Listed<Branch> = visit.get("/branches?limit=200").await?;
    let sectors: Listed<Sector> = visit.get("/sectors?limit=200").await?;
    let all = |choices: Vec<(String, String)>| {
        [(String::new(), f.t("rates.all"))].into_iter().chain(choices).collect::<Vec<_>>()
    };
    Ok(Page {
        next: targets
            .next
            .map(|cursor| with_query("/chi-tieu/muc-tieu", &[("cursor", &cursor)]))
            .unwrap_or_default(),
        targets: targets.items,
        indicators: Indicator::ALL
            .iter()
            .map(|one| {
                (one.as_str().to_owned(), format!("{one} · {}", f.word("targets.indicator", one.as_str())))
            })
            .collect(),
        branches: all(branches.items.into_iter().map(|one| (one.code, one.name)).collect()),
        sectors: all(sectors.items.into_iter().map(|one| (one.code, one.name)).collect()),
        strictnesses: Strictness::ALL
            .iter()
            .map(|one| (one.as_str().to_owned(), f.word("targets.strictness", one.as_str())))
            .collect(),
        today: when::written(&visit.today.to_string()),
        form,
        ending,
        f,
    })
}

pub async fn set(visit: Visit, mut form: Form) -> Shown {
    let mut body = form.json();
    body.require(&["indicator", "strictness", "value", "valid_from"]).date("valid_from").date("valid_to");
    match visit.send(Method::POST, "/targets", &form, body).await {
        Ok(_) => visit.done("/chi-tieu/muc-tieu", "target-set"),
        Err(problem) if problem.status().is_server_error() || problem.status() == 403 => Err(problem),
        Err(problem) => {
            form.refused(&problem, visit.lang());
            visit.refused(&load(&visit, form, Form::default()).await?)
        }
    }
}

pub async fn end(visit: Visit, mut form: Form) -> Shown {
    let last = form.value("valid_to").trim().to_owned();
    let last = when::read_date(&last).map_or(last, |day| day.to_string());
    let path = format!("/targets/{}", segment(form.value("_id")));
    let path = with_query(&path, &[("valid_to", &last)]);
    match visit.send_at(Method::DELETE, &path, form.seen(), form.key(), None).await {
        Ok(_) => visit.done("/chi-tieu/muc-tieu", "target-ended"),
        Err(problem) if problem.status().is_server_error() || problem.status() == 403 => Err(problem),
        Err(problem) => {
            form.refused(&problem, visit.lang());
            let new = Form::of([("strictness", Strictness::AtLeast.as_str().to_owned())]);
            visit.refused(&load(&visit, new, form).await?)
        }
    }
}
