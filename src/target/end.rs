//! `DELETE /targets/{id}`: an administrator ends a target. It stays, with its last day: what was judged by it is judged
//! by it still.

use super::store;
use super::view::TargetView;
use crate::account::Admin;
use crate::db::types::Moment;
use crate::domain::ids::TargetId;
use crate::domain::local_time::day_of;
use crate::failure::{Failure, FieldFault};
use crate::http::{ActMeta, House, Problem, Query, Reply, Seen, Segment, act};
use actix_web::web::Data;
use actix_web::{HttpResponse, delete};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Ending {
    /// The last day on which the target holds: today unless it is given, and no day that is over.
    #[param(example = "2026-12-31")]
    valid_to: Option<NaiveDate>,
}

/// Ends a target. One that has not begun never holds. Administrators.
#[utoipa::path(tag = "reports", params(Seen, Ending), responses((status = 200, body = TargetView)))]
#[delete("/targets/{id}")]
pub async fn end_target(
    house: Data<House>,
    admin: Admin,
    id: Segment<TargetId>,
    ending: Query<Ending>,
    seen: Seen,
    meta: ActMeta,
) -> Result<HttpResponse, Problem> {
    let (references, by) = (house.references.clone(), admin.id);
    let (id, ending) = (id.into_inner(), ending.into_inner());
    act(&house, admin.id, &meta, move |tx, now| {
        let (reference, today) = (references.of(tx)?, day_of(now));
        let mut row = store::row(tx, id)?;
        seen.check(row.version)?;
        if row.ended_at.is_some() {
            return Err(Failure::Conflict("target-ended"));
        }
        let fault = |code| Err(Failure::Invalid(vec![FieldFault::new("/query/valid_to", code)]));
        let last = match ending.valid_to {
            Some(day) if day < today => return fault("day-over"),
            Some(day) if row.valid_to.is_some_and(|last| last < day) => return fault("after-its-end"),
            Some(day) => day,
            None => today,
        };
        let never = row.valid_from.pred_opt().unwrap_or(row.valid_from);
        let last = row.valid_to.map_or(last, |before| before.min(last)).max(never);
        row.valid_to = Some(last);
        row.version += 1;
        (row.ended_at, row.ended_by) = (Some(Moment(now)), Some(by));
        store::end(tx, &row)?;
        let names = store::names(tx, std::slice::from_ref(&row))?;
        tracing::info!(target = %row.id, %last, officer = %by, "target ended");
        Ok(Reply::ok(&TargetView::of(&row, &reference, &names, today)?)?.version(row.version))
    })
    .await
}
