//! `/thu-nhac`: mail to those who work here: one's own, whether it is wanted, and for administrators everybody's and what
//! failed.

use super::form::Form;
use super::frame::Frame;
use super::places::{segment, with_query};
use super::visit::{Shown, Visit};
use crate::http::Problem;
use actix_web::http::Method;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Listed {
    items: Vec<Notice>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Notice {
    id: String,
    kind: String,
    to_address: String,
    to_name: Option<String>,
    subject: String,
    made_at: String,
    state: String,
    error: Option<String>,
    sent_at: Option<String>,
    has_file: bool,
    #[serde(default)]
    text: String,
}

impl Notice {
    fn tag(&self) -> &'static str {
        match self.state.as_str() {
            "sent" => "tag-met",
            "failed" => "tag-missed",
            _ => "tag-waiting",
        }
    }

    fn failed(&self) -> bool {
        self.state == "failed"
    }
}

#[derive(Deserialize)]
struct Own {
    email: Option<String>,
    digest: bool,
}

const STATES: [&str; 5] = ["", "queued", "handed_over", "sent", "failed"];

#[derive(Template)]
#[template(path = "pages/notices.html")]
struct Page {
    f: Frame,
    own: Own,
    state: &'static str,
    notices: Vec<Notice>,
    next: String,
}

impl Page {
    fn states(&self) -> [&'static str; 5] {
        STATES
    }

    /// The words for why a notice waits or failed.
    fn why(&self, error: &str) -> String {
        self.f.term("notice_error", error)
    }

    fn tab(&self, state: &str) -> String {
        if state.is_empty() { self.f.t("notices.all") } else { self.f.term("notice_state", state) }
    }
}

pub async fn show(visit: Visit) -> Shown {
    let asked = visit.asked();
    let state = STATES.iter().copied().find(|state| *state == asked.value("trang-thai")).unwrap_or_default();
    let query = [("state", state), ("limit", "50"), ("cursor", asked.value("cursor"))];
    let listed: Listed = visit.get(&with_query("/notices", &query)).await?;
    let own: Own = visit.get("/sessions/current").await?;
    let next = listed.next.map(|next| with_query("/thu-nhac", &[("trang-thai", state), ("cursor", &next)]));
    let next = next.unwrap_or_default();
    visit.page(&Page { f: visit.frame("notices"), own, state, notices: listed.items, next })
}

/// Turns the digest on or off.
pub async fn choose(visit: Visit, form: Form) -> Shown {
    let wanted = form.value("digest") == "on";
    let body = json!({"digest": wanted});
    visit.send_at(Method::PATCH, "/officers/me", None, None, Some(&body)).await?;
    visit.done("/thu-nhac", if wanted { "digest-on" } else { "digest-off" })
}

#[derive(Template)]
#[template(path = "pages/notice.html")]
struct NoticePage {
    f: Frame,
    notice: Notice,
}

impl NoticePage {
    fn why(&self, error: &str) -> String {
        self.f.term("notice_error", error)
    }
}

pub async fn one(visit: Visit, id: Path<String>) -> Result<actix_web::HttpResponse, Problem> {
    let notice: Notice = visit.get(&format!("/notices/{}", segment(&id))).await?;
    visit.page(&NoticePage { f: visit.frame("notices"), notice })
}

pub async fn retry(visit: Visit, id: Path<String>, form: Form) -> Shown {
    let path = format!("/notices/{}/retry", segment(&id));
    visit.send_at(Method::POST, &path, None, form.key(), Some(&json!({}))).await?;
    visit.done(&format!("/thu-nhac/{}", segment(&id)), "notice-queued")
}
