//! Every crate in the tree may be used and handed on: its licence is on the list of `deny.toml`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

#[test]
fn every_crate_has_a_licence_that_deny_toml_allows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let deny = std::fs::read_to_string(root.join("deny.toml")).unwrap();
    let allowed = allowed_by(&deny);
    assert!(allowed.iter().any(|licence| licence == "MIT"), "deny.toml was not read: {allowed:?}");

    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline", "--filter-platform"])
        .arg(host())
        .current_dir(root)
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100, "the tree was not read");
    let refused: Vec<String> = packages
        .iter()
        .filter_map(|package| {
            let licence = package["license"].as_str().unwrap_or("(none named)");
            let name = package["name"].as_str().unwrap_or_default();
            let allowed = [allowed.as_slice(), &excepted_for(name, &deny)].concat();
            (!permits(licence, &allowed)).then(|| format!("{}: {licence}", package["name"]))
        })
        .collect();
    assert!(refused.is_empty(), "not on the list of deny.toml:\n{}", refused.join("\n"));
}

#[test]
fn an_expression_permits_what_its_operators_say() {
    let allowed = ["MIT".to_owned(), "ISC".to_owned()];
    for fine in ["MIT", "GPL-3.0 OR MIT", "GPL-3.0/MIT", "MIT AND ISC", "(GPL-3.0 OR MIT) AND ISC"] {
        assert!(permits(fine, &allowed), "{fine}");
    }
    for refused in
        ["GPL-3.0", "MIT AND GPL-3.0", "MIT WITH exception", "(GPL-3.0 OR MIT) AND GPL-3.0", "", "MIT )"]
    {
        assert!(!permits(refused, &allowed), "{refused}");
    }
}

/// The texts in `allow = [ … ]`.
fn allowed_by(deny: &str) -> Vec<String> {
    deny.lines()
        .skip_while(|line| !line.starts_with("allow = ["))
        .skip(1)
        .take_while(|line| !line.starts_with(']'))
        .filter_map(|line| line.split('"').nth(1))
        .map(str::to_owned)
        .collect()
}

/// What `exceptions = [ … ]` allows one crate beside the list: lines of `{ allow = ["…"], crate = "…" }`.
fn excepted_for(name: &str, deny: &str) -> Vec<String> {
    deny.lines()
        .skip_while(|line| !line.starts_with("exceptions = ["))
        .skip(1)
        .take_while(|line| !line.starts_with(']'))
        .filter(|line| line.contains(&format!("crate = \"{name}\"")))
        .filter_map(|line| line.split('"').nth(1))
        .map(str::to_owned)
        .collect()
}

/// Whether an SPDX expression can be met with the allowed licences alone; what is not understood is not.
fn permits(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    any_of(&mut words, allowed) && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any_of(words: &mut Words<'_>, allowed: &[String]) -> bool {
    let mut met = all_of(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        met |= all_of(words, allowed);
    }
    met
}

fn all_of(words: &mut Words<'_>, allowed: &[String]) -> bool {
    let mut met = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, allowed);
    }
    met
}

fn one(words: &mut Words<'_>, allowed: &[String]) -> bool {
    if words.next_if_eq(&"(").is_some() {
        return any_of(words, allowed) & words.next_if_eq(&")").is_some();
    }
    let mut licence = words.next().unwrap_or_default().to_owned();
    if words.next_if_eq(&"WITH").is_some() {
        licence = format!("{licence} WITH {}", words.next().unwrap_or_default());
    }
    allowed.contains(&licence)
}

/// The triple this was compiled for: the crates of other systems need not have been downloaded.
fn host() -> String {
    let said = Command::new("rustc").arg("-vV").output().unwrap().stdout;
    let said = String::from_utf8(said).unwrap();
    said.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}
