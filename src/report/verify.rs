//! `motcua verify`: distrusts everything that is stored and counts again from the events: the chain of each
//! dossier, its row, the numbering of codes, and every cell of all tables of tallies.
//!
//! Branch by branch. In memory are the tallies of one branch, its dossiers' keys, and the number of every code:
//! some ten bytes a dossier, whatever happened to it.

use super::cover::{Grain, Range};
pub use super::question::RowKey;
use super::question::key_of;
use super::store::{self, Apart, Only, PartSelection, PartsApart, ReturnedSelection, Selection, strays};
use super::tally_rows::{self, PART_GRAINS};
pub use super::tally_rows::{PartRowKey, ReturnedRowKey};
use crate::db::{Conn, DbError};
use crate::domain::ids::BranchId;
use crate::domain::returned::{ReturnedCounts, ReturnedKey};
use crate::domain::tally::{PartCounts, PartKey, Sums, Tally, of_life};
use crate::dossier::{self, Audited, Finding};
use crate::failure::Outcome;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use std::collections::{BTreeMap, HashMap};

/// Dossiers held against their events at once.
const AT_ONCE: usize = 500;
/// Differences that are named; the others are only counted.
const MOST_SHOWN: usize = 100;

/// What `verify` found.
#[derive(Debug, Default)]
pub struct Verified {
    pub dossiers: u64,
    pub events: u64,
    /// How many cells of tallies were compared.
    pub cells: u64,
    pub differences: u64,
    /// The first of them.
    pub shown: Vec<Difference>,
}

/// Something stored that is not what the events tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    Dossier {
        code: String,
        finding: Finding,
    },
    /// A figure of a row of tallies.
    Tally {
        table: &'static str,
        cell: Cell,
        figure: &'static str,
        stored: i64,
        counted: i64,
    },
    /// A figure of a row of parts of the way.
    Parts {
        place: PartRowKey,
        figure: &'static str,
        stored: i64,
        counted: i64,
    },
    /// A figure of a row of what was handed out.
    Returned {
        place: ReturnedRowKey,
        figure: &'static str,
        stored: i64,
        counted: i64,
    },
    /// Rows of tallies of branches that there are not.
    StrayTallies {
        table: &'static str,
        rows: i64,
    },
    /// Nobody has the code with this number, though the counter has passed it.
    CodeMissing {
        day_of_agency: String,
        number: i32,
    },
    /// The code was given, though the counter has not come so far.
    CodeBeyondCounter {
        day_of_agency: String,
        number: i32,
        last: i32,
    },
}

/// Which row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    pub grain: Grain,
    pub day: NaiveDate,
    pub key: RowKey,
}

impl Verified {
    fn found(&mut self, difference: Difference) {
        self.differences += 1;
        if self.shown.len() < MOST_SHOWN {
            self.shown.push(difference);
        }
    }
}

/// Verifies everything; `watch` hears how many dossiers of how many are done. Give it a snapshot: what is
/// written meanwhile would look like a difference.
///
/// # Errors
/// When the database fails; differences are no errors.
pub fn verify(c: &mut Conn<'_>, watch: &mut dyn FnMut(u64, u64)) -> Outcome<Verified> {
    let mut verified = Verified::default();
    let branches = store::branches(c)?;
    let mut of_branches = Vec::new();
    for (branch, _) in &branches {
        of_branches.push((*branch, dossier::ids_of_branch(c, *branch)?));
    }
    let total = of_branches.iter().map(|(_, ids)| u64::try_from(ids.len()).unwrap_or(u64::MAX)).sum();
    let mut codes: HashMap<String, Vec<i32>> = HashMap::new();
    let mut lacking = LackingPart::default();
    for (branch, ids) in of_branches {
        let mut tally = Tally::default();
        for ids in ids.chunks(AT_ONCE) {
            for audited in dossier::audit(c, ids)? {
                verified.dossiers += 1;
                verified.events += u64::try_from(audited.events.len()).unwrap_or(0);
                tally.merge(&of_life(&audited.events), 1);
                lacking.hear(&audited);
                if let Some((day_of_agency, number)) = numbered(&audited.code) {
                    codes.entry(day_of_agency.to_owned()).or_default().push(number);
                }
                for finding in audited.findings {
                    verified.found(Difference::Dossier { code: audited.code.clone(), finding });
                }
            }
            watch(verified.dossiers, total);
        }
        compare_tallies(c, branch, &tally, &mut verified)?;
        compare_parts(c, branch, &tally, &mut verified)?;
        compare_returned(c, branch, &tally, &mut verified)?;
    }
    for code in lacking.cut_out() {
        let finding = Finding::OtherThanTold { columns: vec!["standing"] };
        verified.found(Difference::Dossier { code, finding });
    }
    for (table, rows) in strays(c)? {
        verified.found(Difference::StrayTallies { table, rows });
    }
    compare_codes(c, &branches, codes, &mut verified)?;
    Ok(verified)
}

