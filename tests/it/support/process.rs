//! The compiled program itself: one command to its end, or a running service that can be killed.
//!
//! Every program runs in an empty folder of its own and sees nothing of the developer's environment,
//! so what it keeps beside its database (mail as files, say) is the test's alone.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::database::TestDatabase;

/// How long a start, a stop or a whole command may take before the test fails; generous, since this
/// only ever matters when something hangs.
const PATIENCE: Duration = Duration::from_secs(120);

const PROGRAM: &str = env!("CARGO_BIN_EXE_motcua");

/// What a finished command said.
#[derive(Debug)]
pub struct Output {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    /// Fails the test, showing what the command said, unless it succeeded.
    #[track_caller]
    pub fn success(self) -> Output {
        assert!(self.status.success(), "{}\n{}\n{}", self.status, self.stdout, self.stderr);
        self
    }

    /// Fails the test, showing what the command said, unless it ended with this exit code.
    #[track_caller]
    pub fn code(self, expected: i32) -> Output {
        assert_eq!(self.status.code(), Some(expected), "{}\n{}", self.stdout, self.stderr);
        self
    }
}

/// Runs `motcua ARGS` to its end in an empty folder, with this on its standard input.
pub fn run(args: &[&str], env: &[(&str, &str)], stdin: &str) -> Output {
    let folder = empty_folder();
    run_in(folder.path(), args, env, stdin)
}

/// The same on a database.
pub fn run_on(db: &TestDatabase, args: &[&str], stdin: &str) -> Output {
    run(args, &[("DATABASE_URL", &db.url)], stdin)
}

/// The same in a folder of the caller's.
pub fn run_in(folder: &Path, args: &[&str], env: &[(&str, &str)], stdin: &str) -> Output {
    // Files, not pipes: nothing here can be blocked by a full pipe.
    let temporary = || tempfile::tempfile().expect("a temporary file");
    let (mut input, mut stdout, mut stderr) = (temporary(), temporary(), temporary());
    input.write_all(stdin.as_bytes()).expect("standard input written");
    input.rewind().expect("standard input rewound");
    let again = |file: &File| file.try_clone().expect("a second handle");
    let mut child = command(PROGRAM, folder, args, env)
        .stdin(again(&input))
        .stdout(again(&stdout))
        .stderr(again(&stderr))
        .spawn()
        .expect("the program starts");
    let status = wait(&mut child, PATIENCE).unwrap_or_else(|| {
        child.kill().expect("killed");
        panic!("motcua {args:?} did not end in {PATIENCE:?}\n{}", read_from(&mut stderr, 0))
    });
    Output { status, stdout: read_from(&mut stdout, 0), stderr: read_from(&mut stderr, 0) }
}

/// A running `motcua serve` (or another command that stays); killed when dropped.
///
/// When the test fails, the end of what it logged is shown.
pub struct Service {
    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub base_url: String,
    program: &'static str,
    args: Vec<String>,
    env: Vec<(String, String)>,
    folder: TempDir,
    child: Child,
}

impl Service {
    /// `motcua serve` on a free port, ready to be asked. `env` comes on top and may override.
    pub async fn start(db: &TestDatabase, env: &[(&str, &str)]) -> Service {
        let mut all = vec![("DATABASE_URL", db.url.as_str()), ("MOTCUA__HTTP__PORT", "0")];
        all.extend_from_slice(env);
        Self::start_with(&["serve"], &all).await
    }

    /// Any command that prints the address it serves on, ready to be asked.
    pub async fn start_with(args: &[&str], env: &[(&str, &str)]) -> Service {
        let mut service = Self::spawn(args, env);
        service.wait_until_ready(0).await;
        service
    }

    /// A command that stays without serving, such as `work`: started, not waited for.
    pub fn spawn(args: &[&str], env: &[(&str, &str)]) -> Service {
        Self::spawn_program(PROGRAM, args, env)
    }

