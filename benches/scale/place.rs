//! Databases of all sizes in one folder, and the service running on them.

use crate::machine;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_motcua");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// Where everything is kept, and the PostgreSQL of our own.
pub struct Place {
    pub folder: PathBuf,
    cluster: Option<Cluster>,
}

struct Cluster {
    server: Child,
    socket: PathBuf,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // SIGINT: end connections, write what is in memory, stop.
        let told = Command::new("kill").arg("-INT").arg(self.server.id().to_string()).status();
        if told.is_ok_and(|status| status.success()) {
            let _ended = self.server.wait();
        }
    }
}

impl Place {
    pub fn new(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).expect("a folder for the databases");
        let folder = folder.canonicalize().expect("its path");
        Self { folder, cluster: None }
    }

    /// The URL of a database; PostgreSQL is started when it is first asked for.
    pub fn url(&mut self, kind: Kind, name: &str) -> String {
        match kind {
            Kind::Sqlite => format!("sqlite://{}", self.folder.join(name).join("motcua.db").display()),
            Kind::Postgres => {
                let folder = &self.folder;
                let cluster = self.cluster.get_or_insert_with(|| Cluster::start(folder));
                format!(
                    "postgres://motcua@{}/{name}",
                    cluster.socket.display().to_string().replace('/', "%2F")
                )
            }
        }
    }

    /// Milliseconds of processor that PostgreSQL has used.
    pub fn server_cpu_ms(&self) -> u64 {
        self.cluster.as_ref().map_or(0, |cluster| machine::cpu_ms_with_children(cluster.server.id()))
    }

    pub fn create(&mut self, kind: Kind, name: &str) {
        if kind == Kind::Postgres {
            let admin = self.url(kind, "postgres");
            psql(&admin, &format!("create database {name}"));
        }
    }

    /// As a register is some minutes after it was filled: PostgreSQL's autovacuum has been there.
    pub fn settle(&mut self, kind: Kind, name: &str) {
        if kind == Kind::Postgres {
            psql(&self.url(kind, name), "vacuum (analyze)");
        }
    }

    pub fn drop_database(&mut self, kind: Kind, name: &str) {
        match kind {
            Kind::Sqlite => {
                let _gone = std::fs::remove_dir_all(self.folder.join(name));
            }
            Kind::Postgres => {
                let admin = self.url(kind, "postgres");
                psql(&admin, &format!("drop database if exists {name} with (force)"));
            }
        }
    }

    pub fn megabytes(&mut self, kind: Kind, name: &str) -> f64 {
        match kind {
            Kind::Sqlite => {
                let files = std::fs::read_dir(self.folder.join(name)).expect("its folder");
                let bytes: u64 = files.filter_map(|file| Some(file.ok()?.metadata().ok()?.len())).sum();
                bytes as f64 / 1e6
            }
            Kind::Postgres => {
                let admin = self.url(kind, "postgres");
                psql(&admin, &format!("select pg_database_size('{name}')")).trim().parse().unwrap_or(0.0)
                    / 1e6
            }
        }
    }
}

fn psql(url: &str, statement: &str) -> String {
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct Size {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        pg_database_size: i64,
    }
    let mut connection = PgConnection::establish(url).expect("PostgreSQL answers");
    if statement.starts_with("select") {
        let sizes: Vec<Size> = diesel::sql_query(statement).load(&mut connection).expect(statement);
        return sizes.first().map(|size| size.pg_database_size.to_string()).unwrap_or_default();
    }
    diesel::sql_query(statement).execute(&mut connection).expect(statement);
    String::new()
}

impl Cluster {
    /// As durable as PostgreSQL comes; with more memory than it comes with, as one would give it.
    fn start(folder: &Path) -> Self {
        let binaries = binaries().expect("PostgreSQL is installed (PG_BIN names its folder)");
        let home = folder.join("postgres");
        std::fs::create_dir_all(&home).expect("a folder for PostgreSQL");
        let socket = std::env::temp_dir().join(format!("motcua-bench-{}", std::process::id()));
        std::fs::create_dir_all(&socket).expect("a folder for its socket");
        let root = std::fs::metadata("/proc/self").is_ok_and(|this| this.uid() == 0);
        let (user, group) = unprivileged();
        let run = |program: &str, args: &[&str]| {
            let mut command = Command::new(binaries.join(program));
            command
                .args(args)
                .current_dir("/")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            if root {
                command.uid(user).gid(group);
            }
            command
        };
        if root {
            // PostgreSQL does not run as root.
            chown(&home, Some(user), Some(group)).expect("its folder given to it");
            chown(&socket, Some(user), Some(group)).expect("its folder given to it");
        }
        let data = home.join("data");
        let data_text = data.to_str().expect("UTF-8");
        if !data.exists() {
            let made = run(
                "initdb",
                &["-D", data_text, "--auth=trust", "--username=motcua", "--encoding=UTF8", "--locale=C"],
            );
            assert!({ made }.status().expect("initdb runs").success(), "initdb failed in {}", data.display());
        }
        let sockets = format!("unix_socket_directories={}", socket.display());
        let settings = [
            "listen_addresses=",
            &sockets,
            "max_connections=100",
            "shared_buffers=1GB",
            "max_wal_size=4GB",
            "effective_cache_size=4GB",
            "checkpoint_timeout=15min",
        ];
        let args: Vec<&str> = ["-D", data_text]
            .into_iter()
            .chain(settings.iter().flat_map(|setting| ["-c", setting]))
            .collect();
        let server = run("postgres", &args).process_group(0).spawn().expect("postgres starts");
        let url = format!("postgres://motcua@{}/postgres", socket.display().to_string().replace('/', "%2F"));
        let begun = Instant::now();
        while <diesel::PgConnection as diesel::Connection>::establish(&url).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(120), "PostgreSQL does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { server, socket }
    }
}

