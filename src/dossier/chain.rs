//! The chain of a dossier's events: each is hashed together with the hash before it, so that an event that is
//! changed, taken out or put in later shows.

use crate::domain::event::Event;
use crate::domain::ids::DossierId;
use crate::hex::hex;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What the first event is chained to.
pub const START: &str = "";

/// The SHA-256 (hex) of `before` and the event in its canonical form: JSON with sorted keys, moments in UTC.
pub fn link(before: &str, dossier: DossierId, event: &Event, facts: &Value) -> String {
    link_text(before, dossier, event, &canonical_text(facts))
}

/// The same where the canonical text of the facts is there already.
pub fn link_text(before: &str, dossier: DossierId, event: &Event, facts: &str) -> String {
    let moment = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let officer = event.officer.map_or_else(|| "null".to_owned(), |officer| format!("\"{officer}\""));
    // The keys in their order, none of the values in need of escaping.
    let text = format!(
        "{before}\n{{\"dossier\":\"{dossier}\",\"facts\":{facts},\"kind\":\"{}\",\"occurred_at\":\"{}\",\
         \"officer\":{officer},\"recorded_at\":\"{}\",\"seq\":{}}}",
        event.fact.kind(),
        moment(event.occurred_at),
        moment(event.recorded_at),
        event.seq,
    );
    hex(&Sha256::digest(text.as_bytes()))
}

/// Facts as they are hashed and stored.
pub fn canonical_text(facts: &Value) -> String {
    let mut text = String::with_capacity(512);
    canonical(facts, &mut text);
    text
}

/// PostgreSQL's jsonb forgets the order of keys; sorted, both databases give the same text.
fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            if !sorted.is_sorted_by_key(|(key, _)| *key) {
                sorted.sort_unstable_by_key(|(key, _)| *key);
            }
            text.push('{');
            for (i, (key, member)) in sorted.into_iter().enumerate() {
                if i > 0 {
                    text.push(',');
                }
                quoted(key, text);
                text.push(':');
                canonical(member, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    text.push(',');
                }
                canonical(item, text);
            }
            text.push(']');
        }
        Value::String(plain) => quoted(plain, text),
        plain => text.push_str(&plain.to_string()),
    }
}

/// A JSON string; most have nothing to escape.
fn quoted(plain: &str, text: &mut String) {
    if plain.bytes().any(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        text.push_str(&Value::from(plain).to_string());
    } else {
        text.push('"');
        text.push_str(plain);
        text.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn keys_are_sorted_at_every_depth_and_texts_stay_json() {
        let text = canonical_text(&json!({"b": [{"z": 1, "a": null}, "x\"\n\\"], "a": "Nguyễn"}));
        assert_eq!(text, r#"{"a":"Nguyễn","b":[{"a":null,"z":1},"x\"\n\\"]}"#);
    }

    #[test]
    fn bytes_are_two_digits_each() {
        assert_eq!(hex(&[0, 1, 0x7f, 0xff]), "00017fff");
    }

    proptest! {
        #[test]
        fn any_text_is_quoted_as_serde_quotes_it(text in any::<String>()) {
            let mut quoted_text = String::new();
            quoted(&text, &mut quoted_text);
            prop_assert_eq!(quoted_text, Value::from(text).to_string());
        }
    }
}
