//! The periods that reports are asked for: of the calendar, of the plan (which run from the 15th to the 14th), or any
//! days.

use super::form::Form;
use super::frame::Frame;
use super::when;
use chrono::{Datelike, NaiveDate};

/// As addresses have them.
pub const KINDS: [&str; 9] =
    ["thang", "quy", "nam", "ky-thang", "ky-quy", "ky-6-thang", "ky-9-thang", "ky-nam", "tu-chon"];

/// Days, as the address of a page names them; what is no date stays, for the API to refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days {
    pub from: String,
    pub to: String,
}

impl Days {
    fn of((from, to): (NaiveDate, NaiveDate)) -> Self {
        Self { from: from.to_string(), to: to.to_string() }
    }
}

/// The entries that are shown, and the days they mean; none where a number is out of range, with the fault noted.
pub fn asked(asked: &Form, f: &Frame, today: NaiveDate) -> (Form, Option<Days>) {
    let kind = KINDS.iter().find(|kind| **kind == asked.value("ky")).copied();
    // Days alone are days.
    let kind = kind.unwrap_or(if asked.given("from").is_some() { "tu-chon" } else { "thang" });
    let year = asked.given("nam").map_or(Ok(today.year()), str::parse);
    let first = if kind.ends_with("quy") { today.month0() / 3 + 1 } else { today.month() };
    let number = asked.given("so").map_or(Ok(first), str::parse);
    let written = |name: &str| {
        let text = asked.value(name).trim();
        when::read_date(text).map_or_else(|| text.to_owned(), |day| day.to_string())
    };
    let mut form =
        Form::of([("ky", kind.to_owned()), ("branch_code", asked.value("branch_code").to_owned())]);
    form.set("nam", asked.given("nam").map_or_else(|| today.year().to_string(), str::to_owned));
    form.set("so", asked.given("so").map_or_else(|| first.to_string(), str::to_owned));
    let days = match kind {
        "tu-chon" => Some(Days { from: written("from"), to: written("to") }),
        _ => {
            let year = year.ok().filter(|year| (1900..=2999).contains(year));
            if year.is_none() {
                form.fault_at("nam", f.t("reports.bad-year"));
            }
            let days = year.zip(number.ok()).and_then(|(year, number)| days(kind, year, number));
            if year.is_some() && days.is_none() {
                form.fault_at("so", f.t("reports.bad-number"));
            }
            days.map(Days::of)
        }
    };
    if let Some(days) = &days {
        form.set("from", f.on(&days.from));
        form.set("to", f.on(&days.to));
    }
    (form, days)
}

/// The first and the last day of a period.
fn days(kind: &str, year: i32, number: u32) -> Option<(NaiveDate, NaiveDate)> {
    let day = NaiveDate::from_ymd_opt;
    // The months of a year from 1; month 0 is the December before.
    let month = |number: u32, of_month: u32| match number {
        0 => day(year - 1, 12, of_month),
        _ => day(year, number, of_month),
    };
    let before = |day: Option<NaiveDate>| day.and_then(|day| day.pred_opt());
    let calendar = |first: u32, after: u32| {
        let after = if after > 12 { day(year + 1, 1, 1) } else { day(year, after, 1) };
        day(year, first, 1).zip(before(after))
    };
    // From the 15th of the month before to the 14th.
    let planned = |first: u32, last: u32| month(first.checked_sub(1)?, 15).zip(month(last, 14));
    match (kind, number) {
        ("thang", 1..=12) => calendar(number, number + 1),
        ("quy", 1..=4) => calendar(3 * number - 2, 3 * number + 1),
        ("nam", _) => calendar(1, 13),
        ("ky-thang", 1..=12) => planned(number, number),
        ("ky-quy", 1..=4) => planned(3 * number - 2, 3 * number),
        ("ky-6-thang", _) => planned(1, 6),
        ("ky-9-thang", _) => planned(1, 9),
        ("ky-nam", _) => planned(1, 12),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_periods_of_the_plan_are_as_listed() {
        let mut seen = 0;
        for line in include_str!("../../config/reporting_periods.csv").lines().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            let [year, kind, index, from, to] = fields[..] else { panic!("{line}") };
            let kind = match kind {
                "month" => "ky-thang",
                "quarter" => "ky-quy",
                "half" => "ky-6-thang",
                "nine_months" => "ky-9-thang",
                "year" => "ky-nam",
                other => panic!("{other}"),
            };
            let found = days(kind, year.parse().unwrap(), index.parse().unwrap());
            assert_eq!(found, Some((from.parse().unwrap(), to.parse().unwrap())), "{line}");
            seen += 1;
        }
        assert!(seen >= 19, "{seen}");
    }

    #[test]
    fn months_quarters_and_years_are_the_calendars_and_nothing_lies_outside_of_a_year() {
        let pair = |from: &str, to: &str| Some((from.parse().unwrap(), to.parse().unwrap()));
        assert_eq!(days("thang", 2024, 2), pair("2024-02-01", "2024-02-29"));
        assert_eq!(days("thang", 2026, 12), pair("2026-12-01", "2026-12-31"));
        assert_eq!(days("quy", 2026, 4), pair("2026-10-01", "2026-12-31"));
        assert_eq!(days("nam", 2026, 99), pair("2026-01-01", "2026-12-31"));
        for (kind, number) in
            [("thang", 0), ("thang", 13), ("quy", 5), ("ky-thang", 13), ("ky-quy", 0), ("x", 1)]
        {
            assert_eq!(days(kind, 2026, number), None, "{kind} {number}");
        }
    }
}
