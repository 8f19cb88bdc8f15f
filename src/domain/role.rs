//! Who may do what. One table, so that it can be read, tested and shown.

use crate::domain::lifecycle::Act;
use crate::domain::words::code_words;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Counter officer: intake, slips, return of results.
    Counter,
    /// Handling officer of a branch.
    Handler,
    /// Head of a branch: all of the above, signs letters, approves corrections.
    Head,
    /// Department office: sees every branch, changes no dossier.
    Office,
    /// Administrator: catalogue, calendar, accounts; may act for any branch.
    Admin,
}

code_words!(Role {
    Counter => "counter",
    Handler => "handler",
    Head => "head",
    Office => "office",
    Admin => "admin",
});

impl Role {
    /// Sees and is asked about all branches; the others only about their own.
    pub const fn sees_all_branches(self) -> bool {
        matches!(self, Self::Office | Self::Admin)
    }

    /// Must belong to a branch.
    pub const fn belongs_to_branch(self) -> bool {
        !self.sees_all_branches()
    }

    /// Takes in dossiers.
    pub const fn may_register(self) -> bool {
        matches!(self, Self::Counter | Self::Head | Self::Admin)
    }

    /// Enters what happened before the current working day.
    pub const fn may_backdate(self) -> bool {
        matches!(self, Self::Head | Self::Admin)
    }

    /// Signs apology letters: the head of the branch and nobody else (NĐ 61/2018 Đ19.9).
    pub const fn may_approve_letters(self) -> bool {
        matches!(self, Self::Head)
    }

    pub const fn may(self, act: Act) -> bool {
        match self {
            Self::Head | Self::Admin => true,
            Self::Office => false,
            Self::Counter => matches!(
                act,
                Act::Accept
                    | Act::Refuse
                    | Act::Forward
                    | Act::RequestSupplement
                    | Act::Supply
                    | Act::RequestPayment
                    | Act::RecordPayment
                    // The counter takes the result from the unit and writes that down.
                    | Act::Resolve
                    | Act::Return
                    | Act::UndoReturn
                    | Act::Survey
                    | Act::Withdraw
            ),
            Self::Handler => matches!(
                act,
                Act::Forward
                    | Act::RequestSupplement
                    | Act::Supply
                    | Act::RequestPayment
                    | Act::RecordPayment
                    | Act::Reappoint
                    | Act::Resolve
                    | Act::Withdraw
                    | Act::Stop
            ),
        }
    }
}
