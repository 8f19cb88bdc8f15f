//! `GET /dossiers/{code}/events`: the story of a dossier, oldest first, with the hash that chains each event to
//! the one before.

use super::row::EventRow;
use super::viewed::Views;
use super::{store, view};
use crate::account::Officer;
use crate::domain::local_time::local;
use crate::failure::{Failure, Outcome};
use crate::http::{House, Problem, Segment};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, FixedOffset, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// One event. The facts of its kind stand beside these members.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DossierEvent)]
pub struct EventView {
    pub seq: i32,
    /// registered, received, refused, forwarded, supplement_requested, supplied, payment_requested, paid, reappointed,
    /// apology_issued, resolved, returned, return_undone, surveyed, withdrawn, stopped, due_recomputed, corrected
    pub kind: String,
    /// When it happened.
    pub occurred_at: DateTime<FixedOffset>,
    /// When the system was told.
    pub recorded_at: DateTime<FixedOffset>,
    /// Username; null where a job or an import did it.
    pub officer: Option<String>,
    /// SHA-256 over the hash before and this event.
    pub hash: String,
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub facts: Map<String, Value>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DossierHistory)]
pub struct History {
    pub items: Vec<EventView>,
    /// Always null: a history comes whole.
    pub next: Option<String>,
}

/// The story of a dossier, oldest first.
#[utoipa::path(tag = "dossiers", responses((status = 200, body = History)))]
#[get("/dossiers/{code}/events")]
pub async fn dossier_history(
    house: Data<House>,
    views: Data<Views>,
    officer: Officer,
    code: Segment<String>,
) -> Result<HttpResponse, Problem> {
    let who = officer.id;
    let (id, branch, items) = house
        .db
        .snapshot(move |c| {
            let row = store::by_code(c, &code)?;
            officer.sees(row.branch_id)?;
            let rows = store::event_rows(c, row.id)?;
            let names = view::holders(c, rows.iter().filter_map(|event| event.officer_id))?;
            let items = rows
                .into_iter()
                .map(|event| {
                    let officer =
                        event.officer_id.and_then(|id| names.get(&id)).map(|(name, _)| name.clone());
                    show(event, officer)
                })
                .collect::<Outcome<Vec<_>>>()?;
            Ok::<_, Failure>((row.id, row.branch_id, items))
        })
        .await?;
    views.note(id, branch, who, house.clock.now(), "events");
    Ok(HttpResponse::Ok().json(History { items, next: None }))
}

fn show(event: EventRow, officer: Option<String>) -> Outcome<EventView> {
    let Ok(Value::Object(mut facts)) = event.facts.value() else {
        return Err(Failure::Broken(format!("event {} of {} has no facts", event.seq, event.dossier_id)));
    };
    facts.values_mut().for_each(at_the_counter);
    for (name, value) in &mut facts {
        moment_at_the_counter(name, value);
    }
    Ok(EventView {
        seq: event.seq,
        kind: event.kind,
        occurred_at: local(event.occurred_at.0),
        recorded_at: local(event.recorded_at.0),
        officer,
        hash: event.hash,
        facts,
    })
}

/// Moments inside facts are kept in UTC and shown at +07:00 like all others.
fn at_the_counter(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                moment_at_the_counter(name, member);
                at_the_counter(member);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(at_the_counter),
        _ => {}
    }
}

fn moment_at_the_counter(name: &str, value: &mut Value) {
    if name.ends_with("_at")
        && let Some(at) = value.as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok())
    {
        *value = Value::String(local(at).to_rfc3339());
    }
}
