//! PostgreSQL: a pool; acts are retried here when the database asks for it.

use super::{Conn, DbError, Fault};
use diesel::PgConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool, PooledConnection};
use diesel::{RunQueryDsl, sql_query};
use std::time::Duration;

/// How often an act is tried before its conflict is reported.
const TRIES: u32 = 8;

#[derive(Clone)]
pub struct Postgres {
    pool: Pool<ConnectionManager<PgConnection>>,
}

#[derive(Debug)]
struct Settings;

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for Settings {
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        // Moments go over the wire as UTC whatever the server's own zone is.
        sql_query("set time zone 'UTC'").execute(conn).map_err(diesel::r2d2::Error::QueryError)?;
        Ok(())
    }
}

impl Postgres {
    pub fn open(url: &str, connections: u32) -> Result<Self, DbError> {
        let pool = Pool::builder()
            .max_size(connections.max(1))
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(10))
            .connection_customizer(Box::new(Settings))
            .build(ConnectionManager::new(url))
            .map_err(|error| DbError::Unreachable(error.to_string()))?;
        Ok(Self { pool })
    }

    fn connection(&self) -> Result<PooledConnection<ConnectionManager<PgConnection>>, DbError> {
        self.pool.get().map_err(|error| DbError::Unreachable(error.to_string()))
    }

    pub fn read<T, E: Fault>(&self, f: impl FnOnce(&mut Conn<'_>) -> Result<T, E>) -> Result<T, E> {
        f(&mut Conn::Pg(&mut *self.connection()?))
    }

    pub fn snapshot<T, E: Fault>(&self, f: impl FnOnce(&mut Conn<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut conn = self.connection()?;
        let mut outcome = None;
        let ended = conn.build_transaction().read_only().repeatable_read().run(|c| {
            outcome = Some(f(&mut Conn::Pg(c)));
            Ok::<_, diesel::result::Error>(())
        });
        finish(outcome, ended)
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
        let mut conn = self.connection()?;
        let mut outcome = None;
        let ended = conn.build_transaction().read_committed().run(|c| {
            let answer = f(&mut Conn::Pg(c));
            let failed = answer.is_err();
            outcome = Some(answer);
            if failed { Err(diesel::result::Error::RollbackTransaction) } else { Ok(()) }
        });
        finish(outcome, ended)
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
