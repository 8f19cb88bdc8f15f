//! The hand-overs of a dossier, each with the verdict on the part of the way that ended with it (form 05 of
//! TT 01/2018, form 06 of TT 03/2025).
//! How a part is judged: `domain/parts.rs`.

use super::facts::Facts;
use crate::documents::forms::{Leg, wording};
use crate::domain::event::{Fact, ResultKind};
use crate::domain::parts::parts;
use crate::domain::punctuality::Timeliness;
use chrono::{DateTime, Utc};

const APPLICANT: &str = "Người nộp hồ sơ";
const COUNTER: &str = "Bộ phận Một cửa";
const HANDLER: &str = "Bộ phận giải quyết hồ sơ";

/// Who has it.
struct Holder {
    unit: String,
    name: String,
}

/// The hand-overs, oldest first.
pub fn legs(facts: &Facts<'_>) -> Vec<Leg> {
    let mut legs = Vec::new();
    let mut holder: Option<Holder> = None;
    let parts = parts(&facts.events);
    let verdict_of = |seq| parts.iter().find(|part| part.ended_by == seq)?.verdict;
    for event in &facts.events {
        let at = event.occurred_at;
        match &event.fact {
            Fact::Received { .. } => {
                let name = facts.name(event.officer);
                legs.push(leg((APPLICANT, &facts.person().name), (COUNTER, &name), at, None, ""));
                let unit = COUNTER.to_owned();
                holder = Some(Holder { unit, name });
            }
            Fact::Forwarded { to_officer, to_step, note, .. } => {
                let Some(from) = holder.take() else { continue };
                let unit = step_name(facts, to_step.as_deref()).unwrap_or(HANDLER).to_owned();
                let name = facts.name(*to_officer);
                legs.push(leg(
                    (&from.unit, &from.name),
                    (&unit, &name),
                    at,
                    verdict_of(event.seq),
                    note.as_deref().unwrap_or_default(),
                ));
                holder = Some(Holder { unit, name });
            }
            Fact::Resolved { outcome, .. } => {
                let Some(from) = holder.take() else { continue };
                let note = match outcome {
                    ResultKind::Granted => "Có kết quả",
                    ResultKind::Denied => "Không chấp thuận",
                };
                let verdict = verdict_of(event.seq);
                legs.push(leg((&from.unit, &from.name), (COUNTER, ""), at, verdict, note));
                holder = Some(Holder { unit: COUNTER.to_owned(), name: String::new() });
            }
            Fact::Returned { channel, received_by } => {
                let receiver = received_by.as_deref().unwrap_or(&facts.person().name);
                let name = facts.name(event.officer);
                let note = wording::return_channel(*channel);
                legs.push(leg((COUNTER, &name), (APPLICANT, receiver), at, None, note));
            }
            // It was not handed over after all: nothing comes between the two.
            Fact::ReturnUndone { .. } => drop(legs.pop()),
            _ => {}
        }
    }
    legs
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
