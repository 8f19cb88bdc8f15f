//! The second reading: lives are made on all processors and written batch by batch, in order of receipt.
//! A batch is in with all its lives, tallies, codes and the note how far the file has come, or not at all.

use super::check::{Checked, Good};
use super::in_order::in_order;
use super::sheet::{Row, Sheet};
use super::store::{self, Begun, CauseRow};
use super::{ImportFault, Phase, Progress, line, story};
use crate::db::types::Moment;
use crate::db::{Conn, Db};
use crate::domain::local_time::day_of;
use crate::dossier::{Batch, code, last_code_numbers, next_codes, raise_code_counter};
use crate::failure::{Failure, Outcome};
use crate::reference::Reference;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Lives a transaction: enough that pages and figures many of them share are written once, few enough that whoever
/// works at the counter meanwhile hardly waits.
const BATCH: usize = 2000;

/// A line and the code its dossier shall have.
#[derive(Clone)]
struct Numbered {
    row: Row,
    good: Good,
    /// Ours to give; `None` where the line has its own.
    code: Option<String>,
}

/// Numbers that a batch takes from the counter of an agency and day.
#[derive(Debug, Clone, Copy)]
struct Numbers {
    first: i32,
    count: u32,
}

type Taken = BTreeMap<(usize, NaiveDate), Numbers>;
/// The codes that were really given, by agency and day.
type Given = HashMap<(usize, NaiveDate), Vec<String>>;

/// A batch whose codes are expected, not yet taken.
struct Expected {
    lines: Vec<Numbered>,
    taken: Taken,
}

/// A batch ready to be written.
struct Prepared {
    lines: Arc<Vec<Numbered>>,
    taken: Arc<Taken>,
    written: Written,
    reached: (DateTime<Utc>, u64),
}

#[derive(Clone)]
struct Written {
    batch: Arc<Batch>,
    causes: Arc<Vec<CauseRow>>,
}

/// What the writer closures carry into their transactions.
#[derive(Clone)]
pub(super) struct Import {
    pub db: Db,
    pub sheet: Arc<Sheet>,
    pub reference: Arc<Reference>,
    pub now: DateTime<Utc>,
}

impl Import {
    /// Imports what is not in yet; answers how many dossiers that were.
    pub fn run(
        &self,
        checked: Checked,
        begun: Option<Begun>,
        progress: &mut dyn Progress,
    ) -> Result<u64, ImportFault> {
        let begun = match begun {
            Some(begun) => begun,
            None => self.begin(&checked)?,
        };
        let todo = still_to_do(&checked.good, &begun)?;
        let total = u64::try_from(todo.len()).unwrap_or(u64::MAX);
        progress.begin(Phase::Importing, total);
        let mut places = todo.iter();
        let mut rows = self.sheet.places()?;
        let mut numbering = Numbering::new(self);
        let mut imported = begun.imported;
        let mut done = 0;
        in_order(
            || {
                let chunk: Vec<Good> = places.by_ref().take(BATCH).copied().collect();
                if chunk.is_empty() {
                    return Ok(None);
                }
                let mut lines = Vec::with_capacity(chunk.len());
                for good in chunk {
                    let row = rows.row_at(good.place)?.ok_or(ImportFault::FileChanged)?;
                    lines.push(Numbered { row, good, code: None });
                }
                Ok(Some(numbering.expect(lines)?))
            },
            |expected: Expected| self.prepare(expected),
            |prepared| {
                let prepared = prepared?;
                let count = prepared.lines.len();
                let before = imported;
                imported += i64::try_from(count).unwrap_or(i64::MAX);
                self.write(prepared, before, imported)?;
                done += u64::try_from(count).unwrap_or(u64::MAX);
                progress.reached(done);
                Ok::<_, ImportFault>(())
            },
        )?;
        progress.end();
        let (import, sha256) = (self.clone(), self.sheet.sha256.clone());
        self.db.write_blocking(move |tx| store::finish(tx, &sha256, import.now))?;
        Ok(done)
    }

    /// Notes the beginning, and keeps our own numbering clear of the register's codes.
    fn begin(&self, checked: &Checked) -> Result<Begun, ImportFault> {
        let begun = Begun {
            file_sha256: self.sheet.sha256.clone(),
            lines: i64::try_from(checked.good.len()).unwrap_or(i64::MAX),
            imported: 0,
            reached_at: None,
            reached_line: 0,
            started_at: Moment(self.now),
            finished_at: None,
        };
        let mut raise: Vec<_> = checked.raise.iter().map(|(place, to)| (place.clone(), *to)).collect();
        // One order for everybody who raises counters.
        raise.sort_unstable();
        let row = begun.clone();
        self.db.write_blocking(move |tx| {
            store::begin(tx, &row)?;
            raise.iter().try_for_each(|((agency, day), to)| raise_code_counter(tx, agency, *day, *to))
        })?;
        Ok(begun)
    }

    fn prepare(&self, expected: Expected) -> Result<Prepared, ImportFault> {
        let reached = expected.lines.last().map(|line| line.good.order()).ok_or(ImportFault::FileChanged)?;
        let written = self.lives(&expected.lines)?;
        Ok(Prepared { lines: Arc::new(expected.lines), taken: Arc::new(expected.taken), written, reached })
    }

