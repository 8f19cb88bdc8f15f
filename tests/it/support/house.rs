//! The service in this process on a database of its own, and the people who come to it.
//!
//! ```ignore
//! let house = TestHouse::open(db).await;
//! house.branch("TS").await;
//! let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
//! let answer = counter.post("/dossiers", json!({…})).await.expect(201);
//! counter.act("/dossiers/…/acceptance", answer.version(), json!({})).await.expect(200);
//! ```

use super::database::TestDatabase;
use super::ground::{Ground, at};
use chrono::{DateTime, Utc};
use motcua::account::{self, NewOfficer, Password};
use motcua::apology::Letters;
use motcua::config::Config;
use motcua::db::Conn;
use motcua::documents::typeset::{Limits, Press};
use motcua::domain::ids::{BranchId, OfficerId};
use motcua::domain::role::Role;
use motcua::failure::Outcome;
use motcua::http::{self, House};
use motcua::jobs::Bell;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Everybody's.
pub const PASSWORD: &str = "mật khẩu để thử";
/// Tuesday, an ordinary working day.
pub const MORNING: &str = "2026-03-10 09:00";

/// How letters are written here: printed by the program that is tested.
pub fn letters(config: &Config) -> Letters {
    let press = Press::new(env!("CARGO_BIN_EXE_motcua").into(), Limits::default());
    Letters { press, ..Letters::new(config, Bell::default()) }
}

/// Of a client that never takes a connection again which the service may be closing at that moment: an idle one is kept for
/// five seconds there, and a test on a busy machine can be away for as long (another program signs, a page is laid out).
pub fn client_builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder().pool_idle_timeout(Duration::from_secs(1))
}

pub struct TestHouse {
    /// `http://127.0.0.1:PORT`
    pub origin: String,
    pub house: House,
    pub database: TestDatabase,
    client: reqwest::Client,
    server: actix_web::dev::ServerHandle,
    people: AtomicU32,
}

impl TestHouse {
    /// A database with the starting data, and the service on it, on Tuesday 10/03/2026 at 9:00.
    pub async fn open(database: TestDatabase) -> Self {
        Self::open_with(database, http::Settings::default(), account::Settings::default()).await
    }

    pub async fn open_with(
        database: TestDatabase,
        settings: http::Settings,
        accounts: account::Settings,
    ) -> Self {
        let ground = Ground::at(&database, MORNING);
        let house = House::new(ground.db, ground.clock, ground.references, settings);
        Self::over(database, house, accounts).await
    }

    /// The service over a house that is already set up.
    pub async fn over(database: TestDatabase, house: House, accounts: account::Settings) -> Self {
        let letters = letters(&Config::load(None, []).unwrap());
        Self::with_letters(database, house, accounts, letters).await
    }

    /// The same, with letters and papers that are written in another way.
    pub async fn with_letters(
        database: TestDatabase,
        house: House,
        accounts: account::Settings,
        letters: Letters,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let server = motcua::app::serve(listener, house.clone(), accounts, letters).await.unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        let client = client_builder().build().unwrap();
        Self { origin, house, database, client, server: handle, people: AtomicU32::new(0) }
    }

    /// Moves the clock of the house, such as to `2026-03-11 08:00`, local time.
    pub fn it_is(&self, when: &str) {
        self.house.clock.set(at(when));
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.house.clock.now()
    }

    /// Changes something past the API: what no endpoint does.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Conn<'_>) -> Outcome<T> + Send + 'static,
    ) -> T {
        self.house.db.write(f).await.unwrap()
    }

    pub async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Conn<'_>) -> Outcome<T> + Clone + Send + 'static,
    ) -> T {
        self.house.db.read(f).await.unwrap()
    }

    /// The branch with this code, such as `TS` or `KL`.
    pub async fn branch(&self, code: &str) -> BranchId {
        let code = code.to_owned();
        self.read(move |conn| {
            Ok(account::branch_by_code(conn, &code)?.expect("a branch of the starting data"))
        })
        .await
    }

    /// A new account with [`PASSWORD`].
    pub async fn officer(&self, username: &str, role: Role, branch: Option<&str>) -> OfficerId {
        let branch = match branch {
            Some(code) => Some(self.branch(code).await),
            None => None,
        };
        let (username, now) = (username.to_owned(), self.now());
        self.write(move |conn| {
            account::create_officer(
                conn,
                now,
                NewOfficer {
                    username: username.clone(),
                    full_name: "Nguyễn Thị Thử".into(),
                    title: None,
                    role,
                    branch,
                    email: None,
                    password_hash: password_hash().to_owned(),
                },
            )
        })
        .await
    }

    /// A new officer in this role, signed in.
    pub async fn sign_in_as(&self, role: Role, branch: Option<&str>) -> Person {
        let username = self.new_name(role);
        let id = self.officer(&username, role, branch).await;
        self.sign_in(&username).await.with_id(id)
    }

    /// A user name that nobody has yet.
    pub fn new_name(&self, role: Role) -> String {
        format!("{role}.{}", self.people.fetch_add(1, Ordering::Relaxed))
    }

    /// Signs in with [`PASSWORD`].
    pub async fn sign_in(&self, username: &str) -> Person {
        let credentials = json!({"username": username, "password": PASSWORD});
        let answer = self.nobody().post("/sessions", credentials).await.expect(201);
        Person {
            username: username.to_owned(),
            access_token: Some(answer.body["access_token"].as_str().unwrap().to_owned()),
            refresh_token: Some(answer.body["refresh_token"].as_str().unwrap().to_owned()),
            ..self.nobody()
        }
    }

    /// Somebody who is not signed in.
    pub fn nobody(&self) -> Person {
        Person {
            origin: self.origin.clone(),
            client: self.client.clone(),
            username: String::new(),
            id: OfficerId::nil(),
            access_token: None,
            refresh_token: None,
        }
    }
}

