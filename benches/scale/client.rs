//! A client that costs little beside what it measures: one connection a thread, nothing but HTTP/1.1 over a socket.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

pub struct Client {
    stream: TcpStream,
    address: SocketAddr,
    buffer: Vec<u8>,
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub fn header<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.headers(name).next()
    }

    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.head.lines().filter_map(move |line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.head, String::from_utf8_lossy(&self.body));
        self
    }
}

/// A request as bytes; `headers` end with a line break each.
pub fn request(method: &str, path: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}{length}\r\n{body}").into_bytes()
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the service takes connections");
        stream.set_nodelay(true).expect("no delay");
        stream.set_read_timeout(Some(Duration::from_secs(120))).expect("a time limit");
        Self { stream, address, buffer: vec![0; 64 * 1024] }
    }

    pub fn send(&mut self, request: &[u8]) -> Answer {
        self.stream.write_all(request).expect("sent");
        let mut all: Vec<u8> = Vec::with_capacity(4096);
        let head_end = loop {
            if let Some(end) = find(&all, b"\r\n\r\n") {
                break end + 4;
            }
            self.more(&mut all);
        };
        let head = String::from_utf8_lossy(&all[..head_end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        let mut answer = Answer { status, head, body: all.split_off(head_end) };
        if let Some(length) = answer.header("content-length").and_then(|n| n.parse::<usize>().ok()) {
            while answer.body.len() < length {
                self.more(&mut answer.body);
            }
        } else if answer.header("transfer-encoding").is_some() {
            while !answer.body.ends_with(b"0\r\n\r\n") {
                self.more(&mut answer.body);
            }
        }
        if answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close")) {
            *self = Self::new(self.address);
        }
        answer
    }

    fn more(&mut self, into: &mut Vec<u8>) {
        let n = self.stream.read(&mut self.buffer).expect("an answer");
        assert!(n > 0, "the service hung up: {}", String::from_utf8_lossy(into));
        into.extend_from_slice(&self.buffer[..n]);
    }

    pub fn get(&mut self, path: &str, headers: &str) -> Answer {
        self.send(&request("GET", path, headers, ""))
    }

    pub fn post(&mut self, path: &str, headers: &str, json: &str) -> Answer {
        self.send(&request("POST", path, &format!("{headers}Content-Type: application/json\r\n"), json))
    }
}

fn find(all: &[u8], what: &[u8]) -> Option<usize> {
    all.windows(what.len()).position(|window| window == what)
}

/// How many requests were answered in which time.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    pub acts: u64,
    pub seconds: f64,
}

impl Load {
    pub fn per_second(self) -> f64 {
        self.acts as f64 / self.seconds
    }
}

/// Lets `connections` threads send what `next(thread, n)` gives until the time is over; `seen` gets every answer.
pub fn load(
    address: SocketAddr,
    connections: usize,
    time: Duration,
    next: impl Fn(usize, u64) -> Option<Vec<u8>> + Sync,
    expected: u16,
    seen: impl Fn(usize, Answer) + Sync,
) -> Load {
    let begun = Instant::now();
    let acts = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections)
            .map(|thread| {
                let (next, seen) = (&next, &seen);
                scope.spawn(move || {
                    let mut client = Client::new(address);
                    let mut n = 0;
                    while begun.elapsed() < time {
                        let Some(request) = next(thread, n) else { break };
                        let answer = client.send(&request).expect(expected);
                        seen(thread, answer);
                        n += 1;
                    }
                    n
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a client")).sum()
    });
    Load { acts, seconds: begun.elapsed().as_secs_f64() }
}
