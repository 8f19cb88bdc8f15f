//! The one way to change reference data: one change at a time, checked whole, with a new stamp.

use super::{Reference, cache::STAMP};
use crate::both;
use crate::db::{Conn, DbError, schema::settings};
use crate::domain::calendar::OfficeHours;
use crate::failure::Outcome;
use diesel::prelude::*;

/// Runs `f` on the state before it, alone among changes: the row of the stamp is the lock. What `f` leaves
/// behind is loaded once before the transaction may end, so that nothing unreadable is ever committed.
pub fn change<T>(
    conn: &mut Conn<'_>,
    hours: &OfficeHours,
    f: impl FnOnce(&mut Conn<'_>, &Reference) -> Outcome<T>,
) -> Outcome<T> {
    put_new_stamp(conn)?;
    let before = Reference::load(conn, hours)?;
    let answer = f(conn, &before)?;
    // Again: what was cached in this transaction so far stands under the stamp above.
    put_new_stamp(conn)?;
    Reference::load(conn, hours)?;
    Ok(answer)
}

fn put_new_stamp(conn: &mut Conn<'_>) -> Result<(), DbError> {
    let stamp = uuid::Uuid::new_v4().to_string();
    both!(conn, |c| diesel::insert_into(settings::table)
        .values((settings::name.eq(STAMP), settings::value.eq(&stamp)))
        .on_conflict(settings::name)
        .do_update()
        .set(settings::value.eq(&stamp))
        .execute(c)?);
    Ok(())
}
