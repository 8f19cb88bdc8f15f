//! The register (sổ theo dõi hồ sơ) that a counter kept before, taken over: each line goes through the same rules
//! as a live request and leaves the same events, tallies and obligations. No mail is sent.
//!
//! A file is read twice. The first reading lets the rules judge every line and writes nothing; the second makes
//! the lives and writes them in batches, in order of receipt. What was interrupted goes on where it was, what was
//! finished is not done again: the file is known by its SHA-256.

mod bad_lines;
mod check;
mod columns;
mod import;
mod in_order;
mod line;
mod sheet;
mod store;
mod story;
mod words;
mod workbook;

pub use check::{LineFault, Summary};
pub use columns::{Column, HeaderFault};
pub use in_order::in_order;
pub use line::CellFault;
pub use sheet::SheetFault;
pub use store::cause_of;
pub use words::{cell_words, sheet_words};

use crate::db::Db;
use crate::failure::Failure;
use crate::reference::ReferenceCache;
use bad_lines::BadLines;
use chrono::{DateTime, Utc};
use sheet::Sheet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where a register is.
#[derive(Debug, Clone)]
pub enum Input {
    Path(PathBuf),
    Bytes(Arc<[u8]>),
}

/// Where bad lines go.
#[derive(Debug, Clone, Copy)]
pub enum BadTo<'a> {
    File(&'a Path),
    /// Into the report.
    Memory,
}

/// What an import is told.
pub struct Order<'a> {
    pub input: &'a Input,
    /// Check only.
    pub dry_run: bool,
    /// Where bad lines go; without it a single one keeps everything out.
    pub skip_bad: Option<BadTo<'a>>,
    /// The words for a fault, in the file of bad lines.
    pub words: &'a dyn Fn(&CellFault) -> String,
}

/// What became of a register.
#[derive(Debug)]
pub struct Report {
    pub lines: u64,
    pub bad: u64,
    /// The first bad lines, one by one.
    pub shown: Vec<LineFault>,
    pub summary: Summary,
    /// The bad lines as a file, where they were to go into the report and there are some.
    pub bad_lines: Option<Vec<u8>>,
    pub end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Bad lines, and nobody said to leave them out: nothing was written.
    Refused,
    /// Only checked.
    Checked,
    /// So many dossiers came in now; of an import that was interrupted before, so many were in already.
    Imported { now: u64, before: u64 },
    /// The same file has been imported: nothing was written.
    ImportedBefore { dossiers: u64, at: DateTime<Utc> },
}

/// Why there is nothing to report.
#[derive(Debug)]
pub enum ImportFault {
    Sheet(SheetFault),
    /// The file of bad lines would take the place of the register.
    SkipBadIsTheRegister,
    /// The file for the bad lines is there and is somebody's own.
    SkipBadIsAnotherFile,
    /// It is not the file any more that was checked.
    FileChanged,
    /// An import of this file was interrupted, and by now other lines are good than then.
    NotAsBegun,
    Failure(Failure),
}

impl From<SheetFault> for ImportFault {
    fn from(fault: SheetFault) -> Self {
        Self::Sheet(fault)
    }
}

impl From<std::io::Error> for ImportFault {
    fn from(error: std::io::Error) -> Self {
        Self::Sheet(error.into())
    }
}

impl From<csv::Error> for ImportFault {
    fn from(error: csv::Error) -> Self {
        Self::Sheet(error.into())
    }
}

impl From<Failure> for ImportFault {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// What an import is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Counted in bytes.
    Checking,
    /// Counted in dossiers.
    Importing,
}

/// Whoever wants to watch.
pub trait Progress {
    fn begin(&mut self, phase: Phase, total: u64);
    fn reached(&mut self, done: u64);
    fn end(&mut self);
}

/// Imports a register, or only checks it.
///
/// # Errors
/// When the file is no register, or the database fails; what is wrong with lines stands in the report.
pub fn import(
    db: &Db,
    cache: &ReferenceCache,
    now: DateTime<Utc>,
    order: &Order<'_>,
    progress: &mut dyn Progress,
) -> Result<Report, ImportFault> {
    let sheet = Arc::new(Sheet::open(order.input)?);
    let sha256 = sheet.sha256.clone();
    let (reference, begun) =
        db.read_blocking(|c| Ok::<_, Failure>((cache.of(c)?, store::begun(c, &sha256)?)))?;
    if let Some((begun, at)) = begun.as_ref().and_then(|begun| Some((begun, begun.finished_at?))) {
        let dossiers = u64::try_from(begun.imported).unwrap_or(0);
        return Ok(Report {
            lines: dossiers,
            bad: 0,
            shown: Vec::new(),
            summary: Summary::default(),
            bad_lines: None,
            end: End::ImportedBefore { dossiers, at: at.0 },
        });
    }
    if let Some(BadTo::File(path)) = order.skip_bad {
        if matches!(order.input, Input::Path(register) if is_same_file(path, register)) {
            return Err(ImportFault::SkipBadIsTheRegister);
        }
        if path.exists() && !bad_lines::is_one(path) {
            return Err(ImportFault::SkipBadIsAnotherFile);
        }
    }
    let check = check::Check {
        db,
        sheet: &sheet,
        reference: &reference,
        now,
        reached: begun.as_ref().and_then(store::Begun::reached),
    };
    let mut bad_lines = order.skip_bad.map(|place| BadLines::new(place, &sheet, order.words));
    let checked = check.run(progress, |row, faults| match &mut bad_lines {
        Some(bad_lines) => bad_lines.add(row, faults),
        None => Ok(()),
    })?;
    let bad_lines = bad_lines.map(BadLines::finish).transpose()?.flatten();
    let mut report = Report {
        lines: checked.lines,
        bad: checked.bad,
        shown: checked.shown.clone(),
        summary: checked.summary,
        bad_lines,
        end: End::Checked,
    };
    if order.dry_run {
        return Ok(report);
    }
    // With nothing left there is nothing to note: corrected by the catalogue, the same file may come again.
    if checked.bad > 0 && (order.skip_bad.is_none() || checked.good.is_empty()) {
        report.end = End::Refused;
        return Ok(report);
    }
    let before = begun.as_ref().map_or(0, |begun| u64::try_from(begun.imported).unwrap_or(0));
    let import = import::Import { db: db.clone(), sheet, reference, now };
    let now_imported = import.run(checked, begun, progress)?;
    report.end = End::Imported { now: now_imported, before };
    Ok(report)
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
