//! What happened to a dossier: facts that are only ever added. History, rates and letters come from them.

use super::catalogue::{PaperForm, SupplementMode};
use super::deadline::Deadline;
use super::ids::{ApologyId, BranchId, OfficerId, ProcedureId, SectorId, VersionId};
use super::parts::PartDue;
use super::people::Applicant;
use super::punctuality::Timeliness;
use super::returned::{AnsweredBy, Satisfaction};
use super::time_limit::TimeLimit;
use super::words::code_words;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// From 1, without gaps, per dossier.
    pub seq: u32,
    /// When it happened at the counter.
    pub occurred_at: DateTime<Utc>,
    /// When the system was told.
    pub recorded_at: DateTime<Utc>,
    /// Who told it; nobody where a job or an import did.
    pub officer: Option<OfficerId>,
    pub fact: Fact,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    InPerson,
    Online,
    Postal,
}
code_words!(Channel { InPerson => "in_person", Online => "online", Postal => "postal" });

/// How a result is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnChannel {
    InPerson,
    Online,
    Postal,
}
code_words!(ReturnChannel { InPerson => "in_person", Online => "online", Postal => "postal" });

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResultKind {
    Granted,
    /// A refusal after appraisal is a result, and can be late.
    Denied,
}
code_words!(ResultKind { Granted => "granted", Denied => "denied" });

/// The law says how a letter stands to the due date: before it, on it, or too late (NĐ 61/2018 Đ19.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterTimeliness {
    /// At least one day before: what NĐ 61/2018 Đ19.9 asks.
    InAdvance,
    /// On the day itself: what QĐ 5157/QĐ-UBND 2016 allows.
    OnDueDay,
    Late,
}
code_words!(LetterTimeliness { InAdvance => "in_advance", OnDueDay => "on_due_day", Late => "late" });

impl LetterTimeliness {
    /// How a letter issued on `issued_on` stands to `due_on`.
    pub fn of(due_on: NaiveDate, issued_on: NaiveDate) -> Self {
        match issued_on.cmp(&due_on) {
            std::cmp::Ordering::Less => Self::InAdvance,
            std::cmp::Ordering::Equal => Self::OnDueDay,
            std::cmp::Ordering::Greater => Self::Late,
        }
    }
}

/// A paper of the dossier as it was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    pub name: String,
    pub form: PaperForm,
    pub copies: u32,
}

/// Whose dossier it is and what was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Particulars {
    pub applicant: Applicant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub representative: Option<Applicant>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_summary: Option<String>,
    /// How the applicant wants to get the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_channel: Option<ReturnChannel>,
}

/// What a dossier starts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    pub code: String,
    pub branch: BranchId,
    pub sector: SectorId,
    pub procedure: ProcedureId,
    pub version: VersionId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    pub rule_set: String,
    pub time_limit: TimeLimit,
    pub channel: Channel,
    #[serde(flatten)]
    pub particulars: Particulars,
}

/// One fact. The names are what clients see as `kind`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "facts", rename_all = "snake_case")]
pub enum Fact {
    Registered(Box<Registration>),
    /// The clock started, under these rules, with this promise.
    Received {
        rule_set: String,
        deadline: Deadline,
    },
    Refused {
        reason: String,
    },
    Forwarded {
        from_officer: Option<OfficerId>,
        to_officer: Option<OfficerId>,
        to_step: Option<String>,
        note: Option<String>,
        /// What the part that ends with it is judged by; not there where nobody knows when it began.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part_due: Option<PartDue>,
    },
    SupplementRequested {
        items: Vec<String>,
        reason: String,
        /// The law allows one; a second is recorded and flagged.
        round: u32,
        /// Asked later than the rules allow after receipt.
        late_request: bool,
    },
    Supplied {
        items: Vec<String>,
        mode: SupplementMode,
        deadline: Deadline,
    },
    PaymentRequested {
        amount: i64,
        reason: String,
    },
    Paid {
        deadline: Deadline,
    },
    Reappointed {
        /// The law allows one; a second is recorded and flagged.
        ordinal: u32,
        due_on: NaiveDate,
        new_due_on: NaiveDate,
        cause: String,
        reason: String,
    },
    ApologyIssued {
        apology: ApologyId,
        number: String,
        due_on: NaiveDate,
        new_due_on: NaiveDate,
        timeliness: LetterTimeliness,
        sha256: String,
        automatic: bool,
    },
    Resolved {
        outcome: ResultKind,
        document_number: Option<String>,
        reason: Option<String>,
        timeliness: Timeliness,
        days_late: u32,
        /// As of a forwarding.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part_due: Option<PartDue>,
    },
    Returned {
        channel: ReturnChannel,
        received_by: Option<String>,
    },
    /// The hand-over before was entered by mistake: the result is still at the counter.
    ReturnUndone {
        reason: String,
    },
    /// What the applicant says of how he was served. One answer a dossier, never overwritten.
    Surveyed {
        satisfaction: Satisfaction,
        remark: Option<String>,
        answered_by: AnsweredBy,
    },
    Withdrawn {
        reason: String,
        past_due: bool,
    },
    Stopped {
        reason: String,
        past_due: bool,
    },
    /// The calendar changed and somebody decided to count again; an earlier promise is kept.
    DueRecomputed {
        deadline: Deadline,
        computed_due_on: NaiveDate,
        reason: String,
    },
    Corrected {
        field: CorrectableField,
        old: Option<String>,
        new: String,
        reason: String,
        /// Deadlines that the correction moves, by the `seq` of the event that set them.
        deadlines: Vec<(u32, Deadline)>,
        /// What parts are judged by instead, by the `seq` of the act that ended them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        parts: Vec<(u32, PartDue)>,
    },
}

