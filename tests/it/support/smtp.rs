//! A mail server that misbehaves as it is told, to see what becomes of a letter then.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

/// Where in the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Before the greeting.
    Connect,
    /// `AUTH`, if the client tries it; any name and password are right otherwise.
    Auth,
    MailFrom,
    RcptTo,
    /// `DATA`, before the letter.
    Data,
    /// The whole letter has arrived; the answer decides whose it is from now on.
    Body,
}

/// What happens there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Answers this code (4xx and 5xx refuse) and goes on listening.
    Reply(u16),
    /// Cuts the connection without a word.
    Drop,
    /// Goes on as usual, but after a while.
    Wait(Duration),
    /// Goes on as usual once the test says [`Sink::release`].
    Hold,
}

/// What one connection meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    Accept,
    At(Stage, Act),
}

/// A letter that arrived whole and was not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub from: String,
    pub to: Vec<String>,
    /// As sent, headers and all, with CRLF, dots unstuffed.
    pub data: String,
    /// Whether the client was told so: a letter held back or cut off arrives and the client cannot know.
    pub acknowledged: bool,
}

impl Letter {
    /// A header's value, unfolded; the name in any case.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.data.split("\r\n\r\n").next()?.replace("\r\n ", " ").replace("\r\n\t", " ");
        head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }
}

/// An SMTP server on a port of its own that keeps its port and its letters over [`Sink::stop`] and
/// [`Sink::start_again`].
pub struct Sink {
    address: SocketAddr,
    state: Arc<State>,
    listening: Option<JoinHandle<()>>,
}

struct State {
    inner: Mutex<Inner>,
    /// Letters, connections and held connections so far: whoever waits for one looks again.
    changed: watch::Sender<u64>,
    released: Semaphore,
}

struct Inner {
    letters: Vec<Letter>,
    connections: usize,
    holding: usize,
    /// For the next connections, one each.
    next: VecDeque<Behaviour>,
    /// For all others.
    otherwise: Behaviour,
}

impl Sink {
    /// Listens on a free port of 127.0.0.1 and accepts everything until told otherwise.
    pub async fn start() -> Sink {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("its own address");
        let inner = Inner {
            letters: Vec::new(),
            connections: 0,
            holding: 0,
            next: VecDeque::new(),
            otherwise: Behaviour::Accept,
        };
        let state = Arc::new(State {
            inner: Mutex::new(inner),
            changed: watch::Sender::new(0),
            released: Semaphore::new(0),
        });
        let listening = Some(tokio::spawn(serve(listener, Arc::clone(&state))));
        Sink { address, state, listening }
    }

    /// `smtp://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// What the next connections meet, one each, after those told before.
    pub fn next(&self, behaviours: impl IntoIterator<Item = Behaviour>) {
        self.state.inner().next.extend(behaviours);
    }

    /// What every connection meets from now on, unless [`Sink::next`] says otherwise.
    pub fn always(&self, behaviour: Behaviour) {
        self.state.inner().otherwise = behaviour;
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.state.inner().letters.clone()
    }

    /// How often somebody connected, successful or not.
    pub fn connections(&self) -> usize {
        self.state.inner().connections
    }

    /// Waits for the n-th letter; panics after `limit`.
    pub async fn wait_for_letters(&self, count: usize, limit: Duration) -> Vec<Letter> {
        self.wait_until(limit, &format!("{count} letters"), |inner| inner.letters.len() >= count).await;
        self.letters()
    }

    /// Waits for the n-th connection; panics after `limit`.
    pub async fn wait_for_connections(&self, count: usize, limit: Duration) {
        self.wait_until(limit, &format!("{count} connections"), |inner| inner.connections >= count).await;
    }

    /// Waits until a connection stands still at its [`Act::Hold`]; panics after `limit`.
    pub async fn wait_until_holding(&self, limit: Duration) {
        self.wait_until(limit, "a connection to hold", |inner| inner.holding > 0).await;
    }

    /// Lets one held connection (now or the next to come) go on.
    pub fn release(&self) {
        self.state.released.add_permits(1);
    }

    /// Stops listening and cuts what is open: connecting is refused from now on.
    pub async fn stop(&mut self) {
        let listening = self.listening.take().expect("it is running");
        listening.abort();
        // Waits until the port is really free again; being aborted is what was asked for.
        assert!(listening.await.is_err_and(|e| e.is_cancelled()), "the mail sink had failed by itself");
        self.state.inner().holding = 0;
    }

