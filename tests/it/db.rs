//! The doors to the database, when a connection breaks off: what only looks goes through, what may be done is not done twice.

use crate::support::database::{Kind, TestDatabase, fresh};
use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer};
use motcua::both;
use motcua::db::{Conn, Db, DbError};
use std::cell::Cell;
use std::rc::Rc;

fn backend(c: &mut Conn<'_>) -> Result<i32, DbError> {
    Ok(both!(c, |c| diesel::select(sql::<Integer>("pg_backend_pid()")).get_result(c))?)
}

/// A server somebody restarted: every connection to the database of this test is gone but the asker's own.
fn cut(database: &TestDatabase) {
    let mut other = PgConnection::establish(&database.url).unwrap();
    other
        .batch_execute(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()",
        )
        .unwrap();
    // Told to go is not gone.
    let alone = "not exists (select from pg_stat_activity where datname = current_database()
                 and pid <> pg_backend_pid() and backend_type = 'client backend')";
    while !diesel::select(sql::<Bool>(alone)).get_result::<bool>(&mut other).unwrap() {
        std::thread::yield_now();
    }
}

/// PostgreSQL with `connections`, each of which has just answered.
fn answering(database: &TestDatabase, connections: u32) -> Db {
    let db = Db::open(&database.url.parse().unwrap(), connections).unwrap();
    let barrier = std::sync::Barrier::new(usize::try_from(connections).unwrap());
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections)
            .map(|_| {
                scope.spawn(|| {
                    db.read_blocking(|c| {
                        barrier.wait();
                        backend(c)
                    })
                    .unwrap()
                })
            })
            .collect();
        let mut backends: Vec<i32> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        backends.sort_unstable();
        backends.dedup();
        assert_eq!(backends.len(), usize::try_from(connections).unwrap(), "all of the pool");
    });
    db
}

#[test]
fn what_only_looks_does_not_notice_that_every_connection_broke_off() {
    let Some(database) = fresh(Kind::Postgres) else { return };
    let db = answering(&database, 3);
    let before = db.read_blocking(backend).unwrap();
    cut(&database);
    assert_ne!(db.read_blocking(backend).unwrap(), before);
    let before = db.snapshot_blocking(backend).unwrap();
    cut(&database);
    assert_ne!(db.snapshot_blocking(backend).unwrap(), before);
}

#[test]
fn a_look_whose_connection_breaks_off_half_way_begins_anew_once_and_a_refusal_is_not_asked_again() {
    let Some(database) = fresh(Kind::Postgres) else { return };
    let db = answering(&database, 2);
    let begun = Rc::new(Cell::new(0));
    let counted = Rc::clone(&begun);
    let there = &database;
    let found = db.snapshot_blocking(move |c| {
        counted.set(counted.get() + 1);
        let one = backend(c)?;
        if counted.get() == 1 {
            cut(there);
        }
        Ok::<_, DbError>((one, backend(c)?))
    });
    let (one, other) = found.unwrap();
    assert_eq!((one, begun.get()), (other, 2), "all of it on one connection");

    // Lost again and again: the second time it is told.
    begun.set(0);
    let counted = Rc::clone(&begun);
    let lost = db.read_blocking(move |c| {
        counted.set(counted.get() + 1);
        backend(c)?;
        cut(there);
        backend(c)
    });
    assert!(lost.is_err());
    assert_eq!(begun.get(), 2);

    begun.set(0);
    let counted = Rc::clone(&begun);
    let wrong = db.read_blocking(move |c| {
        counted.set(counted.get() + 1);
        both!(c, |c| c.batch_execute("select no_such_column")).map_err(DbError::from)
    });
    assert!(matches!(wrong, Err(DbError::Diesel(_))));
    assert_eq!(begun.get(), 1);
}

#[test]
fn an_act_that_had_not_begun_goes_through_and_one_that_had_is_told_and_not_done_twice() {
    let Some(database) = fresh(Kind::Postgres) else { return };
    let db = answering(&database, 3);
    let write = |sql: &'static str| {
        db.write_blocking(move |c| both!(c, |c| c.batch_execute(sql)).map_err(DbError::from))
    };
    let rows = || {
        db.read_blocking(|c| {
            both!(c, |c| diesel::select(sql::<diesel::sql_types::BigInt>("(select count(*) from marks)"))
                .get_result::<i64>(c))
            .map_err(DbError::from)
        })
        .unwrap()
    };
    write("create table marks (mark integer not null)").unwrap();
    cut(&database);
    write("insert into marks values (1)").unwrap();
    assert_eq!(rows(), 1);

    let url = database.url.clone();
    let lost = db.write_blocking(move |c| {
        both!(c, |c| c.batch_execute("insert into marks values (2)"))?;
        let mut other = PgConnection::establish(&url).unwrap();
        let pid = backend(c)?;
        other.batch_execute(&format!("select pg_terminate_backend({pid})")).unwrap();
        Ok::<_, DbError>(both!(c, |c| c.batch_execute("select pg_sleep(60)"))?)
    });
    assert!(lost.is_err());
    assert_eq!(rows(), 1, "rolled back, and not done again");
}
