//! `/xin-loi/{id}`: one letter: read it as it will be sent, put its words right, sign it; or write down how it was
//! handed over on paper.

use super::apologies::Somebody;
use super::form::Form;
use super::frame::Frame;
use super::places::segment;
use super::visit::{Shown, Visit};
use crate::domain::apology::CauseCode;
use crate::domain::role::Role;
use crate::http::Problem;
use actix_web::http::Method;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Letter {
    id: String,
    dossier_code: String,
    status: String,
    due_on: String,
    cause: Option<String>,
    new_due_on: Option<String>,
    held_back: bool,
    drafted_at: String,
    held_by: Option<Somebody>,
    approved_at: Option<String>,
    approved_by: Option<Somebody>,
    automatic: bool,
    number: Option<String>,
    timeliness: Option<String>,
    mail_state: Option<String>,
    mail_error: Option<String>,
    sent_at: Option<String>,
    delivered_at: Option<String>,
    version: i32,
    reason: Option<String>,
    body: Option<String>,
    missing: Vec<String>,
    letter: Option<String>,
    letter_sha256: Option<String>,
    recipient_email: Option<String>,
    delivered_how: Option<String>,
    delivered_to: Option<String>,
    signatures: Vec<Signature>,
    signed_letter: Option<SignedLetter>,
}

/// The letter as it came back signed with the agency's token.
#[derive(Deserialize)]
struct SignedLetter {
    begins_with_issued: bool,
    covers_all: bool,
    signatures: Vec<Signature>,
    stored_at: String,
    stored_by: Somebody,
}

#[derive(Deserialize)]
struct Signature {
    signer: String,
    organisation: Option<String>,
    issuer: String,
    signed_at: Option<String>,
}

impl Letter {
    fn is_draft(&self) -> bool {
        self.status == "draft"
    }

    /// It has not left the house: a signed one may still take its place.
    fn may_be_replaced(&self) -> bool {
        self.status == "paper"
            || self.status == "failed"
            || (self.status == "approved" && self.mail_state.as_deref() == Some("queued"))
    }

    /// It can be handed over on paper: it is to be, or its mail has not left the house.
    fn may_be_handed_over(&self) -> bool {
        matches!(self.status.as_str(), "paper" | "failed")
            || (self.status == "approved" && self.mail_state.as_deref() == Some("queued"))
    }
}

#[derive(Template)]
#[template(path = "pages/apology.html")]
struct Page {
    f: Frame,
    letter: Letter,
    form: Form,
    causes: Vec<(String, String)>,
    ways: Vec<(String, String)>,
    /// Which of the page's forms was refused.
    refused: &'static str,
}

impl Page {
    fn of(f: Frame, letter: Letter, form: Form, refused: &'static str) -> Self {
        let none = [(String::new(), f.t("apology.no-cause"))].into_iter();
        let causes = none
            .chain(CauseCode::BUILT_IN.iter().map(|(code, _)| ((*code).to_owned(), f.term("cause", code))))
            .collect();
        let ways = ["in_person", "postal", "at_home", "email"];
        let ways = ways.iter().map(|way| ((*way).to_owned(), f.term("delivered_how", way))).collect();
        Self { f, letter, form, causes, ways, refused }
    }

    fn signs(&self) -> bool {
        self.f.role() == Some(Role::Head)
    }

    fn lacking(&self) -> String {
        let words: Vec<String> =
            self.letter.missing.iter().map(|part| self.f.term("missing", part)).collect();
        words.join(", ")
    }

    fn seen(&self) -> String {
        self.letter.version.to_string()
    }
}

fn path(id: &str) -> String {
    format!("/apologies/{}", segment(id))
}

/// What the form of the draft begins with.
fn entries(f: &Frame, letter: &Letter) -> Form {
    let text = |given: &Option<String>| given.clone().unwrap_or_default();
    let mut form = Form::of([
        ("cause", text(&letter.cause)),
        ("reason", text(&letter.reason)),
        ("new_due_on", f.date(&letter.new_due_on)),
        ("body", text(&letter.body)),
    ]);
    if letter.held_back {
        form.set("held_back", "yes");
    }
    form
}