/// What may have been entered wrongly and can be put right, visibly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CorrectableField {
    #[serde(rename = "received_at")]
    ReceivedAt,
    #[serde(rename = "resolved_at")]
    ResolvedAt,
    #[serde(rename = "returned_at")]
    ReturnedAt,
    #[serde(rename = "channel")]
    Channel,
    #[serde(rename = "outcome")]
    Outcome,
    #[serde(rename = "request_summary")]
    RequestSummary,
    #[serde(rename = "applicant.name")]
    ApplicantName,
    #[serde(rename = "applicant.kind")]
    ApplicantKind,
    #[serde(rename = "applicant.id_number")]
    ApplicantIdNumber,
    #[serde(rename = "applicant.phone")]
    ApplicantPhone,
    #[serde(rename = "applicant.email")]
    ApplicantEmail,
    #[serde(rename = "applicant.address")]
    ApplicantAddress,
}
code_words!(CorrectableField {
    ReceivedAt => "received_at",
    ResolvedAt => "resolved_at",
    ReturnedAt => "returned_at",
    Channel => "channel",
    Outcome => "outcome",
    RequestSummary => "request_summary",
    ApplicantName => "applicant.name",
    ApplicantKind => "applicant.kind",
    ApplicantIdNumber => "applicant.id_number",
    ApplicantPhone => "applicant.phone",
    ApplicantEmail => "applicant.email",
    ApplicantAddress => "applicant.address",
});

impl CorrectableField {
    /// Corrections of moments change figures of the past: they are counted apart.
    pub const fn is_time(self) -> bool {
        matches!(self, Self::ReceivedAt | Self::ResolvedAt | Self::ReturnedAt)
    }

    /// Says nothing of a person.
    pub const fn is_figure(self) -> bool {
        self.is_time() || matches!(self, Self::Channel | Self::Outcome)
    }
}

impl Fact {
    /// The name of the fact, as in the `kind` column and in JSON.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Registered(_) => "registered",
            Self::Received { .. } => "received",
            Self::Refused { .. } => "refused",
            Self::Forwarded { .. } => "forwarded",
            Self::SupplementRequested { .. } => "supplement_requested",
            Self::Supplied { .. } => "supplied",
            Self::PaymentRequested { .. } => "payment_requested",
            Self::Paid { .. } => "paid",
            Self::Reappointed { .. } => "reappointed",
            Self::ApologyIssued { .. } => "apology_issued",
            Self::Resolved { .. } => "resolved",
            Self::Returned { .. } => "returned",
            Self::ReturnUndone { .. } => "return_undone",
            Self::Surveyed { .. } => "surveyed",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Stopped { .. } => "stopped",
            Self::DueRecomputed { .. } => "due_recomputed",
            Self::Corrected { .. } => "corrected",
        }
    }

    /// The deadline this fact set, if it is one that does.
    pub const fn deadline(&self) -> Option<&Deadline> {
        match self {
            Self::Received { deadline, .. }
            | Self::Supplied { deadline, .. }
            | Self::Paid { deadline }
            | Self::DueRecomputed { deadline, .. } => Some(deadline),
            _ => None,
        }
    }

    /// The same, to be put right.
    pub fn deadline_mut(&mut self) -> Option<&mut Deadline> {
        match self {
            Self::Received { deadline, .. }
            | Self::Supplied { deadline, .. }
            | Self::Paid { deadline }
            | Self::DueRecomputed { deadline, .. } => Some(deadline),
            _ => None,
        }
    }

    /// What the part that it ended is judged by.
    pub const fn part_due(&self) -> Option<PartDue> {
        match self {
            Self::Forwarded { part_due, .. } | Self::Resolved { part_due, .. } => *part_due,
            _ => None,
        }
    }

    /// The same, to be put right.
    pub fn part_due_mut(&mut self) -> Option<&mut PartDue> {
        match self {
            Self::Forwarded { part_due, .. } | Self::Resolved { part_due, .. } => part_due.as_mut(),
            _ => None,
        }
    }
}
