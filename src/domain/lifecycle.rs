//! A dossier's life: which act leads from which state to which. **One table**, walked by a test.

use crate::domain::words::code_words;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Handed in online or by post, not yet accepted: no clock runs.
    Registered,
    /// Accepted: the clock has started.
    Received,
    /// With the unit that handles it.
    InProcessing,
    /// Waits for papers from the citizen: the agency's clock stands still.
    SupplementRequested,
    /// Waits for a payment: the agency's clock stands still.
    AwaitingPayment,
    /// The result is at the counter: the agency's time has ended.
    Resolved,
    /// The citizen has it.
    Returned,
    /// Not accepted at intake (form 03): the clock never started.
    Refused,
    Withdrawn,
    Stopped,
}

code_words!(Status {
    Registered => "registered",
    Received => "received",
    InProcessing => "in_processing",
    SupplementRequested => "supplement_requested",
    AwaitingPayment => "awaiting_payment",
    Resolved => "resolved",
    Returned => "returned",
    Refused => "refused",
    Withdrawn => "withdrawn",
    Stopped => "stopped",
});

/// What can be done with a dossier that exists. Corrections and letters are possible in several states and
/// lead to none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Accept,
    Refuse,
    Forward,
    RequestSupplement,
    Supply,
    RequestPayment,
    RecordPayment,
    Reappoint,
    IssueApology,
    Resolve,
    Return,
    UndoReturn,
    Survey,
    Withdraw,
    Stop,
    RecomputeDue,
    Correct,
}

code_words!(Act {
    Accept => "accept",
    Refuse => "refuse",
    Forward => "forward",
    RequestSupplement => "request_supplement",
    Supply => "supply",
    RequestPayment => "request_payment",
    RecordPayment => "record_payment",
    Reappoint => "reappoint",
    IssueApology => "issue_apology",
    Resolve => "resolve",
    Return => "return",
    UndoReturn => "undo_return",
    Survey => "survey",
    Withdraw => "withdraw",
    Stop => "stop",
    RecomputeDue => "recompute_due",
    Correct => "correct",
});

/// Where an act leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    To(Status),
    /// Back to where it was before it had to wait.
    Back,
    Stay,
}

impl Status {
    /// The whole life in one table (rules: "A dossier's life"); `None` is a refusal, `wrong-state`.
    pub const fn after(self, act: Act) -> Option<Next> {
        use Act::*;
        use Next::{Back, Stay, To};
        use Status::*;
        match (self, act) {
            (Registered, Accept) => Some(To(Received)),
            (Registered, Refuse) => Some(To(Refused)),

            (Received | InProcessing, Forward) => Some(To(InProcessing)),
            (Received | InProcessing, RequestSupplement) => Some(To(SupplementRequested)),
            (Received | InProcessing, RequestPayment) => Some(To(AwaitingPayment)),
            (Received | InProcessing, Reappoint | IssueApology | RecomputeDue) => Some(Stay),
            (Received | InProcessing, Resolve) => Some(To(Resolved)),

            (SupplementRequested, Supply) => Some(Back),
            (AwaitingPayment, RecordPayment) => Some(Back),

            (Resolved, Act::Return) => Some(To(Returned)),
            (Returned, UndoReturn) => Some(To(Resolved)),
            (Returned, Survey) => Some(Stay),

            (Registered | Received | InProcessing | SupplementRequested | AwaitingPayment, Withdraw) => {
                Some(To(Withdrawn))
            }
            (Registered | Received | InProcessing | SupplementRequested | AwaitingPayment, Stop) => {
                Some(To(Stopped))
            }
            (_, Correct) => Some(Stay),
            _ => None,
        }
    }

    /// The agency's clock runs.
    pub const fn is_running(self) -> bool {
        matches!(self, Self::Received | Self::InProcessing)
    }

    /// Waits for the citizen: in neither "within limit" nor "overdue".
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::SupplementRequested | Self::AwaitingPayment)
    }

    /// Counted as in process: received, and neither resolved nor closed.
    pub const fn is_in_process(self) -> bool {
        self.is_running() || self.is_waiting()
    }

    /// Not ended, from its registration on.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Registered) || self.is_in_process()
    }

    /// What may be done next, for pages and clients.
    pub fn acts(self) -> impl Iterator<Item = Act> {
        Act::ALL.iter().copied().filter(move |act| self.after(*act).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table once more, as a picture: one row a state, one column an act. Whoever changes the life of a
    /// dossier changes it in both places, on purpose.
    #[test]
    fn every_state_and_act_is_as_drawn() {
        let drawn = "
            registered:           accept>received refuse>refused withdraw>withdrawn stop>stopped correct>=
            received:             forward>in_processing request_supplement>supplement_requested request_payment>awaiting_payment reappoint>= issue_apology>= resolve>resolved withdraw>withdrawn stop>stopped recompute_due>= correct>=
            in_processing:        forward>in_processing request_supplement>supplement_requested request_payment>awaiting_payment reappoint>= issue_apology>= resolve>resolved withdraw>withdrawn stop>stopped recompute_due>= correct>=
            supplement_requested: supply>back withdraw>withdrawn stop>stopped correct>=
            awaiting_payment:     record_payment>back withdraw>withdrawn stop>stopped correct>=
            resolved:             return>returned correct>=
            returned:             undo_return>resolved survey>= correct>=
            refused:              correct>=
            withdrawn:            correct>=
            stopped:              correct>=";
        let mut table = String::new();
        for status in Status::ALL {
            table.push_str(&format!("{status}:"));
            for act in Act::ALL {
                match status.after(*act) {
                    Some(Next::To(next)) => table.push_str(&format!(" {act}>{next}")),
                    Some(Next::Back) => table.push_str(&format!(" {act}>back")),
                    Some(Next::Stay) => table.push_str(&format!(" {act}>=")),
                    None => {}
                }
            }
            table.push('\n');
        }
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&table), words(drawn));
    }

    #[test]
    fn code_words_go_both_ways() {
        for status in Status::ALL {
            assert_eq!(status.as_str().parse(), Ok(*status));
        }
        assert!("received ".parse::<Status>().is_err());
    }
}
