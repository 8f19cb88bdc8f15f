//! What an act on a dossier leads to: a fact, or a refusal. Pure: the same dossier, act and clock always give
//! the same answer.

use super::calendar::{Calendar, CalendarMissing};
use super::catalogue::SupplementMode;
use super::deadline::{Deadline, Pause, deadline};
use super::dossier::Dossier;
use super::event::{Fact, LetterTimeliness, Registration, ResultKind, ReturnChannel};
use super::ids::{ApologyId, OfficerId};
use super::lifecycle::{Act, Next, Status};
use super::local_time::{day_of, moment};
use super::parts::Yardstick;
use super::punctuality;
use super::refusal::Refusal;
use super::returned::{AnsweredBy, Satisfaction};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

/// The rules that hold for a dossier, with dates of validity in the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    pub code: String,
    pub valid_from: NaiveDate,
    pub supplement_mode: SupplementMode,
    /// A supplement is to be asked for within so many working days of receipt (NĐ 61/2018 Đ19.4).
    pub supplement_request_days: u32,
    /// What is received later in the day is handed over at the start of the next working day.
    pub handover_cutoff: NaiveTime,
}

/// What a decision looks at besides the dossier.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub calendar: &'a Calendar,
    pub rules: &'a RuleSet,
    /// The share of the limit of each step of its process, in per cent, by its code.
    pub shares: &'a [(&'a str, u32)],
    pub now: DateTime<Utc>,
    /// When it happened; the same as `now` unless it is entered afterwards.
    pub occurred_at: DateTime<Utc>,
    pub may_backdate: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Accept,
    Refuse {
        reason: String,
    },
    Forward {
        to_officer: Option<OfficerId>,
        to_step: Option<String>,
        note: Option<String>,
    },
    RequestSupplement {
        items: Vec<String>,
        reason: String,
    },
    Supply {
        items: Vec<String>,
    },
    RequestPayment {
        amount: i64,
        reason: String,
    },
    RecordPayment,
    Reappoint {
        new_due_on: NaiveDate,
        cause: String,
        reason: String,
    },
    IssueApology {
        apology: ApologyId,
        number: String,
        new_due_on: NaiveDate,
        sha256: String,
        automatic: bool,
    },
    Resolve {
        outcome: ResultKind,
        document_number: Option<String>,
        reason: Option<String>,
    },
    Return {
        channel: ReturnChannel,
        received_by: Option<String>,
    },
    UndoReturn {
        reason: String,
    },
    Survey {
        satisfaction: Satisfaction,
        remark: Option<String>,
        answered_by: AnsweredBy,
    },
    Withdraw {
        reason: String,
    },
    Stop {
        reason: String,
    },
    RecomputeDue {
        reason: String,
    },
}

impl Context<'_> {
    /// What the parts of the way are judged by.
    pub(super) fn yardstick(&self) -> Yardstick<'_> {
        Yardstick { calendar: self.calendar, cutoff: self.rules.handover_cutoff, shares: self.shares }
    }
}

impl Command {
    pub const fn act(&self) -> Act {
        match self {
            Self::Accept => Act::Accept,
            Self::Refuse { .. } => Act::Refuse,
            Self::Forward { .. } => Act::Forward,
            Self::RequestSupplement { .. } => Act::RequestSupplement,
            Self::Supply { .. } => Act::Supply,
            Self::RequestPayment { .. } => Act::RequestPayment,
            Self::RecordPayment => Act::RecordPayment,
            Self::Reappoint { .. } => Act::Reappoint,
            Self::IssueApology { .. } => Act::IssueApology,
            Self::Resolve { .. } => Act::Resolve,
            Self::Return { .. } => Act::Return,
            Self::UndoReturn { .. } => Act::UndoReturn,
            Self::Survey { .. } => Act::Survey,
            Self::Withdraw { .. } => Act::Withdraw,
            Self::Stop { .. } => Act::Stop,
            Self::RecomputeDue { .. } => Act::RecomputeDue,
        }
    }
}

impl From<CalendarMissing> for Refusal {
    fn from(missing: CalendarMissing) -> Self {
        Self::CalendarMissing { year: missing.year }
    }
}

