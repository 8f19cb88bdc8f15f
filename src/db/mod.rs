//! The two doors to the database: [`Db::read`] and [`Db::write`].
//!
//! `DATABASE_URL` decides at run time between SQLite (embedded, one writer) and PostgreSQL. Query code is
//! written once, inside [`both!`](crate::both), and compiled against each backend by itself: upserts, multi-row inserts and
//! `returning` work as they do in diesel, which its multi-backend does not offer (docs/decisions/0002).

pub mod backup;
pub mod conditions;
pub mod error;
pub mod kept;
pub mod migrate;
mod postgres;
pub mod schema;
pub mod secrets;
mod sqlite;
pub mod types;

pub use error::{DbError, Fault};

use diesel::{PgConnection, SqliteConnection};
use std::{path::PathBuf, str::FromStr};

/// A connection inside a door: SQLite's or PostgreSQL's.
pub enum Conn<'a> {
    Sqlite(&'a mut SqliteConnection),
    Pg(&'a mut PgConnection),
}

/// Runs the same query text on whichever database `$conn` is. `$c` is the diesel connection; the query is
/// built inside, so that each backend gets its own.
#[macro_export]
macro_rules! both {
    ($conn:expr, |$c:ident| $body:expr) => {
        match &mut *$conn {
            $crate::db::Conn::Sqlite(connection) => {
                let $c: &mut diesel::SqliteConnection = connection;
                $body
            }
            $crate::db::Conn::Pg(connection) => {
                let $c: &mut diesel::PgConnection = connection;
                $body
            }
        }
    };
}

/// Where the data is. The scheme decides, and an unknown one is refused: a typo must not open an empty file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    Postgres(String),
}

impl FromStr for DatabaseUrl {
    type Err = DbError;

    fn from_str(url: &str) -> Result<Self, DbError> {
        if let Some(path) = url.strip_prefix("sqlite://").filter(|path| !path.is_empty()) {
            Ok(Self::Sqlite(PathBuf::from(path)))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Ok(Self::Postgres(url.to_owned()))
        } else {
            Err(DbError::BadUrl)
        }
    }
}

/// The database. Cheap to clone; every clone shares the same connections.
#[derive(Clone)]
pub struct Db(Engine);

#[derive(Clone)]
enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Db {
    /// Opens the database without looking into it; `connections` bounds readers (and writers on PostgreSQL).
    pub fn open(url: &DatabaseUrl, connections: u32) -> Result<Self, DbError> {
        Ok(Self(match url {
            DatabaseUrl::Sqlite(path) => Engine::Sqlite(sqlite::Sqlite::open(path, connections)?),
            DatabaseUrl::Postgres(url) => Engine::Postgres(postgres::Postgres::open(url, connections)?),
        }))
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self.0, Engine::Sqlite(_))
    }

    /// Makes the writer ready for a bulk load: more memory, and on SQLite fewer copies from the log into the file. As
    /// durable as ever. For a process that does nothing else.
    pub fn expect_bulk(&self) -> Result<(), DbError> {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.write_blocking(sqlite::expect_bulk),
            Engine::Postgres(_) => Ok(()),
        }
    }

    /// Reads. Several queries in one `read` may each see a newer state; use [`Db::snapshot`] where they must agree.
    /// A copy of `f` runs once more when the connection turns out to be lost: it looks, and does nothing else.
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn<'_>) -> Result<T, E> + Clone + Send + 'static,
        T: Send + 'static,
        E: Fault,
    {
        let db = self.clone();
        on_blocking_pool(move || db.read_blocking(f)).await
    }

    /// Reads that all see the same state of the database; otherwise like [`Db::read`].
    pub async fn snapshot<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn<'_>) -> Result<T, E> + Clone + Send + 'static,
        T: Send + 'static,
        E: Fault,
    {
        let db = self.clone();
        on_blocking_pool(move || db.snapshot_blocking(f)).await
    }

    /// One act: everything in `f` together or not at all, answered after it is durable. `f` may run again when
    /// the database asks for it (serialization failure, deadlock), so it must not act on anything else.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Fault,
    {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.write(f).await,
            Engine::Postgres(postgres) => {
                let postgres = postgres.clone();
                on_blocking_pool(move || postgres.write(f)).await
            }
        }
    }

    /// [`Db::read`] for the command line and jobs, which own their thread.
    pub fn read_blocking<T, E: Fault>(
        &self,
        f: impl FnOnce(&mut Conn<'_>) -> Result<T, E> + Clone,
    ) -> Result<T, E> {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.read(f),
            Engine::Postgres(postgres) => postgres.read(f),
        }
    }

    /// [`Db::snapshot`] for the command line and jobs, which own their thread.
    pub fn snapshot_blocking<T, E: Fault>(
        &self,
        f: impl FnOnce(&mut Conn<'_>) -> Result<T, E> + Clone,
    ) -> Result<T, E> {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.snapshot(f),
            Engine::Postgres(postgres) => postgres.snapshot(f),
        }
    }

    /// [`Db::write`] for the command line and jobs, which own their thread.
    pub fn write_blocking<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Fault,
    {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.write_blocking(f),
            Engine::Postgres(postgres) => postgres.write(f),
        }
    }
}

/// The one place where blocking work leaves the request threads.
pub async fn on_blocking_pool<T, E, F>(f: F) -> Result<T, E>
where
    F: FnOnce() -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    match tokio::task::spawn_blocking(f).await {
        Ok(outcome) => outcome,
        Err(_) => Err(E::from(DbError::Panicked)),
    }
}
