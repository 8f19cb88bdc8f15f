//! A JSON body of a known shape: [`Body`]; or a PDF: [`Pdf`]; or a table: [`Table`].
//!
//! 415 when it is not JSON, 413 over the limit, 400 when it cannot be read as JSON, 422 with the pointer of the
//! field when it has another shape: wrong type, unknown, missing or repeated field. Types derive `Deserialize`
//! with `#[serde(deny_unknown_fields)]`.

use super::{house::House, problem::Problem, shape};
use crate::failure::FieldFault;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest, body::BodyStream, body::MessageBody, dev::Payload};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::future::{Future, poll_fn};
use std::ops::Deref;
use std::pin::{Pin, pin};
use std::time::Duration;

/// Bytes a body may have unless the configuration says otherwise: 1 MiB.
pub const LIMIT: usize = 1024 * 1024;
/// So many bytes of a body that is too large are still read, so that whoever sends it hears why it is refused.
const PATIENCE: usize = 64 * 1024 * 1024;
/// How long a body may take to arrive: whoever sends a byte a minute only wants to keep a place occupied.
const LONGEST: Duration = Duration::from_secs(60);

/// The body of the request as a `T`.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T> Body<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Body<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

/// The body of a request that needs to say nothing: absent, or `{}`.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// SHA-256 of the body, left for the idempotency key (`act.rs`).
#[derive(Clone, Copy)]
pub(super) struct BodyHash(pub [u8; 32]);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let slow = |_| Problem::new(StatusCode::REQUEST_TIMEOUT, "body-unreadable");
            let limit = request.app_data::<Data<House>>().map_or(LIMIT, |house| house.settings.body_bytes);
            let bytes =
                tokio::time::timeout(LONGEST, read(&request, payload, limit)).await.map_err(slow)??;
            request.extensions_mut().insert(BodyHash(Sha256::digest(&bytes).into()));
            if bytes.is_empty() && !request.headers().contains_key(header::CONTENT_TYPE) {
                // An act with nothing to say, sent by a client that sends nothing then.
                return parse(b"{}").map(Self);
            }
            accept_type(&request)?;
            parse(&bytes).map(Self)
        })
    }
}

/// The body of the request as a PDF, or as what calls itself one: who takes it looks at it.
#[derive(Debug)]
pub struct Pdf(pub Bytes);

/// Bytes a PDF may have: 10 MiB, a letter with a scanned seal many times over.
pub const PDF_LIMIT: usize = 10 * 1024 * 1024;

impl FromRequest for Pdf {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move { file(&request, payload, PDF_LIMIT, &["application/pdf"]).await.map(Self) })
    }
}

/// The body of the request as a table, CSV or XLSX, or as what calls itself one: who takes it looks at it.
#[derive(Debug)]
pub struct Table(pub Bytes);

/// Bytes a table may have: 16 MiB, some hundred thousand lines of a register.
pub const TABLE_LIMIT: usize = 16 * 1024 * 1024;
/// What a table calls itself.
pub const TABLE_KINDS: &[&str] =
    &["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"];

impl FromRequest for Table {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move { file(&request, payload, TABLE_LIMIT, TABLE_KINDS).await.map(Self) })
    }
}

/// A body that is a file of one of these kinds.
async fn file(
    request: &HttpRequest,
    payload: Payload,
    limit: usize,
    kinds: &[&str],
) -> Result<Bytes, Problem> {
    let slow = |_| Problem::new(StatusCode::REQUEST_TIMEOUT, "body-unreadable");
    let bytes = tokio::time::timeout(LONGEST, read(request, payload, limit)).await.map_err(slow)??;
    request.extensions_mut().insert(BodyHash(Sha256::digest(&bytes).into()));
    let known = matches!(request.mime_type(), Ok(Some(kind)) if kinds.contains(&kind.essence_str()));
    if known && is_plain(request) {
        Ok(bytes)
    } else {
        Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE))
    }
}

fn is_plain(request: &HttpRequest) -> bool {
    let encoding = request.headers().get(header::CONTENT_ENCODING);
    encoding.is_none_or(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn accept_type(request: &HttpRequest) -> Result<(), Problem> {
    let plain = is_plain(request);
    let json = matches!(request.mime_type(), Ok(Some(kind)) if kind.essence_str() == "application/json"
        && kind.get_param("charset").is_none_or(|charset| charset.as_str().eq_ignore_ascii_case("utf-8")));
    if plain && json { Ok(()) } else { Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)) }
}

async fn read(request: &HttpRequest, payload: Payload, limit: usize) -> Result<Bytes, Problem> {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok())
        .unwrap_or(0);
    let mut stream = pin!(BodyStream::new(payload));
    let mut bytes = BytesMut::new();
    let mut seen = 0_usize;
    while let Some(chunk) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        let chunk = chunk.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "body-unreadable"))?;
        seen = seen.saturating_add(chunk.len());
        if seen > PATIENCE {
            break;
        }
        if seen <= limit && announced <= limit {
            bytes.extend_from_slice(&chunk);
        }
    }
    if seen > limit || announced > limit {
        return Err(Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE).fact("limit", limit));
    }
    Ok(bytes.freeze())
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let malformed = |error: &serde_json::Error| {
        Problem::new(StatusCode::BAD_REQUEST, "malformed-json")
            .fact("line", error.line())
            .fact("column", error.column())
    };
    // serde would take a list for a struct, its fields in their order; a body is an object.
    if bytes.trim_ascii_start().first().is_some_and(|&byte| byte != b'{') {
        serde_json::from_slice::<serde::de::IgnoredAny>(bytes).map_err(|error| malformed(&error))?;
        return Err(Problem::field(FieldFault::new("", "not-an-object")));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        if error.inner().is_data() {
            Problem::field(shape::fault("", error.path(), &error.inner().to_string(), "unknown-field"))
        } else {
            malformed(error.inner())
        }
    })?;
    json.end().map_err(|error| malformed(&error))?;
    let faults = nul_faults(bytes);
    if faults.is_empty() { Ok(value) } else { Err(Problem::fields(faults)) }
}

