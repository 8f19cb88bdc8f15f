//! Every answer that is not what was asked for: RFC 9457 `application/problem+json`.
//!
//! A use case says *why* in codes and facts ([`Failure`]); this file gives them a status, and `words.rs` the text.

use super::words::{Lang, words};
use crate::db::DbError;
use crate::domain::refusal::Refusal;
use crate::failure::{Failure, FieldFault, Thing};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use chrono::{DateTime, SecondsFormat};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use serde::Serialize;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

pub const MEDIA_TYPE: &str = "application/problem+json";

/// What a handler answers instead of what was asked for. It has no words yet: the edge gives them in the
/// language of the request.
#[derive(Clone)]
pub struct Problem {
    status: StatusCode,
    slug: Cow<'static, str>,
    facts: Map<String, Value>,
    errors: Vec<FieldFault>,
    headers: Vec<(header::HeaderName, String)>,
}

/// A problem as it goes out (RFC 9457). The facts of the problem stand beside these members.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct Worded {
    /// `/problems/<slug>`: stable, what a program goes by.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened, in a few words.
    pub title: String,
    pub status: u16,
    /// What happened and what to do about it, for a person.
    pub detail: String,
    /// What is wrong with which field, all of them at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<WordedFault>,
    #[serde(flatten)]
    #[schema(ignore)]
    pub facts: Map<String, Value>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = FieldError)]
pub struct WordedFault {
    /// JSON pointer of the field; `/query/NAME` for a parameter of the query.
    pub pointer: String,
    /// Stable, what a program goes by.
    pub code: &'static str,
    pub detail: String,
}

impl Problem {
    pub fn new(status: StatusCode, slug: impl Into<Cow<'static, str>>) -> Self {
        Self { status, slug: slug.into(), facts: Map::new(), errors: Vec::new(), headers: Vec::new() }
    }

    /// Adds a fact: a member of the answer, and `%{name}` in its words.
    pub fn fact(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    pub fn header(mut self, name: header::HeaderName, value: impl fmt::Display) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// 422 with these faults.
    pub fn fields(faults: Vec<FieldFault>) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-fields");
        problem.errors = faults;
        problem
    }

    /// 422 about one field.
    pub fn field(fault: FieldFault) -> Self {
        Self::fields(vec![fault])
    }

    /// There is no such address.
    pub fn no_such_path() -> Self {
        Self::new(StatusCode::NOT_FOUND, "no-such-path")
    }

    /// 401: no valid access token came with the request.
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated")
            .header(header::WWW_AUTHENTICATE, "Bearer realm=\"motcua\"")
    }

    pub fn forbidden(code: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, code)
    }

    /// 429: come back after `wait`.
    pub fn too_many(slug: &'static str, wait: Duration) -> Self {
        let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1);
        Self::new(StatusCode::TOO_MANY_REQUESTS, slug)
            .fact("retry_after", seconds)
            .header(header::RETRY_AFTER, seconds)
    }

    /// 500: our own fault. Its cause is in the log, not here.
    pub fn broken() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
    }

    fn unavailable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable").header(header::RETRY_AFTER, 2)
    }

    /// What the web server itself says with nothing but a status.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::no_such_path(),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(status, "method-not-allowed"),
            StatusCode::PAYLOAD_TOO_LARGE => Self::new(status, "too-large"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::new(status, "unsupported-media-type"),
            status if status.is_server_error() => Self::broken(),
            status => Self::new(status, "bad-request"),
        }
    }

    pub fn slug(&self) -> &str {
        &self.slug
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The answer in words.
    pub fn worded(&self, lang: Lang) -> Worded {
        let text = |part: &str| {
            words(lang, &format!("problems.{}.{part}", self.slug), &self.facts)
                .or_else(|| {
                    words(lang, &format!("problems.status-{}.{part}", self.status.as_u16()), &self.facts)
                })
                .unwrap_or_default()
        };
        Worded {
            kind: format!("/problems/{}", self.slug),
            title: text("title"),
            status: self.status.as_u16(),
            detail: text("detail"),
            errors: self.errors.iter().map(|fault| worded_fault(lang, fault)).collect(),
            facts: self.facts.clone(),
        }
    }

    pub fn render(&self, lang: Lang) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        for (name, value) in &self.headers {
            answer.insert_header((name.clone(), value.as_str()));
        }
        answer.insert_header((header::CONTENT_LANGUAGE, lang.as_str()));
        answer.insert_header((header::CONTENT_TYPE, MEDIA_TYPE));
        match serde_json::to_vec(&self.worded(lang)) {
            Ok(body) => answer.body(body),
            Err(_) => answer.finish(),
        }
    }
}

