//! The running clocks of open dossiers: what a change of the calendar might move.

use super::row::DossierRow;
use crate::both;
use crate::calendar::OpenClock;
use crate::db::conditions::RUNNING;
use crate::db::kept::{AtMostDsl, fixed};
use crate::db::schema::dossiers;
use crate::db::{Conn, DbError};
use crate::domain::dossier::Dossier;
use crate::domain::ids::{BranchId, DossierId};
use crate::failure::Outcome;
use crate::reference::Reference;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::Bool;

/// Every open dossier whose clock runs. One that waits is not among them: its due date is computed anew when it
/// goes on.
pub fn open_clocks(conn: &mut Conn<'_>, reference: &Reference) -> Outcome<Vec<OpenClock>> {
    let rows = both!(conn, |c| dossiers::table
        .filter(fixed::<Bool>(RUNNING))
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

/// How many these are.
pub fn open_clocks_count(conn: &mut Conn<'_>) -> Outcome<i64> {
    Ok(both!(conn, |c| dossiers::table
        .filter(fixed::<Bool>(RUNNING))
        .filter(dossiers::due_on.is_not_null())
        .count()
        .get_result(c))?)
}

/// An open dossier whose clock runs, to be looked at.
#[derive(Debug)]
pub struct OpenDossier {
    pub id: DossierId,
    pub code: String,
    pub branch: BranchId,
    pub due_on: NaiveDate,
    /// As it stands, if its row can be read.
    pub dossier: Result<Dossier, DbError>,
}

/// Some of them by due date, those after a place.
pub fn open_clocks_after(
    conn: &mut Conn<'_>,
    after: Option<(NaiveDate, DossierId)>,
    limit: i64,
) -> Outcome<Vec<OpenDossier>> {
    let rows: Vec<DossierRow> = both!(conn, |c| {
        let mut query = dossiers::table
            .filter(fixed::<Bool>(RUNNING))
            .filter(dossiers::due_on.is_not_null())
            .select(DossierRow::as_select())
            .into_boxed();
        if let Some((due_on, id)) = after {
            query = query
                .filter(dossiers::due_on.ge(due_on))
                .filter(dossiers::due_on.gt(due_on).or(dossiers::id.gt(id).nullable()));
        }
        query.order((dossiers::due_on.asc(), dossiers::id.asc())).at_most(limit).load(c)?
    });
    let open = rows.into_iter().filter_map(|row| {
        Some(OpenDossier {
            id: row.id,
            due_on: row.due_on?,
            branch: row.branch_id,
            dossier: row.dossier(),
            code: row.code,
        })
    });
    Ok(open.collect())
}
