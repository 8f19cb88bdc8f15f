//! `/tra-cuu`: a citizen asks where the dossier is, without an account and without scripts. The QR code of the
//! receipt and the apology's mail lead here with the key; who has neither types the last digits of the phone.
//!
//! Once the result was handed over the citizen says here how he was served.
//!
//! A wrong key and an unknown code come back as one and the same page, and both count against the limit of the
//! address: the page asks the API's own look-up.

use super::form::Form;
use super::frame::Frame;
use super::places::{segment, with_query};
use super::story::thousands;
use super::visit::{Passerby, Shown, see_other};
use crate::domain::returned::Satisfaction;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

#[derive(Deserialize)]
struct Found {
    code: String,
    status: String,
    completed: bool,
    #[serde(flatten)]
    more: Option<More>,
}

/// What a second proof opens.
#[derive(Deserialize)]
struct More {
    procedure: String,
    branch: String,
    received_at: Option<String>,
    due_on: Option<String>,
    first_due_on: Option<String>,
    reappointed_due_on: Option<String>,
    resolved_at: Option<String>,
    returned_at: Option<String>,
    timeliness: Option<String>,
    days_late: u32,
    waiting_since: Option<String>,
    said: Option<Said>,
    letter: Option<Letter>,
    contact: Contact,
    /// What was answered about how he was served.
    satisfaction: Option<String>,
    /// It can be answered now.
    may_answer: bool,
}

#[derive(Deserialize)]
struct Said {
    kind: String,
    items: Vec<String>,
    amount: Option<i64>,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Letter {
    number: String,
    issued_on: String,
    reason: String,
    new_due_on: String,
    text: String,
}

#[derive(Deserialize)]
struct Contact {
    name: String,
    address: String,
    phone: String,
    email: Option<String>,
}

impl Found {
    /// What it means for whoever asks: words under `pages.track.now-`.
    fn now(&self) -> &'static str {
        let late = self.more.as_ref().is_some_and(|more| more.days_late > 0);
        match self.status.as_str() {
            "registered" => "track.now-registered",
            "received" | "in_processing" if late => "track.now-late",
            "received" | "in_processing" => "track.now-in-process",
            "supplement_requested" => "track.now-supplement",
            "awaiting_payment" => "track.now-payment",
            "resolved" => "track.now-resolved",
            "returned" => "track.now-returned",
            "refused" => "track.now-refused",
            "withdrawn" => "track.now-withdrawn",
            _ => "track.now-stopped",
        }
    }
}

impl Said {
    fn money(&self) -> Option<String> {
        self.amount.map(|amount| format!("{} đ", thousands(&amount.to_string())))
    }

    /// What the reason is a reason of.
    fn why(&self) -> &'static str {
        match self.kind.as_str() {
            "supplement_requested" => "track.why-supplement",
            "payment_requested" => "track.why-payment",
            "refused" => "track.why-refused",
            "stopped" => "track.why-stopped",
            "resolved" => "track.why-denied",
            _ => "track.why-reappointed",
        }
    }
}

impl More {
    /// The due date has moved since the dossier was taken in.
    fn moved(&self) -> bool {
        self.first_due_on.is_some() && self.first_due_on != self.due_on
    }

    fn overdue(&self) -> bool {
        self.timeliness.as_deref() == Some("overdue")
    }
}

#[derive(Template)]
#[template(path = "pages/track.html")]
struct Page {
    f: Frame,
    form: Form,
    found: Option<Found>,
    /// There is no such dossier, or the proof is wrong: nobody is told which.
    nothing: bool,
    /// Where the letter opens with the proof that was given.
    letter_at: String,
    /// How the citizen was served, to be answered once.
    survey: Option<Survey>,
}

/// The form of the answer.
struct Survey {
    /// Where it goes, with the proof that was given; a refusal is shown where the form is, also without scripts.
    to: String,
    form: Form,
    /// An answer may be given; else there is only the refusal.
    asks: bool,
    levels: Vec<(String, String)>,
}

impl Page {
    /// Whether it is in time; that it waits, the step itself says.
    fn standing<'m>(&self, more: &'m More) -> Option<&'m str> {
        more.timeliness.as_deref().filter(|standing| *standing != "waiting")
    }

    fn told_all(&self) -> bool {
        self.found.as_ref().is_some_and(|found| found.more.is_some())
    }
}