fn binaries() -> Option<PathBuf> {
    let named = std::env::var_os("PG_BIN").map(PathBuf::from);
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    let path = std::env::var_os("PATH").unwrap_or_default();
    named
        .into_iter()
        .chain(versions.into_iter().map(|(_, folder)| folder))
        .chain(std::env::split_paths(&path))
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

/// Numbers of `postgres`, else of `nobody`.
fn unprivileged() -> (u32, u32) {
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let of = |name: &str| {
        let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    of("postgres").or_else(|| of("nobody")).unwrap_or((65534, 65534))
}

/// What a command of the program took.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    pub seconds: f64,
    /// Milliseconds of processor.
    pub cpu_ms: u64,
    pub most_memory_mb: f64,
}

/// A command of the program to its end, looked at from time to time.
pub fn command(args: &[&str], url: &str) -> Took {
    let (begun, before) = (Instant::now(), machine::cpu_ms(std::process::id()));
    let mut child = spawn(args, url);
    let mut most_memory_mb = 0.0_f64;
    let ended = loop {
        most_memory_mb = most_memory_mb.max(machine::most_memory_mb(child.id()));
        if let Some(ended) = child.try_wait().expect("the program") {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(ended.success(), "motcua {args:?}");
    let cpu_ms = machine::cpu_ms(std::process::id()) - before;
    Took { seconds: begun.elapsed().as_secs_f64(), cpu_ms, most_memory_mb }
}

pub fn spawn(args: &[&str], url: &str) -> Child {
    Command::new(PROGRAM)
        .args(args)
        .args(["--database-url", url])
        .env("MOTCUA__LOG__LEVEL", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program runs")
}

/// A process that serves; stopped with the value.
pub struct Service {
    pub address: SocketAddr,
    /// From its start until it said that it can be asked and was.
    pub ready: Duration,
    child: Child,
}

impl Service {
    /// `motcua serve`, or (`floor`) the smallest service there is.
    pub fn start(program: &Path, args: &[&str], url: &str, folder: &Path) -> Self {
        let begun = Instant::now();
        let mut child = Command::new(program)
            .args(args)
            .current_dir(folder)
            .env("DATABASE_URL", url)
            .env("MOTCUA__HTTP__PORT", "0")
            .env("MOTCUA__LOG__LEVEL", "warn")
            .env("MOTCUA__LIMITS__PUBLIC_LOOKUPS_PER_MINUTE", "1000000")
            .env("MOTCUA__LIMITS__SIGN_INS_PER_MINUTE", "1000000")
            // As docs/OPERATIONS.md has it.
            .env("MIMALLOC_PURGE_DELAY", "0")
            .env("MIMALLOC_ARENA_EAGER_COMMIT", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the service starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("its output");
        let mut out = BufReader::new(out);
        while !line.contains("http://") {
            line.clear();
            assert!(out.read_line(&mut line).expect("what it says") > 0, "the service ended: {args:?} {url}");
        }
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        let address =
            line.split("http://").nth(1).and_then(|rest| rest.trim().parse().ok()).expect("an address");
        let mut service = Self { address, ready: Duration::ZERO, child };
        if args == ["serve"] {
            crate::client::Client::new(address).get("/health/ready", "").expect(200);
        }
        service.ready = begun.elapsed();
        service
    }

    pub fn serve(url: &str, folder: &Path) -> Self {
        Self::start(Path::new(PROGRAM), &["serve"], url, folder)
    }

    pub fn cpu_ms(&self) -> u64 {
        machine::cpu_ms(self.child.id())
    }

    pub fn memory_mb(&self) -> f64 {
        machine::memory_mb(self.child.id())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let told = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status();
        if told.is_ok_and(|status| status.success()) {
            let _ended = self.child.wait();
        }
    }
}
