//! The running clocks of open dossiers: what a change of the calendar might move.

use super::row::DossierRow;
use crate::both;
use crate::calendar::OpenClock;
use crate::db::Conn;
use crate::db::schema::dossiers;
use crate::failure::Outcome;
use crate::reference::Reference;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

/// Every open dossier whose clock runs. One that waits is not among them: its due date is computed anew when it
/// goes on.
pub fn open_clocks(conn: &mut Conn<'_>, reference: &Reference) -> Outcome<Vec<OpenClock>> {
    // Written as the partial index `dossiers_open_due` has it, so that only open dossiers are read.
    let rows = both!(conn, |c| dossiers::table
        .filter(sql::<Bool>("status in ('received', 'in_processing')"))
        .select(DossierRow::as_select())
        .load(c))?;
    let mut open = Vec::with_capacity(rows.len());
    for row in rows {
        let dossier = row.dossier()?;
        let Some(clock) = dossier.clock else { continue };
        let branch = reference.branch_by_id(dossier.branch);
        open.push(OpenClock {
            code: dossier.code,
            branch_code: branch.map(|branch| branch.code.clone()).unwrap_or_default(),
            due_on: clock.deadline.due_on,
            started_at: clock.started_at,
            time_limit: dossier.time_limit,
            pauses: clock.pauses,
        });
    }
    Ok(open)
}
