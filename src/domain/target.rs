//! Targets: what share of what must be reached, by whom, from when to when. Measured on the fraction in whole numbers,
//! never on a percentage that was cut off.

use super::ids::{BranchId, SectorId, TargetId};
use super::rates::Verdict;
use super::words::code_words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What is measured: the requirement of the plan, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Indicator {
    /// Resolved in time, in each sector.
    S06,
    /// Received online, of eligible procedures.
    S07,
    /// Received by public post, of eligible procedures.
    S08,
    /// Late with an apology.
    S09,
    /// Satisfied.
    S12,
    /// Petitions answered in time.
    S13,
    /// Procedures posted.
    S18,
    /// Procedures with an internal process.
    S21,
    /// Asked whether they were satisfied.
    S23,
    /// Resolved in time, in each branch.
    P312,
}
code_words!(Indicator {
    S06 => "S06",
    S07 => "S07",
    S08 => "S08",
    S09 => "S09",
    S12 => "S12",
    S13 => "S13",
    S18 => "S18",
    S21 => "S21",
    S23 => "S23",
    P312 => "P312",
});

/// How the share must stand to the target's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Strictness {
    #[serde(rename = ">=")]
    AtLeast,
    #[serde(rename = ">")]
    MoreThan,
    #[serde(rename = "=")]
    Exactly,
}
code_words!(Strictness { AtLeast => ">=", MoreThan => ">", Exactly => "=" });

/// A fraction between nothing and all, in its lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fraction {
    numerator: i64,
    denominator: i64,
}

impl Fraction {
    /// Nothing finer is a target.
    pub const FINEST: i64 = 1_000_000;

    /// `None` for what is no part of a whole.
    pub fn new(numerator: i64, denominator: i64) -> Option<Self> {
        if !(1..=Self::FINEST).contains(&denominator) || !(0..=denominator).contains(&numerator) {
            return None;
        }
        let divisor = greatest_common(numerator, denominator);
        Some(Self { numerator: numerator / divisor, denominator: denominator / divisor })
    }

    pub fn numerator(self) -> i64 {
        self.numerator
    }

    pub fn denominator(self) -> i64 {
        self.denominator
    }

    /// Of `9/10`, `90 %`, `98,5%` or `98.5 %`: exactly what it says.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |text: &str| {
            let fine = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            if fine { text.parse::<i64>().ok() } else { None }
        };
        let text = text.trim();
        if let Some((numerator, denominator)) = text.split_once('/') {
            return Self::new(digits(numerator.trim())?, digits(denominator.trim())?);
        }
        let percent = text.strip_suffix('%')?.trim_end();
        match percent.split_once([',', '.']) {
            None => Self::new(digits(percent)?, 100),
            Some((whole, part)) if part.len() <= 4 => {
                let scale = 10_i64.pow(u32::try_from(part.len()).ok()?);
                let (whole, part) = (digits(whole)?, digits(part)?);
                Self::new(whole.checked_mul(scale)?.checked_add(part)?, 100 * scale)
            }
            Some(_) => None,
        }
    }

    /// In per cent where four decimals say it exactly (`90`, `98.5`), else as the fraction it is (`2/3`).
    pub fn shown(self) -> String {
        let scaled = i128::from(self.numerator) * 1_000_000;
        if scaled % i128::from(self.denominator) != 0 {
            return format!("{}/{}", self.numerator, self.denominator);
        }
        let parts = scaled / i128::from(self.denominator);
        let text = format!("{}.{:04}", parts / 10_000, parts % 10_000);
        format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
    }
}

fn greatest_common(a: i64, b: i64) -> i64 {
    if b == 0 { a.max(1) } else { greatest_common(b, a % b) }
}

/// A share that must be reached, and how it must stand to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bar {
    pub value: Fraction,
    pub strictness: Strictness,
}

