//! `POST /dossiers/{code}/survey`: an officer types in what the applicant said, on paper, of how he was served.

use super::transition::{Order, transition};
use super::view::View;
use crate::account::Officer;
use crate::domain::decide::Command;
use crate::domain::lifecycle::Act;
use crate::domain::people;
use crate::domain::returned::{AnsweredBy, Satisfaction};
use crate::failure::{Fields, Outcome};
use crate::http::{ActMeta, Body, House, Problem, Seen, Segment};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, FixedOffset};
use serde::Deserialize;
use utoipa::ToSchema;

/// Characters of a remark at most.
const LONGEST_REMARK: usize = 1000;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSurvey)]
pub struct Request {
    /// very_satisfied, satisfied, neutral, dissatisfied, very_dissatisfied
    satisfaction: String,
    /// 1–1,000 characters.
    remark: Option<String>,
    /// When it happened, if it is entered afterwards.
    occurred_at: Option<DateTime<FixedOffset>>,
}

/// Records the applicant's answer from a paper slip, once, after the result was handed over. Counter or head.
#[utoipa::path(tag = "dossiers", params(Seen), request_body = Request, responses((status = 200, body = View, headers(("ETag")))))]
#[post("/dossiers/{code}/survey")]
pub async fn survey_dossier(
    house: Data<House>,
    officer: Officer,
    code: Segment<String>,
    seen: Seen,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let command = answer(&body.satisfaction, body.remark.as_deref(), AnsweredBy::Counter)?;
    let order = Order { officer, code: code.into_inner(), seen, occurred_at: body.occurred_at };
    transition(&house, &meta, order, Act::Survey, move |_, _, _| Ok(command.clone())).await
}

/// An answer as it comes in, whoever enters it.
pub fn answer(satisfaction: &str, remark: Option<&str>, answered_by: AnsweredBy) -> Outcome<Command> {
    let mut fields = Fields::new();
    let satisfaction = fields.take("/satisfaction", satisfaction.parse::<Satisfaction>());
    let remark = fields.optional("/remark", remark, |text| people::lines(text, LONGEST_REMARK));
    fields.done(|| Some(Command::Survey { satisfaction: satisfaction?, remark: remark?, answered_by }))
}
