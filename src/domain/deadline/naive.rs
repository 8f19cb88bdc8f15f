//! A second opinion, as simple as it can be: sets of days and minutes, walked one by one. It shares with the
//! computation nothing but the types of its questions.

use crate::domain::calendar::{Calendar, DayKind, OfficeHours, SpecialDay, YearStanding};
use crate::domain::testing::{ANNOUNCED, PROVISIONAL, day, vietnam};
use crate::domain::time_limit::{TimeLimit, Unit};
use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta, Weekday};
use proptest::prelude::*;
use std::collections::{BTreeMap, HashSet};

/// A calendar twice: as the program holds it, and as plain sets.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) calendar: Calendar,
    pub(super) years: BTreeMap<i32, YearStanding>,
    pub(super) worked: HashSet<NaiveDate>,
}

/// What the second opinion says; moments are local.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opinion {
    pub(super) due_on: NaiveDate,
    pub(super) due_at: NaiveDateTime,
    pub(super) apology_due_on: NaiveDate,
    pub(super) provisional: bool,
}

/// From and to, local.
pub(super) type Stop = (NaiveDateTime, NaiveDateTime);

impl World {
    /// The real days, read from the text a second time.
    pub(super) fn real() -> Self {
        let mut years: BTreeMap<i32, _> = (2018..=2026).map(|year| (year, YearStanding::Announced)).collect();
        years.extend([(2027, YearStanding::Provisional), (2028, YearStanding::Provisional)]);
        let mut worked = weekdays(&years);
        for line in ANNOUNCED.lines().skip(1).chain(PROVISIONAL.lines().skip(1)) {
            let fields: Vec<&str> = line.split(',').collect();
            if fields[2] == "working_swap" {
                worked.insert(day(fields[0]));
            } else {
                worked.remove(&day(fields[0]));
            }
        }
        Self { calendar: vietnam(), years, worked }
    }

    pub(super) fn is_worked(&self, day: NaiveDate) -> Result<bool, i32> {
        if self.years.contains_key(&day.year()) { Ok(self.worked.contains(&day)) } else { Err(day.year()) }
    }

    /// The due date, or the year that is missing.
    pub(super) fn opinion(
        &self,
        start: NaiveDateTime,
        limit: &TimeLimit,
        stops: &[Stop],
    ) -> Result<Opinion, i32> {
        let mut stopped_days = HashSet::new();
        for (from, to) in stops {
            let mut day = from.date();
            while day < to.date() {
                day = tomorrow(day);
                stopped_days.insert(day);
            }
        }
        let mut looked_at = Vec::new();
        let mut now = start;
        for leg in limit.legs() {
            let mut left = u32::from(leg.amount());
            if leg.unit() == Unit::WorkingHours {
                left *= 60;
                while left > 0 {
                    looked_at.push(now.date());
                    let stopped = stops.iter().any(|(from, to)| *from <= now && now < *to);
                    if self.is_worked(now.date())? && is_open(now) && !stopped {
                        left -= 1;
                    }
                    now += TimeDelta::minutes(1);
                }
                continue;
            }
            let mut day = now.date();
            while left > 0 {
                day = tomorrow(day);
                looked_at.push(day);
                let worked = self.is_worked(day)?;
                if !stopped_days.contains(&day) && (worked || leg.unit() == Unit::CalendarDays) {
                    left -= 1;
                }
            }
            while stopped_days.contains(&day) || !self.is_worked(day)? {
                day = tomorrow(day);
                looked_at.push(day);
                self.is_worked(day)?;
            }
            now = day.and_hms_opt(17, 0, 0).unwrap();
        }
        let mut apology = now.date();
        let apology_due_on = loop {
            apology = apology.pred_opt().unwrap();
            match self.is_worked(apology) {
                Ok(true) => break apology,
                Ok(false) => {}
                Err(_not_held) => break start.date(),
            }
        };
        let provisional = looked_at.iter().any(|day| self.years[&day.year()] == YearStanding::Provisional);
        Ok(Opinion { due_on: now.date(), due_at: now, apology_due_on, provisional })
    }
}

pub(super) fn tomorrow(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap()
}

/// Whether the counter is open in the minute that begins now, on a working day.
fn is_open(now: NaiveDateTime) -> bool {
    let text = now.format("%H:%M").to_string();
    ("07:30".."11:30").contains(&text.as_str()) || ("13:00".."17:00").contains(&text.as_str())
}

fn weekdays(years: &BTreeMap<i32, YearStanding>) -> HashSet<NaiveDate> {
    let mut worked = HashSet::new();
    for year in years.keys() {
        let mut day = NaiveDate::from_ymd_opt(*year, 1, 1).unwrap();
        while day.year() == *year {
            if !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
                worked.insert(day);
            }
            day = tomorrow(day);
        }
    }
    worked
}

/// The real calendar, or three years with special days thrown at them.
pub(super) fn worlds() -> impl Strategy<Value = World> {
    let real = World::real();
    let standing = || prop_oneof![Just(YearStanding::Announced), Just(YearStanding::Provisional)];
    let thrown = prop::collection::btree_map(0..3 * 365_i64, any::<bool>(), 0..200);
    let random = (standing(), standing(), standing(), thrown).prop_map(|(first, second, third, thrown)| {
        let years = BTreeMap::from([(2021, first), (2022, second), (2023, third)]);
        let mut worked = weekdays(&years);
        let mut days = Vec::new();
        for (offset, holiday) in thrown {
            let date = day("2021-01-01") + TimeDelta::days(offset);
            let weekend = !worked.contains(&date);
            let kind = match (holiday, weekend) {
                (true, _) => DayKind::Holiday,
                (false, true) => DayKind::WorkingSwap,
                (false, false) => DayKind::CompensatoryOff,
            };
            if kind == DayKind::WorkingSwap {
                worked.insert(date);
            } else {
                worked.remove(&date);
            }
            days.push(SpecialDay {
                date,
                kind,
                name: format!("Ngày {offset}"),
                paired_date: None,
                note: None,
            });
        }
        let calendar = Calendar::new(years.clone(), days, OfficeHours::default()).unwrap();
        World { calendar, years, worked }
    });
    prop_oneof![1 => Just(real), 2 => random]
}

/// Minutes from a little before the first year of a world to a little after its last.
pub(super) fn moments() -> impl Strategy<Value = NaiveDateTime> {
    let minute = |first: &str, days: i64| {
        let first = day(first).and_hms_opt(0, 0, 0).unwrap();
        (0..days * 24 * 60).prop_map(move |minute| first + TimeDelta::minutes(minute))
    };
    prop_oneof![9 => minute("2021-01-01", 3 * 365), 1 => minute("2020-12-28", 3 * 365 + 8), 1 => minute("2017-12-30", 4030)]
}
