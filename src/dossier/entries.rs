//! Entries of which dossiers were made. An idempotency key is of one officer; an entry is of the branch: when its session
//! ended, a colleague may send it on, and it must not make a second dossier.

use crate::both;
use crate::db::Conn;
use crate::db::schema::intake_entries;
use crate::db::types::Moment;
use crate::domain::ids::{BranchId, DossierId};
use crate::failure::{Failure, Outcome};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// Takes the entry for this transaction, or says which dossier was made of it. On PostgreSQL this waits for whoever is
/// making one.
pub fn claim(
    tx: &mut Conn<'_>,
    branch: BranchId,
    entry: &str,
    now: DateTime<Utc>,
) -> Outcome<Option<DossierId>> {
    use intake_entries as e;
    let inserted = both!(tx, |c| {
        diesel::insert_into(e::table)
            .values((e::branch_id.eq(branch), e::entry.eq(entry), e::created_at.eq(Moment(now))))
            .on_conflict((e::branch_id, e::entry))
            .do_nothing()
            .execute(c)?
    });
    if inserted == 1 {
        return Ok(None);
    }
    let made: Option<DossierId> =
        both!(tx, |c| e::table.find((branch, entry)).select(e::dossier_id).get_result(c))?;
    made.map(Some).ok_or_else(|| Failure::Broken("an entry is taken and no dossier made of it".into()))
}

/// This dossier was made of the entry.
pub fn keep(tx: &mut Conn<'_>, branch: BranchId, entry: &str, dossier: DossierId) -> Outcome<()> {
    use intake_entries as e;
    both!(tx, |c| diesel::update(e::table.find((branch, entry))).set(e::dossier_id.eq(dossier)).execute(c))?;
    Ok(())
}

/// Forgets entries older than `before`: nobody has them in a browser any more.
pub fn forget_entries(tx: &mut Conn<'_>, before: DateTime<Utc>) -> Outcome<usize> {
    use intake_entries as e;
    Ok(both!(tx, |c| diesel::delete(e::table.filter(e::created_at.lt(Moment(before)))).execute(c)?))
}
