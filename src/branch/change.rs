//! `PATCH /branches/{code}`: an administrator changes how a branch appears and how its letters go out.
//!
//! The automatic mode needs the head's authorisation in writing: who, when, which document. It stays on record
//! when the branch returns to approving.

use super::show::answer;
use super::store;
use super::view::BranchView;
use crate::account::Admin;
use crate::db::Conn;
use crate::domain::calendar::OfficeHours;
use crate::domain::catalogue::{ApologyMode, agency_identifier};
use crate::domain::local_time::day_of;
use crate::domain::people;
use crate::failure::{Failure, FieldFault, Fields, Outcome, Thing};
use crate::http::{ActMeta, Body, House, Problem, Seen, Segment, act, given};
use crate::reference::{self, Authorisation, Branch};
use actix_web::web::Data;
use actix_web::{HttpResponse, patch};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is absent stays as it is.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeBranch {
    name: Option<String>,
    /// For dossiers from now on; those there are keep their codes.
    agency_identifier: Option<String>,
    department_name: Option<String>,
    letter_symbol: Option<String>,
    place: Option<String>,
    address: Option<String>,
    contact_phone: Option<String>,
    /// Null takes it away.
    #[serde(default, deserialize_with = "given")]
    contact_email: Option<Option<String>>,
    /// `automatic` needs the three fields that follow, now or before.
    #[schema(value_type = Option<String>, example = "automatic")]
    apology_mode: Option<ApologyMode>,
    authorised_by: Option<String>,
    authorised_on: Option<NaiveDate>,
    authorised_document: Option<String>,
    /// A branch that is not active takes no dossiers in.
    active: Option<bool>,
}

/// Changes a branch.
#[utoipa::path(
    tag = "branches",
    params(Seen),
    request_body = ChangeBranch,
    responses((status = 200, body = BranchView))
)]
#[patch("/branches/{code}")]
pub async fn change_branch(
    house: Data<House>,
    admin: Admin,
    code: Segment<String>,
    seen: Seen,
    meta: ActMeta,
    body: Body<ChangeBranch>,
) -> Result<HttpResponse, Problem> {
    let (code, body, hours) = (code.into_inner(), body.into_inner(), house.references.hours().clone());
    act(&house, admin.id, &meta, move |conn, now| {
        let branch = change(conn, &hours, &code, seen, &body, day_of(now))?;
        tracing::info!(branch = branch.code, officer = %admin.id, "branch changed");
        answer(&branch)
    })
    .await
}

fn change(
    conn: &mut Conn<'_>,
    hours: &OfficeHours,
    code: &str,
    seen: Seen,
    change: &ChangeBranch,
    today: NaiveDate,
) -> Outcome<Branch> {
    reference::change(conn, hours, |conn, before| {
        let branch = before.branch(code).ok_or(Failure::NotFound(Thing::Branch))?;
        if branch.version != seen.version() {
            return Err(Failure::Stale(branch.version));
        }
        let changed = changed(branch, change, today)?;
        store::update(conn, &changed)?;
        Ok(changed)
    })
}

fn changed(branch: &Branch, change: &ChangeBranch, today: NaiveDate) -> Outcome<Branch> {
    let mut fields = Fields::new();
    let mut line = |pointer: &str, raw: &Option<String>, max: usize, before: &String| match raw {
        Some(raw) => fields.take(pointer, people::line(raw, max)),
        None => Some(before.clone()),
    };
    let name = line("/name", &change.name, 200, &branch.name);
    let department_name = line("/department_name", &change.department_name, 200, &branch.department_name);
    let letter_symbol = line("/letter_symbol", &change.letter_symbol, 40, &branch.letter_symbol);
    let place = line("/place", &change.place, 100, &branch.place);
    let address = line("/address", &change.address, 300, &branch.address);
    let contact_phone = line("/contact_phone", &change.contact_phone, 60, &branch.contact_phone);
    let agency_identifier = match &change.agency_identifier {
        Some(raw) => fields.take("/agency_identifier", agency_identifier(raw)),
        None => Some(branch.agency_identifier.clone()),
    };
    let contact_email = match &change.contact_email {
        Some(raw) => fields.optional("/contact_email", raw.as_deref(), people::email),
        None => Some(branch.contact_email.clone()),
    };
    let apology_mode = change.apology_mode.unwrap_or(branch.apology_mode);
    let authorisation = authorisation(&mut fields, branch, change, apology_mode, today);
    fields.done(|| {
        Some(Branch {
            id: branch.id,
            code: branch.code.clone(),
            name: name?,
            agency_identifier: agency_identifier?,
            department_name: department_name?,
            letter_symbol: letter_symbol?,
            place: place?,
            address: address?,
            contact_phone: contact_phone?,
            contact_email: contact_email?,
            apology_mode,
            authorisation: authorisation?,
            active: change.active.unwrap_or(branch.active),
            version: branch.version + 1,
        })
    })
}

/// The authorisation after the change: whole, or none.
fn authorisation(
    fields: &mut Fields,
    branch: &Branch,
    change: &ChangeBranch,
    mode: ApologyMode,
    today: NaiveDate,
) -> Option<Option<Authorisation>> {
    let before = branch.authorisation.as_ref();
    let by =
        fields.optional("/authorised_by", change.authorised_by.as_deref(), |by| people::line(by, 100))?;
    let document =
        fields.optional("/authorised_document", change.authorised_document.as_deref(), |number| {
            people::line(number, 100)
        })?;
    let by = by.or_else(|| before.map(|it| it.by.clone()));
    let document = document.or_else(|| before.map(|it| it.document.clone()));
    let on = change.authorised_on.or_else(|| before.map(|it| it.on));
    if on.is_some_and(|on| on > today) {
        fields.fault(FieldFault::new("/authorised_on", "occurred-in-future"));
        return None;
    }
    let missing = [
        ("/authorised_by", by.is_none()),
        ("/authorised_on", on.is_none()),
        ("/authorised_document", document.is_none()),
    ];
    // Half an authorisation is none; the automatic mode cannot do without.
    if mode == ApologyMode::Automatic || !missing.iter().all(|(_, missing)| *missing) {
        for (pointer, missing) in missing {
            fields.check(!missing, pointer, "authorisation-required");
        }
    }
    Some(by.zip(on).zip(document).map(|((by, on), document)| Authorisation { by, on, document }))
}
