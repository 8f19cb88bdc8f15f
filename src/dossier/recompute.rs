//! `POST /calendar/recomputations`: after the calendar has changed, an administrator lets open dossiers be counted
//! again. Nothing moves by itself, and a promise is kept where it is earlier.

use super::transition::stamp;
use super::{Life, open_clocks};
use crate::account::Admin;
use crate::calendar::moves;
use crate::domain::decide::Command;
use crate::domain::people;
use crate::failure::Fields;
use crate::http::{ActMeta, Body, House, Problem, Reply, act};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Recomputation)]
pub struct Request {
    /// Why, such as the number of the announcement; kept with every dossier that moves.
    reason: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Recomputed {
    /// Open dossiers whose clock runs.
    pub looked_at: usize,
    /// Those whose due date is earlier now.
    pub moved: Vec<MovedDossier>,
    /// Those that would be due later by the calendar of today: the promise is kept.
    pub kept: Vec<MovedDossier>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MovedDossier {
    pub code: String,
    pub branch_code: String,
    /// As it was promised before.
    pub due_on: NaiveDate,
    /// As the calendar has it now.
    pub computed_due_on: NaiveDate,
}

/// Counts the due dates of open dossiers again. Administrators.
#[utoipa::path(tag = "calendar", request_body = Request, responses((status = 200, body = Recomputed)))]
#[post("/calendar/recomputations")]
pub async fn recompute_due_dates(
    house: Data<House>,
    admin: Admin,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new();
    let reason = fields.take("/reason", people::lines(&body.reason, 2000));
    let reason = fields.done(|| reason)?;
    let references = house.references.clone();
    let officer = admin.0.clone();
    act(&house, officer.id, &meta, move |tx, now| {
        let reference = references.of(tx)?;
        let open = open_clocks(tx, &reference)?;
        let mut done = Recomputed { looked_at: open.len(), moved: Vec::new(), kept: Vec::new() };
        for clock in moves(&reference.calendar, &open) {
            // A year that is gone from the calendar takes no promise back.
            let Some(computed_due_on) = clock.would_be_due_on else { continue };
            let moved = MovedDossier {
                code: clock.code,
                branch_code: clock.branch_code,
                due_on: clock.due_on,
                computed_due_on,
            };
            if computed_due_on > clock.due_on {
                done.kept.push(moved);
                continue;
            }
            let mut life = Life::load(tx, &moved.code)?;
            let command = Command::RecomputeDue { reason: reason.clone() };
            life.decide_and_add(&reference, command, stamp(&officer, None, now), true)?;
            life.save(tx)?;
            done.moved.push(moved);
        }
        Reply::ok(&done)
    })
    .await
}