fn worded_fault(lang: Lang, fault: &FieldFault) -> WordedFault {
    let mut facts = Map::new();
    if let Some(fact) = &fault.fact {
        facts.insert("fact".into(), fact.clone().into());
    }
    let detail = words(lang, &format!("faults.{}", fault.code), &facts)
        .or_else(|| words(lang, "faults.bad-form", &facts))
        .unwrap_or_default();
    WordedFault { pointer: fault.pointer.clone(), code: fault.code, detail }
}

// Neither shows facts or faults: they may hold what a person entered, and these go to logs.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.slug)
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        self.render(Lang::default())
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::refused(&refusal),
            Failure::Invalid(faults) => Self::fields(faults),
            Failure::NotFound(thing) => {
                Self::new(StatusCode::NOT_FOUND, "not-found").fact("thing", thing_word(thing))
            }
            Failure::Stale(version) => {
                Self::new(StatusCode::PRECONDITION_FAILED, "stale").fact("version", version)
            }
            Failure::Forbidden(code) => Self::forbidden(code),
            Failure::Conflict(code) => Self::new(StatusCode::CONFLICT, code),
            Failure::Db(error) => Self::of_database(&error),
            Failure::Broken(cause) => {
                tracing::error!(cause, "broken");
                Self::broken()
            }
        }
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        Self::of_database(&error)
    }
}

impl Problem {
    fn refused(refusal: &Refusal) -> Self {
        let (status, pointer) = match refusal {
            Refusal::WrongState { .. }
            | Refusal::OccurredBeforeLastEvent { .. }
            | Refusal::LetterIncomplete { .. }
            | Refusal::NothingToCorrect { .. }
            | Refusal::AlreadySurveyed => (StatusCode::CONFLICT, None),
            Refusal::BackdatingNotAllowed { .. } => (StatusCode::FORBIDDEN, None),
            Refusal::CalendarMissing { .. } => (StatusCode::UNPROCESSABLE_ENTITY, None),
            Refusal::OccurredInFuture { .. } => (StatusCode::UNPROCESSABLE_ENTITY, Some("/occurred_at")),
            Refusal::NotAWorkingDay { .. } | Refusal::NewDateNotLater { .. } => {
                (StatusCode::UNPROCESSABLE_ENTITY, Some("/new_due_on"))
            }
            Refusal::CorrectionOutOfOrder { .. } => (StatusCode::UNPROCESSABLE_ENTITY, Some("/value")),
        };
        let mut problem = Self::new(status, refusal.code());
        if let Ok(Value::Object(facts)) = serde_json::to_value(refusal) {
            problem.facts = facts
                .into_iter()
                .filter(|(name, _)| name != "code")
                .map(|(name, fact)| (unambiguous(name), local(fact)))
                .collect();
        }
        problem.errors.extend(pointer.map(|pointer| FieldFault::new(pointer, refusal.code())));
        problem
    }

    fn of_database(error: &DbError) -> Self {
        if error.is_transient() {
            return Self::unavailable();
        }
        match error {
            DbError::Unreachable(cause) => {
                tracing::error!(cause, "the database cannot be reached");
                Self::unavailable()
            }
            DbError::Diesel(DieselError::DatabaseError(kind, info)) => match kind {
                DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ForeignKeyViolation => {
                    Self::new(StatusCode::CONFLICT, "conflict")
                }
                _ => {
                    tracing::error!(cause = info.message(), "the database refused");
                    let gone =
                        matches!(
                            kind,
                            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand
                        ) || ["terminating connection", "server closed the connection", "shutting down"]
                            .iter()
                            .any(|sign| info.message().contains(sign));
                    if gone { Self::unavailable() } else { Self::broken() }
                }
            },
            DbError::Diesel(DieselError::BrokenTransactionManager) => Self::unavailable(),
            error => {
                tracing::error!(cause = %error, "the database did not answer as it should");
                Self::broken()
            }
        }
    }
}

/// `status` is the problem's own member (RFC 9457): the dossier's goes by another name.
fn unambiguous(name: String) -> String {
    if name == "status" { "dossier_status".into() } else { name }
}

/// Moments go out on the counter's wall clock, `+07:00`.
fn local(fact: Value) -> Value {
    match &fact {
        Value::String(text) => match DateTime::parse_from_rfc3339(text) {
            Ok(moment) => moment
                .with_timezone(&crate::domain::local_time::offset())
                .to_rfc3339_opts(SecondsFormat::AutoSi, false)
                .into(),
            Err(_) => fact,
        },
        _ => fact,
    }
}

