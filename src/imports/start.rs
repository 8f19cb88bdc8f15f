//! `POST /imports/{id}/start`: what was checked is imported, as a job.

use super::store;
use super::view::{Found, View};
use super::work;
use crate::account::Admin;
use crate::apology::Letters;
use crate::db::Conn;
use crate::domain::ids::RegisterFileId;
use crate::failure::{Failure, Outcome};
use crate::http::{ActMeta, Body, House, Lang, Problem, Reply, Segment, act};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Leaves the lines at fault out; without it a single one keeps everything out.
    #[serde(default)]
    skip_bad: bool,
}

/// Imports what was checked.
///
/// 409 `import-not-checked` unless it was checked and waits, `import-has-bad-lines` unless these are to be left out,
/// `import-nothing-left` when no line can be imported.
#[utoipa::path(tag = "imports", request_body = Request, responses((status = 200, body = View)))]
#[post("/imports/{id}/start")]
pub async fn start_import(
    house: Data<House>,
    letters: Data<Letters>,
    admin: Admin,
    lang: Lang,
    id: Segment<RegisterFileId>,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let (id, skip_bad) = (id.into_inner(), body.skip_bad);
    let who = admin.id;
    let answer = act(&house, who, &meta, move |tx, now| {
        start(tx, id, skip_bad, now)?;
        tracing::info!(import = %id, officer = %who, skip_bad, "the import of a register was started");
        Reply::ok(&View::of(store::load(tx, id)?, lang)?)
    })
    .await?;
    letters.bell.ring();
    Ok(answer)
}

fn start(tx: &mut Conn<'_>, id: RegisterFileId, skip_bad: bool, now: DateTime<Utc>) -> Outcome<()> {
    // First, so that of two who start it one finds it started.
    let begun = store::begin(tx, id, skip_bad, now)?;
    let row = store::load(tx, id)?;
    if !begun {
        return Err(Failure::Conflict("import-not-checked"));
    }
    let found = Found::read(&row.report)?;
    if found.bad == found.lines {
        return Err(Failure::Conflict("import-nothing-left"));
    }
    if found.bad > 0 && !skip_bad {
        return Err(Failure::Conflict("import-has-bad-lines"));
    }
    work::queue(tx, work::IMPORT, id, now)
}
