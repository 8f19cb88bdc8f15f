//! The job `approve_apologies`: letters of branches whose head has authorised the system in writing.
//!
//! A letter goes out by itself once the close of business of its `apology_due_on` has passed, if its draft was there
//! before that moment, has a cause, and nobody has stopped it. Whoever could have stopped it has had the time: so a
//! draft that came late (a register imported with its late dossiers, a service that stood still) waits for the
//! head, and **importing sends no mail**.

use super::PostRoom;
use super::approve::{Approver, approve};
use super::facts::Signer;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{apologies, dossiers};
use crate::db::types::Moment;
use crate::domain::catalogue::ApologyMode;
use crate::domain::ids::{ApologyId, BranchId};
use crate::domain::letter_status::LetterStatus;
use crate::domain::local_time::{day_of, moment};
use crate::failure::{Failure, Outcome};
use crate::reference::Reference;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use diesel::prelude::*;
use std::collections::BTreeMap;

pub const KIND: &str = "approve_apologies";

const BATCH: i64 = 200;

#[derive(Debug, Clone, Queryable)]
struct Draft {
    id: ApologyId,
    branch_id: BranchId,
    drafted_at: Moment,
    apology_due_on: Option<NaiveDate>,
}

/// Approves all letters that may go out by themselves, each in a transaction of its own, and returns how many.
pub fn approve_due(room: &PostRoom) -> Outcome<usize> {
    let now = room.clock.now();
    let (mut after, mut count) = (ApologyId::nil(), 0);
    loop {
        let cache = room.reference.clone();
        let (drafts, last) = room.db.read_blocking(move |c| {
            let reference = cache.of(c)?;
            let branches = authorised(&reference, day_of(now));
            let ids: Vec<BranchId> = branches.keys().copied().collect();
            let found = candidates(c, &ids, after, now)?;
            let last = found.last().map(|draft| draft.id);
            let close = reference.calendar.hours().close_of_business();
            Ok::<_, Failure>((ripe(found, &branches, close, now), last))
        })?;
        for draft in drafts {
            count += usize::from(approve_one(room, draft, now)?);
        }
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    if count > 0 {
        tracing::info!(count, "apologies went out by themselves");
        room.letters.bell.ring();
    }
    Ok(count)
}

/// Branches in automatic mode, with the day since which it is authorised.
fn authorised(reference: &Reference, today: NaiveDate) -> BTreeMap<BranchId, NaiveDate> {
    let branches = reference.branches().iter();
    let automatic = branches.filter(|branch| branch.apology_mode == ApologyMode::Automatic);
    automatic
        .filter_map(|branch| Some((branch.id, branch.authorisation.as_ref()?.on)))
        .filter(|(_, on)| *on <= today)
        .collect()
}

fn candidates(
    c: &mut Conn<'_>,
    branches: &[BranchId],
    after: ApologyId,
    now: DateTime<Utc>,
) -> Outcome<Vec<Draft>> {
    Ok(both!(c, |c| apologies::table
        .inner_join(
            dossiers::table.on(dossiers::id
                .eq(apologies::dossier_id)
                .and(dossiers::due_on.eq(apologies::due_on.nullable()).assume_not_null()))
        )
        .filter(apologies::branch_id.eq_any(branches))
        .filter(apologies::status.eq(LetterStatus::Draft.as_str()))
        .filter(apologies::held_back.eq(false))
        .filter(apologies::cause.is_not_null())
        .filter(dossiers::apology_due_on.le(day_of(now)))
        .filter(apologies::id.gt(after))
        .order(apologies::id)
        .limit(BATCH)
        .select((apologies::id, apologies::branch_id, apologies::drafted_at, dossiers::apology_due_on))
        .load(c))?)
}

/// Those whose last moment to be stopped came after the draft and after the authorisation, and has passed. What
/// had waited for the head before the system was authorised goes on waiting for the head.
fn ripe(
    drafts: Vec<Draft>,
    branches: &BTreeMap<BranchId, NaiveDate>,
    close: NaiveTime,
    now: DateTime<Utc>,
) -> Vec<Draft> {
    let deadline = |draft: &Draft| draft.apology_due_on.map(|day| moment(day.and_time(close)));
    drafts
        .into_iter()
        .filter(|draft| deadline(draft).is_some_and(|closed| draft.drafted_at.0 < closed && closed <= now))
        .filter(|draft| branches.get(&draft.branch_id).copied() <= draft.apology_due_on)
        .collect()
}

/// False when it was stopped, changed, approved or cancelled meanwhile, or cannot go out as it is.
fn approve_one(room: &PostRoom, draft: Draft, now: DateTime<Utc>) -> Outcome<bool> {
    let (cache, letters) = (room.reference.clone(), room.letters.clone());
    let approved = room.db.write_blocking(move |tx| {
        let reference = cache.of(tx)?;
        let branch = reference.branch_by_id(draft.branch_id);
        let given = branch.and_then(|branch| branch.authorisation.as_ref());
        let Some(given) = given else { return Err(Failure::Conflict("not-authorised")) };
        let signer = Signer { name: given.by.clone(), title: None };
        let approver = Approver::Authorised { signer };
        // Looked at again under its lock, which `approve` takes: it may have been stopped since.
        approve(tx, &reference, &letters, draft.id, &approver, now)
    });
    match approved {
        Ok(()) => Ok(true),
        Err(failure @ (Failure::Refused(_) | Failure::Conflict(_) | Failure::NotFound(_))) => {
            tracing::info!(apology = %draft.id, %failure, "a letter cannot go out by itself");
            Ok(false)
        }
        Err(failure) => Err(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::{at, day};

    fn draft(drafted_at: &str) -> Draft {
        Draft {
            id: ApologyId::nil(),
            branch_id: BranchId::nil(),
            drafted_at: at(drafted_at).into(),
            apology_due_on: Some(day("2026-01-06")),
        }
    }

    fn goes_out(drafted_at: &str, now: &str) -> bool {
        let close = NaiveTime::from_hms_opt(17, 0, 0).unwrap();
        authorised_goes_out("2026-01-01", drafted_at, close, now)
    }

    fn authorised_goes_out(on: &str, drafted_at: &str, close: NaiveTime, now: &str) -> bool {
        let branches = BTreeMap::from([(BranchId::nil(), day(on))]);
        !ripe(vec![draft(drafted_at)], &branches, close, at(now)).is_empty()
    }

    #[test]
    fn a_letter_that_waited_for_the_head_before_the_authorisation_goes_on_waiting() {
        let close = NaiveTime::from_hms_opt(17, 0, 0).unwrap();
        let goes_out = |on| authorised_goes_out(on, "2026-01-06 08:00", close, "2026-01-07 09:00");
        assert!(goes_out("2026-01-06"));
        assert!(!goes_out("2026-01-07"));
    }

    #[test]
    fn a_letter_goes_out_by_itself_at_close_of_business_and_not_before() {
        assert!(!goes_out("2026-01-06 08:00", "2026-01-06 16:59"));
        assert!(goes_out("2026-01-06 08:00", "2026-01-06 17:00"));
        assert!(goes_out("2026-01-06 08:00", "2026-01-09 09:00"), "a cause given later");
    }

    #[test]
    fn a_draft_nobody_could_have_stopped_in_time_waits_for_the_head() {
        assert!(!goes_out("2026-01-06 17:00", "2026-01-06 17:00"));
        assert!(!goes_out("2026-01-09 08:00", "2026-01-09 18:00"), "imported late");
    }
}
