//! For `motcua verify`: whether closings are what was closed. Each row is hashed, each chained to the one before.

use super::store::{self, ClosingRow};
use crate::db::Conn;
use crate::failure::Outcome;

/// A closing that is not what was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosingDifference {
    pub number: i32,
    pub finding: ClosingFinding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosingFinding {
    /// The number was given, and there is no closing.
    Gone,
    /// The figures are not those of the hash.
    OtherFigures,
    /// The row is not the one that was sealed, or does not follow the one before it.
    BrokenSeal,
    /// It has a number that was never given.
    NeverNumbered,
}

/// Holds all closings against their hashes.
///
/// # Errors
/// When the database fails.
pub fn audit_closings(c: &mut Conn<'_>) -> Outcome<Vec<ClosingDifference>> {
    let last = store::last_number(c)?;
    Ok(held(&store::all(c)?, last))
}

fn held(rows: &[ClosingRow], last: i32) -> Vec<ClosingDifference> {
    let mut found = Vec::new();
    let (mut due, mut before) = (1, Some(String::new()));
    for row in rows {
        let mut say = |number, finding| found.push(ClosingDifference { number, finding });
        for number in due..row.number.min(last.saturating_add(1)) {
            say(number, ClosingFinding::Gone);
            before = None;
        }
        if row.number > last {
            say(row.number, ClosingFinding::NeverNumbered);
        }
        if row.digest() != row.sha256 {
            say(row.number, ClosingFinding::OtherFigures);
        }
        // After one that is gone nobody can say what was before it.
        let follows = before.as_ref().is_none_or(|before| *before == row.before);
        if row.sealed() != row.seal || !follows {
            say(row.number, ClosingFinding::BrokenSeal);
        }
        (due, before) = (row.number.saturating_add(1), Some(row.seal.clone()));
    }
    for number in due..=last {
        found.push(ClosingDifference { number, finding: ClosingFinding::Gone });
    }
    found
}
