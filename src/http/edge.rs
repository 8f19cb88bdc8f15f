//! Around every request: problems get their words, panics become problems, answers get their safety headers, and
//! what was done is counted and logged. Neither the log nor the counts hold addresses with codes or names in them,
//! only the pattern of the route.

use super::problem::{MEDIA_TYPE, Problem};
use super::query::{self, Queryless};
use super::words::Lang;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError};
use metrics::{counter, histogram};
use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::time::Instant;
use tracing::{Span, field, info_span};
use tracing_actix_web::{RequestId, RootSpanBuilder};

pub async fn edge(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let lang = Lang::of(request.headers());
    let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    let method = request.method().clone();
    let route = route_of(&request);
    if method == Method::HEAD {
        // The answer to GET without its body, which the connection itself leaves out (RFC 9110 §9.3.2).
        request.head_mut().method = Method::GET;
    }
    let queryless = request.app_data::<Data<Queryless>>();
    let unasked =
        queryless.and_then(|none| none.refuse(request.method().as_str(), &route, request.query_string()));
    let answered = if has_control_characters(request.path()) {
        Ok(request.into_response(Problem::no_such_path().render(lang)))
    } else if let Some(problem) = unasked {
        Ok(request.into_response(problem.render(lang)))
    } else {
        caught(next.call(request)).await.map(ServiceResponse::map_into_boxed_body)
    };
    let finished = match answered {
        Ok(response) => {
            let mut response = in_words(response, lang);
            secure(response.headers_mut(), &route, &id);
            Ok(response)
        }
        Err(error) => Err(Error::from(Last { problem: problem_of(&error), lang, route: route.clone(), id })),
    };
    let status = match &finished {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    let took = started.elapsed();
    let labels =
        [("method", known(&method)), ("route", route.clone()), ("status", status.as_u16().to_string())];
    counter!("motcua_http_requests_total", &labels).increment(1);
    histogram!("motcua_http_request_seconds", "route" => route).record(took.as_secs_f64());
    Span::current().record("status", status.as_u16());
    tracing::info!(milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX), "answered");
    finished
}

/// A panic inside is our fault, not the client's: it gets an answer, and the process goes on.
async fn caught<B>(
    answer: impl Future<Output = Result<ServiceResponse<B>, Error>>,
) -> Result<ServiceResponse<B>, Error> {
    let mut answer = Box::pin(answer);
    poll_fn(|context| {
        catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context))).unwrap_or_else(|_| {
            tracing::error!("a handler panicked");
            Poll::Ready(Err(Problem::broken().into()))
        })
    })
    .await
}

/// Gives problems their words in the language of the request, also those that the web server made by itself.
fn in_words(response: ServiceResponse, lang: Lang) -> ServiceResponse {
    let problem = match response.response().error() {
        Some(error) => problem_of(error),
        None => {
            let status = response.status();
            let silent = !response.headers().contains_key(header::CONTENT_TYPE);
            if !(silent && (status.is_client_error() || status.is_server_error())) {
                return response;
            }
            Problem::of_status(status)
        }
    };
    response.into_response(problem.render(lang))
}

fn problem_of(error: &Error) -> Problem {
    match error.as_error::<Problem>() {
        Some(problem) => problem.clone(),
        None => Problem::of_status(error.as_response_error().status_code()),
    }
}

/// The problem of a request that is gone (its handler panicked): worded here, since nobody after us can.
#[derive(Debug)]
struct Last {
    problem: Problem,
    lang: Lang,
    route: String,
    id: String,
}

