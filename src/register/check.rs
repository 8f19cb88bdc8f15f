//! The first reading of a register: every line goes through the rules, nothing is written.

use super::columns::Column;
use super::in_order::in_order;
use super::line::{self, CellFault, Entry};
use super::sheet::{Place, Row, Sheet};
use super::{ImportFault, Phase, Progress, story};
use crate::db::Db;
use crate::domain::dossier::Dossier;
use crate::domain::local_time::day_of;
use crate::domain::punctuality::Timeliness;
use crate::dossier::codes_taken;
use crate::reference::Reference;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::HashMap;

/// Lines that are worked on together.
const CHUNK: usize = 1000;
/// So many faulty lines are told one by one; the rest is counted.
const MOST_SHOWN: usize = 100;

/// A faulty line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFault {
    /// As an editor or a spreadsheet counts, from 1.
    pub line: u64,
    pub cells: Vec<CellFault>,
}

/// What a register holds, as far as it can be imported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub early: u64,
    pub on_time: u64,
    pub overdue: u64,
    /// Not resolved, withdrawn or stopped; of these, past their due date.
    pub in_process: u64,
    pub in_process_overdue: u64,
    pub withdrawn: u64,
}

/// A line that can be imported.
#[derive(Debug, Clone, Copy)]
pub(super) struct Good {
    pub received_at: DateTime<Utc>,
    pub place: Place,
    /// The agency that numbers it, by its place among the branches; `None` when it has a code.
    pub numbered_by: Option<usize>,
}

impl Good {
    /// Lines are imported in this order.
    pub fn order(&self) -> (DateTime<Utc>, u64) {
        (self.received_at, self.place.line)
    }
}

pub(super) struct Checked {
    /// Lines that are not blank.
    pub lines: u64,
    /// In order of receipt.
    pub good: Vec<Good>,
    pub bad: u64,
    pub shown: Vec<LineFault>,
    pub summary: Summary,
    /// The highest number that the register's own codes have, by agency and day.
    pub raise: HashMap<(String, NaiveDate), i32>,
}

/// What becomes of one line.
enum Verdict {
    Good { good: Good, code: Option<String>, dossier: Box<Dossier> },
    Bad(Vec<CellFault>),
}

/// What the first reading looks at besides the sheet.
pub(super) struct Check<'a> {
    pub db: &'a Db,
    pub sheet: &'a Sheet,
    pub reference: &'a Reference,
    pub now: DateTime<Utc>,
    /// What an interrupted import has reached: up to here the codes are taken by these very lines.
    pub reached: Option<(DateTime<Utc>, u64)>,
}