    /// The rows of these lines' lives.
    fn lives(&self, lines: &[Numbered]) -> Outcome<Written> {
        let changed = || Failure::Conflict("import-changed");
        let mut lives = Vec::with_capacity(lines.len());
        let mut causes = Vec::new();
        for line in lines {
            let entry =
                line::read(&self.sheet.header, &line.row.cells, &self.reference).map_err(|_| changed())?;
            let code = entry.code.clone().or_else(|| line.code.clone()).unwrap_or_default();
            let story = story::tell(&entry, code, &self.reference, self.now).map_err(|_| changed())?;
            let life = story.into_life(self.now)?;
            if let Some(cause) = entry.cause {
                causes.push(CauseRow {
                    dossier_id: life.id(),
                    branch_id: entry.branch.id,
                    cause: cause.as_str().to_owned(),
                });
            }
            lives.push(life);
        }
        Ok(Written { batch: Arc::new(Batch::of(lives)?), causes: Arc::new(causes) })
    }

    fn write(&self, prepared: Prepared, before: i64, imported: i64) -> Result<(), ImportFault> {
        let import = self.clone();
        // Let go of here, not on the writer's thread, which is the one that others wait for.
        let _batch = prepared.written.clone();
        let (reached_at, line) = prepared.reached;
        let reached = (reached_at, i64::try_from(line).unwrap_or(i64::MAX));
        self.db
            .write_blocking(move |tx| {
                let note =
                    |tx: &mut Conn<'_>| store::go_on(tx, &import.sheet.sha256, before, imported, reached);
                // Taken first where anybody else may be numbering: the counter's row is the lock.
                let codes = import.take(tx, &prepared.taken)?;
                let written = match codes {
                    None => prepared.written.clone(),
                    Some(codes) => import.lives(&renumbered(&prepared.lines, codes))?,
                };
                written.batch.write(tx)?;
                store::keep_causes(tx, &written.causes)?;
                note(tx)
            })
            .map_err(ImportFault::from)
    }

    /// Takes the numbers of a batch. `None`: they are the expected ones.
    fn take(&self, tx: &mut Conn<'_>, taken: &Taken) -> Outcome<Option<Given>> {
        let mut as_expected = true;
        let mut codes = HashMap::new();
        for ((agency, day), numbers) in taken {
            let identifier = self.identifier(*agency)?;
            let given = next_codes(tx, identifier, *day, numbers.count)?;
            as_expected &= given.first().is_some_and(|first| *first == code(identifier, *day, numbers.first));
            codes.insert((*agency, *day), given);
        }
        Ok((!as_expected).then_some(codes))
    }

    fn identifier(&self, agency: usize) -> Outcome<&str> {
        self.reference
            .branches()
            .get(agency)
            .map(|branch| branch.agency_identifier.as_str())
            .ok_or_else(|| Failure::Broken("a branch has gone".into()))
    }
}

/// Somebody numbered the same days meanwhile: the same lines with the codes that were really given.
fn renumbered(lines: &[Numbered], mut codes: Given) -> Vec<Numbered> {
    for given in codes.values_mut() {
        given.reverse();
    }
    let mut lines = lines.to_vec();
    for line in &mut lines {
        if let Some(agency) = line.good.numbered_by {
            let given = codes.get_mut(&(agency, day_of(line.good.received_at)));
            line.code = given.and_then(Vec::pop);
        }
    }
    lines
}

/// The lines after the one reached. What was left out as bad and could be imported now is not slipped in.
fn still_to_do<'a>(good: &'a [Good], begun: &Begun) -> Result<&'a [Good], ImportFault> {
    let reached = begun.reached();
    let done = good.partition_point(|line| reached.is_some_and(|reached| line.order() <= reached));
    let same = i64::try_from(done) == Ok(begun.imported) && i64::try_from(good.len()) == Ok(begun.lines);
    if same { Ok(good.get(done..).unwrap_or_default()) } else { Err(ImportFault::NotAsBegun) }
}

impl Begun {
    pub(super) fn reached(&self) -> Option<(DateTime<Utc>, u64)> {
        self.reached_at.map(|at| (at.0, u64::try_from(self.reached_line).unwrap_or(0)))
    }
}

/// Which numbers lines will be given if nobody else numbers the same days meanwhile. Most registers are of days
/// gone by: then lives are made, hashed and all, before their transaction begins.
struct Numbering<'a> {
    import: &'a Import,
    last: HashMap<(usize, NaiveDate), i32>,
}

impl<'a> Numbering<'a> {
    fn new(import: &'a Import) -> Self {
        Self { import, last: HashMap::new() }
    }

    fn expect(&mut self, mut lines: Vec<Numbered>) -> Outcome<Expected> {
        self.look_up(&lines)?;
        let mut taken = Taken::new();
        for line in &mut lines {
            let Some(agency) = line.good.numbered_by else { continue };
            let day = day_of(line.good.received_at);
            let last = self.last.entry((agency, day)).or_default();
            *last += 1;
            line.code = Some(code(self.import.identifier(agency)?, day, *last));
            taken.entry((agency, day)).or_insert(Numbers { first: *last, count: 0 }).count += 1;
        }
        Ok(Expected { lines, taken })
    }

    /// Reads the counters of days met for the first time.
    fn look_up(&mut self, lines: &[Numbered]) -> Outcome<()> {
        let mut days: BTreeMap<usize, Vec<NaiveDate>> = BTreeMap::new();
        for line in lines {
            if let Some(agency) = line.good.numbered_by {
                let day = day_of(line.good.received_at);
                if let Entry::Vacant(unknown) = self.last.entry((agency, day)) {
                    unknown.insert(0);
                    days.entry(agency).or_default().push(day);
                }
            }
        }
        for (agency, days) in days {
            let identifier = self.import.identifier(agency)?;
            let found = self.import.db.read_blocking(|c| last_code_numbers(c, identifier, &days))?;
            self.last.extend(found.into_iter().map(|(day, last)| ((agency, day), last)));
        }
        Ok(())
    }
}
