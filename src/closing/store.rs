//! The closings' rows: written once, read ever after.

use super::figures::ReportKind;
use crate::both;
use crate::db::schema::{closings, number_counters};
use crate::db::types::Moment;
use crate::db::{Conn, DbError};
use crate::domain::ids::{BranchId, ClosingId, DossierId, OfficerId};
use crate::dossier::canonical_text;
use crate::failure::{Failure, Outcome, Thing};
use crate::hex::hex;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use diesel::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = closings, treat_none_as_default_value = false)]
pub struct ClosingRow {
    pub id: ClosingId,
    pub number: i32,
    pub report: String,
    /// Nil: all branches together.
    pub branch_id: BranchId,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    pub as_of: NaiveDate,
    pub note: Option<String>,
    pub figures: String,
    pub seen: String,
    pub sha256: String,
    pub before: String,
    pub seal: String,
    pub closed_at: Moment,
    pub closed_by: OfficerId,
    pub closed_by_name: String,
}

impl ClosingRow {
    pub fn report(&self) -> Result<ReportKind, DbError> {
        self.report.parse().map_err(|_| self.corrupt("report"))
    }

    /// The branch closed; nothing for all together.
    pub fn branch(&self) -> Option<BranchId> {
        (self.branch_id != BranchId::nil()).then_some(self.branch_id)
    }

    /// The last event of each dossier that the figures hold although it was entered in the seconds of the closing.
    pub fn seen(&self) -> Result<BTreeMap<DossierId, u32>, DbError> {
        serde_json::from_str(&self.seen).map_err(|_| self.corrupt("seen"))
    }

    pub fn figures(&self) -> Result<serde_json::Value, DbError> {
        serde_json::from_str(&self.figures).map_err(|_| self.corrupt("figures"))
    }

    fn corrupt(&self, column: &str) -> DbError {
        DbError::Corrupt(format!("closings.{column} of number {}", self.number))
    }

    /// The SHA-256 of the figures as they stand.
    pub fn digest(&self) -> String {
        hex(&Sha256::digest(self.figures.as_bytes()))
    }

    /// The SHA-256 of the whole row, the seal of the closing before it included.
    pub fn sealed(&self) -> String {
        let text = canonical_text(&json!({
            "id": self.id.to_string(),
            "number": self.number,
            "report": self.report,
            "branch": self.branch_id.to_string(),
            "from": self.from_on.to_string(),
            "to": self.to_on.to_string(),
            "as_of": self.as_of.to_string(),
            "note": self.note,
            "seen": self.seen,
            "sha256": self.sha256,
            "before": self.before,
            "closed_at": self.closed_at.0.to_rfc3339_opts(SecondsFormat::Secs, true),
            "closed_by": self.closed_by.to_string(),
            "closed_by_name": self.closed_by_name,
        }));
        hex(&Sha256::digest(text.as_bytes()))
    }
}

/// The number of the next closing, and the seal of the last: whoever closes at the same time waits here.
pub fn next(tx: &mut Conn<'_>) -> Outcome<(i32, String)> {
    use number_counters as n;
    let number: i32 = both!(tx, |c| diesel::insert_into(n::table)
        .values((n::branch_id.eq(BranchId::nil()), n::series.eq("closing"), n::year.eq(0), n::last.eq(1)))
        .on_conflict((n::branch_id, n::series, n::year))
        .do_update()
        .set(n::last.eq(n::last + 1))
        .returning(n::last)
        .get_result(c))?;
    let last = seal_of(tx, number - 1)?;
    Ok((number, last.unwrap_or_default()))
}

/// The seal of the closing with this number, if there is one.
pub fn seal_of(c: &mut Conn<'_>, number: i32) -> Outcome<Option<String>> {
    Ok(both!(c, |c| closings::table
        .filter(closings::number.eq(number))
        .select(closings::seal)
        .first(c)
        .optional())?)
}

