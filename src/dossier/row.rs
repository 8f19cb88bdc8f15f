//! The dossier's row ⇄ the dossier as the rules see it.

use super::chain;
use super::stored_fact::fact;
use super::words::{Slice, folded};
use crate::db::DbError;
use crate::db::schema::{dossier_events, dossier_particulars, dossiers, reappointments};
use crate::db::types::{JsonText, Moment};
use crate::domain::deadline::{Deadline, Pause};
use crate::domain::dossier::{ClockState, Dossier, Handover, Resolution, Waiting};
use crate::domain::event::{
    Component, Event, Fact, LetterTimeliness, Particulars, ResultKind, ReturnChannel,
};
use crate::domain::ids::{BranchId, DossierId, OfficerId, ProcedureId, SectorId, VersionId};
use crate::domain::lifecycle::Status;
use crate::domain::parts::PartBegun;
use crate::domain::people::{Applicant, fold};
use crate::domain::punctuality::{self, Timeliness};
use crate::domain::returned::Satisfaction;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = dossiers, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct DossierRow {
    pub id: DossierId,
    pub code: String,
    pub branch_id: BranchId,
    pub sector_id: SectorId,
    pub procedure_id: ProcedureId,
    pub procedure_version_id: VersionId,
    pub rule_set: String,
    pub channel: String,
    pub status: String,
    pub time_limit: String,
    pub submitted_at: Moment,
    pub received_at: Option<Moment>,
    pub clock_started_at: Option<Moment>,
    pub due_on: Option<NaiveDate>,
    pub due_at: Option<Moment>,
    pub first_due_on: Option<NaiveDate>,
    pub reappointed_due_on: Option<NaiveDate>,
    pub apology_due_on: Option<NaiveDate>,
    pub provisional: bool,
    pub supplement_rounds: i32,
    pub waiting_since: Option<Moment>,
    pub resolved_at: Option<Moment>,
    pub timeliness: Option<String>,
    pub closed_at: Option<Moment>,
    pub returned_at: Option<Moment>,
    pub held_by: Option<OfficerId>,
    pub held_step: Option<String>,
    pub standing: JsonText,
    pub version: i32,
    pub chain: String,
    pub checked_by: Option<OfficerId>,
    pub resolved_by: Option<OfficerId>,
}

/// What the rules need beyond what is searched and sorted by.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Rest {
    last_occurred_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pauses: Vec<Pause>,
    #[serde(default)]
    counts_moments: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    back_to: Option<Status>,
    #[serde(default)]
    reappointments: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    letter: Option<LetterTimeliness>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<ResultKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    document_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    return_channel: Option<ReturnChannel>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    received_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    part: Option<PartBegun>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    satisfaction: Option<Satisfaction>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    case: Option<String>,
}

/// The columns of two rows that do not hold the same.
macro_rules! differing {
    ($one:expr, $other:expr, $($column:ident)+) => {{
        let mut columns = Vec::new();
        $(if $one.$column != $other.$column { columns.push(stringify!($column)); })+
        columns
    }};
}

