//! Every code that can leave the house has words in both languages. The codes are read from the source: whoever
//! invents one is told here to give it words in `locales/`.

use motcua::http::words::{Lang, words};
use serde_json::Map;
use std::collections::BTreeSet;
use std::path::Path;

/// How codes are made, and under which key their words are.
const MAKERS: &[(&str, &str)] = &[
    ("Failure::Forbidden(", "problems.{}.title"),
    ("Failure::Conflict(", "problems.{}.title"),
    ("Problem::new(", "problems.{}.title"),
    ("Problem::forbidden(", "problems.{}.title"),
    ("Problem::too_many(", "problems.{}.title"),
    ("FieldFault::new(", "faults.{}"),
    ("FieldFault::with(", "faults.{}"),
    ("Failure::field(", "faults.{}"),
    ("fields.check(", "faults.{}"),
    ("Warning::new(", "warnings.{}"),
];

#[test]
fn every_code_has_words_in_both_languages() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut keys = BTreeSet::new();
    each_file(&source, &mut |text| {
        let product = text.split("#[cfg(test)]").next().unwrap();
        for (maker, key) in MAKERS {
            for (start, _) in product.match_indices(maker) {
                for code in codes(&product[start + maker.len()..]) {
                    keys.insert(key.replace("{}", code));
                }
            }
        }
    });
    assert!(keys.contains("problems.stale.title") && keys.contains("faults.too-many"), "{keys:?}");
    let silent: Vec<_> = keys
        .iter()
        .filter(|key| {
            // No fallback: each language must have its own.
            [Lang::Vi, Lang::En].iter().any(|lang| words(*lang, key, &Map::new()).is_none())
        })
        .collect();
    assert!(silent.is_empty(), "no words in locales/ for {silent:#?}");
}

/// The literals that look like codes within one call.
fn codes(call: &str) -> Vec<&str> {
    let mut depth = 1;
    let end = call
        .char_indices()
        .find(|(_, c)| {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            depth == 0
        })
        .map_or(call.len(), |(end, _)| end);
    let is_code = |text: &&str| {
        text.len() > 2 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    call[..end].split('"').skip(1).step_by(2).filter(is_code).collect()
}

fn each_file(folder: &Path, look: &mut impl FnMut(&str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_file(&path, look);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            look(&std::fs::read_to_string(&path).unwrap());
        }
    }
}
