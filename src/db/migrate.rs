//! Brings the schema up to date, under a lock: two instances that start together are safe.

use super::{Conn, Db, DbError};
use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel::{RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// "motcua" as a number: the advisory lock that instances starting together queue at.
const LOCK: i64 = 0x6d6f_7463_7561;

/// Where diesel keeps which migrations were applied.
const HISTORY: &str = "__diesel_schema_migrations";

/// Applies what is missing and returns how many migrations that were. Refuses a database newer than the program.
pub fn migrate(db: &Db) -> Result<usize, DbError> {
    db.write_blocking(|conn| match conn {
        // The door has begun an immediate transaction: that is SQLite's lock.
        Conn::Sqlite(c) => apply(*c, "_postgres"),
        Conn::Pg(c) => {
            sql_query(format!("select pg_advisory_xact_lock({LOCK})")).execute(*c)?;
            // `create table if not exists` would announce itself on every start.
            c.batch_execute("set local client_min_messages = warning")?;
            apply(*c, "_sqlite")
        }
    })
}

/// Whether the schema is the one this program knows, without touching it: for commands that only look.
///
/// # Errors
/// [`DbError::NewerThanProgram`] or [`DbError::OlderThanProgram`], with the first migration in question.
pub fn must_match(db: &Db) -> Result<(), DbError> {
    db.snapshot_blocking(|conn| match conn {
        Conn::Sqlite(c) => {
            let find = format!("select name from sqlite_master where name = '{HISTORY}'");
            let there: Vec<Named> = sql_query(find).load(*c)?;
            let applied = if there.is_empty() { Vec::new() } else { sql_query(applied_sql()).load(*c)? };
            compare(&names::<Sqlite>("_postgres")?, &applied)
        }
        Conn::Pg(c) => {
            let find = format!("select '{HISTORY}'::text as name where to_regclass('{HISTORY}') is not null");
            let there: Vec<Named> = sql_query(find).load(*c)?;
            let applied = if there.is_empty() { Vec::new() } else { sql_query(applied_sql()).load(*c)? };
            compare(&names::<Pg>("_sqlite")?, &applied)
        }
    })
}

#[derive(diesel::QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Not by [`MigrationHarness`], which begins by making its own table.
fn applied_sql() -> String {
    format!("select version as name from {HISTORY} order by version")
}

struct Known {
    name: String,
    version: String,
    ours: bool,
}

fn names<DB: Backend>(not_ours: &str) -> Result<Vec<Known>, DbError>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let known: Vec<Box<dyn Migration<DB>>> =
        MIGRATIONS.migrations().map_err(|error| DbError::Migration(error.to_string()))?;
    let known = known.iter().map(|migration| {
        let name = migration.name().to_string();
        Known { version: migration.name().version().to_string(), ours: !name.ends_with(not_ours), name }
    });
    Ok(known.collect())
}

fn compare(known: &[Known], applied: &[Named]) -> Result<(), DbError> {
    if let Some(newer) = applied.iter().find(|applied| !known.iter().any(|k| k.version == applied.name)) {
        return Err(DbError::NewerThanProgram(newer.name.clone()));
    }
    let lacking = known.iter().find(|k| k.ours && !applied.iter().any(|applied| applied.name == k.version));
    lacking.map_or(Ok(()), |k| Err(DbError::OlderThanProgram(k.name.clone())))
}

fn apply<DB: Backend, C: MigrationHarness<DB>>(conn: &mut C, not_ours: &str) -> Result<usize, DbError>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| DbError::Migration(error.to_string());
    let known: Vec<Box<dyn Migration<DB>>> = MIGRATIONS.migrations().map_err(failed)?;
    let applied = conn.applied_migrations().map_err(failed)?;
    if let Some(newer) = applied.iter().find(|version| !known.iter().any(|m| m.name().version() == **version))
    {
        return Err(DbError::NewerThanProgram(newer.to_string()));
    }
    let mut count = 0;
    for migration in known {
        let name = migration.name().to_string();
        if name.ends_with(not_ours) || applied.contains(&migration.name().version()) {
            continue;
        }
        conn.run_migration(&migration).map_err(failed)?;
        tracing::info!(migration = name, "applied");
        count += 1;
    }
    Ok(count)
}
