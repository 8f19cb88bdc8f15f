//! SQLite: many readers and **one writer that gathers the acts that wait into one durable commit**.
//!
//! With `synchronous=FULL` a commit costs a disk sync. Acts that queue up behind it share the next one, each in
//! a savepoint of its own, and each is answered only after that commit: nothing acknowledged is lost when the
//! power goes, and under load it is faster than a commit for each.

use super::{Conn, DbError, Fault};
use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool};
use diesel::{Connection, SqliteConnection};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;
use tokio::sync::oneshot;

/// So many acts share a commit at most: the first of them must not wait for all of them for too long.
const GATHER: usize = 64;
/// How often the writer asks again when another process holds the file (each time `busy_timeout` long).
const TRIES: u32 = 3;

const SHARED_PRAGMAS: &str = "pragma busy_timeout = 10000; pragma journal_mode = wal; pragma synchronous = full; \
     pragma wal_autocheckpoint = 4000; \
     pragma foreign_keys = on; pragma cache_size = -16000; pragma temp_store = memory;";

/// 128 MB of pages, and as much log before it is copied: the indexes by name and number are written all over.
const BULK_PRAGMAS: &str = "pragma cache_size = -131072; pragma wal_autocheckpoint = 32000;";

/// Run by the writer for itself.
pub fn expect_bulk(conn: &mut Conn<'_>) -> Result<(), DbError> {
    match conn {
        Conn::Sqlite(c) => Ok(c.batch_execute(BULK_PRAGMAS)?),
        Conn::Pg(_) => Ok(()),
    }
}

#[derive(Clone)]
pub struct Sqlite {
    readers: Pool<ConnectionManager<SqliteConnection>>,
    writer: mpsc::Sender<Box<dyn Act>>,
}

#[derive(Debug)]
struct ReadOnly;

impl CustomizeConnection<SqliteConnection, diesel::r2d2::Error> for ReadOnly {
    fn on_acquire(&self, conn: &mut SqliteConnection) -> Result<(), diesel::r2d2::Error> {
        conn.batch_execute(SHARED_PRAGMAS)
            .and_then(|()| conn.batch_execute("pragma query_only = on;"))
            .map_err(diesel::r2d2::Error::QueryError)
    }
}

