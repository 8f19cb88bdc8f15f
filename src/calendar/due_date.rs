//! `GET /calendar/due-date`: when a limit runs out, and how that came about. Open to all.

use super::{ExplainedDay, start_of};
use crate::domain::calendar::Calendar;
use crate::domain::deadline::{deadline, explain};
use crate::domain::local_time::local;
use crate::domain::refusal::Refusal;
use crate::domain::time_limit::TimeLimit;
use crate::failure::{Failure, Fields, Outcome};
use crate::http::{House, Lang, Problem, Query};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DueDateQuery {
    /// The day of receipt, or the moment: `2020-01-21`, `2020-01-21T08:30`.
    #[param(example = "2020-01-21")]
    start: String,
    /// `3wd` working days, `45d` calendar days, `4wh` working hours; parts follow one another: `5wd+3wd`.
    #[param(example = "3wd")]
    time_limit: String,
    /// Whether to give every day that was looked at.
    explain: Option<bool>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DueDate {
    due_on: NaiveDate,
    /// Close of business, or the very moment for limits that end in hours.
    due_at: DateTime<FixedOffset>,
    /// The last day on which an apology is in time.
    apology_due_on: NaiveDate,
    /// A year that was counted in has not been announced yet.
    provisional: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<Vec<ExplainedDay>>,
}

/// Computes a due date.
#[utoipa::path(tag = "calendar", params(DueDateQuery), responses((status = 200, body = DueDate)))]
#[get("/calendar/due-date")]
pub async fn due_date(
    house: Data<House>,
    lang: Lang,
    query: Query<DueDateQuery>,
) -> Result<HttpResponse, Problem> {
    let cache = house.references.clone();
    let reference = house.db.read(move |conn| cache.of(conn)).await?;
    let query = query.into_inner();
    let mut fields = Fields::new();
    let start = start_of(&query.start, reference.calendar.hours());
    let start = fields.take("/query/start", start.ok_or("bad-form"));
    let limit = fields.take("/query/time_limit", query.time_limit.parse::<TimeLimit>());
    let (start, limit) = fields.done(|| Some((start?, limit?)))?;
    let explained = query.explain.unwrap_or(false).then_some(lang);
    Ok(HttpResponse::Ok().json(compute(&reference.calendar, start, &limit, explained)?))
}

fn compute(
    calendar: &Calendar,
    start: DateTime<Utc>,
    limit: &TimeLimit,
    explained: Option<Lang>,
) -> Outcome<DueDate> {
    let computed = match explained {
        Some(_) => explain(calendar, start, limit, &[]),
        None => deadline(calendar, start, limit, &[]).map(|deadline| (deadline, Vec::new())),
    };
    let (deadline, steps) = computed.map_err(|missing| Failure::from(Refusal::from(missing)))?;
    Ok(DueDate {
        due_on: deadline.due_on,
        due_at: local(deadline.due_at),
        apology_due_on: deadline.apology_due_on,
        provisional: deadline.provisional,
        explanation: explained.map(|lang| steps.iter().map(|step| ExplainedDay::of(step, lang)).collect()),
    })
}
