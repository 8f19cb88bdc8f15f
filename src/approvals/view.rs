//! An order as people see it, and what became of a letter.

use super::store::{ItemRow, OrderRow};
use crate::account::Officer;
use crate::db::{Conn, DbError};
use crate::domain::ids::{ApologyId, ApprovalOrderId};
use crate::domain::local_time::local;
use crate::failure::Outcome;
use crate::http::Lang;
use crate::order::{Orders as _, Stoppable as _, in_words};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApprovalOrder)]
pub struct View {
    #[schema(value_type = uuid::Uuid)]
    pub id: ApprovalOrderId,
    /// working, done, stopped
    pub state: &'static str,
    pub total: i32,
    /// Letters whose turn has come.
    pub done: i32,
    pub approved: i32,
    /// Those that could not be approved.
    pub refused: i32,
    pub ordered_at: DateTime<FixedOffset>,
    /// Who signs.
    pub ordered_by: String,
    pub changed_at: DateTime<FixedOffset>,
}

impl View {
    pub fn of(row: OrderRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id,
            state: row.state()?.as_str(),
            total: row.total,
            done: row.done,
            approved: row.approved,
            refused: row.refused,
            ordered_at: local(row.ordered_at.0),
            ordered_by: row.ordered_by_name,
            changed_at: local(row.changed_at.0),
        })
    }
}

/// What became of a letter.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApprovedLetter)]
pub struct ItemView {
    #[schema(value_type = uuid::Uuid)]
    pub id: ApologyId,
    pub dossier_code: String,
    /// As it was read.
    pub version: i32,
    /// approved, refused; null while its turn has not come, or if it was stopped before.
    pub outcome: Option<&'static str>,
    #[schema(example = "05/PXL-CCTS")]
    pub number: Option<String>,
    /// Mailed; false: to be handed over on paper, because there is no e-mail address.
    pub by_mail: Option<bool>,
    /// Why it was not approved, as its own approval would say it: `stale` when it has changed since it was read.
    pub fault: Option<String>,
    pub detail: Option<String>,
    /// What the law asks for and the letter does not state.
    pub missing: Vec<String>,
}

impl ItemView {
    pub fn of(row: ItemRow, lang: Lang) -> Result<Self, DbError> {
        let detail = row.fault.as_deref().map(|fault| in_words(lang, fault));
        let missing = row.missing.iter().flat_map(|missing| missing.split(','));
        Ok(Self {
            outcome: row.outcome()?.map(|came| came.as_str()),
            missing: missing.map(str::to_owned).collect(),
            id: row.apology_id,
            dossier_code: row.dossier_code,
            version: row.version,
            number: row.number,
            by_mail: row.by_mail,
            fault: row.fault,
            detail,
        })
    }
}

/// The order, for those of its branch and those who see all.
pub fn visible(c: &mut Conn<'_>, officer: &Officer, id: ApprovalOrderId) -> Outcome<OrderRow> {
    let row = OrderRow::load(c, id)?;
    officer.sees(row.branch_id)?;
    Ok(row)
}
