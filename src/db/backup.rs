//! A copy of the whole database in one new file, taken while the service runs.

use super::{DatabaseUrl, DbError};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{SqliteConnection, sql_query};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("the file exists already")]
    Exists,
    #[error("there is no database {0}")]
    NoDatabase(PathBuf),
    #[error("pg_dump is not installed")]
    NoPgDump,
    #[error("pg_dump: {0}")]
    PgDump(String),
    #[error("the copy is damaged: {0}")]
    Damaged(String),
    #[error(transparent)]
    File(#[from] std::io::Error),
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Writes a copy of the database to `file`, which must not exist. It appears under its name only when it is
/// whole and on the disk. SQLite: a database to open as it is. PostgreSQL: for `pg_restore`.
pub fn backup(url: &DatabaseUrl, file: &Path) -> Result<(), BackupError> {
    if file.exists() {
        return Err(BackupError::Exists);
    }
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    // What an earlier try left behind is in the way of `vacuum into`.
    if unfinished.exists() {
        fs::remove_file(&unfinished)?;
    }
    match url {
        DatabaseUrl::Sqlite(database) => copy_sqlite(database, &unfinished)?,
        DatabaseUrl::Postgres(url) => dump_postgres(url, &unfinished)?,
    }
    File::open(&unfinished)?.sync_all()?;
    // Unlike a rename, a link does not replace what somebody has put there meanwhile.
    match fs::hard_link(&unfinished, file) {
        Ok(()) => fs::remove_file(&unfinished)?,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Err(BackupError::Exists),
        Err(_no_links_here) => fs::rename(&unfinished, file)?,
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Verdict {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

fn copy_sqlite(database: &Path, copy: &Path) -> Result<(), BackupError> {
    if !database.is_file() {
        return Err(BackupError::NoDatabase(database.to_owned()));
    }
    let name = |path: &Path| {
        path.to_str()
            .map(str::to_owned)
            .ok_or_else(|| DbError::Unreachable("the path is not UTF-8".to_owned()))
    };
    let unreachable = |error: diesel::ConnectionError| DbError::Unreachable(error.to_string());
    let mut source = SqliteConnection::establish(&name(database)?).map_err(unreachable)?;
    source.batch_execute("pragma busy_timeout = 10000;").map_err(DbError::from)?;
    sql_query("vacuum into ?").bind::<Text, _>(name(copy)?).execute(&mut source).map_err(DbError::from)?;
    let mut copied = SqliteConnection::establish(&name(copy)?).map_err(unreachable)?;
    let said: Vec<Verdict> = sql_query("pragma integrity_check").load(&mut copied).map_err(DbError::from)?;
    match said.as_slice() {
        [one] if one.integrity_check == "ok" => Ok(()),
        damages => {
            let damages: Vec<_> = damages.iter().map(|damage| damage.integrity_check.as_str()).collect();
            Err(BackupError::Damaged(damages.join("; ")))
        }
    }
}

fn dump_postgres(url: &str, dump: &Path) -> Result<(), BackupError> {
    let mut command = Command::new("pg_dump");
    // Other users of the machine see arguments, not the environment.
    let (without_password, password) = apart(url);
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    command
        .arg("--format=custom")
        .arg("--no-owner")
        .arg("--file")
        .arg(dump)
        .arg("--dbname")
        .arg(without_password);
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(BackupError::PgDump(said.lines().last().unwrap_or("it said nothing").to_owned()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(BackupError::NoPgDump),
        Err(error) => Err(BackupError::File(error)),
    }
}

/// The URL without its password, and the password.
fn apart(url: &str) -> (String, Option<String>) {
    let Ok(mut parsed) = url::Url::parse(url) else { return (url.to_owned(), None) };
    let Some(password) = parsed.password().map(decoded) else { return (url.to_owned(), None) };
    match parsed.set_password(None) {
        Ok(()) => (parsed.into(), Some(password)),
        Err(()) => (url.to_owned(), None),
    }
}

/// `%40` as `@`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let byte = match (first, after) {
            (b'%', [high, low, ..]) => {
                std::str::from_utf8(&[*high, *low]).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok())
            }
            _ => None,
        };
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_taken_out_of_the_arguments() {
        let (url, password) = apart("postgres://motcua:p%40ss%3Aw@db:5433/motcua?sslmode=require");
        assert_eq!(url, "postgres://motcua@db:5433/motcua?sslmode=require");
        assert_eq!(password.as_deref(), Some("p@ss:w"));
        assert_eq!(apart("postgres://db/motcua"), ("postgres://db/motcua".to_owned(), None));
    }
}
