//! `DELETE /calendar/recomputations/{id}`: the rest is not counted.

use super::store::OrderRow;
use super::view::View;
use crate::account::Admin;
use crate::domain::ids::RecomputationId;
use crate::http::{ActMeta, House, Problem, Reply, Segment, act};
use crate::order::{Orders as _, Stoppable as _};
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
        OrderRow::load(tx, id)?;
        OrderRow::stop(tx, id, "recomputation-ended", now)?;
        tracing::info!(recomputation = %id, officer = %who, "counting due dates again was stopped");
        Reply::ok(&View::of(OrderRow::load(tx, id)?)?)
    })
    .await
}
