//! The desk at the entrance: knows the signing key, remembers for a few seconds who was seen, and lets only a few
//! passwords be checked at once. One for each process.

use super::officer::Officer;
use super::password::{self, Password};
use super::store;
use super::token::{self, Signer};
use crate::config::Config;
use crate::db::{Conn, secrets};
use crate::domain::ids::{OfficerId, SessionId};
use crate::failure::{Failure, Outcome};
use crate::http::{House, Problem};
use actix_web::body::MessageBody;
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use chrono::Duration;
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::{Semaphore, SemaphorePermit};

#[derive(Debug, Clone)]
pub struct Settings {
    /// Signs access tokens. `None`: the installation's own, from its database, shared by all instances.
    pub session_key: Option<SecretString>,
    /// How long an access token is good.
    pub access_life: Duration,
    /// A session that was not refreshed for so long has ended.
    pub session_life: Duration,
    /// A browser that signed in so long ago signs in again: a working day.
    pub page_life: Duration,
    /// Passwords checked at once; the rest wait.
    pub hashing_at_once: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            session_key: None,
            access_life: Duration::minutes(10),
            session_life: Duration::days(14),
            page_life: Duration::hours(12),
            hashing_at_once: 2,
        }
    }
}

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        Self {
            session_key: config.auth.session_key.clone(),
            access_life: Duration::minutes(config.auth.access_minutes.into()),
            session_life: Duration::days(config.auth.refresh_days.into()),
            page_life: Duration::hours(config.auth.page_hours.into()),
            ..Self::default()
        }
    }
}

/// Another instance's revocation is noticed after so long; our own at once.
const REMEMBERED: std::time::Duration = std::time::Duration::from_secs(5);
/// Officers remembered at most: more than any installation has.
const MOST_REMEMBERED: usize = 10_000;

pub struct Desk {
    pub(super) settings: Settings,
    pub(super) signer: Signer,
    hashing: Semaphore,
    /// Checked where there is no such account, so that a missing one takes as long as a wrong password.
    pub(super) nobodys_hash: String,
    remembered: Mutex<HashMap<SessionId, (Instant, Officer)>>,
}

impl Desk {
    /// Opens the desk.
    ///
    /// # Errors
    /// When the database does not give the signing key.
    pub async fn open(house: &House, settings: Settings) -> Outcome<Self> {
        let key = match &settings.session_key {
            Some(key) => key.clone(),
            None => {
                let made = |conn: &mut Conn<'_>| secrets::get_or_make(conn, "session_key", token::random);
                house.db.write(move |conn| made(conn).map_err(Failure::from)).await?.into()
            }
        };
        let nobody = Password::typed(&token::random())
            .ok_or_else(|| Failure::Broken("a random password is too long".into()))?;
        Ok(Self {
            hashing: Semaphore::new(settings.hashing_at_once.max(1)),
            settings,
            signer: Signer::new(key.expose_secret()),
            nobodys_hash: password::hash_in_pool(nobody).await?,
            remembered: Mutex::default(),
        })
    }

    /// Whose token this is.
    ///
    /// # Errors
    /// 401 for a token that is not ours, expired, or of a session that has ended.
    async fn identify(&self, house: &House, token: &str) -> Result<Officer, Problem> {
        let now = house.clock.now();
        let invalid = || {
            Problem::unauthenticated()
                .header(header::WWW_AUTHENTICATE, "Bearer realm=\"motcua\", error=\"invalid_token\"")
        };
        let claims = self.signer.read(token, now).ok_or_else(invalid)?;
        if let Some((seen, officer)) = self.remembered().get(&claims.sid)
            && seen.elapsed() < REMEMBERED
        {
            return Ok(officer.clone());
        }
        let found = house.db.read(move |conn| store::officer_of_session(conn, claims.sid, now)).await?;
        let officer = found.filter(|officer| officer.id == claims.sub).ok_or_else(invalid)?;
        let mut remembered = self.remembered();
        if remembered.len() >= MOST_REMEMBERED {
            remembered.retain(|_, (seen, _)| seen.elapsed() < REMEMBERED);
        }
        remembered.insert(claims.sid, (Instant::now(), officer.clone()));
        Ok(officer)
    }

    /// Hashes a new password when its turn comes.
    pub(super) async fn hash(&self, password: Password) -> Outcome<String> {
        let _turn = self.turn().await?;
        password::hash_in_pool(password).await
    }

    /// Waits until one of the few passwords that are checked at once is done.
    pub(super) async fn turn(&self) -> Outcome<SemaphorePermit<'_>> {
        self.hashing.acquire().await.map_err(|_| Failure::Broken("the desk is closed".into()))
    }

    /// The session has ended, or its officer has changed: look again next time.
    pub(super) fn forget_session(&self, session: SessionId) {
        self.remembered().remove(&session);
    }

    pub(super) fn forget_officer(&self, officer: OfficerId) {
        self.remembered().retain(|_, (_, remembered)| remembered.id != officer);
    }

    fn remembered(&self) -> MutexGuard<'_, HashMap<SessionId, (Instant, Officer)>> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who asks, or why that is not known: left on the request for the [`Officer`] parameter.
#[derive(Clone)]
pub(super) struct Identified(pub Result<Officer, Problem>);

/// Lets a request that a page makes of the API be its officer's.
pub fn on_behalf_of(officer: Officer, request: &mut Extensions) {
    request.insert(Identified(Ok(officer)));
}

/// Whose browser this cookie is of; nobody's when its session has ended. Always asked of the database: a session
/// that was ended anywhere is over at once.
///
/// # Errors
/// When the database does not answer.
pub async fn officer_of_browser(house: &House, secret: &str) -> Result<Option<Officer>, Problem> {
    let (now, hash) = (house.clock.now(), token::hashed(secret));
    Ok(house.db.read(move |conn| store::officer_of_cookie(conn, &hash, now)).await?)
}

/// A new secret for a cookie.
pub fn new_secret() -> String {
    token::random()
}

/// Looks at the `Authorization` of every request before its handler is chosen, so that the parameters of a
/// handler are refused in their order and 401 comes before anything that would need a look into the body.
pub async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(given) = request.headers().get(header::AUTHORIZATION) {
        let token = given.to_str().ok().and_then(|given| given.split_once(' '));
        let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let identified = match (token, request.app_data::<Data<House>>(), request.app_data::<Data<Desk>>()) {
            (Some((_, token)), Some(house), Some(desk)) => desk.identify(house, token.trim()).await,
            (None, ..) => Err(Problem::unauthenticated()),
            _ => Err(Problem::broken()),
        };
        request.extensions_mut().insert(Identified(identified));
    }
    next.call(request).await
}