    /// Listens on the same port again.
    pub async fn start_again(&mut self) {
        assert!(self.listening.is_none(), "it is running");
        let listener = TcpListener::bind(self.address).await.expect("its port is still free");
        self.listening = Some(tokio::spawn(serve(listener, Arc::clone(&self.state))));
    }

    async fn wait_until(&self, limit: Duration, what: &str, reached: impl Fn(&Inner) -> bool) {
        let mut changes = self.state.changed.subscribe();
        let waiting = async {
            while !reached(&self.state.inner()) {
                changes.changed().await.expect("the sink lives as long as its state");
            }
        };
        if tokio::time::timeout(limit, waiting).await.is_err() {
            let inner = self.state.inner();
            panic!(
                "waited {limit:?} for {what}: {} letters and {} connections came",
                inner.letters.len(),
                inner.connections
            );
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some(listening) = &self.listening {
            listening.abort();
        }
    }
}

impl State {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        let result = change(&mut self.inner());
        self.changed.send_modify(|version| *version += 1);
        result
    }
}

async fn serve(listener: TcpListener, state: Arc<State>) {
    let mut conversations = JoinSet::new(); // cut when this task is aborted
    loop {
        let (stream, _) = listener.accept().await.expect("connections can be accepted");
        let behaviour = state.change(|inner| {
            inner.connections += 1;
            inner.next.pop_front().unwrap_or(inner.otherwise)
        });
        let state = Arc::clone(&state);
        conversations.spawn(async move {
            let (read, write) = stream_halves(stream);
            // A client that goes away in the middle is what some tests are about.
            let _gone = Conversation { read, write, behaviour, state }.run().await;
        });
        while conversations.try_join_next().is_some() {}
    }
}

fn stream_halves(stream: TcpStream) -> (BufReader<OwnedReadHalf>, OwnedWriteHalf) {
    let (read, write) = stream.into_split();
    (BufReader::new(read), write)
}

struct Conversation {
    read: BufReader<OwnedReadHalf>,
    write: OwnedWriteHalf,
    behaviour: Behaviour,
    state: Arc<State>,
}

/// What a stage came to.
enum Outcome {
    GoOn,
    Refused,
    Cut,
}

