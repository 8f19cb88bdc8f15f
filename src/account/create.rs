//! `POST /officers`: a new account. The command line and the demo make theirs through [`create_officer`].

use super::desk::Desk;
use super::password::Password;
use super::show::OfficerView;
use super::{Admin, store};
use crate::both;
use crate::db::Conn;
use crate::db::schema::officers;
use crate::db::types::Moment;
use crate::domain::ids::{BranchId, OfficerId};
use crate::domain::people;
use crate::domain::role::Role;
use crate::failure::{Failure, FieldFault, Fields, Outcome};
use crate::http::{ActMeta, Body, House, Problem, Reply, act};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Deserialize;
use utoipa::ToSchema;

/// An account to be. The password is hashed outside of the transaction ([`super::hash_password`]).
#[derive(Debug, Clone)]
pub struct NewOfficer {
    pub username: String,
    pub full_name: String,
    pub title: Option<String>,
    pub role: Role,
    pub branch: Option<BranchId>,
    /// Where notices go.
    pub email: Option<String>,
    pub password_hash: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateOfficer {
    /// 2 to 64 characters: a to z, digits, `.`, `-`, `_`.
    username: String,
    full_name: String,
    title: Option<String>,
    #[schema(value_type = String, example = "counter")]
    role: Role,
    /// Of the roles counter, handler and head.
    branch_code: Option<String>,
    /// Where notices go.
    email: Option<String>,
    /// 10 to 128 characters.
    password: String,
}

/// Creates an account; an administrator's to do.
#[utoipa::path(tag = "officers", request_body = CreateOfficer, responses((status = 201, body = OfficerView)))]
#[post("/officers")]
pub async fn post_officer(
    house: Data<House>,
    desk: Data<Desk>,
    admin: Admin,
    meta: ActMeta,
    body: Body<CreateOfficer>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let mut fields = Fields::new();
    let username = fields.take("/username", username(&body.username));
    let full_name = fields.take("/full_name", people::line(&body.full_name, 100));
    let title = fields.optional("/title", body.title.as_deref(), |title| people::line(title, 100));
    let email = fields.optional("/email", body.email.as_deref(), people::email);
    let password = fields.take("/password", Password::field("/password", &body.password));
    check_branch(&mut fields, body.role, body.branch_code.is_some());
    let role = body.role;
    let (username, full_name, title, email, password) =
        fields.done(|| Some((username?, full_name?, title?, email?, password?)))?;
    let meta = meta.standing_for(&(&username, &full_name, &title, role, &body.branch_code, &email))?;
    let password_hash = desk.hash(password).await?;
    act(&house, admin.id, &meta, move |conn, now| {
        let branch = match &body.branch_code {
            Some(code) => Some(branch_of(conn, code)?),
            None => None,
        };
        let id = create_officer(
            conn,
            now,
            NewOfficer {
                username: username.clone(),
                full_name: full_name.clone(),
                title: title.clone(),
                role,
                branch,
                email: email.clone(),
                password_hash: password_hash.clone(),
            },
        )?;
        let row = store::officer(conn, id)?;
        let version = row.version;
        Ok(Reply::created(&format!("/officers/{id}"), &OfficerView::of(row)?)?.version(version))
    })
    .await
}

/// Puts the account into the database.
///
/// # Errors
/// `Conflict`: `username-taken`. `Invalid`: a branch missing or out of place for the role.
pub fn create_officer(conn: &mut Conn<'_>, now: DateTime<Utc>, new: NewOfficer) -> Outcome<OfficerId> {
    let mut fields = Fields::new();
    let name = fields.take("/username", username(&new.username));
    check_branch(&mut fields, new.role, new.branch.is_some());
    let name = fields.done(|| name)?;
    let id = OfficerId::at(now);
    let inserted = both!(conn, |c| {
        diesel::insert_into(officers::table)
            .values((
                officers::id.eq(id),
                officers::username.eq(&name),
                officers::full_name.eq(&new.full_name),
                officers::title.eq(&new.title),
                officers::role.eq(new.role.as_str()),
                officers::branch_id.eq(new.branch),
                officers::password_hash.eq(&new.password_hash),
                officers::active.eq(true),
                officers::version.eq(1),
                officers::created_at.eq(Moment(now)),
                officers::email.eq(&new.email),
            ))
            .on_conflict(officers::username)
            .do_nothing()
            .execute(c)?
    });
    if inserted == 0 { Err(Failure::Conflict("username-taken")) } else { Ok(id) }
}

/// A user name as it is kept and compared: lower case.
fn username(text: &str) -> Result<String, FieldFault> {
    use crate::failure::fields::IntoFault as _;
    let name = people::line(text, 64).map_err(|fault| fault.at("/username"))?.to_lowercase();
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-_".contains(&b));
    if plain && name.len() >= 2 { Ok(name) } else { Err(FieldFault::new("/username", "bad-form")) }
}

pub(super) fn check_branch(fields: &mut Fields, role: Role, given: bool) {
    if role.belongs_to_branch() {
        fields.check(given, "/branch_code", "branch-required");
    } else {
        fields.check(!given, "/branch_code", "branch-not-for-role");
    }
}

pub(super) fn branch_of(conn: &mut Conn<'_>, code: &str) -> Outcome<BranchId> {
    store::branch_by_code(conn, code)?.ok_or_else(|| Failure::field("/branch_code", "no-such-branch"))
}
