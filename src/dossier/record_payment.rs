//! `POST /dossiers/{code}/payment`: the payment is in; the clock goes on where it stood.

use super::transition::{Order, transition};
use super::view::View;
use crate::account::Officer;
use crate::domain::decide::Command;
use crate::domain::lifecycle::Act;
use crate::http::{ActMeta, Body, House, Problem, Seen, Segment};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, FixedOffset};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Payment)]
pub struct Request {
    /// When it happened, if it is entered afterwards.
    occurred_at: Option<DateTime<FixedOffset>>,
}

/// Records a payment: the clock goes on, the wait is not counted. Counter, handler or head.
#[utoipa::path(tag = "dossiers", params(Seen), request_body = Request, responses((status = 200, body = View, headers(("ETag")))))]
#[post("/dossiers/{code}/payment")]
pub async fn record_dossier_payment(
    house: Data<House>,
    officer: Officer,
    code: Segment<String>,
    seen: Seen,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let order = Order { officer, code: code.into_inner(), seen, occurred_at: body.occurred_at };
    transition(&house, &meta, order, Act::RecordPayment, move |_, _, _| Ok(Command::RecordPayment)).await
}
