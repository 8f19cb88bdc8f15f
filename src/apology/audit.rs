//! Holding letters and re-appointments against the events: what was issued is still there, word for word, under its
//! number, for its due date; nothing is that was never issued; and the numbers of a year have no gap. For `verify`.

use super::row::ApologyRow;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{apologies, dossier_events, dossiers, number_counters, reappointments};
use crate::domain::event::Fact;
use crate::domain::ids::{ApologyId, BranchId, DossierId};
use crate::domain::letter_status::LetterStatus;
use crate::dossier;
use crate::failure::Outcome;
use crate::hex::hex;
use chrono::NaiveDate;
use diesel::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// What is wrong with the letters of a dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterDifference {
    pub code: String,
    pub finding: LetterFinding,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LetterFinding {
    /// The history has it, the letters do not.
    Gone { number: String },
    /// It stands there as issued, and the history knows nothing of it.
    NeverIssued { number: Option<String> },
    /// Its text is not the one whose fingerprint the history keeps.
    OtherText { number: String },
    /// These columns are not what the history tells.
    OtherThanTold { number: String, columns: Vec<&'static str> },
    /// Rows of re-appointments are not those of the history.
    OtherReappointments { told: usize, stored: usize },
}

/// What is wrong with the numbers of a branch's letters in a year: they run without a gap from 1 to the counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberDifference {
    pub branch: BranchId,
    pub year: i32,
    pub number: i32,
    pub finding: NumberFinding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberFinding {
    /// The counter has passed it, no letter has it.
    Missing,
    /// A letter has it, the counter has not come so far.
    BeyondCounter { last: i32 },
}

#[derive(Debug, Default)]
pub struct AuditedLetters {
    pub letters: Vec<LetterDifference>,
    pub numbers: Vec<NumberDifference>,
}

type Reappointed = BTreeSet<(i32, NaiveDate, NaiveDate)>;

/// So many dossiers' letters are in memory at once.
const AT_ONCE: usize = 500;

/// # Errors
/// When the database fails; differences are no errors.
pub fn audit_letters(c: &mut Conn<'_>) -> Outcome<AuditedLetters> {
    let issued: Vec<DossierId> = both!(c, |c| apologies::table
        .filter(apologies::approved_at.is_not_null())
        .select(apologies::dossier_id)
        .distinct()
        .load(c))?;
    let reappointed: Vec<DossierId> =
        both!(c, |c| reappointments::table.select(reappointments::dossier_id).distinct().load(c))?;
    let told: Vec<DossierId> = both!(c, |c| dossier_events::table
        .filter(dossier_events::kind.eq_any(["apology_issued", "reappointed"]))
        .select(dossier_events::dossier_id)
        .distinct()
        .load(c))?;
    let all: BTreeSet<DossierId> = told.into_iter().chain(issued).chain(reappointed).collect();
    let all: Vec<DossierId> = all.into_iter().collect();
    let mut letters = Vec::new();
    for some in all.chunks(AT_ONCE) {
        of_dossiers(c, some, &mut letters)?;
    }
    Ok(AuditedLetters { letters, numbers: audit_numbers(c)? })
}

fn of_dossiers(c: &mut Conn<'_>, ids: &[DossierId], differences: &mut Vec<LetterDifference>) -> Outcome<()> {
    let mut issued: BTreeMap<DossierId, BTreeMap<ApologyId, ApologyRow>> = BTreeMap::new();
    let rows: Vec<ApologyRow> = both!(c, |c| apologies::table
        .filter(apologies::approved_at.is_not_null())
        .filter(apologies::dossier_id.eq_any(ids))
        .select(ApologyRow::as_select())
        .load(c))?;
    for row in rows {
        issued.entry(row.dossier_id).or_default().insert(row.id, row);
    }
    let mut promised: BTreeMap<DossierId, Reappointed> = BTreeMap::new();
    let rows: Vec<(DossierId, i32, NaiveDate, NaiveDate)> = both!(c, |c| reappointments::table
        .filter(reappointments::dossier_id.eq_any(ids))
        .select((
            reappointments::dossier_id,
            reappointments::ordinal,
            reappointments::due_on,
            reappointments::new_due_on
        ))
        .load(c))?;
    for (dossier, ordinal, due_on, new_due_on) in rows {
        promised.entry(dossier).or_default().insert((ordinal, due_on, new_due_on));
    }
    for id in ids {
        let letters = issued.remove(id).unwrap_or_default();
        let findings = of_dossier(c, *id, letters, &promised.remove(id).unwrap_or_default())?;
        if !findings.is_empty() {
            let code: String = both!(c, |c| dossiers::table.find(*id).select(dossiers::code).get_result(c))?;
            differences
                .extend(findings.into_iter().map(|finding| LetterDifference { code: code.clone(), finding }));
        }
    }
    Ok(())
}

fn audit_numbers(c: &mut Conn<'_>) -> Outcome<Vec<NumberDifference>> {
    use number_counters as n;
    let mut given: BTreeMap<(BranchId, i32), BTreeSet<i32>> = BTreeMap::new();
    let rows: Vec<(BranchId, Option<i32>, Option<i32>)> = both!(c, |c| apologies::table
        .filter(apologies::number.is_not_null())
        .select((apologies::branch_id, apologies::number_year, apologies::number))
        .load(c))?;
    for (branch, year, number) in rows {
        if let (Some(year), Some(number)) = (year, number) {
            given.entry((branch, year)).or_default().insert(number);
        }
    }
    let mut lasts: BTreeMap<(BranchId, i32), i32> = BTreeMap::new();
    let rows: Vec<(BranchId, i32, i32)> = both!(c, |c| n::table
        .filter(n::series.eq("apology"))
        .select((n::branch_id, n::year, n::last))
        .load(c))?;
    for (branch, year, last) in rows {
        lasts.insert((branch, year), last);
        given.entry((branch, year)).or_default();
    }
    let mut differences = Vec::new();
    for ((branch, year), numbers) in given {
        let last = lasts.get(&(branch, year)).copied().unwrap_or(0);
        let missing = (1..=last).filter(|number| !numbers.contains(number));
        let missing = missing.map(|number| (number, NumberFinding::Missing));
        let beyond = numbers.iter().copied().filter(|number| *number > last);
        let beyond = beyond.map(|number| (number, NumberFinding::BeyondCounter { last }));
        differences.extend(missing.chain(beyond).map(|(number, finding)| NumberDifference {
            branch,
            year,
            number,
            finding,
        }));
    }
    Ok(differences)
}

fn of_dossier(
    c: &mut Conn<'_>,
    id: DossierId,
    mut letters: BTreeMap<ApologyId, ApologyRow>,
    stored: &Reappointed,
) -> Outcome<Vec<LetterFinding>> {
    let mut findings = Vec::new();
    let mut told = Reappointed::new();
    for event in dossier::events(c, id)? {
        match event.fact {
            Fact::Reappointed { ordinal, due_on, new_due_on, .. } => {
                told.insert((i32::try_from(ordinal).unwrap_or(i32::MAX), due_on, new_due_on));
            }
            Fact::ApologyIssued { apology, number, due_on, timeliness, sha256, .. } => {
                let Some(row) = letters.remove(&apology) else {
                    findings.push(LetterFinding::Gone { number });
                    continue;
                };
                let text = row.letter.as_deref().map(|letter| hex(&Sha256::digest(letter.as_bytes())));
                if text.as_deref() != Some(&sha256) || row.letter_sha256.as_deref() != Some(&sha256) {
                    findings.push(LetterFinding::OtherText { number: number.clone() });
                }
                let standing = row.status()?;
                let unissued = matches!(standing, LetterStatus::Draft | LetterStatus::Cancelled);
                let columns: Vec<&'static str> = [
                    ("number", row.full_number().as_ref() != Some(&number)),
                    ("due_on", row.due_on != due_on),
                    ("timeliness", row.timeliness.as_deref() != Some(timeliness.as_str())),
                    ("status", unissued),
                ]
                .into_iter()
                .filter_map(|(column, other)| other.then_some(column))
                .collect();
                if !columns.is_empty() {
                    findings.push(LetterFinding::OtherThanTold { number, columns });
                }
            }
            _ => {}
        }
    }
    findings.extend(letters.values().map(|row| LetterFinding::NeverIssued { number: row.full_number() }));
    if told != *stored {
        findings.push(LetterFinding::OtherReappointments { told: told.len(), stored: stored.len() });
    }
    Ok(findings)
}
