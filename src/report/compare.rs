//! What stands beside the figures of a row: what must be reached, and where it is asked for the same figures of the days
//! before and of the year before, and how far it is to the targets.

use super::asked::Asked;
use super::question::{Answer, Question, Row, RowKey, Span, ask};
use super::view::{ComparedView, DistanceView, FiguresView, OtherDaysView};
use crate::db::Conn;
use crate::domain::ids::{BranchId, SectorId};
use crate::domain::period::{Period, days_before, days_of_year_before};
use crate::domain::rates::Figures;
use crate::domain::target::{Indicator, OnTimeBars, Target, in_force};
use crate::domain::words::code_words;
use crate::failure::Outcome;
use crate::target;
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::HashMap;

/// Which other days figures are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// The days before, as many of them; of months and reporting periods the ones before.
    Previous,
    /// The same days of the year before.
    YearBefore,
}
code_words!(Comparison { Previous => "previous", YearBefore => "year_before" });

impl Comparison {
    fn days(self, from: NaiveDate, to: NaiveDate) -> (NaiveDate, NaiveDate) {
        match self {
            Self::Previous => days_before(from, to),
            Self::YearBefore => days_of_year_before(from, to),
        }
    }

    fn period(self, period: Period, start: NaiveDate) -> NaiveDate {
        match self {
            Self::Previous => period.previous(start),
            Self::YearBefore => period.year_before(start),
        }
    }
}

/// The figures of other days, whole: they are over.
struct Other {
    comparison: Comparison,
    rows: HashMap<(RowKey, Option<NaiveDate>), (Option<Span>, Figures)>,
    days: (NaiveDate, NaiveDate),
    total: Figures,
}

/// What stands beside the figures.
pub struct Beside {
    others: Vec<Other>,
    targets: Vec<Target>,
    distance: bool,
}

impl Beside {
    /// # Errors
    /// When the database fails or holds what it must not.
    pub fn of(c: &mut Conn<'_>, question: &Question, asked: &Asked, today: NaiveDate) -> Outcome<Self> {
        let mut others: Vec<Other> = Vec::new();
        for comparison in &asked.compare {
            if others.iter().all(|other| other.comparison != *comparison) {
                others.push(other(c, question, *comparison, today)?);
            }
        }
        Ok(Self { others, targets: target::targets(c)?, distance: asked.distance == Some(true) })
    }

    /// What a row of this question must reach on the last of its days.
    pub fn bars(&self, question: &Question, key: &RowKey, last: NaiveDate) -> OnTimeBars {
        let (branch, sector) = whose(question, key);
        OnTimeBars::in_force(&self.targets, branch, sector, last)
    }

    pub fn add(&self, question: &Question, row: &Row, view: &mut FiguresView) {
        let by_officer = row.key.officer.is_some() || question.only.officer.is_some();
        for other in &self.others {
            let start = question.period.zip(row.span);
            let start = start.map(|(period, span)| other.comparison.period(period, span.start));
            let found = other.rows.get(&(row.key, start));
            let days = match (question.period, start, found) {
                (_, _, Some((Some(span), _))) => (span.from, span.to),
                (Some(period), Some(start), _) => (start, last_of(period, start)),
                _ => other.days,
            };
            let figures = found.map(|(_, figures)| *figures).unwrap_or_default();
            let bars = self.bars(question, &row.key, days.1);
            put(view, other.comparison, days, FiguresView::of(&figures, by_officer, &bars));
        }
        let last = row.span.map_or(question.to, |span| span.to);
        view.distance = self.distances(question, &row.key, last, &row.figures);
    }

    pub fn add_to_total(&self, question: &Question, figures: &Figures, view: &mut FiguresView) {
        for other in &self.others {
            let bars = self.bars(question, &RowKey::default(), other.days.1);
            let total = FiguresView::of(&other.total, question.only.officer.is_some(), &bars);
            put(view, other.comparison, other.days, total);
        }
        view.distance = self.distances(question, &RowKey::default(), question.to, figures);
    }

    /// Of the targets of resolving in time that are this row's.
    fn distances(
        &self,
        question: &Question,
        key: &RowKey,
        day: NaiveDate,
        figures: &Figures,
    ) -> Vec<DistanceView> {
        if !self.distance || key.officer.is_some() || question.only.officer.is_some() {
            return Vec::new();
        }
        let (branch, sector) = whose(question, key);
        [Indicator::P312, Indicator::S06]
            .into_iter()
            .filter_map(|indicator| in_force(&self.targets, indicator, branch, sector, day))
            .filter_map(|target| DistanceView::of(figures, target))
            .collect()
    }
}

/// Whose figures a row has: of which branch and of which sector, where it is one.
fn whose(question: &Question, key: &RowKey) -> (Option<BranchId>, Option<SectorId>) {
    let only = &question.only;
    let one = if let [branch] = only.branches.as_slice() { Some(*branch) } else { None };
    (key.branch.or(one), key.sector.or(only.sector))
}

fn put(
    view: &mut FiguresView,
    comparison: Comparison,
    (from, to): (NaiveDate, NaiveDate),
    figures: FiguresView,
) {
    let compared: &mut ComparedView = view.compared.get_or_insert_default();
    let other = Some(OtherDaysView { from, to, figures });
    match comparison {
        Comparison::Previous => compared.previous = other,
        Comparison::YearBefore => compared.year_before = other,
    }
}

fn last_of(period: Period, start: NaiveDate) -> NaiveDate {
    let next = period.next(start);
    next.pred_opt().unwrap_or(next)
}

/// Asks the same of other days, period by period where the question is.
fn other(c: &mut Conn<'_>, question: &Question, comparison: Comparison, today: NaiveDate) -> Outcome<Other> {
    let days = comparison.days(question.from, question.to);
    let of_days =
        |(from, to): (NaiveDate, NaiveDate)| Question { from, to, as_of: to.min(today), ..question.clone() };
    let Some(period) = question.period else {
        let Answer { rows, total } = ask(c, &of_days(days))?;
        let rows = rows.into_iter().map(|row| ((row.key, None), (None, row.figures))).collect();
        return Ok(Other { comparison, rows, days, total });
    };
    let first = comparison.period(period, period.start(question.from));
    let last = comparison.period(period, period.start(question.to));
    let answer = ask(c, &of_days((first, last_of(period, last))))?;
    let rows = answer.rows.into_iter();
    let rows = rows.map(|row| ((row.key, row.span.map(|span| span.start)), (row.span, row.figures)));
    let whole = Question { apart: Default::default(), period: None, ..of_days(days) };
    Ok(Other { comparison, rows: rows.collect(), days, total: ask(c, &whole)?.total })
}
