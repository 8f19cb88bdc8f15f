//! What a mail server's refusal means for the letter.

use super::{Failure, without_addresses};
use lettre::transport::smtp::Error;
use std::{error::Error as _, io, time::Duration};

/// Where in the conversation it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Greeting,
    Encryption,
    SignIn,
    Sender,
    Recipient,
    Data,
    /// The text is out, or part of it.
    Body,
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::Encryption => "STARTTLS",
            Self::SignIn => "sign-in",
            Self::Sender => "MAIL FROM",
            Self::Recipient => "RCPT TO",
            Self::Data => "DATA",
            Self::Body => "the text",
        }
    }
}

/// Sorts what went wrong by what to do about it.
pub(super) fn sort(step: Step, error: &Error) -> Failure {
    let said = error.source().map(ToString::to_string).unwrap_or_default();
    match error.status() {
        Some(code) => sort_reply(step, u16::from(code), &said),
        None => no_reply(step, &cause(error)),
    }
}

/// Sorts a negative reply.
fn sort_reply(step: Step, code: u16, said: &str) -> Failure {
    let reason = without_addresses(&format!("{}: {code} {said}", step.name()));
    let said = said.to_lowercase();
    if asks_for_fewer(code, &said) {
        return Failure::RateLimited { retry_after: named_wait(&said), reason };
    }
    match code {
        400..=499 => Failure::Transient { reason, unanswered: false },
        _ if concerns_us(step, code, &said) => Failure::Misconfigured { reason },
        _ => Failure::Permanent { reason },
    }
}

/// No usable reply: connection, encryption, name look-up, silence, or babble.
fn no_reply(step: Step, cause: &str) -> Failure {
    let unanswered = step == Step::Body;
    let reason = if unanswered {
        format!("the text was sent and no final reply was seen: {cause}")
    } else {
        format!("{}: {cause}", step.name())
    };
    Failure::Transient { reason: without_addresses(&reason), unanswered }
}

/// The root of an error in words: a timeout reads as "temporarily unavailable" on some systems.
fn cause(error: &Error) -> String {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<io::Error>()
            && matches!(io.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
        {
            return "timed out".to_owned();
        }
        source = inner.source();
    }
    error.to_string()
}

/// "Slow down". A greylisting 450 or a full mailbox 452 is not.
fn asks_for_fewer(code: u16, said: &str) -> bool {
    let plain = ["throttl", "rate limit", "rate-limit", "ratelimit", "sending limit", "sending quota"];
    if plain.iter().any(|words| said.contains(words)) {
        return true;
    }
    // A 5xx "too many hops" is a loop, not a queue: only 4xx may be this vague.
    let word_rate = said.split(|c: char| !c.is_alphanumeric()).any(|word| word == "rate");
    (400..500).contains(&code) && (word_rate || said.contains("too many"))
}

/// Whether a 5xx speaks of our settings rather than of this letter: the person written to must not be sent to
/// paper because our password expired.
fn concerns_us(step: Step, code: u16, said: &str) -> bool {
    match step {
        Step::Greeting | Step::Encryption | Step::SignIn | Step::Sender => true,
        Step::Recipient | Step::Data | Step::Body => {
            // Not understood, wrong order, sign-in wanted; servers also keep complaints about relaying or about
            // our name until the recipient is named.
            matches!(code, 500 | 502 | 503 | 504 | 530 | 534 | 535 | 538)
                || (step == Step::Recipient
                    && ["relay", "client host", "helo command", "sender address"]
                        .iter()
                        .any(|w| said.contains(w)))
        }
    }
}

