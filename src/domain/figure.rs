//! The numbers of a row of figures by name: each of them is so many dossiers, and which ones can be asked.

use super::rates::Figures;
use super::words::code_words;
use serde::{Deserialize, Serialize};

/// A number of [`Figures`], named as it stands in the answer of the rates, or a sum that a form makes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    Received,
    ReceivedOnline,
    ReceivedDirectOrPost,
    CarriedOver,
    /// All that was to be dealt with: what the second rate is of.
    ReceivedOrCarriedOver,
    Resolved,
    /// Early or on time: what the first rate counts.
    ResolvedInTime,
    ResolvedEarly,
    ResolvedOnTime,
    ResolvedOverdue,
    ClosedWithoutResult,
    ClosedPastDue,
    InProcess,
    InProcessWithinLimit,
    InProcessOverdue,
    InProcessWaiting,
    /// Within its limit or waiting: what form II.06a has as within the limit.
    InProcessNotOverdue,
    ApologiesOwed,
    ApologiesIssued,
    ApologiesInAdvance,
    ApologiesOnDueDay,
    ApologiesLate,
    ApologiesMissing,
}
code_words!(Figure {
    Received => "received",
    ReceivedOnline => "received_online",
    ReceivedDirectOrPost => "received_direct_or_post",
    CarriedOver => "carried_over",
    ReceivedOrCarriedOver => "received_or_carried_over",
    Resolved => "resolved",
    ResolvedInTime => "resolved_in_time",
    ResolvedEarly => "resolved_early",
    ResolvedOnTime => "resolved_on_time",
    ResolvedOverdue => "resolved_overdue",
    ClosedWithoutResult => "closed_without_result",
    ClosedPastDue => "closed_past_due",
    InProcess => "in_process",
    InProcessWithinLimit => "in_process_within_limit",
    InProcessOverdue => "in_process_overdue",
    InProcessWaiting => "in_process_waiting",
    InProcessNotOverdue => "in_process_not_overdue",
    ApologiesOwed => "apologies_owed",
    ApologiesIssued => "apologies_issued",
    ApologiesInAdvance => "apologies_in_advance",
    ApologiesOnDueDay => "apologies_on_due_day",
    ApologiesLate => "apologies_late",
    ApologiesMissing => "apologies_missing",
});

impl Figure {
    /// This number of a row; of the figures of a single dossier, whether it is one of those behind it.
    pub fn of(self, figures: &Figures) -> i64 {
        let Figures { resolved, closed_without_result: closed, in_process, apologies, .. } = figures;
        match self {
            Self::Received => figures.received.total,
            Self::ReceivedOnline => figures.received.online,
            Self::ReceivedDirectOrPost => figures.received.in_person + figures.received.postal,
            Self::CarriedOver => figures.carried_over,
            Self::ReceivedOrCarriedOver => figures.received.total + figures.carried_over,
            Self::Resolved => resolved.total,
            Self::ResolvedInTime => resolved.in_time(),
            Self::ResolvedEarly => resolved.early,
            Self::ResolvedOnTime => resolved.on_time,
            Self::ResolvedOverdue => resolved.overdue,
            Self::ClosedWithoutResult => closed.total,
            Self::ClosedPastDue => closed.past_due,
            Self::InProcess => in_process.total,
            Self::InProcessWithinLimit => in_process.within_limit,
            Self::InProcessOverdue => in_process.overdue,
            Self::InProcessWaiting => in_process.waiting,
            Self::InProcessNotOverdue => in_process.within_limit + in_process.waiting,
            Self::ApologiesOwed => apologies.owed,
            Self::ApologiesIssued => apologies.issued,
            Self::ApologiesInAdvance => apologies.in_advance,
            Self::ApologiesOnDueDay => apologies.on_due_day,
            Self::ApologiesLate => apologies.late,
            Self::ApologiesMissing => apologies.missing,
        }
    }
}

/// The counts of form II.06a, in the order of its columns.
pub const FORM_II06A: [&str; 13] = [
    "received_total",
    "received_online",
    "received_direct_or_post",
    "carried_over",
    "resolved_total",
    "resolved_early",
    "resolved_on_time",
    "resolved_overdue",
    "in_process_total",
    "in_process_within",
    "in_process_overdue",
    "of_which_waiting",
    "closed_without_result",
];
