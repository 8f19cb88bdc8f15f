//! A target as clients see it.

use super::store::TargetRow;
use crate::domain::ids::OfficerId;
use crate::domain::local_time::local;
use crate::domain::target::Fraction;
use crate::failure::Outcome;
use crate::reference::Reference;
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Target)]
pub struct TargetView {
    pub id: String,
    /// The requirement of the plan: S06, S07, S08, S09, S12, S13, S18, S21, S23 or P312.
    pub indicator: &'static str,
    /// Null: all branches that have no target of their own.
    pub branch_code: Option<String>,
    pub branch: Option<String>,
    /// Null: all sectors that have no target of their own.
    pub sector_code: Option<String>,
    pub sector: Option<String>,
    /// `>=`, `>` or `=`
    pub strictness: &'static str,
    #[schema(inline)]
    pub value: FractionView,
    /// Strictness and value as people write them.
    #[schema(example = "> 90 %")]
    pub shown: String,
    pub valid_from: NaiveDate,
    /// The last day on which it holds; null while nobody has said.
    pub valid_to: Option<NaiveDate>,
    /// It holds today.
    pub in_force: bool,
    pub note: Option<String>,
    pub set_at: DateTime<FixedOffset>,
    /// Null: it came with the starting data.
    pub set_by: Option<String>,
    pub ended_at: Option<DateTime<FixedOffset>>,
    pub ended_by: Option<String>,
    pub version: i32,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FractionView {
    pub numerator: i64,
    pub denominator: i64,
}

impl From<Fraction> for FractionView {
    fn from(value: Fraction) -> Self {
        Self { numerator: value.numerator(), denominator: value.denominator() }
    }
}

impl TargetView {
    pub(super) fn of(
        row: &TargetRow,
        reference: &Reference,
        names: &HashMap<OfficerId, String>,
        today: NaiveDate,
    ) -> Outcome<Self> {
        let target = row.target()?;
        let branch = target.branch.and_then(|id| reference.branch_by_id(id));
        let sector = target.sector.and_then(|id| reference.sector_by_id(id));
        Ok(Self {
            id: row.id.to_string(),
            indicator: target.indicator.as_str(),
            branch_code: branch.map(|branch| branch.code.clone()),
            branch: branch.map(|branch| branch.name.clone()),
            sector_code: sector.map(|sector| sector.code.clone()),
            sector: sector.map(|sector| sector.name.clone()),
            strictness: target.bar.strictness.as_str(),
            value: target.bar.value.into(),
            shown: target.bar.shown(),
            valid_from: target.valid_from,
            valid_to: target.valid_to,
            in_force: target.holds_on(today),
            note: row.note.clone(),
            set_at: local(row.set_at.0),
            set_by: names.get(&row.set_by).cloned(),
            ended_at: row.ended_at.map(|at| local(at.0)),
            ended_by: row.ended_by.and_then(|id| names.get(&id).cloned()),
            version: row.version,
        })
    }
}
