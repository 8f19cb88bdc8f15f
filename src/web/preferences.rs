//! `POST /giao-dien`: language, and light or dark, kept in this browser.

use super::cookies;
use super::form::Form;
use super::frame::Theme;
use super::places;
use super::visit::{Shown, see_other};
use actix_web::HttpRequest;
use actix_web::http::header::{HeaderValue, SET_COOKIE};

pub async fn choose(request: HttpRequest, form: Form) -> Shown {
    let secure = cookies::is_secure(&request);
    let mut answer = see_other(places::own(form.value("_back")).unwrap_or("/"));
    let lang = form.given("lang").filter(|lang| ["vi", "en"].contains(lang));
    let theme = form.given("theme").filter(|theme| theme.parse::<Theme>().is_ok());
    for (name, chosen) in [(cookies::LANG, lang), (cookies::THEME, theme)] {
        let cookie = chosen.map(|value| cookies::preference(name, value, secure));
        if let Some(Ok(cookie)) = cookie.map(|cookie| HeaderValue::from_str(&cookie)) {
            answer.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    Ok(answer)
}
