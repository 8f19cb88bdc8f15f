//! `POST /dossiers/{code}/payment-request`: the citizen has to pay first; the clock stands still.

use super::transition::{Order, transition};
use super::view::View;
use crate::account::Officer;
use crate::domain::decide::Command;
use crate::domain::lifecycle::Act;
use crate::domain::people;
use crate::failure::Fields;
use crate::http::{ActMeta, Body, House, Problem, Seen, Segment};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, FixedOffset};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PaymentRequest)]
pub struct Request {
    /// In đồng, 1 to 1,000,000,000,000.
    amount: i64,
    /// 1–2,000 characters.
    reason: String,
    /// When it happened, if it is entered afterwards.
    occurred_at: Option<DateTime<FixedOffset>>,
}

/// Asks for a payment in đồng: the clock stands still until it is in. Counter, handler or head.
#[utoipa::path(tag = "dossiers", params(Seen), request_body = Request, responses((status = 200, body = View, headers(("ETag")))))]
#[post("/dossiers/{code}/payment-request")]
pub async fn request_dossier_payment(
    house: Data<House>,
    officer: Officer,
    code: Segment<String>,
    seen: Seen,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new();
    let (amount, reason) = (body.amount, fields.take("/reason", people::lines(&body.reason, 2000)));
    fields.check((1..=1_000_000_000_000).contains(&amount), "/amount", "out-of-range");
    let reason = fields.done(|| reason)?;
    let order = Order { officer, code: code.into_inner(), seen, occurred_at: body.occurred_at };
    transition(&house, &meta, order, Act::RequestPayment, move |_, _, _| {
        Ok(Command::RequestPayment { amount, reason: reason.clone() })
    })
    .await
}
