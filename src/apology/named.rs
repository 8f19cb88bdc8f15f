//! Letters by their keys: whose they are, and of which dossier.

use crate::both;
use crate::db::Conn;
use crate::db::schema::{apologies, dossiers};
use crate::domain::ids::{ApologyId, BranchId};
use crate::failure::Outcome;
use diesel::prelude::*;
use std::collections::HashMap;

/// Keys in one statement.
const AT_ONCE: usize = 200;

#[derive(Debug, Clone)]
pub struct Named {
    pub branch: BranchId,
    pub dossier_code: String,
}

/// Those of these keys that there are.
pub fn named(c: &mut Conn<'_>, ids: &[ApologyId]) -> Outcome<HashMap<ApologyId, Named>> {
    let mut found = HashMap::with_capacity(ids.len());
    for some in ids.chunks(AT_ONCE) {
        let rows: Vec<(ApologyId, BranchId, String)> = both!(c, |c| apologies::table
            .inner_join(dossiers::table.on(dossiers::id.eq(apologies::dossier_id)))
            .filter(apologies::id.eq_any(some))
            .select((apologies::id, apologies::branch_id, dossiers::code))
            .load(c))?;
        found.extend(rows.into_iter().map(|(id, branch, code)| (id, Named { branch, dossier_code: code })));
    }
    Ok(found)
}