/// How many closings were numbered.
pub fn last_number(c: &mut Conn<'_>) -> Outcome<i32> {
    use number_counters as n;
    let last: Option<i32> = both!(c, |c| n::table
        .find((BranchId::nil(), "closing", 0))
        .select(n::last)
        .get_result(c)
        .optional())?;
    Ok(last.unwrap_or(0))
}

/// # Errors
/// The conflict `already-closed`.
pub fn insert(tx: &mut Conn<'_>, row: &ClosingRow) -> Outcome<()> {
    let inserted = both!(tx, |c| diesel::insert_into(closings::table).values(row).execute(c));
    let columns = ["report", "branch_id", "from_on", "to_on", "as_of"];
    match inserted.map_err(DbError::from) {
        Ok(_) => Ok(()),
        Err(error) if error.is_duplicate("closings", &columns) => Err(Failure::Conflict("already-closed")),
        Err(error) => Err(error.into()),
    }
}

pub fn load(c: &mut Conn<'_>, id: ClosingId) -> Outcome<ClosingRow> {
    both!(c, |c| closings::table.find(id).select(ClosingRow::as_select()).get_result(c).optional())?
        .ok_or(Failure::NotFound(Thing::Closing))
}

/// Which closings a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub branch: Option<BranchId>,
    pub report: Option<ReportKind>,
}

/// The newest first, those before `before`.
pub fn page(c: &mut Conn<'_>, filter: &Filter, before: Option<i32>, limit: i64) -> Outcome<Vec<ClosingRow>> {
    Ok(both!(c, |c| {
        let mut query = closings::table.into_boxed();
        if let Some(branch) = filter.branch {
            query = query.filter(closings::branch_id.eq(branch));
        }
        if let Some(report) = filter.report {
            query = query.filter(closings::report.eq(report.as_str()));
        }
        if let Some(before) = before {
            query = query.filter(closings::number.lt(before));
        }
        query.order(closings::number.desc()).limit(limit).select(ClosingRow::as_select()).load(c)
    })?)
}

pub fn count(c: &mut Conn<'_>, filter: &Filter) -> Outcome<i64> {
    Ok(both!(c, |c| {
        let mut query = closings::table.count().into_boxed();
        if let Some(branch) = filter.branch {
            query = query.filter(closings::branch_id.eq(branch));
        }
        if let Some(report) = filter.report {
            query = query.filter(closings::report.eq(report.as_str()));
        }
        query.get_result(c)
    })?)
}

/// The newest of these days, of a branch or of all together.
pub fn newest_of(
    c: &mut Conn<'_>,
    report: ReportKind,
    branch: Option<BranchId>,
    from: NaiveDate,
    to: NaiveDate,
) -> Outcome<Option<ClosingRow>> {
    Ok(both!(c, |c| closings::table
        .filter(closings::report.eq(report.as_str()))
        .filter(closings::branch_id.eq(branch.unwrap_or_else(BranchId::nil)))
        .filter(closings::from_on.eq(from))
        .filter(closings::to_on.eq(to))
        .order(closings::number.desc())
        .select(ClosingRow::as_select())
        .first(c)
        .optional())?)
}

/// All of them, in their order.
pub fn all(c: &mut Conn<'_>) -> Outcome<Vec<ClosingRow>> {
    Ok(both!(c, |c| closings::table.order(closings::number).select(ClosingRow::as_select()).load(c))?)
}

/// Registers taken over since a moment: their dossiers have no officer who entered them late.
pub fn registers_since(c: &mut Conn<'_>, since: DateTime<Utc>) -> Outcome<Vec<(DateTime<Utc>, i64)>> {
    use crate::db::schema::imports;
    let rows: Vec<(Moment, i64)> = both!(c, |c| imports::table
        .filter(imports::finished_at.is_null().or(imports::finished_at.ge(Moment(since))))
        .order(imports::started_at)
        .select((imports::started_at, imports::imported))
        .load(c))?;
    Ok(rows.into_iter().map(|(at, lines)| (at.0, lines)).collect())
}
