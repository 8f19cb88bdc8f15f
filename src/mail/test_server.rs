//! A mail server for tests: answers each step as its script says and remembers what it was told.

use super::Outgoing;
use chrono::DateTime;
use std::{
    io::{BufRead, BufReader, Write},
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

impl Default for Script {
    fn default() -> Self {
        Self {
            greeting: "220 motcua.example.vn ESMTP",
            ehlo: "250 motcua.example.vn",
            starttls: "220 go ahead",
            auth: "235 2.7.0 welcome",
            mail: "250 2.1.0 Ok",
            rcpt: "250 2.1.5 Ok",
            data: "354 go ahead",
            body: "250 2.0.0 Ok: queued as 4F1",
        }
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

/// Serves one conversation.
pub(super) fn serve(script: Script) -> TestServer {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(Mutex::new(Seen::default()));
    let notes = Arc::clone(&seen);
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        converse(&stream, script, &notes);
        notes.lock().unwrap().left = true;
    });
    TestServer { address, seen }
}

fn converse(stream: &TcpStream, script: Script, seen: &Mutex<Seen>) {
    let mut lines = BufReader::new(stream);
    if !answer(stream, &mut lines, script.greeting) {
        return;
    }
    loop {
        let mut line = String::new();
        if !matches!(lines.read_line(&mut line), Ok(1..)) {
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
        if !answer(stream, &mut lines, reply) || verb == "QUIT" {
            return;
        }
        if verb == "DATA" && reply.starts_with("354") {
            if !take_text(&mut lines, seen) || !answer(stream, &mut lines, script.body) {
                return;
            }
        }
    }
}

/// Whether the final dot came.
fn take_text(lines: &mut impl BufRead, seen: &Mutex<Seen>) -> bool {
    loop {
        let mut line = Vec::new();
        if !matches!(lines.read_until(b'\n', &mut line), Ok(1..)) {
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
fn answer(mut stream: &TcpStream, lines: &mut impl BufRead, reply: &str) -> bool {
    match reply {
        DROP => false,
        SILENCE => {
            let mut rest = Vec::new();
            let _heard = lines.read_to_end(&mut rest);
            false
        }
        reply => stream.write_all(format!("{reply}\r\n").as_bytes()).is_ok(),
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
