//! The few cookies there are: the session, the entry before it, and two preferences.

use crate::http::House;
use actix_web::HttpRequest;
use actix_web::http::header::{COOKIE, HeaderMap};

/// The session of a browser.
pub const SESSION: &str = "motcua";
/// Who is not signed in yet: what the token of the sign-in form is bound to.
pub const ENTRY: &str = "motcua-entry";
pub const LANG: &str = "motcua-lang";
pub const THEME: &str = "motcua-theme";

/// A year.
const LONG: u32 = 31_536_000;

/// The value of a cookie; with the prefix that browsers protect where it has one.
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    let protected = format!("__Host-{name}");
    let pairs = || {
        headers
            .get_all(COOKIE)
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
    };
    let of = |wanted: &str| pairs().find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned());
    of(&protected).or_else(|| of(name))
}

/// Whether the browser came over TLS, or people are told to: then cookies may say so, and must.
pub fn is_secure(request: &HttpRequest) -> bool {
    let Some(house) = request.app_data::<actix_web::web::Data<House>>() else { return false };
    let forwarded = request.headers().get("X-Forwarded-Proto").is_some_and(|proto| proto == "https");
    house.settings.https || house.settings.behind_proxy && forwarded
}

/// `Set-Cookie` of a secret that only we read; it ends with the browser.
pub fn secret(name: &str, value: &str, secure: bool) -> String {
    if secure {
        format!("__Host-{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax")
    } else {
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax")
    }
}

/// `Set-Cookie` that takes a secret away.
pub fn gone(name: &str, secure: bool) -> String {
    format!("{}; Max-Age=0", secret(name, "", secure))
}

/// `Set-Cookie` of a preference.
pub fn preference(name: &str, value: &str, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={LONG}; HttpOnly; SameSite=Lax{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn the_protected_cookie_counts_before_one_that_anybody_could_have_set() {
        let request = TestRequest::default()
            .insert_header(("Cookie", "motcua=planted; a=b; __Host-motcua=ours"))
            .to_http_request();
        assert_eq!(read(request.headers(), SESSION).as_deref(), Some("ours"));
        assert_eq!(read(request.headers(), ENTRY), None);
    }

    #[test]
    fn a_secret_is_for_no_script_and_no_other_site() {
        let cookie = secret(SESSION, "x", true);
        assert_eq!(cookie, "__Host-motcua=x; Path=/; Secure; HttpOnly; SameSite=Lax");
    }
}
