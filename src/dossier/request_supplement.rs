//! `POST /dossiers/{code}/supplement-request`: missing papers are asked for, once and completely (NĐ 61/2018 Đ19.4, form 02).

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
#[schema(as = SupplementRequest)]
pub struct Request {
    /// What is missing, 1–100 lines.
    items: Vec<String>,
    /// 1–2,000 characters.
    reason: String,
    /// When it happened, if it is entered afterwards.
    occurred_at: Option<DateTime<FixedOffset>>,
}

/// Asks for missing papers: the clock stands still until they are in. A second round, and a request later than
/// the rules allow, are recorded and flagged, never hidden. Counter, handler or head.
#[utoipa::path(tag = "dossiers", params(Seen), request_body = Request, responses((status = 200, body = View, headers(("ETag")))))]
#[post("/dossiers/{code}/supplement-request")]
pub async fn request_dossier_supplement(
    house: Data<House>,
    officer: Officer,
    code: Segment<String>,
    seen: Seen,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new();
    let items = super::intake::check_items(&mut fields, &body.items);
    fields.check(!body.items.is_empty(), "/items", "required");
    let reason = fields.take("/reason", people::lines(&body.reason, 2000));
    let (items, reason) = fields.done(|| Some((items?, reason?)))?;
    let order = Order { officer, code: code.into_inner(), seen, occurred_at: body.occurred_at };
    transition(&house, &meta, order, Act::RequestSupplement, move |_, _, _| {
        Ok(Command::RequestSupplement { items: items.clone(), reason: reason.clone() })
    })
    .await
}