impl Drop for TestHouse {
    fn drop(&mut self) {
        drop(self.server.stop(false)); // the message is sent by the call itself
    }
}

/// Somebody in front of the API.
#[derive(Clone)]
pub struct Person {
    origin: String,
    client: reqwest::Client,
    pub id: OfficerId,
    pub username: String,
    pub access_token: Option<String>,
    pub refresh_token: Option<String>,
}

impl Person {
    /// Somebody in front of a service that runs elsewhere: the program itself, at `http://127.0.0.1:PORT`.
    pub fn before(origin: &str, access_token: Option<&str>) -> Self {
        Self {
            origin: origin.to_owned(),
            client: client_builder().build().unwrap(),
            id: OfficerId::nil(),
            username: String::new(),
            access_token: access_token.map(str::to_owned),
            refresh_token: None,
        }
    }

    fn with_id(self, id: OfficerId) -> Self {
        Self { id, ..self }
    }

    pub fn with_token(self, token: &str) -> Self {
        Self { access_token: Some(token.to_owned()), ..self }
    }

    /// A request to be completed; `path` is below the base, or absolute when it begins with the origin.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{}{path}", self.origin, http::BASE)
        };
        let request = self.client.request(method, url);
        match &self.access_token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::POST, path).json(&body)).await
    }

    /// `POST` to something that exists, at the version last seen.
    pub async fn act(&self, path: &str, version: u64, body: Value) -> Answer {
        send(self.request(Method::POST, path).header("If-Match", etag(version)).json(&body)).await
    }

    pub async fn patch(&self, path: &str, version: u64, body: Value) -> Answer {
        send(self.request(Method::PATCH, path).header("If-Match", etag(version)).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }
}

pub fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    /// The JSON of the answer; null when it is something else.
    pub body: Value,
    pub text: String,
}

pub async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("the service answers");
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.expect("the answer arrives whole");
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Answer { status, headers, body, text }
}

impl Answer {
    /// Fails the test, showing the answer, unless it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    /// Fails the test unless this is the problem of this status and slug, whole and in words.
    #[track_caller]
    pub fn expect_problem(self, status: u16, slug: &str) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text);
        assert_eq!(self.body["type"], format!("/problems/{slug}"), "{}", self.text);
        assert_eq!(self.body["status"], status, "{}", self.text);
        for member in ["title", "detail"] {
            assert!(self.body[member].as_str().is_some_and(|words| !words.is_empty()), "{}", self.text);
        }
        self
    }

    /// Fails the test unless exactly these fields are at fault: `"/name too-long"`.
    #[track_caller]
    pub fn expect_faults(self, faults: &[&str]) -> Self {
        let answer = self.expect_problem(422, "invalid-fields");
        let found: Vec<String> = answer.body["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|error| {
                assert!(error["detail"].as_str().is_some_and(|words| !words.is_empty()), "{}", answer.text);
                format!("{} {}", error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap())
            })
            .collect();
        assert_eq!(found, faults);
        answer
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The version in the `ETag`.
    #[track_caller]
    pub fn version(&self) -> u64 {
        let tag = self.header("etag").unwrap_or_else(|| panic!("no ETag: {}", self.text));
        tag.trim_matches('"').parse().unwrap()
    }
}

/// Hashed once: it is slow on purpose.
fn password_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| account::hash_password(&Password::chosen(PASSWORD).unwrap()).unwrap())
}
