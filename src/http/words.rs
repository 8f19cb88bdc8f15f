//! The words of the edge, in Vietnamese and English (`locales/`). Everything further in speaks in codes and facts.

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use chrono::{DateTime, NaiveDate};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::future::{Ready, ready};

rust_i18n::i18n!("locales");

// The macro reads the files behind the compiler's back: naming them here makes a changed word a changed crate.
const _: &[&str] = &[
    include_str!("../../locales/catalogue.yml"),
    include_str!("../../locales/pages.yml"),
    include_str!("../../locales/pages_admin.yml"),
    include_str!("../../locales/pages_apologies.yml"),
    include_str!("../../locales/pages_approvals.yml"),
    include_str!("../../locales/pages_batches.yml"),
    include_str!("../../locales/pages_calendar.yml"),
    include_str!("../../locales/pages_citizen.yml"),
    include_str!("../../locales/pages_entry.yml"),
    include_str!("../../locales/pages_handling.yml"),
    include_str!("../../locales/pages_rates.yml"),
    include_str!("../../locales/pages_recount.yml"),
    include_str!("../../locales/problems.yml"),
    include_str!("../../locales/faults.yml"),
    include_str!("../../locales/register.yml"),
    include_str!("../../locales/pages_imports.yml"),
    include_str!("../../locales/indicators.yml"),
    include_str!("../../locales/rates.yml"),
    include_str!("../../locales/terms.yml"),
    include_str!("../../locales/warnings.yml"),
];

/// The language an answer is worded in. As a parameter of a handler it is what the request prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    #[default]
    Vi,
    En,
}

impl Lang {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// Vietnamese unless the request prefers English (`Accept-Language`, RFC 9110 §12.5.4).
    pub fn of(headers: &HeaderMap) -> Self {
        let mut best = (0, Self::Vi);
        let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        for part in accepted.split(',') {
            let mut pieces = part.trim().split(';');
            let tag = pieces.next().unwrap_or_default().to_ascii_lowercase();
            let weight = pieces
                .find_map(|piece| piece.trim().strip_prefix("q="))
                .map_or(Some(1000), thousandths)
                .unwrap_or(0);
            let lang = match tag.split('-').next() {
                Some("vi") => Self::Vi,
                Some("en") => Self::En,
                _ => continue,
            };
            if weight > best.0 {
                best = (weight, lang);
            }
        }
        best.1
    }
}

/// `0.8` → 800. A weight is compared, never calculated with.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part: u16 = if part.is_empty() { 0 } else { format!("{part:0<3}").get(..3)?.parse().ok()? };
    whole.parse::<u16>().ok()?.checked_mul(1000)?.checked_add(part)
}

impl FromRequest for Lang {
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request.headers())))
    }
}

/// The text under `key`, with `%{name}` replaced by the fact of that name as people read it.
pub fn words(lang: Lang, key: &str, facts: &Map<String, Value>) -> Option<String> {
    let text = translated(lang, key)?;
    let mut spoken = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some((before, after)) = rest.split_once("%{") {
        let (name, after) = after.split_once('}')?;
        spoken.push_str(before);
        spoken.push_str(&facts.get(name).map(|fact| say(lang, name, fact)).unwrap_or_default());
        rest = after;
    }
    spoken.push_str(rest);
    Some(spoken)
}

fn translated(lang: Lang, key: &str) -> Option<Cow<'static, str>> {
    _rust_i18n_try_translate(lang.as_str(), key).map(|text| Cow::Owned(text.into_owned()))
}

/// A fact as people read it: the term for a code word, dd/mm/yyyy for a date.
fn say(lang: Lang, name: &str, fact: &Value) -> String {
    match fact {
        Value::String(text) => {
            if let Some(term) = translated(lang, &format!("terms.{name}.{text}")) {
                term.into_owned()
            } else if let Ok(date) = text.parse::<NaiveDate>() {
                date.format("%d/%m/%Y").to_string()
            } else if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
                moment
                    .with_timezone(&crate::domain::local_time::offset())
                    .format("%H:%M %d/%m/%Y")
                    .to_string()
            } else {
                text.clone()
            }
        }
        Value::Array(facts) => facts.iter().map(|fact| say(lang, name, fact)).collect::<Vec<_>>().join(", "),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn preferred(accept: &'static str) -> Lang {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(accept));
        Lang::of(&headers)
    }

    #[test]
    fn vietnamese_is_spoken_unless_english_is_preferred() {
        assert_eq!(Lang::of(&HeaderMap::new()), Lang::Vi);
        assert_eq!(preferred("en"), Lang::En);
        assert_eq!(preferred("en-GB,en;q=0.9,vi;q=0.8"), Lang::En);
        assert_eq!(preferred("vi,en;q=0.9"), Lang::Vi);
        assert_eq!(preferred("en;q=0.5, vi;q=0.75"), Lang::Vi);
        assert_eq!(preferred("fr, de"), Lang::Vi);
        assert_eq!(preferred("fr, en;q=0.1"), Lang::En);
        assert_eq!(preferred("en;q=0"), Lang::Vi);
        assert_eq!(preferred("en;q=x"), Lang::Vi);
    }

    #[test]
    fn facts_are_said_the_way_people_read_them() {
        let say = |name: &str, fact: Value| super::say(Lang::Vi, name, &fact);
        assert_eq!(say("date", "2020-01-31".into()), "31/01/2020");
        assert_eq!(say("now", "2020-01-31T10:00:00Z".into()), "17:00 31/01/2020");
        assert_eq!(say("dossier_status", "resolved".into()), "đã có kết quả");
        assert_eq!(say("year", 2029.into()), "2029");
        assert_eq!(say("missing", serde_json::json!(["reason", "new_due_on"])), "lý do, ngày hẹn trả mới");
    }
}
