//! Whom the digest of the day reaches: active accounts with an address that want one.

use super::store::role_of;
use crate::both;
use crate::db::Conn;
use crate::db::schema::officers;
use crate::domain::ids::{BranchId, OfficerId};
use crate::domain::role::Role;
use crate::failure::Outcome;
use diesel::prelude::*;

/// Somebody who can be written to.
#[derive(Debug, Clone)]
pub struct Reached {
    pub id: OfficerId,
    pub full_name: String,
    pub role: Role,
    pub branch: Option<BranchId>,
    pub email: String,
}

/// The next ones by key.
pub fn reached_after(c: &mut Conn<'_>, after: Option<OfficerId>, limit: i64) -> Outcome<Vec<Reached>> {
    type Row = (OfficerId, String, String, Option<BranchId>, Option<String>);
    let rows: Vec<Row> = both!(c, |c| officers::table
        .filter(officers::active.eq(true))
        .filter(officers::digest.eq(true))
        .filter(officers::email.is_not_null())
        .filter(officers::id.gt(after.unwrap_or_else(OfficerId::nil)))
        .order(officers::id)
        .limit(limit)
        .select((officers::id, officers::full_name, officers::role, officers::branch_id, officers::email))
        .load(c))?;
    rows.into_iter()
        .map(|(id, full_name, role, branch, email)| {
            let email = email.unwrap_or_default();
            Ok(Reached { id, full_name, role: role_of(&role)?, branch, email })
        })
        .collect()
}
