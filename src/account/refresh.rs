//! `POST /sessions/refresh`: the next pair of tokens for a refresh token, which is spent by that.
//!
//! A spent token that comes again was copied: whoever has the copy loses the session together with its owner.

use super::desk::Desk;
use super::show::OfficerView;
use super::sign_in::Session;
use super::{store, token};
use crate::domain::ids::SessionId;
use crate::failure::{Failure, Outcome};
use crate::http::{Body, House, Problem, Reply, SignInTry};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    refresh_token: String,
}

/// Renews a session. 401 for a token that is spent, unknown, or of a session that has ended.
#[utoipa::path(tag = "sessions", request_body = Refresh, responses((status = 200, body = Session)))]
#[post("/sessions/refresh")]
pub async fn refresh_session(
    house: Data<House>,
    desk: Data<Desk>,
    _within_limits: SignInTry,
    body: Body<Refresh>,
) -> Result<HttpResponse, Problem> {
    let (clock, life) = (house.clock.clone(), desk.settings.session_life);
    let next = token::random();
    let (spent, next_hash) = (token::hashed(&body.refresh_token), token::hashed(&next));
    let renewed = house
        .db
        .write(move |conn| {
            let now = clock.now();
            let Some(session) = store::rotate(conn, &spent, &next_hash, now, life)? else {
                // Not an error of the transaction: a revocation has to stand.
                return Ok(Renewed::Not { revoked: store::revoke_where_spent(conn, &spent, now)? });
            };
            match store::officer_of_session(conn, session, now)? {
                Some(officer) => Ok(Renewed::To { session, now, row: store::officer(conn, officer.id)? }),
                None => Ok(Renewed::Not { revoked: Some(session) }),
            }
        })
        .await
        .map_err(|failure: Failure| failure)?;
    match renewed {
        Renewed::To { session, now, row } => {
            let access_token = desk.signer.sign(row.id, session, now, desk.settings.access_life)?;
            let expires_in = desk.settings.access_life.num_seconds();
            let officer = OfficerView::of(row)?;
            Ok(answer(&Session { access_token, refresh_token: next, expires_in, officer })?)
        }
        Renewed::Not { revoked } => {
            if let Some(session) = revoked {
                tracing::warn!(%session, "a spent refresh token came again; the session has ended");
                desk.forget_session(session);
            }
            Err(Problem::unauthenticated())
        }
    }
}

enum Renewed {
    To { session: SessionId, now: chrono::DateTime<chrono::Utc>, row: store::OfficerRow },
    Not { revoked: Option<SessionId> },
}

fn answer(session: &Session) -> Outcome<HttpResponse> {
    Ok(Reply::ok(session)?.into_response())
}
