//! Typesetting in a process of its own: `motcua typeset`, which has no environment of ours, no file of ours open, a limit of
//! memory, and is ended when it takes too long. It stays for the next paper, so that only the first one waits for it.
//!
//! They speak in frames, a length of four bytes and so many bytes: an [`Order`] in JSON one way, the other way what
//! became of it in JSON and then the file.

use super::press::PressError;
use super::{Order, Printed, TemplateFault, typeset};
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What the other process may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Memory it may address, in MiB.
    pub memory_mib: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory_mib: 1024 }
    }
}

/// A process prints so many papers and is then replaced: names a template invents stay in its memory for good.
const PAPERS: u32 = 1000;
/// Templates may nest as deeply as the typesetter allows.
const STACK: usize = 64 * 1024 * 1024;
/// The program's memory is taken from the system in pieces of so many KiB there. Of its own accord it would address a
/// whole GiB at once, which is all that the other process may.
const PIECES: (&str, &str) = ("MIMALLOC_ARENA_RESERVE", "32768");
/// No order and no paper is larger.
const LARGEST: u32 = 256 * 1024 * 1024;

pub(super) struct Apart {
    program: PathBuf,
    limits: Limits,
    running: Mutex<Option<Running>>,
}

struct Running {
    child: Child,
    orders: ChildStdin,
    answers: Receiver<io::Result<Answer>>,
    printed: u32,
}

struct Answer {
    told: Vec<u8>,
    pdf: Vec<u8>,
}

impl Apart {
    pub(super) fn new(program: PathBuf, limits: Limits) -> Self {
        Self { program, limits, running: Mutex::new(None) }
    }

    pub(super) fn print(&self, order: &Order, most: Duration) -> Result<Printed, PressError> {
        let mut place = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let mut running = match place.take() {
            Some(running) if running.printed < PAPERS => running,
            _ => Running::start(&self.program, self.limits)?,
        };
        // On every other way out it is dropped, and with that ended.
        let printed = running.print(order, most)?;
        *place = Some(running);
        printed.map_err(PressError::from)
    }
}

impl Running {
    fn start(program: &PathBuf, limits: Limits) -> Result<Self, PressError> {
        let broken = |error: io::Error| PressError::Broken(error.to_string());
        let mut child = Command::new(program)
            .args(["typeset", "--memory", &limits.memory_mib.to_string()])
            .env_clear()
            .env(PIECES.0, PIECES.1)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(broken)?;
        let (Some(orders), Some(mut out)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(PressError::Broken("no pipe to the typesetter".to_owned()));
        };
        let (sender, answers) = channel();
        std::thread::Builder::new()
            .name("press-answers".to_owned())
            .spawn(move || {
                loop {
                    let answer =
                        read_frame(&mut out).and_then(|told| Ok(Answer { told, pdf: read_frame(&mut out)? }));
                    let ended = answer.is_err();
                    if sender.send(answer).is_err() || ended {
                        return;
                    }
                }
            })
            .map_err(broken)?;
        Ok(Self { child, orders, answers, printed: 0 })
    }

    /// The outer error ends the process, the inner one is the template's.
    fn print(&mut self, order: &Order, most: Duration) -> Result<Result<Printed, TemplateFault>, PressError> {
        let broken = |error: &dyn std::fmt::Display| PressError::Broken(error.to_string());
        let order = serde_json::to_vec(order).map_err(|error| broken(&error))?;
        // A process that has died meanwhile does not listen.
        write_frame(&mut self.orders, &order).map_err(|_| PressError::Died)?;
        let answer = match self.answers.recv_timeout(most) {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => return Err(PressError::Died),
            Err(RecvTimeoutError::Timeout) => return Err(PressError::TooLong(most)),
        };
        self.printed += 1;
        let told: Result<Printed, TemplateFault> =
            serde_json::from_slice(&answer.told).map_err(|error| broken(&error))?;
        Ok(told.map(|printed| Printed { pdf: answer.pdf, ..printed }))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended by itself cannot be killed; it is waited for either way, or it stays as a shadow.
        let killed = self.child.kill();
        if let Err(error) = killed.and_then(|()| self.child.wait().map(drop)) {
            tracing::warn!(%error, "the process that typesets did not end");
        }
    }
}

/// The other side: prints what it is told to until nobody tells it anything any more.
///
/// # Errors
/// When the limit cannot be set or the other side cannot be spoken with.
pub fn serve(limits: Limits, orders: &mut impl Read, answers: &mut impl Write) -> io::Result<()> {
    let bytes = limits.memory_mib.saturating_mul(1024 * 1024);
    rlimit::setrlimit(rlimit::Resource::AS, bytes, bytes)?;
    rlimit::setrlimit(rlimit::Resource::CORE, 0, 0)?;
    loop {
        let order = match read_frame(orders) {
            Ok(order) => order,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        };
        let order: Order = serde_json::from_slice(&order)?;
        let printed = std::thread::scope(|scope| {
            let thread =
                std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || typeset(&order))?;
            thread.join().map_err(|_| io::Error::other("the typesetter panicked"))
        })?;
        write_frame(answers, &serde_json::to_vec(&printed)?)?;
        write_frame(answers, printed.as_ref().map_or(&[], |printed| printed.pdf.as_slice()))?;
        answers.flush()?;
    }
}

fn write_frame(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).ok().filter(|length| *length <= LARGEST);
    let length = length.ok_or_else(|| io::Error::other("too large"))?;
    to.write_all(&length.to_be_bytes())?;
    to.write_all(bytes)?;
    to.flush()
}

fn read_frame(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if length > LARGEST {
        return Err(io::Error::other("too large"));
    }
    let mut bytes = Vec::new();
    from.take(u64::from(length)).read_to_end(&mut bytes)?;
    if bytes.len() == usize::try_from(length).unwrap_or(usize::MAX) {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}
