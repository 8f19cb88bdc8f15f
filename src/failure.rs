//! Why a use case did not do what it was asked: codes and facts that the edge turns into words and statuses.

pub mod fields;

pub use fields::Fields;

use crate::db::{DbError, Fault};
use crate::domain::refusal::Refusal;

pub type Outcome<T> = Result<T, Failure>;

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The rules say no.
    #[error("refused: {}", .0.code())]
    Refused(Refusal),
    /// Fields that do not hold what they must, each with its JSON pointer.
    #[error("invalid fields: {}", .0.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect::<Vec<_>>().join(", "))]
    Invalid(Vec<FieldFault>),
    /// There is no such thing, or not for this officer.
    #[error("not found: {0}")]
    NotFound(Thing),
    /// The dossier (or whatever carries a version) has changed since it was seen.
    #[error("stale: it is at version {0}")]
    Stale(u32),
    /// Who asks may not do this. The code names what is missing.
    #[error("forbidden: {0}")]
    Forbidden(&'static str),
    /// It is at odds with what is there already. The code names the rule.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    #[error(transparent)]
    Db(#[from] DbError),
    /// Our own fault: logged with its cause, shown without it.
    #[error("broken: {0}")]
    Broken(String),
}

/// What was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    Dossier,
    Apology,
    Branch,
    Sector,
    Procedure,
    ProcedureCase,
    Officer,
    CalendarDay,
    Job,
    Document,
    Session,
    Closing,
    RegisterFile,
    Target,
    Notice,
    Schedule,
    PrintBatch,
    Recomputation,
    ApprovalOrder,
}

impl std::fmt::Display for Thing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

/// A field that does not hold what it must.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// JSON pointer of the field, such as `/applicant/name`; a query parameter stands as `/query/from`.
    pub pointer: String,
    /// Stable code, such as `too-long`; the edge has the words.
    pub code: &'static str,
    /// The fact the words need: a maximum, an allowed value, what was found.
    pub fact: Option<String>,
}

impl FieldFault {
    pub fn new(pointer: impl Into<String>, code: &'static str) -> Self {
        Self { pointer: pointer.into(), code, fact: None }
    }

    pub fn with(pointer: impl Into<String>, code: &'static str, fact: impl ToString) -> Self {
        Self { pointer: pointer.into(), code, fact: Some(fact.to_string()) }
    }
}

impl Failure {
    pub fn field(pointer: impl Into<String>, code: &'static str) -> Self {
        Self::Invalid(vec![FieldFault::new(pointer, code)])
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(DbError::from(error))
    }
}

impl Fault for Failure {
    fn database(&self) -> Option<&DbError> {
        match self {
            Self::Db(error) => Some(error),
            _ => None,
        }
    }
}
