//! `POST /calendar/recomputations`: after the calendar has changed, an administrator lets open dossiers be counted
//! again. Nothing moves by itself, and a promise is kept where it is earlier.

use super::store::{self, OrderRow};
use super::view::View;
use super::work;
use crate::account::Admin;
use crate::apology::Letters;
use crate::domain::ids::RecomputationId;
use crate::domain::people;
use crate::dossier::open_clocks_count;
use crate::failure::{Failure, Fields};
use crate::http::{ActMeta, Body, House, Problem, Reply, act};
use crate::order::OrderState;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RecomputationOrder)]
pub struct Request {
    /// Why, such as the number of the announcement; kept with every dossier that moves.
    reason: String,
}

/// Counts the due dates of open dossiers again, as a job; the order stands at `Location`. A dossier moves where its due
/// date is earlier by the calendar, and keeps its promise otherwise. 409 `recomputation-at-work` while another is being
/// worked on. Administrators.
#[utoipa::path(tag = "calendar", request_body = Request, responses((status = 202, body = View)))]
#[post("/calendar/recomputations")]
pub async fn order_recomputation(
    house: Data<House>,
    letters: Data<Letters>,
    admin: Admin,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new();
    let reason = fields.take("/reason", people::lines(&body.reason, 2000));
    let reason = fields.done(|| reason)?;
    let officer = admin.0.clone();
    let answer = act(&house, officer.id, &meta, move |tx, now| {
        let total = open_clocks_count(tx)?;
        let row = OrderRow {
            id: RecomputationId::at(now),
            reason: reason.clone(),
            ordered_at: now.into(),
            ordered_by: officer.id,
            ordered_by_name: officer.full_name.clone(),
            state: OrderState::Working.as_str().to_owned(),
            total: i32::try_from(total).unwrap_or(i32::MAX),
            done: 0,
            moved: 0,
            kept: 0,
            failed: 0,
            after_due_on: None,
            after_id: None,
            changed_at: now.into(),
        };
        if !store::insert(tx, &row)? {
            return Err(Failure::Conflict("recomputation-at-work"));
        }
        work::queue(tx, row.id, now)?;
        tracing::info!(recomputation = %row.id, officer = %officer.id, total, "due dates are to be counted again");
        Reply::accepted(&format!("/calendar/recomputations/{}", row.id), &View::of(row)?)
    })
    .await?;
    letters.bell.ring();
    Ok(answer)
}
