//! `/dang-nhap`, `/dang-xuat`: in with a name and a password, out at once.

use super::form::Form;
use super::frame::Frame;
use super::visit::{Passerby, Shown, Visit, see_other};
use super::{cookies, places};
use crate::account::{Desk, sign_in_browser};
use crate::http::{House, SignInTry};
use actix_web::http::Method;
use actix_web::http::header::{HeaderValue, SET_COOKIE};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

#[derive(Template)]
#[template(path = "pages/sign_in.html")]
struct Page {
    f: Frame,
    form: Form,
}

pub async fn show(request: HttpRequest, passerby: Passerby) -> Shown {
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let back = query.into_iter().find(|(name, _)| name == "ve").map(|(_, path)| path.into_owned());
    if passerby.officer().is_some() {
        return Ok(see_other(back.as_deref().and_then(places::own).unwrap_or("/")));
    }
    let form = Form::of([("_back", back.unwrap_or_default())]);
    passerby.page(&Page { f: passerby.frame("sign-in"), form })
}

pub async fn enter(
    request: HttpRequest,
    house: Data<House>,
    desk: Data<Desk>,
    passerby: Passerby,
    _within_limits: SignInTry,
    mut form: Form,
) -> Shown {
    let (username, password) = (form.value("username").to_owned(), form.value("password").to_owned());
    match sign_in_browser(&house, &desk, username, password).await {
        Ok(secret) => {
            let secure = cookies::is_secure(&request);
            let mut answer = see_other(places::own(form.value("_back")).unwrap_or("/"));
            set(&mut answer, &cookies::secret(cookies::SESSION, &secret, secure));
            set(&mut answer, &cookies::gone(cookies::ENTRY, secure));
            Ok(answer)
        }
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) => {
            form.set("password", "");
            form.refused(&problem, passerby.lang());
            passerby.refused(&Page { f: passerby.frame("sign-in"), form })
        }
    }
}

/// Signs out; whoever is not signed in any more is out already.
pub async fn leave(request: HttpRequest, visit: Option<Visit>) -> Shown {
    if let Some(visit) = visit {
        visit.send_at(Method::DELETE, "/sessions/current", None, None, None).await?;
    }
    let mut answer = see_other("/dang-nhap?xong=signed-out");
    set(&mut answer, &cookies::gone(cookies::SESSION, cookies::is_secure(&request)));
    Ok(answer)
}

fn set(answer: &mut HttpResponse, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
}
