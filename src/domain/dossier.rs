//! A dossier as the rules see it, and how each fact changes it.

use super::catalogue::SupplementMode;
use super::deadline::{Deadline, Pause};
use super::event::{
    Channel, CorrectableField, Event, Fact, LetterTimeliness, Particulars, Registration, ResultKind,
    ReturnChannel,
};
use super::ids::{BranchId, OfficerId, ProcedureId, SectorId, VersionId};
use super::lifecycle::{Act, Status};
use super::local_time::day_of;
use super::parts::PartBegun;
use super::punctuality::{self, OpenTimeliness, Timeliness};
use super::returned::Satisfaction;
use super::time_limit::TimeLimit;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    pub code: String,
    pub branch: BranchId,
    pub sector: SectorId,
    pub procedure: ProcedureId,
    pub procedure_version: VersionId,
    pub case: Option<String>,
    /// The rules it was received under, whatever the law says later.
    pub rule_set: String,
    pub time_limit: TimeLimit,
    pub channel: Channel,
    pub status: Status,
    pub submitted_at: DateTime<Utc>,
    pub received_at: Option<DateTime<Utc>>,
    /// Who entered that it was accepted, or refused.
    pub checked_by: Option<OfficerId>,
    /// Runs since `received_at`, or since the last supplement that counted from zero.
    pub clock: Option<ClockState>,
    /// As first promised on the receipt. Never changes.
    pub first_due_on: Option<NaiveDate>,
    pub reappointments: u32,
    pub reappointed_due_on: Option<NaiveDate>,
    pub supplement_rounds: u32,
    pub waiting: Option<Waiting>,
    pub resolved: Option<Resolution>,
    /// Refused, withdrawn or stopped.
    pub closed_at: Option<DateTime<Utc>>,
    pub returned: Option<Handover>,
    /// What the applicant said of how he was served.
    pub satisfaction: Option<Satisfaction>,
    pub held_by: Option<OfficerId>,
    pub held_step: Option<String>,
    /// The part of its way that is going on: none before receipt, nor when it has ended.
    pub part: Option<PartBegun>,
    /// The letter issued for the due date in force.
    pub letter: Option<LetterTimeliness>,
    pub last_occurred_at: DateTime<Utc>,
    /// The `seq` of its last event: what clients send back as `If-Match`.
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockState {
    pub started_at: DateTime<Utc>,
    pub pauses: Vec<Pause>,
    pub deadline: Deadline,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub since: DateTime<Utc>,
    /// Where the dossier goes on when the citizen has done his part.
    pub back_to: Status,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    pub at: DateTime<Utc>,
    /// Who entered it.
    pub by: Option<OfficerId>,
    pub outcome: ResultKind,
    /// Against the promise in force: the headline.
    pub timeliness: Timeliness,
    pub days_late: u32,
    pub document_number: Option<String>,
    pub reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    pub at: DateTime<Utc>,
    pub channel: ReturnChannel,
    pub received_by: Option<String>,
}

impl Dossier {
    /// A dossier at the moment it is registered.
    pub fn registered(registration: &Registration, at: DateTime<Utc>) -> Self {
        Self {
            code: registration.code.clone(),
            branch: registration.branch,
            sector: registration.sector,
            procedure: registration.procedure,
            procedure_version: registration.version,
            case: registration.case.clone(),
            rule_set: registration.rule_set.clone(),
            time_limit: registration.time_limit.clone(),
            channel: registration.channel,
            status: Status::Registered,
            submitted_at: at,
            received_at: None,
            checked_by: None,
            clock: None,
            first_due_on: None,
            reappointments: 0,
            reappointed_due_on: None,
            supplement_rounds: 0,
            waiting: None,
            resolved: None,
            closed_at: None,
            returned: None,
            satisfaction: None,
            held_by: None,
            held_step: None,
            part: None,
            letter: None,
            last_occurred_at: at,
            version: 1,
        }
    }

    /// What may be done next.
    pub fn acts(&self) -> impl Iterator<Item = Act> {
        self.status.acts().filter(|act| !self.is_answered_against(*act))
    }

