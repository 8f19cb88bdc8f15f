//! `GET /sessions`, `DELETE /sessions/{id}`, `DELETE /sessions`: where one is signed in, and signing out there.

use super::desk::Desk;
use super::{Officer, store};
use crate::domain::ids::SessionId;
use crate::domain::local_time::local;
use crate::failure::{Failure, Thing};
use crate::http::{House, Listed, Problem, Reply, Segment};
use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;

/// One sign-in that has not ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunningSession)]
pub struct SessionView {
    #[schema(value_type = uuid::Uuid)]
    pub id: SessionId,
    /// `browser` for the pages, `api` for whoever holds tokens.
    pub kind: &'static str,
    pub created_at: DateTime<FixedOffset>,
    /// When it ends by itself.
    pub expires_at: DateTime<FixedOffset>,
    /// The session that asks.
    pub current: bool,
}

/// Where one is signed in, the newest first.
#[utoipa::path(tag = "sessions", responses((status = 200, body = Listed<SessionView>)))]
#[get("/sessions")]
pub async fn list_sessions(house: Data<House>, officer: Officer) -> Result<HttpResponse, Problem> {
    let (id, now) = (officer.id, house.clock.now());
    let rows = house.db.read(move |conn| store::sessions_of(conn, id, now)).await?;
    let items = rows
        .into_iter()
        .map(|row| SessionView {
            id: row.id,
            kind: if row.cookie_hash.is_some() { "browser" } else { "api" },
            created_at: local(row.created_at.0),
            expires_at: local(row.expires_at.0),
            current: row.id == officer.session,
        })
        .collect();
    Ok(HttpResponse::Ok().json(Listed { items, next: None, count: None }))
}

/// Ends one of one's own sessions at once.
#[utoipa::path(tag = "sessions", responses((status = 204)))]
#[delete("/sessions/{id}")]
pub async fn end_own_session(
    house: Data<House>,
    desk: Data<Desk>,
    officer: Officer,
    id: Segment<SessionId>,
) -> Result<HttpResponse, Problem> {
    let (session, owner, now) = (id.into_inner(), officer.id, house.clock.now());
    if !house.db.write(move |conn| store::revoke_own(conn, owner, session, now)).await? {
        return Err(Failure::NotFound(Thing::Session).into());
    }
    desk.forget_session(session);
    Ok(Reply::nothing().into_response())
}

/// Signs out everywhere else; the session that asks goes on.
#[utoipa::path(tag = "sessions", responses((status = 204)))]
#[delete("/sessions")]
pub async fn end_other_sessions(
    house: Data<House>,
    desk: Data<Desk>,
    officer: Officer,
) -> Result<HttpResponse, Problem> {
    let (owner, kept, now) = (officer.id, officer.session, house.clock.now());
    house
        .db
        .write(move |conn| store::revoke_all(conn, owner, Some(kept), now))
        .await
        .map_err(|failure: Failure| failure)?;
    desk.forget_officer(owner);
    Ok(Reply::nothing().into_response())
}
