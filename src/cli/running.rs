//! The running service: requests, jobs, or both in one process, until it is told to stop.

use super::signing::seal;
use super::{CliError, Done, Setup, say};
use crate::account;
use crate::apology::{self, Letters, PostRoom};
use crate::app;
use crate::approvals;
use crate::batch;
use crate::calendar;
use crate::db::Db;
use crate::http::{self, House};
use crate::imports;
use crate::jobs::{Bell, Handlers, Settings, Worker};
use crate::mail::Carrier;
use crate::notice;
use crate::recount;
use crate::reference::ReferenceCache;
use crate::schedule;
use crate::upkeep;
use crate::warning;
use chrono::TimeDelta;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinError;

/// What this process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    RequestsAndJobs,
    OnlyRequests,
    OnlyJobs,
}

/// Runs on `db`, which is up to date, until SIGTERM or SIGINT. Then what has begun is finished; a second signal
/// does not wait for it. `greet` is told where the service is when it can be asked.
pub fn run(setup: &Setup, db: Db, part: Part, greet: impl FnOnce(&str) -> Done) -> Done {
    let listener = match part {
        Part::OnlyJobs => None,
        Part::RequestsAndJobs | Part::OnlyRequests => Some(listen(setup)?),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2) // requests have threads of their own
        .enable_all()
        .build()
        .map_err(|error| CliError::failed(format!("không khởi động được: {error}")))?;
    let done = runtime.block_on(async {
        let stop = told_to_stop()?;
        let shared = Shared::of(setup)?;
        let worker = match part {
            Part::OnlyRequests => None,
            Part::RequestsAndJobs | Part::OnlyJobs => {
                Some(tokio::spawn(worker(setup, &db, &shared)?.run(stopped(stop.clone()))))
            }
        };
        let served = match listener {
            Some(listener) => serve(setup, db, shared, listener, greet, stop.clone()).await,
            None => {
                let greeted = greet("");
                stopped(stop.clone()).await;
                greeted
            }
        };
        if let Some(worker) = worker {
            match served {
                // The worker ends with the process; what it holds is taken over.
                Err(_) => worker.abort(),
                Ok(()) => worker
                    .await
                    .map_err(|error| CliError::failed(format!("công việc nền dừng bất thường: {error}")))?,
            }
        }
        served
    });
    // Queries that still run are rolled back when the process ends.
    runtime.shutdown_timeout(Duration::from_secs(5));
    done
}

fn listen(setup: &Setup) -> Result<TcpListener, CliError> {
    let (host, port) = (setup.config.http.host.as_str(), setup.config.http.port);
    TcpListener::bind((host, port))
        .map_err(|error| CliError::failed(format!("không mở được cổng {port} ở {host}: {error}")))
}

async fn serve(
    setup: &Setup,
    db: Db,
    shared: Shared,
    listener: TcpListener,
    greet: impl FnOnce(&str) -> Done,
    stop: watch::Receiver<u8>,
) -> Done {
    let address = listener.local_addr().map_err(CliError::failed)?;
    let letters = Letters::clone(&shared.letters);
    let house = House::new(db, setup.clock.clone(), shared.references, http::Settings::from(&setup.config))
        .watching(Arc::new(calendar::next_year_is_known))
        .watching(upkeep::dead_jobs())
        .watching(notice::failed_notices())
        .watching(schedule::failed_reports());
    let house = match letters.seal.clone() {
        Some(seal) => house.watching(apology::signing_key_lasts(seal)),
        None => house,
    };
    let server = app::serve(listener, house, account::Settings::from(&setup.config), letters).await?;
    let handle = server.handle();
    let mut server = tokio::spawn(server);
    greet(&reachable(address))?;
    let mut again = stop.clone();
    tokio::select! {
        ended = &mut server => return how_it_ended(ended),
        () = stopped(stop) => tracing::info!("stopping"),
    }
    tokio::select! {
        () = handle.stop(true) => how_it_ended(server.await),
        Ok(_) = again.wait_for(|signals| *signals > 1) => Err(CliError::failed("dừng ngay theo yêu cầu")),
    }
}

fn how_it_ended(server: Result<std::io::Result<()>, JoinError>) -> Done {
    let badly =
        |error: &dyn std::fmt::Display| Err(CliError::failed(format!("dịch vụ dừng bất thường: {error}")));
    match server {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => badly(&error),
        Err(panicked) => badly(&panicked),
    }
}

