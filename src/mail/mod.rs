//! The mail room: hands one message to the world. It knows no database and no dossier.
//!
//! Exactly once is an agreement between two sides. A [`Carrier`] takes a message up to the last point at which
//! nothing has been said yet, calls `before_body`, and only then sends the text. The caller writes "handed
//! over, answer unknown" there, durably. A crash before the mark is repeated without danger; after it, never
//! blindly. Whoever repeats a message keeps its Message-ID, so that the receiving side can recognise it.

mod carrier_url;
mod folder;
mod message;
mod once;
mod reply;
mod smtp;
#[cfg(test)]
mod test_server;

pub use carrier_url::CarrierError;
pub use once::{Handed, UNKNOWN, message_id};

use crate::domain::one_line::one_line;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use std::{fmt, time::Duration};

/// One message to one person.
#[derive(Clone)]
pub struct Outgoing {
    /// Without angle brackets, the same at every attempt: `<apology-id>@<host>`.
    pub message_id: String,
    /// The sender, `Tên <địa chỉ>` or the bare address.
    pub from: String,
    /// Where answers go, when not to the sender. Written like `from`.
    pub reply_to: Option<String>,
    /// The bare address of the one who receives it.
    pub to: String,
    pub to_name: Option<String>,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub attachments: Vec<Attachment>,
    /// The moment on the letter, not the moment of the attempt: a repetition is the same message.
    pub date: DateTime<Utc>,
}

/// A file that travels with the message.
#[derive(Clone)]
pub struct Attachment {
    /// The file name the reader sees.
    pub name: String,
    /// A media type: `application/pdf`.
    pub content_type: String,
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Outgoing {
    /// Names the message without its people or its words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("message_id", &self.message_id)
            .field("attachments", &self.attachments.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachment")
            .field("content_type", &self.content_type)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// The way out of the house.
#[derive(Clone, Debug)]
pub enum Carrier {
    /// A mail server.
    Smtp(smtp::Smtp),
    /// A folder of `.eml` files: where no server is configured, and for trying things out.
    Folder(folder::Folder),
}

impl Carrier {
    /// Reads `smtp://user:pass@host:587?tls=required|opportunistic|none`, `smtps://host:465` or `file://folder`.
    ///
    /// Further options of the first two: `timeout` (seconds for each step, 30), `answer_timeout` (seconds for the
    /// last reply, 600 as RFC 5321 §4.5.3.2.6 asks), `hello` (the name given to the server), `ca` (a PEM file of
    /// authorities trusted besides the public ones).
    ///
    /// # Errors
    /// What is wrong with it, in words that do not repeat the password.
    pub fn from_url(url: &SecretString) -> Result<Self, CarrierError> {
        carrier_url::parse(url)
    }

    /// Hands one message over. Blocks: belongs on the blocking pool.
    ///
    /// `before_body` is called once, after everything up to the text was accepted and before any of the text is
    /// sent; if it refuses, nothing is sent. It is not called where the folder already holds the message.
    ///
    /// # Errors
    /// [`Failure`] says whether and when to try again.
    pub fn hand_over(
        &self,
        mail: &Outgoing,
        before_body: &mut dyn FnMut() -> Result<(), String>,
    ) -> Result<Accepted, Failure> {
        let prepared = message::prepare(mail)?;
        match self {
            Self::Smtp(server) => server.hand_over(&prepared, before_body),
            Self::Folder(folder) => folder.hand_over(&prepared, before_body),
        }
    }

    /// The longest a single silent step of [`Carrier::hand_over`] may last: a lease held over it must be longer.
    pub fn longest_silence(&self) -> Duration {
        match self {
            Self::Smtp(server) => server.longest_silence(),
            Self::Folder(_) => Duration::from_secs(30),
        }
    }
}

impl fmt::Display for Carrier {
    /// Where mail goes, for people who run the service; no user name, no password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Smtp(server) => server.fmt(f),
            Self::Folder(folder) => folder.fmt(f),
        }
    }
}

/// The other side has taken responsibility.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// What it said, on one line, without addresses.
    pub response: String,
}

/// Why a message was not taken, sorted by what to do about it. Every reason is one line without addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// This message to this address will never be taken: hand it over on paper.
    #[error("refused for good: {reason}")]
    Permanent { reason: String },
    /// Try again later, with the same Message-ID.
    #[error("not now: {reason}")]
    Transient {
        reason: String,
        /// The text was sent and no final reply was seen: the server may have taken it all the same. The client
        /// keeps the responsibility (RFC 5321 §4.5.4), so it is still to be repeated.
        unanswered: bool,
    },
    /// The server asks for fewer messages. Try again no sooner than `retry_after`, when it named a time.
    #[error("too fast: {reason}")]
    RateLimited { reason: String, retry_after: Option<Duration> },
    /// Our own settings are refused (sign-in, sender, relaying): no fault of the person written to. Try again
    /// like [`Failure::Transient`], and tell an administrator.
    #[error("our settings are refused: {reason}")]
    Misconfigured { reason: String },
    /// `before_body` refused. Nothing was sent.
    #[error("held back before the text: {reason}")]
    Interrupted { reason: String },
}

impl Failure {
    /// Whether the same message may still get through.
    pub fn worth_retrying(&self) -> bool {
        !matches!(self, Self::Permanent { .. })
    }

    /// The reason, on one line without addresses.
    pub fn reason(&self) -> &str {
        match self {
            Self::Permanent { reason }
            | Self::Transient { reason, .. }
            | Self::RateLimited { reason, .. }
            | Self::Misconfigured { reason }
            | Self::Interrupted { reason } => reason,
        }
    }

    fn transient(reason: impl AsRef<str>) -> Self {
        Self::Transient { reason: without_addresses(reason.as_ref()), unanswered: false }
    }

    fn permanent(reason: impl AsRef<str>) -> Self {
        Self::Permanent { reason: without_addresses(reason.as_ref()) }
    }

    fn misconfigured(reason: impl AsRef<str>) -> Self {
        Self::Misconfigured { reason: without_addresses(reason.as_ref()) }
    }
}

/// What a server says may repeat the address it speaks of, and reasons end up in logs and lists.
fn without_addresses(said: &str) -> String {
    const LONGEST: usize = 300;
    let words: Vec<&str> =
        said.split_whitespace().map(|word| if word.contains('@') { "<…>" } else { word }).collect();
    one_line(&words.join(" ")).chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_kept_without_addresses_on_one_line_and_short() {
        assert_eq!(
            without_addresses("550 5.1.1 <an@example.vn>:\r\n user\tunknown"),
            "550 5.1.1 <…> user unknown"
        );
        assert_eq!(without_addresses(&"x".repeat(1000)).len(), 300);
    }

    #[test]
    fn printing_a_message_shows_neither_people_nor_words() {
        let mail = test_server::letter();
        let shown = format!(
            "{mail:?} {:?}",
            Attachment {
                name: "thư của ông An.pdf".to_owned(),
                content_type: "application/pdf".to_owned(),
                bytes: vec![1, 2, 3],
            }
        );
        for hidden in ["an@example.vn", "Văn An", "xin lỗi", "ông An"] {
            assert!(!shown.contains(hidden), "{shown}");
        }
        assert!(shown.contains("0190-thu@motcua.example.vn"));
    }
}