fn thing_word(thing: Thing) -> &'static str {
    match thing {
        Thing::Dossier => "dossier",
        Thing::Apology => "apology",
        Thing::Branch => "branch",
        Thing::Sector => "sector",
        Thing::Procedure => "procedure",
        Thing::ProcedureCase => "procedure_case",
        Thing::Officer => "officer",
        Thing::CalendarDay => "calendar_day",
        Thing::Job => "job",
        Thing::Document => "document",
        Thing::Session => "session",
        Thing::Closing => "closing",
        Thing::RegisterFile => "register_file",
        Thing::Target => "target",
        Thing::Notice => "notice",
        Thing::Schedule => "schedule",
        Thing::PrintBatch => "print_batch",
        Thing::Recomputation => "recomputation",
        Thing::ApprovalOrder => "approval_order",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lifecycle::{Act, Status};
    use chrono::{NaiveDate, TimeZone, Utc};

    #[test]
    fn a_refusal_carries_its_facts_and_its_words() {
        let worded = Problem::from(Failure::from(Refusal::WrongState {
            status: Status::Resolved,
            act: Act::RequestSupplement,
        }))
        .worded(Lang::Vi);
        let json = serde_json::to_value(&worded).unwrap();
        assert_eq!(json["type"], "/problems/wrong-state");
        assert_eq!(json["status"], 409);
        assert_eq!(json["dossier_status"], "resolved");
        assert_eq!(json["act"], "request_supplement");
        assert!(worded.detail.contains("đã có kết quả"), "{}", worded.detail);
        assert!(worded.detail.contains("yêu cầu bổ sung"), "{}", worded.detail);
    }

    #[test]
    fn every_refusal_has_words_in_both_languages_and_leaves_no_gap_in_them() {
        let at = Utc.with_ymd_and_hms(2026, 1, 8, 2, 0, 0).unwrap();
        let date = NaiveDate::from_ymd_opt(2026, 1, 8).unwrap();
        let refusals = [
            Refusal::WrongState { status: Status::Received, act: Act::Return },
            Refusal::CalendarMissing { year: 2031 },
            Refusal::OccurredInFuture { occurred_at: at, now: at },
            Refusal::OccurredBeforeLastEvent { occurred_at: at, last: at },
            Refusal::BackdatingNotAllowed { earliest: at },
            Refusal::NotAWorkingDay { date },
            Refusal::NewDateNotLater { date, after: date },
            Refusal::LetterIncomplete { missing: vec!["reason".into()] },
            Refusal::NothingToCorrect { field: "resolved_at".into() },
            Refusal::CorrectionOutOfOrder { earliest: at, latest: at },
            Refusal::AlreadySurveyed,
        ];
        for refusal in refusals {
            let problem = Problem::from(Failure::from(refusal.clone()));
            for lang in [Lang::Vi, Lang::En] {
                assert!(
                    words(lang, &format!("problems.{}.title", refusal.code()), &problem.facts).is_some(),
                    "{} in {lang:?}",
                    refusal.code()
                );
                let worded = problem.worded(lang);
                assert!(!worded.detail.is_empty() && !worded.detail.contains("  "), "{}", worded.detail);
                assert!(!worded.detail.contains("T09:00"), "a moment as people read it: {}", worded.detail);
                assert!(worded.errors.iter().all(|error| !error.detail.is_empty()));
            }
        }
    }

    #[test]
    fn neither_causes_nor_entered_texts_can_leak_through_a_problem() {
        let problem = Problem::from(Failure::Broken("secret cause".into()));
        assert!(!serde_json::to_string(&problem.worded(Lang::En)).unwrap().contains("secret"));
        let problem = Problem::field(FieldFault::with("/name", "unknown-value", "Nguyễn Văn A"));
        assert_eq!(format!("{problem:?} {problem}"), "422 invalid-fields 422 invalid-fields");
    }

    #[test]
    fn a_database_that_is_away_is_no_fault_of_the_request() {
        let problem = Problem::from(DbError::Unreachable("postgres://user:secret@host".into()));
        let answer = problem.render(Lang::Vi);
        assert_eq!(answer.status(), 503);
        assert!(answer.headers().contains_key(header::RETRY_AFTER));
        assert!(!serde_json::to_string(&problem.worded(Lang::Vi)).unwrap().contains("secret"));
        assert_eq!(Problem::from(DbError::Panicked).status(), 500);
        assert_eq!(Problem::from(Failure::Stale(4)).to_string(), "412 stale");
    }
}
