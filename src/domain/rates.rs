//! The on-time rates (rules: "On-time rates"): whole numbers first, one division last, never rounded up.
//!
//! Asked with `from`, `to` and `as_of`, all days included. What **happens** (received, resolved, closed) is
//! counted from `from` to `to`; what **stands** (in process) at the end of `as_of`. An `as_of` before `to` is
//! the view of that evening: nothing after it has happened yet, so what happens is counted up to it and no
//! further. An `as_of` after `to` looks at the same period from later on.
//!
//! With `as_of = to`: received + carried over = resolved + in process + closed without result, in every group
//! but those by officer, between whom dossiers are passed on.

use super::tally::{Counts, Sums};
use super::target::{Bar, Indicator};
use super::words::code_words;
use serde::Serialize;

/// The figures of one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Figures {
    pub received: Received,
    /// Received before `from`, and neither resolved nor closed before it.
    pub carried_over: i64,
    pub resolved: Resolved,
    pub closed_without_result: ClosedWithoutResult,
    pub in_process: InProcess,
    pub apologies: Apologies,
    /// Acts up to `as_of` that were entered or corrected after it: so often may an earlier answer differ.
    pub revised: i64,
}

/// The clock started, by the way the dossier came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Received {
    pub total: i64,
    pub online: i64,
    pub in_person: i64,
    pub postal: i64,
}

/// The result was at the counter: against the due date in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Resolved {
    pub total: i64,
    pub early: i64,
    pub on_time: i64,
    pub overdue: i64,
}

impl Resolved {
    /// Early or on time.
    pub fn in_time(&self) -> i64 {
        self.early + self.on_time
    }
}

/// Withdrawn or stopped after receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ClosedWithoutResult {
    pub total: i64,
    /// Of these: the due date had passed, or had when the wait for the citizen began.
    pub past_due: i64,
}

/// Received, and neither resolved nor closed by the end of `as_of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct InProcess {
    pub total: i64,
    pub within_limit: i64,
    pub overdue: i64,
    /// For a supplement or a payment; in neither of the two others.
    pub waiting: i64,
}

/// Late dossiers and their letters. Late: resolved overdue or closed past due in the period, or overdue in
/// process at `as_of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Apologies {
    pub owed: i64,
    pub issued: i64,
    /// Of the issued: at the latest one day before the due date (NĐ 61/2018 Đ19.9).
    pub in_advance: i64,
    /// On the appointment day (QĐ 5157/QĐ-UBND 2016).
    pub on_due_day: i64,
    pub late: i64,
    pub missing: i64,
}

impl Figures {
    /// From the sums of the changes up to the day before `from` (`before`), from `from` to the end of the
    /// period (`within`), and up to the end of `as_of` (`standing`).
    pub fn of(before: &Sums, within: &Sums, standing: &Sums) -> Self {
        let Sums { online, in_person, postal, rest: flow } = *within;
        let stock: Counts = standing.rest;
        let in_advance = flow.letter_in_advance + stock.overdue_in_advance;
        let on_due_day = flow.letter_on_due_day + stock.overdue_on_due_day;
        let late = flow.letter_late + stock.overdue_late;
        let owed = flow.resolved_overdue + flow.closed_past_due + stock.overdue;
        let issued = in_advance + on_due_day + late;
        Self {
            received: Received { total: online + in_person + postal, online, in_person, postal },
            carried_over: before.rest.open,
            resolved: Resolved {
                total: flow.resolved_early + flow.resolved_on_time + flow.resolved_overdue,
                early: flow.resolved_early,
                on_time: flow.resolved_on_time,
                overdue: flow.resolved_overdue,
            },
            closed_without_result: ClosedWithoutResult { total: flow.closed, past_due: flow.closed_past_due },
            in_process: InProcess {
                total: stock.open,
                within_limit: stock.open - stock.waiting - stock.overdue,
                overdue: stock.overdue,
                waiting: stock.waiting,
            },
            apologies: Apologies { owed, issued, in_advance, on_due_day, late, missing: owed - issued },
            revised: stock.late_entries,
        }
    }

    /// Adds figures to figures: each is a sum.
    pub fn add(&mut self, other: &Self) {
        self.received.total += other.received.total;
        self.received.online += other.received.online;
        self.received.in_person += other.received.in_person;
        self.received.postal += other.received.postal;
        self.carried_over += other.carried_over;
        self.resolved.total += other.resolved.total;
        self.resolved.early += other.resolved.early;
        self.resolved.on_time += other.resolved.on_time;
        self.resolved.overdue += other.resolved.overdue;
        self.closed_without_result.total += other.closed_without_result.total;
        self.closed_without_result.past_due += other.closed_without_result.past_due;
        self.in_process.total += other.in_process.total;
        self.in_process.within_limit += other.in_process.within_limit;
        self.in_process.overdue += other.in_process.overdue;
        self.in_process.waiting += other.in_process.waiting;
        self.apologies.owed += other.apologies.owed;
        self.apologies.issued += other.apologies.issued;
        self.apologies.in_advance += other.apologies.in_advance;
        self.apologies.on_due_day += other.apologies.on_due_day;
        self.apologies.late += other.apologies.late;
        self.apologies.missing += other.apologies.missing;
        self.revised += other.revised;
    }