impl DossierRow {
    /// The columns in which it is another than `told`. The chain is not compared: it is not told by the facts.
    pub fn differences(&self, told: &Self) -> Vec<&'static str> {
        // Taken apart, so that a new column cannot be forgotten here.
        let Self {
            id: _,
            code: _,
            branch_id: _,
            sector_id: _,
            procedure_id: _,
            procedure_version_id: _,
            rule_set: _,
            channel: _,
            status: _,
            time_limit: _,
            submitted_at: _,
            received_at: _,
            clock_started_at: _,
            due_on: _,
            due_at: _,
            first_due_on: _,
            reappointed_due_on: _,
            apology_due_on: _,
            provisional: _,
            supplement_rounds: _,
            waiting_since: _,
            resolved_at: _,
            timeliness: _,
            closed_at: _,
            returned_at: _,
            held_by: _,
            held_step: _,
            standing: _,
            version: _,
            chain: _,
            checked_by: _,
            resolved_by: _,
        } = self;
        differing!(self, told, code branch_id sector_id procedure_id procedure_version_id rule_set
            channel status time_limit submitted_at received_at clock_started_at due_on due_at first_due_on
            reappointed_due_on apology_due_on provisional supplement_rounds waiting_since resolved_at timeliness
            closed_at returned_at held_by held_step standing version checked_by resolved_by)
    }

    /// It says nothing of the part that is going on, and all else of `standing` as `told`: so rows were written that knew
    /// nothing of parts of the way yet.
    pub fn lacks_part(&self, told: &Self) -> bool {
        self.standing != told.standing && without_part(&told.standing).as_ref() == Some(&self.standing)
    }

    pub fn of(id: DossierId, dossier: &Dossier, chain: &str) -> Result<Self, DbError> {
        let deadline = dossier.clock.as_ref().map(|clock| &clock.deadline);
        let resolved = dossier.resolved.as_ref();
        let rest = Rest {
            last_occurred_at: dossier.last_occurred_at,
            pauses: dossier.clock.as_ref().map(|clock| clock.pauses.clone()).unwrap_or_default(),
            counts_moments: deadline.is_some_and(|deadline| deadline.counts_moments),
            back_to: dossier.waiting.map(|waiting| waiting.back_to),
            reappointments: dossier.reappointments,
            letter: dossier.letter,
            outcome: resolved.map(|resolution| resolution.outcome),
            document_number: resolved.and_then(|resolution| resolution.document_number.clone()),
            reason: resolved.and_then(|resolution| resolution.reason.clone()),
            return_channel: dossier.returned.as_ref().map(|handover| handover.channel),
            received_by: dossier.returned.as_ref().and_then(|handover| handover.received_by.clone()),
            part: dossier.part,
            satisfaction: dossier.satisfaction,
            case: dossier.case.clone(),
        };
        Ok(Self {
            id,
            code: dossier.code.clone(),
            branch_id: dossier.branch,
            sector_id: dossier.sector,
            procedure_id: dossier.procedure,
            procedure_version_id: dossier.procedure_version,
            rule_set: dossier.rule_set.clone(),
            channel: dossier.channel.as_str().to_owned(),
            status: dossier.status.as_str().to_owned(),
            time_limit: dossier.time_limit.to_string(),
            submitted_at: dossier.submitted_at.into(),
            received_at: dossier.received_at.map(Moment),
            clock_started_at: dossier.clock.as_ref().map(|clock| Moment(clock.started_at)),
            due_on: deadline.map(|deadline| deadline.due_on),
            due_at: deadline.map(|deadline| Moment(deadline.due_at)),
            first_due_on: dossier.first_due_on,
            reappointed_due_on: dossier.reappointed_due_on,
            apology_due_on: deadline.map(|deadline| deadline.apology_due_on),
            provisional: deadline.is_some_and(|deadline| deadline.provisional),
            supplement_rounds: number(dossier.supplement_rounds)?,
            waiting_since: dossier.waiting.map(|waiting| Moment(waiting.since)),
            resolved_at: resolved.map(|resolution| Moment(resolution.at)),
            timeliness: resolved.map(|resolution| resolution.timeliness.as_str().to_owned()),
            closed_at: dossier.closed_at.map(Moment),
            returned_at: dossier.returned.as_ref().map(|handover| Moment(handover.at)),
            held_by: dossier.held_by,
            held_step: dossier.held_step.clone(),
            standing: text_of(&rest)?,
            version: number(dossier.version)?,
            chain: chain.to_owned(),
            checked_by: dossier.checked_by,
            resolved_by: resolved.and_then(|resolution| resolution.by),
        })
    }

    pub fn dossier(&self) -> Result<Dossier, DbError> {
        let corrupt =
            |what: &dyn std::fmt::Display| DbError::Corrupt(format!("dossier {}: {what}", self.code));
        let rest: Rest = serde_json::from_str(&self.standing.0).map_err(|error| corrupt(&error))?;
        let clock = match (self.clock_started_at, self.due_on, self.due_at, self.apology_due_on) {
            (Some(started_at), Some(due_on), Some(due_at), Some(apology_due_on)) => Some(ClockState {
                started_at: started_at.0,
                pauses: rest.pauses,
                deadline: Deadline {
                    due_on,
                    due_at: due_at.0,
                    apology_due_on,
                    provisional: self.provisional,
                    counts_moments: rest.counts_moments,
                },
            }),
            _ => None,
        };
        let resolved = match (self.resolved_at, rest.outcome, self.timeliness.as_deref(), self.due_on) {
            (Some(at), Some(outcome), Some(timeliness), Some(due_on)) => Some(Resolution {
                at: at.0,
                by: self.resolved_by,
                outcome,
                timeliness: timeliness_of(timeliness).ok_or_else(|| corrupt(&timeliness))?,
                days_late: punctuality::days_late(due_on, crate::domain::local_time::day_of(at.0)),
                document_number: rest.document_number,
                reason: rest.reason,
            }),
            _ => None,
        };
        Ok(Dossier {
            code: self.code.clone(),
            branch: self.branch_id,
            sector: self.sector_id,
            procedure: self.procedure_id,
            procedure_version: self.procedure_version_id,
            case: rest.case,
            rule_set: self.rule_set.clone(),
            time_limit: self.time_limit.parse().map_err(|error| corrupt(&error))?,
            channel: self.channel.parse().map_err(|error| corrupt(&error))?,
            status: self.status.parse().map_err(|error| corrupt(&error))?,
            submitted_at: self.submitted_at.0,
            received_at: self.received_at.map(|moment| moment.0),
            checked_by: self.checked_by,
            clock,
            first_due_on: self.first_due_on,
            reappointments: rest.reappointments,
            reappointed_due_on: self.reappointed_due_on,
            supplement_rounds: u32::try_from(self.supplement_rounds).map_err(|error| corrupt(&error))?,
            waiting: self
                .waiting_since
                .zip(rest.back_to)
                .map(|(since, back_to)| Waiting { since: since.0, back_to }),
            resolved,
            closed_at: self.closed_at.map(|moment| moment.0),
            returned: self.returned_at.zip(rest.return_channel).map(|(at, channel)| Handover {
                at: at.0,
                channel,
                received_by: rest.received_by,
            }),
            satisfaction: rest.satisfaction,
            held_by: self.held_by,
            held_step: self.held_step.clone(),
            part: rest.part,
            letter: rest.letter,
            last_occurred_at: rest.last_occurred_at,
            version: u32::try_from(self.version).map_err(|error| corrupt(&error))?,
        })
    }
}