/// Where it can be asked from this machine: "every address" is not one.
fn reachable(address: SocketAddr) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}

/// What requests and jobs of one process have in common.
struct Shared {
    references: ReferenceCache,
    letters: Arc<Letters>,
    bell: Bell,
}

impl Shared {
    fn of(setup: &Setup) -> Result<Self, CliError> {
        let bell = Bell::default();
        let letters = Letters { seal: seal(setup)?, ..Letters::new(&setup.config, bell.clone()) };
        Ok(Self {
            references: ReferenceCache::new(setup.config.office.hours.clone()),
            letters: Arc::new(letters),
            bell,
        })
    }
}

fn worker(setup: &Setup, db: &Db, shared: &Shared) -> Result<Worker, CliError> {
    let handlers = handlers(setup, db, shared)?;
    Ok(Worker::new(
        db.clone(),
        setup.clock.clone(),
        handlers,
        Settings::new(&setup.config.jobs),
        shared.bell.clone(),
    ))
}

/// The jobs of every feature.
fn handlers(setup: &Setup, db: &Db, shared: &Shared) -> Result<Handlers, CliError> {
    let carrier = Carrier::from_url(&setup.config.smtp.url)
        .map_err(|error| CliError::usage(format!("cấu hình không hợp lệ: smtp.url: {error}")))?;
    let carrier = Arc::new(carrier);
    let post_room = PostRoom {
        db: db.clone(),
        clock: setup.clock.clone(),
        reference: shared.references.clone(),
        carrier: Arc::clone(&carrier),
        letters: Arc::clone(&shared.letters),
    };
    let handlers = apology::jobs(Handlers::new(), &post_room);
    let measure = warning::Measure {
        db: db.clone(),
        clock: setup.clock.clone(),
        reference: shared.references.clone(),
        months: setup.config.warnings.months,
    };
    let handlers = warning::jobs(handlers, &measure);
    let clerk =
        imports::Clerk { db: db.clone(), clock: setup.clock.clone(), reference: shared.references.clone() };
    let handlers = imports::jobs(handlers, &clerk);
    let notices = notice::Room {
        db: db.clone(),
        clock: setup.clock.clone(),
        reference: shared.references.clone(),
        carrier,
        settings: Arc::new(notice::Settings::from(&setup.config)),
        bell: shared.bell.clone(),
    };
    let handlers = notice::jobs(handlers, &notices);
    let office = schedule::Office {
        room: notices,
        press: shared.letters.press.clone(),
        integrity: setup.config.integrity,
    };
    let handlers = schedule::jobs(handlers, &office);
    let printer = batch::Printer {
        db: db.clone(),
        clock: setup.clock.clone(),
        references: shared.references.clone(),
        letters: Arc::clone(&shared.letters),
    };
    let handlers = batch::jobs(handlers, &printer);
    let counter = recount::Counter {
        db: db.clone(),
        clock: setup.clock.clone(),
        references: shared.references.clone(),
    };
    let handlers = recount::jobs(handlers, &counter);
    let signatory = approvals::Signatory {
        db: db.clone(),
        clock: setup.clock.clone(),
        references: shared.references.clone(),
        letters: Arc::clone(&shared.letters),
    };
    let handlers = approvals::jobs(handlers, &signatory);
    let batches_lie = TimeDelta::days(setup.config.papers.batch_days.into());
    Ok(upkeep::housekeeping::jobs(handlers, db, &setup.clock, batches_lie))
}

/// Counts the signals to stop.
fn told_to_stop() -> Result<watch::Receiver<u8>, CliError> {
    let failed = |error: std::io::Error| CliError::failed(format!("không nhận được tín hiệu dừng: {error}"));
    let mut term = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let (count, counted) = watch::channel(0_u8);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = term.recv() => {}
                _ = interrupt.recv() => {}
            }
            count.send_modify(|signals| *signals = signals.saturating_add(1));
        }
    });
    Ok(counted)
}

/// Ready when the first signal has come.
async fn stopped(mut stop: watch::Receiver<u8>) {
    // The sender lives as long as the process.
    if stop.wait_for(|signals| *signals > 0).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// What a service says when it can be asked.
pub fn greet(address: &str) -> Done {
    say(format_args!("motcua: {address}"))
}
