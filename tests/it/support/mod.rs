//! The world around the tests: databases, the running program, mail servers.
#![allow(dead_code, reason = "a toolbox: not every tool is in somebody's hand at every moment")]

pub mod browser;
#[macro_use]
pub mod database;
pub mod ground;
pub mod house;
pub mod plans;
pub mod postgres;
pub mod process;
pub mod real_smtp;
pub mod register;
pub mod sign;
pub mod smtp;
pub mod soffice;
pub mod surfer;

use std::io::Write as _;

/// Whether this runs where nobody reads the output: a missing database or mail server is a failure there.
pub fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

/// Says that part of the tests cannot run, past the test runner, which would swallow it.
///
/// # Panics
/// In CI, where a test that did not run must not pass for one that did.
pub fn skipped(what: &str, how_to_get_it: &str) {
    assert!(!in_ci(), "{what}: not found, and CI must not skip it. {how_to_get_it}");
    let line = "=".repeat(100);
    let text = format!("\n{line}\nNOT TESTED: {what} was not found.\n{how_to_get_it}\n{line}\n");
    std::io::stderr().write_all(text.as_bytes()).expect("stderr is open");
}