/// Whether a dossier may be taken in; with `accept` the clock starts at once (in person, both are one act),
/// and the answer is the fact of its receipt.
pub fn register(
    registration: &Registration,
    accept: bool,
    context: &Context<'_>,
) -> Result<Option<Fact>, Refusal> {
    check_time(None, context)?;
    if accept { Ok(Some(receive(&registration.time_limit, context)?)) } else { Ok(None) }
}

fn receive(limit: &super::time_limit::TimeLimit, context: &Context<'_>) -> Result<Fact, Refusal> {
    let deadline = deadline(context.calendar, context.occurred_at, limit, &[])?;
    Ok(Fact::Received { rule_set: context.rules.code.clone(), deadline })
}

/// Decides an act on a dossier that is there.
pub fn decide(dossier: &Dossier, command: Command, context: &Context<'_>) -> Result<Fact, Refusal> {
    let act = command.act();
    let wrong_state = || Refusal::WrongState { status: dossier.status, act };
    let next = dossier.status.after(act).ok_or_else(wrong_state)?;
    if dossier.is_answered_against(act) {
        return Err(Refusal::AlreadySurveyed);
    }
    check_time(Some(dossier), context)?;
    let at = context.occurred_at;
    // A clock is there in every state but `registered` and `refused`; the table has seen to that.
    let clock = || dossier.clock.as_ref().ok_or_else(wrong_state);
    let yardstick = context.yardstick();
    let fact = match command {
        Command::Accept => receive(&dossier.time_limit, context)?,
        Command::Refuse { reason } => Fact::Refused { reason },
        Command::Forward { to_officer, to_step, note } => {
            let part_due = yardstick.part_due(dossier, false);
            Fact::Forwarded { from_officer: dossier.held_by, to_officer, to_step, note, part_due }
        }
        Command::RequestSupplement { items, reason } => {
            let received_on = day_of(dossier.received_at.unwrap_or(dossier.submitted_at));
            let days = context.calendar.working_days_between(received_on, day_of(at))?;
            Fact::SupplementRequested {
                items,
                reason,
                round: dossier.supplement_rounds + 1,
                late_request: days > context.rules.supplement_request_days,
            }
        }
        Command::Supply { items } => {
            // Lawful is a restart only of what was still in time (NĐ 61/2018 Đ19.4): asking for papers after the due
            // date makes nothing early that was late.
            let mode =
                if dossier.is_past_due(at) { SupplementMode::Resume } else { context.rules.supplement_mode };
            let deadline = match mode {
                SupplementMode::Restart => deadline(context.calendar, at, &dossier.time_limit, &[])?,
                SupplementMode::Resume => resumed(dossier, context)?.ok_or_else(wrong_state)?,
            };
            Fact::Supplied { items, mode, deadline }
        }
        Command::RequestPayment { amount, reason } => Fact::PaymentRequested { amount, reason },
        Command::RecordPayment => {
            Fact::Paid { deadline: resumed(dossier, context)?.ok_or_else(wrong_state)? }
        }
        Command::Reappoint { new_due_on, cause, reason } => {
            let due_on = clock()?.deadline.due_on;
            check_new_date(dossier, due_on, new_due_on, context)?;
            Fact::Reappointed { ordinal: dossier.reappointments + 1, due_on, new_due_on, cause, reason }
        }
        Command::IssueApology { apology, number, new_due_on, sha256, automatic } => {
            let due_on = clock()?.deadline.due_on;
            let timeliness = LetterTimeliness::of(due_on, day_of(at));
            Fact::ApologyIssued { apology, number, due_on, new_due_on, timeliness, sha256, automatic }
        }
        Command::Resolve { outcome, document_number, reason } => {
            let clock = clock()?;
            Fact::Resolved {
                outcome,
                document_number,
                reason,
                timeliness: clock.verdict(at),
                days_late: punctuality::days_late(clock.deadline.due_on, day_of(at)),
                part_due: yardstick.part_due(dossier, true),
            }
        }
        Command::Return { channel, received_by } => Fact::Returned { channel, received_by },
        Command::UndoReturn { reason } => {
            // It changes what is told of the day of the hand-over: who may not write that day may not take it back.
            check_backdating(dossier.returned.as_ref().ok_or_else(wrong_state)?.at, context)?;
            Fact::ReturnUndone { reason }
        }
        Command::Survey { satisfaction, remark, answered_by } => {
            Fact::Surveyed { satisfaction, remark, answered_by }
        }
        Command::Withdraw { reason } => Fact::Withdrawn { reason, past_due: dossier.is_past_due(at) },
        Command::Stop { reason } => Fact::Stopped { reason, past_due: dossier.is_past_due(at) },
        Command::RecomputeDue { reason } => {
            let clock = clock()?;
            let computed = deadline(context.calendar, clock.started_at, &dossier.time_limit, &clock.pauses)?;
            // The promise is kept where it is earlier.
            let kept = if clock.deadline.due_on < computed.due_on { clock.deadline } else { computed };
            Fact::DueRecomputed { deadline: kept, computed_due_on: computed.due_on, reason }
        }
    };
    debug_assert!(matches!(next, Next::To(_) | Next::Back | Next::Stay));
    Ok(fact)
}

