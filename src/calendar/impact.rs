//! `POST /calendar/impact`: which open dossiers would move if days were added or taken away. Changes nothing.

use super::edit::edited;
use super::year::YearDay;
use crate::account::Admin;
use crate::domain::calendar::Calendar;
use crate::domain::deadline::{Pause, deadline};
use crate::domain::time_limit::TimeLimit;
use crate::failure::Fields;
use crate::http::{Body, House, Problem};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Days that would be special, in the place of what they are.
    #[serde(default)]
    add: Vec<YearDay>,
    /// Days that would be what their weekday says.
    #[serde(default)]
    remove: Vec<NaiveDate>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Impact {
    /// Open dossiers whose clock runs.
    looked_at: usize,
    /// Those that would move, by due date.
    moves: Vec<Move>,
}

/// The running clock of an open dossier: what its due date was computed from.
#[derive(Debug, Clone)]
pub struct OpenClock {
    pub code: String,
    pub branch_code: String,
    /// As promised now.
    pub due_on: NaiveDate,
    pub started_at: DateTime<Utc>,
    pub time_limit: TimeLimit,
    pub pauses: Vec<Pause>,
}

/// A dossier whose due date would be another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Move {
    pub code: String,
    pub branch_code: String,
    /// As promised now.
    pub due_on: NaiveDate,
    /// As the changed calendar has it; null where it does not reach so far.
    pub would_be_due_on: Option<NaiveDate>,
}

/// What would move under `calendar`.
pub fn moves(calendar: &Calendar, open: &[OpenClock]) -> Vec<Move> {
    let mut moves: Vec<Move> = open
        .iter()
        .filter_map(|clock| {
            let computed = deadline(calendar, clock.started_at, &clock.time_limit, &clock.pauses);
            let would_be_due_on = computed.ok().map(|deadline| deadline.due_on);
            (would_be_due_on != Some(clock.due_on)).then(|| Move {
                code: clock.code.clone(),
                branch_code: clock.branch_code.clone(),
                due_on: clock.due_on,
                would_be_due_on,
            })
        })
        .collect();
    moves.sort_by(|a, b| (a.due_on, &a.code).cmp(&(b.due_on, &b.code)));
    moves
}

/// Shows what a change of the calendar would move.
#[utoipa::path(tag = "calendar", request_body = Change, responses((status = 200, body = Impact)))]
#[post("/calendar/impact")]
pub async fn impact(house: Data<House>, _admin: Admin, body: Body<Change>) -> Result<HttpResponse, Problem> {
    let change = body.into_inner();
    let mut fields = Fields::new();
    let days: Vec<_> = (0..)
        .zip(&change.add)
        .filter_map(|(n, day): (usize, _)| day.check(&mut fields, &format!("/add/{n}")))
        .collect();
    let days = fields.done(|| Some(days))?;
    let cache = house.references.clone();
    let impact = house
        .db
        .snapshot(move |conn| {
            let reference = cache.of(conn)?;
            // Each alone, so that the fault names the day; then all together.
            for (n, day) in days.iter().enumerate() {
                edited(&reference.calendar, std::slice::from_ref(day), &[], &format!("/add/{n}"))?;
            }
            let after = edited(&reference.calendar, &days, &change.remove, "/add")?;
            let open = crate::dossier::open_clocks(conn, &reference)?;
            Ok::<_, crate::failure::Failure>(Impact { looked_at: open.len(), moves: moves(&after, &open) })
        })
        .await?;
    Ok(HttpResponse::Ok().json(impact))
}
