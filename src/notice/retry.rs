//! `POST /notices/{id}/retry`: an administrator has a notice that failed mailed once more.

use super::store;
use super::view::View;
use crate::account::Admin;
use crate::apology::Letters;
use crate::domain::ids::NoticeId;
use crate::http::{ActMeta, Body, House, Nothing, Problem, Reply, Segment, act};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};

/// Queues a failed notice again, also one that was too late. Administrators.
#[utoipa::path(tag = "notices", request_body = Nothing, responses((status = 200, body = View)))]
#[post("/notices/{id}/retry")]
pub async fn retry_notice(
    house: Data<House>,
    letters: Data<Letters>,
    admin: Admin,
    id: Segment<NoticeId>,
    meta: ActMeta,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let answer = act(&house, admin.id, &meta, move |tx, now| {
        store::again(tx, id, now)?;
        Reply::ok(&View::of(store::load(tx, id)?, true))
    })
    .await?;
    letters.bell.ring();
    Ok(answer)
}
