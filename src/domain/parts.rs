//! The parts of a dossier's way through the house: each begins with a hand-over and ends with the next, or with the
//! result, and is judged by itself. So whoever gets a dossier late is not charged for it.
//!
//! | part of the way | must end |
//! |---|---|
//! | the counter hands on to whoever decides | on the day of receipt; on the next working day where it was received after the hour of the rule set, or on a day off |
//! | a step with a share of the limit, the last one too | after its share of the working days, rounded up, counted from when it began |
//! | any other | on the due date in force; if the result ends it, as the dossier itself is judged |
//! | any other that began when the due date had passed | is not judged: whatever it did, the dossier was late before |
//!
//! A wait for the citizen does not count: a part begins anew when it ends.

use super::calendar::Calendar;
use super::deadline::deadline;
use super::dossier::{Dossier, amend};
use super::event::{Event, Fact};
use super::ids::OfficerId;
use super::local_time::{day_of, local};
use super::punctuality::Timeliness;
use super::time_limit::{TimeLimit, Unit};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use std::cmp::Ordering;

/// What parts are judged by.
pub struct Yardstick<'a> {
    pub calendar: &'a Calendar,
    /// What is received later in the day is handed on at the start of the next working day.
    pub cutoff: Option<NaiveTime>,
    pub limit: &'a TimeLimit,
    /// The share of the limit of each step, in per cent, by its code.
    pub shares: &'a [(&'a str, u32)],
}

/// Who has it, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    pub officer: Option<OfficerId>,
    /// The code of the step of the internal process.
    pub step: Option<String>,
    /// It has not left the counter.
    pub at_counter: bool,
    pub since: DateTime<Utc>,
}

/// A part of the way that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub holding: Holding,
    pub ended_at: DateTime<Utc>,
    /// None where the calendar does not say.
    pub verdict: Option<Timeliness>,
}

/// The parts of a life that have ended, oldest first; `dossier` is what the events tell.
pub fn parts(events: &[Event], dossier: &Dossier, yardstick: &Yardstick<'_>) -> Vec<Part> {
    let (mut parts, mut due_on, mut holding) = (Vec::new(), None, None::<Holding>);
    for event in amend(events).iter() {
        let at = event.occurred_at;
        if let Some(deadline) = event.fact.deadline() {
            due_on = Some(deadline.due_on);
        }
        match &event.fact {
            Fact::Received { .. } => {
                holding = Some(Holding { officer: event.officer, step: None, at_counter: true, since: at });
            }
            Fact::Forwarded { to_officer, to_step, .. } => {
                let Some(from) = holding.take() else { continue };
                let verdict = yardstick.judge(&from, due_on, at);
                let officer = to_officer.or(if to_step.is_some() { None } else { from.officer });
                parts.push(Part { holding: from, ended_at: at, verdict });
                holding = Some(Holding { officer, step: to_step.clone(), at_counter: false, since: at });
            }
            Fact::Supplied { .. } | Fact::Paid { .. } => {
                if let Some(holding) = &mut holding {
                    holding.since = at;
                }
            }
            Fact::Resolved { .. } => {
                let Some(from) = holding.take() else { continue };
                let whole = dossier.resolved.as_ref().map(|resolution| resolution.timeliness);
                let verdict = yardstick.judge_last(&from, due_on, at, whole);
                parts.push(Part { holding: from, ended_at: at, verdict });
            }
            _ => {}
        }
    }
    parts
}

impl Yardstick<'_> {
    /// How a part that ends at this moment is judged.
    pub fn judge(
        &self,
        holding: &Holding,
        due_on: Option<NaiveDate>,
        ended_at: DateTime<Utc>,
    ) -> Option<Timeliness> {
        let until = if holding.at_counter {
            self.handed_over_by(holding.since)
        } else {
            self.share_ends_on(holding).or(due_on.filter(|due_on| day_of(holding.since) <= *due_on))
        }?;
        Some(against(until, ended_at))
    }

    /// How the part that the result ends is judged; `whole` is the verdict on the dossier.
    pub fn judge_last(
        &self,
        holding: &Holding,
        due_on: Option<NaiveDate>,
        ended_at: DateTime<Utc>,
        whole: Option<Timeliness>,
    ) -> Option<Timeliness> {
        if let Some(until) = self.share_ends_on(holding) {
            return Some(against(until, ended_at));
        }
        let began_late = !holding.at_counter && due_on.is_some_and(|due_on| day_of(holding.since) > due_on);
        whole.filter(|_| !began_late)
    }

    /// The day on which the counter must have handed it on.
    fn handed_over_by(&self, received: DateTime<Utc>) -> Option<NaiveDate> {
        let day = day_of(received);
        if local(received).time() <= self.cutoff? && self.calendar.is_working(day).ok()? {
            return Some(day);
        }
        self.calendar.next_working_day(day).ok()
    }

    /// The day on which a step's share of a limit in working days ends.
    fn share_ends_on(&self, holding: &Holding) -> Option<NaiveDate> {
        let code = holding.step.as_deref()?;
        let (_, share) = self.shares.iter().find(|(step, _)| *step == code)?;
        let [leg] = self.limit.legs() else { return None };
        if leg.unit() != Unit::WorkingDays || *share == 0 {
            return None;
        }
        let days = (u32::from(leg.amount()) * share).div_ceil(100).max(1);
        let limit: TimeLimit = format!("{days}wd").parse().ok()?;
        deadline(self.calendar, holding.since, &limit, &[]).ok().map(|deadline| deadline.due_on)
    }
}