/// "try again in 5 minutes", "retry after 300 seconds" → how long; at most a day.
fn named_wait(said: &str) -> Option<Duration> {
    const DAY: u64 = 86_400;
    let words: Vec<&str> =
        said.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(3).find_map(|window| {
        let [before, number, unit] = window else { return None };
        if !matches!(*before, "in" | "after" | "for") {
            return None;
        }
        let digits = number.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = if digits.len() < number.len() { number.get(digits.len()..)? } else { unit };
        let seconds = match unit {
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "h" | "hour" | "hours" => 3600,
            _ => return None,
        };
        let wait = digits.parse::<u64>().ok()?.checked_mul(seconds)?;
        Some(Duration::from_secs(wait.min(DAY)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_sorted_by_what_to_do_about_them() {
        use Step::{Body, Data, Greeting, Recipient, Sender, SignIn};
        let cases = [
            (Recipient, 550, "5.1.1 user unknown", "permanent"),
            (Recipient, 551, "user not local", "permanent"),
            (Recipient, 552, "5.2.2 mailbox full", "permanent"),
            (Recipient, 553, "mailbox name not allowed", "permanent"),
            (Body, 554, "5.6.0 message refused", "permanent"),
            (Data, 554, "no valid recipients", "permanent"),
            (Recipient, 554, "5.4.6 too many hops", "permanent"),
            (Recipient, 450, "4.2.0 greylisted, come back later", "transient"),
            (Recipient, 451, "local error in processing, temporarily", "transient"),
            (Recipient, 452, "4.2.2 mailbox over quota", "transient"),
            (Greeting, 421, "closing, integrate later", "transient"),
            (Body, 451, "4.3.0 error", "transient"),
            (Greeting, 421, "too many connections from your host", "rate"),
            (Recipient, 450, "4.7.1 rate limit exceeded", "rate"),
            (Sender, 451, "4.7.28 unusual rate of mail", "rate"),
            (Sender, 452, "throttled", "rate"),
            (Recipient, 550, "5.4.5 daily user sending limit exceeded", "rate"),
            (SignIn, 535, "5.7.8 bad credentials", "ours"),
            (SignIn, 454, "4.7.0 temporary authentication failure", "transient"),
            (Sender, 530, "authentication required", "ours"),
            (Sender, 553, "sender not owned by user", "ours"),
            (Greeting, 554, "no service for you", "ours"),
            (Recipient, 554, "5.7.1 relay access denied", "ours"),
            (Recipient, 504, "5.5.2 helo command rejected: need fully-qualified hostname", "ours"),
            (Recipient, 530, "5.7.0 authentication required", "ours"),
        ];
        for (step, code, said, expected) in cases {
            let failure = sort_reply(step, code, said);
            let kind = match &failure {
                Failure::Permanent { .. } => "permanent",
                Failure::Transient { unanswered: false, .. } => "transient",
                Failure::RateLimited { .. } => "rate",
                Failure::Misconfigured { .. } => "ours",
                Failure::Transient { .. } | Failure::Interrupted { .. } => "wrong",
            };
            assert_eq!(kind, expected, "{step:?} {code} {said}");
            assert!(failure.reason().contains(&code.to_string()));
        }
    }

    #[test]
    fn a_wait_that_the_server_names_is_kept_and_bounded() {
        let wait = |said| named_wait(said).map(|wait| wait.as_secs());
        assert_eq!(wait("4.7.1 rate limit, try again in 5 minutes"), Some(300));
        assert_eq!(wait("slow down; retry after 90 seconds"), Some(90));
        assert_eq!(wait("retry in 30s please"), Some(30));
        assert_eq!(wait("throttled for 2 hours"), Some(7200));
        assert_eq!(wait("come back in 99999999999 hours"), Some(86_400));
        assert_eq!(wait("come back in 18446744073709551615 hours"), None);
        assert_eq!(wait("too many messages"), None);
    }

    #[test]
    fn silence_after_the_text_is_told_from_silence_before_it() {
        assert!(matches!(no_reply(Step::Body, "reset"), Failure::Transient { unanswered: true, .. }));
        assert!(matches!(no_reply(Step::Data, "reset"), Failure::Transient { unanswered: false, .. }));
    }
}
