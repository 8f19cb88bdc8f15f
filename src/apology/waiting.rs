//! Letters of a branch that wait for its head, those due first.

use crate::both;
use crate::db::Conn;
use crate::db::schema::{apologies, dossiers};
use crate::domain::ids::{ApologyId, BranchId};
use crate::domain::letter_status::LetterStatus;
use crate::failure::Outcome;
use chrono::NaiveDate;
use diesel::prelude::*;

/// A letter that waits to be signed.
#[derive(Debug, Clone, Queryable)]
pub struct WaitingLetter {
    pub id: ApologyId,
    pub dossier_code: String,
    pub due_on: NaiveDate,
}

#[derive(Debug, Clone)]
pub struct WaitingLetters {
    pub count: usize,
    pub first: Vec<WaitingLetter>,
}

/// How many drafts there are, and the first `limit`.
pub fn waiting_for_the_head(c: &mut Conn<'_>, branch: BranchId, limit: usize) -> Outcome<WaitingLetters> {
    let draft = LetterStatus::Draft.as_str();
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let count: i64 = both!(c, |c| apologies::table
        .filter(apologies::branch_id.eq(branch))
        .filter(apologies::status.eq(draft))
        .count()
        .get_result(c))?;
    let first = both!(c, |c| apologies::table
        .inner_join(dossiers::table.on(dossiers::id.eq(apologies::dossier_id)))
        .filter(apologies::branch_id.eq(branch))
        .filter(apologies::status.eq(draft))
        .order((apologies::due_on, apologies::id))
        .limit(limit)
        .select((apologies::id, dossiers::code, apologies::due_on))
        .load(c))?;
    Ok(WaitingLetters { count: usize::try_from(count).unwrap_or(0), first })
}
