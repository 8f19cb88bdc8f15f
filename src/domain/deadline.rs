//! From a start and a time limit to the due date, and the explanation of how it came about.
//!
//! One walk drives both: the explanation is what the computation did, not a second opinion.

#[cfg(test)]
mod examples;
#[cfg(test)]
mod naive;
#[cfg(test)]
mod properties;

use super::calendar::{
    Calendar, CalendarMissing, Day, DayKind, OffReason, SpecialDay, YearStanding, day_after,
};
use super::local_time::{day_of, moment};
use super::time_limit::{TimeLimit, Unit};
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc, Weekday};
use serde::{Deserialize, Serialize};

/// A time in which the agency's clock stood still: waiting for payment, or for a supplement under rules that
/// resume. One that ends when it begins, or before, is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

/// When a dossier is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// The day on the counter's calendar; always a working day.
    pub due_on: NaiveDate,
    /// Close of business of that day, or the very moment when the limit ends in working hours.
    pub due_at: DateTime<Utc>,
    /// The last working day before the due day: when the apology must be out at the latest (NĐ 61/2018
    /// Đ19.9). May lie on or before the day of receipt; it is the day of receipt when the calendar does not
    /// reach back further.
    pub apology_due_on: NaiveDate,
    /// A year that was counted in has not been announced yet.
    pub provisional: bool,
    /// The limit ends in working hours: the verdict compares moments, not days.
    pub counts_moments: bool,
}

/// One day of the explanation, within one leg.
///
/// | | `counted` | `skipped` | `minutes` |
/// |---|---|---|---|
/// | the n-th day of a leg in days | n | | |
/// | a day that is not counted | | why | |
/// | the last calendar day of a `d` leg when that is a day off: counted, but the leg cannot end on it | n | why | |
/// | the **landing** day of a `d` leg: the working day to which such an end moves (BLDS 2015 Đ148.5) | | | |
/// | a day of a leg in hours | | | worked |
///
/// The last step of a leg is the day on which it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub date: NaiveDate,
    /// Counted from 1.
    pub leg: usize,
    /// This is the n-th day of its leg.
    pub counted: Option<u32>,
    pub skipped: Option<Skip>,
    /// The name of the exchange when a weekend day is taken as worked.
    pub swap: Option<String>,
    /// Whole working minutes counted on this day; over a leg they add up to its hours.
    pub minutes: Option<u32>,
}

impl Step {
    /// The leg used up something of this day.
    pub fn is_counted(&self) -> bool {
        self.counted.is_some() || self.minutes.is_some()
    }

    /// The end of a leg in calendar days was moved here from a day off.
    pub fn is_landing(&self) -> bool {
        !self.is_counted() && self.skipped.is_none()
    }
}

/// Why a day was not counted, or could not be the end. `Paused` only where nothing else is in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Skip {
    Weekend(Weekday),
    Off { kind: DayKind, name: String },
    Paused,
}

/// When a limit that started at `started_at` runs out.
///
/// The day of receipt is not counted (BLDS 2015 Đ147); hours are counted from the moment. A limit in calendar
/// days that ends on a day off ends with the next working day (Đ148.5), and so does each such leg. Days after
/// the day a pause began, up to and including the day it ended, are not counted, nor can a limit end on them;
/// working time within a pause is not counted.
///
/// # Errors
/// [`CalendarMissing`] when a day would have to be looked at in a year that the calendar does not hold.
pub fn deadline(
    calendar: &Calendar,
    started_at: DateTime<Utc>,
    limit: &TimeLimit,
    pauses: &[Pause],
) -> Result<Deadline, CalendarMissing> {
    walk(calendar, started_at, limit, pauses, |_seen| {})
}

/// The same, with every day that was looked at, in order.
///
/// # Errors
/// As [`deadline`].
pub fn explain(
    calendar: &Calendar,
    started_at: DateTime<Utc>,
    limit: &TimeLimit,
    pauses: &[Pause],
) -> Result<(Deadline, Vec<Step>), CalendarMissing> {
    let mut steps = Vec::new();
    let deadline = walk(calendar, started_at, limit, pauses, |seen| steps.push(seen.into()))?;
    Ok((deadline, steps))
}

