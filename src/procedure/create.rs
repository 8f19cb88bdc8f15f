//! `POST /procedures`: an administrator adds a procedure with its first version.

use super::store;
use super::version_form::NewVersion;
use super::view::ProcedureView;
use crate::account::Admin;
use crate::db::Conn;
use crate::domain::catalogue::procedure_code;
use crate::domain::ids::{BranchId, ProcedureId, VersionId};
use crate::domain::local_time::day_of;
use crate::failure::{Failure, FieldFault, Fields, Outcome};
use crate::http::{ActMeta, Body, House, Problem, Reply, act};
use crate::reference::{self, Procedure, Reference, Version};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateProcedure {
    /// The national code, or one of the place.
    #[schema(example = "1.003650")]
    code: String,
    /// Whether the code was checked against the national database.
    #[serde(default)]
    code_verified: bool,
    #[schema(example = "thuy-san")]
    sector: String,
    /// The branches that take it in; at least one.
    branch_codes: Vec<String>,
    version: NewVersion,
}

/// What was entered, checked by itself.
#[derive(Clone)]
struct Checked {
    code: String,
    code_verified: bool,
    sector: String,
    branch_codes: Vec<String>,
    version: Version,
}

/// Adds a procedure.
#[utoipa::path(tag = "procedures", request_body = CreateProcedure, responses((status = 201, body = ProcedureView)))]
#[post("/procedures")]
pub async fn post_procedure(
    house: Data<House>,
    admin: Admin,
    meta: ActMeta,
    body: Body<CreateProcedure>,
) -> Result<HttpResponse, Problem> {
    let (checked, hours) = (checked(body.into_inner())?, house.references.hours().clone());
    act(&house, admin.id, &meta, move |conn, now| {
        let view = reference::change(conn, &hours, |conn, before| create(conn, before, &checked, now))?;
        tracing::info!(procedure = view.code, officer = %admin.id, "procedure added");
        Reply::created(&format!("/procedures/{}", view.code), &view)
    })
    .await
}

fn checked(raw: CreateProcedure) -> Outcome<Checked> {
    let mut fields = Fields::new();
    let code = fields.take("/code", procedure_code(&raw.code));
    fields.check(!raw.branch_codes.is_empty(), "/branch_codes", "empty");
    let version = raw.version.check(&mut fields, "/version");
    fields.done(|| {
        Some(Checked {
            code: code?,
            code_verified: raw.code_verified,
            sector: raw.sector,
            branch_codes: raw.branch_codes,
            version: version?,
        })
    })
}

fn create(
    conn: &mut Conn<'_>,
    before: &Reference,
    checked: &Checked,
    now: DateTime<Utc>,
) -> Outcome<ProcedureView> {
    let mut fields = Fields::new();
    let branches = branches(&mut fields, before, &checked.branch_codes);
    let sector = before.sector(&checked.sector).map(|sector| sector.id);
    let sector = fields.take("/sector", sector.ok_or("no-such-sector"));
    let (branches, sector_id) = fields.done(|| Some((branches?, sector?)))?;
    if before.procedure(&checked.code).is_some() {
        return Err(Failure::Conflict("procedure-code-taken"));
    }
    let version = Version { id: VersionId::at(now), number: 1, ..checked.version.clone() };
    let procedure = Procedure {
        id: ProcedureId::at(now),
        code: checked.code.clone(),
        code_verified: checked.code_verified,
        sector_id,
        branches,
        versions: vec![version],
    };
    store::insert_procedure(conn, &procedure)?;
    Ok(ProcedureView::of(before, &procedure, day_of(now)))
}

fn branches(fields: &mut Fields, before: &Reference, codes: &[String]) -> Option<Vec<BranchId>> {
    let mut found = Vec::new();
    for (n, code) in codes.iter().enumerate() {
        match before.branch(code) {
            Some(branch) if found.contains(&branch.id) => {
                fields.fault(FieldFault::new(format!("/branch_codes/{n}"), "given-twice"));
            }
            Some(branch) => found.push(branch.id),
            None => fields.fault(FieldFault::new(format!("/branch_codes/{n}"), "no-such-branch")),
        }
    }
    Some(found)
}