pub async fn show(visit: Visit, id: Path<String>) -> Shown {
    let letter: Letter = visit.get(&path(&id)).await?;
    let f = visit.frame("apologies");
    let form = entries(&f, &letter);
    visit.page(&Page::of(f, letter, form, ""))
}

async fn again(visit: &Visit, id: &str, mut form: Form, problem: &Problem, refused: &'static str) -> Shown {
    if problem.status().is_server_error() {
        return Err(problem.clone());
    }
    let letter: Letter = visit.get(&path(id)).await?;
    let f = visit.frame("apologies");
    if refused != "edit" {
        let mut whole = entries(&f, &letter);
        for name in ["how", "delivered_at", "to"] {
            whole.set(name, form.value(name));
        }
        form = whole;
    }
    form.refused(problem, visit.lang());
    visit.refused(&Page::of(f, letter, form, refused))
}

/// The draft's words are put right. What is left empty is taken away.
pub async fn edit(visit: Visit, id: Path<String>, form: Form) -> Shown {
    let mut body = form.json();
    body.date("new_due_on").ticked("held_back");
    for name in ["cause", "reason", "new_due_on", "body"] {
        if form.given(name).is_none() {
            body.put(name, Value::Null);
        }
    }
    match visit.send(Method::PATCH, &path(&id), &form, body).await {
        Ok(_) => visit.done(&format!("/xin-loi/{}", segment(&id)), "letter-saved"),
        Err(problem) => again(&visit, &id, form, &problem, "edit").await,
    }
}

/// Signs it: it is numbered, fixed, and on its way.
pub async fn sign(visit: Visit, id: Path<String>, form: Form) -> Shown {
    let approval = format!("{}/approval", path(&id));
    match visit.send_at(Method::POST, &approval, form.seen(), form.key(), Some(&json!({}))).await {
        Ok(_) => visit.done(&format!("/xin-loi/{}", segment(&id)), "letter-signed"),
        Err(problem) => again(&visit, &id, form, &problem, "sign").await,
    }
}

/// It was handed over on paper.
pub async fn deliver(visit: Visit, id: Path<String>, form: Form) -> Shown {
    let mut body = form.json();
    body.moment("delivered_at", visit.today);
    match visit.send(Method::POST, &format!("{}/delivery", path(&id)), &form, body).await {
        Ok(_) => visit.done(&format!("/xin-loi/{}", segment(&id)), "letter-delivered"),
        Err(problem) => again(&visit, &id, form, &problem, "deliver").await,
    }
}

/// The letter came back signed: it takes the place of ours.
pub async fn put_signed(visit: Visit, id: Path<String>, mut form: Form) -> Shown {
    let Some(file) = form.upload("file").cloned() else {
        form.fault_at("file", visit.frame("apologies").t("apology.no-file"));
        let letter: Letter = visit.get(&path(&id)).await?;
        return visit.refused(&Page::of(visit.frame("apologies"), letter, form, "signed"));
    };
    let place = format!("{}/signed-letter", path(&id));
    match visit.send_file(Method::PUT, &place, &form, ("application/pdf", file.bytes)).await {
        Ok(_) => visit.done(&format!("/xin-loi/{}", segment(&id)), "letter-signed-outside"),
        Err(problem) => again(&visit, &id, form, &problem, "signed").await,
    }
}

/// The letter to print, to edit or to keep: `thu.pdf`, `thu.docx`, `thu.txt`; `da-ky.pdf` as it came back signed.
pub async fn file(visit: Visit, asked: Path<(String, String)>) -> Shown {
    let (id, file) = asked.into_inner();
    match file.strip_prefix("thu.") {
        Some(kind @ ("pdf" | "docx" | "txt")) => visit.file(&format!("{}/letter.{kind}", path(&id))).await,
        None if file == "da-ky.pdf" => visit.file(&format!("{}/signed-letter", path(&id))).await,
        _ => Err(Problem::no_such_path()),
    }
}
