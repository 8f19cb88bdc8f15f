//! `DELETE /calendar/recomputations/{id}`: the rest is not counted.

use super::store;
use super::view::View;
use crate::account::Admin;
use crate::domain::ids::RecomputationId;
use crate::failure::Failure;
use crate::http::{ActMeta, House, Problem, Reply, Segment, act};
use crate::jobs::OrderState;
use actix_web::web::Data;
use actix_web::{HttpResponse, delete};

/// Stops. What was moved so far stays moved, and the order stays with what it came to; the rest is as it was.
/// 409 `recomputation-ended` when it is not being worked on any more. Administrators.
#[utoipa::path(tag = "calendar", responses((status = 200, body = View)))]
#[delete("/calendar/recomputations/{id}")]
pub async fn stop_recomputation(
    house: Data<House>,
    admin: Admin,
    id: Segment<RecomputationId>,
    meta: ActMeta,
) -> Result<HttpResponse, Problem> {
    let (id, who) = (id.into_inner(), admin.id);
    act(&house, who, &meta, move |tx, now| {
        store::load(tx, id)?;
        if !store::end(tx, id, OrderState::Stopped, now)? {
            return Err(Failure::Conflict("recomputation-ended"));
        }
        tracing::info!(recomputation = %id, officer = %who, "counting due dates again was stopped");
        Reply::ok(&View::of(store::load(tx, id)?)?)
    })
    .await
}
