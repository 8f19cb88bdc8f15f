//! `POST /dossiers/{code}/corrections`: a wrong entry is put right; old value, new value, reason and who approved
//! it stay visible. Nothing is overwritten.

use super::transition::{Order, save_and_show};
use super::view::View;
use crate::account::Officer;
use crate::domain::event::{Channel, CorrectableField, ResultKind};
use crate::domain::lifecycle::Act;
use crate::domain::local_time::whole_seconds;
use crate::domain::people::{self, ApplicantKind};
use crate::failure::{FieldFault, Fields};
use crate::http::{ActMeta, Body, House, Problem, Seen, Segment, act};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Correction)]
pub struct Request {
    /// received_at, resolved_at, returned_at, channel, outcome, request_summary, applicant.name, applicant.kind,
    /// applicant.id_number, applicant.phone, applicant.email, applicant.address
    field: String,
    /// As it should be; moments in RFC 3339. Empty removes an optional value.
    value: String,
    /// 1–2,000 characters.
    reason: String,
    /// When it was found out, if it is entered afterwards.
    occurred_at: Option<DateTime<FixedOffset>>,
}

/// Puts a wrong entry right. Head of the branch, who thereby approves it, or an administrator.
///
/// Due dates that hang on a corrected moment are counted again; the first promise stays as it was.
#[utoipa::path(tag = "dossiers", params(Seen), request_body = Request, responses((status = 200, body = View, headers(("ETag")))))]
#[post("/dossiers/{code}/corrections")]
pub async fn correct_dossier(
    house: Data<House>,
    officer: Officer,
    code: Segment<String>,
    seen: Seen,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new();
    let reason = fields.take("/reason", people::lines(&body.reason, 2000));
    let field = fields.take("/field", body.field.parse::<CorrectableField>());
    let value = field.and_then(|field| fields.take("/value", checked(field, &body.value)));
    let (field, value, reason) = fields.done(|| Some((field?, value?, reason?)))?;
    let order = Order { officer, code: code.into_inner(), seen, occurred_at: body.occurred_at };
    let references = house.references.clone();
    act(&house, order.officer.id, &meta, move |tx, now| {
        let reference = references.of(tx)?;
        let mut life = order.load(tx, Act::Correct)?;
        life.correct(tx, &reference, (field, value.clone(), reason.clone()), order.stamp(now))?;
        save_and_show(tx, &reference, life, now)
    })
    .await
}

/// The value as the field keeps it.
fn checked(field: CorrectableField, value: &str) -> Result<String, FieldFault> {
    use CorrectableField as Field;
    let fault = |code| FieldFault::new("/value", code);
    let text = |parsed: Result<String, people::TextFault>| match parsed {
        Ok(text) => Ok(text),
        Err(people::TextFault::TooLong { max }) => Err(FieldFault::with("/value", "too-long", max)),
        Err(other) => Err(fault(other.code())),
    };
    let optional = |parse: fn(&str) -> Result<String, people::TextFault>| {
        if value.is_empty() { Ok(String::new()) } else { text(parse(value)) }
    };
    match field {
        Field::ReceivedAt | Field::ResolvedAt | Field::ReturnedAt => value
            .parse::<DateTime<Utc>>()
            .map(|at| whole_seconds(at).to_rfc3339_opts(SecondsFormat::Secs, true))
            .map_err(|_| fault("not-a-moment")),
        Field::Channel => {
            value.parse::<Channel>().map(|channel| channel.to_string()).map_err(|_| fault("unknown-value"))
        }
        Field::Outcome => {
            value.parse::<ResultKind>().map(|kind| kind.to_string()).map_err(|_| fault("unknown-value"))
        }
        Field::ApplicantKind => {
            value.parse::<ApplicantKind>().map(|kind| kind.to_string()).map_err(|_| fault("unknown-value"))
        }
        Field::ApplicantName => text(people::line(value, 200)),
        Field::RequestSummary => optional(|value| people::lines(value, 2000)),
        Field::ApplicantIdNumber => optional(people::id_number),
        Field::ApplicantPhone => optional(people::phone),
        Field::ApplicantEmail => optional(people::email),
        Field::ApplicantAddress => optional(|value| people::line(value, 500)),
    }
}
