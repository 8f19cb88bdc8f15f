//! The dossiers that were re-appointed and count in some days: few, whatever there is in all.

use super::Only;
use super::candidates::{begin, end};
use crate::both;
use crate::db::Conn;
use crate::db::schema::{dossiers, reappointments};
use crate::db::types::MomentSql;
use crate::domain::ids::DossierId;
use crate::failure::Outcome;
use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Nullable;

/// Re-appointed, received up to the last of these days, and not ended before the first.
pub fn reappointed_under_way(
    c: &mut Conn<'_>,
    only: &Only,
    from: NaiveDate,
    to: NaiveDate,
) -> Outcome<Vec<DossierId>> {
    let ended = || sql::<Nullable<MomentSql>>("coalesce(dossiers.resolved_at, dossiers.closed_at)");
    Ok(both!(c, |c| {
        let mut query = dossiers::table
            .inner_join(reappointments::table.on(reappointments::dossier_id.eq(dossiers::id)))
            .filter(reappointments::ordinal.eq(1))
            .filter(dossiers::received_at.lt(end(to)))
            .filter(ended().is_null().nullable().or(ended().ge(begin(from))))
            .into_boxed();
        if let [branch] = only.branches.as_slice() {
            query = query.filter(dossiers::branch_id.eq(*branch));
        }
        if let Some(sector) = only.sector {
            query = query.filter(dossiers::sector_id.eq(sector));
        }
        if let Some(procedure) = only.procedure {
            query = query.filter(dossiers::procedure_id.eq(procedure));
        }
        if let Some(channel) = only.channel {
            query = query.filter(dossiers::channel.eq(channel.as_str()));
        }
        query.select(dossiers::id).load(c)?
    }))
}
