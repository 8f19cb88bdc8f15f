//! The table of letters. Nobody else writes it.

use super::row::{ApologyRow, DossierLine};
use crate::both;
use crate::db::schema::{apologies, dossiers, number_counters, officers, signed_letters};
use crate::db::types::{Json, Moment};
use crate::db::{Conn, DbError};
use crate::domain::apology::LetterFacts;
use crate::domain::event::LetterTimeliness;
use crate::domain::ids::{ApologyId, BranchId, DossierId, OfficerId, SignedLetterId};
use crate::domain::letter_status::{LetterStatus, MailState};
use crate::failure::{Failure, Outcome, Thing};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use std::collections::HashMap;

pub fn load(c: &mut Conn<'_>, id: ApologyId) -> Outcome<ApologyRow> {
    both!(c, |c| apologies::table.find(id).select(ApologyRow::as_select()).get_result(c).optional())?
        .ok_or(Failure::NotFound(Thing::Apology))
}

/// The letter, locked until the transaction ends. The dossier's row comes first where both are needed.
pub fn lock(tx: &mut Conn<'_>, id: ApologyId) -> Outcome<ApologyRow> {
    match tx {
        Conn::Sqlite(c) => apologies::table.find(id).select(ApologyRow::as_select()).get_result(*c),
        Conn::Pg(c) => apologies::table.find(id).select(ApologyRow::as_select()).for_update().get_result(*c),
    }
    .optional()?
    .ok_or(Failure::NotFound(Thing::Apology))
}

pub fn dossier_line(c: &mut Conn<'_>, id: DossierId) -> Outcome<DossierLine> {
    both!(c, |c| dossiers::table.find(id).select(DossierLine::as_select()).get_result(c).optional())?
        .ok_or(Failure::NotFound(Thing::Dossier))
}

/// What a draft begins with.
pub struct NewDraft {
    pub dossier: DossierId,
    pub branch: BranchId,
    pub due_on: NaiveDate,
    pub new_due_on: Option<NaiveDate>,
    pub cause: Option<String>,
    pub reason: Option<String>,
    pub held_by: Option<OfficerId>,
}

/// Makes the draft of this dossier and due date; a cancelled one begins anew. False when there is one already.
pub fn add_draft(tx: &mut Conn<'_>, draft: &NewDraft, now: DateTime<Utc>) -> Outcome<bool> {
    let begun = (
        apologies::status.eq(LetterStatus::Draft.as_str()),
        apologies::cause.eq(&draft.cause),
        apologies::reason.eq(&draft.reason),
        apologies::new_due_on.eq(draft.new_due_on),
        apologies::drafted_at.eq(Moment(now)),
        apologies::held_by.eq(draft.held_by),
    );
    let key = (
        apologies::id.eq(ApologyId::at(now)),
        apologies::dossier_id.eq(draft.dossier),
        apologies::branch_id.eq(draft.branch),
        apologies::due_on.eq(draft.due_on),
    );
    let added = both!(tx, |c| diesel::insert_into(apologies::table)
        .values((key, begun))
        .on_conflict((apologies::dossier_id, apologies::due_on))
        .do_nothing()
        .execute(c))?;
    if added == 1 {
        return Ok(true);
    }
    let anew = both!(tx, |c| diesel::update(apologies::table)
        .filter(apologies::dossier_id.eq(draft.dossier))
        .filter(apologies::due_on.eq(draft.due_on))
        .filter(apologies::status.eq(LetterStatus::Cancelled.as_str()))
        .set((
            begun,
            apologies::body.eq(None::<String>),
            apologies::held_back.eq(false),
            apologies::version.eq(apologies::version + 1),
        ))
        .execute(c))?;
    Ok(anew == 1)
}

/// Puts what a re-appointment said into the draft of this dossier and due date, if it is still one.
pub fn restate_draft(tx: &mut Conn<'_>, draft: &NewDraft) -> Outcome<()> {
    both!(tx, |c| diesel::update(apologies::table)
        .filter(apologies::dossier_id.eq(draft.dossier))
        .filter(apologies::due_on.eq(draft.due_on))
        .filter(apologies::status.eq(LetterStatus::Draft.as_str()))
        .set((
            apologies::cause.eq(&draft.cause),
            apologies::reason.eq(&draft.reason),
            apologies::new_due_on.eq(draft.new_due_on),
            // Edited prose states another reason and date.
            apologies::body.eq(None::<String>),
            apologies::version.eq(apologies::version + 1),
        ))
        .execute(c))?;
    Ok(())
}

