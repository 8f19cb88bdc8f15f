//! Before and after every page: who comes, whether the form is ours, and what a browser may do with the answer.

use super::api::Origin;
use super::cookies;
use super::form::Form;
use super::frame::Frame;
use super::parts;
use super::places;
use super::visit::{Known, see_other};
use crate::account::{new_secret, officer_of_browser};
use crate::hex::hex;
use crate::http::problem::Worded;
use crate::http::{House, Lang, Problem};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};
use askama::Template;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Nothing but our own files, no script or style inside of a page, forms only to us, no frame around us.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
                      base-uri 'none'";
const PERMISSIONS: &str = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";

pub async fn gate(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let secure = cookies::is_secure(request.request());
    let session = cookies::read(request.headers(), cookies::SESSION);
    let officer = match (&session, request.app_data::<Data<House>>().cloned()) {
        (Some(secret), Some(house)) => officer_of_browser(&house, secret).await,
        _ => Ok(None),
    };
    let entry = cookies::read(request.headers(), cookies::ENTRY);
    // The token of a form is bound to the session; before there is one, to the entry.
    let (secret, new_entry) = match (&officer, session, entry) {
        (Ok(Some(_)), Some(session), _) => (session, None),
        (_, _, Some(entry)) => (entry, None),
        _ => {
            let entry = new_secret();
            (entry.clone(), Some(entry))
        }
    };
    let known = known(request.request(), officer.as_ref().ok().cloned().flatten(), csrf(&secret));
    request.extensions_mut().insert(known.clone());
    let let_in = match officer {
        Ok(_) => unforged(&mut request, &known).await,
        Err(problem) => Err(problem),
    };
    let mut response = match let_in {
        Ok(()) => next.call(request).await?.map_into_boxed_body(),
        Err(problem) => request.error_response(problem).map_into_boxed_body(),
    };
    if let Some(error) = response.response().error() {
        let problem = match error.as_error::<Problem>() {
            Some(problem) => problem.clone(),
            None => Problem::of_status(error.as_response_error().status_code()),
        };
        let shown = explained(response.request(), &known, &problem);
        response = response.into_response(shown);
    }
    let html = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "same-origin"),
        (header::PERMISSIONS_POLICY, PERMISSIONS),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, header::HeaderValue::from_static(value));
    }
    headers.insert(header::VARY, header::HeaderValue::from_static("Cookie"));
    if let Some(entry) = new_entry.filter(|_| html) {
        let cookie = cookies::secret(cookies::ENTRY, &entry, secure);
        if let Ok(cookie) = header::HeaderValue::from_str(&cookie) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

fn known(request: &HttpRequest, officer: Option<crate::account::Officer>, csrf: String) -> Known {
    let cookie = |name| cookies::read(request.headers(), name);
    let lang = match cookie(cookies::LANG).as_deref() {
        Some("en") => Lang::En,
        _ => Lang::Vi,
    };
    Known {
        officer,
        lang,
        theme: cookie(cookies::THEME).and_then(|theme| theme.parse().ok()).unwrap_or_default(),
        csrf,
        origin: Origin {
            peer: request.peer_addr(),
            forwarded: request.headers().get_all("X-Forwarded-For").cloned().collect(),
        },
    }
}

/// The token of the forms of a session. It tells nothing of the secret.
fn csrf(secret: &str) -> String {
    hex(&Sha256::digest(format!("csrf of motcua\n{secret}")))
}

/// A request that may change something comes from a form of ours, in this very session: it is from this origin as
/// far as the browser says so, and it knows the token. Its form is left for the page.
async fn unforged(request: &mut ServiceRequest, known: &Known) -> Result<(), Problem> {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let forged = || Problem::forbidden("form-not-ours");
    if !from_here(request.request()) {
        return Err(forged());
    }
    let form = match request.mime_type() {
        Ok(Some(kind)) if kind.essence_str() == "application/x-www-form-urlencoded" => {
            let body = request.extract::<Bytes>().await;
            Form::parse(&body.map_err(|error| Problem::of_status(error.as_response_error().status_code()))?)
        }
        // A file is taken from those who are signed in, and from nobody else.
        Ok(Some(kind)) if kind.essence_str() == "multipart/form-data" && known.officer.is_some() => {
            parts::read(request).await?
        }
        Ok(None) => Form::default(),
        _ => return Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
    };
    let in_header = request.headers().get("X-CSRF-Token").and_then(|value| value.to_str().ok());
    let shown = in_header.unwrap_or_else(|| form.value("_csrf"));
    if !bool::from(shown.as_bytes().ct_eq(known.csrf.as_bytes())) {
        return Err(forged());
    }
    request.extensions_mut().insert(form);
    Ok(())
}

/// What the browser says about the site that sends the request; one that says nothing is judged by its token.
fn from_here(request: &HttpRequest) -> bool {
    let text = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    if let Some(site) = text("Sec-Fetch-Site")
        && site != "same-origin"
    {
        return false;
    }
    match text("Origin") {
        None => true,
        Some(origin) => {
            let host = request.connection_info().host().to_owned();
            let named = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            named == Some(host.as_str()) || named == text("Host")
        }
    }
}

#[derive(Template)]
#[template(path = "pages/problem.html")]
struct ProblemPage {
    f: Frame,
    problem: Worded,
    /// There is no such page: what the API says to programs is of no help.
    lost: bool,
}

#[derive(Template)]
#[template(path = "pages/parts/problem.html")]
struct ProblemPart {
    problem: Worded,
}

/// A problem as a person reads it. Who is not signed in is sent to do so, and back afterwards.
fn explained(request: &HttpRequest, known: &Known, problem: &Problem) -> HttpResponse {
    let in_part = request.headers().contains_key("HX-Request");
    if problem.slug() == "unauthenticated" {
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let back = if request.method() == Method::GET && !in_part { target } else { "" };
        let sign_in = places::with_query("/dang-nhap", &[("ve", back)]);
        if !in_part {
            return see_other(&sign_in);
        }
        return HttpResponse::Unauthorized().insert_header(("HX-Redirect", sign_in)).finish();
    }
    let accepted = request.headers().get(header::ACCEPT).and_then(|kinds| kinds.to_str().ok());
    if !in_part && !accepted.is_some_and(|kinds| kinds.contains("text/html")) {
        // No browser: a program that has lost its way.
        return problem.render(Lang::of(request.headers()));
    }
    let worded = problem.worded(known.lang);
    let drawn = if in_part {
        ProblemPart { problem: worded }.render()
    } else {
        let f = Frame {
            lang: known.lang,
            theme: known.theme,
            officer: known.officer.clone(),
            csrf: known.csrf.clone(),
            key: String::new(),
            back: "/".into(),
            here: "",
            done: None,
        };
        ProblemPage { f, problem: worded, lost: problem.slug() == "no-such-path" }.render()
    };
    let mut answer = HttpResponse::build(problem.status());
    match drawn {
        Ok(html) => answer.content_type("text/html; charset=utf-8").body(html),
        Err(error) => {
            tracing::error!(%error, "the page of a problem could not be drawn");
            answer.content_type("text/plain; charset=utf-8").body(problem.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn here(headers: &[(&str, &str)]) -> bool {
        let mut request = TestRequest::post().insert_header(("Host", "motcua.example.vn"));
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        from_here(&request.to_http_request())
    }

    #[test]
    fn a_form_of_another_site_is_not_ours() {
        assert!(here(&[("Origin", "https://motcua.example.vn"), ("Sec-Fetch-Site", "same-origin")]));
        assert!(here(&[]), "an old browser says nothing: its token decides");
        for (origin, site) in [
            ("https://evil.example", "cross-site"),
            ("https://a.motcua.example.vn", "same-site"),
            ("https://motcua.example.vn.evil.example", "same-origin"),
            ("null", "same-origin"),
            ("https://motcua.example.vn", "none"),
        ] {
            assert!(!here(&[("Origin", origin), ("Sec-Fetch-Site", site)]), "{origin} {site}");
        }
        assert!(!here(&[("Origin", "https://evil.example")]));
    }

    #[test]
    fn the_token_of_a_form_is_of_one_session_only() {
        assert_ne!(csrf("a"), csrf("b"));
        assert!(!csrf("a-secret").contains("a-secret"));
    }
}