impl Conversation {
    async fn run(mut self) -> std::io::Result<()> {
        match self.meet(Stage::Connect).await? {
            Outcome::GoOn => self.say("220 sink.example.vn ESMTP").await?,
            Outcome::Refused => {}
            Outcome::Cut => return Ok(()),
        }
        let (mut from, mut to) = (String::new(), Vec::new());
        while let Some(line) = self.line().await? {
            let line = line.trim_end().to_owned();
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => {
                    self.say("250-sink.example.vn\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN LOGIN")
                        .await?;
                }
                "HELO" | "NOOP" => self.say("250 OK").await?,
                "AUTH" => match self.meet(Stage::Auth).await? {
                    Outcome::GoOn => self.authenticate(rest).await?,
                    Outcome::Refused => {}
                    Outcome::Cut => return Ok(()),
                },
                "MAIL" => match self.meet(Stage::MailFrom).await? {
                    Outcome::GoOn => {
                        from = address_of(rest);
                        to.clear();
                        self.say("250 OK").await?;
                    }
                    Outcome::Refused => {}
                    Outcome::Cut => return Ok(()),
                },
                "RCPT" => match self.meet(Stage::RcptTo).await? {
                    Outcome::GoOn => {
                        to.push(address_of(rest));
                        self.say("250 OK").await?;
                    }
                    Outcome::Refused => {}
                    Outcome::Cut => return Ok(()),
                },
                "DATA" => match self.meet(Stage::Data).await? {
                    Outcome::GoOn => {
                        self.say("354 go on").await?;
                        let Some(data) = self.letter().await? else { return Ok(()) };
                        let letter = Letter { from: from.clone(), to: to.clone(), data, acknowledged: false };
                        if self.take(letter).await?.is_none() {
                            return Ok(());
                        }
                    }
                    Outcome::Refused => {}
                    Outcome::Cut => return Ok(()),
                },
                "RSET" => {
                    (from, to) = (String::new(), Vec::new());
                    self.say("250 OK").await?;
                }
                "QUIT" => return self.say("221 bye").await,
                _ => self.say("502 not known here").await?,
            }
        }
        Ok(())
    }

    /// A letter that is not refused is kept before anything is said, as a real server does: when the
    /// answer is lost, the letter is not.
    async fn take(&mut self, letter: Letter) -> std::io::Result<Option<()>> {
        if let Behaviour::At(Stage::Body, Act::Reply(code)) = self.behaviour
            && code >= 400
        {
            self.say(&format!("{code} refused")).await?;
            return Ok(Some(()));
        }
        let number = self.state.change(|inner| {
            inner.letters.push(letter);
            inner.letters.len() - 1
        });
        match self.meet(Stage::Body).await? {
            Outcome::GoOn => self.say("250 OK").await?,
            Outcome::Refused => {} // a code below 400: said already
            Outcome::Cut => return Ok(None),
        }
        self.state.change(|inner| {
            if let Some(letter) = inner.letters.get_mut(number) {
                letter.acknowledged = true;
            }
        });
        Ok(Some(()))
    }

    async fn meet(&mut self, stage: Stage) -> std::io::Result<Outcome> {
        match self.behaviour {
            Behaviour::At(at, act) if at == stage => match act {
                Act::Reply(code) => {
                    self.say(&format!("{code} as told")).await?;
                    Ok(Outcome::Refused)
                }
                Act::Drop => Ok(Outcome::Cut),
                Act::Wait(time) => {
                    tokio::time::sleep(time).await;
                    Ok(Outcome::GoOn)
                }
                Act::Hold => {
                    self.state.change(|inner| inner.holding += 1);
                    self.state.released.acquire().await.expect("never closed").forget();
                    self.state.change(|inner| inner.holding = inner.holding.saturating_sub(1));
                    Ok(Outcome::GoOn)
                }
            },
            _ => Ok(Outcome::GoOn),
        }
    }

    /// Any name and password; `PLAIN` may bring them along, `LOGIN` is asked for them.
    async fn authenticate(&mut self, how: &str) -> std::io::Result<()> {
        let questions: &[&str] = match how.split_whitespace().collect::<Vec<_>>().as_slice() {
            [_, _, ..] => &[],
            [mechanism] if mechanism.eq_ignore_ascii_case("LOGIN") => {
                &["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"]
            }
            _ => &["334 "],
        };
        for question in questions {
            self.say(question).await?;
            self.line().await?;
        }
        self.say("235 welcome").await
    }

    async fn letter(&mut self) -> std::io::Result<Option<String>> {
        let mut data = String::new();
        while let Some(line) = self.line().await? {
            if line == ".\r\n" {
                return Ok(Some(data));
            }
            data.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
        Ok(None)
    }

    async fn line(&mut self) -> std::io::Result<Option<String>> {
        let mut bytes = Vec::new();
        let read = self.read.read_until(b'\n', &mut bytes).await?;
        Ok((read > 0).then(|| String::from_utf8_lossy(&bytes).into_owned()))
    }

    async fn say(&mut self, words: &str) -> std::io::Result<()> {
        self.write.write_all(format!("{words}\r\n").as_bytes()).await
    }
}

/// The address in `FROM:<a@example.vn> BODY=8BITMIME`.
fn address_of(argument: &str) -> String {
    let start = argument.find('<').map_or(0, |at| at + 1);
    let end = argument.find('>').unwrap_or(argument.len());
    argument[start..end].to_owned()
}

mod tests {
    use lettre::message::header::ContentType;
    use lettre::transport::smtp::authentication::Credentials;
    use lettre::{Message, SmtpTransport, Transport as _};

    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    fn letter() -> Message {
        Message::builder()
            .from("Một cửa <motcua@example.vn>".parse().unwrap())
            .to("dan@example.vn".parse().unwrap())
            .subject("Thư xin lỗi")
            .header(ContentType::TEXT_PLAIN)
            .body("Kính gửi ông/bà\r\n.một dòng bắt đầu bằng dấu chấm\r\n".to_owned())
            .unwrap()
    }

    type Sent = Result<(), lettre::transport::smtp::Error>;

