//! Why dossiers are late, in the words of people.

use crate::domain::apology::{CauseCode, CauseKind};
use crate::http::Lang;
use crate::http::words::words;
use serde_json::Map;

/// A cause of the list that all branches begin with in words; one of a branch's own as it is written.
pub fn cause(code: &str) -> String {
    words(Lang::Vi, &format!("terms.cause.{code}"), &Map::new()).unwrap_or_else(|| code.to_owned())
}

/// Whose doing it is.
pub fn kind(kind: Option<CauseKind>) -> &'static str {
    match kind {
        Some(CauseKind::Subjective) => "chủ quan",
        Some(CauseKind::Objective) => "khách quan",
        None => "",
    }
}

/// Whose doing a cause is, where that is known.
pub fn kind_of(code: &str) -> Option<CauseKind> {
    CauseCode::parse(code).ok().and_then(|code| code.built_in_kind())
}
