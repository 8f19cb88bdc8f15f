//! `POST /dossiers/{code}/reappointment` (form 04): another date is promised. Recorded at once; the letter that
//! tells the person so is drafted with the same cause, reason and date, and is approved by itself.

use super::edit::known_cause;
use super::store::{self, NewDraft};
use crate::account::Officer;
use crate::db::Conn;
use crate::domain::decide::Command;
use crate::domain::lifecycle::Act;
use crate::domain::people;
use crate::dossier::{Life, Order, View, save_and_show};
use crate::failure::{FieldFault, Fields, Outcome};
use crate::http::{ActMeta, Body, House, Problem, Seen, Segment, act};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewReappointment)]
pub struct Request {
    /// A working day, later than today and than every date promised before.
    new_due_on: NaiveDate,
    /// slow_handling, overload, consulted_agency, field_verification, unclear_rules, system_fault, applicant_late,
    /// disaster, other
    cause: String,
    /// In words, for the person it is written to.
    reason: String,
    /// When it happened, if it is entered afterwards.
    occurred_at: Option<DateTime<FixedOffset>>,
}

/// Promises another date. The first promise stays what rates are counted by; a second re-appointment is recorded
/// and flagged. Handler or head.
#[utoipa::path(tag = "dossiers", params(Seen), request_body = Request,
    responses((status = 200, body = View, headers(("ETag")))))]
#[post("/dossiers/{code}/reappointment")]
pub async fn reappoint_dossier(
    house: Data<House>,
    officer: Officer,
    code: Segment<String>,
    seen: Seen,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new();
    let cause = fields.take("/cause", known_cause(&body.cause));
    let reason = fields.take("/reason", people::lines(&body.reason, 2000));
    if cause.as_deref() == Some("other") && reason.as_ref().is_some_and(|text| text.chars().count() < 10) {
        fields.fault(FieldFault::with("/reason", "too-short", 10));
    }
    let (cause, reason) = fields.done(|| Some((cause?, reason?)))?;
    let promise = Promise { new_due_on: body.new_due_on, cause, reason };
    let order = Order { officer, code: code.into_inner(), seen, occurred_at: body.occurred_at };
    let cache = house.references.clone();
    act(&house, order.officer.id, &meta, move |tx, now| {
        let reference = cache.of(tx)?;
        let mut life = order.load(tx, Act::Reappoint)?;
        let may_backdate = order.officer.role.may_backdate();
        life.decide_and_add(&reference, promise.command(), order.stamp(now), may_backdate)?;
        promise.put_into_draft(tx, &life, now)?;
        save_and_show(tx, &reference, life, now)
    })
    .await
}

struct Promise {
    new_due_on: NaiveDate,
    cause: String,
    reason: String,
}

impl Promise {
    fn command(&self) -> Command {
        Command::Reappoint {
            new_due_on: self.new_due_on,
            cause: self.cause.clone(),
            reason: self.reason.clone(),
        }
    }

    /// A letter that has gone out for this due date stays as it is.
    fn put_into_draft(&self, tx: &mut Conn<'_>, life: &Life, now: DateTime<Utc>) -> Outcome<()> {
        let dossier = life.dossier();
        let Some(due_on) = dossier.due_on() else { return Ok(()) };
        let draft = NewDraft {
            dossier: life.id(),
            branch: dossier.branch,
            due_on,
            new_due_on: Some(self.new_due_on),
            cause: Some(self.cause.clone()),
            reason: Some(self.reason.clone()),
            held_by: dossier.held_by,
        };
        if store::add_draft(tx, &draft, now)? { Ok(()) } else { store::restate_draft(tx, &draft) }
    }
}
