//! Somebody in front of the pages: keeps cookies, follows forms, never runs scripts.
//!
//! ```ignore
//! let counter = house.surfer(Role::Counter, Some("TS")).await;
//! let page = counter.get("/hom-nay").await.expect(200);
//! let next = counter.submit(&page, "/mat-khau", &[("old", "…")]).await;   // with the page's own hidden fields
//! ```

use super::house::{PASSWORD, TestHouse};
use motcua::domain::role::Role;
use reqwest::{Method, RequestBuilder, StatusCode, header};
use std::collections::BTreeMap;
use std::sync::Mutex;

pub struct Surfer {
    pub origin: String,
    pub username: String,
    client: reqwest::Client,
    /// Says of what it sends that it comes from here.
    says_from_where: bool,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// A page as it came.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub html: String,
    /// Every `Set-Cookie`.
    pub cookies: Vec<String>,
}

impl TestHouse {
    /// A new officer in this role, signed in at the pages.
    pub async fn surfer(&self, role: Role, branch: Option<&str>) -> Surfer {
        let username = self.new_name(role);
        self.officer(&username, role, branch).await;
        let surfer = self.stranger();
        surfer.sign_in(&username).await.expect(303);
        Surfer { username, ..surfer }
    }

    /// Somebody who is not signed in.
    pub fn stranger(&self) -> Surfer {
        Surfer::before(&self.origin)
    }
}

impl Surfer {
    pub fn before(origin: &str) -> Self {
        let client =
            super::house::client_builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self {
            origin: origin.to_owned(),
            username: String::new(),
            client,
            says_from_where: false,
            cookies: Mutex::default(),
        }
    }

    /// Says from where a form is sent, as every browser of today does.
    pub fn like_a_browser(self) -> Self {
        Self { says_from_where: true, ..self }
    }

    /// Signs in with everybody's password.
    pub async fn sign_in(&self, username: &str) -> Page {
        let page = self.get("/dang-nhap").await.expect(200);
        self.submit(&page, "/dang-nhap", &[("username", username), ("password", PASSWORD)]).await
    }

    /// A request with the cookies, as a browser would send it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies: Vec<String> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let from_here = self.says_from_where && method == Method::POST;
        let mut request = self.client.request(method, format!("{}{path}", self.origin));
        if from_here {
            request = request.header("Origin", &self.origin).header("Sec-Fetch-Site", "same-origin");
        }
        let request = request.header(header::ACCEPT, "text/html,*/*");
        if cookies.is_empty() { request } else { request.header(header::COOKIE, cookies.join("; ")) }
    }

    pub async fn get(&self, path: &str) -> Page {
        self.send(self.request(Method::GET, path)).await
    }

    /// Sends these fields and nothing else.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.send(self.posting(path, fields)).await
    }

    /// The request of [`Surfer::post`], to be completed.
    pub fn posting(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.request(Method::POST, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(encoded(fields))
    }

    /// Sends the form of this page that goes to `action`, its hidden fields included.
    pub async fn submit(&self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let hidden = page.hidden(action);
        let mut all: Vec<(&str, &str)> = fields.to_vec();
        for (name, value) in &hidden {
            if !fields.iter().any(|(n, _)| n == name) {
                all.push((name, value));
            }
        }
        self.post(action, &all).await
    }

    /// Sends the form of this page that goes to `action` with a file: its field, name and bytes.
    pub async fn submit_file(&self, page: &Page, action: &str, file: (&str, &str, Vec<u8>)) -> Page {
        self.post_file(action, &page.hidden(action), file).await
    }

    /// Sends these fields and a file, as a browser does.
    pub async fn post_file(
        &self,
        path: &str,
        fields: &[(String, String)],
        (field, name, bytes): (&str, &str, Vec<u8>),
    ) -> Page {
        let end = "----a-form-that-brings-a-file";
        let mut body = Vec::new();
        for (name, value) in fields {
            let part =
                format!("--{end}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let name = name.replace('"', "%22");
        let head = format!(
            "--{end}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&bytes);
        body.extend_from_slice(format!("\r\n--{end}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={end}");
        self.send(self.request(Method::POST, path).header(header::CONTENT_TYPE, kind).body(body)).await
    }

    pub async fn send(&self, request: RequestBuilder) -> Page {
        let response = request.send().await.expect("the service answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let cookies: Vec<String> =
            headers.get_all(header::SET_COOKIE).iter().map(|one| one.to_str().unwrap().to_owned()).collect();
        for cookie in &cookies {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap();
            let mut kept = self.cookies.lock().unwrap();
            if attributes.contains("Max-Age=0") {
                kept.remove(name);
            } else {
                kept.insert(name.to_owned(), value.to_owned());
            }
        }
        let html = response.text().await.expect("the page arrives whole");
        Page { status, headers, html, cookies }
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }
}

impl Page {
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.html);
        self
    }

    /// 303 to this place.
    #[track_caller]
    pub fn expect_on_to(self, place: &str) -> Self {
        assert_eq!(self.status.as_u16(), 303, "{}", self.html);
        assert_eq!(self.location(), place);
        self
    }

    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(self.html.contains(words), "no \"{words}\" in\n{}", self.html);
        self
    }

    #[track_caller]
    pub fn says_not(self, words: &str) -> Self {
        assert!(!self.html.contains(words), "\"{words}\" in\n{}", self.html);
        self
    }

    /// The token of this page's forms.
    pub fn token(&self) -> String {
        let start = self.html.find("name=\"_csrf\" value=\"").expect("a form of ours");
        attribute(&self.html[start..], "value")
    }

    /// The hidden fields of the form that goes to `action`, with the attribute values unescaped.
    pub fn hidden(&self, action: &str) -> Vec<(String, String)> {
        let start = self
            .html
            .find(&format!("method=\"post\" action=\"{action}\""))
            .unwrap_or_else(|| panic!("no form to {action} in\n{}", self.html));
        let form = &self.html[start..];
        let form = &form[..form.find("</form>").unwrap_or(form.len())];
        form.split("<input")
            .skip(1)
            .map(|input| &input[..input.find('>').unwrap_or(input.len())])
            .filter(|input| input.contains("type=\"hidden\""))
            .map(|input| (attribute(input, "name"), attribute(input, "value")))
            .collect()
    }
}

fn attribute(tag: &str, name: &str) -> String {
    let begin = format!("{name}=\"");
    let Some(start) = tag.find(&begin) else { return String::new() };
    let rest = &tag[start + begin.len()..];
    unescaped(&rest[..rest.find('"').unwrap_or(rest.len())])
}

fn unescaped(text: &str) -> String {
    text.replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
}

fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