    /// The applicant's answer stands in the way of this act: it is one, and about a result that was handed over.
    pub fn is_answered_against(&self, act: Act) -> bool {
        self.satisfaction.is_some() && matches!(act, Act::Survey | Act::UndoReturn)
    }

    pub fn due_on(&self) -> Option<NaiveDate> {
        self.clock.as_ref().map(|clock| clock.deadline.due_on)
    }

    /// Past the due date in force when it stopped running: now, or when the wait for the citizen began.
    pub fn is_past_due(&self, at: DateTime<Utc>) -> bool {
        let until = self.waiting.map_or(at, |waiting| waiting.since);
        self.due_on().is_some_and(|due_on| due_on < day_of(until))
    }

    /// How it stands on `today`, or how it ended; nothing while no clock has run.
    pub fn timeliness(&self, today: NaiveDate, next_working_day: Option<NaiveDate>) -> Option<Standing> {
        if let Some(resolution) = &self.resolved {
            return Some(Standing::Ended(resolution.timeliness));
        }
        let due_on = self.due_on().filter(|_| self.status.is_in_process())?;
        Some(Standing::Open(punctuality::open_timeliness(
            due_on,
            today,
            self.status.is_waiting(),
            next_working_day,
        )))
    }

    /// The second figure: against the date of the re-appointment, where there was one. Days are compared.
    pub fn timeliness_as_reappointed(&self) -> Option<Timeliness> {
        let (resolution, new_due_on) = (self.resolved.as_ref()?, self.reappointed_due_on?);
        Some(match day_of(resolution.at).cmp(&new_due_on) {
            std::cmp::Ordering::Less => Timeliness::Early,
            std::cmp::Ordering::Equal => Timeliness::OnTime,
            std::cmp::Ordering::Greater => Timeliness::Overdue,
        })
    }

    /// Applies a fact. Facts have been decided by the rules: nothing is questioned here.
    pub fn apply(&mut self, event: &Event) {
        let at = event.occurred_at;
        match &event.fact {
            // A registration makes a dossier, and corrections are applied to the events they amend.
            Fact::Registered(_) | Fact::Corrected { .. } => {}
            Fact::Received { rule_set, deadline } => {
                self.status = Status::Received;
                self.rule_set.clone_from(rule_set);
                self.received_at = Some(at);
                self.checked_by = event.officer;
                self.first_due_on = Some(deadline.due_on);
                self.clock = Some(ClockState { started_at: at, pauses: Vec::new(), deadline: *deadline });
                self.held_by = event.officer;
                self.part = Some(PartBegun { since: at, at_counter: true });
            }
            Fact::Refused { .. } => {
                self.checked_by = event.officer;
                self.close(Status::Refused, at);
            }
            Fact::Forwarded { to_officer, to_step, .. } => {
                self.status = Status::InProcessing;
                self.held_by = to_officer.or(if to_step.is_some() { None } else { self.held_by });
                self.held_step.clone_from(to_step);
                self.part = Some(PartBegun { since: at, at_counter: false });
            }
            Fact::SupplementRequested { round, .. } => {
                self.supplement_rounds = *round;
                self.wait(Status::SupplementRequested, at);
            }
            Fact::Supplied { mode: SupplementMode::Restart, deadline, .. } => {
                self.clock = Some(ClockState { started_at: at, pauses: Vec::new(), deadline: *deadline });
                // A new promise: what was said about the old one does not speak for it.
                self.letter = None;
                self.reappointed_due_on = None;
                self.go_on(at);
            }
            Fact::Supplied { mode: SupplementMode::Resume, deadline, .. } | Fact::Paid { deadline } => {
                self.end_pause(at, *deadline);
                self.go_on(at);
            }
            Fact::PaymentRequested { .. } => self.wait(Status::AwaitingPayment, at),
            Fact::Reappointed { ordinal, new_due_on, .. } => {
                self.reappointments = *ordinal;
                self.reappointed_due_on = Some(*new_due_on);
            }
            Fact::ApologyIssued { timeliness, due_on, .. } => {
                // It speaks for the due date it names: after a corrected receipt that may be none of ours.
                let speaks = self.clock.as_ref().is_some_and(|clock| clock.deadline.due_on == *due_on);
                // Whoever got a letter in time is not worse off for a second, late one.
                if speaks {
                    self.letter = Some(self.letter.map_or(*timeliness, |first| first.min(*timeliness)));
                }
            }
            Fact::Resolved { outcome, document_number, reason, .. } => {
                self.status = Status::Resolved;
                self.part = None;
                self.resolved = self.clock.as_ref().map(|clock| Resolution {
                    at,
                    by: event.officer,
                    outcome: *outcome,
                    timeliness: clock.verdict(at),
                    days_late: punctuality::days_late(clock.deadline.due_on, day_of(at)),
                    document_number: document_number.clone(),
                    reason: reason.clone(),
                });
            }
            Fact::Returned { channel, received_by } => {
                self.status = Status::Returned;
                self.returned = Some(Handover { at, channel: *channel, received_by: received_by.clone() });
            }
            Fact::ReturnUndone { .. } => {
                self.status = Status::Resolved;
                self.returned = None;
            }
            Fact::Surveyed { satisfaction, .. } => self.satisfaction = Some(*satisfaction),
            Fact::Withdrawn { .. } => self.close(Status::Withdrawn, at),
            Fact::Stopped { .. } => self.close(Status::Stopped, at),
            Fact::DueRecomputed { deadline, .. } => {
                if let Some(clock) = &mut self.clock {
                    if clock.deadline.due_on != deadline.due_on {
                        self.letter = None;
                    }
                    clock.deadline = *deadline;
                }
            }
        }
        self.last_occurred_at = at;
        self.version = event.seq;
    }

