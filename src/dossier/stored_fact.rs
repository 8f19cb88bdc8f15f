//! A fact as it is stored, read: its kind stands in one column, everything else of it as JSON in another. Read straight
//! from both, without a document of the two in between: histories are read by the thousand.

use crate::domain::event::Fact;
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess};
use serde_json::Error;
use serde_json::de::{Deserializer, StrRead};

/// The fact of this kind.
///
/// # Errors
/// When there is no such kind, or its facts are not what it asks for.
pub fn fact(kind: &str, facts: &str) -> Result<Fact, Error> {
    let mut json = Deserializer::from_str(facts);
    let fact =
        Fact::deserialize(MapAccessDeserializer::new(Columns { kind, json: &mut json, next: Column::Kind }))?;
    json.end()?;
    Ok(fact)
}

/// Both columns, as the one document that [`Fact`] is elsewhere: the kind first, so that what follows is understood as
/// it comes.
struct Columns<'a, 'b> {
    kind: &'a str,
    json: &'b mut Deserializer<StrRead<'a>>,
    next: Column,
}

enum Column {
    Kind,
    Facts,
    None,
}

impl<'a> MapAccess<'a> for Columns<'a, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let name = match self.next {
            Column::Kind => "kind",
            Column::Facts => "facts",
            Column::None => return Ok(None),
        };
        let name: StrDeserializer<'_, Error> = name.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Error> {
        match self.next {
            Column::Kind => {
                self.next = Column::Facts;
                let kind: StrDeserializer<'_, Error> = self.kind.into_deserializer();
                seed.deserialize(kind)
            }
            Column::Facts | Column::None => {
                self.next = Column::None;
                seed.deserialize(&mut *self.json)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// The same by way of a document.
    fn by_document(kind: &str, facts: &str) -> Option<Fact> {
        let facts: Value = serde_json::from_str(facts).ok()?;
        serde_json::from_value(json!({"kind": kind, "facts": facts})).ok()
    }

    #[test]
    fn a_fact_is_read_as_from_one_document() {
        let stored = [
            ("refused", r#"{"reason":"Thiếu \"đơn\"\nvà bản vẽ"}"#),
            (
                "paid",
                r#"{"deadline":{"apology_due_on":"2026-03-09","counts_moments":false,"due_at":"2026-03-10T10:00:00Z","due_on":"2026-03-10","provisional":false}}"#,
            ),
            ("forwarded", r#"{"from_officer":null,"note":null,"to_officer":null,"to_step":"tham-dinh"}"#),
            (
                "resolved",
                r#"{"days_late":0,"document_number":null,"outcome":"granted","reason":null,"timeliness":"early"}"#,
            ),
            (
                "corrected",
                r#"{"deadlines":[],"field":"applicant.name","new":"Nguyễn Thị Mẫu","old":null,"reason":"gõ nhầm"}"#,
            ),
        ];
        for (kind, facts) in stored {
            let read = fact(kind, facts).unwrap();
            assert_eq!(read.kind(), kind);
            assert_eq!(Some(read), by_document(kind, facts));
        }
    }

    #[test]
    fn what_is_no_fact_is_an_error() {
        let bad = [
            ("refused", ""),
            ("refused", "null"),
            ("refused", "{}"),
            ("refused", r#"{"reason":1}"#),
            ("refused", r#"{"reason":"a"} and more"#),
            ("refused", r#"{"reason":"a"},"kind":"paid"#),
            ("lost", r#"{"reason":"a"}"#),
            ("", r#"{"reason":"a"}"#),
            (r#"refused","#, r#"{"reason":"a"}"#),
            ("paid", r#"{"reason":"a"}"#),
        ];
        for (kind, facts) in bad {
            assert!(fact(kind, facts).is_err(), "{kind} {facts}");
            assert_eq!(by_document(kind, facts), None, "{kind} {facts}");
        }
    }
}
