//! How far it is to a target, in whole dossiers: how many more may be late before it is lost, how many in a row must be in
//! time to get it back, and what is still possible with what is in process now.

use super::rates::{Figures, Rate, Verdict};
use super::target::{Bar, Indicator, Strictness};

/// The distance of a row of figures to a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distance {
    pub verdict: Verdict,
    /// The most dossiers that can be resolved late from here on with the target still met. None where it is not met, and
    /// where no number of late ones would lose it.
    pub may_be_late: Option<i64>,
    /// The fewest dossiers that must be resolved in time in a row for the target to be met. 0 where it is; none where no
    /// number of them is enough.
    pub needed_in_time: Option<i64>,
    /// If all that is in process within its limit is resolved in time, and nothing else is resolved.
    pub possible: Possible,
    /// The same, and what is overdue in process is resolved too, late as it is.
    pub possible_with_overdue: Possible,
}

/// What would be reached, and whether that would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Possible {
    pub rate: Option<Rate>,
    pub verdict: Verdict,
}

impl Distance {
    /// Of the targets of resolving in time: a branch's is measured on what was resolved, a sector's counts what is overdue
    /// in process too. Other indicators have no distance.
    pub fn of(figures: &Figures, indicator: Indicator, bar: Bar) -> Option<Self> {
        let (part, whole) = figures.measured(indicator)?;
        let within = figures.in_process.within_limit;
        let all = figures.resolved.total + figures.in_process.overdue + within;
        let possible = |part: i64, whole: i64| Possible {
            rate: Rate::of(part, whole),
            verdict: bar.measure(part, whole),
        };
        Some(Self {
            verdict: bar.measure(part, whole),
            may_be_late: may_be_late(bar, part, whole),
            needed_in_time: needed_in_time(bar, part, whole),
            possible: possible(part + within, whole + within),
            possible_with_overdue: possible(part + within, all),
        })
    }
}

/// The largest `k` with the target met by `part` of `whole + k`.
fn may_be_late(bar: Bar, part: i64, whole: i64) -> Option<i64> {
    if bar.measure(part, whole) != Verdict::Met {
        return None;
    }
    let (reached, wanted) = sides(bar, part);
    if wanted == 0 {
        // A share of 0 is never lost; to have it exactly, there is no being above it either.
        return None;
    }
    let most = match bar.strictness {
        Strictness::AtLeast => reached / wanted,
        // Strictly less than what is reached.
        Strictness::MoreThan => (reached - 1) / wanted,
        Strictness::Exactly => return Some(0),
    };
    i64::try_from(most - i128::from(whole)).ok()
}

/// The smallest `m` with the target met by `part + m` of `whole + m`.
fn needed_in_time(bar: Bar, part: i64, whole: i64) -> Option<i64> {
    if bar.measure(part, whole) == Verdict::Met {
        return Some(0);
    }
    let (numerator, denominator) = (i128::from(bar.value.numerator()), i128::from(bar.value.denominator()));
    // (part + m) · denominator against numerator · (whole + m): what is lacking, and what each one brings.
    let lacking = numerator * i128::from(whole) - i128::from(part) * denominator;
    let brings = denominator - numerator;
    let found = if brings == 0 {
        // All must be in time: of nothing, one is enough; after a late one, no number is.
        match bar.strictness {
            Strictness::MoreThan => return None,
            Strictness::AtLeast | Strictness::Exactly if lacking == 0 => 1,
            Strictness::AtLeast | Strictness::Exactly => return None,
        }
    } else {
        match bar.strictness {
            // Where there is nothing yet, the first one decides.
            _ if whole == 0 && bar.strictness != Strictness::Exactly => 1,
            Strictness::AtLeast => (lacking + brings - 1).div_euclid(brings).max(0),
            Strictness::MoreThan => lacking.div_euclid(brings) + 1,
            Strictness::Exactly if lacking > 0 && lacking % brings == 0 => lacking / brings,
            Strictness::Exactly => return None,
        }
    };
    i64::try_from(found).ok()
}