fn without_part(standing: &JsonText) -> Option<JsonText> {
    let rest: Rest = serde_json::from_str(&standing.0).ok()?;
    text_of(&Rest { part: None, ..rest }).ok()
}

/// When the clock stood still, out of the rest of a row.
pub fn pauses(standing: &JsonText) -> Result<Vec<Pause>, DbError> {
    // Most dossiers never wait: those are not taken apart.
    if !standing.0.contains("\"pauses\"") {
        return Ok(Vec::new());
    }
    let rest: Rest =
        serde_json::from_str(&standing.0).map_err(|error| DbError::Corrupt(error.to_string()))?;
    Ok(rest.pauses)
}

fn timeliness_of(word: &str) -> Option<Timeliness> {
    [Timeliness::Early, Timeliness::OnTime, Timeliness::Overdue].into_iter().find(|one| one.as_str() == word)
}

fn number(count: u32) -> Result<i32, DbError> {
    i32::try_from(count).map_err(|error| DbError::Corrupt(error.to_string()))
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = dossier_events, treat_none_as_default_value = false)]
pub struct EventRow {
    pub dossier_id: DossierId,
    pub seq: i32,
    pub branch_id: BranchId,
    pub kind: String,
    pub occurred_at: Moment,
    pub recorded_at: Moment,
    pub officer_id: Option<OfficerId>,
    pub facts: JsonText,
    pub hash: String,
}

impl EventRow {
    pub fn of(id: DossierId, branch: BranchId, event: &Event, before: &str) -> Result<Self, DbError> {
        let facts = chain::canonical_text(&facts_of(&event.fact)?);
        let hash = chain::link_text(before, id, event, &facts);
        Ok(Self {
            dossier_id: id,
            seq: number(event.seq)?,
            branch_id: branch,
            kind: event.fact.kind().to_owned(),
            occurred_at: event.occurred_at.into(),
            recorded_at: event.recorded_at.into(),
            officer_id: event.officer,
            facts: JsonText(facts),
            hash,
        })
    }

    pub fn event(&self) -> Result<Event, DbError> {
        let corrupt = |what: &dyn std::fmt::Display| {
            DbError::Corrupt(format!("event {} of {}: {what}", self.seq, self.dossier_id))
        };
        Ok(Event {
            seq: u32::try_from(self.seq).map_err(|error| corrupt(&error))?,
            occurred_at: self.occurred_at.0,
            recorded_at: self.recorded_at.0,
            officer: self.officer_id,
            fact: fact(&self.kind, &self.facts.0).map_err(|error| corrupt(&error))?,
        })
    }
}

fn text_of(document: &impl Serialize) -> Result<JsonText, DbError> {
    serde_json::to_string(document).map(JsonText).map_err(|error| DbError::Corrupt(error.to_string()))
}