impl Sqlite {
    pub fn open(path: &Path, readers: u32) -> Result<Self, DbError> {
        let unreachable =
            |error: &dyn std::fmt::Display| DbError::Unreachable(format!("{}: {error}", path.display()));
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| unreachable(&error))?;
        }
        let file = path.to_str().ok_or_else(|| unreachable(&"the path is not UTF-8"))?;
        let mut connection = SqliteConnection::establish(file).map_err(|error| unreachable(&error))?;
        connection.batch_execute(SHARED_PRAGMAS)?;
        let readers = Pool::builder()
            .max_size(readers.max(1))
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(10))
            // A file does not hang up: no need to ask it before each query whether it is still there.
            .test_on_check_out(false)
            .connection_customizer(Box::new(ReadOnly))
            .build(ConnectionManager::new(file))
            .map_err(|error| unreachable(&error))?;
        let (writer, acts) = mpsc::channel();
        std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || write_in_turn(connection, &acts))
            .map_err(|error| unreachable(&error))?;
        Ok(Self { readers, writer })
    }

    pub fn read<T, E: Fault>(&self, f: impl FnOnce(&mut Conn<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut conn = self.readers.get().map_err(|error| DbError::Unreachable(error.to_string()))?;
        f(&mut Conn::Sqlite(&mut conn))
    }

    pub fn snapshot<T, E: Fault>(&self, f: impl FnOnce(&mut Conn<'_>) -> Result<T, E>) -> Result<T, E> {
        self.read(|conn| {
            let Conn::Sqlite(c) = conn else { return f(conn) };
            let mut outcome = None;
            let ended = c.transaction(|c| {
                outcome = Some(f(&mut Conn::Sqlite(c)));
                Ok::<_, diesel::result::Error>(())
            });
            match (outcome, ended) {
                (_, Err(error)) => Err(E::from(DbError::from(error))),
                (Some(outcome), Ok(())) => outcome,
                (None, Ok(())) => Err(E::from(DbError::Panicked)),
            }
        })
    }

    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Fault,
    {
        let (sender, answer) = oneshot::channel();
        self.hand_in(f, move |outcome| sender.send(outcome).is_ok())?;
        answer.await.unwrap_or_else(|_| Err(E::from(DbError::Panicked)))
    }

    pub fn write_blocking<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Fault,
    {
        // A plain channel: it may be waited on from any thread, a runtime's own included.
        let (sender, answer) = mpsc::sync_channel(1);
        self.hand_in(f, move |outcome| sender.send(outcome).is_ok())?;
        answer.recv().unwrap_or_else(|_| Err(E::from(DbError::Panicked)))
    }

    /// `answer` says whether anybody still listens.
    fn hand_in<T, E, F>(
        &self,
        f: F,
        answer: impl FnOnce(Result<T, E>) -> bool + Send + 'static,
    ) -> Result<(), DbError>
    where
        F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Fault,
    {
        self.writer
            .send(Box::new(Waiting { f, outcome: None, answer: Box::new(answer) }))
            .map_err(|_| DbError::Unreachable("the writer has ended".into()))
    }
}

/// An act that waits for its turn, with its types forgotten.
trait Act: Send {
    /// Runs in a savepoint. An error here is the transaction's, not the act's.
    fn run(&mut self, conn: &mut SqliteConnection) -> Result<(), diesel::result::Error>;
    fn committed(self: Box<Self>);
    fn lost(self: Box<Self>, why: DbError);
}

struct Waiting<T, E, F> {
    f: F,
    outcome: Option<Result<T, E>>,
    answer: Box<dyn FnOnce(Result<T, E>) -> bool + Send>,
}

impl<T, E, F> Act for Waiting<T, E, F>
where
    F: Fn(&mut Conn<'_>) -> Result<T, E> + Send,
    T: Send,
    E: Fault,
{
    fn run(&mut self, conn: &mut SqliteConnection) -> Result<(), diesel::result::Error> {
        let (f, outcome) = (&self.f, &mut self.outcome);
        let ended = conn.transaction(|c| {
            let answer = catch_unwind(AssertUnwindSafe(|| f(&mut Conn::Sqlite(c))))
                .unwrap_or_else(|_| Err(E::from(DbError::Panicked)));
            let failed = answer.is_err();
            *outcome = Some(answer);
            if failed { Err(diesel::result::Error::RollbackTransaction) } else { Ok(()) }
        });
        match ended {
            Ok(()) | Err(diesel::result::Error::RollbackTransaction) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn committed(self: Box<Self>) {
        let outcome = self.outcome.unwrap_or_else(|| Err(E::from(DbError::Panicked)));
        // Whoever asked may have gone (a closed connection): the act stands all the same.
        if !(self.answer)(outcome) {
            tracing::debug!("nobody waited for the answer of a committed act");
        }
    }

    fn lost(self: Box<Self>, why: DbError) {
        // An act that refused by itself keeps its own words; only those that had succeeded hear of the commit.
        let outcome = match self.outcome {
            Some(Err(error)) => Err(error),
            _ => Err(E::from(why)),
        };
        if !(self.answer)(outcome) {
            tracing::debug!("nobody waited for the answer of a lost act");
        }
    }
}

fn write_in_turn(mut conn: SqliteConnection, acts: &mpsc::Receiver<Box<dyn Act>>) {
    while let Ok(first) = acts.recv() {
        let mut gathered = vec![first];
        while gathered.len() < GATHER {
            match acts.try_recv() {
                Ok(act) => gathered.push(act),
                Err(_) => break,
            }
        }
        commit(&mut conn, gathered);
    }
}

fn commit(conn: &mut SqliteConnection, mut acts: Vec<Box<dyn Act>>) {
    let mut tries = 0;
    let ended = loop {
        tries += 1;
        let ended = conn.immediate_transaction(|c| acts.iter_mut().try_for_each(|act| act.run(c)));
        match ended.map_err(DbError::from) {
            Err(error) if tries < TRIES && error.is_transient() => {}
            ended => break ended,
        }
    };
    match ended {
        Ok(()) => acts.into_iter().for_each(Act::committed),
        Err(error) => {
            let why = error.to_string();
            tracing::error!(error = %why, acts = acts.len(), "a commit failed; its acts are refused");
            acts.into_iter().for_each(|act| act.lost(DbError::Unreachable(why.clone())));
        }
    }
}
