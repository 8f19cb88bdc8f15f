//! A query string of a known shape: [`Query`]. Unknown and repeated parameters are refused, not ignored.
//!
//! Types derive `Deserialize` with `#[serde(deny_unknown_fields)]` and `utoipa::IntoParams`. A list is written
//! with commas (`by=branch,sector`).

use super::{problem::Problem, shape};
use crate::failure::FieldFault;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::value::{Error as SerdeError, MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use std::collections::{BTreeSet, HashSet};
use std::future::{Ready, ready};
use std::ops::Deref;

/// The query string as a `T`.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T> Query<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Query<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(pairs(request.query_string()).and_then(parse).map(Self))
    }
}

/// Operations that take no query string: `(method, pattern of the path)`. Handlers that have nothing to read from one
/// would ignore it; the edge refuses it for them.
#[derive(Debug, Default)]
pub struct Queryless(pub HashSet<(String, String)>);

impl Queryless {
    /// The problem of a query string where there is none to be.
    pub(super) fn refuse(&self, method: &str, route: &str, query: &str) -> Option<Problem> {
        if query.is_empty() || !self.0.contains(&(method.to_ascii_lowercase(), route.to_owned())) {
            return None;
        }
        Some(match pairs(query) {
            Ok(pairs) => Problem::fields(
                pairs
                    .iter()
                    .map(|(name, _)| {
                        FieldFault::new(format!("/query/{}", shape::escaped(name)), "unknown-parameter")
                    })
                    .collect(),
            ),
            Err(problem) => problem,
        })
    }
}

/// The parameters in their order, decoded; each name once.
pub(super) fn pairs(query: &str) -> Result<Vec<(String, String)>, Problem> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut names = BTreeSet::new();
    let mut faults = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let malformed = || Problem::new(StatusCode::BAD_REQUEST, "malformed-query");
        let name = decoded(name).ok_or_else(malformed)?;
        let value = decoded(value).ok_or_else(malformed)?;
        let pointer = format!("/query/{}", shape::escaped(&name));
        if !names.insert(name.clone()) {
            faults.push(FieldFault::new(pointer, "duplicate-field"));
        } else if value.is_empty() {
            faults.push(FieldFault::new(pointer, "empty"));
        } else if value.chars().any(char::is_control) {
            faults.push(FieldFault::new(pointer, "control-character"));
        } else if is_date_beyond_four_digits(&value) {
            faults.push(FieldFault::new(pointer, "bad-form"));
        }
        pairs.push((name, value));
    }
    if faults.is_empty() { Ok(pairs) } else { Err(Problem::fields(faults)) }
}

/// chrono reads years of six digits with a sign; dates of the API have four (RFC 3339), and the databases and the
/// rules end before the rest.
fn is_date_beyond_four_digits(value: &str) -> bool {
    let Some(unsigned) = value.strip_prefix(['+', '-']) else { return false };
    let mut numbers = unsigned.splitn(3, '-').map(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    numbers.next() == Some(true) && numbers.next() == Some(true)
}

pub(super) fn parse<T: DeserializeOwned>(pairs: Vec<(String, String)>) -> Result<T, Problem> {
    let parts =
        MapDeserializer::<_, SerdeError>::new(pairs.into_iter().map(|(name, value)| (name, Part(value))));
    serde_path_to_error::deserialize(parts).map_err(|error| {
        Problem::field(shape::fault("/query", error.path(), &error.inner().to_string(), "unknown-parameter"))
    })
}

/// `application/x-www-form-urlencoded`, strictly: `None` for a bad escape or text that is not UTF-8.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                u8::try_from(digit(rest.next())? * 16 + digit(rest.next())?).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// One value, parsed as whatever the field is.
struct Part(String);

impl<'de> IntoDeserializer<'de, SerdeError> for Part {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident $visit:ident)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SerdeError> {
            match self.0.parse() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(SerdeError::invalid_type(Unexpected::Other("a text"), &visitor)),
            }
        }
    )+};
}

impl<'de> Deserializer<'de> for Part {
    type Error = SerdeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SerdeError> {
        visitor.visit_string(self.0)
    }

    parsed! {
        deserialize_bool visit_bool
        deserialize_i8 visit_i8 deserialize_i16 visit_i16 deserialize_i32 visit_i32 deserialize_i64 visit_i64
        deserialize_u8 visit_u8 deserialize_u16 visit_u16 deserialize_u32 visit_u32 deserialize_u64 visit_u64
        deserialize_f32 visit_f32 deserialize_f64 visit_f64
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SerdeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, SerdeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, SerdeError> {
        visitor.visit_enum(self.0.into_deserializer())
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SerdeError> {
        let parts: Vec<_> = self.0.split(',').map(|part| Part(part.to_owned())).collect();
        visitor.visit_seq(SeqDeserializer::new(parts.into_iter()))
    }

    forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier
        ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::words::Lang;
    use chrono::NaiveDate;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Filter {
        from: Option<NaiveDate>,
        limit: Option<u16>,
        count: Option<bool>,
        kind: Option<crate::domain::people::ApplicantKind>,
        by: Option<Vec<crate::domain::people::ApplicantKind>>,
        q: Option<String>,
    }

    fn parsed(query: &str) -> Result<Filter, String> {
        pairs(query).and_then(parse).map_err(|problem| {
            let worded = problem.worded(Lang::En);
            let errors: Vec<_> =
                worded.errors.iter().map(|error| format!(" {} {}", error.pointer, error.code)).collect();
            format!("{} {}{}", worded.status, problem.slug(), errors.concat())
        })
    }

    #[test]
    fn parameters_are_what_their_fields_are() {
        let filter =
            parsed("from=2020-01-31&limit=20&count=true&kind=citizen&by=citizen,other&q=%C4%91%E1%BA%A5t+A");
        assert_eq!(
            filter,
            Ok(Filter {
                from: NaiveDate::from_ymd_opt(2020, 1, 31),
                limit: Some(20),
                count: Some(true),
                kind: Some(crate::domain::people::ApplicantKind::Citizen),
                by: Some(vec![
                    crate::domain::people::ApplicantKind::Citizen,
                    crate::domain::people::ApplicantKind::Other
                ]),
                q: Some("đất A".into()),
            })
        );
        assert!(parsed("").is_ok());
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_name() {
        let said = |query: &str| parsed(query).unwrap_err();
        assert_eq!(said("form=2020-01-31"), "422 invalid-fields /query/form unknown-parameter");
        assert_eq!(said("limit=1&limit=2"), "422 invalid-fields /query/limit duplicate-field");
        assert_eq!(said("limit=x"), "422 invalid-fields /query/limit wrong-type");
        assert_eq!(said("limit=70000"), "422 invalid-fields /query/limit wrong-type");
        assert_eq!(said("from=2020-02-30"), "422 invalid-fields /query/from bad-form");
        assert_eq!(said("from=-0001-01-01"), "422 invalid-fields /query/from bad-form");
        assert_eq!(said("from=%2B12020-01-01"), "422 invalid-fields /query/from bad-form");
        assert_eq!(said("from="), "422 invalid-fields /query/from empty");
        assert_eq!(said("kind=robot"), "422 invalid-fields /query/kind unknown-value");
        assert_eq!(said("by=citizen,robot"), "422 invalid-fields /query/by/1 unknown-value");
        assert_eq!(said("q=a%00b"), "422 invalid-fields /query/q control-character");
        assert_eq!(said("q=%ff"), "400 malformed-query");
        assert_eq!(said("q=%4"), "400 malformed-query");
        assert_eq!(said("q=%zz"), "400 malformed-query");
    }
}
