//! What the service is measured against: bare statements of the same durability, and the smallest service that could
//! be built of the same parts. No rules, no history to speak of, nobody asked who they are.

use crate::place::Kind;
use crate::plain;
use actix_web::{App, HttpResponse, HttpServer, web};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool};
use std::time::{Duration, Instant};

diesel::table! {
    bare_counters (agency, day) { agency -> Text, day -> Integer, last -> Integer, }
}
diesel::table! {
    bare_dossiers (id) {
        id -> Text, code -> Text, branch -> Integer, status -> Text, name -> Text, received_at -> BigInt, due_on -> Integer,
        version -> Integer,
    }
}
diesel::table! {
    bare_events (dossier, seq) { dossier -> Text, seq -> Integer, kind -> Text, at -> BigInt, facts -> Text, hash -> Text, }
}

const TABLES: &str = "
    create table if not exists bare_counters (agency text not null, day integer not null, last integer not null, primary key (agency, day));
    create table if not exists bare_dossiers (id text primary key, code text not null unique, branch integer not null,
        status text not null, name text not null, received_at bigint not null, due_on integer not null, version integer not null);
    create index if not exists bare_of_branch on bare_dossiers (branch, received_at desc, id);
    create table if not exists bare_events (dossier text not null, seq integer not null, kind text not null, at bigint not null,
        facts text not null, hash text not null, primary key (dossier, seq));";

const FACTS: &str = r#"{"applicant":{"address":"12 Lê Lợi, phường Bến Nghé","email":"a@example.vn","id_number":"079000000001","kind":"citizen","name":"Nguyễn Văn An","phone":"0900000001"},"channel":"in_person","procedure":"1.004918","time_limit":"5wd"}"#;
const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[derive(Queryable, Selectable, Insertable, Clone)]
#[diesel(table_name = bare_dossiers)]
struct Dossier {
    id: String,
    code: String,
    branch: i32,
    status: String,
    name: String,
    received_at: i64,
    due_on: i32,
    version: i32,
}

impl Dossier {
    fn json(&self) -> serde_json::Value {
        serde_json::json!({"code": self.code, "branch": self.branch, "status": self.status, "name": self.name,
            "received_at": self.received_at, "due_on": self.due_on, "version": self.version})
    }
}

/// Counter, dossier, event: the three statements between `begin` and `commit`, the counter last.
macro_rules! create {
    ($c:expr, $branch:expr) => {{
        let id = uuid::Uuid::now_v7().to_string();
        let dossier = Dossier {
            code: format!("{}-{}", $branch, id),
            id: id.clone(),
            branch: $branch,
            status: "received".into(),
            name: "Nguyễn Văn An".into(),
            received_at: 1_795_500_000,
            due_on: 20_000,
            version: 1,
        };
        diesel::insert_into(bare_dossiers::table).values(&dossier).execute($c)?;
        event!($c, id, 1, "received");
        diesel::insert_into(bare_counters::table)
            .values((
                bare_counters::agency.eq($branch.to_string()),
                bare_counters::day.eq(1),
                bare_counters::last.eq(1),
            ))
            .on_conflict((bare_counters::agency, bare_counters::day))
            .do_update()
            .set(bare_counters::last.eq(bare_counters::last + 1))
            .execute($c)?;
        Ok::<_, diesel::result::Error>(dossier)
    }};
}

macro_rules! event {
    ($c:expr, $id:expr, $seq:expr, $kind:expr) => {
        diesel::insert_into(bare_events::table)
            .values((
                bare_events::dossier.eq(&$id),
                bare_events::seq.eq($seq),
                bare_events::kind.eq($kind),
                bare_events::at.eq(1_795_500_000_i64),
                bare_events::facts.eq(FACTS),
                bare_events::hash.eq(HASH),
            ))
            .execute($c)?
    };
}

const SETTINGS: &str = "pragma busy_timeout = 10000; pragma journal_mode = wal; pragma synchronous = full; \
                        pragma wal_autocheckpoint = 4000;";

pub fn sqlite(url: &str) -> SqliteConnection {
    let path = url.strip_prefix("sqlite://").expect("an SQLite URL");
    let mut c = SqliteConnection::establish(path).expect("SQLite opens");
    c.batch_execute(SETTINGS).expect("settings");
    c
}

/// The same for those of the pool.
#[derive(Debug)]
struct Settings;

impl CustomizeConnection<SqliteConnection, diesel::r2d2::Error> for Settings {
    fn on_acquire(&self, c: &mut SqliteConnection) -> Result<(), diesel::r2d2::Error> {
        c.batch_execute(SETTINGS).map_err(diesel::r2d2::Error::QueryError)
    }
}

pub fn tables(kind: Kind, url: &str) {
    match kind {
        Kind::Sqlite => sqlite(url).batch_execute(TABLES),
        Kind::Postgres => PgConnection::establish(url).expect("PostgreSQL answers").batch_execute(TABLES),
    }
    .expect("bare tables");
}

