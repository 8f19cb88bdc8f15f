//! The hand-overs of a dossier, each with the verdict on the part of the way that ended with it (form 05 of
//! TT 01/2018, form 06 of TT 03/2025).
//! How a part is judged: `domain/parts.rs`.

use super::facts::Facts;
use crate::documents::forms::{Leg, wording};
use crate::domain::event::{Event, Fact, ResultKind};
use crate::domain::parts::{Holding, Yardstick};
use crate::domain::punctuality::Timeliness;
use crate::reference::Reference;
use chrono::{DateTime, Utc};

const APPLICANT: &str = "Người nộp hồ sơ";
const COUNTER: &str = "Bộ phận Một cửa";
const HANDLER: &str = "Bộ phận giải quyết hồ sơ";

/// Who has it, and since when.
struct Holder {
    unit: String,
    name: String,
    /// The part of the way that is going on.
    since: DateTime<Utc>,
    /// It has not left the counter.
    at_counter: bool,
    /// The code of the step of the internal process.
    step: Option<String>,
}

/// The hand-overs, oldest first.
pub fn legs(facts: &Facts<'_>, reference: &Reference) -> Vec<Leg> {
    let mut legs = Vec::new();
    let mut due_on = None;
    let mut holder: Option<Holder> = None;
    for event in &facts.events {
        if let Some(deadline) = event.fact.deadline() {
            due_on = Some(deadline.due_on);
        }
        let at = event.occurred_at;
        match &event.fact {
            Fact::Received { .. } => {
                let name = facts.name(event.officer);
                legs.push(leg((APPLICANT, &facts.person().name), (COUNTER, &name), at, None, ""));
                let unit = COUNTER.to_owned();
                holder = Some(Holder { unit, name, since: at, at_counter: true, step: None });
            }
            Fact::Forwarded { to_officer, to_step, note, .. } => {
                let Some(from) = holder.take() else { continue };
                let verdict =
                    judged(facts, reference, &from, |yardstick, held| yardstick.judge(held, due_on, at));
                let unit = step_name(facts, to_step.as_deref()).unwrap_or(HANDLER).to_owned();
                let name = facts.name(*to_officer);
                legs.push(leg(
                    (&from.unit, &from.name),
                    (&unit, &name),
                    at,
                    verdict,
                    note.as_deref().unwrap_or_default(),
                ));
                holder = Some(Holder { unit, name, since: at, at_counter: false, step: to_step.clone() });
            }
            Fact::Supplied { .. } | Fact::Paid { .. } => {
                if let Some(holder) = &mut holder {
                    holder.since = at;
                }
            }
            Fact::Resolved { outcome, timeliness, .. } => {
                let Some(from) = holder.take() else { continue };
                let whole = verdict_of(facts, event, *timeliness);
                let verdict = judged(facts, reference, &from, |yardstick, held| {
                    yardstick.judge_last(held, due_on, at, whole)
                });
                let note = match outcome {
                    ResultKind::Granted => "Có kết quả",
                    ResultKind::Denied => "Không chấp thuận",
                };
                legs.push(leg((&from.unit, &from.name), (COUNTER, ""), at, verdict, note));
                let unit = COUNTER.to_owned();
                holder = Some(Holder { unit, name: String::new(), since: at, at_counter: true, step: None });
            }
            Fact::Returned { channel, received_by } => {
                let receiver = received_by.as_deref().unwrap_or(&facts.person().name);
                let name = facts.name(event.officer);
                let note = wording::return_channel(*channel);
                legs.push(leg((COUNTER, &name), (APPLICANT, receiver), at, None, note));
            }
            _ => {}
        }
    }
    legs
}

/// How the dossier as a whole stands judged: a correction of its moments moves the verdict with it.
fn verdict_of(facts: &Facts<'_>, event: &Event, told: Timeliness) -> Option<Timeliness> {
    let resolved = facts.dossier.resolved.as_ref().filter(|resolved| resolved.at == event.occurred_at);
    Some(resolved.map_or(told, |resolved| resolved.timeliness))
}

fn leg(
    from: (&str, &str),
    to: (&str, &str),
    at: DateTime<Utc>,
    verdict: Option<Timeliness>,
    note: &str,
) -> Leg {
    Leg {
        from: from.0.to_owned(),
        to: to.0.to_owned(),
        from_name: from.1.to_owned(),
        to_name: to.1.to_owned(),
        at: wording::moment(at),
        verdict: verdict.map(wording::verdict).unwrap_or_default().to_owned(),
        note: note.to_owned(),
    }
}

fn step_name<'f>(facts: &'f Facts<'_>, code: Option<&str>) -> Option<&'f str> {
    let code = code?;
    facts.version.steps.iter().find(|step| step.code == code).map(|step| step.name.as_str())
}

/// As the parts of the way are judged everywhere; none where the calendar does not say.
fn judged(
    facts: &Facts<'_>,
    reference: &Reference,
    holder: &Holder,
    judge: impl FnOnce(&Yardstick<'_>, &Holding) -> Option<Timeliness>,
) -> Option<Timeliness> {
    let shares: Vec<(&str, u32)> =
        facts.version.steps.iter().map(|step| (step.code.as_str(), step.share_percent)).collect();
    let yardstick = Yardstick {
        calendar: &reference.calendar,
        cutoff: reference.rule_set(&facts.dossier.rule_set).map(|rules| rules.handover_cutoff),
        limit: &facts.dossier.time_limit,
        shares: &shares,
    };
    let Holder { since, at_counter, step, .. } = holder;
    let holding = Holding { officer: None, step: step.clone(), at_counter: *at_counter, since: *since };
    judge(&yardstick, &holding)
}
