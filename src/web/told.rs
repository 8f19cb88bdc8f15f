//! What the API tells, as far as pages show it.

use crate::domain::lifecycle::Act;
use crate::domain::role::Role;
use serde::Deserialize;
use serde_json::{Map, Value};

/// One page of a list.
#[derive(Debug, Deserialize)]
pub struct Listed<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
    pub count: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Dossier {
    pub code: String,
    pub status: String,
    pub branch_code: String,
    pub sector: String,
    pub procedure: DossierProcedure,
    pub channel: String,
    pub applicant: Person,
    pub representative: Option<Person>,
    pub components: Vec<Component>,
    pub request_summary: Option<String>,
    pub return_channel: Option<String>,
    pub submitted_at: String,
    pub received_at: Option<String>,
    pub time_limit: String,
    pub rule_set: String,
    pub due_on: Option<String>,
    pub due_at: Option<String>,
    pub first_due_on: Option<String>,
    pub reappointed_due_on: Option<String>,
    pub provisional: bool,
    pub supplement_rounds: u32,
    pub waiting_since: Option<String>,
    pub resolved_at: Option<String>,
    pub outcome: Option<String>,
    pub document_number: Option<String>,
    pub returned_at: Option<String>,
    pub timeliness: Option<String>,
    pub timeliness_as_reappointed: Option<String>,
    pub days_late: u32,
    pub working_days_left: Option<i64>,
    pub held_by: Option<Holder>,
    pub acts: Vec<String>,
    /// Those of them that not everybody may do any more.
    pub acts_of_past_days: Vec<String>,
    pub version: u32,
}

impl Dossier {
    /// Its state allows this act.
    pub fn allows(&self, act: Act) -> bool {
        self.acts.iter().any(|possible| possible == act.as_str())
    }

    /// To those of this role.
    pub fn allows_to(&self, role: Role, act: Act) -> bool {
        let is_of_past_day = self.acts_of_past_days.iter().any(|past| past == act.as_str());
        self.allows(act) && role.may(act) && (role.may_backdate() || !is_of_past_day)
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct DossierProcedure {
    pub code: String,
    pub name: String,
    pub version: u32,
    pub case: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Person {
    pub name: String,
    pub kind: String,
    pub id_number: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Component {
    pub name: String,
    pub form: String,
    pub copies: u32,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Holder {
    pub full_name: Option<String>,
    pub step: Option<String>,
}

impl Holder {
    /// The officer, the step, or both.
    pub fn shown(&self) -> String {
        let parts: Vec<&str> =
            [&self.full_name, &self.step].into_iter().flatten().map(String::as_str).collect();
        parts.join(" · ")
    }
}

/// A line of a list.
#[derive(Debug, Clone, Deserialize)]
pub struct Line {
    pub code: String,
    pub status: String,
    pub branch_code: String,
    pub procedure: DossierProcedure,
    pub applicant: Person,
    pub received_at: Option<String>,
    pub due_on: Option<String>,
    pub reappointed_due_on: Option<String>,
    pub timeliness: Option<String>,
    pub days_late: u32,
    pub working_days_left: Option<i64>,
    pub held_by: Option<Holder>,
    pub version: u32,
}

#[derive(Debug, Deserialize)]
pub struct Event {
    pub seq: u32,
    pub kind: String,
    pub occurred_at: String,
    pub recorded_at: String,
    pub officer: Option<String>,
    #[serde(flatten)]
    pub facts: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
pub struct Deadline {
    pub promises: Vec<Promise>,
    pub waits: Vec<Wait>,
    pub explanation: Vec<Day>,
}

#[derive(Debug, Deserialize)]
pub struct Promise {
    pub set_by: String,
    pub at: String,
    pub due_on: String,
    pub restarted: bool,
}

#[derive(Debug, Deserialize)]
pub struct Wait {
    pub what: String,
    pub from: String,
    pub to: Option<String>,
}

/// One day of an explanation.
#[derive(Debug, Deserialize)]
pub struct Day {
    pub date: String,
    pub counted: bool,
    pub n: Option<u32>,
    pub minutes: Option<u32>,
    pub reason: Option<String>,
    pub note: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct DueDate {
    pub due_on: String,
    pub due_at: String,
    pub provisional: bool,
    #[serde(default)]
    pub explanation: Vec<Day>,
}

#[derive(Debug, Deserialize)]
pub struct ProcedureLine {
    pub code: String,
    pub name: String,
    pub cases: Vec<Case>,
}

#[derive(Debug, Deserialize)]
pub struct Procedure {
    pub code: String,
    pub name: String,
    pub current_version: Option<u32>,
    pub versions: Vec<Version>,
}

impl Procedure {
    /// The version that holds today.
    pub fn current(&self) -> Option<&Version> {
        self.versions.iter().find(|version| Some(version.number) == self.current_version)
    }

    /// The version a dossier was received under.
    pub fn version(&self, number: u32) -> Option<&Version> {
        self.versions.iter().find(|version| version.number == number)
    }
}

#[derive(Debug, Deserialize)]
pub struct Version {
    pub number: u32,
    pub legal_basis: String,
    pub cases: Vec<Case>,
    pub components: Vec<Paper>,
    pub steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
pub struct Case {
    pub code: Option<String>,
    pub name: String,
    pub time_limit: Option<String>,
    pub fee_vnd: Option<u64>,
    pub fee_note: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Paper {
    pub name: String,
    pub form: String,
    pub copies: u32,
    pub required: bool,
}

#[derive(Debug, Deserialize)]
pub struct Step {
    pub code: String,
    pub name: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Colleague {
    pub id: String,
    pub username: String,
    pub full_name: String,
    pub title: Option<String>,
    pub branch_code: Option<String>,
    pub active: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Branch {
    pub code: String,
    pub name: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Sector {
    pub code: String,
    pub name: String,
}