fn facts_of(fact: &Fact) -> Result<serde_json::Value, DbError> {
    let mut tagged = serde_json::to_value(fact).map_err(|error| DbError::Corrupt(error.to_string()))?;
    Ok(tagged.get_mut("facts").map(serde_json::Value::take).unwrap_or_default())
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = dossier_particulars, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct ParticularsRow {
    pub dossier_id: DossierId,
    pub branch_id: BranchId,
    pub applicant_name: String,
    pub applicant_kind: String,
    pub id_number: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
    pub folded_name: String,
    pub lookup_key: String,
    pub words_row: Option<i64>,
    pub particulars: JsonText,
}

/// The same, borrowed.
#[derive(Insertable)]
#[diesel(table_name = dossier_particulars, treat_none_as_default_value = false)]
pub struct NewParticulars<'a> {
    dossier_id: DossierId,
    branch_id: BranchId,
    applicant_name: &'a str,
    applicant_kind: &'a str,
    id_number: Option<&'a str>,
    phone: Option<&'a str>,
    email: Option<&'a str>,
    address: Option<&'a str>,
    folded_name: &'a str,
    lookup_key: &'a str,
    words_row: i64,
    particulars: &'a JsonText,
}

/// What is shown and never searched.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Shown {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    representative: Option<Applicant>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    components: Vec<Component>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_summary: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    return_channel: Option<ReturnChannel>,
}

impl ParticularsRow {
    pub fn of(id: DossierId, branch: BranchId, of: &Particulars, lookup_key: &str) -> Result<Self, DbError> {
        let shown = Shown {
            representative: of.representative.clone(),
            components: of.components.clone(),
            request_summary: of.request_summary.clone(),
            return_channel: of.return_channel,
        };
        Ok(Self {
            dossier_id: id,
            branch_id: branch,
            applicant_name: of.applicant.name.clone(),
            applicant_kind: of.applicant.kind.as_str().to_owned(),
            id_number: of.applicant.id_number.clone(),
            phone: of.applicant.phone.clone(),
            email: of.applicant.email.clone(),
            address: of.applicant.address.clone(),
            folded_name: fold(&of.applicant.name),
            lookup_key: lookup_key.to_owned(),
            words_row: None,
            particulars: text_of(&shown)?,
        })
    }

    /// To be inserted with the row of `dossier_words` that belongs to it.
    pub fn with_words(&self, words_row: i64) -> NewParticulars<'_> {
        NewParticulars {
            dossier_id: self.dossier_id,
            branch_id: self.branch_id,
            applicant_name: &self.applicant_name,
            applicant_kind: &self.applicant_kind,
            id_number: self.id_number.as_deref(),
            phone: self.phone.as_deref(),
            email: self.email.as_deref(),
            address: self.address.as_deref(),
            folded_name: &self.folded_name,
            lookup_key: &self.lookup_key,
            words_row,
            particulars: &self.particulars,
        }
    }

    pub fn particulars(&self) -> Result<Particulars, DbError> {
        let corrupt = |what: &dyn std::fmt::Display| {
            DbError::Corrupt(format!("particulars of {}: {what}", self.dossier_id))
        };
        let shown: Shown = serde_json::from_str(&self.particulars.0).map_err(|error| corrupt(&error))?;
        Ok(Particulars {
            applicant: Applicant {
                name: self.applicant_name.clone(),
                kind: self.applicant_kind.parse().map_err(|error| corrupt(&error))?,
                id_number: self.id_number.clone(),
                phone: self.phone.clone(),
                email: self.email.clone(),
                address: self.address.clone(),
            },
            representative: shown.representative,
            components: shown.components,
            request_summary: shown.request_summary,
            return_channel: shown.return_channel,
        })
    }
}

/// The words under which a dossier is found: folded name, phone, identity number, and the slice it stands in.
pub fn search_words(of: &Particulars, slice: Slice, branch: BranchId) -> String {
    let texts = [Some(&of.applicant.name), of.applicant.phone.as_ref(), of.applicant.id_number.as_ref()];
    let words = texts.into_iter().flatten().flat_map(|text| folded(text));
    words.chain(slice.words(branch)).collect::<Vec<_>>().join(" ")
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = reappointments, treat_none_as_default_value = false)]
pub struct ReappointmentRow {
    pub dossier_id: DossierId,
    pub ordinal: i32,
    pub branch_id: BranchId,
    pub due_on: NaiveDate,
    pub new_due_on: NaiveDate,
    pub cause: String,
    pub reason: String,
    pub recorded_at: Moment,
    pub officer_id: Option<OfficerId>,
}
