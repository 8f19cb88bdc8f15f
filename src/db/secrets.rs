//! Settings that the installation keeps for itself, such as the key that signs sessions: made once, shared by
//! all instances through the database.

use super::{Conn, DbError, schema::settings};
use crate::both;
use diesel::prelude::*;

/// The value under `name`; where there is none yet, `make` gives it. Whoever comes first wins.
pub fn get_or_make(conn: &mut Conn<'_>, name: &str, make: impl Fn() -> String) -> Result<String, DbError> {
    let made = make();
    Ok(both!(conn, |c| {
        diesel::insert_into(settings::table)
            .values((settings::name.eq(name), settings::value.eq(&made)))
            .on_conflict(settings::name)
            .do_nothing()
            .execute(c)?;
        settings::table.find(name).select(settings::value).get_result::<String>(c)?
    }))
}
