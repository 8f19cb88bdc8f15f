//! `/cong-viec`: the work that follows acts: what failed for good, and trying it again. Administrators.

use super::form::Form;
use super::frame::Frame;
use super::places::{segment, with_query};
use super::visit::{Shown, Visit};
use actix_web::http::Method;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Listed {
    items: Vec<Job>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Job {
    id: String,
    kind: String,
    payload: Value,
    state: String,
    run_at: String,
    attempts: u32,
    last_error: Option<String>,
    created_at: String,
}

impl Job {
    /// Keys of rows, no personal data.
    fn about(&self) -> String {
        let fields = self.payload.as_object().map(|fields| {
            let said =
                fields.iter().map(|(name, value)| format!("{name}: {}", value.as_str().unwrap_or_default()));
            said.collect::<Vec<_>>().join(", ")
        });
        fields.unwrap_or_default()
    }

    fn may_be_tried(&self) -> bool {
        self.state != "running"
    }
}

const STATES: [&str; 3] = ["dead", "waiting", "running"];

#[derive(Template)]
#[template(path = "pages/jobs.html")]
struct Page {
    f: Frame,
    state: &'static str,
    jobs: Vec<Job>,
    next: String,
}

impl Page {
    fn states(&self) -> [&'static str; 3] {
        STATES
    }
}

pub async fn show(visit: Visit) -> Shown {
    let asked = visit.asked();
    let state = STATES.iter().copied().find(|state| *state == asked.value("state")).unwrap_or("dead");
    let query = [("state", state), ("limit", "50"), ("cursor", asked.value("cursor"))];
    let listed: Listed = visit.get(&with_query("/jobs", &query)).await?;
    let next = listed.next.map(|next| with_query("/cong-viec", &[("state", state), ("cursor", &next)]));
    let next = next.unwrap_or_default();
    visit.page(&Page { f: visit.frame("jobs"), state, jobs: listed.items, next })
}

pub async fn retry(visit: Visit, id: Path<String>, form: Form) -> Shown {
    let path = format!("/jobs/{}/retry", segment(&id));
    visit.send_at(Method::POST, &path, None, form.key(), Some(&json!({}))).await?;
    visit.done("/cong-viec", "job-retried")
}
