//! `/mat-khau`: one's own password.

use super::form::Form;
use super::frame::Frame;
use super::visit::{Shown, Visit};
use actix_web::http::Method;
use askama::Template;

#[derive(Template)]
#[template(path = "pages/password.html")]
struct Page {
    f: Frame,
    form: Form,
}

pub async fn show(visit: Visit) -> Shown {
    visit.page(&Page { f: visit.frame("password"), form: Form::default() })
}

pub async fn change(visit: Visit, mut form: Form) -> Shown {
    if form.value("new") != form.value("_again") {
        let words = visit.frame("password").t("password.not-the-same");
        form.fault_at("_again", words);
        return visit.refused(&Page { f: visit.frame("password"), form });
    }
    // Passwords are not trimmed: blanks belong to them.
    let mut body = Form::default().json();
    body.put("old", form.value("old")).put("new", form.value("new"));
    match visit.send(Method::POST, "/officers/me/password", &form, body).await {
        Ok(_) => visit.done("/mat-khau", "password-changed"),
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) => {
            form.refused(&problem, visit.lang());
            visit.refused(&Page { f: visit.frame("password"), form })
        }
    }
}
