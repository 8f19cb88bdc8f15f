//! `POST /dossiers/{code}/result`: the result is at the counter: the agency's time ends. A refusal after appraisal is a result too.

use super::transition::{Order, transition};
use super::view::View;
use crate::account::Officer;
use crate::domain::decide::Command;
use crate::domain::event::ResultKind;
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
#[schema(as = NewResult)]
pub struct Request {
    /// granted, denied
    outcome: String,
    document_number: Option<String>,
    /// Why it was denied.
    reason: Option<String>,
    /// When it happened, if it is entered afterwards.
    occurred_at: Option<DateTime<FixedOffset>>,
}

/// Records the result: the verdict early, on time or overdue is taken now. Counter, handler or head.
#[utoipa::path(tag = "dossiers", params(Seen), request_body = Request, responses((status = 200, body = View, headers(("ETag")))))]
#[post("/dossiers/{code}/result")]
pub async fn resolve_dossier(
    house: Data<House>,
    officer: Officer,
    code: Segment<String>,
    seen: Seen,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new();
    let outcome = fields.take("/outcome", body.outcome.parse::<ResultKind>());
    let document_number =
        fields.optional("/document_number", body.document_number.as_deref(), |text| people::line(text, 100));
    let reason = fields.optional("/reason", body.reason.as_deref(), |text| people::lines(text, 2000));
    let (outcome, document_number, reason) = fields.done(|| Some((outcome?, document_number?, reason?)))?;
    let order = Order { officer, code: code.into_inner(), seen, occurred_at: body.occurred_at };
    transition(&house, &meta, order, Act::Resolve, move |_, _, _| {
        Ok(Command::Resolve { outcome, document_number: document_number.clone(), reason: reason.clone() })
    })
    .await
}
