//! `DELETE /sessions/current`: the session ends at once.

use super::desk::Desk;
use super::{Officer, store};
use crate::failure::Failure;
use crate::http::{House, Problem, Reply};
use actix_web::web::Data;
use actix_web::{HttpResponse, delete};

/// Signs out. Its tokens are worth nothing from now on.
#[utoipa::path(tag = "sessions", responses((status = 204)))]
#[delete("/sessions/current")]
pub async fn end_session(
    house: Data<House>,
    desk: Data<Desk>,
    officer: Officer,
) -> Result<HttpResponse, Problem> {
    let (session, now) = (officer.session, house.clock.now());
    house
        .db
        .write(move |conn| store::revoke(conn, session, now))
        .await
        .map_err(|failure: Failure| failure)?;
    desk.forget_session(session);
    Ok(Reply::nothing().into_response())
}