/// Rows that say nothing of the part that is going on. Those that were written before acts told what parts are judged by
/// (decision 0018) are right; of what was recorded since, the part was cut out.
#[derive(Default)]
struct LackingPart {
    /// The first act that told what a part is judged by was recorded then.
    since: Option<DateTime<Utc>>,
    /// The dossiers, and when the beginning of their part was recorded.
    rows: Vec<(String, DateTime<Utc>)>,
}

impl LackingPart {
    fn hear(&mut self, audited: &Audited) {
        self.rows.extend(audited.lacks_part_of.map(|recorded| (audited.code.clone(), recorded)));
        // What was tampered with must not speak against other rows.
        if audited.findings.is_empty() {
            let judging = audited.events.iter().filter(|event| event.fact.part_due().is_some());
            self.since = self.since.into_iter().chain(judging.map(|event| event.recorded_at)).min();
        }
    }

    fn cut_out(self) -> impl Iterator<Item = String> {
        let since = self.since;
        let late = self.rows.into_iter().filter(move |(_, at)| since.is_some_and(|since| *at >= since));
        late.map(|(code, _)| code)
    }
}

/// Both tables of a branch's dossiers, in all grains.
fn compare_tallies(
    c: &mut Conn<'_>,
    branch: BranchId,
    tally: &Tally,
    verified: &mut Verified,
) -> Outcome<()> {
    let coarse = tally_rows::coarse(tally).into_iter().map(|(key, sums)| {
        let whose = RowKey { branch: Some(key.branch), sector: Some(key.sector), ..RowKey::default() };
        (Cell { grain: key.grain, day: key.day, key: whose }, sums)
    });
    let apart = Apart { branch: true, sector: true, ..Apart::default() };
    compare_table(c, branch, ("tallies", apart), coarse.collect(), verified)?;
    let fine = tally_rows::fine(tally).into_iter().filter_map(|(key, counts)| {
        let channel = key.channel.parse().ok()?;
        let mut sums = Sums::default();
        sums.count(channel, counts);
        let whose = RowKey {
            branch: Some(key.branch),
            sector: Some(key.sector),
            procedure: Some(key.procedure),
            channel: Some(channel),
            officer: Some(key.officer),
        };
        Some((Cell { grain: key.grain, day: key.day, key: whose }, sums))
    });
    let apart = Apart { procedure: true, channel: true, officer: true, ..apart };
    compare_table(c, branch, ("tallies_fine", apart), fine.collect(), verified)
}