/// The due date when the clock goes on after standing still since the dossier began to wait.
fn resumed(dossier: &Dossier, context: &Context<'_>) -> Result<Option<Deadline>, Refusal> {
    let (Some(clock), Some(waiting)) = (&dossier.clock, dossier.waiting) else { return Ok(None) };
    let mut pauses = clock.pauses.clone();
    pauses.push(Pause { from: waiting.since, to: context.occurred_at });
    Ok(Some(deadline(context.calendar, clock.started_at, &dossier.time_limit, &pauses)?))
}

/// A new date is a working day, later than today and than every date promised before.
fn check_new_date(
    dossier: &Dossier,
    due_on: NaiveDate,
    new_due_on: NaiveDate,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    let after = due_on.max(day_of(context.occurred_at)).max(dossier.reappointed_due_on.unwrap_or(due_on));
    if new_due_on <= after {
        return Err(Refusal::NewDateNotLater { date: new_due_on, after });
    }
    if !context.calendar.is_working(new_due_on)? {
        return Err(Refusal::NotAWorkingDay { date: new_due_on });
    }
    Ok(())
}

/// Acts lie between the dossier's last one and the clock, and not before the current working day unless the
/// role may.
pub(super) fn check_time(dossier: Option<&Dossier>, context: &Context<'_>) -> Result<(), Refusal> {
    let Context { now, occurred_at, .. } = *context;
    if occurred_at > now {
        return Err(Refusal::OccurredInFuture { occurred_at, now });
    }
    check_backdating(occurred_at, context)?;
    match dossier {
        Some(dossier) if occurred_at < dossier.last_occurred_at => {
            Err(Refusal::OccurredBeforeLastEvent { occurred_at, last: dossier.last_occurred_at })
        }
        _ => Ok(()),
    }
}

/// What lies before the current working day is for roles that may enter it.
fn check_backdating(at: DateTime<Utc>, context: &Context<'_>) -> Result<(), Refusal> {
    let earliest = start_of_working_day(context.calendar, day_of(context.now));
    if at < earliest && !context.may_backdate {
        return Err(Refusal::BackdatingNotAllowed { earliest });
    }
    Ok(())
}

/// An act that says something else of a day before the current working day: only who may enter such a day may do it.
pub fn is_of_past_day(dossier: &Dossier, act: Act, calendar: &Calendar, today: NaiveDate) -> bool {
    act == Act::UndoReturn
        && dossier.returned.as_ref().is_some_and(|handed| handed.at < start_of_working_day(calendar, today))
}

/// Midnight of today, or of the last working day when today is off.
pub(super) fn start_of_working_day(calendar: &Calendar, today: NaiveDate) -> DateTime<Utc> {
    let day = match calendar.is_working(today) {
        Ok(true) | Err(CalendarMissing { .. }) => today,
        Ok(false) => calendar.last_working_day_before(today).unwrap_or(today),
    };
    moment(day.and_time(NaiveTime::MIN))
}

/// What the letter's due date says about a dossier: it is owed one from this day on.
pub fn owes_apology_on(dossier: &Dossier, today: NaiveDate) -> bool {
    dossier.status.is_running()
        && dossier.clock.as_ref().is_some_and(|clock| clock.deadline.apology_due_on <= today)
}

/// Statuses in which a draft apology makes sense; in all others it is cancelled.
pub const fn keeps_draft(status: Status) -> bool {
    status.is_running()
}
