//! A PostgreSQL of our own: one throw-away cluster for the whole test run, one database for each test.
//!
//! Found in this order: `TEST_DATABASE_URL` (a server that is there already; its user must be allowed
//! to create databases), `PG_BIN` (a folder with `initdb` and `postgres`), `PATH`,
//! `/usr/lib/postgresql/*/bin` and the usual places of other systems.
//!
//! The cluster lives in a folder only its user can enter and listens on a socket in it, so it needs no
//! free port and no password, and no other user of the machine can reach it.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

/// A database of one test's own; dropped with the value, whoever is still connected.
pub struct Database {
    pub url: String,
    name: String,
}

/// A fresh, empty database, or `None` where no PostgreSQL is installed (said loudly, and once).
///
/// # Panics
/// In CI without PostgreSQL; anywhere, when a PostgreSQL is there and does not work.
pub fn fresh() -> Option<Database> {
    Some(server()?.create_database(None))
}

/// A copy of `template`, a database that nobody is connected to: quicker than building the same again.
pub fn copy_of(template: &Database) -> Option<Database> {
    Some(server()?.create_database(Some(&template.name)))
}

struct Server {
    /// Of a database that always exists, to create and drop the others from.
    admin: Mutex<PgConnection>,
    url: ServerUrl,
    /// Holding it keeps the pipe open that keeps the cluster alive (see [`KEEPER`]).
    _keeper: Option<Child>,
}

/// The URL of a server, open at the place where the database's name goes.
struct ServerUrl {
    before: String,
    after: String,
}

fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Result<Option<Server>, String>> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        let server = Server::find_or_start();
        if matches!(server, Ok(None)) && !super::in_ci() {
            super::skipped(
                "PostgreSQL",
                "Install it (Debian: apt-get install postgresql) or set TEST_DATABASE_URL or PG_BIN.",
            );
        }
        server
    });
    match server {
        Ok(Some(server)) => Some(server),
        Ok(None) if super::in_ci() => panic!("CI without PostgreSQL: half of what is promised is not tested"),
        Ok(None) => None,
        Err(why) => panic!("PostgreSQL is there but does not work: {why}"),
    }
}

impl Server {
    fn find_or_start() -> Result<Option<Server>, String> {
        if let Some(url) = non_empty_env("TEST_DATABASE_URL") {
            let admin = Mutex::new(connect_patiently(&url).map_err(|e| format!("TEST_DATABASE_URL: {e}"))?);
            return Ok(Some(Server { admin, url: ServerUrl::around(&url)?, _keeper: None }));
        }
        let Some(binaries) = find_binaries()? else { return Ok(None) };
        Self::start(&binaries).map(Some)
    }

