//! A batch as who ordered it sees it.

use super::store::{self, BatchRow, State};
use crate::account::Officer;
use crate::db::Conn;
use crate::domain::ids::PrintBatchId;
use crate::domain::local_time::local;
use crate::failure::{Failure, Outcome};
use crate::http::Lang;
use crate::order::{Orders as _, in_words};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;

/// Faults shown.
const SHOWN: i64 = 100;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PrintBatch)]
pub struct View {
    #[schema(value_type = uuid::Uuid)]
    pub id: PrintBatchId,
    /// receipts, letters, supplement-requests, refusals, stopping-notices, control-sheets
    pub kind: &'static str,
    /// codes, awaiting_paper, today
    pub chosen: &'static str,
    /// printing, printed
    pub state: &'static str,
    pub total: i32,
    /// Papers looked at so far.
    pub done: i32,
    /// Of these, the ones that are not in the file.
    pub faulty: i32,
    /// Pages of the file so far.
    pub pages: i32,
    /// Bytes of the file so far.
    pub bytes: i64,
    pub ordered_at: DateTime<FixedOffset>,
    pub ordered_by: String,
    pub changed_at: DateTime<FixedOffset>,
    /// The first hundred papers that are not in the file.
    pub faults: Vec<FaultView>,
}

/// A paper that is not in the file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PrintBatchFault)]
pub struct FaultView {
    /// Which of those ordered, from 1.
    pub place: i32,
    pub dossier_code: String,
    /// As the paper's own address would say it.
    pub code: String,
    pub detail: String,
}

impl View {
    pub fn of(c: &mut Conn<'_>, row: BatchRow, lang: Lang) -> Outcome<Self> {
        let faults = if row.faulty > 0 { store::faulty(c, row.id, SHOWN)? } else { Vec::new() };
        let faults = faults.into_iter().filter_map(|item| {
            let code = item.fault?;
            let detail = in_words(lang, &code);
            Some(FaultView { place: item.place, dossier_code: item.dossier_code, code, detail })
        });
        Ok(Self {
            faults: faults.collect(),
            id: row.id,
            kind: row.kind()?.as_str(),
            chosen: row.chosen()?.as_str(),
            state: row.state()?.as_str(),
            total: row.total,
            done: row.done,
            faulty: row.faulty,
            pages: row.pages,
            bytes: row.bytes,
            ordered_at: local(row.ordered_at.0),
            ordered_by: row.ordered_by_name,
            changed_at: local(row.changed_at.0),
        })
    }
}

/// The batch, for those who see what is in it.
pub fn visible(c: &mut Conn<'_>, officer: &Officer, id: PrintBatchId) -> Outcome<BatchRow> {
    let row = BatchRow::load(c, id)?;
    match (officer.scope(), row.branch_id) {
        (None, _) => Ok(row),
        (Some(own), Some(branch)) if own == branch => Ok(row),
        _ => Err(Failure::Forbidden("foreign-branch")),
    }
}

/// The same when it is printed.
pub fn printed(c: &mut Conn<'_>, officer: &Officer, id: PrintBatchId) -> Outcome<BatchRow> {
    let row = visible(c, officer, id)?;
    match row.state()? {
        State::Printed if row.pages > 0 => Ok(row),
        State::Printed => Err(Failure::Conflict("batch-is-empty")),
        State::Printing => Err(Failure::Conflict("batch-not-printed")),
    }
}