/// Where NUL stands. PostgreSQL's texts cannot hold it, SQLite's end at it in places, and no field of ours has a
/// use for it: it is refused here for all of them, also for those that are only looked up.
fn nul_faults(bytes: &[u8]) -> Vec<FieldFault> {
    // In JSON it can only be written so; nearly no body has it, and those that have may cost a second look.
    let escape = br"\u0000";
    if !bytes.windows(escape.len()).any(|window| window == escape) {
        return Vec::new();
    }
    let mut faults = Vec::new();
    if let Ok(whole) = serde_json::from_slice(bytes) {
        find_nul(&whole, "", &mut faults);
    }
    faults
}

fn find_nul(value: &Value, pointer: &str, faults: &mut Vec<FieldFault>) {
    match value {
        Value::String(text) if text.contains('\0') => {
            faults.push(FieldFault::new(pointer, "control-character"))
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                find_nul(item, &format!("{pointer}/{place}"), faults);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                find_nul(member, &format!("{pointer}/{}", shape::escaped(name)), faults);
            }
        }
        _ => {}
    }
}

/// For a field that may be absent, null, or a value (`PATCH`): `Option<Option<T>>` with
/// `#[serde(default, deserialize_with = "given")]` is `None`, `Some(None)`, or `Some(Some(value))`.
pub fn given<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::words::Lang;
    use chrono::NaiveDate;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters here")]
    struct Request {
        name: String,
        copies: Option<u8>,
        date: Option<NaiveDate>,
        kind: Option<crate::domain::people::ApplicantKind>,
        items: Option<Vec<Item>>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters here")]
    struct Item {
        name: String,
    }

    /// `status slug pointer code`
    fn said(body: &str) -> String {
        said_of_bytes(body.as_bytes())
    }

    fn said_of_bytes(body: &[u8]) -> String {
        match parse::<Request>(body) {
            Ok(_) => "taken".into(),
            Err(problem) => {
                let worded = problem.worded(Lang::Vi);
                let errors: Vec<_> =
                    worded.errors.iter().map(|error| format!(" {} {}", error.pointer, error.code)).collect();
                assert!(!worded.detail.is_empty());
                format!("{} {}{}", worded.status, problem.slug(), errors.concat())
            }
        }
    }

    #[test]
    fn each_wrong_shape_gets_its_pointer_and_code() {
        assert_eq!(said(r#"{"name":"An"}"#), "taken");
        assert_eq!(said(r#"{"name":1}"#), "422 invalid-fields /name wrong-type");
        assert_eq!(said(r#"{"name":null}"#), "422 invalid-fields /name wrong-type");
        assert_eq!(said(r#"{}"#), "422 invalid-fields /name missing-field");
        assert_eq!(said(r#"{"name":"An","x/y":1}"#), "422 invalid-fields /x~1y unknown-field");
        assert_eq!(said(r#"{"name":"An","name":"An"}"#), "422 invalid-fields /name duplicate-field");
        assert_eq!(said(r#"{"name":"An","copies":300}"#), "422 invalid-fields /copies out-of-range");
        assert_eq!(said(r#"{"name":"An","copies":1.5}"#), "422 invalid-fields /copies wrong-type");
        assert_eq!(said(r#"{"name":"An","date":"2020-02-30"}"#), "422 invalid-fields /date bad-form");
        assert_eq!(said(r#"{"name":"An","kind":"robot"}"#), "422 invalid-fields /kind unknown-value");
        assert_eq!(
            said(r#"{"name":"An","items":[{"name":"a"},{"nam":"b"}]}"#),
            "422 invalid-fields /items/1/nam unknown-field"
        );
        assert_eq!(
            said(r#"{"name":"An","items":[{"name":"a"},{}]}"#),
            "422 invalid-fields /items/1/name missing-field"
        );
        assert_eq!(said("[]"), "422 invalid-fields  not-an-object");
        assert_eq!(said("1"), "422 invalid-fields  not-an-object");
    }

    #[test]
    fn what_is_not_json_is_malformed_and_not_our_fault() {
        for body in ["", "{", r#"{"name":"An"} x"#, r#"{"name":"\ud800"}"#, "{'name':1}", "NaN"] {
            assert_eq!(said(body), "400 malformed-json", "{body}");
        }
        assert_eq!(said(&"[".repeat(100_000)), "400 malformed-json");
        assert_eq!(said(&"{\"name\":".repeat(100_000)), "422 invalid-fields /name wrong-type");
        assert_eq!(said_of_bytes(b"{\"name\":\"\xff\"}"), "400 malformed-json");
    }

    #[test]
    fn nul_is_refused_wherever_it_stands_and_only_it() {
        assert_eq!(
            said(r#"{"name":"\u0000","items":[{"name":"a"},{"name":"b\u0000"}]}"#),
            "422 invalid-fields /items/1/name control-character /name control-character"
        );
        assert_eq!(said(r#"{"name":"\\u0000"}"#), "taken", "these are six characters");
    }

    #[test]
    fn a_list_is_no_way_around_the_names_of_fields() {
        assert_eq!(said(r#"["An"]"#), "422 invalid-fields  not-an-object");
    }
}
