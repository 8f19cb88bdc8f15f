//! `POST /targets`: an administrator sets a target. What held before goes on to hold where the new one does not.

use super::store::{self, TargetRow};
use super::view::TargetView;
use crate::account::Admin;
use crate::domain::ids::TargetId;
use crate::domain::local_time::day_of;
use crate::domain::people;
use crate::domain::target::{Bar, Fraction, Indicator, Strictness, Target};
use crate::failure::{Fields, Outcome};
use crate::http::{ActMeta, Body, House, Problem, Reply, act};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTarget {
    /// S06, S07, S08, S09, S12, S13, S18, S21, S23 or P312.
    #[schema(example = "P312")]
    pub indicator: String,
    /// Absent: all branches.
    pub branch_code: Option<String>,
    /// Code or name; absent: all sectors. Only S06 and P312 are measured by sector.
    pub sector: Option<String>,
    /// `>=`, `>` or `=`
    #[schema(example = ">")]
    pub strictness: String,
    /// In per cent with at most four decimals, or as a fraction: `90 %`, `98,5 %`, `9/10`.
    #[schema(example = "90 %")]
    pub value: String,
    #[schema(example = "2027-01-01")]
    pub valid_from: NaiveDate,
    /// The last day on which it holds.
    pub valid_to: Option<NaiveDate>,
    pub note: Option<String>,
}

impl NewTarget {
    /// The target meant, and the note.
    ///
    /// # Errors
    /// `Invalid` with the fields at fault.
    pub fn check(&self, reference: &Reference, now: DateTime<Utc>) -> Outcome<(Target, Option<String>)> {
        let mut fields = Fields::new();
        let indicator = fields.take("/indicator", self.indicator.parse::<Indicator>());
        let branch = fields.optional("/branch_code", self.branch_code.as_deref(), |code| {
            reference.branch(code).map(|branch| branch.id).ok_or("unknown-value")
        });
        let sector = fields.optional("/sector", self.sector.as_deref(), |named| {
            reference.sector_named(named).map(|sector| sector.id).ok_or("unknown-value")
        });
        let by_sector = indicator.is_none_or(|one| matches!(one, Indicator::S06 | Indicator::P312));
        fields.check(by_sector || self.sector.is_none(), "/sector", "not-by-sector");
        let strictness = fields.take("/strictness", self.strictness.parse::<Strictness>());
        let value = fields.take("/value", Fraction::parse(&self.value).ok_or("bad-share"));
        let in_range = |day: NaiveDate| (1900..=2999).contains(&day.year());
        fields.check(in_range(self.valid_from), "/valid_from", "out-of-range");
        if let Some(last) = self.valid_to {
            fields.check(in_range(last), "/valid_to", "out-of-range");
            fields.check(self.valid_from <= last, "/valid_to", "before-from");
        }
        let note = fields.optional("/note", self.note.as_deref(), |note| people::line(note, 500));
        fields.done(|| {
            let target = Target {
                id: TargetId::at(now),
                indicator: indicator?,
                branch: branch?,
                sector: sector?,
                bar: Bar { value: value?, strictness: strictness? },
                valid_from: self.valid_from,
                valid_to: self.valid_to,
            };
            Some((target, note?))
        })
    }
}

/// Sets a target; an administrator's to do.
#[utoipa::path(tag = "reports", request_body = NewTarget, responses((status = 201, body = TargetView)))]
#[post("/targets")]
pub async fn set_target(
    house: Data<House>,
    admin: Admin,
    meta: ActMeta,
    body: Body<NewTarget>,
) -> Result<HttpResponse, Problem> {
    let (references, raw, by) = (house.references.clone(), body.into_inner(), admin.id);
    act(&house, admin.id, &meta, move |tx, now| {
        let reference = references.of(tx)?;
        let (target, note) = raw.check(&reference, now)?;
        let row = TargetRow::of(&target, note, now, by);
        store::insert(tx, &row)?;
        let names = store::names(tx, std::slice::from_ref(&row))?;
        tracing::info!(indicator = %target.indicator, target = %target.bar.shown(), officer = %by, "target set");
        let view = TargetView::of(&row, &reference, &names, day_of(now))?;
        Ok(Reply::created(&format!("/targets/{}", row.id), &view)?.version(row.version))
    })
    .await
}
