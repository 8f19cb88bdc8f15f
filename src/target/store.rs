//! The targets' rows.

use crate::both;
use crate::db::schema::{officers, targets};
use crate::db::types::Moment;
use crate::db::{Conn, DbError};
use crate::domain::ids::{BranchId, OfficerId, SectorId, TargetId};
use crate::domain::target::{Bar, Fraction, Target};
use crate::failure::{Failure, Outcome, Thing};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use std::collections::HashMap;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = targets, treat_none_as_default_value = false)]
pub struct TargetRow {
    pub id: TargetId,
    pub indicator: String,
    /// Nil: all.
    pub branch_id: BranchId,
    pub sector_id: SectorId,
    pub numerator: i64,
    pub denominator: i64,
    pub strictness: String,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub note: Option<String>,
    pub version: i32,
    pub set_at: Moment,
    /// Nil: the starting data.
    pub set_by: OfficerId,
    pub ended_at: Option<Moment>,
    pub ended_by: Option<OfficerId>,
}

impl TargetRow {
    pub fn of(target: &Target, note: Option<String>, at: DateTime<Utc>, by: OfficerId) -> Self {
        Self {
            id: target.id,
            indicator: target.indicator.as_str().to_owned(),
            branch_id: target.branch.unwrap_or_else(BranchId::nil),
            sector_id: target.sector.unwrap_or_else(SectorId::nil),
            numerator: target.bar.value.numerator(),
            denominator: target.bar.value.denominator(),
            strictness: target.bar.strictness.as_str().to_owned(),
            valid_from: target.valid_from,
            valid_to: target.valid_to,
            note,
            version: 1,
            set_at: Moment(at),
            set_by: by,
            ended_at: None,
            ended_by: None,
        }
    }

    pub fn target(&self) -> Result<Target, DbError> {
        let corrupt = |column: &str| DbError::Corrupt(format!("targets.{column} of {}", self.id));
        let value = Fraction::new(self.numerator, self.denominator).ok_or_else(|| corrupt("numerator"))?;
        Ok(Target {
            id: self.id,
            indicator: self.indicator.parse().map_err(|_| corrupt("indicator"))?,
            branch: (self.branch_id != BranchId::nil()).then_some(self.branch_id),
            sector: (self.sector_id != SectorId::nil()).then_some(self.sector_id),
            bar: Bar { value, strictness: self.strictness.parse().map_err(|_| corrupt("strictness"))? },
            valid_from: self.valid_from,
            valid_to: self.valid_to,
        })
    }
}

/// All targets there are and were.
///
/// # Errors
/// When the database fails or holds what it must not.
pub fn targets(c: &mut Conn<'_>) -> Outcome<Vec<Target>> {
    Ok(rows(c)?.iter().map(TargetRow::target).collect::<Result<_, _>>()?)
}

pub(super) fn rows(c: &mut Conn<'_>) -> Outcome<Vec<TargetRow>> {
    Ok(both!(c, |c| targets::table.select(TargetRow::as_select()).load(c))?)
}

pub(super) fn row(c: &mut Conn<'_>, id: TargetId) -> Outcome<TargetRow> {
    let found =
        both!(c, |c| targets::table.find(id).select(TargetRow::as_select()).get_result(c).optional())?;
    found.ok_or(Failure::NotFound(Thing::Target))
}

/// Whether any target was ever set: they are ended and never taken away.
pub fn has_any(c: &mut Conn<'_>) -> Result<bool, DbError> {
    let one: Option<TargetId> = both!(c, |c| targets::table.select(targets::id).first(c).optional())?;
    Ok(one.is_some())
}

/// Writes a new target. `by` is nil for the starting data.
///
/// # Errors
/// `Conflict` (`target-there`) where one of its kind begins on the same day.
pub fn add(
    c: &mut Conn<'_>,
    target: &Target,
    note: Option<String>,
    at: DateTime<Utc>,
    by: OfficerId,
) -> Outcome<()> {
    insert(c, &TargetRow::of(target, note, at, by))
}

pub(super) fn insert(c: &mut Conn<'_>, row: &TargetRow) -> Outcome<()> {
    let inserted: Result<usize, DbError> =
        both!(c, |c| diesel::insert_into(targets::table).values(row).execute(c)).map_err(DbError::from);
    inserted.map(|_| ()).map_err(|error| {
        let there = error.is_duplicate("targets", &["indicator", "branch_id", "sector_id", "valid_from"]);
        if there { Failure::Conflict("target-there") } else { error.into() }
    })
}

/// Ends a target that was not ended before.
pub(super) fn end(c: &mut Conn<'_>, row: &TargetRow) -> Outcome<()> {
    both!(c, |c| diesel::update(targets::table.find(row.id).filter(targets::ended_at.is_null()))
        .set((
            targets::valid_to.eq(row.valid_to),
            targets::version.eq(row.version),
            targets::ended_at.eq(row.ended_at),
            targets::ended_by.eq(row.ended_by),
        ))
        .execute(c))?;
    Ok(())
}

/// Full names of those who set or ended targets.
pub(super) fn names(c: &mut Conn<'_>, rows: &[TargetRow]) -> Outcome<HashMap<OfficerId, String>> {
    let mut ids: Vec<OfficerId> =
        rows.iter().flat_map(|row| [Some(row.set_by), row.ended_by]).flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    let found: Vec<(OfficerId, String)> = both!(c, |c| officers::table
        .filter(officers::id.eq_any(&ids))
        .select((officers::id, officers::full_name))
        .load(c))?;
    Ok(found.into_iter().collect())
}
