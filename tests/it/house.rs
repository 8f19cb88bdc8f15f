//! The shape of the house, read from its imports: which room may use which, and what the pure core
//! must not know. A breach is a failing test with the file and the line.
//!
//! `docs/ARCHITECTURE.md` says why. Whoever builds a new room gives it a line in [`ROOMS`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A folder or file directly under `src`.
struct Room {
    name: &'static str,
    /// Rooms of ours it may use beside itself.
    uses: &'static [&'static [&'static str]],
    /// Paths that must not turn up in it at all.
    never: &'static [&'static str],
}

/// What anybody may use: values without a will of their own.
const GROUND: &[&str] = &["domain", "clock", "config", "telemetry", "failure", "hex"];
/// One folder a feature, one file a verb.
const FEATURES: &[&str] = &[
    "account",
    "apology",
    "approvals",
    "batch",
    "branch",
    "calendar",
    "closing",
    "dossier",
    "imports",
    "notice",
    "paper",
    "procedure",
    "recount",
    "register",
    "report",
    "schedule",
    "target",
    "upkeep",
    "warning",
];
/// What features stand on; it knows none of them.
const TOOLS: &[&str] = &["db", "reference", "jobs", "mail", "http", "documents", "order"];

const ROOMS: &[Room] = &[
    Room { name: "main", uses: &[&["cli"]], never: &["diesel", "actix_web", "lettre"] },
    Room {
        name: "cli",
        uses: &[&["app", "demo", "installation"], FEATURES, TOOLS, GROUND],
        never: &["lettre"],
    },
    Room { name: "app", uses: &[&["installation", "web"], FEATURES, TOOLS, GROUND], never: &["lettre"] },
    Room { name: "web", uses: &[&["account", "http"], GROUND], never: &["diesel", "lettre"] },
    Room { name: "demo", uses: &[FEATURES, TOOLS, GROUND], never: &["actix_web", "lettre"] },
    Room { name: "installation", uses: &[FEATURES, TOOLS, GROUND], never: &["actix_web", "lettre"] },
    // features
    Room { name: "account", uses: &[FEATURES, TOOLS, GROUND], never: &["lettre"] },
    Room { name: "apology", uses: &[FEATURES, TOOLS, GROUND], never: &["lettre"] },
    Room { name: "approvals", uses: &[FEATURES, TOOLS, GROUND], never: &["lettre"] },
    Room { name: "batch", uses: &[FEATURES, TOOLS, GROUND], never: &["lettre"] },
    Room { name: "branch", uses: &[FEATURES, TOOLS, GROUND], never: &["lettre"] },
    Room { name: "calendar", uses: &[FEATURES, TOOLS, GROUND], never: &["lettre"] },
    Room { name: "closing", uses: &[FEATURES, TOOLS, GROUND], never: &["lettre"] },
    Room { name: "dossier", uses: &[FEATURES, TOOLS, GROUND], never: &["lettre"] },
    Room { name: "imports", uses: &[FEATURES, TOOLS, GROUND], never: &["lettre"] },
    Room { name: "notice", uses: &[FEATURES, TOOLS, GROUND], never: &["lettre"] },
    Room { name: "paper", uses: &[FEATURES, TOOLS, GROUND], never: &["lettre"] },
    Room { name: "procedure", uses: &[FEATURES, TOOLS, GROUND], never: &["lettre"] },
    Room { name: "recount", uses: &[FEATURES, TOOLS, GROUND], never: &["lettre"] },
    Room { name: "register", uses: &[FEATURES, TOOLS, GROUND], never: &["actix_web", "lettre"] },
    Room { name: "report", uses: &[FEATURES, TOOLS, GROUND], never: &["lettre"] },
    Room { name: "target", uses: &[FEATURES, TOOLS, GROUND], never: &["lettre"] },
    Room { name: "schedule", uses: &[FEATURES, TOOLS, GROUND], never: &["lettre"] },
    Room { name: "upkeep", uses: &[FEATURES, TOOLS, GROUND], never: &["lettre"] },
    Room { name: "warning", uses: &[FEATURES, TOOLS, GROUND], never: &["lettre"] },
    // tools
    Room { name: "http", uses: &[&["db", "reference"], GROUND], never: &["lettre"] },
    Room { name: "order", uses: &[&["db", "http", "jobs"], GROUND], never: &["actix_web", "lettre"] },
    Room { name: "documents", uses: &[GROUND], never: &["diesel", "actix_web", "lettre"] },
    Room { name: "jobs", uses: &[&["db"], GROUND], never: &["actix_web", "lettre"] },
    Room { name: "mail", uses: &[GROUND], never: &["diesel", "actix_web"] },
    Room { name: "reference", uses: &[&["db"], GROUND], never: &["actix_web", "lettre"] },
    Room { name: "db", uses: &[GROUND_UNDER_THE_DATABASE], never: &["actix_web", "lettre"] },
    // ground
    Room { name: "failure", uses: &[&["db", "domain"]], never: &["actix_web", "lettre"] },
    Room { name: "config", uses: &[&["domain", "clock"]], never: &["diesel", "actix_web", "lettre"] },
    Room { name: "telemetry", uses: &[&["config"]], never: &["diesel", "lettre"] },
    Room { name: "clock", uses: &[&["domain"]], never: &["diesel", "actix_web", "lettre"] },
    Room { name: "hex", uses: &[], never: &["diesel", "actix_web", "lettre"] },
    Room { name: "domain", uses: &[], never: NOT_IN_THE_DOMAIN },
];

