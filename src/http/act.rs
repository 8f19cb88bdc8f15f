//! What every request that changes something shares: the version last seen ([`Seen`], `If-Match`), the
//! idempotency key ([`ActMeta`]), and the one transaction around both and the act itself ([`act`]).

use super::{body::BodyHash, house::House, problem::Problem};
use crate::both;
use crate::db::schema::idempotency_keys;
use crate::db::types::Moment;
use crate::db::{Conn, DbError};
use crate::domain::ids::OfficerId;
use crate::failure::{Failure, Outcome};
use crate::hex::hex;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, dev::Payload};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::future::{Ready, ready};

const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The version the client last saw: `If-Match: "3"`. A parameter of every handler that changes what exists;
/// the use case compares it ([`Seen::check`]) and answers [`Failure::Stale`].
#[derive(Debug, Clone, Copy, utoipa::IntoParams)]
#[into_params(names("If-Match"), parameter_in = Header)]
pub struct Seen(
    /// The `ETag` of what is changed, as last seen, such as `"3"`.
    #[param(value_type = String, required = true, example = "\"3\"")]
    u32,
);

impl Seen {
    pub fn version(self) -> u32 {
        self.0
    }

    /// For acts that come by another door than HTTP.
    pub fn at(version: u32) -> Self {
        Self(version)
    }

    /// 412 unless the thing is still at the version seen.
    pub fn check(self, current: i32) -> Outcome<()> {
        let current = u32::try_from(current).unwrap_or_default();
        if current == self.0 { Ok(()) } else { Err(Failure::Stale(current)) }
    }
}

impl Seen {
    /// The same, for versions that are counted from one.
    pub fn check_version(self, current: u32) -> Outcome<()> {
        if current == self.0 { Ok(()) } else { Err(Failure::Stale(current)) }
    }
}

impl FromRequest for Seen {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(seen(request))
    }
}

fn seen(request: &HttpRequest) -> Result<Seen, Problem> {
    let mut given = request.headers().get_all(header::IF_MATCH);
    let missing = || Problem::new(StatusCode::PRECONDITION_REQUIRED, "if-match-missing");
    let malformed = || Problem::new(StatusCode::BAD_REQUEST, "malformed-header").fact("header", "If-Match");
    let text = given.next().ok_or_else(missing)?.to_str().map_err(|_| malformed())?.trim();
    if given.next().is_some() {
        return Err(malformed());
    }
    // "Whatever it is now" is just what If-Match is there to prevent.
    if text == "*" {
        return Err(missing());
    }
    let tag = text.strip_prefix("W/").unwrap_or(text); // proxies that compress weaken what they pass on
    let version = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).ok_or_else(malformed)?;
    if version.is_empty() || version.contains('"') {
        return Err(malformed());
    }
    // A tag of ours is a number from 1; any other was never given out and matches nothing.
    Ok(Seen(version.parse().unwrap_or(0)))
}

/// The idempotency key of a request, and what the key stands for.
#[derive(Debug, Clone)]
pub struct ActMeta {
    key: Option<String>,
    request: HttpRequest,
    /// What the key stands for in the place of the body.
    instead: Option<[u8; 32]>,
}

impl FromRequest for ActMeta {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(idempotency_key(request).map(|key| Self { key, request: request.clone(), instead: None }))
    }
}

fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let malformed =
        || Problem::new(StatusCode::BAD_REQUEST, "malformed-header").fact("header", IDEMPOTENCY_KEY);
    let mut given = request.headers().get_all(IDEMPOTENCY_KEY);
    let Some(key) = given.next() else { return Ok(None) };
    let plain = (1..=255).contains(&key.len()) && key.as_bytes().iter().all(|b| (0x20..0x7f).contains(b));
    if !plain || given.next().is_some() {
        return Err(malformed());
    }
    key.to_str().map(|key| Some(key.to_owned())).map_err(|_| malformed())
}

impl ActMeta {
    /// For a body with a password in it: the key stands for `rest`, the body without it. A plain hash of the
    /// whole body beside the key would let whoever reads the database guess the password at great speed.
    pub fn standing_for(self, rest: &impl Serialize) -> Outcome<Self> {
        let rest = serde_json::to_vec(rest).map_err(|error| Failure::Broken(error.to_string()))?;
        Ok(Self { instead: Some(Sha256::digest(rest).into()), ..self })
    }

