//! The chain of a dossier's events: each is hashed together with the hash before it, so that an event that is
//! changed, taken out or put in later shows.

use crate::domain::event::Event;
use crate::domain::ids::DossierId;
use chrono::SecondsFormat;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// What the first event is chained to.
pub const START: &str = "";

/// The SHA-256 (hex) of `before` and the event in its canonical form: JSON with sorted keys, moments in UTC.
pub fn link(before: &str, dossier: DossierId, event: &Event, facts: &Value) -> String {
    let mut text = String::with_capacity(512);
    text.push_str(before);
    text.push('\n');
    canonical(
        &json!({
            "dossier": dossier,
            "seq": event.seq,
            "kind": event.fact.kind(),
            "occurred_at": event.occurred_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            "recorded_at": event.recorded_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            "officer": event.officer,
            "facts": facts,
        }),
        &mut text,
    );
    hex(&Sha256::digest(text.as_bytes()))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        write!(text, "{byte:02x}").unwrap_or_default();
        text
    })
}

/// PostgreSQL's jsonb forgets the order of keys; sorted, both databases give the same text.
fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_unstable_by_key(|(key, _)| *key);
            text.push('{');
            for (i, (key, member)) in sorted.into_iter().enumerate() {
                if i > 0 {
                    text.push(',');
                }
                text.push_str(&Value::String(key.clone()).to_string());
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
        plain => text.push_str(&plain.to_string()),
    }
}
