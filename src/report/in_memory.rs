//! The answer to a question from a tally that is in memory: what some dossiers, or a change of one, add to the
//! figures. Tallies hold changes, so a difference of two lives has an answer like any other.

use super::question::{Question, Row, RowKey};
use super::view::{Names, RowView};
use crate::domain::rates::Figures;
use crate::domain::tally::{Sums, Tally};
use crate::domain::target::OnTimeBars;
use crate::reference::Reference;
use std::collections::BTreeMap;

/// The rows that this tally adds, by the keys the question keeps apart; periods are not.
pub fn rows_of(question: &Question, tally: &Tally, reference: &Reference) -> Vec<RowView> {
    let names = Names { reference, officers: Default::default() };
    groups(question, tally)
        .into_iter()
        .map(|(key, figures)| Row { key, span: None, figures })
        .filter(|row| !row.figures.is_zero())
        // What a change adds is no share of anything, and reaches nothing.
        .map(|row| RowView::of(question, &row, &names, &OnTimeBars::default()))
        .collect()
}

/// What this tally adds to the figures of a question that keeps nothing apart.
pub fn figures_of(question: &Question, tally: &Tally) -> Figures {
    let whole = Question { apart: Default::default(), ..question.clone() };
    groups(&whole, tally).remove(&RowKey::default()).unwrap_or_default()
}

/// The figures of this tally, by the keys the question keeps apart; periods are not.
pub fn groups(question: &Question, tally: &Tally) -> BTreeMap<RowKey, Figures> {
    let end = question.to.min(question.as_of);
    let (apart, only) = (&question.apart, &question.only);
    let mut groups: BTreeMap<RowKey, [Sums; 3]> = BTreeMap::new();
    for (key, day, counts) in tally.iter() {
        let asked_for = only.branches.contains(&key.branch)
            && only.sector.is_none_or(|sector| sector == key.sector)
            && only.procedure.is_none_or(|procedure| procedure == key.procedure)
            && only.channel.is_none_or(|channel| channel == key.channel)
            && only.officer.is_none_or(|officer| officer == key.officer);
        if !asked_for || day > question.as_of {
            continue;
        }
        let row = RowKey {
            branch: apart.branch.then_some(key.branch),
            sector: apart.sector.then_some(key.sector),
            procedure: apart.procedure.then_some(key.procedure),
            channel: apart.channel.then_some(key.channel),
            officer: apart.officer.then_some(key.officer),
        };
        let [before, within, standing] = groups.entry(row).or_default();
        standing.count(key.channel, *counts);
        if day < question.from {
            before.count(key.channel, *counts);
        } else if day <= end {
            within.count(key.channel, *counts);
        }
    }
    let figures = |[before, within, standing]: [Sums; 3]| Figures::of(&before, &within, &standing);
    groups.into_iter().map(|(key, sums)| (key, figures(sums))).collect()
}
