//! The queue: what is promised to those who put work into it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use motcua::both;
use motcua::clock::Clock;
use motcua::db::{Conn, Db, DbError, migrate::migrate, schema::settings};
use motcua::failure::{Failure, Outcome};
use motcua::jobs::{
    Backoff, Bell, Handlers, Job, NewJob, Settings, State, Trouble, Worker, enqueue, finish, list, retry_now,
    standing,
};
use serde_json::json;
use tokio::sync::oneshot;

use crate::support::database::TestDatabase;

const PATIENCE: Duration = Duration::from_secs(30);

fn start() -> DateTime<Utc> {
    "2026-11-23T01:00:00Z".parse().unwrap()
}

async fn open(db: &TestDatabase) -> Db {
    let opened = Db::open(&db.url.parse().unwrap(), 8).unwrap();
    let again = opened.clone();
    tokio::task::spawn_blocking(move || migrate(&again)).await.unwrap().unwrap();
    opened
}

fn job(kind: &'static str, number: usize) -> NewJob {
    NewJob {
        kind,
        dedup_key: Some(format!("{kind}:{number}")),
        payload: json!({ "number": number }),
        run_at: start(),
    }
}

async fn queue(db: &Db, jobs: Vec<NewJob>) -> usize {
    db.write(move |tx| {
        let mut added = 0;
        for job in &jobs {
            added += usize::from(enqueue(tx, job.clone(), start())?);
        }
        Ok::<_, Failure>(added)
    })
    .await
    .unwrap()
}

fn worker(db: &Db, clock: &Clock, handlers: Handlers) -> Worker {
    let settings = Settings { poll: Duration::from_millis(20), ..Settings::default() };
    Worker::new(db.clone(), clock.clone(), handlers, settings, Bell::default())
}

/// The effect of a job of these tests: a row that can only be written once.
fn effect(tx: &mut Conn<'_>, job: &Job) -> Outcome<()> {
    let name = format!("done {}", job.payload["number"]);
    both!(tx, |c| diesel::insert_into(settings::table)
        .values((settings::name.eq(name), settings::value.eq("")))
        .execute(c)?);
    Ok(())
}

fn effects(db: &Db) -> i64 {
    db.read_blocking(|conn| {
        Ok::<_, DbError>(both!(conn, |c| settings::table
            .filter(settings::name.like("done %"))
            .count()
            .get_result::<i64>(c)?))
    })
    .unwrap()
}

fn do_it(db: &Db) -> impl Fn(&Job) -> Result<(), Trouble> + Send + Sync + 'static {
    let db = db.clone();
    move |job| {
        let job = job.clone();
        db.write_blocking(move |tx| {
            effect(tx, &job)?;
            finish(tx, &job)
        })?;
        Ok(())
    }
}

async fn rows(db: &Db) -> Vec<motcua::jobs::Shown> {
    db.read(|c| list(c, None, None, 1000)).await.unwrap()
}

/// A worker in the background, and the word that stops it.
fn begin(worker: Worker) -> (oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(worker.run(async move {
        // Whoever forgets the sender stops the worker too.
        stopped.await.unwrap_or(());
    }));
    (stop, running)
}

