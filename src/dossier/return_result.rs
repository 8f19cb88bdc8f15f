//! `POST /dossiers/{code}/return`: the citizen gets the result.

use super::transition::{Order, transition};
use super::view::View;
use crate::account::Officer;
use crate::domain::decide::Command;
use crate::domain::event::ReturnChannel;
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
#[schema(as = NewReturn)]
pub struct Request {
    /// in_person, online, postal
    channel: String,
    received_by: Option<String>,
    /// When it happened, if it is entered afterwards.
    occurred_at: Option<DateTime<FixedOffset>>,
}

/// Records who took the result, and how. Counter or head.
#[utoipa::path(tag = "dossiers", params(Seen), request_body = Request, responses((status = 200, body = View, headers(("ETag")))))]
#[post("/dossiers/{code}/return")]
pub async fn return_dossier_result(
    house: Data<House>,
    officer: Officer,
    code: Segment<String>,
    seen: Seen,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new();
    let channel = fields.take("/channel", body.channel.parse::<ReturnChannel>());
    let received_by =
        fields.optional("/received_by", body.received_by.as_deref(), |text| people::line(text, 200));
    let (channel, received_by) = fields.done(|| Some((channel?, received_by?)))?;
    let order = Order { officer, code: code.into_inner(), seen, occurred_at: body.occurred_at };
    transition(&house, &meta, order, Act::Return, move |_, _, _| {
        Ok(Command::Return { channel, received_by: received_by.clone() })
    })
    .await
}
