//! Putting a wrong entry right: the old value stays visible, and due dates that hung on it are counted again.

use super::catalogue::SupplementMode;
use super::deadline::{Deadline, Pause, deadline};
use super::decide::{Context, check_time};
use super::dossier::{amend, moment_of, replay};
use super::event::{CorrectableField, Event, Fact};
use super::parts::part_dues;
use super::refusal::Refusal;
use super::time_limit::TimeLimit;
use chrono::{DateTime, Utc};

/// The fact that corrects `field` to `new` (moments in RFC 3339, already parsed and valid for the field).
pub fn correct(
    events: &[Event],
    field: CorrectableField,
    new: String,
    reason: String,
    context: &Context<'_>,
) -> Result<Fact, Refusal> {
    let nothing = || Refusal::NothingToCorrect { field: field.as_str().to_owned() };
    let amended = amend(events);
    let old = current(&amended, field).ok_or_else(nothing)?;
    let (dossier, _) = replay(events).ok_or_else(nothing)?;
    check_time(Some(&dossier), context)?;
    if is_the_same(field, old.as_deref(), &new) {
        return Err(nothing());
    }
    if let (true, Ok(at)) = (field.is_time(), new.parse::<DateTime<Utc>>()) {
        check_order(&amended, field, at, context.now)?;
    }
    let mut fact = Fact::Corrected { field, old, new, reason, deadlines: Vec::new(), parts: Vec::new() };
    if field == CorrectableField::ReceivedAt {
        let moved = deadlines(&with(events, &fact, context.now), &dossier.time_limit, context)?;
        if let Fact::Corrected { deadlines, .. } = &mut fact {
            *deadlines = moved;
        }
        // Parts are judged by the deadlines as they are now.
        let judged_by = part_dues(&with(events, &fact, context.now), &context.yardstick());
        if let Fact::Corrected { parts, .. } = &mut fact {
            *parts = judged_by;
        }
    }
    Ok(fact)
}

/// The life as it is told once this correction has been entered.
fn with(events: &[Event], correction: &Fact, now: DateTime<Utc>) -> Vec<Event> {
    let next = Event {
        seq: u32::try_from(events.len()).unwrap_or(u32::MAX).saturating_add(1),
        occurred_at: now,
        recorded_at: now,
        officer: None,
        fact: correction.clone(),
    };
    amend(&[events, &[next]].concat()).into_owned()
}

/// A correction that corrects nothing would only count as one.
fn is_the_same(field: CorrectableField, old: Option<&str>, new: &str) -> bool {
    if field.is_time() {
        let moment = |text: &str| text.parse::<DateTime<Utc>>().ok();
        return old.and_then(moment).is_some_and(|old| Some(old) == moment(new));
    }
    old.unwrap_or_default() == new
}

/// The value a field holds; the outer `None` when there is nothing to correct.
fn current(amended: &[Event], field: CorrectableField) -> Option<Option<String>> {
    use CorrectableField as Field;
    if field.is_time() {
        let place = moment_of(field, amended)?;
        return Some(Some(amended[place].occurred_at.to_rfc3339()));
    }
    amended.iter().find_map(|event| match &event.fact {
        Fact::Resolved { outcome, .. } if field == Field::Outcome => Some(Some(outcome.as_str().to_owned())),
        Fact::Registered(registration) => {
            let applicant = &registration.particulars.applicant;
            match field {
                Field::Channel => Some(Some(registration.channel.as_str().to_owned())),
                Field::RequestSummary => Some(registration.particulars.request_summary.clone()),
                Field::ApplicantName => Some(Some(applicant.name.clone())),
                Field::ApplicantKind => Some(Some(applicant.kind.as_str().to_owned())),
                Field::ApplicantIdNumber => Some(applicant.id_number.clone()),
                Field::ApplicantPhone => Some(applicant.phone.clone()),
                Field::ApplicantEmail => Some(applicant.email.clone()),
                Field::ApplicantAddress => Some(applicant.address.clone()),
                Field::ReceivedAt | Field::ResolvedAt | Field::ReturnedAt | Field::Outcome => None,
            }
        }
        _ => None,
    })
}

/// A corrected moment stays between the act before and the act after.
fn check_order(
    amended: &[Event],
    field: CorrectableField,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let Some(place) = moment_of(field, amended) else { return Ok(()) };
    let own = amended[place].occurred_at;
    let earliest = amended[..place]
        .iter()
        // In person, registering moves along with receiving.
        .filter(|event| !(matches!(event.fact, Fact::Registered(_)) && event.occurred_at == own))
        .map(|event| event.occurred_at)
        .max()
        .unwrap_or(DateTime::<Utc>::MIN_UTC);
    let latest = amended[place + 1..].iter().map(|event| event.occurred_at).min().unwrap_or(now).min(now);
    if (earliest..=latest).contains(&at) {
        Ok(())
    } else {
        Err(Refusal::CorrectionOutOfOrder { earliest, latest })
    }
}

/// Every deadline of this life, counted again.
fn deadlines(
    amended: &[Event],
    limit: &TimeLimit,
    context: &Context<'_>,
) -> Result<Vec<(u32, Deadline)>, Refusal> {
    let (mut started, mut since) = (None, None);
    let mut pauses: Vec<Pause> = Vec::new();
    let mut counted = Vec::new();
    for event in amended {
        let at = event.occurred_at;
        match &event.fact {
            Fact::Received { .. } | Fact::Supplied { mode: SupplementMode::Restart, .. } => {
                started = Some(at);
                pauses.clear();
            }
            Fact::SupplementRequested { .. } | Fact::PaymentRequested { .. } => {
                since = Some(at);
                continue;
            }
            Fact::Supplied { .. } | Fact::Paid { .. } => {
                pauses.extend(since.take().map(|from| Pause { from, to: at }));
            }
            // What was counted again by hand was counted from the wrong start as well.
            Fact::DueRecomputed { .. } => {}
            _ => continue,
        }
        if let Some(started) = started {
            counted.push((event.seq, deadline(context.calendar, started, limit, &pauses)?));
        }
    }
    Ok(counted)
}