    fn close(&mut self, status: Status, at: DateTime<Utc>) {
        self.status = status;
        self.closed_at = Some(at);
        self.part = None;
    }

    fn wait(&mut self, status: Status, since: DateTime<Utc>) {
        self.waiting = Some(Waiting { since, back_to: self.status });
        self.status = status;
    }

    fn go_on(&mut self, at: DateTime<Utc>) {
        if let Some(waiting) = self.waiting.take() {
            self.status = waiting.back_to;
        }
        if let Some(part) = &mut self.part {
            part.since = at;
        }
    }

    fn end_pause(&mut self, at: DateTime<Utc>, deadline: Deadline) {
        if let (Some(clock), Some(waiting)) = (&mut self.clock, self.waiting) {
            if clock.deadline.due_on != deadline.due_on {
                self.letter = None;
            }
            clock.pauses.push(Pause { from: waiting.since, to: at });
            clock.deadline = deadline;
        }
    }
}

impl ClockState {
    pub fn verdict(&self, finished_at: DateTime<Utc>) -> Timeliness {
        let Deadline { due_on, due_at, counts_moments, .. } = self.deadline;
        punctuality::verdict(due_on, due_at, counts_moments, finished_at)
    }
}

/// How a dossier stands against its due date: while it is open, or once it has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Open(OpenTimeliness),
    Ended(Timeliness),
}

impl Standing {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open(open) => open.as_str(),
            Self::Ended(ended) => ended.as_str(),
        }
    }
}

/// The stored life, told again from its first event: the dossier and its particulars.
/// `None` when the events do not begin with a registration.
pub fn replay(events: &[Event]) -> Option<(Dossier, Particulars)> {
    let amended = amend(events);
    let (first, rest) = amended.split_first()?;
    let Fact::Registered(registration) = &first.fact else { return None };
    let mut dossier = Dossier::registered(registration, first.occurred_at);
    for event in rest {
        dossier.apply(event);
    }
    // The promise on the receipt is what it was, also when the entry behind it was wrong.
    dossier.first_due_on = events.iter().find_map(|event| match &event.fact {
        Fact::Received { deadline, .. } => Some(deadline.due_on),
        _ => None,
    });
    dossier.version = u32::try_from(events.len()).unwrap_or(u32::MAX);
    Some((dossier, registration.particulars.clone()))
}

