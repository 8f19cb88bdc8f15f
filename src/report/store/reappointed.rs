//! The dossiers that were re-appointed and count in some days: few, whatever there is in all.

use super::Only;
use super::candidates::{begin, end};
use crate::both;
use crate::db::Conn;
use crate::db::conditions::{END, REAPPOINTED, branch_of_few, procedure_of_few};
use crate::db::kept::fixed;
use crate::db::schema::dossiers;
use crate::db::types::MomentSql;
use crate::domain::ids::DossierId;
use crate::failure::Outcome;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};

/// Re-appointed, received up to the last of these days, and not ended before the first.
pub fn reappointed_under_way(
    c: &mut Conn<'_>,
    only: &Only,
    from: NaiveDate,
    to: NaiveDate,
) -> Outcome<Vec<DossierId>> {
    let (of_branch, of_procedure) = (branch_of_few(c), procedure_of_few(c));
    let ended = || fixed::<Nullable<MomentSql>>(END);
    // Asked in two, each a range of the index.
    macro_rules! those {
        ($c:expr, $ended:expr) => {{
            let mut query = dossiers::table
                .filter(fixed::<Bool>(REAPPOINTED))
                .filter($ended)
                .filter(dossiers::received_at.lt(end(to)))
                .into_boxed();
            if let [branch] = only.branches.as_slice() {
                query = query.filter(of_branch.eq(*branch));
            }
            if let Some(sector) = only.sector {
                query = query.filter(dossiers::sector_id.eq(sector));
            }
            if let Some(procedure) = only.procedure {
                query = query.filter(of_procedure.eq(procedure));
            }
            if let Some(channel) = only.channel {
                query = query.filter(dossiers::channel.eq(channel.as_str()));
            }
            query.select(dossiers::id).load::<DossierId>($c)?
        }};
    }
    let mut found = both!(c, |c| those!(c, ended().ge(begin(from))));
    found.extend(both!(c, |c| those!(c, ended().is_null())));
    Ok(found)
}
