//! Brings the schema up to date, under a lock: two instances that start together are safe.

use super::{Conn, Db, DbError};
use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::{RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// "motcua" as a number: the advisory lock that instances starting together queue at.
const LOCK: i64 = 0x6d6f_7463_7561;

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