    /// The headline: resolved in time, of those resolved.
    pub fn r1(&self) -> Option<Rate> {
        Rate::of(self.resolved.in_time(), self.resolved.total)
    }

    /// Resolved in time, of all there was to do. For no single officer: what was passed to him is in neither.
    pub fn r2(&self) -> Option<Rate> {
        Rate::of(self.resolved.in_time(), self.received.total + self.carried_over)
    }

    /// In time so far, of those resolved and those whose clock runs.
    pub fn r3(&self) -> Option<Rate> {
        let in_time = self.resolved.in_time() + self.in_process.within_limit;
        Rate::of(in_time, self.resolved.total + self.in_process.within_limit + self.in_process.overdue)
    }

    /// What a target of a sector is measured on: what was resolved in time, of that and what was late or is. All of it
    /// is the plan's 100 %.
    pub fn in_each_sector(&self) -> (i64, i64) {
        (self.resolved.in_time(), self.resolved.total + self.in_process.overdue)
    }

    /// What a target of resolving in time is measured on; nothing for other indicators.
    pub fn measured(&self, indicator: Indicator) -> Option<(i64, i64)> {
        match indicator {
            Indicator::P312 => Some((self.resolved.in_time(), self.resolved.total)),
            Indicator::S06 => Some(self.in_each_sector()),
            _ => None,
        }
    }

    /// Whether what must be reached was; where nothing must, there is no saying.
    pub fn verdict(&self, indicator: Indicator, bar: Option<Bar>) -> Verdict {
        let measured = self.measured(indicator).zip(bar);
        measured.map_or(Verdict::NoData, |((part, whole), bar)| bar.measure(part, whole))
    }

    /// Late dossiers with an issued letter, of all late ones: 100 % is the target.
    pub fn apology_coverage(&self) -> Option<Rate> {
        Rate::of(self.apologies.issued, self.apologies.owed)
    }

    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether a target was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Met,
    Missed,
    /// Nothing to judge by: never "met".
    NoData,
}
code_words!(Verdict { Met => "met", Missed => "missed", NoData => "no_data" });

/// A share, with what it is a share of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rate {
    pub numerator: i64,
    pub denominator: i64,
    /// Two decimals, cut off: "100.00" only where all are.
    pub percent: String,
}

impl Rate {
    /// Nothing when there is nothing to be a share of.
    pub fn of(numerator: i64, denominator: i64) -> Option<Self> {
        Some(Self { numerator, denominator, percent: percent(numerator, denominator)? })
    }
}