    fn start(binaries: &Path) -> Result<Server, String> {
        let folder = private_folder().map_err(|e| format!("making its folder: {e}"))?;
        let owner = folder.metadata().map_err(|e| e.to_string())?;
        let mut keeper = Command::new("sh");
        keeper.arg("-c").arg(KEEPER).arg("sh").arg(binaries).arg(&folder);
        keeper.arg(if non_empty_env("MOTCUA_TEST_FSYNC").is_some() { "on" } else { "off" });
        keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Out of our process group: Ctrl-C in the terminal must not reach it before it has cleaned up.
        keeper.current_dir("/").process_group(0);
        if running_as_root() {
            keeper.uid(owner.uid()).gid(owner.gid());
        }
        let mut keeper = keeper.spawn().map_err(|e| format!("sh: {e}"))?;

        let host = folder.to_str().ok_or("the temporary folder's name is not UTF-8")?.replace('/', "%2F");
        let url = ServerUrl { before: format!("postgres://motcua@{host}/"), after: String::new() };
        let started = Instant::now();
        loop {
            match PgConnection::establish(&url.of("postgres")) {
                Ok(admin) => return Ok(Server { admin: Mutex::new(admin), url, _keeper: Some(keeper) }),
                Err(error) => {
                    let gone = keeper.try_wait().map_err(|e| e.to_string())?;
                    if gone.is_some() || started.elapsed() > Duration::from_secs(60) {
                        let log = std::fs::read_to_string(folder.with_extension("log")).unwrap_or_default();
                        return Err(format!("{error}\n{log}"));
                    }
                }
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn create_database(&self, template: Option<&str>) -> Database {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        // The process id keeps runs apart that share one TEST_DATABASE_URL.
        let name = format!("motcua_test_{}_{number}", std::process::id());
        let template = template.map(|t| format!(" TEMPLATE {t}")).unwrap_or_default();
        self.execute(&format!("CREATE DATABASE {name}{template}"));
        Database { url: self.url.of(&name), name }
    }

    fn execute(&self, statement: &str) {
        let mut admin = self.admin.lock().unwrap_or_else(PoisonError::into_inner);
        admin.batch_execute(statement).unwrap_or_else(|e| panic!("{statement}: {e}"));
    }
}

/// A server that somebody has only just started may still be starting up.
fn connect_patiently(url: &str) -> diesel::ConnectionResult<PgConnection> {
    let started = Instant::now();
    loop {
        match PgConnection::establish(url) {
            Err(_) if started.elapsed() < Duration::from_secs(10) => {
                std::thread::sleep(Duration::from_millis(200));
            }
            answer => return answer,
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some(server) = server() else { return };
        let mut admin = server.admin.lock().unwrap_or_else(PoisonError::into_inner);
        let dropped = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        if let Err(error) = dropped {
            eprintln!("dropping {}: {error}", self.name); // a panic here would hide the test's own
        }
    }
}

impl ServerUrl {
    /// Splits `postgres://user@host:port/name?options` around its name.
    fn around(url: &str) -> Result<ServerUrl, String> {
        let (_, rest) = url.split_once("://").ok_or("TEST_DATABASE_URL must be postgres://…")?;
        let path = url.len() - rest.len() + rest.find(['/', '?']).unwrap_or(rest.len());
        let query = url.find('?').unwrap_or(url.len());
        Ok(ServerUrl { before: format!("{}/", &url[..path]), after: url[query..].to_owned() })
    }

    fn of(&self, database: &str) -> String {
        format!("{}{database}{}", self.before, self.after)
    }
}

/// Makes the cluster, serves it, and takes everything away when the other end of its standard input
/// is closed: by the end of the tests, by a panic, by kill -9.
const KEEPER: &str = r#"
bin=$1 folder=$2 fsync=$3
exec >"$folder.log" 2>&1
trap 'rm -rf "$folder" "$folder.log"' EXIT
trap '' INT TERM HUP
# Locale C as in docker-compose.yml: text sorts by its bytes, as in SQLite and in Rust.
"$bin/initdb" -D "$folder/data" --auth=trust --username=motcua --encoding=UTF8 --locale=C --no-sync || {
    trap - EXIT # the log says why
    exit 1
}
"$bin/postgres" -D "$folder/data" -c listen_addresses= -c unix_socket_directories="$folder" \
    -c max_connections=200 -c shared_buffers=64MB -c timezone=UTC \
    -c fsync="$fsync" -c synchronous_commit="$fsync" -c full_page_writes="$fsync" </dev/null &
postgres=$!
cat >/dev/null
kill -QUIT $postgres # nobody needs the data any more
wait $postgres
"#;

/// A new folder that belongs to the user the server will run as: it refuses to run as root.
fn private_folder() -> std::io::Result<PathBuf> {
    // Not a TempDir: the keeper removes it, also when this process is killed. The name is short,
    // because the path of a socket may not be longer than some hundred bytes.
    let folder = tempfile::Builder::new().prefix("motcua-pg-").tempdir()?.keep();
    if running_as_root() {
        let (user, group) = unprivileged_user();
        // The log stands beside the folder, and /tmp is nobody's to write in where it is not sticky.
        let log = folder.with_extension("log");
        std::fs::write(&log, "")?;
        chown(&log, Some(user), Some(group))?;
        chown(&folder, Some(user), Some(group))?;
    }
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700))?;
    Ok(folder)
}

/// Asked of a file we have just made: no unsafe call, no library.
fn running_as_root() -> bool {
    static ROOT: OnceLock<bool> = OnceLock::new();
    *ROOT.get_or_init(|| {
        let probe = tempfile::tempfile().and_then(|file| file.metadata());
        probe.is_ok_and(|metadata| metadata.uid() == 0)
    })
}

/// Numbers of `postgres`, else of `nobody`.
fn unprivileged_user() -> (u32, u32) {
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let numbers = |name: &str| {
        let mut fields = passwd
            .lines()
            .map(|line| line.split(':'))
            .find_map(|mut fields| (fields.next() == Some(name)).then_some(fields))?;
        let user = fields.nth(1)?.parse().ok()?;
        let group = fields.next()?.parse().ok()?;
        Some((user, group))
    };
    numbers("postgres").or_else(|| numbers("nobody")).unwrap_or((65534, 65534))
}

fn find_binaries() -> Result<Option<PathBuf>, String> {
    let complete = |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    if let Some(folder) = non_empty_env("PG_BIN").map(PathBuf::from) {
        return if complete(&folder) {
            Ok(Some(folder))
        } else {
            Err(format!("PG_BIN={}: no initdb and postgres in it", folder.display()))
        };
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut installed: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    installed.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    let elsewhere = ["/usr/pgsql/bin", "/opt/homebrew/opt/postgresql/bin", "/usr/local/pgsql/bin"];
    Ok(std::env::split_paths(&path)
        .chain(installed.into_iter().map(|(_, folder)| folder))
        .chain(elsewhere.iter().map(PathBuf::from))
        .find(complete))
}

fn non_empty_env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use diesel::sql_types::Text;
    use diesel::{QueryableByName, RunQueryDsl as _, sql_query};

    use super::*;

    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = Text)]
        value: String,
    }

    fn ask(connection: &mut PgConnection, expression: &str) -> String {
        let rows: Vec<Setting> =
            sql_query(format!("SELECT ({expression})::text AS value")).load(connection).unwrap();
        rows.into_iter().next().unwrap().value
    }

    #[test]
    fn each_test_gets_an_empty_database_of_its_own() {
        let (Some(one), Some(other)) = (fresh(), fresh()) else { return };
        let mut in_one = PgConnection::establish(&one.url).unwrap();
        in_one.batch_execute("CREATE TABLE here (id int)").unwrap();
        let mut in_other = PgConnection::establish(&other.url).unwrap();
        assert_eq!(ask(&mut in_other, "SELECT count(*) FROM pg_tables WHERE tablename = 'here'"), "0");
        assert_eq!(
            ask(&mut in_other, "SELECT pg_encoding_to_char(encoding) FROM pg_database LIMIT 1"),
            "UTF8"
        );
    }

    #[test]
    fn a_database_is_gone_with_its_value_even_while_somebody_is_connected() {
        let (Some(one), Some(other)) = (fresh(), fresh()) else { return };
        let name = one.name.clone();
        let _connected = PgConnection::establish(&one.url).unwrap();
        drop(one);
        let mut in_other = PgConnection::establish(&other.url).unwrap();
        let left = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
        assert_eq!(ask(&mut in_other, &left), "0");
    }

    #[test]
    fn a_copy_holds_what_its_template_holds() {
        let Some(template) = fresh() else { return };
        let mut connection = PgConnection::establish(&template.url).unwrap();
        connection.batch_execute("CREATE TABLE t AS SELECT 7 AS seven").unwrap();
        drop(connection);
        let copy = copy_of(&template).unwrap();
        assert_eq!(ask(&mut PgConnection::establish(&copy.url).unwrap(), "SELECT seven FROM t"), "7");
    }

    #[test]
    fn the_name_is_put_where_a_url_has_it() {
        let cases = [
            ("postgres://u:p@h:5432/old?sslmode=disable", "postgres://u:p@h:5432/new?sslmode=disable"),
            ("postgres://h", "postgres://h/new"),
            ("postgres://h?user=u", "postgres://h/new?user=u"),
            ("postgres://u@%2Ftmp%2Fx/old", "postgres://u@%2Ftmp%2Fx/new"),
        ];
        for (given, expected) in cases {
            assert_eq!(ServerUrl::around(given).unwrap().of("new"), expected);
        }
    }
}