/// How it stood on an evening, as its events tell it today.
pub fn on_evening(events: &[Event], evening: NaiveDate) -> Option<Dossier> {
    let amended = amend(events);
    let mut known = amended.iter().filter(|event| day_of(event.occurred_at) <= evening);
    let first = known.next()?;
    let Fact::Registered(registration) = &first.fact else { return None };
    let mut dossier = Dossier::registered(registration, first.occurred_at);
    known.for_each(|event| dossier.apply(event));
    Some(dossier)
}

/// The events as they should have been entered: corrections applied to what they correct, and gone. Most lives have
/// none, and are read as they are.
pub fn amend(events: &[Event]) -> Cow<'_, [Event]> {
    if !events.iter().any(|event| matches!(event.fact, Fact::Corrected { .. })) {
        return Cow::Borrowed(events);
    }
    let mut amended: Vec<Event> = Vec::with_capacity(events.len());
    for event in events {
        match &event.fact {
            Fact::Corrected { field, new, deadlines, parts, .. } => {
                for earlier in &mut amended {
                    let due = parts.iter().find(|(seq, _)| *seq == earlier.seq);
                    if let Some(((_, corrected), due)) = due.zip(earlier.fact.part_due_mut()) {
                        *due = *corrected;
                    }
                    let moved = deadlines.iter().find(|(seq, _)| *seq == earlier.seq);
                    if let Some(((_, corrected), deadline)) = moved.zip(earlier.fact.deadline_mut()) {
                        *deadline = *corrected;
                    }
                }
                correct(&mut amended, *field, new);
            }
            _ => amended.push(event.clone()),
        }
    }
    Cow::Owned(amended)
}

fn correct(events: &mut [Event], field: CorrectableField, new: &str) {
    use CorrectableField as Field;
    if field.is_time() {
        let Ok(at) = new.parse::<DateTime<Utc>>() else { return };
        let Some(target) = moment_of(field, events) else { return };
        let old = events[target].occurred_at;
        for (place, event) in events.iter_mut().enumerate() {
            // In person, handing in and receiving are one act and move together.
            let same_act = field == Field::ReceivedAt
                && matches!(event.fact, Fact::Registered(_))
                && event.occurred_at == old;
            if place == target || same_act {
                event.occurred_at = at;
            }
        }
        return;
    }
    for event in events {
        match &mut event.fact {
            Fact::Registered(registration) => {
                let particulars = &mut registration.particulars;
                let given = (!new.is_empty()).then(|| new.to_owned());
                match field {
                    Field::Channel => registration.channel = new.parse().unwrap_or(registration.channel),
                    Field::RequestSummary => particulars.request_summary = given,
                    Field::ApplicantName => new.clone_into(&mut particulars.applicant.name),
                    Field::ApplicantKind => {
                        particulars.applicant.kind = new.parse().unwrap_or(particulars.applicant.kind);
                    }
                    Field::ApplicantIdNumber => particulars.applicant.id_number = given,
                    Field::ApplicantPhone => particulars.applicant.phone = given,
                    Field::ApplicantEmail => particulars.applicant.email = given,
                    Field::ApplicantAddress => particulars.applicant.address = given,
                    Field::ReceivedAt | Field::ResolvedAt | Field::ReturnedAt | Field::Outcome => {}
                }
            }
            Fact::Resolved { outcome, .. } if field == Field::Outcome => {
                *outcome = new.parse().unwrap_or(*outcome);
            }
            _ => {}
        }
    }
}

/// Where the event stands whose moment `field` is: of several hand-overs the last, unless it was undone.
pub fn moment_of(field: CorrectableField, events: &[Event]) -> Option<usize> {
    let place = events.iter().rposition(|event| is_moment_of(field, &event.fact))?;
    let undone = field == CorrectableField::ReturnedAt
        && events[place..].iter().any(|event| matches!(event.fact, Fact::ReturnUndone { .. }));
    (!undone).then_some(place)
}

/// Whether `field` is the moment of this fact.
fn is_moment_of(field: CorrectableField, fact: &Fact) -> bool {
    matches!(
        (field, fact),
        (CorrectableField::ReceivedAt, Fact::Received { .. })
            | (CorrectableField::ResolvedAt, Fact::Resolved { .. })
            | (CorrectableField::ReturnedAt, Fact::Returned { .. })
    )
}
