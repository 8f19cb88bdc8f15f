//! What was handed out in the days asked for, and what was said of it; beside it the same days of the year before.

use super::cover::{self, Grain};
use super::question::Question;
use super::store::{self, Apart, ReturnedSelection};
use crate::db::{Conn, DbError};
use crate::domain::event::Channel;
use crate::domain::ids::{BranchId, ProcedureId};
use crate::domain::returned::ReturnedCounts;
use crate::failure::Outcome;
use chrono::{Days, Months, NaiveDate};
use std::collections::BTreeMap;

/// The segments of the sums.
const WITHIN: i16 = 0;
const YEAR_BEFORE: i16 = 1;
const SINCE_EVER: i16 = 2;

/// Of a procedure of a branch, come in one way.
pub struct HandedOutRow {
    pub branch: BranchId,
    pub procedure: ProcedureId,
    pub channel: Channel,
    pub counts: ReturnedCounts,
}

pub struct HandedOut {
    pub rows: Vec<HandedOutRow>,
    year_before: BTreeMap<BranchId, ReturnedCounts>,
    /// Answers that came in after the day asked for, about results handed out up to then.
    pub late_answers: i64,
}

impl HandedOut {
    /// In the days and the branches of this question.
    ///
    /// # Errors
    /// When the database fails or holds what it must not.
    pub fn read(c: &mut Conn<'_>, question: &Question) -> Outcome<Self> {
        let (from, until) = (question.from, after(question.end()));
        let (apart, only) = (Apart { branch: true, ..Apart::default() }, question.only.clone());
        let in_detail = ReturnedSelection {
            ranges: numbered(WITHIN, cover::between(from, until, Grain::Year)).collect(),
            apart: Apart { procedure: true, channel: true, ..apart },
            only: only.clone(),
            ..ReturnedSelection::default()
        };
        let mut rows = Vec::new();
        for sum in store::returned_sums(c, &in_detail)? {
            let (Some(branch), Some(procedure), Some(channel)) = (sum.branch, sum.procedure, &sum.channel)
            else {
                continue;
            };
            let channel =
                channel.parse().map_err(|unknown| DbError::Corrupt(format!("a tally: {unknown}")))?;
            rows.push(HandedOutRow { branch, procedure, channel, counts: sum.counts() });
        }
        let (from, until) = (a_year_before(from), after(a_year_before(question.end())));
        let by_branch = ReturnedSelection {
            ranges: numbered(YEAR_BEFORE, cover::between(from, until, Grain::Year))
                .chain(numbered(SINCE_EVER, cover::before(after(question.as_of))))
                .collect(),
            apart,
            only,
            ..ReturnedSelection::default()
        };
        let (mut year_before, mut late_answers) = (BTreeMap::<_, ReturnedCounts>::new(), 0);
        for sum in store::returned_sums(c, &by_branch)? {
            let (counts, branch) = (sum.counts(), sum.branch);
            if sum.segment == SINCE_EVER {
                late_answers += counts.late_answers;
            } else if let Some(branch) = branch {
                year_before.entry(branch).or_default().add(counts, 1);
            }
        }
        Ok(Self { rows, year_before, late_answers })
    }

    pub fn of(&self, branch: BranchId) -> impl Iterator<Item = &HandedOutRow> {
        self.rows.iter().filter(move |row| row.branch == branch)
    }

    /// Everything of a branch in the days asked for.
    pub fn sum_of(&self, branch: BranchId) -> ReturnedCounts {
        let mut sum = ReturnedCounts::default();
        self.of(branch).for_each(|row| sum.add(row.counts, 1));
        sum
    }

    /// … and in the same days of the year before.
    pub fn year_before(&self, branch: BranchId) -> ReturnedCounts {
        self.year_before.get(&branch).copied().unwrap_or_default()
    }
}

fn numbered(segment: i16, ranges: Vec<cover::Range>) -> impl Iterator<Item = (i16, cover::Range)> {
    ranges.into_iter().map(move |range| (segment, range))
}

/// The same day a year before; the 28th for the 29th of February.
fn a_year_before(day: NaiveDate) -> NaiveDate {
    day.checked_sub_months(Months::new(12)).unwrap_or(NaiveDate::MIN)
}

fn after(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX)
}
