//! The story of a dossier, event by event, as people read it.

use super::frame::Frame;
use super::told::{Colleague, Event};
use serde_json::Value;

/// One event.
pub struct Told {
    pub title: String,
    pub when: String,
    /// When the system was told, where that is another day or minute.
    pub entered: String,
    pub who: String,
    /// What there is to say: label and text.
    pub facts: Vec<(String, String)>,
    pub items: Vec<String>,
    /// What was before a correction and what is now.
    pub change: Option<(String, String, String)>,
    /// It came after the page was opened.
    pub fresh: bool,
}

/// Facts that are shown as texts, in this order, under `terms.fact.NAME`.
const TEXTS: &[&str] = &[
    "to_step",
    "note",
    "cause",
    "reason",
    "amount",
    "outcome",
    "document_number",
    "new_due_on",
    "number",
    "channel",
    "received_by",
    "satisfaction",
    "remark",
    "answered_by",
];

pub fn tell(f: &Frame, event: Event, everybody: &[Colleague], seen: u32) -> Told {
    let facts = &event.facts;
    let text = |name: &str| facts.get(name).and_then(Value::as_str).map(str::to_owned);
    let named = |key: &str| {
        everybody
            .iter()
            .find(|one| one.id == key || one.username == key)
            .map_or(key.to_owned(), |one| one.full_name.clone())
    };
    let mut said: Vec<(String, String)> = Vec::new();
    let mut say = |name: &str, words: String| said.push((f.term("fact", name), words));
    if let Some(to) = text("to_officer") {
        say("to_officer", named(&to));
    }
    // A registration holds the whole dossier, which stands beside its story.
    let texts = if event.kind == "registered" { &[][..] } else { TEXTS };
    for name in texts {
        match facts.get(*name) {
            Some(Value::String(words))
                if ["cause", "outcome", "channel", "satisfaction", "answered_by"].contains(name) =>
            {
                say(name, f.term(name, words));
            }
            Some(Value::String(words)) => {
                say(name, if name.ends_with("_on") { f.on(words) } else { words.clone() })
            }
            Some(Value::Number(amount)) => say(name, format!("{} đ", thousands(&amount.to_string()))),
            _ => {}
        }
    }
    if let Some(due) =
        facts.get("deadline").and_then(|deadline| deadline.get("due_on")).and_then(Value::as_str)
    {
        say("due_on", f.on(due));
    }
    for flag in ["late_request", "past_due", "automatic"] {
        if facts.get(flag) == Some(&Value::Bool(true)) {
            say("flag", f.term("flag", flag));
        }
    }
    for (name, least) in [("round", 2), ("ordinal", 2)] {
        if facts.get(name).and_then(Value::as_u64).is_some_and(|times| times >= least) {
            say("flag", f.term("flag", name));
        }
    }
    let items = facts
        .get("items")
        .and_then(Value::as_array)
        .map(|items| items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect());
    let change = text("field").map(|field| {
        let value = |name: &str| match (text(name), field.as_str()) {
            (Some(words), "channel" | "outcome") => f.term(&field, &words),
            (Some(words), "applicant.kind") => f.term("applicant_kind", &words),
            (Some(words), _) => f.on(&words),
            (None, _) => f.t("dossier.nothing"),
        };
        (f.term("correctable", &field), value("old"), value("new"))
    });
    let (when, entered) = (f.on(&event.occurred_at), f.on(&event.recorded_at));
    Told {
        title: f.term("event", &event.kind),
        entered: if entered == when { String::new() } else { entered },
        when,
        who: event.officer.as_deref().map(named).unwrap_or_default(),
        facts: said,
        items: items.unwrap_or_default(),
        change,
        fresh: event.seq > seen,
    }
}

/// `1250000` → `1.250.000`
pub fn thousands(digits: &str) -> String {
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn money_is_written_in_groups_of_three() {
        for (digits, written) in [("5", "5"), ("500", "500"), ("5000", "5.000"), ("1250000", "1.250.000")] {
            assert_eq!(thousands(digits), written);
        }
    }
}
