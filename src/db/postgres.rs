//! PostgreSQL: a pool; acts are retried here when the database asks for it.

use super::{Conn, DbError, Fault};
use diesel::PgConnection;
use diesel::r2d2::{ConnectionManager, ManageConnection, Pool, PooledConnection};
use diesel::{RunQueryDsl, sql_query};
use std::time::{Duration, Instant};

/// How often an act is tried before its conflict is reported.
const TRIES: u32 = 8;

/// A connection that answered so lately is not asked again whether it still does: the question costs as much as the
/// query it is asked for.
const TRUSTED: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub struct Postgres {
    pool: Pool<Manager>,
}

/// A connection, and when it last answered.
struct Held {
    connection: PgConnection,
    /// `None` after an error: asked before it is used again.
    answered: Option<Instant>,
}

struct Manager(ConnectionManager<PgConnection>);

impl ManageConnection for Manager {
    type Connection = Held;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Held, Self::Error> {
        let mut connection = self.0.connect()?;
        // Moments go over the wire as UTC whatever the server's own zone is.
        sql_query("set time zone 'UTC'").execute(&mut connection).map_err(diesel::r2d2::Error::QueryError)?;
        Ok(Held { connection, answered: Some(Instant::now()) })
    }

    fn is_valid(&self, held: &mut Held) -> Result<(), Self::Error> {
        if held.answered.is_some_and(|at| at.elapsed() < TRUSTED) {
            return Ok(());
        }
        self.0.is_valid(&mut held.connection)
    }

    fn has_broken(&self, held: &mut Held) -> bool {
        self.0.has_broken(&mut held.connection)
    }
}

impl Held {
    fn used<T, E: Fault>(&mut self, outcome: &Result<T, E>) {
        let failed = outcome.as_ref().is_err_and(|error| error.database().is_some());
        self.answered = if failed { None } else { Some(Instant::now()) };
    }
}

impl Postgres {
    pub fn open(url: &str, connections: u32) -> Result<Self, DbError> {
        let pool = Pool::builder()
            .max_size(connections.max(1))
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(10))
            .build(Manager(ConnectionManager::new(url)))
            .map_err(|error| DbError::Unreachable(error.to_string()))?;
        Ok(Self { pool })
    }

    fn connection(&self) -> Result<PooledConnection<Manager>, DbError> {
        self.pool.get().map_err(|error| DbError::Unreachable(error.to_string()))
    }

    pub fn read<T, E: Fault>(&self, f: impl FnOnce(&mut Conn<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut held = self.connection()?;
        let outcome = f(&mut Conn::Pg(&mut held.connection));
        held.used(&outcome);
        outcome
    }

    pub fn snapshot<T, E: Fault>(&self, f: impl FnOnce(&mut Conn<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut held = self.connection()?;
        let mut outcome = None;
        let ended = held.connection.build_transaction().read_only().repeatable_read().run(|c| {
            outcome = Some(f(&mut Conn::Pg(c)));
            Ok::<_, diesel::result::Error>(())
        });
        let outcome = finish(outcome, ended);
        held.used(&outcome);
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
        let mut held = self.connection()?;
        let mut outcome = None;
        let ended = held.connection.build_transaction().read_committed().run(|c| {
            let answer = f(&mut Conn::Pg(c));
            let failed = answer.is_err();
            outcome = Some(answer);
            if failed { Err(diesel::result::Error::RollbackTransaction) } else { Ok(()) }
        });
        let outcome = finish(outcome, ended);
        held.used(&outcome);
        outcome
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
