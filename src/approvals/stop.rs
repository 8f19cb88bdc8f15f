//! `DELETE /approval-orders/{id}`: the rest is not approved.

use super::store::OrderRow;
use super::view::{View, visible};
use crate::account::HeadOf;
use crate::domain::ids::ApprovalOrderId;
use crate::http::{ActMeta, House, Problem, Reply, Segment, act};
use crate::order::Stoppable as _;
use actix_web::web::Data;
use actix_web::{HttpResponse, delete};

/// Stops. What was approved so far stays approved and is mailed, and the order stays with what it came to; the other letters
/// are drafts as before. 409 `approvals-ended` when it is not being worked on any more. The head of the branch only.
#[utoipa::path(tag = "apologies", responses((status = 200, body = View)))]
#[delete("/approval-orders/{id}")]
pub async fn stop_approval_order(
    house: Data<House>,
    head: HeadOf,
    id: Segment<ApprovalOrderId>,
    meta: ActMeta,
) -> Result<HttpResponse, Problem> {
    let (id, officer) = (id.into_inner(), head.0.clone());
    act(&house, officer.id, &meta, move |tx, now| {
        visible(tx, &officer, id)?;
        OrderRow::stop(tx, id, "approvals-ended", now)?;
        tracing::info!(order = %id, officer = %officer.id, "approving letters was stopped");
        Reply::ok(&View::of(visible(tx, &officer, id)?)?)
    })
    .await
}
