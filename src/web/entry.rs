//! An entry whose session ended before it was sent: nothing is done with it, and nothing of it is lost. A page says so,
//! lets one sign in right there, and brings the entry back into its own form, to be looked at and sent.
//!
//! Nothing of it is kept here: it travels with the browser, in hidden fields. So that this is no way in for others, it is
//! carried only when the browser says that it comes from this very site, and only to the page it was sent to; what is
//! secret and what is a file is left out, and said.

use super::form::Form;
use super::frame::Frame;
use super::places;
use super::routes::takes_entries;
use super::visit::Known;
use crate::account::{Desk, Officer, officer_of_browser, sign_in_browser};
use crate::http::problem::Worded;
use crate::http::{House, Problem, SignInTry};
use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

/// What comes with an entry to sign in.
const NAME: &str = "_in_name";
const PASSWORD: &str = "_in_password";
/// The entry is to be shown in its form again.
const AGAIN: &str = "_carried";
/// What had to be left out of it on the way.
const LEFT_OUT: &str = "_left_out";
/// Of a session, or of the way itself: never carried as they came.
const OF_THE_WAY: &[&str] = &["_csrf", NAME, PASSWORD, AGAIN, LEFT_OUT];
/// Fields of forms that hold passwords.
pub const SECRET: &[&str] = &["password", "old", "new", "_again"];
/// What pages write into their forms themselves; everything else was entered by somebody.
const OF_THE_PAGE: &[&str] = &[
    "_key", "_seen", "_query", "_send", "_find", "_act", "_what", "_more", "_choose", "_from", "_ticked",
    "_back", "_branch", "_sure",
];

/// What was not carried, as far as it is said.
const FILE: &str = "file";
const SECRETS: &str = "password";

/// An entry on its way, and where it was sent.
#[derive(Debug, Clone)]
pub struct Entry {
    action: String,
    form: Form,
    left_out: Vec<&'static str>,
}

/// What a page knows that is to show an entry again and to do nothing with it.
#[derive(Debug, Clone)]
pub struct Held {
    /// By which the entry is known, if it was done after all.
    pub key: Option<String>,
    pub left_out: Vec<&'static str>,
}

/// Whether the entry of this request may be carried: its browser says that a page of ours sends it, to a page of ours.
pub fn may_be_carried(request: &HttpRequest) -> bool {
    let told = |name: &str| request.headers().contains_key(name);
    // What they say was held against this host before.
    (told("Origin") || told("Sec-Fetch-Site"))
        && request.method() == Method::POST
        && !request.headers().contains_key("HX-Request")
        && takes_entries(request.path())
}

/// Somebody signs in together with an entry.
pub fn signs_in(form: &Form) -> bool {
    form.all(NAME).next().is_some()
}

/// The entry is to be shown again.
pub fn is_back(form: &Form) -> bool {
    form.all(AGAIN).next().is_some()
}

/// Signs in with what came along with the entry: who it is, and the secret of the new session.
///
/// # Errors
/// What signing in says.
pub async fn sign_in(request: &mut ServiceRequest, form: &Form) -> Result<(Officer, String), Problem> {
    request.extract::<SignInTry>().await?;
    let house = request.app_data::<Data<House>>().cloned().ok_or_else(Problem::broken)?;
    let desk = request.app_data::<Data<Desk>>().cloned().ok_or_else(Problem::broken)?;
    let (name, password) = (form.value(NAME).to_owned(), form.value(PASSWORD).to_owned());
    let secret = sign_in_browser(&house, &desk, name, password).await?;
    let officer = officer_of_browser(&house, &secret).await?.ok_or_else(Problem::broken)?;
    Ok((officer, secret))
}

#[derive(Template)]
#[template(path = "pages/entry.html")]
struct Page<'a> {
    f: Frame,
    entry: &'a Entry,
    /// `sign-in`, `open` or `send`.
    step: &'static str,
    /// Of the sign-in.
    form: Form,
    /// Why the page of the entry does not show it.
    said: Option<Worded>,
}

impl Entry {
    /// The entry of this request, without what must not be carried.
    pub fn of(request: &HttpRequest, form: &Form) -> Self {
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let action = places::own(target).unwrap_or_else(|| request.path()).to_owned();
        let carried = |word: &'static str| form.has(LEFT_OUT, word).then_some(word);
        let secret = || SECRET.iter().any(|name| form.all(name).any(|value| !value.is_empty()));
        let left_out = [
            carried(FILE).or_else(|| form.brought_file().then_some(FILE)),
            carried(SECRETS).or_else(|| secret().then_some(SECRETS)),
        ];
        let form = form.without(|name| OF_THE_WAY.contains(&name) || SECRET.contains(&name));
        Self { action, form, left_out: left_out.into_iter().flatten().collect() }
    }

    /// For the page that shows it again.
    pub fn held(&self) -> (Held, Form) {
        let held = Held { key: self.form.key().map(str::to_owned), left_out: self.left_out.clone() };
        (held, self.form.clone())
    }

    /// What somebody has entered, to be read.
    fn entered(&self) -> impl Iterator<Item = &str> {
        let entered = self.form.entries().filter(|(name, _)| !OF_THE_PAGE.contains(name));
        entered.map(|(_, value)| value).filter(|value| !value.trim().is_empty())
    }

    /// Nothing was done: says so, and how it goes on. 401 where nobody is signed in, 403 where somebody is.
    pub fn stopped(&self, known: &Known) -> HttpResponse {
        match known.officer {
            Some(_) => self.page(known, StatusCode::FORBIDDEN, "open", Form::default(), None),
            None => self.page(known, StatusCode::UNAUTHORIZED, "sign-in", Form::default(), None),
        }
    }

