//! `POST /sessions`: a name and a password for a session.
//!
//! A wrong name and a wrong password look the same and take the same time. After `FREE_TRIES` failures under a
//! name each further try has to wait, twice as long every time; the count is in the database, so that instances
//! share it. There is no idempotency here: two sign-ins are two sessions.

use super::desk::Desk;
use super::password::{self, Password};
use super::show::OfficerView;
use super::{store, token};
use crate::domain::ids::SessionId;
use crate::domain::people;
use crate::failure::{Failure, Fields, Outcome};
use crate::http::{Body, House, Problem, Reply, SignInTry};
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Wrong passwords that cost nothing: people mistype.
const FREE_TRIES: i32 = 5;
const FIRST_WAIT: Duration = Duration::seconds(5);
/// Nobody is kept out for longer by somebody else's guessing.
const LONGEST_WAIT: Duration = Duration::minutes(5);
/// Longer names do not exist, and are not counted.
const LONGEST_NAME: usize = 64;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    username: String,
    password: String,
}

/// A session with its two tokens.
#[derive(Serialize, ToSchema)]
pub struct Session {
    /// `Authorization: Bearer` of the next requests.
    pub access_token: String,
    /// Buys the next pair of tokens, once: `POST /sessions/refresh`.
    pub refresh_token: String,
    /// Seconds the access token is good for.
    pub expires_in: i64,
    pub officer: OfficerView,
}

/// Signs in. 401 `sign-in-failed`; 429 `too-many-sign-ins` after many failures under one name.
#[utoipa::path(tag = "sessions", request_body = Credentials, responses((status = 201, body = Session)))]
#[post("/sessions")]
pub async fn create_session(
    house: Data<House>,
    desk: Data<Desk>,
    _within_limits: SignInTry,
    body: Body<Credentials>,
) -> Result<HttpResponse, Problem> {
    let (row, counted) = recognised(&house, &desk, body.into_inner()).await?;
    let now = house.clock.now();
    let (session, refresh_token) = (SessionId::at(now), token::random());
    let (officer, refresh_hash, life) = (row.id, token::hashed(&refresh_token), desk.settings.session_life);
    house
        .db
        .write(move |conn| {
            if let Some(username) = &counted {
                store::clear_failures(conn, username)?;
            }
            store::insert_session(conn, session, officer, &refresh_hash, now, life)
        })
        .await?;
    let session = Session {
        access_token: desk.signer.sign(officer, session, now, desk.settings.access_life)?,
        refresh_token,
        expires_in: desk.settings.access_life.num_seconds(),
        officer: OfficerView::of(row)?,
    };
    Ok(created(&session)?)
}

/// Signs a browser in: the secret for its cookie. The same refusals as [`create_session`].
pub async fn sign_in_browser(
    house: &House,
    desk: &Desk,
    username: String,
    password: String,
) -> Result<String, Problem> {
    let (row, counted) = recognised(house, desk, Credentials { username, password }).await?;
    let now = house.clock.now();
    let (session, secret, life) = (SessionId::at(now), token::random(), desk.settings.page_life);
    let cookie_hash = token::hashed(&secret);
    house
        .db
        .write(move |conn| {
            if let Some(username) = &counted {
                store::clear_failures(conn, username)?;
            }
            // Nobody knows a refresh token to this hash: a browser's session is not renewed.
            store::insert_session(conn, session, row.id, &token::hashed(&token::random()), now, life)?;
            store::give_cookie(conn, session, &cookie_hash)
        })
        .await?;
    Ok(secret)
}

/// The account that this name and password are of; with the name, if failures are counted under it.
async fn recognised(
    house: &House,
    desk: &Desk,
    typed: Credentials,
) -> Result<(store::OfficerRow, Option<String>), Problem> {
    let mut fields = Fields::new();
    let username = fields.take("/username", people::line(&typed.username, 200));
    let password = Password::typed(&typed.password).filter(|_| !typed.password.is_empty());
    fields.check(!typed.password.is_empty(), "/password", "empty");
    let username = fields.done(|| username)?.to_lowercase();

    // Inside the queue, so that the failures of those before us are counted.
    let turn = desk.turn().await?;
    let now = house.clock.now();
    let name = username.clone();
    let (account, failures) = house
        .db
        .read(move |conn| {
            Ok::<_, Failure>((store::officer_named(conn, &name)?, store::failures(conn, &name)?))
        })
        .await?;
    if let Some(wait) = failures.and_then(|(failures, last)| still_to_wait(failures, last, now)) {
        return Err(Problem::too_many("too-many-sign-ins", wait));
    }
    let (row, hash) = match account {
        Some((row, hash)) if row.active => (Some(row), hash),
        _ => (None, desk.nobodys_hash.clone()),
    };
    let fits = match password {
        Some(password) => password::fits_in_pool(password, hash).await?,
        None => false,
    };
    drop(turn);

    match row.filter(|_| fits) {
        Some(row) => Ok((row, failures.map(|_| username))),
        None => {
            if username.chars().count() <= LONGEST_NAME {
                house.db.write(move |conn| store::count_failure(conn, &username, now)).await?;
            }
            Err(Problem::new(StatusCode::UNAUTHORIZED, "sign-in-failed"))
        }
    }
}

fn created(session: &Session) -> Outcome<HttpResponse> {
    Ok(Reply::created("/sessions/current", session)?.into_response())
}

/// How long the next try has to wait.
fn still_to_wait(failures: i32, last: DateTime<Utc>, now: DateTime<Utc>) -> Option<std::time::Duration> {
    let doublings = u32::try_from(failures.checked_sub(FREE_TRIES)?).ok()?;
    let wait = 2_i32
        .checked_pow(doublings)
        .and_then(|times| FIRST_WAIT.checked_mul(times))
        .map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT));
    (last + wait - now).to_std().ok().filter(|wait| !wait.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_after_the_free_tries_doubles_the_wait_up_to_five_minutes() {
        let last = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let wait = |failures| still_to_wait(failures, last, last).map(|wait| wait.as_secs());
        assert_eq!(wait(4), None);
        assert_eq!((wait(5), wait(6), wait(7)), (Some(5), Some(10), Some(20)));
        assert_eq!((wait(11), wait(40), wait(i32::MAX)), (Some(300), Some(300), Some(300)));
        assert_eq!(still_to_wait(5, last, last + Duration::seconds(4)).map(|w| w.as_secs()), Some(1));
        assert_eq!(still_to_wait(5, last, last + Duration::seconds(5)), None);
    }
}
