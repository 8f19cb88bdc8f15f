//! When things happen: within opening hours, on working days, one after the other.

use super::chance::Chance;
use crate::domain::calendar::Calendar;
use crate::domain::local_time::{day_of, local, moment};
use crate::domain::refusal::Refusal;
use crate::failure::Outcome;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

pub struct Days<'a> {
    pub calendar: &'a Calendar,
}

impl Days<'_> {
    pub fn is_working(&self, day: NaiveDate) -> Outcome<bool> {
        Ok(self.calendar.is_working(day).map_err(Refusal::from)?)
    }

    /// The `n`-th working day after `day`; with 0 the day itself, or the next one worked.
    pub fn after(&self, day: NaiveDate, n: u32) -> Outcome<NaiveDate> {
        let mut at = day;
        if n == 0 && !self.is_working(day)? {
            at = self.calendar.next_working_day(day).map_err(Refusal::from)?;
        }
        for _ in 0..n {
            at = self.calendar.next_working_day(at).map_err(Refusal::from)?;
        }
        Ok(at)
    }

    /// How many working days lie after `from`, up to and including `to`.
    pub fn between(&self, from: NaiveDate, to: NaiveDate) -> Outcome<u32> {
        Ok(self.calendar.working_days_between(from, to).map_err(Refusal::from)?)
    }

    /// Some moment of opening hours on this day.
    pub fn some_time(&self, chance: &mut Chance, day: NaiveDate) -> DateTime<Utc> {
        let intervals: Vec<_> = self.calendar.hours().intervals().collect();
        let minutes =
            |(from, to): &(NaiveTime, NaiveTime)| u32::try_from((*to - *from).num_minutes()).unwrap_or(0);
        let weights: Vec<u32> = intervals.iter().map(minutes).collect();
        let place = chance.weighted(&weights);
        let (from, length) = match (intervals.get(place), weights.get(place)) {
            (Some((from, _)), Some(length)) => (*from, *length),
            _ => (NaiveTime::MIN, 0),
        };
        moment(day.and_time(from)) + TimeDelta::minutes(chance.below(length).into())
    }

    /// Some moment of opening hours on this day, but a few minutes after what was before it at the earliest.
    pub fn some_time_after(
        &self,
        chance: &mut Chance,
        day: NaiveDate,
        before: DateTime<Utc>,
    ) -> DateTime<Utc> {
        let earliest = before + TimeDelta::minutes(5 + i64::from(chance.below(40)));
        self.some_time(chance, day).max(earliest)
    }

    /// Some moment `n` working days after.
    pub fn later(&self, chance: &mut Chance, before: DateTime<Utc>, n: u32) -> Outcome<DateTime<Utc>> {
        let day = self.after(day_of(before), n)?;
        Ok(self.some_time_after(chance, day, before))
    }

    /// When papers go to the unit that handles them: the same day, or at the start of the next working day when
    /// they came late (TT 01/2018/TT-VPCP).
    pub fn handed_over(
        &self,
        chance: &mut Chance,
        at: DateTime<Utc>,
        cutoff: NaiveTime,
    ) -> Outcome<DateTime<Utc>> {
        if local(at).time() <= cutoff {
            return Ok(at + TimeDelta::minutes(20 + i64::from(chance.below(40))));
        }
        let opening = self.calendar.hours().intervals().next().map_or(NaiveTime::MIN, |(from, _)| from);
        let day = self.after(day_of(at), 1)?;
        Ok(moment(day.and_time(opening)) + TimeDelta::minutes(i64::from(chance.below(30))))
    }

    /// The job that drafts letters has looked by this time.
    pub fn morning(day: NaiveDate) -> DateTime<Utc> {
        moment(day.and_time(NaiveTime::MIN)) + TimeDelta::hours(8)
    }
}
