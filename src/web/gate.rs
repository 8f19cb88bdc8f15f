//! Before and after every page: who comes, whether the form is ours, and what a browser may do with the answer.

use super::api::Origin;
use super::cookies;
use super::entry::{self, Entry};
use super::form::Form;
use super::frame::Frame;
use super::parts;
use super::places;
use super::visit::{Known, see_other};
use crate::account::{new_secret, officer_of_browser};
use crate::domain::local_time::local;
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
use chrono::{DateTime, FixedOffset};
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
    let now = request.app_data::<Data<House>>().map(|house| house.clock.now()).unwrap_or_default();
    let mut known =
        known(request.request(), officer.as_ref().ok().cloned().flatten(), csrf(&secret), local(now));
    request.extensions_mut().insert(known.clone());
    let came = match officer {
        Ok(_) => unforged(&mut request, &known).await,
        Err(problem) => Err(problem),
    };
    let mut begun = None;
    let mut response = match came {
        Ok(Came::ToBeDone) => next.call(request).await?.map_into_boxed_body(),
        Ok(Came::Astray(entry)) => {
            let shown = entry.stopped(&known);
            request.into_response(shown)
        }
        Ok(Came::SigningIn(entry, form)) => match entry::sign_in(&mut request, &form).await {
            Ok((officer, secret)) => {
                (known.officer, known.csrf) = (Some(officer), csrf(&secret));
                begun = Some(secret);
                shown_again(request, next, &mut known, &entry).await?
            }
            Err(problem) => {
                let shown = entry.not_signed_in(&known, &form, &problem);
                request.into_response(shown)
            }
        },
        Ok(Came::Back(entry)) => shown_again(request, next, &mut known, &entry).await?,
        Err(problem) => request.error_response(problem).map_into_boxed_body(),
    };
    if let Some(problem) = problem_of(&response) {
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
    let mut set = |cookie: String| {
        if let Ok(cookie) = header::HeaderValue::from_str(&cookie) {
            headers.append(header::SET_COOKIE, cookie);
        }
    };
    if let Some(entry) = new_entry.filter(|_| html) {
        set(cookies::secret(cookies::ENTRY, &entry, secure));
    }
    if let Some(session) = begun {
        set(cookies::secret(cookies::SESSION, &session, secure));
        set(cookies::gone(cookies::ENTRY, secure));
    }
    Ok(response)
}

/// The page of an entry draws it in its form again, with the token of the present session; nothing is done with it.
async fn shown_again(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    known: &mut Known,
    entry: &Entry,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (held, form) = entry.held();
    known.held = Some(held);
    request.extensions_mut().insert(known.clone());
    request.extensions_mut().insert(form);
    let answer = next.call(request).await?.map_into_boxed_body();
    let problem = problem_of(&answer);
    Ok(entry.back_in_its_form(known, answer, problem).await)
}

fn problem_of(response: &ServiceResponse<BoxBody>) -> Option<Problem> {
    response.response().error().map(|error| match error.as_error::<Problem>() {
        Some(problem) => problem.clone(),
        None => Problem::of_status(error.as_response_error().status_code()),
    })
}

fn known(
    request: &HttpRequest,
    officer: Option<crate::account::Officer>,
    csrf: String,
    now: DateTime<FixedOffset>,
) -> Known {
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
        held: None,
        now,
    }
}

/// The token of the forms of a session. It tells nothing of the secret.
fn csrf(secret: &str) -> String {
    hex(&Sha256::digest(format!("csrf of motcua\n{secret}")))
}

/// What a request is that no other site has sent.
enum Came {
    ToBeDone,
    /// An entry of a session that is over: nothing is done with it.
    Astray(Entry),
    /// Such an entry, with a name and a password.
    SigningIn(Entry, Form),
    /// Such an entry after that: it is shown in its form again, and nothing is done with it.
    Back(Entry),
}

/// A request that may change something comes from a form of ours, in this very session: it is from this origin as
/// far as the browser says so, and it knows the token. Its form is left for the page. What was entered into a form of ours
/// in another session is not done, and not lost.
async fn unforged(request: &mut ServiceRequest, known: &Known) -> Result<Came, Problem> {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(Came::ToBeDone);
    }
    let forged = || Problem::forbidden("form-not-ours");
    if !from_here(request.request()) {
        return Err(forged());
    }
    let may_be_carried = entry::may_be_carried(request.request());
    let form = match request.mime_type() {
        Ok(Some(kind)) if kind.essence_str() == "application/x-www-form-urlencoded" => {
            let body = request.extract::<Bytes>().await;
            Form::parse(&body.map_err(|error| Problem::of_status(error.as_response_error().status_code()))?)
        }
        // A file is taken from those who are signed in, and from nobody else.
        Ok(Some(kind)) if kind.essence_str() == "multipart/form-data" && known.officer.is_some() => {
            parts::read(request, parts::File::Taken).await?
        }
        Ok(Some(kind)) if kind.essence_str() == "multipart/form-data" && may_be_carried => {
            parts::read(request, parts::File::LetGo).await?
        }
        Ok(None) => Form::default(),
        _ => return Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
    };
    let in_header = request.headers().get("X-CSRF-Token").and_then(|value| value.to_str().ok());
    let shown = in_header.unwrap_or_else(|| form.value("_csrf"));
    let ours = bool::from(shown.as_bytes().ct_eq(known.csrf.as_bytes()));
    if may_be_carried && (!ours || known.officer.is_none() || entry::is_back(&form)) {
        let entry = Entry::of(request.request(), &form);
        return Ok(match (ours, &known.officer) {
            (true, Some(_)) => Came::Back(entry),
            (true, None) if entry::signs_in(&form) => Came::SigningIn(entry, form),
            _ => Came::Astray(entry),
        });
    }
    if !ours {
        let in_part = request.headers().contains_key("HX-Request");
        return Err(if in_part && known.officer.is_none() { Problem::unauthenticated() } else { forged() });
    }
    request.extensions_mut().insert(form);
    Ok(Came::ToBeDone)
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

/// A part of a page that was opened in a session which is over. The page stays, with all that was entered into it.
#[derive(Template)]
#[template(path = "pages/parts/session_over.html")]
struct SessionOver {
    f: Frame,
}

/// A problem as a person reads it. Who is not signed in is sent to do so, and back afterwards.
fn explained(request: &HttpRequest, known: &Known, problem: &Problem) -> HttpResponse {
    let in_part = request.headers().contains_key("HX-Request");
    if problem.slug() == "unauthenticated" && !in_part {
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let back = if request.method() == Method::GET { target } else { "" };
        return see_other(&places::with_query("/dang-nhap", &[("ve", back)]));
    }
    let accepted = request.headers().get(header::ACCEPT).and_then(|kinds| kinds.to_str().ok());
    if !in_part && !accepted.is_some_and(|kinds| kinds.contains("text/html")) {
        // No browser: a program that has lost its way.
        return problem.render(Lang::of(request.headers()));
    }
    let worded = problem.worded(known.lang);
    let drawn = if in_part && ["unauthenticated", "form-not-ours"].contains(&problem.slug()) {
        SessionOver { f: known.frame("") }.render()
    } else if in_part {
        ProblemPart { problem: worded }.render()
    } else {
        let lost = problem.slug() == "no-such-path";
        ProblemPage { f: known.frame(""), problem: worded, lost }.render()
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
