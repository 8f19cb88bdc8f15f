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
//!
//! The act that ends a part says what it was to be judged by ([`PartDue`]): a calendar that is changed later changes no
//! figure of the past, and parts are counted in tallies as everything else is.

use super::calendar::Calendar;
use super::deadline::deadline;
use super::dossier::{Dossier, amend};
use super::event::{Event, Fact};
use super::ids::OfficerId;
use super::local_time::{day_of, local};
use super::punctuality::Timeliness;
use super::time_limit::{TimeLimit, Unit};
use super::words::code_words;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// The part that is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartBegun {
    /// When it was handed over, or when the last wait for the citizen ended.
    pub since: DateTime<Utc>,
    /// It has not left the counter.
    pub at_counter: bool,
}

/// What the end of a part is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartDue {
    /// It must end on this day.
    On(NaiveDate),
    /// It is judged as the dossier itself.
    AsDossier,
    /// It began when the due date had passed, or the calendar does not say.
    NotJudged,
}

/// Whose part it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartUnit {
    /// Up to the first hand-over.
    Counter,
    /// A step of the internal process.
    Step,
    /// Handed to an officer.
    Handling,
}
code_words!(PartUnit { Counter => "counter", Step => "step", Handling => "handling" });

/// A part of the way that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub officer: Option<OfficerId>,
    pub unit: PartUnit,
    /// The code of the step.
    pub step: Option<String>,
    /// The `seq` of the act that ended it.
    pub ended_by: u32,
    pub ended_at: DateTime<Utc>,
    /// None where it is not judged.
    pub verdict: Option<Timeliness>,
}

/// What parts are judged by.
pub struct Yardstick<'a> {
    pub calendar: &'a Calendar,
    /// What is received later in the day is handed on at the start of the next working day.
    pub cutoff: NaiveTime,
    /// The share of the limit of each step, in per cent, by its code.
    pub shares: &'a [(&'a str, u32)],
}

impl Part {
    /// The part that this act ends, `before` being the dossier before it and `after` with it.
    pub fn ended(before: &Dossier, after: &Dossier, event: &Event) -> Option<Self> {
        let begun = before.part?;
        let due = event.fact.part_due()?;
        Some(Self {
            officer: before.held_by,
            unit: match (begun.at_counter, &before.held_step) {
                (true, _) => PartUnit::Counter,
                (false, Some(_)) => PartUnit::Step,
                (false, None) => PartUnit::Handling,
            },
            step: before.held_step.clone().filter(|_| !begun.at_counter),
            ended_by: event.seq,
            ended_at: event.occurred_at,
            verdict: match due {
                PartDue::On(day) => Some(against(day, event.occurred_at)),
                PartDue::AsDossier => after.resolved.as_ref().map(|resolution| resolution.timeliness),
                PartDue::NotJudged => None,
            },
        })
    }
}

/// The parts of a life that have ended, oldest first.
pub fn parts(events: &[Event]) -> Vec<Part> {
    let mut parts = Vec::new();
    each_act(&amend(events), |before, after, event| parts.extend(Part::ended(before, after, event)));
    parts
}

/// What the parts of a life are judged by, counted again for those that are judged, by the `seq` of the act that ends
/// them.
pub fn part_dues(amended: &[Event], yardstick: &Yardstick<'_>) -> Vec<(u32, PartDue)> {
    let mut dues = Vec::new();
    each_act(amended, |before, _, event| {
        let last = match &event.fact {
            Fact::Forwarded { part_due: Some(_), .. } => false,
            Fact::Resolved { part_due: Some(_), .. } => true,
            _ => return,
        };
        dues.extend(yardstick.part_due(before, last).map(|due| (event.seq, due)));
    });
    dues
}

/// Tells a life act by act, with the dossier before and after it.
fn each_act(amended: &[Event], mut hear: impl FnMut(&Dossier, &Dossier, &Event)) {
    let Some((first, rest)) = amended.split_first() else { return };
    let Fact::Registered(registration) = &first.fact else { return };
    let mut dossier = Dossier::registered(registration, first.occurred_at);
    for event in rest {
        let before = dossier.clone();
        dossier.apply(event);
        hear(&before, &dossier, event);
    }
}

