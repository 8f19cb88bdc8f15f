//! Which papers a batch can be of, how they are chosen, and how many.

use crate::documents::forms::Form;
use crate::domain::words::code_words;

/// Papers in one batch.
pub const MOST: usize = 1000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Receipts,
    /// The official letters, as they were issued or came back signed.
    Letters,
    SupplementRequests,
    Refusals,
    StoppingNotices,
    ControlSheets,
}

code_words!(Kind {
    Receipts => "receipts",
    Letters => "letters",
    SupplementRequests => "supplement-requests",
    Refusals => "refusals",
    StoppingNotices => "stopping-notices",
    ControlSheets => "control-sheets",
});

impl Kind {
    pub fn form(self) -> Form {
        match self {
            Self::Receipts => Form::Receipt,
            Self::Letters => Form::ApologyLetter,
            Self::SupplementRequests => Form::SupplementRequest,
            Self::Refusals => Form::Refusal,
            Self::StoppingNotices => Form::StoppingNotice,
            Self::ControlSheets => Form::ControlSheet,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    /// Named one by one.
    Codes,
    /// Letters that are to be handed over on paper.
    AwaitingPaper,
    /// Of dossiers received today.
    Today,
}

code_words!(Chosen { Codes => "codes", AwaitingPaper => "awaiting_paper", Today => "today" });
