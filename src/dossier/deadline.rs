//! `GET /dossiers/{code}/deadline`: how the due date of this dossier came about, restarts and waits included.

use super::store;
use crate::account::Officer;
use crate::calendar::ExplainedDay;
use crate::domain::calendar::Calendar;
use crate::domain::catalogue::SupplementMode;
use crate::domain::deadline::explain;
use crate::domain::dossier::Dossier;
use crate::domain::event::{Event, Fact};
use crate::domain::local_time::{day_of, local};
use crate::domain::refusal::Refusal;
use crate::failure::Failure;
use crate::http::{House, Lang, Problem, Segment};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

/// The due date of a dossier and how it came about.
#[derive(Debug, Serialize, ToSchema)]
pub struct DossierDeadline {
    pub code: String,
    pub time_limit: String,
    /// The rules it was received under.
    pub rule_set: String,
    /// Null while no clock has started.
    pub due_on: Option<NaiveDate>,
    pub due_at: Option<DateTime<FixedOffset>>,
    /// As first promised on the receipt.
    pub first_due_on: Option<NaiveDate>,
    pub reappointed_due_on: Option<NaiveDate>,
    pub apology_due_on: Option<NaiveDate>,
    pub provisional: bool,
    /// Since when the limit is counted: receipt, or the last supplement that counted from zero.
    pub clock_started_at: Option<DateTime<FixedOffset>>,
    /// Working days since the first receipt, restarts and waits included, until it ended or today: what the citizen
    /// has lived through, beside the official time.
    pub elapsed_working_days: Option<u32>,
    /// Every due date there was, in order, and what set it.
    pub promises: Vec<Promise>,
    /// Times in which the agency's clock stood still; the last may not have ended.
    pub waits: Vec<Wait>,
    /// Day by day since `clock_started_at`. Empty while no clock runs, or where the calendar has changed since and
    /// the earlier promise was kept.
    pub explanation: Vec<ExplainedDay>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Promise {
    /// received, supplied, paid, due_recomputed
    pub set_by: &'static str,
    pub at: DateTime<FixedOffset>,
    pub due_on: NaiveDate,
    /// The limit was counted again from zero.
    pub restarted: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Wait {
    /// supplement_requested, payment_requested
    pub what: &'static str,
    pub from: DateTime<FixedOffset>,
    pub to: Option<DateTime<FixedOffset>>,
}

/// Explains a due date day by day. Officers of the branch, the department office, administrators.
#[utoipa::path(tag = "dossiers", responses((status = 200, body = DossierDeadline)))]
#[get("/dossiers/{code}/deadline")]
pub async fn dossier_deadline(
    house: Data<House>,
    lang: Lang,
    officer: Officer,
    code: Segment<String>,
) -> Result<HttpResponse, Problem> {
    let (references, today) = (house.references.clone(), day_of(house.clock.now()));
    let explained = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let row = store::by_code(c, &code)?;
            officer.sees(row.branch_id)?;
            let dossier = row.dossier()?;
            let entered = store::events(c, row.id)?;
            let events = crate::domain::dossier::amend(&entered);
            let clock = dossier.clock.as_ref();
            let explanation = match clock {
                Some(clock) => {
                    let (deadline, steps) =
                        explain(&reference.calendar, clock.started_at, &dossier.time_limit, &clock.pauses)
                            .map_err(|missing| Failure::from(Refusal::from(missing)))?;
                    let holds = deadline.due_on == clock.deadline.due_on;
                    steps.iter().filter(|_| holds).map(|step| ExplainedDay::of(step, lang)).collect()
                }
                None => Vec::new(),
            };
            Ok::<_, Failure>(DossierDeadline {
                time_limit: dossier.time_limit.to_string(),
                rule_set: dossier.rule_set.clone(),
                due_on: dossier.due_on(),
                due_at: clock.map(|clock| local(clock.deadline.due_at)),
                first_due_on: dossier.first_due_on,
                reappointed_due_on: dossier.reappointed_due_on,
                apology_due_on: clock.map(|clock| clock.deadline.apology_due_on),
                provisional: clock.is_some_and(|clock| clock.deadline.provisional),
                clock_started_at: clock.map(|clock| local(clock.started_at)),
                elapsed_working_days: elapsed(&reference.calendar, &dossier, today),
                promises: events.iter().filter_map(promise).collect(),
                waits: waits(&events),
                explanation,
                code: dossier.code,
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(explained))
}

fn elapsed(calendar: &Calendar, dossier: &Dossier, today: NaiveDate) -> Option<u32> {
    let ended = dossier.resolved.as_ref().map(|resolution| resolution.at).or(dossier.closed_at);
    let until = ended.map_or(today, day_of);
    calendar.working_days_between(day_of(dossier.received_at?), until).ok()
}

fn promise(event: &Event) -> Option<Promise> {
    let deadline = event.fact.deadline()?;
    let restarted = matches!(event.fact, Fact::Supplied { mode: SupplementMode::Restart, .. });
    Some(Promise {
        set_by: event.fact.kind(),
        at: local(event.occurred_at),
        due_on: deadline.due_on,
        restarted,
    })
}

fn waits(events: &[Event]) -> Vec<Wait> {
    let mut waits: Vec<Wait> = Vec::new();
    for event in events {
        match event.fact {
            Fact::SupplementRequested { .. } | Fact::PaymentRequested { .. } => {
                waits.push(Wait { what: event.fact.kind(), from: local(event.occurred_at), to: None });
            }
            // Whatever comes next ends the wait: what was waited for, a withdrawal, a stop.
            Fact::Supplied { .. } | Fact::Paid { .. } | Fact::Withdrawn { .. } | Fact::Stopped { .. } => {
                if let Some(last) = waits.last_mut().filter(|wait| wait.to.is_none()) {
                    last.to = Some(local(event.occurred_at));
                }
            }
            _ => {}
        }
    }
    waits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::at;

    #[test]
    fn a_wait_ends_with_what_came_next() {
        let event = |seq, when: &str, fact| Event {
            seq,
            occurred_at: at(when),
            recorded_at: at(when),
            officer: None,
            fact,
        };
        let told = waits(&[
            event(1, "2020-01-20 09:00", Fact::PaymentRequested { amount: 1, reason: "phí".into() }),
            event(2, "2020-01-21 09:00", Fact::Withdrawn { reason: "đổi ý".into(), past_due: false }),
        ]);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].to, Some(local(at("2020-01-21 09:00"))));
    }
}