fn compare_table(
    c: &mut Conn<'_>,
    branch: BranchId,
    (table, apart): (&'static str, Apart),
    mut counted: BTreeMap<Cell, Sums>,
    verified: &mut Verified,
) -> Outcome<()> {
    for year in years(store::tallied_days(c, table, branch)?) {
        let selection = Selection {
            ranges: Grain::ALL.map(|grain| (grain.number(), Range { grain, ..year })).to_vec(),
            apart_by_day: Grain::ALL.map(Grain::number).to_vec(),
            apart,
            only: Only { branches: vec![branch], ..Only::default() },
        };
        for row in store::sums(c, &selection)? {
            let grain = Grain::ALL.into_iter().find(|grain| grain.number() == row.segment);
            let (Some(grain), Some(day)) = (grain, row.day) else { continue };
            let cell = Cell { grain, day, key: key_of(&row)? };
            let sums = counted.remove(&cell).unwrap_or_default();
            compare_cell(table, cell, &row.sums(), &sums, verified);
        }
    }
    for (cell, sums) in counted {
        compare_cell(table, cell, &Sums::default(), &sums, verified);
    }
    Ok(())
}

fn compare_cell(table: &'static str, cell: Cell, stored: &Sums, counted: &Sums, verified: &mut Verified) {
    verified.cells += 1;
    if stored == counted {
        return;
    }
    for ((figure, stored), (_, counted)) in stored.named().zip(counted.named()) {
        if stored != counted {
            verified.found(Difference::Tally { table, cell, figure, stored, counted });
        }
    }
}

/// The parts of the way of a branch's dossiers.
fn compare_parts(c: &mut Conn<'_>, branch: BranchId, tally: &Tally, verified: &mut Verified) -> Outcome<()> {
    let mut counted: BTreeMap<PartRowKey, PartCounts> = tally_rows::parts(tally).into_iter().collect();
    for year in years(store::tallied_days(c, "tallies_parts", branch)?) {
        let selection = PartSelection {
            ranges: PART_GRAINS.map(|grain| (grain.number(), Range { grain, ..year })).to_vec(),
            apart_by_day: PART_GRAINS.map(Grain::number).to_vec(),
            apart: PartsApart { branch: true, sector: true, procedure: true, officer: true },
            only: Only { branches: vec![branch], ..Only::default() },
        };
        for row in store::part_sums(c, &selection)? {
            let grain = PART_GRAINS.into_iter().find(|grain| grain.number() == row.segment);
            let whose = row.branch.zip(row.sector).zip(row.procedure).zip(row.officer);
            let (Some(grain), Some(day), Some((((branch, sector), procedure), officer))) =
                (grain, row.day, whose)
            else {
                continue;
            };
            let unit = row.unit.parse().map_err(|unknown| DbError::Corrupt(format!("a tally: {unknown}")))?;
            let whose = PartKey { branch, sector, procedure, unit, step: row.step.clone(), officer };
            let place = PartRowKey { whose, grain, day };
            let counts = counted.remove(&place).unwrap_or_default();
            compare_part(place, row.counts(), counts, verified);
        }
    }
    for (place, counts) in counted {
        compare_part(place, PartCounts::default(), counts, verified);
    }
    Ok(())
}

fn compare_part(place: PartRowKey, stored: PartCounts, counted: PartCounts, verified: &mut Verified) {
    verified.cells += 1;
    let figures = stored.figures().into_iter().zip(counted.figures());
    for (figure, (stored, counted)) in PartCounts::COLUMNS.into_iter().zip(figures) {
        if stored != counted {
            verified.found(Difference::Parts { place: place.clone(), figure, stored, counted });
        }
    }
}

/// What was handed out of a branch's results, and said of them.
fn compare_returned(
    c: &mut Conn<'_>,
    branch: BranchId,
    tally: &Tally,
    verified: &mut Verified,
) -> Outcome<()> {
    let mut counted: BTreeMap<ReturnedRowKey, ReturnedCounts> =
        tally_rows::returned(tally).into_iter().collect();
    for year in years(store::tallied_days(c, "tallies_returned", branch)?) {
        let selection = ReturnedSelection {
            ranges: Grain::ALL.map(|grain| (grain.number(), Range { grain, ..year })).to_vec(),
            apart_by_day: Grain::ALL.map(Grain::number).to_vec(),
            apart: Apart { branch: true, sector: true, procedure: true, channel: true, officer: false },
            only: Only { branches: vec![branch], ..Only::default() },
        };
        for row in store::returned_sums(c, &selection)? {
            let grain = Grain::ALL.into_iter().find(|grain| grain.number() == row.segment);
            let whose = row.branch.zip(row.sector).zip(row.procedure).zip(row.channel.as_deref());
            let (Some(grain), Some(day), Some((((branch, sector), procedure), channel))) =
                (grain, row.day, whose)
            else {
                continue;
            };
            let channel =
                channel.parse().map_err(|unknown| DbError::Corrupt(format!("a tally: {unknown}")))?;
            let whose = ReturnedKey { branch, sector, procedure, channel };
            let place = ReturnedRowKey { whose, grain, day };
            let counts = counted.remove(&place).unwrap_or_default();
            compare_handed_out(place, row.counts(), counts, verified);
        }
    }
    for (place, counts) in counted {
        compare_handed_out(place, ReturnedCounts::default(), counts, verified);
    }
    Ok(())
}

fn compare_handed_out(
    place: ReturnedRowKey,
    stored: ReturnedCounts,
    counted: ReturnedCounts,
    verified: &mut Verified,
) {
    verified.cells += 1;
    let figures = stored.figures().into_iter().zip(counted.figures());
    for (figure, (stored, counted)) in ReturnedCounts::COLUMNS.into_iter().zip(figures) {
        if stored != counted {
            verified.found(Difference::Returned { place, figure, stored, counted });
        }
    }
}

/// Year by year, so that a table is never in memory as a whole.
fn years(days: Option<(NaiveDate, NaiveDate)>) -> impl Iterator<Item = Range> {
    days.into_iter().flat_map(|(first, last)| first.year()..=last.year()).filter_map(|year| {
        let from = NaiveDate::from_yo_opt(year, 1);
        Some(Range { grain: Grain::Day, from, until: NaiveDate::from_yo_opt(year + 1, 1)? })
    })
}

/// `000.00.03.H29-200121-0007` → `000.00.03.H29-200121` and 7.
fn numbered(code: &str) -> Option<(&str, i32)> {
    let (day_of_agency, number) = code.rsplit_once('-')?;
    Some((day_of_agency, number.parse().ok()?))
}

/// Codes run without a gap from the last number that a register brought along to the last one given.
fn compare_codes(
    c: &mut Conn<'_>,
    branches: &[(BranchId, String)],
    mut codes: HashMap<String, Vec<i32>>,
    verified: &mut Verified,
) -> Outcome<()> {
    for counter in store::code_counters(c)? {
        let day_of_agency = dossier::code(&counter.agency, counter.day, 0);
        let Some((day_of_agency, _)) = numbered(&day_of_agency) else { continue };
        let mut numbers = codes.remove(day_of_agency).unwrap_or_default();
        numbers.sort_unstable();
        let mut due = counter.raised + 1;
        for number in numbers.iter().copied().filter(|number| *number > counter.raised) {
            for number in due..number.min(counter.last + 1) {
                verified.found(Difference::CodeMissing { day_of_agency: day_of_agency.to_owned(), number });
            }
            if number > counter.last {
                let (day_of_agency, last) = (day_of_agency.to_owned(), counter.last);
                verified.found(Difference::CodeBeyondCounter { day_of_agency, number, last });
            }
            due = number.saturating_add(1);
        }
        for number in due..=counter.last {
            verified.found(Difference::CodeMissing { day_of_agency: day_of_agency.to_owned(), number });
        }
    }
    // What is left has no counter. Codes of agencies that are none of ours came with a register.
    let mut left: Vec<_> = codes.into_iter().collect();
    left.sort_unstable();
    for (day_of_agency, numbers) in left {
        let agency = day_of_agency.rsplit_once('-').map(|(agency, _)| agency);
        if branches.iter().any(|(_, identifier)| Some(identifier.as_str()) == agency) {
            for number in numbers {
                let day_of_agency = day_of_agency.clone();
                verified.found(Difference::CodeBeyondCounter { day_of_agency, number, last: 0 });
            }
        }
    }
    Ok(())
}
