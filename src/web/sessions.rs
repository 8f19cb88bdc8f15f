//! `/phien`: where one is signed in, and signing out there.

use super::form::Form;
use super::frame::Frame;
use super::places::segment;
use super::visit::{Shown, Visit};
use actix_web::http::Method;
use askama::Template;
use serde::Deserialize;

#[derive(Deserialize)]
struct Session {
    id: String,
    kind: String,
    created_at: String,
    expires_at: String,
    current: bool,
}

#[derive(Deserialize)]
struct Sessions {
    items: Vec<Session>,
}

#[derive(Template)]
#[template(path = "pages/sessions.html")]
struct Page {
    f: Frame,
    sessions: Vec<Session>,
}

pub async fn show(visit: Visit) -> Shown {
    let sessions: Sessions = visit.get("/sessions").await?;
    visit.page(&Page { f: visit.frame("sessions"), sessions: sessions.items })
}

pub async fn end_one(visit: Visit, form: Form) -> Shown {
    let path = format!("/sessions/{}", segment(form.value("id")));
    visit.send_at(Method::DELETE, &path, None, None, None).await?;
    visit.done("/phien", "session-ended")
}

pub async fn end_others(visit: Visit) -> Shown {
    visit.send_at(Method::DELETE, "/sessions", None, None, None).await?;
    visit.done("/phien", "sessions-ended")
}
