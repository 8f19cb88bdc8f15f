//! `POST /schedules`: plans a report.

use super::body::New;
use super::store::{self, ScheduleRow};
use super::view::View;
use crate::account::Officer;
use crate::domain::ids::ScheduleId;
use crate::domain::local_time::day_of;
use crate::http::{ActMeta, Body, House, Problem, Reply, act};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};

/// Plans a report from today on. A head for the own branch, the office for any or for all together.
#[utoipa::path(tag = "schedules", request_body = New, responses((status = 201, body = View)))]
#[post("/schedules")]
pub async fn post_schedule(
    house: Data<House>,
    officer: Officer,
    meta: ActMeta,
    body: Body<New>,
) -> Result<HttpResponse, Problem> {
    let (body, references, by) = (body.into_inner(), house.references.clone(), officer.id);
    act(&house, by, &meta, move |tx, now| {
        let reference = references.of(tx)?;
        let plan = body.checked(&reference, &officer)?;
        let row = ScheduleRow {
            id: ScheduleId::at(now),
            name: plan.name,
            report: plan.report.as_str().to_owned(),
            branch_id: plan.branch,
            days: plan.days.to_string(),
            covers: plan.covers.as_str().to_owned(),
            recipients: plan.recipients,
            lead_days: plan.lead_days,
            active: plan.active,
            since: day_of(now),
            version: 1,
            created_at: now.into(),
            removed_at: None,
        };
        store::insert(tx, &row)?;
        tracing::info!(schedule = %row.id, officer = %officer.id, "a report was scheduled");
        let view = View::of(tx, &reference, &row, day_of(now))?;
        Ok(Reply::created(&format!("/schedules/{}", row.id), &view)?.version(row.version))
    })
    .await
}