/// `part` and one of the whole, brought to the denominator of the target.
fn sides(bar: Bar, part: i64) -> (i128, i128) {
    (i128::from(part) * i128::from(bar.value.denominator()), i128::from(bar.value.numerator()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tally::{Counts, Sums};
    use crate::domain::target::Fraction;
    use proptest::prelude::*;

    fn over_90() -> Bar {
        Bar { value: Fraction::new(9, 10).unwrap(), strictness: Strictness::MoreThan }
    }

    fn all() -> Bar {
        Bar { value: Fraction::new(1, 1).unwrap(), strictness: Strictness::Exactly }
    }

    fn figures(in_time: i64, late: i64, within: i64, overdue: i64) -> Figures {
        let rest = Counts { resolved_early: in_time, resolved_overdue: late, ..Counts::default() };
        let stock = Counts { open: within + overdue, overdue, ..Counts::default() };
        let within = Sums { rest, ..Sums::default() };
        Figures::of(&Sums::default(), &within, &Sums { rest: stock, ..Sums::default() })
    }

    #[test]
    fn over_90_per_cent_is_lost_and_got_back_dossier_by_dossier() {
        let of = |in_time, late| {
            let distance = Distance::of(&figures(in_time, late, 0, 0), Indicator::P312, over_90()).unwrap();
            (distance.verdict, distance.may_be_late, distance.needed_in_time)
        };
        assert_eq!(of(0, 0), (Verdict::NoData, None, Some(1)));
        assert_eq!(of(9, 0), (Verdict::Met, Some(0), Some(0)));
        assert_eq!(of(10, 0), (Verdict::Met, Some(1), Some(0)), "10 of 11 is more than nine tenths");
        assert_eq!(of(90, 10), (Verdict::Missed, None, Some(1)));
        assert_eq!(of(91, 9), (Verdict::Met, Some(1), Some(0)));
        assert_eq!(of(0, 1), (Verdict::Missed, None, Some(10)));
    }

    #[test]
    fn a_late_dossier_in_a_sector_is_never_made_good() {
        let of = |in_time, late, within, overdue| {
            Distance::of(&figures(in_time, late, within, overdue), Indicator::S06, all()).unwrap()
        };
        assert_eq!((of(5, 0, 0, 0).may_be_late, of(5, 0, 0, 0).needed_in_time), (Some(0), Some(0)));
        assert_eq!((of(5, 0, 0, 1).may_be_late, of(5, 0, 0, 1).needed_in_time), (None, None));
        assert_eq!(of(0, 0, 3, 0).needed_in_time, Some(1));
        assert_eq!(of(5, 0, 3, 0).possible.verdict, Verdict::Met);
        assert_eq!(of(5, 1, 3, 0).possible.verdict, Verdict::Missed);
    }

    #[test]
    fn what_is_possible_counts_what_is_within_its_limit_as_in_time_and_says_what_the_overdue_would_cost() {
        let distance = Distance::of(&figures(8, 2, 20, 3), Indicator::P312, over_90()).unwrap();
        assert_eq!(distance.verdict, Verdict::Missed);
        assert_eq!((distance.possible.rate, distance.possible.verdict), (Rate::of(28, 30), Verdict::Met));
        assert_eq!(distance.possible_with_overdue.rate, Rate::of(28, 33));
        assert_eq!(distance.possible_with_overdue.verdict, Verdict::Missed);
        assert_eq!(Distance::of(&figures(8, 2, 20, 3), Indicator::S07, over_90()), None);
    }

    /// Counts up one by one, to where a loop gives up.
    fn looked_for(until: i64, mut holds: impl FnMut(i64) -> bool) -> Option<i64> {
        (0..until).find(|n| holds(*n))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn distances_are_those_of_counting_one_by_one(
            (denominator, numerator) in (1..=40_i64).prop_flat_map(|d| (Just(d), 0..=d)),
            strictness in prop::sample::select(Strictness::ALL.to_vec()),
            in_time in 0..60_i64, late in 0..20_i64,
        ) {
            let bar = Bar { value: Fraction::new(numerator, denominator).unwrap(), strictness };
            let distance = Distance::of(&figures(in_time, late, 0, 0), Indicator::P312, bar).unwrap();
            let (part, whole) = (in_time, in_time + late);
            let met = |part, whole| bar.measure(part, whole) == Verdict::Met;
            // The first late one that loses it, less one; far enough for a fortieth of sixty.
            let lost = looked_for(4000, |k| !met(part, whole + k));
            let may = if met(part, whole) { lost.map(|k| k - 1) } else { None };
            prop_assert_eq!(distance.may_be_late, may);
            prop_assert_eq!(distance.needed_in_time, looked_for(4000, |m| met(part + m, whole + m)));
        }
    }
}
