//! A mail server that others wrote (aiosmtpd): what it takes, the world takes.
//!
//! Runs in the Python named by `MOTCUA_TEST_PYTHON`, else in `python3`, where aiosmtpd is installed.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Keeps its port and its letters over [`RealSmtp::stop`] and [`RealSmtp::start_again`].
pub struct RealSmtp {
    port: u16,
    folder: TempDir,
    server: Option<Child>,
}

impl RealSmtp {
    /// Listening on a free port, or `None` where aiosmtpd is not installed (said loudly, and once).
    ///
    /// # Panics
    /// In CI without aiosmtpd.
    pub fn start() -> Option<RealSmtp> {
        let python = python_with_aiosmtpd()?;
        let folder = tempfile::Builder::new().prefix("motcua-mail-").tempdir().expect("a temporary folder");
        let (server, port) = listen(python, &folder, 0);
        Some(RealSmtp { port, folder, server: Some(server) })
    }

    /// `smtp://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The letters taken so far, oldest first, as they came.
    pub fn letters(&self) -> Vec<String> {
        let mut files: Vec<_> = std::fs::read_dir(self.folder.path())
            .expect("its folder")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
            .collect();
        files.sort();
        files
            .iter()
            .map(|file| String::from_utf8_lossy(&std::fs::read(file).expect("a letter")).into_owned())
            .collect()
    }

    /// Waits for the n-th letter; panics after `limit`.
    pub async fn wait_for_letters(&self, count: usize, limit: Duration) -> Vec<String> {
        let started = Instant::now();
        loop {
            let letters = self.letters();
            if letters.len() >= count {
                return letters;
            }
            assert!(
                started.elapsed() < limit,
                "waited {limit:?} for {count} letters: {} came",
                letters.len()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends the server: connecting is refused from now on.
    pub fn stop(&mut self) {
        let mut server = self.server.take().expect("it is running");
        server.kill().expect("killed");
        server.wait().expect("waited for");
    }

    /// A new server on the same port with the same letters.
    pub fn start_again(&mut self) {
        assert!(self.server.is_none(), "it is running");
        let python = python_with_aiosmtpd().expect("found before");
        let (server, port) = listen(python, &self.folder, self.port);
        assert_eq!(port, self.port);
        self.server = Some(server);
    }
}

impl Drop for RealSmtp {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server
            && let Err(error) = server.kill().and_then(|()| server.wait().map(|_| ()))
        {
            eprintln!("ending the mail server: {error}");
        }
    }
}

fn listen(python: &str, folder: &TempDir, port: u16) -> (Child, u16) {
    let mut server = Command::new(python)
        .args(["-c", include_str!("real_smtp.py")])
        .arg(folder.path())
        .arg(port.to_string())
        .stdin(Stdio::piped()) // closed with this process, however it ends; then the server ends too
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut line = String::new();
    let stdout = server.stdout.take().expect("piped above");
    BufReader::new(stdout).read_line(&mut line).expect("it says its port");
    let port = line.trim().parse().unwrap_or_else(|_| panic!("the mail server said {line:?}, not its port"));
    (server, port)
}

fn python_with_aiosmtpd() -> Option<&'static str> {
    static PYTHON: OnceLock<Option<String>> = OnceLock::new();
    let found = PYTHON.get_or_init(|| {
        let named = std::env::var("MOTCUA_TEST_PYTHON").ok().filter(|name| !name.is_empty());
        let python = named.unwrap_or_else(|| "python3".to_owned());
        let mut import = Command::new(&python);
        import.args(["-c", "import aiosmtpd.smtp"]).stdin(Stdio::null()).stderr(Stdio::null());
        if import.status().is_ok_and(|status| status.success()) {
            return Some(python);
        }
        if !super::in_ci() {
            skipped();
        }
        None
    });
    if found.is_none() && super::in_ci() {
        skipped();
    }
    found.as_deref()
}

fn skipped() {
    super::skipped(
        "aiosmtpd (a real mail server)",
        "Install it (pip install aiosmtpd) and name its Python in MOTCUA_TEST_PYTHON.",
    );
}

mod tests {
    use lettre::{Message, SmtpTransport, Transport as _};

    use super::*;

    fn send(port: u16) -> bool {
        let letter = Message::builder()
            .from("motcua@example.vn".parse().unwrap())
            .to("dan@example.vn".parse().unwrap())
            .subject("Thư xin lỗi")
            .body("Kính gửi\r\n".to_owned())
            .unwrap();
        let transport = SmtpTransport::builder_dangerous("127.0.0.1").port(port).build();
        transport.send(&letter).is_ok()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn letters_are_taken_kept_and_refused_while_it_is_down() {
        let Some(mut server) = RealSmtp::start() else { return };
        assert!(send(server.port()));
        let letters = server.wait_for_letters(1, Duration::from_secs(20)).await;
        assert!(letters.first().unwrap().contains("To: dan@example.vn"));
        server.stop();
        assert!(!send(server.port()));
        server.start_again();
        assert!(send(server.port()));
        assert_eq!(server.wait_for_letters(2, Duration::from_secs(20)).await.len(), 2);
    }
}
