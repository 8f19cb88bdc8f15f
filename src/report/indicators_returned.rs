//! The plan's indicators about what comes after the result: by public post, and how satisfied people are.

use super::indicators::{Board, IndicatorView};
use crate::domain::event::Channel;
use crate::domain::returned::ReturnedCounts;
use crate::domain::target::Indicator;
use crate::reference::Version;

/// A part of a whole.
type Share = (i64, i64);

impl Board<'_> {
    /// I.2.3: received by public post, of the dossiers of eligible procedures that had any. Beside it, of what was handed
    /// out, what went by post, and what came or went so, or both.
    pub(super) fn by_post(&self) -> IndicatorView {
        let mut scored = self.scored(Indicator::S08, "I.2.3");
        scored.with_shares(&["received", "returned", "either", "both"]);
        for branch in self.branches() {
            let eligible = |version: &Version| version.postal_eligible;
            let received = self.received(branch.id, eligible, |figures| figures.received.postal);
            let (mut returned, mut either, mut both, mut whole) = (0, 0, 0, 0);
            let rows = self.handed_out.of(branch.id);
            for row in rows.filter(|row| self.version(row.procedure).is_some_and(eligible)) {
                let (all, went) = (row.counts.returned(), row.counts.postal);
                let came = row.channel == Channel::Postal;
                whole += all;
                returned += went;
                either += if came { all } else { went };
                both += if came { went } else { 0 };
            }
            let bar = self.bar(Indicator::S08, Some(branch.id), None);
            scored.row(branch, None, received, bar, received);
            scored.shares(&[received, (returned, whole), (either, whole), (both, whole)]);
        }
        scored.done()
    }

    /// I.2.4: who was satisfied, of those who answered.
    pub(super) fn satisfied(&self) -> IndicatorView {
        self.answered(Indicator::S12, "I.2.4", None, |counts| (counts.satisfied, counts.surveyed))
    }

    /// II.2.8a: about whose result there is an answer, of those whose result was handed out.
    pub(super) fn surveyed(&self) -> IndicatorView {
        self.answered(
            Indicator::S23,
            "II.2.8a",
            Some(|counts| (counts.surveyed_by_applicant, counts.surveyed)),
            |counts| (counts.surveyed, counts.returned()),
        )
    }

    fn answered(
        &self,
        indicator: Indicator,
        section: &'static str,
        by_applicant: Option<fn(ReturnedCounts) -> Share>,
        share: fn(ReturnedCounts) -> Share,
    ) -> IndicatorView {
        let mut scored = self.scored(indicator, section);
        scored.with_year_before();
        if by_applicant.is_some() {
            scored.with_shares(&["by_applicant"]);
        }
        for branch in self.branches() {
            let counts = self.handed_out.sum_of(branch.id);
            let reached = share(counts);
            scored.row(branch, None, reached, self.bar(indicator, Some(branch.id), None), reached);
            scored.year_before(share(self.handed_out.year_before(branch.id)));
            if let Some(by_applicant) = by_applicant {
                scored.shares(&[by_applicant(counts)]);
            }
        }
        scored.done()
    }
}
