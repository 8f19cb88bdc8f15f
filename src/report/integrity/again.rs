//! Which refused dossiers were handed in again.

use super::read::CHUNK;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{dossier_particulars, dossiers};
use crate::db::types::Moment;
use crate::domain::ids::DossierId;
use crate::domain::integrity::Owner;
use crate::failure::Outcome;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// A refused dossier, and one that was handed in for the same procedure after the refusal, perhaps by the same owner.
#[derive(Debug)]
pub struct Again {
    pub refused: DossierId,
    pub owner: Owner,
    pub later: DossierId,
    pub later_owner: Owner,
    pub submitted_at: DateTime<Utc>,
}

type OwnerRow = (Option<String>, Option<String>, String);

fn owner((id_number, phone, folded_name): OwnerRow) -> Owner {
    Owner { id_number, phone, folded_name }
}

fn again(
    (refused, mine, later, other, submitted_at): (DossierId, OwnerRow, DossierId, OwnerRow, Moment),
) -> Again {
    let (owner, later_owner) = (owner(mine), owner(other));
    Again { refused, owner, later, later_owner, submitted_at: submitted_at.0 }
}

diesel::alias!(
    dossiers as next: Next,
    dossier_particulars as theirs: Theirs,
);

macro_rules! again_where {
    ($c:expr, $refused:expr, $until:expr, $akin:expr) => {
        both!($c, |c| {
            use {dossier_particulars as p, dossiers as d};
            d::table
                .inner_join(p::table.on(p::dossier_id.eq(d::id)))
                .inner_join(theirs.on($akin))
                .inner_join(next.on(next.field(d::id).eq(theirs.field(p::dossier_id))))
                .filter(d::id.eq_any($refused))
                .filter(theirs.field(p::dossier_id).ne(p::dossier_id))
                .filter(next.field(d::procedure_id).eq(d::procedure_id))
                .filter(next.field(d::submitted_at).nullable().gt(d::closed_at))
                .filter(next.field(d::submitted_at).lt($until))
                .select((
                    d::id,
                    (p::id_number, p::phone, p::folded_name),
                    next.field(d::id),
                    (theirs.field(p::id_number), theirs.field(p::phone), theirs.field(p::folded_name)),
                    next.field(d::submitted_at),
                ))
                .load(c)?
        })
    };
}

/// What somebody who shares a number with the owner of one of these refused dossiers handed in again before a moment.
pub fn handed_in_again(c: &mut Conn<'_>, refused: &[DossierId], until: DateTime<Utc>) -> Outcome<Vec<Again>> {
    use dossier_particulars as p;
    let until = Moment(until);
    let mut found = Vec::new();
    for some in refused.chunks(CHUNK) {
        let same_number = theirs.field(p::id_number).eq(p::id_number);
        found.extend(again_where!(c, some, until, same_number).into_iter().map(again));
        let one_has_none = p::id_number.is_null().or(theirs.field(p::id_number).is_null());
        let same_phone = theirs.field(p::phone).eq(p::phone).and(one_has_none);
        found.extend(again_where!(c, some, until, same_phone).into_iter().map(again));
    }
    Ok(found)
}