impl Yardstick<'_> {
    /// What the part that is going on is judged by, when it is handed on or, as the last, ends with the result. None
    /// where nobody knows when it began.
    pub fn part_due(&self, dossier: &Dossier, last: bool) -> Option<PartDue> {
        let PartBegun { since, at_counter } = dossier.part?;
        if at_counter && !last {
            return Some(self.handed_over_by(since).map_or(PartDue::NotJudged, PartDue::On));
        }
        if let Some(until) = self.share_ends_on(dossier, since) {
            return Some(PartDue::On(until));
        }
        // Whoever takes a dossier in cannot begin too late.
        let in_time = |due_on: &NaiveDate| at_counter || day_of(since) <= *due_on;
        Some(match dossier.due_on().filter(in_time) {
            Some(_) if last => PartDue::AsDossier,
            Some(due_on) => PartDue::On(due_on),
            None => PartDue::NotJudged,
        })
    }

    /// The day on which the counter must have handed it on.
    fn handed_over_by(&self, received: DateTime<Utc>) -> Option<NaiveDate> {
        let day = day_of(received);
        if local(received).time() <= self.cutoff && self.calendar.is_working(day).ok()? {
            return Some(day);
        }
        self.calendar.next_working_day(day).ok()
    }

    /// The day on which a step's share of a limit in working days ends.
    fn share_ends_on(&self, dossier: &Dossier, since: DateTime<Utc>) -> Option<NaiveDate> {
        let code = dossier.held_step.as_deref()?;
        let (_, share) = self.shares.iter().find(|(step, _)| *step == code)?;
        let [leg] = dossier.time_limit.legs() else { return None };
        if leg.unit() != Unit::WorkingDays || *share == 0 {
            return None;
        }
        let days = (u32::from(leg.amount()) * share).div_ceil(100).max(1);
        let limit: TimeLimit = format!("{days}wd").parse().ok()?;
        deadline(self.calendar, since, &limit, &[]).ok().map(|deadline| deadline.due_on)
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
    use crate::domain::calendar::{OfficeHours, YearStanding};
    use crate::domain::deadline::Deadline;
    use crate::domain::dossier::{ClockState, Resolution};
    use crate::domain::event::{Channel, Registration, ResultKind};
    use crate::domain::ids::{BranchId, ProcedureId, SectorId, VersionId};
    use crate::domain::lifecycle::Status;
    use crate::domain::testing::{at, day, limit};
    use Timeliness::{Early, OnTime, Overdue};

    /// A dossier due on Friday, 2026-03-20, within ten working days, as it is held.
    fn held(at_counter: bool, step: Option<&str>, since: &str) -> Dossier {
        let json = r#"{"name":"Nguyễn Thị Mẫu","kind":"citizen"}"#;
        let registration = Registration {
            code: "000.00.01.H29-260306-0001".to_owned(),
            branch: BranchId::nil(),
            sector: SectorId::nil(),
            procedure: ProcedureId::nil(),
            version: VersionId::nil(),
            case: None,
            rule_set: "2018".to_owned(),
            time_limit: limit("10wd"),
            channel: Channel::InPerson,
            particulars: crate::domain::event::Particulars {
                applicant: serde_json::from_str(json).unwrap(),
                representative: None,
                components: Vec::new(),
                request_summary: None,
                return_channel: None,
            },
        };
        let mut dossier = Dossier::registered(&registration, at("2026-03-06 08:00"));
        dossier.status = Status::InProcessing;
        dossier.held_step = step.map(str::to_owned);
        dossier.part = Some(PartBegun { since: at(since), at_counter });
        let deadline = Deadline {
            due_on: day("2026-03-20"),
            due_at: at("2026-03-20 17:00"),
            apology_due_on: day("2026-03-19"),
            provisional: false,
            counts_moments: false,
        };
        dossier.clock = Some(ClockState { started_at: at("2026-03-06 08:00"), pauses: Vec::new(), deadline });
        dossier
    }

    fn due(dossier: &Dossier, last: bool) -> Option<PartDue> {
        let calendar =
            Calendar::new([(2026, YearStanding::Announced)], Vec::new(), OfficeHours::default()).unwrap();
        let yardstick = Yardstick {
            calendar: &calendar,
            cutoff: NaiveTime::from_hms_opt(15, 0, 0).unwrap(),
            shares: &[("tham-dinh", 25), ("trinh-ky", 0)],
        };
        yardstick.part_due(dossier, last)
    }

    /// Handed on at this moment.
    fn judged(at_counter: bool, step: Option<&str>, since: &str, ended: &str) -> Option<Timeliness> {
        let before = held(at_counter, step, since);
        let part_due = due(&before, false);
        assert!(part_due.is_some());
        let fact =
            Fact::Forwarded { from_officer: None, to_officer: None, to_step: None, note: None, part_due };
        told(&before, fact, ended)
    }

    /// Ended by the result; the dossier as a whole was late.
    fn last(at_counter: bool, step: Option<&str>, since: &str, ended: &str) -> Option<Timeliness> {
        let before = held(at_counter, step, since);
        let (document_number, reason) = (None, None);
        let part_due = due(&before, true);
        assert!(part_due.is_some());
        let outcome = ResultKind::Granted;
        let fact =
            Fact::Resolved { outcome, document_number, reason, timeliness: Overdue, days_late: 1, part_due };
        told(&before, fact, ended)
    }

    fn told(before: &Dossier, fact: Fact, ended: &str) -> Option<Timeliness> {
        let event = Event { seq: 4, occurred_at: at(ended), recorded_at: at(ended), officer: None, fact };
        let mut after = before.clone();
        after.resolved = Some(Resolution {
            at: at(ended),
            by: None,
            outcome: ResultKind::Granted,
            timeliness: Overdue,
            days_late: 1,
            document_number: None,
            reason: None,
        });
        let part = Part::ended(before, &after, &event).unwrap();
        assert_eq!((part.ended_by, part.step.as_deref()), (4, before.held_step.as_deref()));
        part.verdict
    }

    #[test]
    fn a_part_is_judged_by_its_own_clock() {
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
        // 2026-03-23 is the Monday after the due date, a Friday.
        assert_eq!(judged(false, None, "2026-03-23 09:00", "2026-03-23 10:00"), None);
        let on_the_day_itself = judged(false, None, "2026-03-20 16:00", "2026-03-23 10:00");
        assert_eq!(on_the_day_itself, Some(Overdue));
        assert_eq!(judged(false, Some("tham-dinh"), "2026-03-23 09:00", "2026-03-26 17:00"), Some(OnTime));
        assert_eq!(last(false, None, "2026-03-23 09:00", "2026-03-23 10:00"), None);
        assert_eq!(last(false, None, "2026-03-18 09:00", "2026-03-23 10:00"), Some(Overdue));
        let nobody_else_had_it = last(true, None, "2026-03-09 09:00", "2026-03-23 10:00");
        assert_eq!(nobody_else_had_it, Some(Overdue));
    }

    #[test]
    fn the_last_step_has_its_share_too() {
        assert_eq!(last(false, Some("tham-dinh"), "2026-03-23 09:00", "2026-03-24 10:00"), Some(Early));
        assert_eq!(last(false, Some("tham-dinh"), "2026-03-09 09:00", "2026-03-17 10:00"), Some(Overdue));
        assert_eq!(last(false, Some("trinh-ky"), "2026-03-18 09:00", "2026-03-23 10:00"), Some(Overdue));
    }

    #[test]
    fn a_part_whose_beginning_nobody_knows_is_not_counted() {
        let before = Dossier { part: None, ..held(false, None, "2026-03-18 09:00") };
        assert_eq!((due(&before, false), due(&before, true)), (None, None));
    }
}