/// A step that borrows its words, so that the plain due date costs no allocation.
#[derive(Clone, Copy)]
struct Seen<'a> {
    date: NaiveDate,
    leg: usize,
    what: What<'a>,
}

#[derive(Clone, Copy)]
enum What<'a> {
    Counted { n: u32, swap: Option<&'a SpecialDay> },
    CountedOff { n: u32, reason: OffReason<'a> },
    Off(OffReason<'a>),
    Paused,
    Landing { swap: Option<&'a SpecialDay> },
    Minutes { minutes: u32, swap: Option<&'a SpecialDay> },
}

/// Where a leg ends and the next one starts.
#[derive(Clone, Copy)]
struct Place {
    day: NaiveDate,
    moment: DateTime<Utc>,
}

fn walk<'a>(
    calendar: &'a Calendar,
    started_at: DateTime<Utc>,
    limit: &TimeLimit,
    pauses: &'a [Pause],
    tell: impl FnMut(Seen<'a>),
) -> Result<Deadline, CalendarMissing> {
    let start = Place { day: day_of(started_at), moment: started_at };
    let mut walker = Walker { calendar, pauses, leg: 0, tell };
    let mut place = start;
    for leg in limit.legs() {
        walker.leg += 1;
        let amount = u32::from(leg.amount());
        place = match leg.unit() {
            Unit::WorkingDays => walker.working_days(place, amount)?,
            Unit::CalendarDays => walker.calendar_days(place, amount)?,
            Unit::WorkingHours => walker.working_hours(place, amount)?,
        };
    }
    let hours_first = limit.legs().first().is_some_and(|leg| leg.unit() == Unit::WorkingHours);
    let first_looked_at = if hours_first { start.day } else { day_after(start.day)? };
    Ok(Deadline {
        due_on: place.day,
        due_at: place.moment,
        apology_due_on: match calendar.last_working_day_before(place.day) {
            Ok(day) => day,
            Err(CalendarMissing { .. }) => start.day,
        },
        provisional: (first_looked_at.year()..=place.day.year())
            .any(|year| calendar.year(year) == Some(YearStanding::Provisional)),
        counts_moments: limit.counts_moments(),
    })
}

struct Walker<'a, Tell> {
    calendar: &'a Calendar,
    pauses: &'a [Pause],
    leg: usize,
    tell: Tell,
}

impl<'a, Tell: FnMut(Seen<'a>)> Walker<'a, Tell> {
    fn working_days(&mut self, start: Place, amount: u32) -> Result<Place, CalendarMissing> {
        let (mut day, mut n) = (start.day, 0);
        while n < amount {
            day = day_after(day)?;
            match self.calendar.day(day)? {
                Day::Off(reason) => self.tell(day, What::Off(reason)),
                Day::Working { .. } if self.is_paused(day) => self.tell(day, What::Paused),
                Day::Working { swap } => {
                    n += 1;
                    self.tell(day, What::Counted { n, swap });
                }
            }
        }
        Ok(self.close_of(day))
    }

    fn calendar_days(&mut self, start: Place, amount: u32) -> Result<Place, CalendarMissing> {
        let (mut day, mut n) = (start.day, 0);
        loop {
            day = day_after(day)?;
            let what = self.calendar.day(day)?;
            if self.is_paused(day) {
                self.tell(day, What::Paused);
                continue;
            }
            n += 1;
            match what {
                _ if n < amount => self.tell(day, What::Counted { n, swap: None }),
                Day::Working { swap } => {
                    self.tell(day, What::Counted { n, swap });
                    return Ok(self.close_of(day));
                }
                Day::Off(reason) => {
                    self.tell(day, What::CountedOff { n, reason });
                    return self.land_after(day);
                }
            }
        }
    }

    /// An end on a day off moves to the next working day on which the clock runs.
    fn land_after(&mut self, mut day: NaiveDate) -> Result<Place, CalendarMissing> {
        loop {
            day = day_after(day)?;
            match self.calendar.day(day)? {
                Day::Off(reason) => self.tell(day, What::Off(reason)),
                Day::Working { .. } if self.is_paused(day) => self.tell(day, What::Paused),
                Day::Working { swap } => {
                    self.tell(day, What::Landing { swap });
                    return Ok(self.close_of(day));
                }
            }
        }
    }

    fn working_hours(&mut self, start: Place, hours: u32) -> Result<Place, CalendarMissing> {
        let wanted = TimeDelta::hours(hours.into());
        let (mut day, mut worked) = (start.day, TimeDelta::zero());
        loop {
            match self.calendar.day(day)? {
                Day::Off(reason) => self.tell(day, What::Off(reason)),
                Day::Working { swap } => {
                    let today = self.work(day, start.moment, wanted - worked);
                    let before = worked.num_minutes();
                    worked += today.worked;
                    if today.worked > TimeDelta::zero() {
                        // Seconds are carried, not dropped: the minutes of a leg add up to its hours.
                        let minutes = u32::try_from(worked.num_minutes() - before).unwrap_or(0);
                        self.tell(day, What::Minutes { minutes, swap });
                    } else if today.open {
                        self.tell(day, What::Paused);
                    }
                    if let Some(moment) = today.ran_out_at {
                        return Ok(Place { day, moment });
                    }
                }
            }
            day = day_after(day)?;
        }
    }

    /// Uses up at most `wanted` of the working time of `day` that lies after `start` and outside all pauses.
    fn work(&self, day: NaiveDate, start: DateTime<Utc>, wanted: TimeDelta) -> Worked {
        let mut today = Worked { worked: TimeDelta::zero(), open: false, ran_out_at: None };
        for (opens, closes) in self.calendar.hours().intervals() {
            let mut now = moment(day.and_time(opens)).max(start);
            let closes = moment(day.and_time(closes));
            while now < closes {
                today.open = true;
                if let Some(pause) = self.pauses.iter().find(|pause| pause.from <= now && now < pause.to) {
                    now = pause.to;
                    continue;
                }
                let next_pause = self.pauses.iter().filter(|pause| pause.from < pause.to && pause.from > now);
                let until = next_pause.map(|pause| pause.from).fold(closes, DateTime::min);
                let left = wanted - today.worked;
                if left <= until - now {
                    today.worked = wanted;
                    today.ran_out_at = Some(now + left);
                    return today;
                }
                today.worked += until - now;
                now = until;
            }
        }
        today
    }

    /// Whether the clock stood still on this day. The day a pause begins is still counted, the day it ends is
    /// not: it is to the rest of the limit what the day of receipt is to the whole.
    fn is_paused(&self, day: NaiveDate) -> bool {
        self.pauses.iter().any(|pause| day_of(pause.from) < day && day <= day_of(pause.to))
    }

    fn close_of(&self, day: NaiveDate) -> Place {
        Place { day, moment: moment(day.and_time(self.calendar.hours().close_of_business())) }
    }

    fn tell(&mut self, date: NaiveDate, what: What<'a>) {
        (self.tell)(Seen { date, leg: self.leg, what });
    }
}

/// What one day gave to a leg in hours.
struct Worked {
    worked: TimeDelta,
    /// The counter was open at some time after the start, paused or not.
    open: bool,
    ran_out_at: Option<DateTime<Utc>>,
}

impl From<Seen<'_>> for Step {
    fn from(seen: Seen<'_>) -> Self {
        let name = |swap: Option<&SpecialDay>| swap.map(|day| day.name.clone());
        let plain =
            Self { date: seen.date, leg: seen.leg, counted: None, skipped: None, swap: None, minutes: None };
        match seen.what {
            What::Counted { n, swap } => Self { counted: Some(n), swap: name(swap), ..plain },
            What::CountedOff { n, reason } => {
                Self { counted: Some(n), skipped: Some(reason.into()), ..plain }
            }
            What::Off(reason) => Self { skipped: Some(reason.into()), ..plain },
            What::Paused => Self { skipped: Some(Skip::Paused), ..plain },
            What::Landing { swap } => Self { swap: name(swap), ..plain },
            What::Minutes { minutes, swap } => Self { minutes: Some(minutes), swap: name(swap), ..plain },
        }
    }
}

impl From<OffReason<'_>> for Skip {
    fn from(reason: OffReason<'_>) -> Self {
        match reason {
            OffReason::Weekend(weekday) => Self::Weekend(weekday),
            OffReason::Special(day) => Self::Off { kind: day.kind, name: day.name.clone() },
        }
    }
}
