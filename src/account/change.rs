//! `PATCH /officers/{id}`: role, branch, name, title, address, password of an account, and whether it is active.
//!
//! An account that is no longer active, or whose password somebody else set, is signed out everywhere at once.

use super::create::{branch_of, check_branch};
use super::desk::Desk;
use super::password::Password;
use super::show::OfficerView;
use super::{Admin, store};
use crate::both;
use crate::db::Conn;
use crate::db::schema::officers;
use crate::domain::ids::OfficerId;
use crate::domain::people;
use crate::domain::role::Role;
use crate::failure::{Failure, Fields, Outcome};
use crate::http::{ActMeta, Body, House, Problem, Reply, Seen, Segment, act, given};
use actix_web::web::Data;
use actix_web::{HttpResponse, patch};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeOfficer {
    full_name: Option<String>,
    /// Null takes the title away.
    #[serde(default, deserialize_with = "given")]
    title: Option<Option<String>>,
    #[schema(value_type = Option<String>, example = "handler")]
    role: Option<Role>,
    branch_code: Option<String>,
    active: Option<bool>,
    /// Where notices go; null takes the address away.
    #[serde(default, deserialize_with = "given")]
    email: Option<Option<String>>,
    /// Whether the digest of the day is mailed.
    digest: Option<bool>,
    password: Option<String>,
}

/// What is changed, parsed.
#[derive(Clone, Default, Serialize)]
struct Change {
    full_name: Option<String>,
    title: Option<Option<String>>,
    role: Option<Role>,
    branch_code: Option<String>,
    active: Option<bool>,
    email: Option<Option<String>>,
    digest: Option<bool>,
    #[serde(skip)]
    password_hash: Option<String>,
}

/// Changes an account; an administrator's to do.
#[utoipa::path(
    tag = "officers",
    params(Seen),
    request_body = ChangeOfficer,
    responses((status = 200, body = OfficerView))
)]
#[patch("/officers/{id}")]
pub async fn change_officer(
    house: Data<House>,
    desk: Data<Desk>,
    admin: Admin,
    id: Segment<OfficerId>,
    seen: Seen,
    meta: ActMeta,
    body: Body<ChangeOfficer>,
) -> Result<HttpResponse, Problem> {
    let (body, id) = (body.into_inner(), id.into_inner());
    let mut fields = Fields::new();
    let full_name = fields.optional("/full_name", body.full_name.as_deref(), |name| people::line(name, 100));
    let title = match &body.title {
        Some(Some(title)) => fields.take("/title", people::line(title, 100)).map(|title| Some(Some(title))),
        Some(None) => Some(Some(None)),
        None => Some(None),
    };
    let email = match &body.email {
        Some(Some(email)) => fields.take("/email", people::email(email)).map(|email| Some(Some(email))),
        Some(None) => Some(Some(None)),
        None => Some(None),
    };
    let password = fields
        .optional("/password", body.password.as_deref(), |password| Password::field("/password", password));
    let (full_name, title, email, password) =
        fields.done(|| Some((full_name?, title?, email?, password?)))?;
    let password_hash = match password {
        Some(password) => Some(desk.hash(password).await?),
        None => None,
    };
    let change = Change {
        full_name,
        title,
        role: body.role,
        branch_code: body.branch_code,
        active: body.active,
        email,
        digest: body.digest,
        password_hash,
    };
    let meta = meta.standing_for(&change)?;
    let answer = act(&house, admin.id, &meta, move |conn, now| {
        let row = apply(conn, now, id, seen, &change)?;
        let version = row.version;
        Ok(Reply::ok(&OfficerView::of(row)?)?.version(version))
    })
    .await?;
    desk.forget_officer(id);
    Ok(answer)
}

fn apply(
    conn: &mut Conn<'_>,
    now: DateTime<Utc>,
    id: OfficerId,
    seen: Seen,
    change: &Change,
) -> Outcome<store::OfficerRow> {
    let before = store::officer(conn, id)?;
    seen.check(before.version)?;
    let role = change.role.unwrap_or(before.role()?);
    let active = change.active.unwrap_or(before.active);
    let mut fields = Fields::new();
    // A role that sees every branch leaves the branch behind; naming one for it is a mistake.
    let keeps = role.belongs_to_branch() && before.branch_id.is_some();
    check_branch(&mut fields, role, change.branch_code.is_some() || keeps);
    fields.done(|| Some(()))?;
    let branch = match &change.branch_code {
        Some(code) => Some(branch_of(conn, code)?),
        None => before.branch_id.filter(|_| keeps),
    };
    let was_admin = before.active && before.role()? == Role::Admin;
    if was_admin && !(active && role == Role::Admin) && store::active_admins(conn)? <= 1 {
        return Err(Failure::Conflict("last-admin"));
    }
    let full_name = change.full_name.as_ref().unwrap_or(&before.full_name);
    let title = change.title.as_ref().unwrap_or(&before.title);
    let email = change.email.as_ref().unwrap_or(&before.email);
    let changed = both!(conn, |c| {
        diesel::update(officers::table.find(id).filter(officers::version.eq(before.version)))
            .set((
                officers::full_name.eq(full_name),
                officers::title.eq(title),
                officers::role.eq(role.as_str()),
                officers::branch_id.eq(branch),
                officers::active.eq(active),
                officers::email.eq(email),
                officers::digest.eq(change.digest.unwrap_or(before.digest)),
                officers::version.eq(before.version + 1),
            ))
            .execute(c)?
    });
    if changed == 0 {
        // Somebody was faster, between our look and our change.
        return Err(Failure::Stale(u32::try_from(store::officer(conn, id)?.version).unwrap_or_default()));
    }
    if let Some(hash) = &change.password_hash {
        both!(conn, |c| {
            diesel::update(officers::table.find(id)).set(officers::password_hash.eq(hash)).execute(c)?
        });
    }
    if !active || change.password_hash.is_some() {
        store::revoke_all(conn, id, None, now)?;
    }
    store::officer(conn, id)
}