fn against(until: NaiveDate, ended_at: DateTime<Utc>) -> Timeliness {
    match day_of(ended_at).cmp(&until) {
        Ordering::Less => Timeliness::Early,
        Ordering::Equal => Timeliness::OnTime,
        Ordering::Greater => Timeliness::Overdue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::OfficeHours;
    use crate::domain::local_time::moment;
    use crate::domain::testing::day;

    fn at(text: &str) -> DateTime<Utc> {
        moment(chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap())
    }

    fn judged(at_counter: bool, step: Option<&str>, since: &str, ended: &str) -> Option<Timeliness> {
        with_yardstick(|yardstick| {
            yardstick.judge(&held(at_counter, step, since), Some(day("2026-03-20")), at(ended))
        })
    }

    /// The part that the result ended; the dossier as a whole was late.
    fn last(at_counter: bool, step: Option<&str>, since: &str, ended: &str) -> Option<Timeliness> {
        let whole = Some(Timeliness::Overdue);
        with_yardstick(|yardstick| {
            yardstick.judge_last(&held(at_counter, step, since), Some(day("2026-03-20")), at(ended), whole)
        })
    }

    fn held(at_counter: bool, step: Option<&str>, since: &str) -> Holding {
        Holding { officer: None, step: step.map(str::to_owned), at_counter, since: at(since) }
    }

    fn with_yardstick(judge: impl FnOnce(&Yardstick<'_>) -> Option<Timeliness>) -> Option<Timeliness> {
        let years = [(2026, crate::domain::calendar::YearStanding::Announced)];
        let calendar = Calendar::new(years, Vec::new(), OfficeHours::default()).unwrap();
        let limit: TimeLimit = "10wd".parse().unwrap();
        judge(&Yardstick {
            calendar: &calendar,
            cutoff: NaiveTime::from_hms_opt(15, 0, 0),
            limit: &limit,
            shares: &[("tham-dinh", 25), ("trinh-ky", 0)],
        })
    }

    #[test]
    fn a_part_is_judged_by_its_own_clock() {
        use Timeliness::{Early, OnTime, Overdue};
        // 2026-03-06 is a Friday. The counter: the same day, or the next working day after three in the afternoon.
        assert_eq!(judged(true, None, "2026-03-06 15:00", "2026-03-06 17:00"), Some(OnTime));
        assert_eq!(judged(true, None, "2026-03-06 15:00", "2026-03-09 08:00"), Some(Overdue));
        assert_eq!(judged(true, None, "2026-03-06 15:01", "2026-03-09 17:00"), Some(OnTime));
        assert_eq!(judged(true, None, "2026-03-07 09:00", "2026-03-09 08:00"), Some(OnTime), "a Saturday");
        assert_eq!(judged(true, None, "2026-03-06 15:01", "2026-03-06 16:00"), Some(Early));
        // A quarter of ten working days, rounded up: three, counted from when the step began.
        assert_eq!(judged(false, Some("tham-dinh"), "2026-03-18 09:00", "2026-03-23 17:00"), Some(OnTime));
        assert_eq!(judged(false, Some("tham-dinh"), "2026-03-18 09:00", "2026-03-24 08:00"), Some(Overdue));
        // Without a share: the due date of the dossier.
        assert_eq!(judged(false, Some("trinh-ky"), "2026-03-18 09:00", "2026-03-20 17:00"), Some(OnTime));
        assert_eq!(judged(false, None, "2026-03-18 09:00", "2026-03-21 08:00"), Some(Overdue));
    }

    #[test]
    fn whoever_gets_it_after_the_due_date_is_not_charged_for_it() {
        use Timeliness::{OnTime, Overdue};
        // 2026-03-23 is the Monday after the due date, a Friday.
        assert_eq!(judged(false, None, "2026-03-23 09:00", "2026-03-23 10:00"), None);
        assert_eq!(
            judged(false, None, "2026-03-20 16:00", "2026-03-23 10:00"),
            Some(Overdue),
            "on the day itself"
        );
        assert_eq!(judged(false, Some("tham-dinh"), "2026-03-23 09:00", "2026-03-26 17:00"), Some(OnTime));
        assert_eq!(last(false, None, "2026-03-23 09:00", "2026-03-23 10:00"), None);
        assert_eq!(last(false, None, "2026-03-18 09:00", "2026-03-23 10:00"), Some(Overdue));
        assert_eq!(
            last(true, None, "2026-03-09 09:00", "2026-03-23 10:00"),
            Some(Overdue),
            "nobody else had it"
        );
    }

    #[test]
    fn the_last_step_has_its_share_too() {
        use Timeliness::{Early, Overdue};
        assert_eq!(last(false, Some("tham-dinh"), "2026-03-23 09:00", "2026-03-24 10:00"), Some(Early));
        assert_eq!(last(false, Some("tham-dinh"), "2026-03-09 09:00", "2026-03-17 10:00"), Some(Overdue));
        assert_eq!(last(false, Some("trinh-ky"), "2026-03-18 09:00", "2026-03-23 10:00"), Some(Overdue));
    }
}
