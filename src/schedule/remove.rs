//! `DELETE /schedules/{id}`: plans it no more. Reports made so far stay with whoever has them.

use super::body::may_plan;
use super::store::{self, ScheduleRow};
use crate::account::Officer;
use crate::domain::ids::ScheduleId;
use crate::http::{ActMeta, House, Problem, Reply, Seen, Segment, act};
use actix_web::web::Data;
use actix_web::{HttpResponse, delete};

/// Takes a schedule out.
#[utoipa::path(tag = "schedules", params(Seen), responses((status = 204)))]
#[delete("/schedules/{id}")]
pub async fn delete_schedule(
    house: Data<House>,
    officer: Officer,
    id: Segment<ScheduleId>,
    seen: Seen,
    meta: ActMeta,
) -> Result<HttpResponse, Problem> {
    let (id, by) = (id.into_inner(), officer.id);
    act(&house, by, &meta, move |tx, now| {
        let before = store::load(tx, id)?;
        may_plan(&officer, before.branch())?;
        seen.check(before.version)?;
        let version = before.version + 1;
        store::update(tx, &ScheduleRow { removed_at: Some(now.into()), version, ..before })?;
        tracing::info!(schedule = %id, officer = %officer.id, "a schedule was removed");
        Ok(Reply::nothing())
    })
    .await
}
