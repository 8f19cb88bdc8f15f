//! Where a letter of apology stands: from its draft to the hands of the person it is written to.

use super::words::code_words;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterStatus {
    /// Made by the system, open to editing; not a letter yet.
    Draft,
    /// Numbered and fixed; its mail is on its way out.
    Approved,
    /// The mail server of the recipient's side has taken it.
    Sent,
    /// Handed over, and by whom and when is written down.
    Delivered,
    /// The mail was refused for good: to be handed over on paper.
    Failed,
    /// To be handed over on paper: no e-mail address, or nobody knows whether the mail arrived.
    Paper,
    /// The dossier ended, waits, or got another due date before the letter was approved.
    Cancelled,
}

code_words!(LetterStatus {
    Draft => "draft",
    Approved => "approved",
    Sent => "sent",
    Delivered => "delivered",
    Failed => "failed",
    Paper => "paper",
    Cancelled => "cancelled",
});

impl LetterStatus {
    /// Stands in the list of letters to be handed over on paper.
    pub const fn awaits_paper(self) -> bool {
        matches!(self, Self::Paper | Self::Failed)
    }

    /// Numbered and fixed.
    pub const fn is_issued(self) -> bool {
        matches!(self, Self::Approved | Self::Sent | Self::Delivered | Self::Failed | Self::Paper)
    }
}

/// How far the mail of an approved letter got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    /// Not out of the house.
    Queued,
    /// The text went out and the answer is not known (yet).
    HandedOver,
    /// The other side has taken responsibility.
    Accepted,
}

code_words!(MailState { Queued => "queued", HandedOver => "handed_over", Accepted => "accepted" });