/// Cancels the drafts of a dossier, but not the one for `keep`.
pub fn cancel_drafts(tx: &mut Conn<'_>, dossier: DossierId, keep: Option<NaiveDate>) -> Outcome<usize> {
    Ok(both!(tx, |c| {
        let drafts = apologies::table
            .filter(apologies::dossier_id.eq(dossier))
            .filter(apologies::status.eq(LetterStatus::Draft.as_str()));
        let cancelled = (
            apologies::status.eq(LetterStatus::Cancelled.as_str()),
            apologies::version.eq(apologies::version + 1),
        );
        match keep {
            Some(due_on) => {
                diesel::update(drafts.filter(apologies::due_on.ne(due_on))).set(cancelled).execute(c)
            }
            None => diesel::update(drafts).set(cancelled).execute(c),
        }
    })?)
}

/// Writes what may be edited in a draft, under its lock.
pub fn save_draft(tx: &mut Conn<'_>, row: &ApologyRow) -> Outcome<()> {
    both!(tx, |c| diesel::update(apologies::table.find(row.id))
        .set((
            apologies::cause.eq(&row.cause),
            apologies::reason.eq(&row.reason),
            apologies::new_due_on.eq(row.new_due_on),
            apologies::body.eq(&row.body),
            apologies::held_back.eq(row.held_back),
            apologies::version.eq(apologies::version + 1),
        ))
        .execute(c))?;
    Ok(())
}

/// The next number of a branch's letters in a year: gap-free, because the counter rolls back with the approval,
/// and others of the branch wait for it.
pub fn next_number(tx: &mut Conn<'_>, branch: BranchId, year: i32) -> Outcome<u32> {
    use number_counters as n;
    let number: i32 = both!(tx, |c| diesel::insert_into(n::table)
        .values((n::branch_id.eq(branch), n::series.eq("apology"), n::year.eq(year), n::last.eq(1)))
        .on_conflict((n::branch_id, n::series, n::year))
        .do_update()
        .set(n::last.eq(n::last + 1))
        .returning(n::last)
        .get_result(c))?;
    u32::try_from(number).map_err(|_| Failure::Db(DbError::Corrupt(format!("number_counters.last {number}"))))
}

/// What an approval fixes.
pub struct Issue<'a> {
    pub facts: &'a LetterFacts,
    pub letter: &'a str,
    pub sha256: &'a str,
    pub number: i32,
    pub year: i32,
    pub timeliness: LetterTimeliness,
    pub approved_by: Option<OfficerId>,
    pub email: Option<&'a str>,
}

pub fn issue(tx: &mut Conn<'_>, id: ApologyId, issue: &Issue<'_>, now: DateTime<Utc>) -> Outcome<()> {
    let facts = serde_json::to_value(issue.facts).map_err(|error| Failure::Broken(error.to_string()))?;
    let (status, mail_state) = match issue.email {
        Some(_) => (LetterStatus::Approved, Some(MailState::Queued.as_str())),
        None => (LetterStatus::Paper, None),
    };
    both!(tx, |c| diesel::update(apologies::table.find(id))
        .set((
            apologies::status.eq(status.as_str()),
            apologies::cause.eq(issue.facts.cause.as_ref().map(|cause| cause.as_str())),
            apologies::reason.eq(&issue.facts.reason),
            apologies::approved_at.eq(Moment(now)),
            apologies::approved_by.eq(issue.approved_by),
            apologies::automatic.eq(issue.approved_by.is_none()),
            apologies::number.eq(issue.number),
            apologies::number_year.eq(issue.year),
            apologies::number_symbol.eq(&issue.facts.number_symbol),
            apologies::timeliness.eq(issue.timeliness.as_str()),
            apologies::letter.eq(issue.letter),
            apologies::letter_sha256.eq(issue.sha256),
            apologies::recipient_email.eq(issue.email),
            apologies::mail_state.eq(mail_state),
            apologies::facts.eq(Json(facts.clone())),
            apologies::version.eq(apologies::version + 1),
        ))
        .execute(c))?;
    Ok(())
}

/// Moves the mail of an approved letter from one state to the next. False when it is no longer there.
pub fn move_mail(
    tx: &mut Conn<'_>,
    id: ApologyId,
    from: MailState,
    to: MailState,
    error: Option<&str>,
) -> Outcome<bool> {
    let moved = both!(tx, |c| diesel::update(apologies::table.find(id))
        .filter(apologies::status.eq(LetterStatus::Approved.as_str()))
        .filter(apologies::mail_state.eq(from.as_str()))
        .set((apologies::mail_state.eq(to.as_str()), apologies::mail_error.eq(error)))
        .execute(c))?;
    Ok(moved == 1)
}

