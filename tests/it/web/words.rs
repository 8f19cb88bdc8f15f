//! Every word that a page asks for is there in both languages, and no page speaks by itself.

use motcua::domain::lifecycle::Act;
use motcua::http::words::{Lang, words};
use serde_json::Map;
use std::collections::BTreeSet;
use std::path::Path;

fn each_file(folder: &Path, look: &mut impl FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_file(&path, look)
        } else {
            look(&path, &std::fs::read_to_string(&path).unwrap())
        }
    }
}

/// What has no form at a dossier: letters have pages of their own, and due dates are counted again for all at once.
const NO_FORM: &[Act] = &[Act::IssueApology, Act::RecomputeDue];

/// The literals right after each of `callers`.
fn keys(text: &str, callers: &[&str], into: &mut BTreeSet<String>) {
    for caller in callers {
        for (at, _) in text.match_indices(caller) {
            let rest = &text[at + caller.len()..];
            if let Some(key) = rest.strip_prefix('"').and_then(|rest| rest.split('"').next()) {
                into.insert(key.to_owned());
            }
        }
    }
}

#[test]
fn every_word_of_a_page_is_there_in_both_languages() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut asked = BTreeSet::new();
    for folder in ["templates/pages", "src/web"] {
        each_file(&root.join(folder), &mut |_, text| {
            keys(text, &["f.t(", "f.t1(", "f.t2(", ".t(", ".t1(", ".t2("], &mut asked);
            let mut done = BTreeSet::new();
            for line in text.lines().filter(|line| line.contains(".done(") && !line.starts_with("//!")) {
                let literals: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
                done.extend(
                    literals
                        .last()
                        .filter(|word| !word.starts_with('/') && !word.contains('{'))
                        .map(|word| format!("done.{word}")),
                );
            }
            asked.extend(done);
        });
    }
    assert!(asked.contains("app.name") && asked.contains("done.password-changed"), "{asked:?}");
    asked.extend(Act::ALL.iter().filter(|act| !NO_FORM.contains(act)).map(|act| format!("act.{act}")));
    asked.extend(Act::ALL.iter().filter(|act| !NO_FORM.contains(act)).map(|act| format!("done.act-{act}")));
    let silent: Vec<_> = asked
        .iter()
        .filter(|key| {
            [Lang::Vi, Lang::En]
                .iter()
                .any(|lang| words(*lang, &format!("pages.{key}"), &Map::new()).is_none())
        })
        .collect();
    assert!(silent.is_empty(), "no words in locales/pages.yml for {silent:#?}");
}

#[test]
fn templates_hold_no_words_of_their_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/pages");
    each_file(&root, &mut |path, text| {
        for (number, line) in text.lines().enumerate() {
            let own_name = line.contains("Tiếng Việt"); // a language is called by its own name
            let vietnamese =
                line.chars().any(|c| ('\u{1ea0}'..='\u{1ef9}').contains(&c) || "ăâđêôơư".contains(c));
            assert!(own_name || !vietnamese, "{}:{}: {line}", path.display(), number + 1);
        }
    });
}

#[test]
fn code_words_that_pages_show_have_words() {
    use motcua::domain::apology::CauseCode;
    use motcua::domain::event::{Channel, CorrectableField, ResultKind};
    use motcua::domain::{catalogue::PaperForm, lifecycle::Status, people::ApplicantKind, role::Role};
    let kinds: Vec<(&str, Vec<String>)> = vec![
        ("role", Role::ALL.iter().map(ToString::to_string).collect()),
        ("dossier_status", Status::ALL.iter().map(ToString::to_string).collect()),
        ("channel", Channel::ALL.iter().map(ToString::to_string).collect()),
        ("outcome", ResultKind::ALL.iter().map(ToString::to_string).collect()),
        ("applicant_kind", ApplicantKind::ALL.iter().map(ToString::to_string).collect()),
        ("paper_form", PaperForm::ALL.iter().map(ToString::to_string).collect()),
        ("correctable", CorrectableField::ALL.iter().map(ToString::to_string).collect()),
        ("cause", CauseCode::BUILT_IN.iter().map(|(code, _)| (*code).to_owned()).collect()),
    ];
    for (kind, code_words) in kinds {
        for word in code_words {
            for lang in [Lang::Vi, Lang::En] {
                assert!(
                    words(lang, &format!("terms.{kind}.{word}"), &Map::new()).is_some(),
                    "terms.{kind}.{word}"
                );
            }
        }
    }
}
