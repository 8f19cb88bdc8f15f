//! A second opinion on the figures: walks each life day by day and asks what a person would ask at the end of
//! a day. Knows nothing of tallies, nor of how the rules apply facts.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use motcua::domain::calendar::Calendar;
use motcua::domain::deadline::deadline;
use motcua::domain::event::{Channel, CorrectableField, Event, Fact, LetterTimeliness, ReturnChannel};
use motcua::domain::ids::{BranchId, OfficerId, ProcedureId, SectorId};
use motcua::domain::local_time::{day_of, local};
use motcua::domain::parts::PartDue;
use motcua::domain::punctuality::Timeliness;
use motcua::domain::rates::Figures;
use motcua::domain::returned::{AnsweredBy, ReturnedCounts, Satisfaction};

/// Whose a dossier is, whoever holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Whose {
    pub branch: BranchId,
    pub sector: SectorId,
    pub procedure: ProcedureId,
    pub channel: Channel,
}

/// A life as it should have been entered.
pub struct Counted {
    pub whose: Whose,
    events: Vec<Event>,
    /// Of each entry made late: with whom, from the day it changes to the day it was made.
    late_entries: Vec<(Option<OfficerId>, NaiveDate, NaiveDate)>,
    /// Judged against the date of the re-appointment.
    reappointed: bool,
}

/// A part of the way that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartOf {
    pub ended_on: NaiveDate,
    pub unit: &'static str,
    pub step: Option<String>,
    pub officer: Option<OfficerId>,
    pub verdict: Option<Timeliness>,
}

/// What whoever reads the rules looks at.
pub struct Read<'a> {
    pub calendar: &'a Calendar,
    pub cutoff: NaiveTime,
    pub limit: &'a str,
    pub shares: &'a [(&'a str, u32)],
}

/// The part that is going on after these acts.
struct Begun {
    unit: &'static str,
    step: Option<String>,
    since: DateTime<Utc>,
}

impl Begun {
    fn of(earlier: &[Event]) -> Option<Self> {
        let handed = earlier
            .iter()
            .rposition(|event| matches!(event.fact, Fact::Received { .. } | Fact::Forwarded { .. }))?;
        let waited = |event: &&Event| matches!(event.fact, Fact::Supplied { .. } | Fact::Paid { .. });
        let since = earlier[handed..].iter().filter(waited).map(|event| event.occurred_at).max();
        let (unit, step) = match &earlier[handed].fact {
            Fact::Forwarded { to_step: Some(step), .. } => ("step", Some(step.clone())),
            Fact::Forwarded { .. } => ("handling", None),
            _ => ("counter", None),
        };
        Some(Self { unit, step, since: since.unwrap_or(earlier[handed].occurred_at) })
    }
}

/// How a dossier stood when a day was over.
#[derive(Debug, Clone, Copy, Default)]
struct Evening {
    received: bool,
    ended: bool,
    holder: Option<OfficerId>,
    /// The due date in force, the moment of it, and whether moments are compared.
    due: Option<(NaiveDate, DateTime<Utc>, bool)>,
    /// The date of the re-appointment, until a restart makes a promise of its own.
    again: Option<NaiveDate>,
    waits_since: Option<DateTime<Utc>>,
    letter: Option<LetterTimeliness>,
}

impl Evening {
    /// What it is judged by: the date, the moment, and whether moments are compared.
    fn judged_by(&self, reappointed: bool) -> (NaiveDate, DateTime<Utc>, bool) {
        let (due_on, due_at, moments) = self.due.unwrap();
        match self.again {
            Some(again) if reappointed => (again, due_at, false),
            _ => (due_on, due_at, moments),
        }
    }

    fn in_process(&self) -> bool {
        self.received && !self.ended
    }

