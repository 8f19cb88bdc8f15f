//! The jobs `check_register` and `import_register`. Each writes what came of it and the end of the job in one
//! transaction. An import that was cut off goes on where it was: how far it has come stands with its dossiers.

use super::store::{self, Part, State};
use super::view::{Found, Said};
use crate::clock::Clock;
use crate::db::{Conn, Db};
use crate::domain::ids::RegisterFileId;
use crate::failure::{Failure, Outcome};
use crate::http::Lang;
use crate::http::words::words;
use crate::jobs::{Handlers, Job, NewJob, Trouble, enqueue, finish};
use crate::reference::ReferenceCache;
use crate::register::{
    self, BadTo, End, ImportFault, Input, Order, Phase, Progress, cell_words, sheet_words,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

pub const CHECK: &str = "check_register";
pub const IMPORT: &str = "import_register";

/// Between two words on how far it is.
const SILENCE: TimeDelta = TimeDelta::seconds(1);

/// What the jobs are given.
#[derive(Clone)]
pub struct Clerk {
    pub db: Db,
    pub clock: Clock,
    pub reference: ReferenceCache,
}

/// Adds the jobs.
#[must_use]
pub fn jobs(handlers: Handlers, clerk: &Clerk) -> Handlers {
    let (checking, importing) = (clerk.clone(), clerk.clone());
    handlers
        .on(CHECK, move |job| checking.work(job, State::Checking))
        .on(IMPORT, move |job| importing.work(job, State::Importing))
}

pub(super) fn queue(
    tx: &mut Conn<'_>,
    kind: &'static str,
    id: RegisterFileId,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let payload = json!({"import": id.to_string()});
    enqueue(tx, NewJob { kind, dedup_key: Some(format!("{kind}:{id}")), payload, run_at: now }, now)?;
    Ok(())
}

/// What came of it: the new state, what is told of it, and the lines left out.
struct Came {
    to: State,
    found: Found,
    bad_lines: Option<Vec<u8>>,
}

impl Clerk {
    fn work(&self, job: &Job, from: State) -> Result<(), Trouble> {
        let id = job.payload["import"].as_str().and_then(|id| id.parse::<RegisterFileId>().ok());
        let id = id.ok_or_else(|| Trouble::Permanent("the payload names no register".into()))?;
        let read = self.db.read_blocking(|c| {
            let row = store::load(c, id)?;
            let content = store::content(c, id, Part::Register)?;
            Ok::<_, Failure>((row, content))
        });
        let (row, content) = read?;
        let (true, Some(content)) = (row.state().map_err(Failure::from)? == from, content) else {
            // Given up, or done by another who could not say so any more.
            return Ok(());
        };
        let input = Input::Bytes(content.into());
        let dry_run = from == State::Checking;
        let skip_bad = (dry_run || row.skip_bad).then_some(BadTo::Memory);
        let order = Order { input: &input, dry_run, skip_bad, words: &|fault| cell_words(Lang::Vi, fault) };
        let mut told = Told::by(self, id);
        let report = register::import(&self.db, &self.reference, self.clock.now(), &order, &mut told);
        let came = match report {
            Ok(report) => came(report),
            Err(fault) => not_done(fault, &row.report.0, from)?,
        };
        self.settle(job, id, from, came)
    }

    fn settle(&self, job: &Job, id: RegisterFileId, from: State, came: Came) -> Result<(), Trouble> {
        let report =
            serde_json::to_value(&came.found).map_err(|error| Trouble::Permanent(error.to_string()))?;
        let (now, job, to) = (self.clock.now(), job.clone(), came.to);
        let bad_lines = came.bad_lines;
        self.db.write_blocking(move |tx| {
            if store::settle(tx, id, (from, to), &report, now)? {
                match &bad_lines {
                    Some(lines) => store::put_content(tx, id, Part::BadLines, lines)?,
                    None => store::drop_content(tx, id, Part::BadLines)?,
                }
                if to == State::Imported {
                    store::drop_content(tx, id, Part::Register)?;
                }
            }
            finish(tx, &job)
        })?;
        tracing::info!(import = %id, state = %to, "a register was worked on");
        Ok(())
    }
}

fn came(report: register::Report) -> Came {
    let mut found = Found::of(&report);
    let to = match report.end {
        End::Checked | End::Refused => State::Checked,
        End::Imported { now, before } => {
            found.imported = Some(now + before);
            State::Imported
        }
        End::ImportedBefore { dossiers, at } => {
            found = Found::default();
            (found.lines, found.imported_before) = (dossiers, Some(at));
            State::Imported
        }
    };
    Came { to, found, bad_lines: report.bad_lines }
}

/// What nobody can do anything about by waiting is told; the rest is tried again.
fn not_done(fault: ImportFault, found: &Value, from: State) -> Result<Came, Trouble> {
    let said = |key: &str| {
        Said::of(|lang| words(lang, &format!("register.sheet.{key}"), &Map::new()).unwrap_or_default())
    };
    let problem = match fault {
        ImportFault::Sheet(fault) => Said::of(|lang| sheet_words(lang, &fault)),
        ImportFault::NotAsBegun => said("not-as-begun"),
        ImportFault::FileChanged | ImportFault::Failure(Failure::Conflict("import-changed")) => {
            said("changed")
        }
        // Another instance has it in hand, or had until it was killed.
        ImportFault::Failure(Failure::Conflict("import-running")) => {
            return Err(Trouble::Transient("this register is being imported elsewhere".into()));
        }
        ImportFault::Failure(failure) => return Err(failure.into()),
        ImportFault::SkipBadIsTheRegister | ImportFault::SkipBadIsAnotherFile => {
            return Err(Trouble::Permanent("lines left out go nowhere".into()));
        }
    };
    let mut found: Found = serde_json::from_value(found.clone()).unwrap_or_default();
    found.problem = Some(problem);
    let to = if from == State::Checking { State::Unreadable } else { State::Failed };
    Ok(Came { to, found, bad_lines: None })
}

/// Writes down how far it is, now and then.
struct Told<'a> {
    clerk: &'a Clerk,
    id: RegisterFileId,
    phase: Phase,
    total: u64,
    last: Option<DateTime<Utc>>,
}

impl<'a> Told<'a> {
    fn by(clerk: &'a Clerk, id: RegisterFileId) -> Self {
        Self { clerk, id, phase: Phase::Checking, total: 0, last: None }
    }

    fn tell(&mut self, done: u64) {
        let now = self.clerk.clock.now();
        self.last = Some(now);
        let (id, phase) = (self.id, self.phase);
        let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let (done, total) = (signed(done), signed(self.total));
        let written = self.clerk.db.write_blocking(move |tx| store::tell(tx, id, phase, done, total, now));
        if let Err(error) = written {
            // The work itself will say so if the database is gone.
            tracing::debug!(%error, "how far an import is could not be written down");
        }
    }
}

impl Progress for Told<'_> {
    fn begin(&mut self, phase: Phase, total: u64) {
        (self.phase, self.total) = (phase, total);
        self.tell(0);
    }

    fn reached(&mut self, done: u64) {
        let now = self.clerk.clock.now();
        if self.last.is_none_or(|last| now - last >= SILENCE) {
            self.tell(done);
        }
    }

    fn end(&mut self) {
        self.tell(self.total);
    }
}
