//! `POST /dossiers/{code}/return/undo`: a result was written down as handed over by mistake; it is still at the counter.

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
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReturnUndoing)]
pub struct Request {
    /// 1–2,000 characters.
    reason: String,
}

/// Takes back a hand-over that was entered by mistake. Counter, within the working day of the hand-over; head.
///
/// Both stay in the story, and the result waits to be handed over again.
#[utoipa::path(tag = "dossiers", params(Seen), request_body = Request, responses((status = 200, body = View, headers(("ETag")))))]
#[post("/dossiers/{code}/return/undo")]
pub async fn undo_return_of_dossier_result(
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
    let order = Order { officer, code: code.into_inner(), seen, occurred_at: None };
    transition(&house, &meta, order, Act::UndoReturn, move |_, _, _| {
        Ok(Command::UndoReturn { reason: reason.clone() })
    })
    .await
}