    fn hear(&mut self, event: &Event) {
        let at = event.occurred_at;
        let promise = |deadline: &motcua::domain::deadline::Deadline| {
            Some((deadline.due_on, deadline.due_at, deadline.counts_moments))
        };
        let moved = |old: Option<(NaiveDate, DateTime<Utc>, bool)>, new: NaiveDate| {
            old.is_none_or(|(due_on, ..)| due_on != new)
        };
        match &event.fact {
            Fact::Received { deadline, .. } => {
                self.received = true;
                self.holder = event.officer;
                self.due = promise(deadline);
            }
            Fact::Forwarded { to_officer, to_step, .. } => match (to_officer, to_step) {
                (Some(officer), _) => self.holder = Some(*officer),
                (None, Some(_)) => self.holder = None,
                (None, None) => {}
            },
            Fact::SupplementRequested { .. } | Fact::PaymentRequested { .. } => self.waits_since = Some(at),
            Fact::Supplied { deadline, mode, .. } => {
                let again = *mode == motcua::domain::catalogue::SupplementMode::Restart;
                if again || moved(self.due, deadline.due_on) {
                    self.letter = None;
                }
                if again {
                    self.again = None;
                }
                self.due = promise(deadline);
                self.waits_since = None;
            }
            Fact::Paid { deadline } => {
                if moved(self.due, deadline.due_on) {
                    self.letter = None;
                }
                self.due = promise(deadline);
                self.waits_since = None;
            }
            Fact::Reappointed { new_due_on, .. } => self.again = Some(*new_due_on),
            Fact::DueRecomputed { deadline, .. } => {
                if moved(self.due, deadline.due_on) {
                    self.letter = None;
                }
                self.due = promise(deadline);
            }
            // A letter for another due date than the one in force (its receipt was corrected) says nothing of it.
            Fact::ApologyIssued { due_on, .. } if moved(self.due, *due_on) => {}
            Fact::ApologyIssued { timeliness, .. } => {
                self.letter = Some(match self.letter {
                    Some(first) if first < *timeliness => first,
                    _ => *timeliness,
                });
            }
            Fact::Resolved { .. } | Fact::Refused { .. } | Fact::Withdrawn { .. } | Fact::Stopped { .. } => {
                self.ended = true;
            }
            _ => {}
        }
    }
}

impl Counted {
    /// Corrections put where they belong: the last one of a field is what holds.
    pub fn of(events: &[Event]) -> Self {
        let mut right: Vec<Event> =
            events.iter().filter(|event| !matches!(event.fact, Fact::Corrected { .. })).cloned().collect();
        let mut late_entries = Vec::new();
        let Fact::Registered(registration) = &events[0].fact else { panic!("no registration") };
        let mut whose = Whose {
            branch: registration.branch,
            sector: registration.sector,
            procedure: registration.procedure,
            channel: registration.channel,
        };
        let mut corrections = Vec::new();
        for event in events {
            let Fact::Corrected { field, old, new, deadlines, parts, .. } = &event.fact else { continue };
            // A result may have been handed over twice, the first time by mistake.
            let seq_of = |kind: &str| {
                let is = |earlier: &Event| earlier.seq < event.seq && earlier.fact.kind() == kind;
                right.iter().rposition(is).unwrap()
            };
            let mut moved = None;
            match field {
                CorrectableField::ReceivedAt => moved = Some(seq_of("received")),
                CorrectableField::ResolvedAt => moved = Some(seq_of("resolved")),
                CorrectableField::ReturnedAt => moved = Some(seq_of("returned")),
                CorrectableField::Channel => {
                    whose.channel = new.parse().unwrap();
                    corrections.push((event.seq, event.recorded_at, None));
                }
                _ => {}
            }
            if let Some(place) = moved {
                let (was, at) = (right[place].occurred_at, new.parse().unwrap());
                if *field == CorrectableField::ReceivedAt && right[0].occurred_at == was {
                    right[0].occurred_at = at;
                }
                right[place].occurred_at = at;
                let old: DateTime<Utc> = old.as_ref().unwrap().parse().unwrap();
                corrections.push((event.seq, event.recorded_at, Some(day_of(old).min(day_of(at)))));
            }
            for (seq, deadline) in deadlines {
                let event = right.iter_mut().find(|event| event.seq == *seq).unwrap();
                *event.fact.deadline_mut().unwrap() = *deadline;
            }
            for (seq, due) in parts {
                let event = right.iter_mut().find(|event| event.seq == *seq).unwrap();
                *event.fact.part_due_mut().unwrap() = *due;
            }
        }
        let received = right.iter().find(|event| event.fact.kind() == "received");
        let received = received.map(|event| (event.seq, day_of(event.occurred_at)));
        // An answer is about the hand-over before it, and changes no figure of the day on which it comes.
        for event in right.iter().filter(|event| event.fact.kind() != "surveyed") {
            let mut evening = Evening::default();
            right.iter().filter(|earlier| earlier.seq <= event.seq).for_each(|event| evening.hear(event));
            late_entries.push((evening.holder, day_of(event.occurred_at), day_of(event.recorded_at)));
        }
        for (seq, recorded_at, since) in corrections {
            let mut evening = Evening::default();
            right.iter().filter(|earlier| earlier.seq < seq).for_each(|event| evening.hear(event));
            // Before the receipt there is no figure that another channel could change.
            let by_channel = received.filter(|(received_at, _)| *received_at < seq).map(|(_, day)| day);
            if let Some(since) = since.or(by_channel) {
                late_entries.push((evening.holder, since, day_of(recorded_at)));
            }
        }
        Self { whose, events: right, late_entries, reappointed: false }
    }

