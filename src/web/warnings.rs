//! `/canh-bao`: running dossiers that somebody should look at, the most urgent first, and what the estimates are made from.

use super::figures::Rate;
use super::form::Form;
use super::frame::Frame;
use super::places::with_query;
use super::told::{Branch, Holder, Listed};
use super::visit::{Shown, Visit};
use crate::http::Problem;
use askama::Template;
use serde::Deserialize;

const KINDS: [&str; 4] = ["overdue", "due_soon", "likely_late", "stuck"];

#[derive(Deserialize)]
struct Warnings {
    items: Vec<Warning>,
    next: Option<String>,
    measured: Option<Measured>,
}

#[derive(Deserialize)]
struct Measured {
    from: String,
    to: String,
    least_cases: i64,
}

#[derive(Deserialize)]
struct Warning {
    dossier_code: String,
    branch_code: String,
    procedure: Named,
    status: String,
    warnings: Vec<String>,
    due_on: Option<String>,
    working_days_left: Option<i64>,
    elapsed_working_days: Option<i64>,
    last_event_on: String,
    quiet_working_days: Option<i64>,
    held_by: Option<Holder>,
    estimate: Option<Estimate>,
}

impl Warning {
    /// Working days without an event.
    fn quiet(&self) -> i64 {
        self.quiet_working_days.unwrap_or(0)
    }
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Estimate {
    basis: String,
    step: Option<EstimateStep>,
    cases: i64,
    p50: i64,
    p80: i64,
    expected_on: Option<String>,
    expected_by_p80: Option<String>,
    late: Option<Rate>,
}

/// The step that is counted from.
#[derive(Deserialize)]
struct EstimateStep {
    name: String,
    since: String,
    elapsed_working_days: i64,
}

#[derive(Template)]
#[template(path = "pages/warnings.html")]
struct Page {
    f: Frame,
    form: Form,
    kind: &'static str,
    branches: Vec<(String, String)>,
    holders: Vec<(String, String)>,
    warnings: Vec<Warning>,
    measured: Option<Measured>,
    next: String,
}

impl Page {
    /// All kinds, then each: its address and whether it is the one that is shown.
    fn tabs(&self) -> Vec<(String, String, bool)> {
        let tab = |kind: &'static str| {
            let words = if kind.is_empty() { self.f.t("warnings.all") } else { self.f.term("warning", kind) };
            (self.here(kind), words, kind == self.kind)
        };
        [""].into_iter().chain(KINDS).map(tab).collect()
    }

    fn here(&self, kind: &str) -> String {
        let (branch, holder) = (self.form.value("branch_code"), self.form.value("held_by"));
        with_query("/canh-bao", &[("loai", kind), ("branch_code", branch), ("held_by", holder)])
    }

    /// The colour beside the words.
    fn tag(&self, kind: &str) -> &'static str {
        match kind {
            "overdue" => "tag-overdue",
            "due_soon" => "tag-due_soon",
            "likely_late" => "tag-missed",
            _ => "tag-waiting",
        }
    }
}

pub async fn show(visit: Visit) -> Shown {
    let form = visit.asked();
    let f = visit.frame("warnings");
    let kind = KINDS.iter().copied().find(|kind| *kind == form.value("loai")).unwrap_or_default();
    let (branch, holder) = (form.value("branch_code").to_owned(), form.value("held_by").to_owned());
    let query = [
        ("kind", kind),
        ("branch_code", branch.as_str()),
        ("held_by", holder.as_str()),
        ("limit", "50"),
        ("cursor", form.value("cursor")),
    ];
    let told: Warnings = visit.get(&with_query("/warnings", &query)).await?;
    let branches = if f.sees_all() {
        let all: Listed<Branch> = visit.get("/branches?limit=200").await?;
        f.any(all.items.into_iter().map(|branch| (branch.code, branch.name)))
    } else {
        Vec::new()
    };
    let holders = f.any([("me".to_owned(), f.t("warnings.me"))]);
    let next = told.next.map(|next| {
        let query = [("loai", kind), ("branch_code", &branch), ("held_by", &holder), ("cursor", &next)];
        with_query("/canh-bao", &query)
    });
    let next = next.unwrap_or_default();
    visit.page(&Page {
        f,
        form,
        kind,
        branches,
        holders,
        warnings: told.items,
        measured: told.measured,
        next,
    })
}

#[derive(Deserialize)]
struct Recent {
    measured: Option<Measured>,
    items: Vec<Duration>,
}

#[derive(Deserialize)]
struct Duration {
    procedure_code: String,
    procedure: String,
    time_limit: String,
    cases: i64,
    p50: Option<i64>,
    p80: Option<i64>,
    p90: Option<i64>,
    steps: Vec<StepDuration>,
}

#[derive(Deserialize)]
struct StepDuration {
    name: String,
    cases: i64,
    p50: Option<i64>,
    p80: Option<i64>,
    p90: Option<i64>,
}

#[derive(Template)]
#[template(path = "pages/durations.html")]
struct DurationsPage {
    f: Frame,
    recent: Recent,
}

impl DurationsPage {
    fn has_steps(&self) -> bool {
        self.recent.items.iter().any(|one| !one.steps.is_empty())
    }

    fn days(&self, days: &Option<i64>) -> String {
        days.map_or_else(|| "–".to_owned(), |days| self.f.count(&days))
    }
}

pub async fn durations(visit: Visit) -> Result<actix_web::HttpResponse, Problem> {
    let recent: Recent = visit.get("/warnings/durations").await?;
    visit.page(&DurationsPage { f: visit.frame("warnings"), recent })
}
