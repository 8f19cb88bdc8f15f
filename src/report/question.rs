//! A question about the figures, and its answer: rows by any grouping, added up from the tallies.

use super::cover::{self, Grain};
use super::reappointed;
use super::store::{self, Apart, Only, Selection, Summed};
use crate::db::{Conn, DbError};
use crate::domain::event::Channel;
use crate::domain::ids::{BranchId, OfficerId, ProcedureId, SectorId};
use crate::domain::period::Period;
use crate::domain::rates::Figures;
use crate::domain::tally::{Against, Sums};
use crate::failure::Outcome;
use chrono::{Days, NaiveDate};
use std::collections::BTreeMap;

/// All days included. `from ≤ to` and `from ≤ as_of`; what happens after the earlier of `to` and `as_of` is
/// not counted (see [`crate::domain::rates`]).
#[derive(Debug, Clone)]
pub struct Question {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub as_of: NaiveDate,
    pub apart: Apart,
    /// A row for each period that lies, even in part, within the days asked for.
    pub period: Option<Period>,
    pub only: Only,
    /// Which date punctuality is judged against.
    pub against: Against,
}

/// Whose row it is, as far as rows are kept apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    pub branch: Option<BranchId>,
    pub sector: Option<SectorId>,
    pub procedure: Option<ProcedureId>,
    pub channel: Option<Channel>,
    /// Nil where nobody holds the dossier.
    pub officer: Option<OfficerId>,
}

#[derive(Debug, Clone)]
pub struct Row {
    pub key: RowKey,
    /// What of the period lies within the days asked for.
    pub span: Option<Span>,
    pub figures: Figures,
}

/// A period, and the days of it that were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub start: NaiveDate,
    pub from: NaiveDate,
    pub to: NaiveDate,
}

#[derive(Debug, Clone)]
pub struct Answer {
    /// Rows with nothing in them are left out.
    pub rows: Vec<Row>,
    pub total: Figures,
}

/// The segments of a selection.
const BEFORE: i16 = 0;
const WITHIN: i16 = 1;
const AFTER: i16 = 2;

/// One group while its sums come in.
#[derive(Default)]
struct Group {
    before: Sums,
    within: BTreeMap<NaiveDate, Sums>,
    after: Sums,
}

impl Question {
    /// The last day of which something that happened is counted.
    pub(super) fn end(&self) -> NaiveDate {
        self.to.min(self.as_of)
    }

    /// What of each period lies within the days asked for.
    pub(super) fn spans(&self, period: Period) -> impl Iterator<Item = Span> + use<> {
        let (from, end) = (self.from, self.end());
        let mut start = period.start(from);
        std::iter::from_fn(move || {
            if start > end {
                return None;
            }
            let next = period.next(start);
            let last = next.pred_opt().unwrap_or(next);
            let span = Span { start, from: start.max(from), to: last.min(end) };
            start = next;
            Some(span)
        })
    }

    fn selection(&self) -> Selection {
        // A month's row does for a quarter, but not for a week, nor for a period from the 15th.
        let coarsest = match self.period {
            None => Grain::Year,
            Some(Period::Month | Period::Quarter) => Grain::Month,
            Some(Period::Day | Period::Week | Period::ReportingPeriod) => Grain::Day,
        };
        let ranges = [
            (BEFORE, cover::before(self.from)),
            (WITHIN, cover::between(self.from, after(self.end()), coarsest)),
            (AFTER, cover::between(after(self.end()), after(self.as_of), Grain::Year)),
        ];
        Selection {
            ranges: ranges
                .into_iter()
                .flat_map(|(segment, ranges)| ranges.into_iter().map(move |range| (segment, range)))
                .collect(),
            apart_by_day: self.period.map(|_| WITHIN).into_iter().collect(),
            apart: self.apart,
            only: self.only.clone(),
        }
    }
}

/// Answers with one statement; against the re-appointed date, the re-appointed dossiers are looked at too.
///
/// # Errors
/// When the database fails or holds what it must not.
pub fn ask(c: &mut Conn<'_>, question: &Question) -> Outcome<Answer> {
    let mut groups: BTreeMap<RowKey, Group> = BTreeMap::new();
    for summed in store::sums(c, &question.selection())? {
        let group = groups.entry(key_of(&summed)?).or_default();
        let sums = summed.sums();
        match summed.segment {
            BEFORE => group.before.add(&sums),
            WITHIN => {
                let start = match (question.period, summed.day) {
                    (Some(period), Some(day)) => period.start(day),
                    _ => question.from,
                };
                group.within.entry(start).or_default().add(&sums);
            }
            _ => group.after.add(&sums),
        }
    }
    let mut rows = Vec::new();
    let mut whole = Group::default();
    for (key, group) in groups {
        match question.period {
            None => rows.push(Row { key, span: None, figures: group.figures() }),
            Some(period) => rows.extend(group.by_period(question, period).map(|(span, figures)| Row {
                key,
                span: Some(span),
                figures,
            })),
        }
        whole.add(&group);
    }
    let mut answer = Answer { rows, total: whole.figures() };
    if question.against == Against::Reappointed {
        reappointed::correct(c, question, &mut answer)?;
    }
    answer.rows.retain(|row| !row.figures.is_zero());
    Ok(answer)
}

impl Group {
    fn add(&mut self, other: &Self) {
        self.before.add(&other.before);
        self.after.add(&other.after);
        for (start, sums) in &other.within {
            self.within.entry(*start).or_default().add(sums);
        }
    }

    fn figures(&self) -> Figures {
        let within = added(self.within.values());
        let standing = added([&self.before, &within, &self.after]);
        Figures::of(&self.before, &within, &standing)
    }

    /// Period by period: what stands at the end of each is what stood before it, changed by what it holds.
    fn by_period<'a>(
        &'a self,
        question: &'a Question,
        period: Period,
    ) -> impl Iterator<Item = (Span, Figures)> + 'a {
        let mut before = self.before;
        question.spans(period).map(move |span| {
            let within = self.within.get(&span.start).copied().unwrap_or_default();
            let standing = added([&before, &within]);
            let figures = Figures::of(&before, &within, &standing);
            before = standing;
            (span, figures)
        })
    }
}

fn added<'a>(sums: impl IntoIterator<Item = &'a Sums>) -> Sums {
    let mut all = Sums::default();
    sums.into_iter().for_each(|sums| all.add(sums));
    all
}

/// The key of a sum.
pub fn key_of(summed: &Summed) -> Outcome<RowKey> {
    let channel = summed.channel.as_deref().map(str::parse).transpose();
    Ok(RowKey {
        branch: summed.branch,
        sector: summed.sector,
        procedure: summed.procedure,
        channel: channel.map_err(|unknown| DbError::Corrupt(format!("a tally: {unknown}")))?,
        officer: summed.officer,
    })
}

fn after(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX)
}