    /// The same life, judged against the date of the re-appointment.
    pub fn against_reappointed(self) -> Self {
        Self { reappointed: true, ..self }
    }

    /// In process on this evening: since when, until when it must be done, and whether it waits.
    pub fn open_on(&self, day: NaiveDate) -> Option<(NaiveDate, NaiveDate, bool)> {
        let evening = self.evening(day);
        let received = self.events.iter().find(|event| event.fact.kind() == "received")?;
        let (due_on, ..) = evening.due?;
        let stands = (day_of(received.occurred_at), due_on, evening.waits_since.is_some());
        evening.in_process().then_some(stands)
    }

    /// Adds what was handed out in these days, and what has been said of it; and what was said after `as_of` of what
    /// was handed out up to then.
    pub fn count_handed_out(
        &self,
        counts: &mut ReturnedCounts,
        (from, to, as_of): (NaiveDate, NaiveDate, NaiveDate),
    ) {
        // What was taken back was never handed over.
        let is_handover = |event: &&Event| matches!(event.fact.kind(), "returned" | "return_undone");
        let Some(last) = self.events.iter().rfind(is_handover) else { return };
        let Fact::Returned { channel, .. } = &last.fact else { return };
        let day = day_of(last.occurred_at);
        let answer = self.events.iter().find(|event| event.fact.kind() == "surveyed");
        if day >= from && day <= to.min(as_of) {
            match channel {
                ReturnChannel::InPerson => counts.in_person += 1,
                ReturnChannel::Online => counts.online += 1,
                ReturnChannel::Postal => counts.postal += 1,
            }
            if let Some(Event { fact: Fact::Surveyed { satisfaction, answered_by, .. }, .. }) = answer {
                counts.surveyed += 1;
                counts.satisfied += i64::from(
                    *satisfaction == Satisfaction::VerySatisfied || *satisfaction == Satisfaction::Satisfied,
                );
                counts.surveyed_by_applicant += i64::from(*answered_by == AnsweredBy::Applicant);
            }
        }
        let late = answer.is_some_and(|answer| day <= as_of && as_of < day_of(answer.recorded_at));
        counts.late_answers += i64::from(late);
    }

    /// The parts of its way that ended.
    pub fn parts(&self) -> Vec<PartOf> {
        let mut parts = Vec::new();
        for (n, event) in self.events.iter().enumerate() {
            let (Fact::Forwarded { part_due, .. } | Fact::Resolved { part_due, .. }) = &event.fact else {
                continue;
            };
            let Some(begun) = Begun::of(&self.events[..n]) else { continue };
            let day = day_of(event.occurred_at);
            let verdict = match part_due.unwrap() {
                PartDue::NotJudged => None,
                PartDue::On(until) if day == until => Some(Timeliness::OnTime),
                PartDue::On(until) => Some(if day < until { Timeliness::Early } else { Timeliness::Overdue }),
                PartDue::AsDossier => {
                    let mut figures = Figures::default();
                    let mut before = Evening::default();
                    self.events[..n].iter().for_each(|event| before.hear(event));
                    self.count_act(&mut figures, event, &before);
                    Some(match (figures.resolved.early, figures.resolved.on_time) {
                        (1, 0) => Timeliness::Early,
                        (0, 1) => Timeliness::OnTime,
                        _ => Timeliness::Overdue,
                    })
                }
            };
            let mut before = Evening::default();
            self.events[..n].iter().for_each(|event| before.hear(event));
            parts.push(PartOf {
                ended_on: day,
                unit: begun.unit,
                step: begun.step,
                officer: before.holder,
                verdict,
            });
        }
        parts
    }