    /// What the key stands for: method, address and body. Headers may differ (a token is renewed in between).
    fn fingerprint(&self) -> String {
        let whole = || self.request.extensions().get::<BodyHash>().map_or([0; 32], |hash| hash.0);
        let body = self.instead.unwrap_or_else(whole);
        let mut hash = Sha256::new();
        hash.update(self.request.method().as_str());
        hash.update("\n");
        hash.update(self.request.uri().path_and_query().map_or("", |target| target.as_str()));
        hash.update("\n");
        hash.update(body);
        hex(&hash.finalize())
    }
}

/// The answer to an act, made inside of its transaction so that it can be kept with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    status: StatusCode,
    location: Option<String>,
    version: Option<u32>,
    /// JSON text; empty for 204.
    body: String,
}

impl Reply {
    /// 200 with this body.
    pub fn ok(body: &impl Serialize) -> Outcome<Self> {
        Self::with(StatusCode::OK, body)
    }

    /// 201: it stands at `location` (below the base, such as `/dossiers/…`).
    pub fn created(location: &str, body: &impl Serialize) -> Outcome<Self> {
        let reply = Self::with(StatusCode::CREATED, body)?;
        Ok(Self { location: Some(format!("{}{location}", super::BASE)), ..reply })
    }

    /// 202: it is being done, and stands at `location`.
    pub fn accepted(location: &str, body: &impl Serialize) -> Outcome<Self> {
        Ok(Self { status: StatusCode::ACCEPTED, ..Self::created(location, body)? })
    }

    /// 204.
    pub fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, location: None, version: None, body: String::new() }
    }

    /// Adds the `ETag` by which the next act can name this version.
    pub fn version(self, version: i32) -> Self {
        Self { version: u32::try_from(version).ok(), ..self }
    }

    fn with(status: StatusCode, body: &impl Serialize) -> Outcome<Self> {
        let body = serde_json::to_string(body).map_err(|error| Failure::Broken(error.to_string()))?;
        Ok(Self { status, location: None, version: None, body })
    }

    pub fn into_response(self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        if let Some(location) = self.location {
            answer.insert_header((header::LOCATION, location));
        }
        if let Some(version) = self.version {
            answer.insert_header((header::ETAG, format!("\"{version}\"")));
        }
        if self.status == StatusCode::NO_CONTENT {
            return answer.finish();
        }
        answer.insert_header((header::CONTENT_TYPE, "application/json")).body(self.body)
    }
}