impl Bar {
    /// Whether `part` of `whole` is what it must be; of nothing there is no saying.
    pub fn measure(self, part: i64, whole: i64) -> Verdict {
        if whole == 0 {
            return Verdict::NoData;
        }
        let (reached, wanted) = (
            i128::from(part) * i128::from(self.value.denominator),
            i128::from(self.value.numerator) * i128::from(whole),
        );
        let met = match self.strictness {
            Strictness::AtLeast => reached >= wanted,
            Strictness::MoreThan => reached > wanted,
            Strictness::Exactly => reached == wanted,
        };
        if met { Verdict::Met } else { Verdict::Missed }
    }

    /// `> 90 %`
    pub fn shown(self) -> String {
        format!("{} {}", self.strictness, self.value.shown())
    }
}

/// A target, whose it is and when it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub id: TargetId,
    pub indicator: Indicator,
    /// None: all that have none of their own.
    pub branch: Option<BranchId>,
    pub sector: Option<SectorId>,
    pub bar: Bar,
    pub valid_from: NaiveDate,
    /// The last day on which it holds.
    pub valid_to: Option<NaiveDate>,
}

impl Target {
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }
}

/// The target in force on a day: the one meant most closely (for this branch and sector, then for this branch, then for
/// this sector, then for all); of equals the one that began last, of those the one set last.
pub fn in_force(
    targets: &[Target],
    indicator: Indicator,
    branch: Option<BranchId>,
    sector: Option<SectorId>,
    day: NaiveDate,
) -> Option<&Target> {
    let meant = |target: &&Target| {
        target.indicator == indicator
            && target.holds_on(day)
            && (target.branch.is_none() || target.branch == branch)
            && (target.sector.is_none() || target.sector == sector)
    };
    targets
        .iter()
        .filter(meant)
        .max_by_key(|target| (target.branch.is_some(), target.sector.is_some(), target.valid_from, target.id))
}

/// What a row of figures must reach of what is resolved in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OnTimeBars {
    /// As a branch (P312).
    pub branch: Option<Bar>,
    /// As a sector (S06).
    pub sector: Option<Bar>,
}