    fn sending(port: u16) -> JoinHandle<Sent> {
        tokio::task::spawn_blocking(move || {
            let transport =
                SmtpTransport::builder_dangerous("127.0.0.1").port(port).timeout(Some(SOON)).build();
            transport.send(&letter()).map(|_| ())
        })
    }

    async fn send(sink: &Sink) -> Sent {
        sending(sink.port()).await.unwrap()
    }

    #[tokio::test]
    async fn a_letter_arrives_as_it_was_sent() {
        let sink = Sink::start().await;
        send(&sink).await.unwrap();
        let letters = sink.wait_for_letters(1, SOON).await;
        let letter = letters.first().unwrap();
        assert_eq!(
            (letter.from.as_str(), letter.to.as_slice()),
            ("motcua@example.vn", ["dan@example.vn".to_owned()].as_slice())
        );
        assert_eq!(letter.header("to").as_deref(), Some("dan@example.vn"));
        assert!(letter.data.contains("\r\n\r\n"), "{}", letter.data);
        assert_eq!(letters.len(), 1);
        sink.wait_until(SOON, "the answer", |inner| inner.letters.iter().all(|l| l.acknowledged)).await;
    }

    #[tokio::test]
    async fn each_stage_refuses_for_now_or_for_good_as_told() {
        let sink = Sink::start().await;
        for stage in [Stage::Connect, Stage::MailFrom, Stage::RcptTo, Stage::Data, Stage::Body] {
            for (code, transient) in [(421, true), (451, true), (452, true), (550, false), (552, false)] {
                sink.next([Behaviour::At(stage, Act::Reply(code))]);
                let error = send(&sink).await.unwrap_err();
                assert_eq!(error.is_transient(), transient, "{stage:?} {code}: {error:?}");
                assert_eq!(error.is_permanent(), !transient, "{stage:?} {code}: {error:?}");
            }
        }
        assert_eq!(sink.letters(), []);
        send(&sink).await.unwrap(); // a behaviour is for one connection only
        assert_eq!(sink.connections(), 26);
    }

    #[tokio::test]
    async fn a_wrong_password_is_told_from_a_right_one() {
        let sink = Sink::start().await;
        sink.next([Behaviour::At(Stage::Auth, Act::Reply(535)), Behaviour::Accept]);
        let port = sink.port();
        let attempt = move || {
            let transport = SmtpTransport::builder_dangerous("127.0.0.1")
                .port(port)
                .credentials(Credentials::new("motcua".to_owned(), "not this one".to_owned()))
                .build();
            transport.send(&letter()).map(|_| ())
        };
        let refused = tokio::task::spawn_blocking(attempt).await.unwrap();
        assert!(refused.is_err_and(|e| e.is_permanent()));
        tokio::task::spawn_blocking(attempt).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_connection_cut_after_the_letter_leaves_a_letter_nobody_was_told_of() {
        let sink = Sink::start().await;
        sink.always(Behaviour::At(Stage::Body, Act::Drop));
        send(&sink).await.unwrap_err();
        assert!(sink.letters().iter().all(|letter| !letter.acknowledged));
        assert_eq!(sink.letters().len(), 1);
        sink.always(Behaviour::At(Stage::MailFrom, Act::Drop));
        send(&sink).await.unwrap_err();
        assert_eq!(sink.letters().len(), 1);
    }

    #[tokio::test]
    async fn a_held_answer_comes_when_it_is_released() {
        let sink = Sink::start().await;
        sink.next([Behaviour::At(Stage::Body, Act::Hold)]);
        let sending = sending(sink.port());
        sink.wait_until_holding(SOON).await;
        assert_eq!(sink.letters().iter().filter(|letter| !letter.acknowledged).count(), 1);
        assert!(!sending.is_finished());
        sink.release();
        sending.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_slow_server_is_waited_for() {
        let sink = Sink::start().await;
        sink.next([Behaviour::At(Stage::Body, Act::Wait(Duration::from_millis(50)))]);
        send(&sink).await.unwrap();
        assert_eq!(sink.letters().len(), 1);
    }

    #[tokio::test]
    async fn a_server_that_is_down_refuses_and_comes_back_on_its_port() {
        let mut sink = Sink::start().await;
        send(&sink).await.unwrap();
        sink.stop().await;
        send(&sink).await.unwrap_err();
        sink.start_again().await;
        send(&sink).await.unwrap();
        assert_eq!(sink.letters().len(), 2);
    }
}
