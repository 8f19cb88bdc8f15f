//! PostgreSQL: a pool; acts are retried here when the database asks for it.

use super::{Conn, DbError, Fault};
use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, ManageConnection, Pool, PooledConnection, R2D2Connection};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How often an act is tried before its conflict is reported.
const TRIES: u32 = 8;

/// A connection that answered so lately is not asked again whether it still does: the question costs as much as the
/// query it is asked for. Unless another was lost since: where one is gone, all may be.
const TRUSTED: Duration = Duration::from_secs(1);

/// Moments go over the wire as UTC whatever the server's own zone is. No statement is compiled before it runs: that takes
/// a tenth of a second, more than nearly all of them run; a join along many spans is estimated dear enough to set it off.
const SESSION: &str = "set time zone 'UTC'; set jit = off";

#[derive(Clone)]
pub struct Postgres {
    pool: Pool<Manager>,
    losses: Losses,
}

/// How many connections were found lost so far.
#[derive(Clone, Default)]
struct Losses(Arc<AtomicU64>);

impl Losses {
    fn so_far(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

/// A connection, and when it last answered.
struct Held {
    connection: PgConnection,
    /// `None` after an error: asked before it is used again.
    answered: Option<Instant>,
    /// How many others had been lost by then.
    losses: u64,
}

struct Manager {
    connections: ConnectionManager<PgConnection>,
    losses: Losses,
}

impl ManageConnection for Manager {
    type Connection = Held;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Held, Self::Error> {
        let losses = self.losses.so_far();
        let mut connection = self.connections.connect()?;
        connection.batch_execute(SESSION).map_err(diesel::r2d2::Error::QueryError)?;
        Ok(Held { connection, answered: Some(Instant::now()), losses })
    }

    fn is_valid(&self, held: &mut Held) -> Result<(), Self::Error> {
        let lately = held.answered.is_some_and(|at| at.elapsed() < TRUSTED);
        if lately && held.losses == self.losses.so_far() {
            return Ok(());
        }
        self.connections.is_valid(&mut held.connection)
    }

    fn has_broken(&self, held: &mut Held) -> bool {
        self.connections.has_broken(&mut held.connection)
    }
}

impl Held {
    /// Whether the connection is lost after this outcome: a query may fail on one that is well.
    fn is_lost<T, E: Fault>(&mut self, outcome: &Result<T, E>, losses: &Losses) -> bool {
        let failed = outcome.as_ref().is_err_and(|error| error.database().is_some());
        if failed && self.connection.ping().is_err() {
            losses.0.fetch_add(1, Ordering::AcqRel);
            self.answered = None;
            return true;
        }
        (self.answered, self.losses) = (Some(Instant::now()), losses.so_far());
        false
    }
}

impl Postgres {
    pub fn open(url: &str, connections: u32) -> Result<Self, DbError> {
        let losses = Losses::default();
        let manager = Manager { connections: ConnectionManager::new(url), losses: losses.clone() };
        let pool = Pool::builder()
            .max_size(connections.max(1))
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(10))
            .build(manager)
            .map_err(|error| DbError::Unreachable(error.to_string()))?;
        Ok(Self { pool, losses })
    }

    fn connection(&self) -> Result<PooledConnection<Manager>, DbError> {
        self.pool.get().map_err(|error| DbError::Unreachable(error.to_string()))
    }

    pub fn read<T, E: Fault>(&self, f: impl FnOnce(&mut Conn<'_>) -> Result<T, E> + Clone) -> Result<T, E> {
        self.look(f, |connection, f| f(&mut Conn::Pg(connection)))
    }

    pub fn snapshot<T, E: Fault>(
        &self,
        f: impl FnOnce(&mut Conn<'_>) -> Result<T, E> + Clone,
    ) -> Result<T, E> {
        self.look(f, |connection, f| {
            let mut outcome = None;
            let ended = connection.build_transaction().read_only().repeatable_read().run(|c| {
                outcome = Some(f(&mut Conn::Pg(c)));
                Ok::<_, diesel::result::Error>(())
            });
            finish(outcome, ended)
        })
    }

    /// Looks, and once more if the connection was lost: nobody was answered yet, and looking changes nothing.
    fn look<T, E: Fault, F: Clone>(
        &self,
        f: F,
        look: impl Fn(&mut PgConnection, F) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut held = self.connection()?;
        let outcome = look(&mut held.connection, f.clone());
        if !held.is_lost(&outcome, &self.losses) {
            return outcome;
        }
        drop(held);
        let mut held = self.connection()?;
        let outcome = look(&mut held.connection, f);
        held.is_lost(&outcome, &self.losses);
        outcome
    }

    pub fn write<T, E: Fault>(&self, f: impl Fn(&mut Conn<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut tries = 0;
        loop {
            tries += 1;
            let outcome = self.write_once(&f);
            match &outcome {
                Err(error) if tries < TRIES && error.database().is_some_and(DbError::is_transient) => {
                    // Apart, so that those who collided do not collide again.
                    let spread = 1 + u64::from(rand::random::<u8>() % 16);
                    std::thread::sleep(Duration::from_millis(spread * u64::from(tries)));
                }
                _ => return outcome,
            }
        }
    }

    fn write_once<T, E: Fault>(&self, f: impl Fn(&mut Conn<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut again = true;
        loop {
            let mut held = self.connection()?;
            let mut outcome = None;
            let ended = held.connection.build_transaction().read_committed().run(|c| {
                let answer = f(&mut Conn::Pg(c));
                let failed = answer.is_err();
                outcome = Some(answer);
                if failed { Err(diesel::result::Error::RollbackTransaction) } else { Ok(()) }
            });
            let begun = outcome.is_some();
            let outcome = finish(outcome, ended);
            // What has begun may have been committed, and is not done a second time.
            if held.is_lost(&outcome, &self.losses) && !begun && again {
                again = false;
                continue;
            }
            return outcome;
        }
    }
}

/// What the act said, unless the transaction around it did not end as it should.
fn finish<T, E: Fault>(
    outcome: Option<Result<T, E>>,
    ended: Result<(), diesel::result::Error>,
) -> Result<T, E> {
    match (outcome, ended) {
        (Some(Err(error)), _) => Err(error),
        (Some(Ok(value)), Ok(())) => Ok(value),
        (_, Err(error)) => Err(E::from(DbError::from(error))),
        (None, Ok(())) => Err(E::from(DbError::Panicked)),
    }
}
