//! A mail server for tests: answers each step as its script says and remembers what it was told.

use super::Outgoing;
use chrono::DateTime;
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// Instead of a reply: hang up.
pub(super) const DROP: &str = "(hang up)";
/// Instead of a reply: say nothing until the other side leaves.
pub(super) const SILENCE: &str = "(silence)";

/// The reply to each step, without the last line break.
#[derive(Clone, Copy, Debug)]
pub(super) struct Script {
    pub greeting: &'static str,
    pub ehlo: &'static str,
    pub starttls: &'static str,
    pub auth: &'static str,
    pub mail: &'static str,
    pub rcpt: &'static str,
    pub data: &'static str,
    pub body: &'static str,
}

impl Script {
    /// Takes everything, in the open, from anybody.
    pub(super) const PLAIN: Self = Self {
        greeting: "220 motcua.example.vn ESMTP",
        ehlo: "250 motcua.example.vn",
        starttls: "220 go ahead",
        auth: "235 2.7.0 welcome",
        mail: "250 2.1.0 Ok",
        rcpt: "250 2.1.5 Ok",
        data: "354 go ahead",
        body: "250 2.0.0 Ok: queued as 4F1",
    };
}

impl Default for Script {
    fn default() -> Self {
        Self::PLAIN
    }
}

/// What came in.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub commands: Vec<String>,
    /// Everything after the 354, up to and with the final dot where it came.
    pub body: Vec<u8>,
    /// The final dot came.
    pub accepted: bool,
    left: bool,
}

pub(super) struct TestServer {
    pub address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

impl TestServer {
    pub(super) fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }

    /// Until the connection is over, so that a late byte cannot be missed.
    pub(super) fn wait_until_left(&self) {
        for _ in 0..500 {
            if self.seen.lock().unwrap().left {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("the client never left");
    }
}

/// Serves one conversation in the open, STARTTLS only as far as the script's reply.
pub(super) fn serve(script: Script) -> TestServer {
    listen(script, Encryption::Never)
}

/// Serves one conversation with the test certificate for `localhost`: encrypted from the first byte, or after a
/// STARTTLS that was answered with 220.
pub(super) fn serve_encrypted(script: Script, from_the_start: bool) -> TestServer {
    listen(script, if from_the_start { Encryption::FromTheStart } else { Encryption::Starttls })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encryption {
    Never,
    Starttls,
    FromTheStart,
}

fn listen(script: Script, encryption: Encryption) -> TestServer {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(Mutex::new(Seen::default()));
    let notes = Arc::clone(&seen);
    thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let wire: Wire = match encryption {
            Encryption::FromTheStart => encrypted(&socket),
            _ => BufReader::new(Box::new(socket.try_clone().unwrap())),
        };
        converse(&socket, wire, script, encryption, &notes);
        notes.lock().unwrap().left = true;
    });
    TestServer { address, seen }
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}
type Wire = BufReader<Box<dyn Stream>>;

fn encrypted(socket: &TcpStream) -> Wire {
    let chain = CertificateDer::from_pem_slice(include_bytes!("test_certificates/server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("test_certificates/server.key")).unwrap();
    let settings = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![chain], key)
        .unwrap();
    let connection = ServerConnection::new(Arc::new(settings)).unwrap();
    BufReader::new(Box::new(StreamOwned::new(connection, socket.try_clone().unwrap())))
}

fn converse(socket: &TcpStream, mut wire: Wire, script: Script, encryption: Encryption, seen: &Mutex<Seen>) {
    if !answer(&mut wire, script.greeting) {
        return;
    }
    loop {
        let mut line = String::new();
        if !matches!(wire.read_line(&mut line), Ok(1..)) {
            return;
        }
        let line = line.trim_end().to_owned();
        let verb = line.split([' ', ':']).next().unwrap().to_owned();
        let reply = match verb.as_str() {
            "EHLO" => script.ehlo,
            "STARTTLS" => script.starttls,
            "AUTH" => script.auth,
            "MAIL" => script.mail,
            "RCPT" => script.rcpt,
            "DATA" => script.data,
            "QUIT" => "221 bye",
            _ => "500 what?",
        };
        seen.lock().unwrap().commands.push(line);
        if !answer(&mut wire, reply) || verb == "QUIT" {
            return;
        }
        if verb == "STARTTLS" && encryption == Encryption::Starttls && reply.starts_with("220") {
            wire = encrypted(socket);
        }
        if verb == "DATA"
            && reply.starts_with("354")
            && !(take_text(&mut wire, seen) && answer(&mut wire, script.body))
        {
            return;
        }
    }
}

/// Whether the final dot came.
fn take_text(wire: &mut Wire, seen: &Mutex<Seen>) -> bool {
    loop {
        let mut line = Vec::new();
        if !matches!(wire.read_until(b'\n', &mut line), Ok(1..)) {
            return false;
        }
        let last = line == b".\r\n";
        let mut seen = seen.lock().unwrap();
        seen.body.extend_from_slice(&line);
        if last {
            seen.accepted = true;
            return true;
        }
    }
}

/// Whether the conversation goes on.
fn answer(wire: &mut Wire, reply: &str) -> bool {
    match reply {
        DROP => false,
        SILENCE => {
            let mut rest = Vec::new();
            let _heard = wire.read_to_end(&mut rest);
            false
        }
        reply => {
            let out = wire.get_mut();
            out.write_all(format!("{reply}\r\n").as_bytes()).is_ok() && out.flush().is_ok()
        }
    }
}

/// A letter to nobody real.
pub(super) fn letter() -> Outgoing {
    Outgoing {
        message_id: "0190-thu@motcua.example.vn".to_owned(),
        from: "Bộ phận Một cửa <motcua@example.vn>".to_owned(),
        reply_to: None,
        to: "an@example.vn".to_owned(),
        to_name: Some("Nguyễn Văn An".to_owned()),
        subject:
            "Thư xin lỗi và hẹn lại ngày trả kết quả, hồ sơ 000.00.03.H29-260102-0001 của Ông Nguyễn Văn An"
                .to_owned(),
        text: "Cơ quan chân thành xin lỗi.\n.\nMột dòng chỉ có dấu chấm ở trên.\n".to_owned(),
        html: "<p>Cơ quan chân thành xin lỗi.</p>".to_owned(),
        attachments: Vec::new(),
        date: DateTime::parse_from_rfc3339("2026-01-05T09:00:00+07:00").unwrap().to_utc(),
    }
}