impl OnTimeBars {
    /// Those in force on a day, for this branch and sector.
    pub fn in_force(
        targets: &[Target],
        branch: Option<BranchId>,
        sector: Option<SectorId>,
        day: NaiveDate,
    ) -> Self {
        let bar = |indicator| in_force(targets, indicator, branch, sector, day).map(|target| target.bar);
        Self { branch: bar(Indicator::P312), sector: bar(Indicator::S06) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Id;
    use crate::domain::testing::day;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn fraction(text: &str) -> Fraction {
        Fraction::parse(text).unwrap()
    }

    fn bar(strictness: Strictness, text: &str) -> Bar {
        Bar { value: fraction(text), strictness }
    }

    #[test]
    fn a_value_is_exactly_what_is_written() {
        for (text, numerator, denominator, shown) in [
            ("90 %", 9, 10, "90 %"),
            ("90%", 9, 10, "90 %"),
            ("9/10", 9, 10, "90 %"),
            ("98,5 %", 197, 200, "98.5 %"),
            ("98.25%", 393, 400, "98.25 %"),
            ("100 %", 1, 1, "100 %"),
            ("0 %", 0, 1, "0 %"),
            ("2/3", 2, 3, "2/3"),
            ("1/1000000", 1, 1_000_000, "0.0001 %"),
        ] {
            let read = fraction(text);
            assert_eq!(
                (read.numerator(), read.denominator(), read.shown().as_str()),
                (numerator, denominator, shown),
                "{text}"
            );
        }
        for text in [
            "",
            "90",
            "101 %",
            "3/2",
            "1/0",
            "-1 %",
            "1e2 %",
            "9 / ",
            "0,12345 %",
            "%",
            "90 % %",
            "1/1000001",
        ] {
            assert_eq!(Fraction::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_target_is_measured_on_the_fraction_and_as_strictly_as_it_is_meant() {
        use Strictness::{AtLeast, Exactly, MoreThan};
        assert_eq!(bar(MoreThan, "90 %").measure(9, 10), Verdict::Missed);
        assert_eq!(bar(AtLeast, "90 %").measure(9, 10), Verdict::Met);
        assert_eq!(bar(MoreThan, "90 %").measure(91, 100), Verdict::Met);
        // 90.00 per cent as it is shown, and less than that.
        assert_eq!(bar(AtLeast, "90 %").measure(899_999, 1_000_000), Verdict::Missed);
        assert_eq!(bar(Exactly, "100 %").measure(585_116, 585_336), Verdict::Missed);
        assert_eq!(bar(Exactly, "100 %").measure(i64::MAX, i64::MAX), Verdict::Met);
        assert_eq!(bar(Exactly, "0 %").measure(0, 0), Verdict::NoData);
    }

    #[test]
    fn the_target_meant_most_closely_holds_and_only_while_it_is_valid() {
        let branch = |n: u128| Some(Id::from_uuid(Uuid::from_u128(n)));
        let sector = |n: u128| Some(Id::from_uuid(Uuid::from_u128(n)));
        let mut made = 0;
        let mut target = |of, in_sector, value: &str, from: &str, to: Option<&str>| {
            made += 1;
            Target {
                id: Id::from_uuid(Uuid::from_u128(made)),
                indicator: Indicator::P312,
                branch: of,
                sector: in_sector,
                bar: bar(Strictness::MoreThan, value),
                valid_from: day(from),
                valid_to: to.map(day),
            }
        };
        let targets = [
            target(None, None, "90 %", "2020-01-01", None),
            target(None, None, "91 %", "2021-01-01", Some("2021-12-31")),
            target(branch(1), None, "95 %", "2020-01-01", None),
            target(branch(1), sector(7), "97 %", "2020-06-01", Some("2020-12-31")),
            target(None, sector(7), "80 %", "2020-01-01", None),
            target(None, sector(8), "70 %", "2020-01-01", None),
            target(None, sector(8), "71 %", "2020-01-01", None),
        ];
        let value = |of, in_sector, on: &str| {
            in_force(&targets, Indicator::P312, of, in_sector, day(on)).map(|target| target.bar.value.shown())
        };
        let is = |text: &str| Some(text.to_owned());
        assert_eq!(value(None, None, "2019-12-31"), None);
        assert_eq!(value(None, None, "2020-01-01"), is("90 %"));
        assert_eq!(value(branch(2), None, "2021-12-31"), is("91 %"));
        assert_eq!(value(branch(2), None, "2022-01-01"), is("90 %"));
        assert_eq!(value(branch(1), sector(7), "2020-05-31"), is("95 %"));
        assert_eq!(value(branch(1), sector(7), "2020-12-31"), is("97 %"));
        assert_eq!(value(branch(1), sector(7), "2021-01-01"), is("95 %"));
        assert_eq!(value(branch(2), sector(7), "2020-07-01"), is("80 %"));
        assert_eq!(value(branch(2), sector(8), "2020-07-01"), is("71 %"));
        assert_eq!(in_force(&targets, Indicator::S06, None, None, day("2020-07-01")), None);
    }

    proptest! {
        #[test]
        fn a_verdict_is_that_of_the_two_fractions(
            numerator in 0..=1000_i64, denominator in 1..=1000_i64, part in 0..=2000_i64, whole in 1..=2000_i64,
        ) {
            prop_assume!(numerator <= denominator && part <= whole);
            let value = Fraction::new(numerator, denominator).unwrap();
            let order = (part * denominator).cmp(&(numerator * whole));
            let met = |strictness| Bar { value, strictness }.measure(part, whole) == Verdict::Met;
            prop_assert_eq!(met(Strictness::AtLeast), order.is_ge());
            prop_assert_eq!(met(Strictness::MoreThan), order.is_gt());
            prop_assert_eq!(met(Strictness::Exactly), order.is_eq());
        }
    }
}
