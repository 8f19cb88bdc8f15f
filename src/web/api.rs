//! The API as pages use it: the very routes of [`crate::http::BASE`], called in this process on behalf of whoever
//! looks at the page. What comes back is the answer, or the problem before it was put into words.

use crate::account::{Officer, on_behalf_of};
use crate::http::{BASE, Lang, Problem};
use actix_http::{HttpMessage, Request};
use actix_web::body::to_bytes;
use actix_web::dev::{Payload, ServiceResponse};
use actix_web::http::{Method, StatusCode, Uri, header};
use actix_web::web::Bytes;
use actix_web::{Error, FromRequest, HttpRequest, dev};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::future::{Future, Ready, ready};
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use tokio::sync::OnceCell;

/// A future that stays on its worker.
pub type Local<T> = Pin<Box<dyn Future<Output = T>>>;
/// The routes of the API, ready to be called.
pub type Inside = Box<dyn Fn(Request) -> Local<Result<ServiceResponse, Error>>>;

/// One for each worker; made when the first page asks.
pub struct Api {
    make: Box<dyn Fn() -> Local<Option<Inside>>>,
    inside: OnceCell<Inside>,
}

/// A request of a page.
#[derive(Debug)]
pub struct Ask<'a> {
    pub method: Method,
    /// Below the base, with its query: `/dossiers?limit=20`.
    pub path: &'a str,
    pub body: Option<Sent<'a>>,
    /// The version last seen: `If-Match`.
    pub seen: Option<&'a str>,
    /// The idempotency key.
    pub key: Option<&'a str>,
}

/// What a page sends along.
#[derive(Debug)]
pub enum Sent<'a> {
    Json(&'a Value),
    File { kind: &'a str, bytes: Bytes },
}

/// What came back, when it is what was asked for.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub body: Bytes,
}

impl Api {
    /// `make` puts the routes together.
    pub fn new(make: impl Fn() -> Local<Option<Inside>> + 'static) -> Self {
        Self { make: Box::new(make), inside: OnceCell::new() }
    }

    /// Asks on behalf of `officer`, or of nobody; `from` is the address of whoever looks at the page.
    ///
    /// # Errors
    /// The problem of the API, as it is.
    pub async fn ask(
        &self,
        officer: Option<&Officer>,
        lang: Lang,
        from: &Origin,
        ask: Ask<'_>,
    ) -> Result<Answer, Problem> {
        let answer = self.open(officer, lang, from, ask).await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = to_bytes(answer.into_body()).await.map_err(|_| Problem::broken())?;
        Ok(Answer { status, headers, body })
    }

    /// The same, with a body that comes piece by piece.
    ///
    /// # Errors
    /// The problem of the API, as it is.
    pub async fn open(
        &self,
        officer: Option<&Officer>,
        lang: Lang,
        from: &Origin,
        ask: Ask<'_>,
    ) -> Result<ServiceResponse, Problem> {
        let make = async || (self.make)().await.ok_or_else(Problem::broken);
        let inside = self.inside.get_or_try_init(make).await?;
        let request = request(officer, lang, from, &ask)?;
        let answer = inside(request).await.map_err(|error| problem_of(&error))?;
        if let Some(error) = answer.response().error() {
            return Err(problem_of(error));
        }
        let status = answer.status();
        if status.is_client_error() || status.is_server_error() {
            return Err(Problem::of_status(status));
        }
        Ok(answer)
    }
}

impl Answer {
    /// The JSON of the answer.
    ///
    /// # Errors
    /// A page that expects what the API does not say is our fault.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.body).map_err(|error| {
            tracing::error!(%error, "a page expects another answer of the API");
            Problem::broken()
        })
    }
}

/// Where a page's request comes from, for the limits by address.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    pub peer: Option<SocketAddr>,
    pub forwarded: Vec<header::HeaderValue>,
}

fn request(officer: Option<&Officer>, lang: Lang, from: &Origin, ask: &Ask<'_>) -> Result<Request, Problem> {
    let (kind, bytes) = match &ask.body {
        Some(Sent::Json(body)) => {
            let bytes = serde_json::to_vec(body).map_err(|_| Problem::broken())?;
            (Some("application/json"), bytes.into())
        }
        Some(Sent::File { kind, bytes }) => (Some(*kind), bytes.clone()),
        None => (None, Bytes::new()),
    };
    let payload = if kind.is_some() {
        let (_, mut payload) = actix_http::h1::Payload::create(true);
        payload.unread_data(bytes);
        Payload::from(payload)
    } else {
        Payload::None
    };
    let mut request = Request::with_payload(payload);
    let head = request.head_mut();
    head.method = ask.method.clone();
    head.uri = Uri::try_from(format!("{BASE}{}", ask.path)).map_err(|_| Problem::no_such_path())?;
    head.peer_addr = from.peer;
    let mut insert = |name, text: &str| {
        // A value that no header can hold was never given out by us.
        let value = header::HeaderValue::from_str(text).unwrap_or(header::HeaderValue::from_static("\"\""));
        head.headers.insert(name, value);
    };
    insert(header::ACCEPT_LANGUAGE, lang.as_str());
    if let Some(kind) = kind {
        insert(header::CONTENT_TYPE, kind);
    }
    if let Some(seen) = ask.seen {
        insert(header::IF_MATCH, &format!("\"{seen}\""));
    }
    if let Some(key) = ask.key.filter(|key| !key.is_empty()) {
        insert(header::HeaderName::from_static("idempotency-key"), key);
    }
    for value in &from.forwarded {
        head.headers.append(header::HeaderName::from_static("x-forwarded-for"), value.clone());
    }
    if let Some(officer) = officer {
        on_behalf_of(officer.clone(), &mut request.extensions_mut());
    }
    Ok(request)
}

fn problem_of(error: &Error) -> Problem {
    match error.as_error::<Problem>() {
        Some(problem) => problem.clone(),
        None => Problem::of_status(error.as_response_error().status_code()),
    }
}

/// The door, as a parameter of a page.
#[derive(Clone)]
pub struct Door(pub Rc<Api>);

impl FromRequest for Door {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(request.app_data::<Rc<Api>>().map(|api| Self(Rc::clone(api))).ok_or_else(Problem::broken))
    }
}