    fn spawn_program(program: &'static str, args: &[&str], env: &[(&str, &str)]) -> Service {
        let folder = empty_folder();
        let child = spawn_logged(program, folder.path(), args, env);
        Service {
            base_url: String::new(),
            program,
            args: args.iter().map(|a| (*a).to_owned()).collect(),
            env: env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            folder,
            child,
        }
    }

    /// `base_url` and a path that begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// The folder it runs in, kept over [`Service::restart`].
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// All it has logged (standard error), over all its starts.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.stderr_file()).unwrap_or_default()
    }

    /// All it has said to people (standard output), over all its starts.
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.stdout_file()).unwrap_or_default()
    }

    /// As when the power goes: no chance to tidy up. Returns when the process is gone.
    pub fn kill9(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("waited for");
    }

    /// As a service manager stops it (SIGTERM), and what it answered.
    pub fn stop(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.wait_for_end()
    }

    /// Sends a signal by name (`TERM`, `STOP`, `CONT`, …).
    pub fn signal(&self, name: &str) {
        // The shell's word for it: the call itself is unsafe, and there is no `unsafe` in this package.
        let sent = Command::new("sh").arg("-c").arg(format!("kill -{name} {}", self.child.id())).status();
        assert!(sent.expect("sh runs").success(), "SIG{name} not sent");
    }

    /// Waits until it ends by itself.
    pub fn wait_for_end(&mut self) -> ExitStatus {
        wait(&mut self.child, PATIENCE).unwrap_or_else(|| panic!("still running after {PATIENCE:?}"))
    }

    /// The same command in the same folder again, after [`Service::kill9`] or [`Service::stop`].
    pub async fn restart(&mut self) {
        assert!(self.child.try_wait().expect("asked").is_some(), "still running");
        let args: Vec<&str> = self.args.iter().map(String::as_str).collect();
        let env: Vec<(&str, &str)> = self.env.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let said_before = file_length(&self.stdout_file());
        self.child = spawn_logged(self.program, self.folder.path(), &args, &env);
        if !self.base_url.is_empty() {
            self.wait_until_ready(said_before).await;
        }
    }

    /// Reads its address from what it says after this many bytes, then asks until it is ready.
    async fn wait_until_ready(&mut self, said_before: u64) {
        let started = Instant::now();
        let client = reqwest::Client::new();
        let mut last = "it has not said where it serves".to_owned();
        loop {
            let mut stdout = File::open(self.stdout_file()).expect("its output");
            if let Some(address) = address_in(&read_from(&mut stdout, said_before)) {
                match client.get(format!("{address}/health/ready")).send().await {
                    Ok(answer) if answer.status().is_success() => {
                        self.base_url = address;
                        return;
                    }
                    Ok(answer) => last = format!("/health/ready answers {}", answer.status()),
                    Err(error) => last = error.to_string(),
                }
            }
            if let Some(status) = self.child.try_wait().expect("asked") {
                panic!("motcua {:?} ended ({status}) before it was ready: {last}", self.args);
            }
            assert!(started.elapsed() < PATIENCE, "motcua {:?} is not ready: {last}", self.args);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn stdout_file(&self) -> PathBuf {
        self.folder.path().join("stdout.txt")
    }

    fn stderr_file(&self) -> PathBuf {
        self.folder.path().join("stderr.txt")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let gone = self.child.try_wait().is_ok_and(|status| status.is_some());
        if !gone && let Err(error) = self.child.kill().and_then(|()| self.child.wait().map(|_| ())) {
            eprintln!("killing {}: {error}", self.child.id());
        }
        if std::thread::panicking() {
            eprintln!("--- motcua {:?} said:\n{}", self.args, last_lines(&self.said(), 20));
            eprintln!("--- and logged:\n{}---", last_lines(&self.log(), 100));
        }
    }
}

/// The program, with nothing of our own environment but what any program needs.
fn command(program: &str, folder: &Path, args: &[&str], env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(folder).env_clear();
    for name in ["PATH", "HOME", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.env("RUST_BACKTRACE", "1").envs(env.iter().copied());
    command
}

fn spawn_logged(program: &str, folder: &Path, args: &[&str], env: &[(&str, &str)]) -> Child {
    let log = |name| {
        OpenOptions::new().create(true).append(true).open(folder.join(name)).expect("a file for its output")
    };
    command(program, folder, args, env)
        .stdin(Stdio::null())
        .stdout(log("stdout.txt"))
        .stderr(log("stderr.txt"))
        .spawn()
        .expect("the program starts")
}

fn empty_folder() -> TempDir {
    tempfile::Builder::new().prefix("motcua-run-").tempdir().expect("a temporary folder")
}

/// `None` when it is still running after the limit.
fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("asked") {
            return Some(status);
        }
        if started.elapsed() > limit {
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The first `http://127.0.0.1:PORT` in a line that is complete.
fn address_in(said: &str) -> Option<String> {
    const START: &str = "http://127.0.0.1:";
    let complete = &said[..said.rfind('\n')?];
    let address = &complete[complete.find(START)?..];
    let port: String = address[START.len()..].chars().take_while(char::is_ascii_digit).collect();
    (!port.is_empty()).then(|| format!("{START}{port}"))
}

fn read_from(file: &mut File, start: u64) -> String {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(start)).expect("sought");
    file.read_to_end(&mut bytes).expect("read");
    String::from_utf8_lossy(&bytes).into_owned()
}

fn file_length(file: &Path) -> u64 {
    file.metadata().map(|metadata| metadata.len()).unwrap_or(0)
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut last = String::new();
    for line in &lines[lines.len().saturating_sub(count)..] {
        writeln!(last, "{line}").expect("a string takes everything");
    }
    last
}

mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn the_address_is_read_from_a_complete_line_only() {
        assert_eq!(address_in("http://127.0.0.1:80"), None);
        let said = "Một cửa is open\n  at http://127.0.0.1:8080/api/docs\n";
        assert_eq!(address_in(said).as_deref(), Some("http://127.0.0.1:8080"));
        assert_eq!(address_in("nothing here\n"), None);
    }

    /// Answers whatever is asked with 503 twice, then always with 200.
    async fn health() -> String {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            for number in 0.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
                let status = if number < 2 { "503 Not Yet" } else { "200 OK" };
                let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        address
    }

    /// A program that stays, and says goodbye when asked to go.
    const STAYS: &str = r#"
        trap 'echo goodbye >&2; exit 7' TERM
        echo "started in $(pwd), sees DATABASE_URL=$DATABASE_URL" >&2
        echo "open at $ADDRESS/api/docs"
        while :; do sleep 0.01; done
    "#;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_service_is_ready_when_started_and_can_be_stopped_killed_and_started_again() {
        let address = health().await;
        let mut service = Service::spawn_program("sh", &["-c", STAYS], &[("ADDRESS", &address)]);
        service.wait_until_ready(0).await;
        assert_eq!(service.url("/health/ready"), format!("{address}/health/ready"));
        assert_eq!(service.stop().code(), Some(7));
        assert!(service.log().ends_with("goodbye\n"), "{}", service.log());

        service.restart().await;
        service.kill9();
        assert_eq!(service.log().matches("goodbye").count(), 1, "killed without a word");
        assert_eq!(service.log().matches("started in").count(), 2);
        assert_eq!(service.said().lines().count(), 2);
        assert!(service.log().contains("sees DATABASE_URL=\n"), "nothing of our own environment");
    }

    #[tokio::test]
    async fn a_service_that_is_dropped_is_gone() {
        let service = Service::spawn_program("sh", &["-c", STAYS], &[("ADDRESS", "")]);
        let id = service.id().to_string();
        let alive =
            || Command::new("sh").args(["-c", "kill -0 $0 2>/dev/null", &id]).status().unwrap().success();
        assert!(alive());
        drop(service);
        assert!(!alive());
    }

    #[tokio::test]
    #[should_panic(expected = "before it was ready")]
    async fn a_service_that_ends_before_it_is_ready_fails_the_test_at_once() {
        Service::spawn_program("sh", &["-c", "echo no database >&2; exit 3"], &[]).wait_until_ready(0).await;
    }
}