/// Ends the mailing of a letter that is in `from`. False when it is not.
pub fn end_mail(
    tx: &mut Conn<'_>,
    id: ApologyId,
    from: LetterStatus,
    to: LetterStatus,
    (state, error): (Option<MailState>, Option<&str>),
    sent_at: Option<DateTime<Utc>>,
) -> Outcome<bool> {
    let ended = both!(tx, |c| diesel::update(apologies::table.find(id))
        .filter(apologies::status.eq(from.as_str()))
        .set((
            apologies::status.eq(to.as_str()),
            apologies::mail_state.eq(state.map(MailState::as_str)),
            apologies::mail_error.eq(error),
            apologies::sent_at.eq(sent_at.map(Moment)),
            apologies::version.eq(apologies::version + 1),
        ))
        .execute(c))?;
    Ok(ended == 1)
}

/// How a letter got into the hands of the person it is written to.
pub struct Delivery {
    pub at: DateTime<Utc>,
    pub how: String,
    pub to: String,
    pub by: OfficerId,
}

pub fn deliver(tx: &mut Conn<'_>, id: ApologyId, delivery: &Delivery) -> Outcome<()> {
    both!(tx, |c| diesel::update(apologies::table.find(id))
        .set((
            apologies::status.eq(LetterStatus::Delivered.as_str()),
            apologies::delivered_at.eq(Moment(delivery.at)),
            apologies::delivered_how.eq(&delivery.how),
            apologies::delivered_to.eq(&delivery.to),
            apologies::delivered_by.eq(delivery.by),
            apologies::version.eq(apologies::version + 1),
        ))
        .execute(c))?;
    Ok(())
}

/// Name and title of the head of a branch, for previews.
pub fn head_of(c: &mut Conn<'_>, branch: BranchId) -> Outcome<Option<(String, Option<String>)>> {
    Ok(both!(c, |c| officers::table
        .filter(officers::branch_id.eq(branch))
        .filter(officers::role.eq("head"))
        .filter(officers::active.eq(true))
        .order(officers::id)
        .select((officers::full_name, officers::title))
        .first(c)
        .optional())?)
}

/// Names of officers by their keys.
pub fn names(c: &mut Conn<'_>, ids: &[OfficerId]) -> Outcome<HashMap<OfficerId, String>> {
    let found: Vec<(OfficerId, String)> = both!(c, |c| officers::table
        .filter(officers::id.eq_any(ids))
        .select((officers::id, officers::full_name))
        .load(c))?;
    Ok(found.into_iter().collect())
}

/// A letter as it came back signed.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = signed_letters)]
pub struct SignedRow {
    pub id: SignedLetterId,
    pub apology_id: ApologyId,
    pub branch_id: BranchId,
    /// The version of the letter it was put to.
    pub version: i32,
    pub sha256: String,
    pub begins_with_issued: bool,
    pub signatures: Json,
    pub body: Vec<u8>,
    pub stored_at: Moment,
    pub stored_by: OfficerId,
}

/// Keeps a signed letter; the letter itself goes on to its next version.
pub fn add_signed(tx: &mut Conn<'_>, row: &SignedRow) -> Outcome<()> {
    both!(tx, |c| diesel::insert_into(signed_letters::table).values(row).execute(c))?;
    both!(tx, |c| diesel::update(apologies::table.find(row.apology_id))
        .set(apologies::version.eq(apologies::version + 1))
        .execute(c))?;
    Ok(())
}

/// The last signed letter, if one came.
pub fn signed(c: &mut Conn<'_>, id: ApologyId) -> Outcome<Option<SignedRow>> {
    Ok(both!(c, |c| signed_letters::table
        .filter(signed_letters::apology_id.eq(id))
        .order(signed_letters::version.desc())
        .select(SignedRow::as_select())
        .first(c)
        .optional())?)
}

/// What is told of the last signed letter: fingerprint, whether it begins with ours, its signatures, when and by whom.
pub type SignedLine = (String, bool, Json, Moment, OfficerId);

/// The same without its bytes.
pub fn signed_line(c: &mut Conn<'_>, id: ApologyId) -> Outcome<Option<SignedLine>> {
    use signed_letters as s;
    Ok(both!(c, |c| s::table
        .filter(s::apology_id.eq(id))
        .order(s::version.desc())
        .select((s::sha256, s::begins_with_issued, s::signatures, s::stored_at, s::stored_by))
        .first(c)
        .optional())?)
}
