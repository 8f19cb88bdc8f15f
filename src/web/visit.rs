//! Somebody in front of a page: [`Visit`] is signed in, [`Passerby`] need not be.

use super::api::{Answer, Api, Ask, Door, Origin, Sent};
use super::entry::Held;
use super::form::{Body, Form};
use super::frame::{Frame, Theme};
use super::places;
use super::routes::page_of;
use crate::account::{Officer, new_secret};
use crate::domain::local_time::{day_of, local};
use crate::http::{House, Lang, Problem};
use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, dev::Payload};
use askama::Template;
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::future::{Ready, ready};
use std::ops::Deref;
use std::rc::Rc;

/// What a page answers.
pub type Shown = Result<HttpResponse, Problem>;

/// What the gate found out about whoever comes.
#[derive(Clone)]
pub struct Known {
    pub officer: Option<Officer>,
    pub lang: Lang,
    pub theme: Theme,
    pub csrf: String,
    pub origin: Origin,
    /// The counter's wall clock.
    pub now: DateTime<FixedOffset>,
    /// An entry is to be shown again, and nothing done with it.
    pub held: Option<Held>,
}

impl Known {
    /// What goes around a page; `here` is its place in the menu.
    pub fn frame(&self, here: &'static str) -> Frame {
        let key = self.held.as_ref().and_then(|held| held.key.clone());
        Frame {
            lang: self.lang,
            theme: self.theme,
            officer: self.officer.clone(),
            csrf: self.csrf.clone(),
            drawn_at: self.now.format("%d/%m/%Y %H:%M").to_string(),
            key: key.unwrap_or_else(new_secret),
            back: "/".into(),
            here,
            done: None,
            leads_to: None,
            held: self.held.clone(),
        }
    }
}

/// Whoever looks at a page that is open to all.
#[derive(Clone)]
pub struct Passerby {
    known: Known,
    api: Rc<Api>,
    /// Path and query of this request.
    here: String,
    /// The page to come back to: of a form, the one it is on.
    back: String,
    /// The counter's wall clock.
    pub now: DateTime<FixedOffset>,
    pub today: NaiveDate,
    /// htmx asks for a part of a page.
    pub in_part: bool,
    done: Option<String>,
}

/// Whoever is signed in. Everybody else is sent to the sign-in page.
#[derive(Clone)]
pub struct Visit {
    passerby: Passerby,
    pub officer: Officer,
}

impl Deref for Visit {
    type Target = Passerby;
    fn deref(&self) -> &Passerby {
        &self.passerby
    }
}

impl FromRequest for Passerby {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(passerby(request, payload))
    }
}

fn passerby(request: &HttpRequest, payload: &mut Payload) -> Result<Passerby, Problem> {
    let Door(api) = Door::from_request(request, payload).into_inner()?;
    let known = request.extensions().get::<Known>().cloned().ok_or_else(Problem::broken)?;
    let house = request.app_data::<Data<House>>().ok_or_else(Problem::broken)?;
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let here = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let page = request.match_pattern().map(|pattern| page_of(&pattern, request.path()).to_owned());
    let back = page.map_or_else(|| here.to_owned(), |page| here.replacen(request.path(), &page, 1));
    Ok(Passerby {
        known,
        api,
        here: here.to_owned(),
        back,
        now: local(house.clock.now()),
        today: day_of(house.clock.now()),
        in_part: request.headers().contains_key("HX-Request"),
        done: query.into_iter().find(|(name, _)| name == "xong").map(|(_, value)| value.into_owned()),
    })
}

impl FromRequest for Visit {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(passerby(request, payload).and_then(|passerby| {
            let officer = passerby.known.officer.clone().ok_or_else(Problem::unauthenticated)?;
            Ok(Self { passerby, officer })
        }))
    }
}

impl Passerby {
    pub fn lang(&self) -> Lang {
        self.known.lang
    }

    pub fn officer(&self) -> Option<&Officer> {
        self.known.officer.as_ref()
    }

    /// What goes around the page; `here` is its place in the menu.
    pub fn frame(&self, here: &'static str) -> Frame {
        Frame { back: self.back.clone(), done: self.done.clone(), ..self.known.frame(here) }
    }

    /// An entry is only to be shown again: whatever is sent comes back as `not-sent-yet`.
    pub fn only_shows(&self) -> bool {
        self.known.held.is_some()
    }

    /// The page, drawn.
    ///
    /// # Errors
    /// 500 when a template fails.
    pub fn page(&self, page: &impl Template) -> Shown {
        drawn(&mut HttpResponse::Ok(), page)
    }

    /// What the address of this page asks for, as a form.
    pub fn asked(&self) -> Form {
        Form::parse(self.here.split_once('?').map_or("", |(_, query)| query).as_bytes())
    }