/// Does an act for `officer`: one transaction, with the present as the clock shows it inside.
///
/// With an `Idempotency-Key`, the first success is kept in the same transaction and replayed to every repetition
/// of the same request, also when many come at once; another request under the key is 422. An act that was
/// refused leaves no key: it may be tried again when the reason is gone. The use case needs to know nothing of it.
pub async fn act<F>(house: &House, officer: OfficerId, meta: &ActMeta, f: F) -> Result<HttpResponse, Problem>
where
    F: Fn(&mut Conn<'_>, DateTime<Utc>) -> Outcome<Reply> + Send + 'static,
{
    let clock = house.clock.clone();
    let Some(key) = meta.key.clone() else {
        let reply = house.db.write(move |conn| f(conn, clock.now())).await?;
        return Ok(reply.into_response());
    };
    let fingerprint = meta.fingerprint();
    let done = house
        .db
        .write(move |conn| {
            let now = clock.now();
            if claim(conn, officer, &key, &fingerprint, now)? {
                let reply = f(conn, now)?;
                keep(conn, officer, &key, &reply)?;
                Ok(Done::Now(reply))
            } else {
                let kept = recall(conn, officer, &key, &fingerprint)?;
                kept.ok_or_else(|| Failure::Broken("an idempotency key is taken and not there".into()))
            }
        })
        .await?;
    answer(done)
}

/// The answer of the first time, if there was one: for an act that has to look at something before its transaction
/// which is no longer so after it (an old password). [`act`] itself needs no such look.
pub async fn replayed(
    house: &House,
    officer: OfficerId,
    meta: &ActMeta,
) -> Result<Option<HttpResponse>, Problem> {
    let Some(key) = meta.key.clone() else { return Ok(None) };
    let fingerprint = meta.fingerprint();
    let done = house.db.read(move |conn| recall(conn, officer, &key, &fingerprint)).await?;
    done.map(answer).transpose()
}

fn answer(done: Done) -> Result<HttpResponse, Problem> {
    match done {
        Done::Now(reply) => Ok(reply.into_response()),
        Done::Before(reply) => {
            // Tells the client that nothing was done just now.
            let (name, value) = ("idempotency-replayed", header::HeaderValue::from_static("true"));
            let mut answer = reply.into_response();
            answer.headers_mut().insert(header::HeaderName::from_static(name), value);
            Ok(answer)
        }
        Done::Otherwise => Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused")),
    }
}

enum Done {
    Now(Reply),
    Before(Reply),
    /// The key stands for another request.
    Otherwise,
}

/// Takes the key, or `false` when it is taken. On PostgreSQL this waits for whoever holds it in an open
/// transaction: afterwards their answer can be read, or they failed and the key is ours.
fn claim(
    conn: &mut Conn<'_>,
    officer: OfficerId,
    key: &str,
    fingerprint: &str,
    now: DateTime<Utc>,
) -> Outcome<bool> {
    use idempotency_keys as k;
    let inserted = both!(conn, |c| {
        diesel::insert_into(k::table)
            .values((
                k::officer_id.eq(officer),
                k::key.eq(key),
                k::request_hash.eq(fingerprint),
                k::status.eq(0), // never seen from outside: it is replaced before the transaction ends
                k::body.eq(""),
                k::created_at.eq(Moment(now)),
            ))
            .on_conflict((k::officer_id, k::key))
            .do_nothing()
            .execute(c)?
    });
    Ok(inserted == 1)
}

fn keep(conn: &mut Conn<'_>, officer: OfficerId, key: &str, reply: &Reply) -> Outcome<()> {
    use idempotency_keys as k;
    both!(conn, |c| {
        diesel::update(k::table.find((officer, key)))
            .set((
                k::status.eq(i32::from(reply.status.as_u16())),
                k::location.eq(&reply.location),
                k::etag.eq(reply.version.map(|version| version.to_string())),
                k::body.eq(&reply.body),
            ))
            .execute(c)?
    });
    Ok(())
}

fn recall(conn: &mut Conn<'_>, officer: OfficerId, key: &str, fingerprint: &str) -> Outcome<Option<Done>> {
    use idempotency_keys as k;
    let kept = both!(conn, |c| {
        k::table
            .find((officer, key))
            .select((k::request_hash, k::status, k::location, k::etag, k::body))
            .get_result::<(String, i32, Option<String>, Option<String>, String)>(c)
            .optional()?
    });
    let Some((hash, status, location, etag, body)) = kept else { return Ok(None) };
    if hash != fingerprint {
        return Ok(Some(Done::Otherwise));
    }
    let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or_else(|| Failure::Db(DbError::Corrupt("status of a kept answer".into())))?;
    let version = etag.and_then(|etag| etag.parse().ok());
    Ok(Some(Done::Before(Reply { status, location, version, body })))
}

/// Forgets keys older than `before`; they live 24 hours at least, so callers pass at most yesterday.
pub fn forget_keys(conn: &mut Conn<'_>, before: DateTime<Utc>) -> Outcome<usize> {
    use idempotency_keys as k;
    Ok(both!(conn, |c| diesel::delete(k::table.filter(k::created_at.lt(Moment(before)))).execute(c)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn parsed(values: &[&str]) -> Result<u32, String> {
        let mut request = TestRequest::default();
        for value in values {
            request = request.append_header((header::IF_MATCH, *value));
        }
        seen(&request.to_http_request()).map(Seen::version).map_err(|problem| problem.to_string())
    }

    #[test]
    fn if_match_names_one_version() {
        assert_eq!(parsed(&["\"3\""]), Ok(3));
        assert_eq!(parsed(&["W/\"3\""]), Ok(3));
        assert_eq!(
            parsed(&["\"somebody-elses\""]),
            Ok(0),
            "a tag that matches nothing is stale, not malformed"
        );
        assert_eq!(parsed(&[]), Err("428 if-match-missing".into()));
        assert_eq!(parsed(&["*"]), Err("428 if-match-missing".into()));
        for bad in ["3", "", "\"\"", "\"3", "\"3\", \"4\""] {
            assert_eq!(parsed(&[bad]), Err("400 malformed-header".into()), "{bad}");
        }
        assert_eq!(parsed(&["\"3\"", "\"4\""]), Err("400 malformed-header".into()));
    }

    #[test]
    fn a_key_is_printable_and_of_sensible_length() {
        let key = |value: &str| {
            let request = TestRequest::default().append_header((IDEMPOTENCY_KEY, value)).to_http_request();
            idempotency_key(&request).map_err(|problem| problem.to_string())
        };
        assert_eq!(key("6f1d-4"), Ok(Some("6f1d-4".into())));
        assert_eq!(key(&"k".repeat(255)), Ok(Some("k".repeat(255))));
        assert_eq!(key(""), Err("400 malformed-header".into()));
        assert_eq!(key(&"k".repeat(256)), Err("400 malformed-header".into()));
        assert_eq!(key("khóa"), Err("400 malformed-header".into()));
    }
}