async fn until(what: &str, reached: impl Fn() -> bool) {
    let patient = tokio::time::timeout(PATIENCE, async {
        while !reached() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    assert!(patient.await.is_ok(), "waited {PATIENCE:?} for {what}");
}

on_both! {
    async fn a_job_is_there_if_and_only_if_its_act_is(db: TestDatabase) {
        let db = open(&db).await;
        let refused: Outcome<()> = db
            .write(|tx| {
                enqueue(tx, job("letter", 1), start())?;
                Err(Failure::Conflict("no"))
            })
            .await;
        assert!(refused.is_err());
        assert_eq!(rows(&db).await.len(), 0);
        queue(&db, vec![job("letter", 1)]).await;
        assert_eq!(rows(&db).await.len(), 1);
    }

    async fn the_same_work_is_queued_once_however_many_ask_at_once(db: TestDatabase) {
        let db = open(&db).await;
        let asked: Vec<_> = (0..20)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move { queue(&db, vec![job("letter", 7)]).await })
            })
            .collect();
        let mut added = 0;
        for one in asked {
            added += one.await.unwrap();
        }
        assert_eq!((added, rows(&db).await.len()), (1, 1));
    }

    async fn workers_share_the_jobs_and_do_none_twice(db: TestDatabase) {
        let (one, two) = (open(&db).await, open(&db).await);
        let per_worker: [Arc<AtomicUsize>; 2] = Default::default();
        queue(&one, (0..200).map(|number| job("letter", number)).collect()).await;
        let clock = Clock::at(start());
        let workers: Vec<_> = [&one, &two]
            .into_iter()
            .zip(&per_worker)
            .map(|(db, count)| {
                let (count, done) = (Arc::clone(count), do_it(db));
                begin(worker(db, &clock, Handlers::new().on("letter", move |job| {
                    count.fetch_add(1, Ordering::SeqCst);
                    done(job)
                })))
            })
            .collect();
        until("all effects", || effects(&one) == 200).await;
        for (stop, running) in workers {
            stop.send(()).unwrap();
            running.await.unwrap();
        }
        let counts = per_worker.map(|count| count.load(Ordering::SeqCst));
        // A second run of any would have hit the unique name, failed, and stayed in the queue.
        assert_eq!(counts.iter().sum::<usize>(), 200, "{counts:?}");
        assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
        assert_eq!(rows(&one).await.len(), 0);
    }

    async fn what_fails_waits_longer_each_time_and_says_why(db: TestDatabase) {
        let db = open(&db).await;
        let clock = Clock::at(start());
        let worker = worker(&db, &clock, Handlers::new().on("letter", |_| Err(Trouble::transient("server down"))));
        queue(&db, vec![job("letter", 1)]).await;
        for minutes in [1, 2, 4, 8, 16] {
            assert_eq!(worker.run_due().await.unwrap(), 1);
            let row = rows(&db).await.remove(0);
            assert_eq!((row.state, row.last_error.as_deref()), (State::Waiting, Some("server down")));
            let wait = row.run_at - clock.now();
            assert!(wait >= TimeDelta::minutes(minutes), "{wait}");
            assert!(wait <= TimeDelta::seconds(minutes * 72), "{wait}");
            clock.set(row.run_at - TimeDelta::seconds(1));
            assert_eq!(worker.run_due().await.unwrap(), 0, "not before its time");
            clock.set(row.run_at);
        }
    }

    async fn who_asks_to_come_back_later_is_not_asked_sooner(db: TestDatabase) {
        let db = open(&db).await;
        let clock = Clock::at(start());
        let limited = |_: &Job| {
            Err(Trouble::RateLimited { reason: "slow down".into(), retry_after: Some(Duration::from_secs(1800)) })
        };
        queue(&db, vec![job("letter", 1)]).await;
        worker(&db, &clock, Handlers::new().on("letter", limited)).run_due().await.unwrap();
        assert_eq!(rows(&db).await[0].run_at, start() + TimeDelta::minutes(30));
    }

    async fn a_dead_job_stays_visible_and_can_be_tried_again(db: TestDatabase) {
        let db = open(&db).await;
        let clock = Clock::at(start());
        let mended = Arc::new(AtomicUsize::new(0));
        let (state, done) = (Arc::clone(&mended), do_it(&db));
        let worker = worker(&db, &clock, Handlers::new().on("letter", move |job| {
            if state.load(Ordering::SeqCst) == 0 { Err(Trouble::Permanent("no such user".into())) } else { done(job) }
        }));
        queue(&db, vec![job("letter", 1)]).await;
        worker.run_due().await.unwrap();
        clock.set(start() + TimeDelta::days(365));
        assert_eq!(worker.run_due().await.unwrap(), 0, "a dead job is not tried by itself");
        let dead = db.read(|c| list(c, Some(State::Dead), None, 10)).await.unwrap();
        assert_eq!((dead.len(), dead[0].last_error.as_deref()), (1, Some("no such user")));
        assert_eq!(db.read(|c| standing(c, start())).await.unwrap().dead, 1);
        mended.store(1, Ordering::SeqCst);
        let (id, now) = (dead[0].id, clock.now());
        db.write(move |tx| retry_now(tx, id, now)).await.unwrap();
        assert_eq!(worker.run_due().await.unwrap(), 1);
        assert_eq!((effects(&db), rows(&db).await.len()), (1, 0));
        let gone = db.write(move |tx| retry_now(tx, id, now)).await;
        assert!(matches!(gone, Err(Failure::NotFound(_))), "{gone:?}");
    }

    async fn a_panic_counts_as_a_failed_attempt_and_ends_in_a_dead_job(db: TestDatabase) {
        let db = open(&db).await;
        let clock = Clock::at(start());
        let worker = worker(&db, &clock, Handlers::new().on("letter", |job| panic!("job {}", job.attempt)));
        queue(&db, vec![job("letter", 1)]).await;
        for attempt in 1..=10 {
            assert_eq!(worker.run_due().await.unwrap(), 1, "{attempt}");
            let row = rows(&db).await.remove(0);
            assert_eq!(row.last_error.as_deref(), Some("the handler panicked"));
            assert_eq!(row.state, if attempt < 10 { State::Waiting } else { State::Dead }, "{attempt}");
            clock.set(row.run_at);
        }
    }

    async fn a_lease_that_ran_out_is_taken_over_and_its_first_owner_writes_nothing(db: TestDatabase) {
        let db = open(&db).await;
        let clock = Clock::at(start());
        queue(&db, vec![job("letter", 1)]).await;
        // The first worker stands still in the middle of its job.
        let (go_on, wait) = std::sync::mpsc::channel::<()>();
        let wait = Mutex::new(wait);
        let begun = Arc::new(AtomicUsize::new(0));
        let (state, done) = (Arc::clone(&begun), do_it(&db));
        let outcome = Arc::new(Mutex::new(None));
        let told = Arc::clone(&outcome);
        let first = worker(&db, &clock, Handlers::new().on("letter", move |job| {
            state.store(1, Ordering::SeqCst);
            wait.lock().unwrap().recv().unwrap();
            let ended = done(job);
            *told.lock().unwrap() = Some(ended.clone());
            ended
        }));
        let standing_still = tokio::spawn(async move { first.run_due().await });
        until("the first to begin", || begun.load(Ordering::SeqCst) == 1).await;

        let second = worker(&db, &clock, Handlers::new().on("letter", do_it(&db)));
        assert_eq!(second.run_due().await.unwrap(), 0, "the lease holds");
        clock.set(start() + TimeDelta::seconds(61));
        assert_eq!(second.run_due().await.unwrap(), 1, "the lease has run out");
        assert_eq!(effects(&db), 1);

        go_on.send(()).unwrap();
        standing_still.await.unwrap().unwrap();
        // It fails on the unique name, or, where the effect could be repeated, on the lease.
        assert!(outcome.lock().unwrap().take().unwrap().is_err());
        assert_eq!((effects(&db), rows(&db).await.len()), (1, 0));
    }

    async fn finishing_without_the_lease_is_refused_and_takes_the_effect_back(db: TestDatabase) {
        let db = open(&db).await;
        let clock = Clock::at(start());
        queue(&db, vec![job("letter", 1)]).await;
        let seen = Arc::new(Mutex::new(None));
        let keep = Arc::clone(&seen);
        let stolen = Handlers::new().on("letter", move |job| {
            *keep.lock().unwrap() = Some(job.clone());
            Err(Trouble::transient("later"))
        });
        worker(&db, &clock, stolen).run_due().await.unwrap();
        let job = seen.lock().unwrap().take().unwrap();
        let late = db
            .write(move |tx| {
                effect(tx, &job)?;
                finish(tx, &job)
            })
            .await;
        assert!(matches!(late, Err(Failure::Conflict("lease-lost"))), "{late:?}");
        assert_eq!((effects(&db), rows(&db).await.len()), (0, 1));
    }

    async fn a_long_job_keeps_its_lease_while_its_worker_lives(db: TestDatabase) {
        let db = open(&db).await;
        queue(&db, vec![job("letter", 1)]).await;
        let clock = Clock::System;
        let settings = Settings { lease: Duration::from_secs(3), poll: Duration::from_millis(50), ..Settings::default() };
        let runs = Arc::new(AtomicUsize::new(0));
        let long = |db: &Db| {
            let (runs, done) = (Arc::clone(&runs), do_it(db));
            Handlers::new().on("letter", move |job| {
                runs.fetch_add(1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_secs(6));
                done(job)
            })
        };
        let workers: Vec<_> = (0..2)
            .map(|_| begin(Worker::new(db.clone(), clock.clone(), long(&db), settings, Bell::default())))
            .collect();
        until("the effect", || effects(&db) == 1).await;
        for (stop, running) in workers {
            stop.send(()).unwrap();
            running.await.unwrap();
        }
        assert_eq!(runs.load(Ordering::SeqCst), 1);
    }

    async fn stopping_finishes_what_has_begun_and_begins_nothing_new(db: TestDatabase) {
        let db = open(&db).await;
        let clock = Clock::at(start());
        queue(&db, (0..20).map(|number| job("letter", number)).collect()).await;
        let (begun, done) = (Arc::new(AtomicUsize::new(0)), do_it(&db));
        let count = Arc::clone(&begun);
        let slow = Handlers::new().on("letter", move |job| {
            count.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(300));
            done(job)
        });
        let (stop, running) = begin(worker(&db, &clock, slow));
        until("the first to begin", || begun.load(Ordering::SeqCst) > 0).await;
        stop.send(()).unwrap();
        running.await.unwrap();
        let begun = begun.load(Ordering::SeqCst);
        assert!(begun <= 4, "{begun}");
        assert_eq!(effects(&db), i64::try_from(begun).unwrap());
        let left = rows(&db).await;
        assert_eq!(left.len(), 20 - begun);
        assert!(left.iter().all(|row| row.state == State::Waiting));
    }

    async fn periodic_work_is_one_row_done_once_an_interval_by_whoever_comes_first(db: TestDatabase) {
        let (one, two) = (open(&db).await, open(&db).await);
        let clock = Clock::at(start());
        let runs = Arc::new(Mutex::new(BTreeMap::<DateTime<Utc>, usize>::new()));
        let hourly = || {
            let (runs, clock) = (Arc::clone(&runs), clock.clone());
            Handlers::new().every(Duration::from_secs(3600), "upkeep", move |_| {
                *runs.lock().unwrap().entry(clock.now()).or_default() += 1;
                Ok(())
            })
        };
        let (first, second) = (worker(&one, &clock, hourly()), worker(&two, &clock, hourly()));
        first.begin_periodic().await.unwrap();
        second.begin_periodic().await.unwrap();
        for hour in 0..5 {
            clock.set(start() + TimeDelta::hours(hour));
            let (a, b) = tokio::join!(first.run_due(), second.run_due());
            assert_eq!(a.unwrap() + b.unwrap(), 1);
            clock.set(start() + TimeDelta::hours(hour) + TimeDelta::minutes(59));
            let (a, b) = tokio::join!(first.run_due(), second.run_due());
            assert_eq!(a.unwrap() + b.unwrap(), 0);
        }
        let (hours, times) = { let runs = runs.lock().unwrap(); (runs.len(), runs.values().sum::<usize>()) };
        assert_eq!((hours, times), (5, 5));
        assert_eq!(rows(&one).await.len(), 1);
    }

    async fn periodic_work_is_due_at_once_when_a_worker_starts_and_never_given_up(db: TestDatabase) {
        let db = open(&db).await;
        let clock = Clock::at(start());
        let failing = || {
            Handlers::new().every(Duration::from_secs(3600), "upkeep", |_| Err(Trouble::Permanent("broken".into())))
        };
        let worker = worker(&db, &clock, failing());
        worker.begin_periodic().await.unwrap();
        for _ in 0..15 {
            assert_eq!(worker.run_due().await.unwrap(), 1);
            let row = rows(&db).await.remove(0);
            assert_eq!(row.state, State::Waiting);
            assert!(row.run_at - clock.now() <= TimeDelta::minutes(72));
            worker.begin_periodic().await.unwrap();
        }
    }

    async fn a_worker_leaves_alone_what_it_does_not_know(db: TestDatabase) {
        let db = open(&db).await;
        let clock = Clock::at(start());
        queue(&db, vec![job("new-in-the-next-version", 1), job("letter", 2)]).await;
        let worker = worker(&db, &clock, Handlers::new().on("letter", do_it(&db)));
        assert_eq!(worker.run_due().await.unwrap(), 1);
        let left = rows(&db).await;
        assert_eq!((left.len(), left[0].attempts, left[0].state), (1, 0, State::Waiting));
    }

    async fn the_bell_wakes_a_worker_that_would_look_much_later(db: TestDatabase) {
        let db = open(&db).await;
        let clock = Clock::at(start());
        let bell = Bell::default();
        let settings = Settings { poll: Duration::from_secs(3600), backoff: Backoff::default(), ..Settings::default() };
        let handlers = Handlers::new().on("letter", do_it(&db));
        let (stop, running) = begin(Worker::new(db.clone(), clock, handlers, settings, bell.clone()));
        tokio::time::sleep(Duration::from_millis(100)).await; // it has looked and found nothing
        queue(&db, vec![job("letter", 1)]).await;
        bell.ring();
        until("the effect", || effects(&db) == 1).await;
        stop.send(()).unwrap();
        running.await.unwrap();
    }
}