const GROUND_UNDER_THE_DATABASE: &[&str] = &["domain", "clock", "config", "telemetry"];

/// No database, no HTTP, no mail, no file, no network, no environment, no clock, no chance.
const NOT_IN_THE_DOMAIN: &[&str] = &[
    "diesel",
    "diesel_migrations",
    "actix_web",
    "lettre",
    "reqwest",
    "tokio",
    "tracing",
    "rand",
    "figment",
    "clap",
    "std::fs",
    "std::env",
    "std::net",
    "std::io",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant",
    "Utc::now",
    "Local::now",
    "Uuid::now_v7",
    "Uuid::new_v4",
];

#[test]
fn every_room_uses_only_the_rooms_it_may() {
    let source_folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect_rust_files(&source_folder, &mut files);
    let sources: Vec<(PathBuf, String)> = files
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file).unwrap();
            (file.strip_prefix(&source_folder).unwrap().to_owned(), text)
        })
        .collect();
    assert!(sources.iter().any(|(file, _)| file.starts_with("domain")), "src was not read");

    let house = House::over(&sources);
    let breaches: Vec<String> = sources.iter().flat_map(|(file, text)| house.breaches(file, text)).collect();
    assert!(breaches.is_empty(), "{} breaches:\n{}", breaches.len(), breaches.join("\n"));
}

/// What must be known of all files before one can be judged.
struct House {
    /// Macros live at the root of the crate, wherever they are written: name → room.
    macros: BTreeMap<String, String>,
    /// Modules that are files: `dossier::store`.
    modules: Vec<Vec<String>>,
}

impl House {
    fn over(sources: &[(PathBuf, String)]) -> House {
        let mut house = House { macros: BTreeMap::new(), modules: Vec::new() };
        for (file, text) in sources {
            let module = module_of(file);
            let words = words_of(text);
            for three in words.windows(3) {
                if let [a, bang, name] = three
                    && a.text == "macro_rules"
                    && bang.text == "!"
                    && let Some(room) = module.first()
                {
                    house.macros.insert(name.text.clone(), room.clone());
                }
            }
            house.modules.push(module);
        }
        house
    }

    fn breaches(&self, file: &Path, text: &str) -> Vec<String> {
        let module = module_of(file);
        let Some(name) = module.first() else {
            return Vec::new(); // lib.rs names the rooms and uses none
        };
        let Some(room) = ROOMS.iter().find(|room| room.name == name) else {
            return vec![format!("src/{}: the room `{name}` has no line in ROOMS", file.display())];
        };
        let mut breaches = Vec::new();
        let mut breach = |line: usize, what: String| {
            breaches.push(format!("src/{}:{line}: {what}", file.display()));
        };
        for Mention { line, segments } in paths_of(text, &module) {
            let path = segments.join("::");
            if let Some(word) = room.never.iter().find(|word| mentions(&segments, word)) {
                breach(line, format!("`{path}`: `{name}` must not know `{word}`"));
            }
            let Some(used) = self.room_used(&segments) else { continue };
            if used == *name {
                continue;
            }
            if !room.uses.iter().any(|group| group.contains(&used.as_str())) {
                breach(line, format!("`{path}`: `{name}` must not use `{used}`"));
            }
            let Some(inside) = self.file_inside(&segments) else { continue };
            if inside == "store" {
                breach(line, format!("`{path}`: the store of `{used}` is its own"));
            } else if FEATURES.contains(&name.as_str()) && FEATURES.contains(&used.as_str()) {
                breach(line, format!("`{path}`: a feature uses another only through its mod.rs"));
            }
        }
        breaches
    }