/// `numerator` of `denominator` in per cent, cut off after two decimals. Neither may be negative.
fn percent(numerator: i64, denominator: i64) -> Option<String> {
    if denominator <= 0 {
        return None;
    }
    let hundredths = i128::from(numerator) * 10_000 / i128::from(denominator);
    Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::target::{Fraction, Strictness};
    use proptest::prelude::*;

    fn resolved(early: i64, on_time: i64, overdue: i64) -> Figures {
        let rest = Counts {
            resolved_early: early,
            resolved_on_time: on_time,
            resolved_overdue: overdue,
            ..Counts::default()
        };
        let within = Sums { rest, ..Sums::default() };
        Figures::of(&Sums::default(), &within, &Sums::default())
    }

    fn standing(open: i64, waiting: i64, overdue: i64) -> Sums {
        Sums { rest: Counts { open, waiting, overdue, ..Counts::default() }, ..Sums::default() }
    }

    #[test]
    fn percentages_are_cut_off_never_rounded_and_always_have_two_decimals() {
        for (numerator, denominator, text) in [
            (585_116, 585_336, "99.96"),
            (9, 10, "90.00"),
            (1, 3, "33.33"),
            (2, 3, "66.66"),
            (0, 7, "0.00"),
            (1, 20_000, "0.00"),
            (1, 10_000, "0.01"),
            (7, 7, "100.00"),
            (999_999, 1_000_000, "99.99"),
            (i64::MAX - 1, i64::MAX, "99.99"),
            (i64::MAX, i64::MAX, "100.00"),
        ] {
            assert_eq!(percent(numerator, denominator).as_deref(), Some(text), "{numerator}/{denominator}");
        }
        assert_eq!(percent(0, 0), None);
    }

    #[test]
    fn the_three_rates_are_those_of_the_rules() {
        let within = Sums {
            online: 3,
            in_person: 4,
            postal: 1,
            rest: Counts {
                resolved_early: 2,
                resolved_on_time: 3,
                resolved_overdue: 1,
                letter_late: 1,
                closed: 2,
                closed_past_due: 1,
                ..Counts::default()
            },
        };
        let figures = Figures::of(&standing(5, 0, 0), &within, &standing(5, 1, 2));
        assert_eq!(figures.received, Received { total: 8, online: 3, in_person: 4, postal: 1 });
        assert_eq!(figures.in_process, InProcess { total: 5, within_limit: 2, overdue: 2, waiting: 1 });
        assert_eq!(figures.r1(), Rate::of(5, 6));
        assert_eq!(figures.r2(), Rate::of(5, 13));
        assert_eq!(figures.r3(), Rate::of(7, 10));
        let apologies = Apologies { owed: 4, issued: 1, in_advance: 0, on_due_day: 0, late: 1, missing: 3 };
        assert_eq!(figures.apologies, apologies);
        assert_eq!(figures.apology_coverage(), Rate::of(1, 4));
    }

    fn bar(strictness: Strictness, numerator: i64, denominator: i64) -> Option<Bar> {
        Some(Bar { value: Fraction::new(numerator, denominator).unwrap(), strictness })
    }

    /// The plan's 100 % (2.3), meant for one branch and sector.
    fn all_on_time(figures: &Figures) -> Verdict {
        figures.verdict(Indicator::S06, bar(Strictness::Exactly, 1, 1))
    }

    /// The plan's over 90 % (Phụ lục 1, 3.12), meant for one branch.
    fn over_90(figures: &Figures) -> Verdict {
        figures.verdict(Indicator::P312, bar(Strictness::MoreThan, 9, 10))
    }

    #[test]
    fn nothing_resolved_is_no_data_and_never_met() {
        let none = Figures::default();
        assert_eq!((none.r1(), none.r2(), none.r3()), (None, None, None));
        assert_eq!((all_on_time(&none), over_90(&none)), (Verdict::NoData, Verdict::NoData));
        let nothing = Sums::default();
        let only_late_in_process = Figures::of(&nothing, &nothing, &standing(1, 0, 1));
        assert_eq!(all_on_time(&only_late_in_process), Verdict::Missed);
        assert_eq!(over_90(&only_late_in_process), Verdict::NoData);
        let only_within_limit = Figures::of(&nothing, &nothing, &standing(1, 0, 0));
        assert_eq!(all_on_time(&only_within_limit), Verdict::NoData);
    }

    #[test]
    fn a_target_of_all_in_a_sector_is_the_plans_100_per_cent() {
        for (in_time, late, overdue) in [(0, 0, 0), (3, 0, 0), (3, 1, 0), (3, 0, 1), (0, 0, 1), (0, 2, 0)] {
            let rest = Counts { resolved_early: in_time, resolved_overdue: late, ..Counts::default() };
            let within = Sums { rest, ..Sums::default() };
            let figures = Figures::of(&Sums::default(), &within, &standing(overdue, 0, overdue));
            // Nothing late, neither resolved nor in process.
            let wanted = match (in_time, late + overdue) {
                (_, 1..) => Verdict::Missed,
                (1.., _) => Verdict::Met,
                _ => Verdict::NoData,
            };
            assert_eq!(all_on_time(&figures), wanted, "{in_time} {late} {overdue}");
        }
    }

    #[test]
    fn ninety_per_cent_sharp_is_not_over_ninety() {
        assert_eq!(over_90(&resolved(4, 5, 1)), Verdict::Missed);
        assert_eq!(resolved(4, 5, 1).r1().map(|rate| rate.percent), Some("90.00".to_owned()));
        assert_eq!(over_90(&resolved(45, 45, 10)), Verdict::Missed);
        assert_eq!(over_90(&resolved(46, 45, 9)), Verdict::Met);
        assert_eq!(all_on_time(&resolved(585_116, 0, 220)), Verdict::Missed);
        assert_eq!(all_on_time(&resolved(1, 0, 0)), Verdict::Met);
    }

    #[test]
    fn what_is_reached_is_measured_as_strictly_as_the_target_is_meant_and_without_one_there_is_no_verdict() {
        let nine_of_ten = resolved(4, 5, 1);
        let verdict = |bar| nine_of_ten.verdict(Indicator::P312, bar);
        assert_eq!(verdict(bar(Strictness::AtLeast, 9, 10)), Verdict::Met);
        assert_eq!(verdict(bar(Strictness::MoreThan, 9, 10)), Verdict::Missed);
        assert_eq!(verdict(None), Verdict::NoData);
        assert_eq!(nine_of_ten.verdict(Indicator::S07, bar(Strictness::AtLeast, 0, 1)), Verdict::NoData);
    }

    proptest! {
        #[test]
        fn a_percentage_is_never_more_than_the_share_and_less_by_under_a_hundredth(
            denominator in 1..=i64::MAX, part in 0..=i64::MAX,
        ) {
            let numerator = part % (denominator.checked_add(1).unwrap_or(denominator));
            let text = percent(numerator, denominator).unwrap();
            let hundredths: i128 = text.replace('.', "").parse().unwrap();
            let (share, whole) = (i128::from(numerator) * 10_000, i128::from(denominator));
            prop_assert!(hundredths * whole <= share && share < (hundredths + 1) * whole);
            prop_assert_eq!(text == "100.00", numerator == denominator);
            prop_assert_eq!(text.split_once('.').unwrap().1.len(), 2);
        }
    }
}
