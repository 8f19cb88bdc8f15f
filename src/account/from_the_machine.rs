//! What the command line does with accounts: it needs no sign-in, only the machine.

use super::store::{self, Narrowed, OfficerRow};
use crate::both;
use crate::db::Conn;
use crate::db::schema::officers;
use crate::failure::{Failure, Outcome, Thing};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// All accounts by user name.
pub fn everybody(conn: &mut Conn<'_>) -> Outcome<Vec<OfficerRow>> {
    store::officers_after(conn, &Narrowed::default(), None, i64::MAX)
}

/// Gives the account another password; it is signed out everywhere, and failed sign-ins are forgotten.
pub fn set_password(conn: &mut Conn<'_>, username: &str, hash: &str, now: DateTime<Utc>) -> Outcome<()> {
    let (officer, _) = store::officer_named(conn, username)?.ok_or(Failure::NotFound(Thing::Officer))?;
    both!(conn, |c| diesel::update(officers::table.find(officer.id))
        .set(officers::password_hash.eq(hash))
        .execute(c)?);
    store::revoke_all(conn, officer.id, None, now)?;
    store::clear_failures(conn, username)
}
