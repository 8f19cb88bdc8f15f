//! Whose rows they are: names for the officers in the tallies' keys.

use crate::both;
use crate::db::Conn;
use crate::db::schema::officers;
use crate::domain::ids::OfficerId;
use crate::failure::Outcome;
use diesel::prelude::*;
use std::collections::HashMap;

/// The officer of this user name.
pub fn officer_named(c: &mut Conn<'_>, username: &str) -> Outcome<Option<OfficerId>> {
    Ok(both!(c, |c| officers::table
        .filter(officers::username.eq(username))
        .select(officers::id)
        .get_result::<OfficerId>(c)
        .optional())?)
}

/// User name and full name of all officers: there are some hundreds, and their names are no secret inside.
pub fn officer_names(c: &mut Conn<'_>) -> Outcome<HashMap<OfficerId, (String, String)>> {
    let rows: Vec<(OfficerId, String, String)> = both!(c, |c| officers::table
        .select((officers::id, officers::username, officers::full_name))
        .load(c))?;
    Ok(rows.into_iter().map(|(id, username, full_name)| (id, (username, full_name))).collect())
}