    /// The page, which says that what was asked for is not there.
    ///
    /// # Errors
    /// 500 when a template fails.
    pub fn not_found(&self, page: &impl Template) -> Shown {
        drawn(&mut HttpResponse::NotFound(), page)
    }

    /// The page again, because what was entered was refused: 422, so that nobody takes it for done.
    ///
    /// # Errors
    /// 500 when a template fails.
    pub fn refused(&self, page: &impl Template) -> Shown {
        drawn(&mut HttpResponse::UnprocessableEntity(), page)
    }

    /// What the API says at this path, which is below its base and may have a query (see `places::with_query`).
    ///
    /// # Errors
    /// The API's problem.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
        self.ask(Ask { method: Method::GET, path, body: None, seen: None, key: None }).await?.json()
    }

    /// A file of the API (a paper, a table) as it comes, with its name.
    ///
    /// # Errors
    /// The API's problem.
    pub async fn file(&self, path: &str) -> Shown {
        self.file_for(Method::GET, path, None).await
    }

    /// The same as the answer to something that is sent.
    ///
    /// # Errors
    /// The API's problem.
    pub async fn file_for(&self, method: Method, path: &str, body: Option<&Value>) -> Shown {
        let body = body.map(Sent::Json);
        let answer = self.ask(Ask { method, path, body, seen: None, key: None }).await?;
        let mut file = HttpResponse::build(answer.status);
        for name in FILE_HEADERS {
            if let Some(value) = answer.headers.get(&name) {
                file.insert_header((name, value.clone()));
            }
        }
        Ok(file.body(answer.body))
    }

    /// A large file of the API, handed on piece by piece as it comes.
    ///
    /// # Errors
    /// The API's problem.
    pub async fn stream(&self, path: &str) -> Shown {
        let ask = Ask { method: Method::GET, path, body: None, seen: None, key: None };
        let answer = self.api.open(self.officer(), self.lang(), &self.known.origin, ask).await?;
        let mut file = HttpResponse::build(answer.status());
        for name in FILE_HEADERS {
            if let Some(value) = answer.headers().get(&name) {
                file.insert_header((name, value.clone()));
            }
        }
        file.insert_header(header::ContentEncoding::Identity);
        Ok(file.body(answer.into_body()))
    }

    /// Sends what was entered, with the version seen and the idempotency key of the form.
    ///
    /// # Errors
    /// The API's problem; [`Form::refused`] puts it beside the fields.
    pub async fn send(&self, method: Method, path: &str, form: &Form, body: Body) -> Result<Answer, Problem> {
        self.send_at(method, path, form.seen(), form.key(), Some(&body.into_value())).await
    }

    /// The same with another version or key than the form's: one act of many.
    ///
    /// # Errors
    /// The API's problem.
    pub async fn send_at(
        &self,
        method: Method,
        path: &str,
        seen: Option<&str>,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Answer, Problem> {
        self.ask(Ask { method, path, body: body.map(Sent::Json), seen, key }).await
    }

    /// Sends the file that came with a form, as what it is.
    ///
    /// # Errors
    /// The API's problem.
    pub async fn send_file(
        &self,
        method: Method,
        path: &str,
        form: &Form,
        (kind, bytes): (&str, Bytes),
    ) -> Result<Answer, Problem> {
        let body = Some(Sent::File { kind, bytes });
        self.ask(Ask { method, path, body, seen: form.seen(), key: form.key() }).await
    }

    async fn ask(&self, ask: Ask<'_>) -> Result<Answer, Problem> {
        if self.only_shows() && ask.method != Method::GET {
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "not-sent-yet"));
        }
        self.api.ask(self.officer(), self.lang(), &self.known.origin, ask).await
    }

    /// On to the next page after something was done: 303. `what` are words under `pages.done.`
    pub fn done(&self, path: &str, what: &str) -> Shown {
        let (path, fragment) = path.split_once('#').unwrap_or((path, ""));
        let join = if path.contains('?') { '&' } else { '?' };
        let fragment = if fragment.is_empty() { String::new() } else { format!("#{fragment}") };
        Ok(see_other(&format!("{path}{join}xong={}{fragment}", places::segment(what))))
    }
}

/// What is told of a file: what it is, what it is called, that nobody keeps it on the way, and whether it may be listed.
const FILE_HEADERS: [header::HeaderName; 4] = [
    header::CONTENT_TYPE,
    header::CONTENT_DISPOSITION,
    header::CACHE_CONTROL,
    header::HeaderName::from_static("x-robots-tag"),
];

/// 303 to a path of ours.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}

fn drawn(answer: &mut actix_web::HttpResponseBuilder, page: &impl Template) -> Shown {
    let html = page.render().map_err(|error| {
        tracing::error!(%error, "a page could not be drawn");
        Problem::broken()
    })?;
    Ok(answer.content_type("text/html; charset=utf-8").body(html))
}