    /// What the part that the act with this `seq` ends is to be judged by, as somebody would say who reads the rules.
    pub fn part_due(&self, seq: u32, last: bool, read: &Read<'_>) -> PartDue {
        let earlier: Vec<Event> = self.events.iter().filter(|event| event.seq < seq).cloned().collect();
        let begun = Begun::of(&earlier).unwrap();
        let since = day_of(begun.since);
        let mut evening = Evening::default();
        earlier.iter().for_each(|event| evening.hear(event));
        let (due_on, ..) = evening.due.unwrap();
        let worked = |day: NaiveDate| read.calendar.is_working(day).unwrap();
        if begun.unit == "counter" && !last {
            let mut day = since;
            let in_time = local(begun.since).time() <= read.cutoff;
            if !(in_time && worked(day)) {
                day = day.succ_opt().unwrap();
                while !worked(day) {
                    day = day.succ_opt().unwrap();
                }
            }
            return PartDue::On(day);
        }
        let share = read.shares.iter().find(|(step, _)| Some(*step) == begun.step.as_deref());
        let days = read.limit.strip_suffix("wd").and_then(|days| days.parse::<u32>().ok());
        if let Some(((_, share), days)) = share.zip(days) {
            let days = (1..).find(|counted| counted * 100 >= days * share).unwrap();
            let limit = format!("{days}wd").parse().unwrap();
            return PartDue::On(deadline(read.calendar, begun.since, &limit, &[]).unwrap().due_on);
        }
        match begun.unit {
            "counter" => PartDue::AsDossier,
            _ if since > due_on => PartDue::NotJudged,
            _ if last => PartDue::AsDossier,
            _ => PartDue::On(due_on),
        }
    }

    fn evening(&self, day: NaiveDate) -> Evening {
        let mut evening = Evening::default();
        for event in &self.events {
            if day_of(event.occurred_at) <= day {
                evening.hear(event);
            }
        }
        evening
    }

    /// Adds this dossier to the figures; with `holder`, only while it is (or was then) with that officer.
    pub fn count(
        &self,
        figures: &mut Figures,
        (from, to, as_of): (NaiveDate, NaiveDate, NaiveDate),
        holder: Option<OfficerId>,
    ) {
        let with = |evening: &Evening| {
            holder.is_none_or(|officer| officer == evening.holder.unwrap_or_else(OfficerId::nil))
        };
        let mut so_far = Evening::default();
        for event in &self.events {
            let before = so_far;
            so_far.hear(event);
            let day = day_of(event.occurred_at);
            if day >= from && day <= to.min(as_of) && with(&so_far) {
                self.count_act(figures, event, &before);
            }
        }
        let eve = self.evening(from.pred_opt().unwrap());
        figures.carried_over += i64::from(eve.in_process() && with(&eve));
        let evening = self.evening(as_of);
        if evening.in_process() && with(&evening) {
            let figures_of = &mut figures.in_process;
            figures_of.total += 1;
            if evening.waits_since.is_some() {
                figures_of.waiting += 1;
            } else if as_of > evening.judged_by(self.reappointed).0 {
                figures_of.overdue += 1;
                late(figures, evening.letter);
            } else {
                figures_of.within_limit += 1;
            }
        }
        for (officer, of, entered) in &self.late_entries {
            let here = holder.is_none_or(|holder| holder == officer.unwrap_or_else(OfficerId::nil));
            figures.revised += i64::from(here && *of <= as_of && as_of < *entered);
        }
    }

    fn count_act(&self, figures: &mut Figures, event: &Event, before: &Evening) {
        let at = event.occurred_at;
        match &event.fact {
            Fact::Received { .. } => {
                figures.received.total += 1;
                match self.whose.channel {
                    Channel::Online => figures.received.online += 1,
                    Channel::InPerson => figures.received.in_person += 1,
                    Channel::Postal => figures.received.postal += 1,
                }
            }
            Fact::Resolved { .. } => {
                let (due_on, due_at, moments) = before.judged_by(self.reappointed);
                figures.resolved.total += 1;
                if if moments { at < due_at } else { day_of(at) < due_on } {
                    figures.resolved.early += 1;
                } else if if moments { at == due_at } else { day_of(at) == due_on } {
                    figures.resolved.on_time += 1;
                } else {
                    figures.resolved.overdue += 1;
                    late(figures, before.letter);
                }
            }
            Fact::Withdrawn { .. } | Fact::Stopped { .. } if before.received => {
                figures.closed_without_result.total += 1;
                if day_of(before.waits_since.unwrap_or(at)) > before.judged_by(self.reappointed).0 {
                    figures.closed_without_result.past_due += 1;
                    late(figures, before.letter);
                }
            }
            _ => {}
        }
    }
}

fn late(figures: &mut Figures, letter: Option<LetterTimeliness>) {
    let apologies = &mut figures.apologies;
    apologies.owed += 1;
    match letter {
        Some(LetterTimeliness::InAdvance) => apologies.in_advance += 1,
        Some(LetterTimeliness::OnDueDay) => apologies.on_due_day += 1,
        Some(LetterTimeliness::Late) => apologies.late += 1,
        None => {
            apologies.missing += 1;
            return;
        }
    }
    apologies.issued += 1;
}