impl fmt::Display for Last {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl ResponseError for Last {
    fn status_code(&self) -> StatusCode {
        self.problem.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = self.problem.render(self.lang);
        secure(response.headers_mut(), &self.route, &self.id);
        response
    }
}

/// Nothing here is framed, sniffed, or kept by anybody on the way. A handler's own header stands.
fn secure(headers: &mut header::HeaderMap, route: &str, id: &str) {
    let docs = route.starts_with("/api/docs");
    let policy = if docs {
        // The page of the API draws with styles inside of its markup; its scripts are files of ours.
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
    } else {
        "default-src 'none'; frame-ancestors 'none'"
    };
    let problem =
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == MEDIA_TYPE.as_bytes());
    let private = !docs && (route.starts_with(super::BASE) || problem);
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, if private { "no-store" } else { "no-cache" }),
    ] {
        if !headers.contains_key(&name) {
            headers.insert(name, header::HeaderValue::from_static(value));
        }
    }
    if let Ok(id) = header::HeaderValue::from_str(id) {
        headers.insert(header::HeaderName::from_static("x-request-id"), id);
    }
}

/// No route of ours takes them, and PostgreSQL's texts cannot hold NUL.
fn has_control_characters(path: &str) -> bool {
    // `decoded` reads `+` as a blank; in a path it is itself, which makes no difference here.
    query::decoded(path).is_none_or(|path| path.chars().any(char::is_control))
}

/// The pattern of the request's route. Looking for it goes through all routes, so what was found is kept on the request.
fn route_of(request: &ServiceRequest) -> String {
    if let Some(Route(found)) = request.extensions().get::<Route>() {
        return found.clone();
    }
    let found = request.match_pattern().unwrap_or_else(|| "none".into());
    request.extensions_mut().insert(Route(found.clone()));
    found
}

struct Route(String);

/// Methods are the client's to invent: only known ones become labels.
fn known(method: &Method) -> String {
    match method.as_str() {
        name @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => name.to_owned(),
        _ => "other".to_owned(),
    }
}

/// The log span of a request: no query string, no address but the route's pattern.
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
        info_span!(
            "request",
            request_id = id,
            method = known(request.method()),
            route = route_of(request),
            status = field::Empty,
        )
    }

    fn on_request_end<B: MessageBody>(_: Span, _: &Result<ServiceResponse<B>, Error>) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::BASE;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, web};

    async fn breaks() -> HttpResponse {
        panic!("planted: Nguyễn Văn A")
    }

    #[actix_web::test]
    async fn a_panic_is_answered_like_any_other_fault_of_ours() {
        let path = format!("{BASE}/breaks");
        let app = App::new().wrap(from_fn(edge)).route(&path, web::get().to(breaks));
        let app = init_service(app).await;
        for _ in 0..2 {
            let request = TestRequest::get().uri(&path).insert_header(("Accept-Language", "en")).to_request();
            let error =
                actix_web::dev::Service::call(&app, request).await.expect_err("no request is left to answer");
            let answer = error.error_response();
            assert_eq!(answer.status(), 500);
            assert_eq!(answer.headers().get("x-content-type-options").unwrap(), "nosniff");
            let body = actix_web::body::to_bytes(answer.into_body()).await.unwrap();
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(body["type"], "/problems/internal");
            assert_eq!(body["title"], "Internal error");
            assert!(!body.to_string().contains("planted"));
        }
    }

    #[actix_web::test]
    async fn what_the_web_server_says_with_a_bare_status_gets_words() {
        let app = App::new()
            .wrap(from_fn(edge))
            .route("/bare", web::get().to(|| async { HttpResponse::PayloadTooLarge().finish() }))
            .route(
                "/page",
                web::get().to(|| async { HttpResponse::NotFound().content_type("text/html").body("<p>") }),
            );
        let app = init_service(app).await;
        let bare = call_service(&app, TestRequest::get().uri("/bare").to_request()).await;
        assert_eq!(bare.headers().get("content-type").unwrap(), MEDIA_TYPE);
        let page = call_service(&app, TestRequest::get().uri("/page").to_request()).await;
        assert_eq!(page.headers().get("content-type").unwrap(), "text/html", "a page of ours stays as it is");
    }
}