impl Check<'_> {
    /// Reads everything; faulty lines are also given to `bad`, with their cells.
    pub fn run(
        &self,
        progress: &mut dyn Progress,
        mut bad: impl FnMut(&Row, &[CellFault]) -> Result<(), ImportFault>,
    ) -> Result<Checked, ImportFault> {
        progress.begin(Phase::Checking, self.sheet.bytes);
        let mut rows = self.sheet.rows()?;
        let mut checked = Checked {
            lines: 0,
            good: Vec::new(),
            bad: 0,
            shown: Vec::new(),
            summary: Summary::default(),
            raise: HashMap::new(),
        };
        let mut codes: HashMap<String, u64> = HashMap::new();
        let today = day_of(self.now);
        in_order(
            || {
                let mut chunk = Vec::with_capacity(CHUNK);
                while chunk.len() < CHUNK {
                    match rows.next_row()? {
                        Some(row) => chunk.push(row),
                        None => break,
                    }
                }
                Ok((!chunk.is_empty()).then(|| (chunk, rows.byte())))
            },
            |(chunk, byte): (Vec<Row>, u64)| {
                let judged: Vec<_> = chunk
                    .into_iter()
                    .map(|row| {
                        let verdict = self.judge(&row);
                        (row, verdict)
                    })
                    .collect();
                (judged, byte)
            },
            |(judged, byte)| {
                let taken = self.codes_taken(&judged)?;
                for (row, verdict) in judged {
                    checked.lines += 1;
                    let faults = match verdict {
                        Verdict::Bad(faults) => faults,
                        Verdict::Good { good, code, dossier } => {
                            match code.as_ref().and_then(|code| {
                                twice(&mut codes, code, row.place.line)
                                    .or_else(|| taken.contains(code).then(code_is_taken))
                            }) {
                                Some(fault) => vec![fault],
                                None => {
                                    checked.raise(code.as_deref());
                                    checked.summary.add(&dossier, today);
                                    checked.good.push(good);
                                    continue;
                                }
                            }
                        }
                    };
                    checked.bad += 1;
                    bad(&row, &faults)?;
                    if checked.shown.len() < MOST_SHOWN {
                        checked.shown.push(LineFault { line: row.place.line, cells: faults });
                    }
                }
                progress.reached(byte);
                Ok::<_, ImportFault>(())
            },
        )?;
        progress.end();
        checked.good.sort_unstable_by_key(Good::order);
        Ok(checked)
    }

    fn judge(&self, row: &Row) -> Verdict {
        let judged = line::read(&self.sheet.header, &row.cells, self.reference).and_then(|entry| {
            check_code_number(&entry, self.reference)?;
            let code = entry.code.clone().unwrap_or_default();
            let story = story::tell(&entry, code, self.reference, self.now)?;
            Ok((entry, story.dossier))
        });
        match judged {
            Ok((entry, dossier)) => Verdict::Good {
                good: Good {
                    received_at: entry.received_at,
                    place: row.place,
                    numbered_by: entry.code.is_none().then(|| self.agency(&entry)),
                },
                code: entry.code,
                dossier: Box::new(dossier),
            },
            Err(faults) => Verdict::Bad(faults),
        }
    }

    fn agency(&self, entry: &Entry) -> usize {
        self.reference.branches().iter().position(|branch| branch.id == entry.branch.id).unwrap_or_default()
    }

    fn codes_taken(
        &self,
        judged: &[(Row, Verdict)],
    ) -> Result<std::collections::HashSet<String>, ImportFault> {
        let new: Vec<String> = judged
            .iter()
            .filter_map(|(_, verdict)| match verdict {
                Verdict::Good { good, code: Some(code), .. }
                    if self.reached.is_none_or(|reached| good.order() > reached) =>
                {
                    Some(code.clone())
                }
                _ => None,
            })
            .collect();
        if new.is_empty() {
            return Ok(std::collections::HashSet::new());
        }
        Ok(self.db.read_blocking(|c| codes_taken(c, &new))?)
    }
}

fn twice(codes: &mut HashMap<String, u64>, code: &str, line: u64) -> Option<CellFault> {
    match codes.get(code) {
        Some(first) => Some(CellFault::with(Column::DossierCode, "code-twice", first)),
        None => {
            codes.insert(code.to_owned(), line);
            None
        }
    }
}

fn code_is_taken() -> CellFault {
    CellFault::new(Column::DossierCode, "code-taken")
}

/// A code of ours that our counters could not go on after, or that no day of theirs could have given.
fn check_code_number(entry: &Entry, reference: &Reference) -> Result<(), Vec<CellFault>> {
    let Some((agency, day, number)) = entry.code.as_deref().and_then(parts) else { return Ok(()) };
    if !reference.branches().iter().any(|branch| branch.agency_identifier == agency) {
        return Ok(());
    }
    let fault = |code| Err(vec![CellFault::new(Column::DossierCode, code)]);
    match (day, number) {
        (None, _) => fault("bad-dossier-code"),
        // A million a day is a slip of the hand, and would have all later codes carry seven digits.
        (_, None | Some(1_000_000..)) => fault("code-number-too-large"),
        _ => Ok(()),
    }
}

/// Agency, day and number of a code.
fn parts(code: &str) -> Option<(&str, Option<NaiveDate>, Option<i32>)> {
    let (rest, number) = code.rsplit_once('-')?;
    let (agency, date) = rest.rsplit_once('-')?;
    Some((agency, NaiveDate::parse_from_str(&format!("20{date}"), "%Y%m%d").ok(), number.parse().ok()))
}

impl Checked {
    /// Also for agencies that are none of ours: a branch may take over their identifier one day.
    fn raise(&mut self, code: Option<&str>) {
        if let Some((agency, Some(day), Some(number))) = code.and_then(parts) {
            let highest = self.raise.entry((agency.to_owned(), day)).or_default();
            *highest = number.max(*highest);
        }
    }
}

impl Summary {
    fn add(&mut self, dossier: &Dossier, today: NaiveDate) {
        match (&dossier.resolved, dossier.status.is_in_process()) {
            (Some(resolution), _) => match resolution.timeliness {
                Timeliness::Early => self.early += 1,
                Timeliness::OnTime => self.on_time += 1,
                Timeliness::Overdue => self.overdue += 1,
            },
            (None, true) => {
                self.in_process += 1;
                let late = dossier.status.is_running() && dossier.due_on().is_some_and(|due| due < today);
                self.in_process_overdue += u64::from(late);
            }
            (None, false) => self.withdrawn += 1,
        }
    }
}
