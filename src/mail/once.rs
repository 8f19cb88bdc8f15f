//! The way on which one message leaves the house once, whatever it is about. It is marked as handed over, durably, before
//! the first byte of its text; what is found marked by another was left by a killed process, and waits for a person rather
//! than being sent twice.

use super::{Accepted, Carrier, Failure, Outgoing};
use crate::failure::{self, Outcome};
use chrono::TimeDelta;
use std::fmt;

/// Why a message waits for a person: the service was killed between its text and the answer to it.
pub const UNKNOWN: &str = "handed_over_unknown";

/// After so long without success it is over (RFC 5321 §4.5.4.1: at least 4 to 5 days).
const GIVE_UP: TimeDelta = TimeDelta::days(5);

/// What became of an attempt.
#[derive(Debug)]
pub enum Handed {
    Taken(Accepted),
    NotTaken(Failure),
    /// It could not be marked: none of its text has left.
    HeldBack(failure::Failure),
}

impl Carrier {
    /// Hands a message over, marked by `mark` at the last moment before its text.
    pub fn hand_over_once(&self, mail: &Outgoing, mark: impl Fn() -> Outcome<()>) -> Handed {
        let mut held_back = None;
        let answer = self.hand_over(mail, &mut || {
            mark().map_err(|failure| {
                let said = failure.to_string();
                held_back = Some(failure);
                said
            })
        });
        match (answer, held_back) {
            (_, Some(failure)) => Handed::HeldBack(failure),
            (Ok(accepted), None) => Handed::Taken(accepted),
            (Err(failure), None) => Handed::NotTaken(failure),
        }
    }
}

impl Failure {
    /// Whether a message that has waited so long is tried again. Says loudly what only the settings can mend.
    pub fn leaves_hope(&self, waited: TimeDelta) -> bool {
        if let Self::Misconfigured { reason } = self {
            tracing::error!(
                reason,
                "the mail server refuses our settings: nothing goes out until they are mended"
            );
        }
        self.worth_retrying() && waited <= GIVE_UP
    }
}

/// `<id>@<host of the sender>`: the same at every attempt.
pub fn message_id(id: impl fmt::Display, from: &str) -> String {
    let address = from.rsplit_once('<').map_or(from, |(_, rest)| rest.trim_end().trim_end_matches('>'));
    let host = address.rsplit_once('@').map_or("localhost", |(_, host)| host.trim());
    format!("{id}@{host}")
}
