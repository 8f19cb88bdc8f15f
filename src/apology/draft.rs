//! The job `draft_apologies`: who will be late, or is, gets the draft of a letter.
//!
//! Every dossier whose clock runs and whose letter is due (`apology_due_on`: the last working day at least one day
//! before the due date, NĐ 61/2018 Đ19.9) has exactly one row for its due date, however many instances look. Those
//! that are late already, because nobody looked in time or because they were imported late, are covered too.

use super::PostRoom;
use super::store::{self, NewDraft};
use crate::db::Conn;
use crate::db::conditions::RUNNING;
use crate::db::kept::fixed;
use crate::db::schema::{apologies, dossiers};
use crate::domain::calendar::Calendar;
use crate::domain::ids::{BranchId, DossierId, OfficerId};
use crate::domain::letter_status::LetterStatus;
use crate::domain::local_time::day_of;
use crate::failure::Outcome;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;

pub const KIND: &str = "draft_apologies";

/// Dossiers in one transaction: a short one, because on SQLite others wait for it.
const BATCH: i64 = 100;

/// Where the last batch ended.
type Cursor = (NaiveDate, DossierId);

#[derive(Debug, Clone, Queryable)]
struct Owed {
    id: DossierId,
    branch_id: BranchId,
    due_on: Option<NaiveDate>,
    apology_due_on: Option<NaiveDate>,
    reappointed_due_on: Option<NaiveDate>,
    held_by: Option<OfficerId>,
}

/// Makes all drafts that are due and returns how many those were.
pub fn draft_due(room: &PostRoom) -> Outcome<usize> {
    let now = room.clock.now();
    let (mut after, mut count) = (None, 0);
    loop {
        let (reference, extra) = (room.reference.clone(), room.letters.suggested_working_days);
        let (drafted, last) = room.db.write_blocking(move |tx| {
            let reference = reference.of(tx)?;
            draft_batch(tx, &reference.calendar, extra, after, now)
        })?;
        count += drafted;
        match last {
            Some(last) => after = Some(last),
            None => break,
        }
    }
    if count > 0 {
        tracing::info!(count, "apologies drafted");
    }
    Ok(count)
}

/// One batch: how many drafts it made, and where it ended unless nothing is left.
fn draft_batch(
    tx: &mut Conn<'_>,
    calendar: &Calendar,
    extra: u32,
    after: Option<Cursor>,
    now: DateTime<Utc>,
) -> Outcome<(usize, Option<Cursor>)> {
    let today = day_of(now);
    let owed = owed(tx, after, today)?;
    let mut drafted = 0;
    for dossier in &owed {
        let Some(due_on) = dossier.due_on else { continue };
        let draft = NewDraft {
            dossier: dossier.id,
            branch: dossier.branch_id,
            due_on,
            new_due_on: suggested(calendar, due_on.max(today), dossier.reappointed_due_on, extra),
            // A register that was taken over may have known it.
            cause: crate::register::cause_of(tx, dossier.id)?,
            reason: None,
            held_by: dossier.held_by,
        };
        drafted += usize::from(store::add_draft(tx, &draft, now)?);
    }
    Ok((drafted, owed.last().and_then(|last| Some((last.apology_due_on?, last.id)))))
}

/// The date a draft begins with: the one promised already, else `extra` working days after `base`. Nothing where
/// the calendar does not reach.
pub(super) fn suggested(
    calendar: &Calendar,
    base: NaiveDate,
    promised: Option<NaiveDate>,
    extra: u32,
) -> Option<NaiveDate> {
    let computed = || (0..extra.max(1)).try_fold(base, |day, _| calendar.next_working_day(day)).ok();
    promised.filter(|promised| *promised > base).or_else(computed)
}

/// The next dossiers without a draft or letter for their due date, locked: on PostgreSQL those that somebody is
/// changing just now are left for the next time, so that no draft is made of what has just ended.
fn owed(tx: &mut Conn<'_>, after: Option<Cursor>, today: NaiveDate) -> Outcome<Vec<Owed>> {
    macro_rules! query {
        () => {{
            let drafted = apologies::table
                .filter(apologies::dossier_id.eq(dossiers::id))
                .filter(apologies::due_on.nullable().eq(dossiers::due_on))
                .filter(apologies::status.ne(LetterStatus::Cancelled.as_str()));
            let (day, id) = after.unwrap_or((NaiveDate::default(), DossierId::nil()));
            dossiers::table
                .filter(fixed::<Bool>(RUNNING))
                .filter(dossiers::apology_due_on.le(today))
                .filter(
                    dossiers::apology_due_on
                        .gt(day)
                        .or(dossiers::apology_due_on.eq(day).and(dossiers::id.gt(id)).assume_not_null()),
                )
                .filter(not(exists(drafted)))
                .order((dossiers::apology_due_on, dossiers::id))
                .limit(BATCH)
                .select((
                    dossiers::id,
                    dossiers::branch_id,
                    dossiers::due_on,
                    dossiers::apology_due_on,
                    dossiers::reappointed_due_on,
                    dossiers::held_by,
                ))
        }};
    }
    Ok(match tx {
        Conn::Sqlite(c) => query!().load(*c)?,
        Conn::Pg(c) => query!().for_update().skip_locked().load(*c)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::{day, vietnam};

    #[test]
    fn the_suggested_date_counts_working_days_from_the_later_of_due_date_and_today() {
        // Over Tết 2020, 23 to 29 January.
        let from = |base: &str, extra| suggested(&vietnam(), day(base), None, extra);
        assert_eq!(from("2020-01-22", 1), Some(day("2020-01-30")));
        assert_eq!(from("2020-01-22", 3), Some(day("2020-02-03")));
        assert_eq!(from("2020-01-22", 0), Some(day("2020-01-30")), "never the due date itself");
    }

    #[test]
    fn what_was_promised_already_is_kept_unless_it_has_passed() {
        let with = |promised: &str| suggested(&vietnam(), day("2020-01-22"), Some(day(promised)), 1);
        assert_eq!(with("2020-02-05"), Some(day("2020-02-05")));
        assert_eq!(with("2020-01-22"), Some(day("2020-01-30")));
    }

    #[test]
    fn where_the_calendar_ends_nothing_is_suggested() {
        assert_eq!(suggested(&vietnam(), day("2199-01-01"), None, 1), None);
    }
}
