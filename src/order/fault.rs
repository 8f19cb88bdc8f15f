//! Why a piece could not be done, for people.

use crate::http::Lang;
use crate::http::words::words;
use serde_json::Map;

/// As its own address would say it.
pub fn in_words(lang: Lang, fault: &str) -> String {
    words(lang, &format!("problems.{fault}.title"), &Map::new()).unwrap_or_default()
}
