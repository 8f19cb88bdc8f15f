//! `PATCH /schedules/{id}`: plans otherwise from now on.

use super::body::{Change, may_plan};
use super::store::{self, ScheduleRow};
use super::view::View;
use crate::account::Officer;
use crate::domain::ids::ScheduleId;
use crate::domain::local_time::day_of;
use crate::http::{ActMeta, Body, House, Problem, Reply, Seen, Segment, act};
use actix_web::web::Data;
use actix_web::{HttpResponse, patch};

/// Changes a schedule. Other days, or being active again, count from today on: nothing is caught up with.
#[utoipa::path(
    tag = "schedules",
    params(Seen),
    request_body = Change,
    responses((status = 200, body = View))
)]
#[patch("/schedules/{id}")]
pub async fn change_schedule(
    house: Data<House>,
    officer: Officer,
    id: Segment<ScheduleId>,
    seen: Seen,
    meta: ActMeta,
    body: Body<Change>,
) -> Result<HttpResponse, Problem> {
    let (body, references) = (body.into_inner(), house.references.clone());
    let (id, by) = (id.into_inner(), officer.id);
    act(&house, by, &meta, move |tx, now| {
        let reference = references.of(tx)?;
        let before = store::load(tx, id)?;
        may_plan(&officer, before.branch())?;
        seen.check(before.version)?;
        let plan = body.checked(&reference, &officer, &before)?;
        let days = plan.days.to_string();
        let anew = days != before.days || (plan.active && !before.active);
        let row = ScheduleRow {
            name: plan.name,
            report: plan.report.as_str().to_owned(),
            branch_id: plan.branch,
            days,
            covers: plan.covers.as_str().to_owned(),
            recipients: plan.recipients,
            lead_days: plan.lead_days,
            active: plan.active,
            since: if anew { day_of(now) } else { before.since },
            version: before.version + 1,
            ..before
        };
        store::update(tx, &row)?;
        tracing::info!(schedule = %row.id, officer = %officer.id, "a schedule was changed");
        Ok(Reply::ok(&View::of(tx, &reference, &row, day_of(now))?)?.version(row.version))
    })
    .await
}
