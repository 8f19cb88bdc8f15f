//! An order as people see it, and what became of a dossier.

use super::store::{ItemRow, OrderRow};
use crate::db::DbError;
use crate::domain::ids::RecomputationId;
use crate::domain::local_time::local;
use crate::http::Lang;
use crate::order::{Stoppable as _, in_words};
use crate::reference::Reference;
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Recomputation)]
pub struct View {
    #[schema(value_type = uuid::Uuid)]
    pub id: RecomputationId,
    pub reason: String,
    /// working, done, stopped
    pub state: &'static str,
    /// Open dossiers whose clock ran when it was ordered.
    pub total: i32,
    /// Those looked at so far. Dossiers come and go meanwhile: in the end it may be some more or fewer than `total`.
    pub looked_at: i32,
    /// Those whose due date is earlier now.
    pub moved: i32,
    /// Those that would be due later by the calendar of today: the promise is kept.
    pub kept: i32,
    /// Those that could not be counted.
    pub failed: i32,
    pub ordered_at: DateTime<FixedOffset>,
    pub ordered_by: String,
    pub changed_at: DateTime<FixedOffset>,
}

impl View {
    pub fn of(row: OrderRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id,
            state: row.state()?.as_str(),
            reason: row.reason,
            total: row.total,
            looked_at: row.done,
            moved: row.moved,
            kept: row.kept,
            failed: row.failed,
            ordered_at: local(row.ordered_at.0),
            ordered_by: row.ordered_by_name,
            changed_at: local(row.changed_at.0),
        })
    }
}

/// What became of a dossier.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecomputedDossier)]
pub struct ItemView {
    pub code: String,
    pub branch_code: String,
    /// moved, kept, failed
    pub outcome: &'static str,
    /// As it was promised before.
    pub due_on: NaiveDate,
    /// As the calendar has it; null where it could not be counted.
    pub computed_due_on: Option<NaiveDate>,
    /// Why it could not be counted.
    pub fault: Option<String>,
    pub detail: Option<String>,
}

impl ItemView {
    pub fn of(reference: &Reference, row: ItemRow, lang: Lang) -> Result<Self, DbError> {
        let detail = row.fault.as_deref().map(|fault| in_words(lang, fault));
        let branch = reference.branch_by_id(row.branch_id);
        Ok(Self {
            outcome: row.outcome()?.as_str(),
            branch_code: branch.map(|branch| branch.code.clone()).unwrap_or_default(),
            code: row.dossier_code,
            due_on: row.due_on,
            computed_due_on: row.computed_due_on,
            fault: row.fault,
            detail,
        })
    }
}