/// The form; what was entered leads to the dossier's own address.
pub async fn ask(passerby: Passerby) -> Shown {
    let form = passerby.asked();
    let Some(code) = form.given("code") else {
        let f = passerby.frame("track");
        return passerby.page(&Page {
            f,
            form,
            found: None,
            nothing: false,
            letter_at: String::new(),
            survey: None,
        });
    };
    let path = format!("/tra-cuu/{}", segment(&code.to_uppercase()));
    let proof = form.value("proof").trim();
    let name = if proof.len() == 4 && proof.bytes().all(|b| b.is_ascii_digit()) { "phone" } else { "key" };
    Ok(see_other(&with_query(&path, &[(name, proof)])))
}

pub async fn show(passerby: Passerby, code: Path<String>) -> Shown {
    shown(&passerby, code.into_inner(), None).await
}

/// What the citizen says of how he was served goes to the API with the proof; then the dossier is shown again.
pub async fn answer(passerby: Passerby, code: Path<String>, mut form: Form) -> Shown {
    let (asked, code) = (passerby.asked(), code.into_inner());
    let mut body = form.json();
    body.require(&["satisfaction"]);
    match passerby.send(Method::POST, &asked_of_api(&code, "/survey", &asked), &form, body).await {
        Ok(_) => passerby.done(&own("", &code, &asked), "surveyed"),
        Err(problem)
            if problem.status().is_client_error() && problem.status() != StatusCode::TOO_MANY_REQUESTS =>
        {
            form.refused(&problem, passerby.lang());
            // To the API nothing chosen is one more level that it does not know.
            if form.has_faults() && form.given("satisfaction").is_none() {
                form.fault_at("satisfaction", passerby.frame("track").t("track.survey-choose"));
            }
            shown(&passerby, code, Some(form)).await
        }
        Err(problem) => Err(problem),
    }
}

/// The dossier, or that there is none; with an answer that was refused.
async fn shown(passerby: &Passerby, code: String, refused: Option<Form>) -> Shown {
    let asked = passerby.asked();
    let found = passerby.get::<Found>(&asked_of_api(&code, "", &asked)).await;
    let f = passerby.frame("track");
    match found {
        Ok(found) => {
            let form = Form::of([("code", found.code.clone())]);
            let letter_at = own("/thu-xin-loi.pdf", &found.code, &asked);
            let was_refused = refused.is_some();
            // An answer that came too late is told why it was not taken.
            let may_answer = found.more.as_ref().is_some_and(|more| more.may_answer);
            let asks = may_answer && passerby.officer().is_none();
            let survey = (asks || was_refused).then(|| Survey {
                asks,
                to: own("/danh-gia", &found.code, &asked),
                form: refused.unwrap_or_default(),
                levels: f.terms("satisfaction", Satisfaction::ALL.iter().map(|level| level.as_str())),
            });
            let page = Page { f, form, found: Some(found), nothing: false, letter_at, survey };
            if was_refused { passerby.refused(&page) } else { passerby.page(&page) }
        }
        // What no code looks like is no code either.
        Err(problem)
            if [StatusCode::NOT_FOUND, StatusCode::UNPROCESSABLE_ENTITY].contains(&problem.status()) =>
        {
            let proof = asked.given("phone").unwrap_or_else(|| asked.value("key")).to_owned();
            let form = Form::of([("code", code), ("proof", proof)]);
            let (letter_at, survey) = (String::new(), None);
            passerby.not_found(&Page { f, form, found: None, nothing: true, letter_at, survey })
        }
        Err(problem) => Err(problem),
    }
}

/// The letter of apology that was issued, to whoever has the proof.
pub async fn letter(passerby: Passerby, code: Path<String>) -> Shown {
    passerby.file(&asked_of_api(&code, "/letter.pdf", &passerby.asked())).await
}

/// An address below the dossier's, with the proof that stands in that of the page.
fn own(what: &str, code: &str, asked: &Form) -> String {
    let path = format!("/tra-cuu/{}{what}", segment(code));
    with_query(&path, &[("key", asked.value("key")), ("phone", asked.value("phone"))])
}

/// The address of the API, with the proof that stands in that of the page.
fn asked_of_api(code: &str, what: &str, asked: &Form) -> String {
    let path = format!("/public/dossiers/{}{what}", segment(code));
    with_query(&path, &[("key", asked.value("key")), ("phone_last4", asked.value("phone"))])
}
