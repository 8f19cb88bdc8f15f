//! `POST /closings`: freezes the figures of days that are over. A head closes the own branch, the office all
//! branches together or any one of them.

use super::figures::{Asking, ReportKind};
use super::store::{self, ClosingRow};
use super::view::ClosingView;
use crate::account::Officer;
use crate::db::Conn;
use crate::domain::ids::{BranchId, ClosingId};
use crate::domain::local_time::day_of;
use crate::domain::people;
use crate::domain::role::Role;
use crate::dossier::{canonical_text, entered_afterwards};
use crate::failure::{Failure, FieldFault, Fields, Outcome};
use crate::http::{ActMeta, Body, House, Problem, Reply, act};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Acts entered so shortly before a closing may still be on their way into the database.
pub const AROUND: TimeDelta = TimeDelta::seconds(10);
/// More than so many of them in these seconds are a flood that is waited for.
const MOST_AROUND: usize = 2000;

/// The figures to be closed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    #[schema(example = "2025-12-15")]
    from: NaiveDate,
    #[schema(example = "2026-03-14")]
    to: NaiveDate,
    /// The evening on which what is in process is counted; a day that is over. `to` unless given, and yesterday at
    /// the latest.
    as_of: Option<NaiveDate>,
    report: ReportKind,
    /// One branch; all of them unless given. A head closes the own branch either way.
    branch_code: Option<String>,
    /// What it was closed for.
    note: Option<String>,
}

/// Freezes the figures of a report.
#[utoipa::path(tag = "closings", request_body = Request, responses((status = 201, body = ClosingView)))]
#[post("/closings")]
pub async fn close_period(
    house: Data<House>,
    officer: Officer,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    if !matches!(officer.role, Role::Head | Role::Office | Role::Admin) {
        return Err(Problem::forbidden("office-or-head-only"));
    }
    let (body, references) = (body.into_inner(), house.references.clone());
    let by = officer.id;
    act(&house, by, &meta, move |tx, now| {
        let reference = references.of(tx)?;
        let row = close(tx, &reference, &officer, &body, now)?;
        tracing::info!(closing = row.number, officer = %officer.id, "figures were closed");
        Reply::created(&format!("/closings/{}", row.id), &ClosingView::of(&reference, &row, true)?)
    })
    .await
}

fn close(
    tx: &mut Conn<'_>,
    reference: &Reference,
    officer: &Officer,
    request: &Request,
    now: DateTime<Utc>,
) -> Outcome<ClosingRow> {
    let (asking, branch, note) = checked(request, reference, officer, day_of(now))?;
    // First, so that two who close at a time stand in line.
    let (number, before) = store::next(tx)?;
    let branches = branches_of(reference, branch);
    // What is committed between two statements would be in the one and not in the other.
    let mut seen = around(tx, &branches, now)?;
    let mut tries = 0;
    let figures = loop {
        let figures = asking.figures(tx, reference, day_of(now), officer.scope())?;
        let again = around(tx, &branches, now)?;
        tries += 1;
        match (again == seen, tries) {
            (true, _) => break canonical_text(&figures),
            (false, 1..5) => seen = again,
            (false, _) => return Err(Failure::Conflict("closing-busy")),
        }
    };
    let mut row = ClosingRow {
        id: ClosingId::at(now),
        number,
        report: asking.report.as_str().to_owned(),
        branch_id: branch.unwrap_or_else(BranchId::nil),
        from_on: asking.from,
        to_on: asking.to,
        as_of: asking.as_of,
        note,
        figures,
        seen,
        sha256: String::new(),
        before,
        seal: String::new(),
        closed_at: now.into(),
        closed_by: officer.id,
        closed_by_name: officer.full_name.clone(),
    };
    row.sha256 = row.digest();
    row.seal = row.sealed();
    store::insert(tx, &row)?;
    Ok(row)
}

fn checked(
    request: &Request,
    reference: &Reference,
    officer: &Officer,
    today: NaiveDate,
) -> Outcome<(Asking, Option<BranchId>, Option<String>)> {
    let mut fields = Fields::new();
    let yesterday = today.pred_opt().unwrap_or(today);
    let as_of = request.as_of.unwrap_or(request.to.min(yesterday));
    fields.check(request.from <= request.to, "/to", "before-from");
    fields.check(as_of < today, if request.as_of.is_some() { "/as_of" } else { "/from" }, "day-not-over");
    fields.check(as_of >= today || request.from <= as_of, "/as_of", "before-from");
    let note = fields.optional("/note", request.note.as_deref(), |note| people::line(note, 500));
    let branch = fields.optional("/branch_code", request.branch_code.as_deref(), |code| {
        let known = reference.branch(code).map(|branch| branch.id);
        known.ok_or_else(|| FieldFault::new("/branch_code", "unknown-value"))
    });
    let (note, branch) = fields.done(|| Some((note?, branch?)))?;
    if let Some(branch) = branch {
        officer.sees(branch)?;
    }
    let branch = branch.or(officer.scope());
    let branch_code = branch.and_then(|id| reference.branch_by_id(id)).map(|branch| branch.code.clone());
    let Request { from, to, report, .. } = *request;
    Ok((Asking { report, from, to, as_of, branch_code }, branch, note))
}

pub fn branches_of(reference: &Reference, branch: Option<BranchId>) -> Vec<BranchId> {
    match branch {
        Some(branch) => vec![branch],
        None => reference.branches().iter().map(|branch| branch.id).collect(),
    }
}

/// The last of the acts entered in these seconds, by dossier, as canonical text.
fn around(tx: &mut Conn<'_>, branches: &[BranchId], now: DateTime<Utc>) -> Outcome<String> {
    let Some(found) = entered_afterwards(tx, branches, now - AROUND, MOST_AROUND)? else {
        return Err(Failure::Conflict("closing-busy"));
    };
    let last: BTreeMap<_, _> =
        found.iter().map(|(id, numbers)| (id, numbers.last().copied().unwrap_or(0))).collect();
    Ok(canonical_text(&json!(last)))
}
