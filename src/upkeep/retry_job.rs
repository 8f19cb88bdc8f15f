//! `POST /jobs/{id}/retry`: an administrator lets a job be tried again at once.

use crate::account::Admin;
use crate::apology::Letters;
use crate::domain::ids::JobId;
use crate::http::{ActMeta, Body, House, Nothing, Problem, Reply, Segment, act};
use crate::jobs;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};

/// Makes a dead or waiting job due now, with its waits counted from the beginning. Administrators.
#[utoipa::path(tag = "upkeep", request_body = Nothing, responses((status = 204)))]
#[post("/jobs/{id}/retry")]
pub async fn post_job_retry(
    house: Data<House>,
    letters: Data<Letters>,
    admin: Admin,
    id: Segment<JobId>,
    meta: ActMeta,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let answer = act(&house, admin.id, &meta, move |tx, now| {
        jobs::retry_now(tx, id, now)?;
        Ok(Reply::nothing())
    })
    .await?;
    letters.bell.ring();
    Ok(answer)
}
