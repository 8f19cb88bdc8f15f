//! The open dossiers as they stand, and of each no more than what counting takes.

use crate::both;
use crate::db::Conn;
use crate::db::schema::dossiers;
use crate::db::types::Moment;
use crate::domain::ids::{BranchId, SectorId};
use crate::failure::Outcome;
use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

/// As the partial indexes of the lists of open dossiers have it.
const OPEN: &str = "(status = 'registered' or status = 'received' or status = 'in_processing' \
    or status = 'supplement_requested' or status = 'awaiting_payment')";

/// An open dossier whose clock has begun.
#[derive(Debug)]
pub struct OpenLine {
    pub branch: BranchId,
    pub sector: SectorId,
    pub received_at: Moment,
    pub due_on: NaiveDate,
    status: String,
}

impl OpenLine {
    /// For a supplement or a payment.
    pub fn is_waiting(&self) -> bool {
        matches!(self.status.as_str(), "supplement_requested" | "awaiting_payment")
    }
}

/// The open dossiers of a branch, or of all.
pub fn open_lines(c: &mut Conn<'_>, branch: Option<BranchId>) -> Outcome<Vec<OpenLine>> {
    type Row = (BranchId, SectorId, Option<Moment>, Option<NaiveDate>, String);
    let rows: Vec<Row> = both!(c, |c| {
        use dossiers as d;
        let mut query = d::table.filter(sql::<Bool>(OPEN)).filter(d::due_on.is_not_null()).into_boxed();
        if let Some(branch) = branch {
            query = query.filter(d::branch_id.eq(branch));
        }
        query.select((d::branch_id, d::sector_id, d::received_at, d::due_on, d::status)).load(c)?
    });
    let line = |(branch, sector, received_at, due_on, status): Row| {
        Some(OpenLine { branch, sector, received_at: received_at?, due_on: due_on?, status })
    };
    Ok(rows.into_iter().filter_map(line).collect())
}
