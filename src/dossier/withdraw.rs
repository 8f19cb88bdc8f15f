//! `POST /dossiers/{code}/withdrawal`: the citizen takes the dossier back.

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
#[schema(as = Withdrawal)]
pub struct Request {
    /// 1–2,000 characters.
    reason: String,
    /// When it happened, if it is entered afterwards.
    occurred_at: Option<DateTime<FixedOffset>>,
}

/// Ends an open dossier at the wish of the citizen. Counter, handler or head.
#[utoipa::path(tag = "dossiers", params(Seen), request_body = Request, responses((status = 200, body = View, headers(("ETag")))))]
#[post("/dossiers/{code}/withdrawal")]
pub async fn withdraw_dossier(
    house: Data<House>,
    officer: Officer,
    code: Segment<String>,
    seen: Seen,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new();
    let reason = fields.take("/reason", people::lines(&body.reason, 2000));
    let reason = fields.done(|| reason)?;
    let order = Order { officer, code: code.into_inner(), seen, occurred_at: body.occurred_at };
    transition(&house, &meta, order, Act::Withdraw, move |_, _, _| {
        Ok(Command::Withdraw { reason: reason.clone() })
    })
    .await
}
