//! `POST /branches`: an administrator opens a branch.

use super::store;
use super::view::BranchView;
use crate::account::Admin;
use crate::domain::catalogue::{ApologyMode, agency_identifier, branch_code};
use crate::domain::ids::BranchId;
use crate::domain::people;
use crate::failure::{Fields, Outcome};
use crate::http::{ActMeta, Body, House, Problem, Reply, act};
use crate::reference::{self, Branch};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateBranch {
    /// Capital letters and digits, parts joined by `-`.
    #[schema(example = "TS")]
    code: String,
    name: String,
    #[schema(example = "000.00.03.H29")]
    agency_identifier: String,
    department_name: String,
    #[schema(example = "PXL-CCTS")]
    letter_symbol: String,
    place: String,
    address: String,
    contact_phone: String,
    contact_email: Option<String>,
}

/// Opens a branch. Its head approves every letter until one authorises the automatic mode.
#[utoipa::path(tag = "branches", request_body = CreateBranch, responses((status = 201, body = BranchView)))]
#[post("/branches")]
pub async fn post_branch(
    house: Data<House>,
    admin: Admin,
    meta: ActMeta,
    body: Body<CreateBranch>,
) -> Result<HttpResponse, Problem> {
    let (branch, hours) = (checked(&body.into_inner())?, house.references.hours().clone());
    act(&house, admin.id, &meta, move |conn, now| {
        let branch = named(&branch, now);
        reference::change(conn, &hours, |conn, _before| store::insert_new(conn, &branch))?;
        tracing::info!(branch = branch.code, officer = %admin.id, "branch opened");
        Ok(Reply::created(&format!("/branches/{}", branch.code), &BranchView::from(&branch))?.version(1))
    })
    .await
}

/// A key of the moment in which it is opened.
fn named(branch: &Branch, now: DateTime<Utc>) -> Branch {
    Branch { id: BranchId::at(now), ..branch.clone() }
}

fn checked(raw: &CreateBranch) -> Outcome<Branch> {
    let mut fields = Fields::new();
    let code = fields.take("/code", branch_code(&raw.code));
    let name = fields.take("/name", people::line(&raw.name, 200));
    let agency_identifier = fields.take("/agency_identifier", agency_identifier(&raw.agency_identifier));
    let department_name = fields.take("/department_name", people::line(&raw.department_name, 200));
    let letter_symbol = fields.take("/letter_symbol", people::line(&raw.letter_symbol, 40));
    let place = fields.take("/place", people::line(&raw.place, 100));
    let address = fields.take("/address", people::line(&raw.address, 300));
    let contact_phone = fields.take("/contact_phone", people::line(&raw.contact_phone, 60));
    let contact_email = fields.optional("/contact_email", raw.contact_email.as_deref(), people::email);
    fields.done(|| {
        Some(Branch {
            id: BranchId::nil(),
            code: code?,
            name: name?,
            agency_identifier: agency_identifier?,
            department_name: department_name?,
            letter_symbol: letter_symbol?,
            place: place?,
            address: address?,
            contact_phone: contact_phone?,
            contact_email: contact_email?,
            apology_mode: ApologyMode::Approve,
            authorisation: None,
            active: true,
            version: 1,
        })
    })
}