    /// Which room of ours a path from the root of the crate leads to, if to any.
    fn room_used(&self, segments: &[String]) -> Option<String> {
        let [root, first, ..] = segments else { return None };
        (root == "crate").then(|| self.macros.get(first).unwrap_or(first).clone())
    }

    /// The file within the room that a path goes through: `store` of `crate::dossier::store::load`.
    fn file_inside<'p>(&self, segments: &'p [String]) -> Option<&'p str> {
        let [_, room, file, rest @ ..] = segments else { return None };
        let is_file =
            self.modules.iter().any(|m| matches!(m.as_slice(), [r, f, ..] if r == room && f == file));
        // A verb's function is often named like its file: what ends here may be what mod.rs hands out.
        (is_file && (file == "store" || !rest.is_empty())).then_some(file.as_str())
    }
}

/// Whether `std::fs` stands somewhere in the path.
fn mentions(segments: &[String], forbidden: &str) -> bool {
    let forbidden: Vec<&str> = forbidden.split("::").collect();
    segments.windows(forbidden.len()).any(|window| window == forbidden)
}

/// `dossier/store.rs` → `dossier`, `store`; `lib.rs` → nothing, the root.
fn module_of(file: &Path) -> Vec<String> {
    let mut module: Vec<String> =
        file.with_extension("").iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if module.last().is_some_and(|last| last == "mod" || last == "lib") {
        module.pop();
    }
    module
}

fn collect_rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
}

// ---- reading Rust, as far as paths go ----

/// A path as it is meant: `crate::…` from the root, others as written.
struct Mention {
    line: usize,
    segments: Vec<String>,
}

#[derive(Debug)]
struct Word {
    line: usize,
    text: String,
}

/// All paths of a file, groups taken apart, `self` and `super` resolved.
fn paths_of(text: &str, module: &[String]) -> Vec<Mention> {
    let words = words_of(text);
    let word = |at: usize| words.get(at).map_or("", |w: &Word| w.text.as_str());
    let mut paths = Vec::new();
    let mut inline: Vec<(String, usize)> = Vec::new(); // `mod tests {` and the depth it was opened at
    let (mut depth, mut at) = (0_usize, 0);
    while at < words.len() {
        match word(at) {
            "mod" if word(at + 2) == "{" => {
                inline.push((word(at + 1).to_owned(), depth));
                depth += 1;
                at += 3;
            }
            "{" => {
                depth += 1;
                at += 1;
            }
            "}" => {
                depth = depth.saturating_sub(1);
                if inline.last().is_some_and(|(_, opened_at)| *opened_at == depth) {
                    inline.pop();
                }
                at += 1;
            }
            first if is_name(first) => {
                let mut here: Vec<String> = module.to_vec();
                here.extend(inline.iter().map(|(name, _)| name.clone()));
                let line = words.get(at).map_or(0, |w| w.line);
                let mut found = Vec::new();
                at = read_tree(&words, at, &mut Vec::new(), &mut found);
                paths.extend(
                    found.into_iter().map(|written| Mention { line, segments: resolve(written, &here) }),
                );
            }
            _ => at += 1,
        }
    }
    paths
}

/// Reads `a::b::{c, d::e}` from the name at `at`; returns where it ends.
fn read_tree(words: &[Word], mut at: usize, before: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    let word = |at: usize| words.get(at).map_or("", |w| w.text.as_str());
    let length_before = before.len();
    loop {
        if word(at) != "self" || before.is_empty() {
            before.push(word(at).to_owned()); // `a::{self}` is `a`
        }
        at += 1;
        if word(at) == "::" && is_name(word(at + 1)) {
            at += 1;
        } else if word(at) == "::" && word(at + 1) == "{" {
            at += 2;
            while !matches!(word(at), "}" | "") {
                match word(at) {
                    "as" => at += 2,
                    name if is_name(name) => at = read_tree(words, at, before, found),
                    _ => at += 1, // a comma or a star
                }
            }
            before.truncate(length_before);
            return at + 1;
        } else {
            found.push(before.clone());
            before.truncate(length_before);
            return at;
        }
    }
}

