//! `POST /dossiers/{code}/forwarding`: handed on to an officer or a step: one line of the control sheet (form 05).

use super::transition::{Order, transition};
use super::view::View;
use crate::account::Officer;
use crate::both;
use crate::db::Conn;
use crate::db::schema::officers;
use crate::domain::decide::Command;
use crate::domain::dossier::Dossier;
use crate::domain::ids::{BranchId, OfficerId};
use crate::domain::lifecycle::Act;
use crate::domain::people;
use crate::failure::{Failure, Fields, Outcome};
use crate::http::{ActMeta, Body, House, Problem, Seen, Segment};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, FixedOffset};
use diesel::prelude::*;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Forwarding)]
pub struct Request {
    /// Username or key of an active officer of the branch. Either this or `to_step`.
    to_officer: Option<String>,
    /// Code of a step of the procedure's internal process.
    to_step: Option<String>,
    note: Option<String>,
    /// When it happened, if it is entered afterwards.
    occurred_at: Option<DateTime<FixedOffset>>,
}

/// Hands a dossier on to an officer or to a step of the internal process. Counter, handler or head.
#[utoipa::path(tag = "dossiers", params(Seen), request_body = Request, responses((status = 200, body = View, headers(("ETag")))))]
#[post("/dossiers/{code}/forwarding")]
pub async fn forward_dossier(
    house: Data<House>,
    officer: Officer,
    code: Segment<String>,
    seen: Seen,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new();
    let note = fields.optional("/note", body.note.as_deref(), |text| people::lines(text, 2000));
    fields.check(body.to_officer.is_some() || body.to_step.is_some(), "/to_officer", "required");
    fields.check(body.to_officer.is_none() || body.to_step.is_none(), "/to_step", "either-or");
    let note = fields.done(|| note)?;
    let order = Order { officer, code: code.into_inner(), seen, occurred_at: body.occurred_at };
    transition(&house, &meta, order, Act::Forward, move |tx, reference, life| {
        let to_officer = match &body.to_officer {
            Some(named) => Some(colleague(tx, named, life.dossier().branch)?),
            None => None,
        };
        let to_step = match &body.to_step {
            Some(step) => Some(step_of(reference, life.dossier(), step)?),
            None => None,
        };
        Ok(Command::Forward { to_officer, to_step, note: note.clone() })
    })
    .await
}

/// An active officer of the branch, by username or key.
fn colleague(tx: &mut Conn<'_>, named: &str, branch: BranchId) -> Outcome<OfficerId> {
    let key = named.parse::<OfficerId>().unwrap_or_else(|_| OfficerId::nil());
    let found: Option<(OfficerId, Option<BranchId>, bool)> = both!(tx, |c| officers::table
        .filter(officers::username.eq(named).or(officers::id.eq(key)))
        .select((officers::id, officers::branch_id, officers::active))
        .get_result(c)
        .optional())?;
    match found {
        Some((id, Some(of), true)) if of == branch => Ok(id),
        _ => Err(Failure::field("/to_officer", "unknown-officer")),
    }
}

fn step_of(reference: &Reference, dossier: &Dossier, step: &str) -> Outcome<String> {
    let known = reference
        .version_by_id(dossier.procedure_version)
        .is_some_and(|(_, version)| version.steps.iter().any(|one| one.code == step));
    if known { Ok(step.to_owned()) } else { Err(Failure::field("/to_step", "unknown-step")) }
}
