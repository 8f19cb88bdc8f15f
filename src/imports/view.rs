//! A register handed in, as an administrator sees it, and what of it is kept in its row.

use super::store::{FileRow, State};
use crate::db::DbError;
use crate::db::types::Json;
use crate::domain::ids::RegisterFileId;
use crate::domain::local_time::local;
use crate::http::Lang;
use crate::register::{CellFault, Report, cell_words};
use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Words in both languages: whoever looks need not be who handed it in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Said {
    vi: String,
    en: String,
}

impl Said {
    pub fn of(say: impl Fn(Lang) -> String) -> Self {
        Self { vi: say(Lang::Vi), en: say(Lang::En) }
    }

    fn into(self, lang: Lang) -> String {
        match lang {
            Lang::Vi => self.vi,
            Lang::En => self.en,
        }
    }
}

/// What was found in a register, as the row keeps it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Found {
    pub lines: u64,
    pub bad: u64,
    faults: Vec<Fault>,
    summary: Option<Summary>,
    /// Dossiers that came in.
    pub imported: Option<u64>,
    /// The same file was imported before: then.
    pub imported_before: Option<DateTime<Utc>>,
    /// Why it could not be read, or not be imported.
    pub problem: Option<Said>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Fault {
    line: u64,
    column: String,
    code: String,
    said: Said,
}

/// What the dossiers of a register come to.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[schema(as = RegisterSummary)]
pub struct Summary {
    early: u64,
    on_time: u64,
    overdue: u64,
    in_process: u64,
    in_process_overdue: u64,
    withdrawn: u64,
}

impl Found {
    pub fn of(report: &Report) -> Self {
        let faults = report.shown.iter().flat_map(|line| {
            line.cells.iter().map(|cell: &CellFault| Fault {
                line: line.line,
                column: cell.column.as_str().to_owned(),
                code: cell.code.to_owned(),
                said: Said::of(|lang| cell_words(lang, cell)),
            })
        });
        let summary = &report.summary;
        Self {
            lines: report.lines,
            bad: report.bad,
            faults: faults.collect(),
            summary: Some(Summary {
                early: summary.early,
                on_time: summary.on_time,
                overdue: summary.overdue,
                in_process: summary.in_process,
                in_process_overdue: summary.in_process_overdue,
                withdrawn: summary.withdrawn,
            }),
            ..Self::default()
        }
    }

    pub fn read(report: &Json) -> Result<Self, DbError> {
        serde_json::from_value(report.0.clone()).map_err(|_| DbError::Corrupt("register_files.report".into()))
    }
}

/// A register handed in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Import)]
pub struct View {
    #[schema(value_type = uuid::Uuid)]
    pub id: RegisterFileId,
    pub file_name: String,
    pub sha256: String,
    pub bytes: i64,
    pub handed_in_at: DateTime<FixedOffset>,
    pub handed_in_by: String,
    /// checking, unreadable, checked, importing, imported, failed, given_up
    pub state: &'static str,
    /// How far the work is, while there is some.
    pub progress: Option<Progress>,
    /// Lines that are not blank.
    pub lines: u64,
    pub bad: u64,
    /// The lines at fault are left out.
    pub skip_bad: bool,
    /// What is wrong with the first hundred lines at fault.
    pub faults: Vec<FaultView>,
    pub summary: Option<Summary>,
    /// Dossiers that came in.
    pub imported: Option<u64>,
    /// The same file was imported before.
    pub imported_before: Option<DateTime<FixedOffset>>,
    /// Why it could not be read or imported.
    pub problem: Option<String>,
    pub changed_at: DateTime<FixedOffset>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportProgress)]
pub struct Progress {
    /// checking: counted in bytes; importing: counted in dossiers.
    pub phase: String,
    pub done: i64,
    pub total: i64,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportFault)]
pub struct FaultView {
    /// As an editor or a spreadsheet counts, from 1.
    pub line: u64,
    pub column: String,
    pub code: String,
    pub detail: String,
}

impl View {
    pub fn of(row: FileRow, lang: Lang) -> Result<Self, DbError> {
        let state = row.state()?;
        let found = Found::read(&row.report)?;
        let at_work = matches!(state, State::Checking | State::Importing);
        let progress = row.phase.filter(|_| at_work);
        let faults = found.faults.into_iter().map(|fault| FaultView {
            line: fault.line,
            column: fault.column,
            code: fault.code,
            detail: fault.said.into(lang),
        });
        Ok(Self {
            id: row.id,
            file_name: row.file_name,
            sha256: row.sha256,
            bytes: row.bytes,
            handed_in_at: local(row.handed_in_at.0),
            handed_in_by: row.handed_in_by_name,
            state: state.as_str(),
            progress: progress.map(|phase| Progress { phase, done: row.done, total: row.total }),
            lines: found.lines,
            bad: found.bad,
            skip_bad: row.skip_bad,
            faults: faults.collect(),
            summary: found.summary,
            imported: found.imported,
            imported_before: found.imported_before.map(local),
            problem: found.problem.map(|said| said.into(lang)),
            changed_at: local(row.changed_at.0),
        })
    }
}