    /// The same after somebody tried to sign in.
    pub fn not_signed_in(&self, known: &Known, tried: &Form, problem: &Problem) -> HttpResponse {
        let mut form = Form::of([(NAME, tried.value(NAME).to_owned())]);
        form.refused(problem, known.lang);
        for (field, name) in [("username", NAME), ("password", PASSWORD)] {
            let words = form.fault(field).to_owned();
            if !words.is_empty() {
                form.fault_at(name, words);
            }
        }
        self.page(known, problem.status(), "sign-in", form, None)
    }

    /// What the page of the entry answers, if it holds the whole entry in a form; else a page that does.
    pub async fn back_in_its_form(
        &self,
        known: &Known,
        answer: ServiceResponse<BoxBody>,
        problem: Option<Problem>,
    ) -> ServiceResponse<BoxBody> {
        let (request, answer) = answer.into_parts();
        let kind = answer.headers().get(header::CONTENT_TYPE);
        if problem.is_none() && kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
            let (head, body) = answer.into_parts();
            if let Ok(bytes) = to_bytes(body).await
                && std::str::from_utf8(&bytes).is_ok_and(|html| self.stands_in(html))
            {
                return ServiceResponse::new(request, head.set_body(BoxBody::new(bytes)));
            }
        }
        let said = problem.filter(|problem| problem.slug() != "not-sent-yet");
        let said = said.map(|problem| problem.worded(known.lang));
        let page = self.page(known, StatusCode::UNPROCESSABLE_ENTITY, "send", Form::default(), said);
        ServiceResponse::new(request, page)
    }

    /// Whether this page has a form that goes where the entry went, with its key, and holds as the value of a field each
    /// that was entered.
    fn stands_in(&self, html: &str) -> bool {
        let field = |value: &str| {
            let value = escaped(value);
            html.contains(&format!("value=\"{value}\"")) || html.contains(&format!("{value}</textarea>"))
        };
        self.form.key().is_none_or(|key| html.contains(&format!("name=\"_key\" value=\"{}\"", escaped(key))))
            && html.contains(&format!("action=\"{}\"", escaped(&self.action)))
            && self.entered().all(field)
    }

    fn page(
        &self,
        known: &Known,
        status: StatusCode,
        step: &'static str,
        form: Form,
        said: Option<Worded>,
    ) -> HttpResponse {
        let page = Page { f: known.frame("entry"), entry: self, step, form, said };
        match page.render() {
            Ok(html) => HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html),
            Err(error) => {
                tracing::error!(%error, "the page of an entry could not be drawn");
                Problem::broken().render(known.lang)
            }
        }
    }
}

/// As templates write what was entered.
fn escaped(text: &str) -> String {
    text.replace('&', "&#38;")
        .replace('<', "&#60;")
        .replace('>', "&#62;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn post(path: &str, headers: &[(&str, &str)]) -> HttpRequest {
        let mut request = TestRequest::post().uri(path);
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        request.to_http_request()
    }

    #[test]
    fn only_what_a_browser_says_is_from_here_is_carried_and_only_to_pages_behind_the_sign_in() {
        let here = [("Sec-Fetch-Site", "same-origin")];
        for path in ["/tiep-nhan", "/ho-so/000.00.03.H29-260310-0001/viec/tu-choi", "/xin-loi/x/da-ky"] {
            assert!(may_be_carried(&post(path, &here)), "{path}");
            assert!(!may_be_carried(&post(path, &[])), "{path}: an old browser says nothing");
            let part = [here[0], ("HX-Request", "true")];
            assert!(!may_be_carried(&post(path, &part)), "{path}: a part of a page has no place for it");
        }
        for path in [
            "/dang-nhap",
            "/dang-xuat",
            "/giao-dien",
            "/khong-co",
            "/tra-cuu",
            "//evil.example/tiep-nhan",
            "/ho-so//viec/tu-choi",
            "/",
        ] {
            assert!(!may_be_carried(&post(path, &here)), "{path}");
        }
    }

    #[test]
    fn what_belongs_to_a_session_and_what_is_secret_is_left_out_and_said() {
        let request = post("/tai-khoan/moi?a=b", &[]);
        let form = Form::parse(
            "_csrf=x&_key=k&username=an&password=m%E1%BA%ADt&_in_name=ai&_in_password=gi&_carried=1&_left_out=file&_left_out=x"
                .as_bytes(),
        );
        let entry = Entry::of(&request, &form);
        let left: Vec<_> = entry.form.entries().collect();
        assert_eq!(left, [("_key", "k"), ("username", "an")]);
        assert_eq!((entry.action.as_str(), entry.left_out), ("/tai-khoan/moi?a=b", vec![FILE, SECRETS]));
    }

    #[test]
    fn a_page_that_lacks_one_value_of_the_entry_does_not_stand_for_it() {
        let entry = Entry::of(&post("/x", &[]), &Form::parse(b"_key=k&a=<b>&c=d&_send=yes"));
        let page = r#"<form action="/x"><input name="_key" value="k"><input value="&#60;b&#62;">"#;
        assert!(!entry.stands_in(page));
        assert!(!entry.stands_in(&format!("{page}d")), "in the words of the page, and in no field");
        let whole = format!("{page}<textarea>d</textarea>");
        assert!(entry.stands_in(&whole));
        assert!(!entry.stands_in(&whole.replace("\"k\"", "\"other\"")), "another key");
        assert!(!entry.stands_in(&whole.replace("\"/x\"", "\"/y\"")), "another form");
    }
}
