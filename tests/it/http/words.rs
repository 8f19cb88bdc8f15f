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
        // Where problems themselves are made, their name is `Self`.
        let text = &text
            .replace("Self::new(status", "Problem::new(status")
            .replace("Self::new(StatusCode", "Problem::new(StatusCode");
        let product = text.split("#[cfg(test)]").next().unwrap();
        for (maker, key) in MAKERS {
            for (start, _) in product.match_indices(maker) {
                for code in codes(&product[start + maker.len()..]) {
                    keys.insert(key.replace("{}", code));
                }
            }
        }
    });
    assert!(keys.contains("problems.too-large.title") && keys.contains("faults.too-many"), "{keys:?}");
    let silent: Vec<_> = keys
        .iter()
        .filter(|key| {
            // No fallback: each language must have its own.
            [Lang::Vi, Lang::En].iter().any(|lang| words(*lang, key, &Map::new()).is_none())
        })
        .collect();
    assert!(silent.is_empty(), "no words in locales/ for {silent:#?}");
}

#[test]
fn every_kind_of_work_has_a_name_in_both_languages() {
    // A feature with one kind of work calls it its kind, the imports have two.
    const MAKERS: [&str; 3] = ["const KIND: &str = \"", "const CHECK: &str = \"", "const IMPORT: &str = \""];
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut kinds = BTreeSet::new();
    each_file(&source, &mut |text| {
        for maker in MAKERS {
            for (start, _) in text.match_indices(maker) {
                kinds.extend(text[start + maker.len()..].split('"').next().map(str::to_owned));
            }
        }
    });
    assert!(kinds.contains("send_apology") && kinds.contains("import_register"), "{kinds:?}");
    let silent: Vec<_> = kinds
        .iter()
        .map(|kind| format!("terms.job_kind.{kind}"))
        .filter(|key| [Lang::Vi, Lang::En].iter().any(|lang| words(*lang, key, &Map::new()).is_none()))
        .collect();
    assert!(silent.is_empty(), "no words in locales/ for {silent:#?}");
}

/// The literals that look like codes among the arguments of one call; those of calls inside of it are not.
fn codes(call: &str) -> Vec<&str> {
    let (mut depth, mut begun, mut found) = (1, None, Vec::new());
    for (at, c) in call.char_indices() {
        match (c, begun) {
            ('"', None) => begun = Some(at + 1),
            ('"', Some(start)) => {
                if depth == 1 {
                    found.push(&call[start..at]);
                }
                begun = None;
            }
            ('(', None) => depth += 1,
            (')', None) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    let is_code = |text: &&str| {
        text.len() > 2 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    found.into_iter().filter(is_code).collect()
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
