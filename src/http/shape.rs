//! What serde says about a value of the wrong shape, made into a fault with a JSON pointer.

use crate::failure::FieldFault;
use serde_path_to_error::{Path, Segment};

/// The fault in `message` at `path`. serde gives texts and no codes: the few forms it has are read here.
pub fn fault(prefix: &str, path: &Path, message: &str, unknown: &'static str) -> FieldFault {
    // serde_json adds where it was.
    let message = message.rsplit_once(" at line ").map_or(message, |(text, _)| text);
    let pointer = pointer(prefix, path);
    if let Some(name) = quoted_after(message, "unknown field ") {
        FieldFault::new(inside(&pointer, name), unknown)
    } else if let Some(name) = quoted_after(message, "missing field ") {
        FieldFault::new(inside(&pointer, name), "missing-field")
    } else if let Some(name) = quoted_after(message, "duplicate field ") {
        FieldFault::new(inside(&pointer, name), "duplicate-field")
    } else if let Some((_, allowed)) =
        message.strip_prefix("unknown variant ").and_then(|rest| rest.split_once(", expected "))
    {
        let allowed = allowed.trim_start_matches("one of ").replace('`', "");
        FieldFault::with(pointer, "unknown-value", allowed)
    } else if message.starts_with("invalid type") {
        let code = if pointer.is_empty() { "not-an-object" } else { "wrong-type" };
        FieldFault::new(pointer, code)
    } else if message.starts_with("invalid value: integer") {
        FieldFault::new(pointer, "out-of-range")
    } else {
        FieldFault::new(pointer, "bad-form")
    }
}

fn quoted_after<'m>(message: &'m str, beginning: &str) -> Option<&'m str> {
    message.strip_prefix(beginning)?.strip_prefix('`')?.split_once('`').map(|(name, _)| name)
}

/// The member `name`; some formats already stand at it, others at what holds it.
fn inside(pointer: &str, name: &str) -> String {
    let last = format!("/{}", escaped(name));
    if pointer.ends_with(&last) { pointer.to_owned() } else { format!("{pointer}{last}") }
}

fn pointer(prefix: &str, path: &Path) -> String {
    let mut pointer = prefix.to_owned();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => pointer.push_str(&format!("/{}", escaped(key))),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// RFC 6901: `~` and `/` inside of a name.
pub fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