/// Bare intakes a second, durable. PostgreSQL: `clients` connections, a transaction each. SQLite: as many acts a commit
/// as clients could wait for it.
pub fn bare_intake(kind: Kind, url: &str, clients: usize, time: Duration) -> f64 {
    let begun = Instant::now();
    let acts: u64 = match kind {
        Kind::Sqlite => {
            let mut c = sqlite(url);
            let mut acts = 0;
            while begun.elapsed() < time {
                c.immediate_transaction(|c| {
                    for n in 0..clients {
                        create!(c, i32::try_from(n % 6).expect("small"))?;
                    }
                    Ok::<_, diesel::result::Error>(())
                })
                .expect("committed");
                acts += clients as u64;
            }
            acts
        }
        Kind::Postgres => std::thread::scope(|scope| {
            let threads: Vec<_> = (0..clients)
                .map(|n| {
                    scope.spawn(move || {
                        let mut c = PgConnection::establish(url).expect("PostgreSQL answers");
                        let mut acts = 0;
                        while begun.elapsed() < time {
                            c.transaction(|c| create!(c, i32::try_from(n % 6).expect("small")))
                                .expect("committed");
                            acts += 1;
                        }
                        acts
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("a client")).sum()
        }),
    };
    acts as f64 / begun.elapsed().as_secs_f64()
}

type Sqlites = Pool<ConnectionManager<SqliteConnection>>;
type Pgs = Pool<ConnectionManager<PgConnection>>;

#[derive(Clone)]
enum Db {
    Sqlite(Sqlites),
    Pg(Pgs),
}

macro_rules! on {
    ($db:expr, |$c:ident| $body:expr) => {
        web::block(move || match &**$db {
            Db::Sqlite(pool) => {
                let $c = &mut *pool.get().expect("a connection");
                $body
            }
            Db::Pg(pool) => {
                let $c = &mut *pool.get().expect("a connection");
                $body
            }
        })
        .await
        .expect("the pool")
        .map_err(actix_web::error::ErrorInternalServerError)
    };
}

async fn read(db: web::Data<Db>, code: web::Path<String>) -> actix_web::Result<HttpResponse> {
    let found = on!(db, |c| bare_dossiers::table
        .filter(bare_dossiers::code.eq(code.into_inner()))
        .select(Dossier::as_select())
        .first(c))?;
    Ok(HttpResponse::Ok().json(found.json()))
}

#[derive(serde::Deserialize)]
struct New {
    branch: i32,
}

async fn post(db: web::Data<Db>, new: web::Json<New>) -> actix_web::Result<HttpResponse> {
    let made = web::block(move || match &**db {
        // At once, because a reader that becomes a writer is refused where another writes.
        Db::Sqlite(pool) => {
            pool.get().expect("a connection").immediate_transaction(|c| create!(c, new.branch))
        }
        Db::Pg(pool) => pool.get().expect("a connection").transaction(|c| create!(c, new.branch)),
    })
    .await
    .expect("the pool")
    .map_err(actix_web::error::ErrorInternalServerError)?;
    Ok(HttpResponse::Created().json(made.json()))
}

async fn list(db: web::Data<Db>, branch: web::Path<i32>) -> actix_web::Result<HttpResponse> {
    let found = on!(db, |c| bare_dossiers::table
        .filter(bare_dossiers::branch.eq(branch.into_inner()))
        .order((bare_dossiers::received_at.desc(), bare_dossiers::id))
        .limit(50)
        .select(Dossier::as_select())
        .load(c))?;
    Ok(HttpResponse::Ok().json(found.iter().map(Dossier::json).collect::<Vec<_>>()))
}

async fn transition(db: web::Data<Db>, code: web::Path<String>) -> actix_web::Result<HttpResponse> {
    let changed = web::block(move || match &**db {
        Db::Sqlite(_) => Err(diesel::result::Error::NotFound),
        Db::Pg(pool) => pool.get().expect("a connection").transaction(|c| {
            let mut one: Dossier = bare_dossiers::table
                .filter(bare_dossiers::code.eq(code.into_inner()))
                .select(Dossier::as_select())
                .for_update()
                .first(c)?;
            one.version += 1;
            diesel::update(bare_dossiers::table.find(&one.id))
                .set((bare_dossiers::status.eq("in_processing"), bare_dossiers::version.eq(one.version)))
                .execute(c)?;
            event!(c, one.id, one.version, "forwarded");
            Ok::<_, diesel::result::Error>(one)
        }),
    })
    .await
    .expect("the pool")
    .map_err(actix_web::error::ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().json(changed.json()))
}

/// Of the service's database.
fn plain_db(url: &str) -> plain::Db {
    match url.strip_prefix("sqlite://") {
        Some(path) => {
            let pool = Pool::builder().max_size(16).connection_customizer(Box::new(Settings));
            plain::Db::Sqlite(pool.build(ConnectionManager::new(path)).expect("a pool"))
        }
        None => {
            plain::Db::Pg(Pool::builder().max_size(16).build(ConnectionManager::new(url)).expect("a pool"))
        }
    }
}

/// The smallest service, beside it bare reads of the service's own database: run in a process of its own
/// (`floor URL SERVICE_URL`).
pub fn serve(url: &str, service_url: &str) {
    let db = if url.starts_with("sqlite://") {
        tables(Kind::Sqlite, url);
        let path = url.strip_prefix("sqlite://").expect("an SQLite URL");
        let pool = Pool::builder().max_size(16).connection_customizer(Box::new(Settings));
        Db::Sqlite(pool.build(ConnectionManager::new(path)).expect("a pool"))
    } else {
        tables(Kind::Postgres, url);
        Db::Pg(Pool::builder().max_size(16).build(ConnectionManager::new(url)).expect("a pool"))
    };
    let own = plain_db(service_url);
    let branches = web::Data::new(plain::branches(&own));
    actix_web::rt::System::new().block_on(async move {
        let db = web::Data::new(db);
        let server = HttpServer::new(move || {
            App::new()
                .app_data(db.clone())
                .route("/d", web::post().to(post))
                .route("/d/{code}", web::get().to(read))
                .route("/d/{code}/t", web::post().to(transition))
                .route("/of/{branch}", web::get().to(list))
                .configure(|config| plain::routes(&own, &branches, config))
        })
        .bind(("127.0.0.1", 0))
        .expect("a port");
        println!("http://{}", server.addrs()[0]);
        server.run().await.expect("served");
    });
}