/// `self` and `super` at the beginning become the path from the root.
fn resolve(written: Vec<String>, here: &[String]) -> Vec<String> {
    let mut place = here.to_vec();
    let mut rest = written.iter().peekable();
    match rest.peek().map(|s| s.as_str()) {
        Some("self" | "super") => {}
        Some("motcua") => {
            return std::iter::once("crate".to_owned()).chain(written.iter().skip(1).cloned()).collect();
        }
        _ => return written,
    }
    while let Some(first) = rest.peek() {
        match first.as_str() {
            "self" => {}
            "super" => {
                place.pop();
            }
            _ => break,
        }
        rest.next();
    }
    std::iter::once("crate".to_owned()).chain(place).chain(rest.cloned()).collect()
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Names, `::` and single signs; comments, texts and characters are left out.
fn words_of(text: &str) -> Vec<Word> {
    let chars: Vec<char> = text.chars().collect();
    let get = |at: usize| chars.get(at).copied().unwrap_or('\0');
    let (mut at, mut line) = (0, 1);
    let mut words: Vec<Word> = Vec::new();
    while at < chars.len() {
        let start = at;
        match get(at) {
            '/' if get(at + 1) == '/' => {
                while at < chars.len() && get(at) != '\n' {
                    at += 1;
                }
            }
            '/' if get(at + 1) == '*' => {
                let mut nested = 1;
                at += 2;
                while at < chars.len() && nested > 0 {
                    match (get(at), get(at + 1)) {
                        ('*', '/') => (nested, at) = (nested - 1, at + 2),
                        ('/', '*') => (nested, at) = (nested + 1, at + 2),
                        _ => at += 1,
                    }
                }
            }
            'r' if matches!(get(at + 1), '"' | '#') && raw_text_end(&chars, at + 1).is_some() => {
                at = raw_text_end(&chars, at + 1).unwrap();
            }
            '"' => {
                at += 1;
                while at < chars.len() && get(at) != '"' {
                    at += if get(at) == '\\' { 2 } else { 1 };
                }
                at += 1;
            }
            '\'' if get(at + 1) == '\\' => {
                at += 3; // the quote, the backslash and what it protects
                while at < chars.len() && get(at) != '\'' {
                    at += 1;
                }
                at += 1;
            }
            '\'' if get(at + 2) == '\'' => at += 3,
            '\'' => at += 1, // a lifetime: its name follows and harms nobody
            ':' if get(at + 1) == ':' => {
                words.push(Word { line, text: "::".to_owned() });
                at += 2;
            }
            c if c.is_alphanumeric() || c == '_' => {
                while get(at).is_alphanumeric() || get(at) == '_' {
                    at += 1;
                }
                words.push(Word { line, text: chars.get(start..at).unwrap_or_default().iter().collect() });
            }
            c => {
                if !c.is_whitespace() {
                    words.push(Word { line, text: c.to_string() });
                }
                at += 1;
            }
        }
        let passed = chars.get(start..at.min(chars.len())).unwrap_or_default();
        line += passed.iter().filter(|c| **c == '\n').count();
    }
    words
}

/// Where `"…"#` ends whose `#` or quote stands at `at`, if it is a raw text at all.
fn raw_text_end(chars: &[char], mut at: usize) -> Option<usize> {
    let hashes = chars.iter().skip(at).take_while(|c| **c == '#').count();
    at += hashes;
    if chars.get(at) != Some(&'"') {
        return None; // r#type
    }
    loop {
        at += 1;
        match chars.get(at) {
            None => return Some(at),
            Some('"') if chars.iter().skip(at + 1).take(hashes).filter(|c| **c == '#').count() == hashes => {
                return Some(at + 1 + hashes);
            }
            Some(_) => {}
        }
    }
}

// ---- the checker itself can fail ----

/// What the checker says of `text`, if it stood at `file` in a small house.
fn said_of(file: &str, text: &str) -> Vec<String> {
    let sources: Vec<(PathBuf, String)> = [
        ("domain/mod.rs", "pub mod calendar;"),
        ("domain/calendar.rs", ""),
        ("dossier/mod.rs", "mod store; pub mod register;"),
        ("dossier/store.rs", ""),
        ("dossier/register.rs", ""),
        ("db/mod.rs", "macro_rules! both { () => {} }"),
        (file, text),
    ]
    .map(|(file, text)| (PathBuf::from(file), text.to_owned()))
    .to_vec();
    House::over(&sources).breaches(Path::new(file), text)
}

#[test]
fn a_planted_breach_is_found_however_it_is_written() {
    let breaches = [
        ("domain/x.rs", "use crate::db::Db;"),
        ("domain/x.rs", "use crate::{clock::Clock, domain::calendar};"),
        ("domain/x.rs", "fn f() -> crate::clock::Now { todo!() }"),
        ("domain/x.rs", "use super::super::clock::Clock;"),
        ("domain/deep/x.rs", "use super::super::super::clock::Clock;"),
        ("domain/x.rs", "mod tests { use super::super::super::db::Db; }"),
        ("domain/x.rs", "use crate::both;"),
        ("domain/x.rs", "crate::both!();"),
        ("domain/x.rs", "use diesel::prelude::*;"),
        ("domain/x.rs", "#[derive(diesel::Queryable)] struct X;"),
        ("domain/x.rs", "use std::{fmt, fs};"),
        ("domain/x.rs", "use std::{collections::{BTreeMap, HashMap}, env as surroundings};"),
        ("domain/x.rs", "let now = chrono::Utc::now();"),
        ("domain/x.rs", "let now = Utc :: now();"),
        ("domain/x.rs", "use std::time::SystemTime;"),
        ("domain/x.rs", "const A: char = '\"'; use crate::db::Db; const B: char = '\"';"),
        ("domain/x.rs", "const A: &str = r#\"a\"#; use crate::db::Db; const B: &str = \"\";"),
        ("domain/x.rs", "fn f<'a>(a: &'a str) {} use crate::db::Db;"),
        ("db/x.rs", "use crate::dossier;"),
        ("jobs.rs", "use crate::apology::draft;"),
        ("mail/x.rs", "use crate::db::Db;"),
        ("http/x.rs", "use crate::dossier::Shown;"),
        ("calendar/x.rs", "use crate::cli;"),
        ("calendar/x.rs", "use crate::app::Services;"),
        ("calendar/x.rs", "use crate::dossier::store;"),
        ("cli/x.rs", "use crate::dossier::store::load;"),
        ("calendar/x.rs", "use crate::dossier::register::Request;"),
        ("main.rs", "fn main() { motcua::db::open(); }"),
        ("attic/x.rs", ""),
    ];
    for (file, text) in breaches {
        assert_eq!(said_of(file, text).len(), 1, "{file}: {text}\n{:?}", said_of(file, text));
    }
}

#[test]
fn what_is_allowed_is_not_taken_for_a_breach() {
    let fine = [
        (
            "domain/x.rs",
            "use crate::domain::calendar::{self, Day as D}; use super::calendar; use self::inner::X;",
        ),
        (
            "domain/x.rs",
            "mod tests { use super::*; use super::super::calendar; mod more { use super::super::X; } }",
        ),
        (
            "domain/x.rs",
            "// use crate::db::Db;\n/* use crate::db; /* diesel */ diesel */ /// [`crate::db`]\nfn f() {}",
        ),
        (
            "domain/x.rs",
            "const A: &str = \"crate::db \\\" diesel::x\"; const B: &str = r#\"std::fs \" crate::db\"#;",
        ),
        ("domain/x.rs", "let shown = std::fmt::Write::write_str; let r#type = 1;"),
        ("dossier/x.rs", "use super::store; use crate::dossier::store::load; use crate::db::{Db, both};"),
        ("calendar/x.rs", "use crate::dossier::{Shown, register}; register(1);"),
        ("cli/x.rs", "use crate::app; use crate::dossier::register::register;"),
        ("main.rs", "fn main() { motcua::cli::run(); }"),
        ("lib.rs", "pub mod db;"),
    ];
    for (file, text) in fine {
        assert_eq!(said_of(file, text), Vec::<String>::new(), "{file}: {text}");
    }
}

#[test]
fn a_breach_is_named_with_its_place() {
    let said = said_of("domain/x.rs", "\n\nuse crate::{\n    db::Db,\n};");
    assert_eq!(said, ["src/domain/x.rs:3: `crate::db::Db`: `domain` must not use `db`"]);
}
