//! Procedures as others see them.

use crate::domain::catalogue::{OnlineLevel, PaperForm};
use crate::reference::{Case, Component, Procedure, ProcessStep, Reference, Version};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// A procedure with all its versions.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProcedureView {
    #[schema(example = "1.003650")]
    pub code: String,
    /// Whether the code was checked against the national database.
    pub code_verified: bool,
    #[schema(example = "thuy-san")]
    pub sector: String,
    /// The branches that take it in.
    pub branch_codes: Vec<String>,
    /// The name on the day of asking; of the latest version where none holds.
    pub name: String,
    /// The number of the version that holds on the day of asking.
    pub current_version: Option<u32>,
    /// By the day they hold from.
    pub versions: Vec<VersionView>,
}

/// A procedure in a list: as it holds on the day of asking.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProcedureLine {
    pub code: String,
    pub code_verified: bool,
    pub sector: String,
    pub branch_codes: Vec<String>,
    pub name: String,
    /// Null where no version holds today.
    pub current_version: Option<u32>,
    /// The cases of that version, or of the latest one.
    pub cases: Vec<CaseView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct VersionView {
    pub number: u32,
    pub valid_from: NaiveDate,
    /// The last day, included; null while nothing has followed.
    pub valid_to: Option<NaiveDate>,
    pub name: String,
    pub legal_basis: String,
    pub decided_by: String,
    #[schema(value_type = String, example = "partial")]
    pub online_level: OnlineLevel,
    pub postal_eligible: bool,
    pub posted_on: Option<NaiveDate>,
    pub note: Option<String>,
    pub cases: Vec<CaseView>,
    pub components: Vec<ComponentView>,
    pub steps: Vec<StepView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CaseView {
    /// What `case` of a dossier says; null for the only case.
    pub code: Option<String>,
    pub name: String,
    /// Null where none is known: who takes a dossier in must say it.
    #[schema(example = "5wd+3wd")]
    pub time_limit: Option<String>,
    pub time_limit_verified: bool,
    /// In đồng.
    pub fee_vnd: Option<u64>,
    pub fee_note: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProcedureComponent)]
pub struct ComponentView {
    pub name: String,
    #[schema(value_type = String, example = "original")]
    pub form: PaperForm,
    pub copies: u32,
    pub required: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProcessStep)]
pub struct StepView {
    pub code: String,
    pub name: String,
    /// Of the time limit.
    pub share_percent: u32,
}

impl ProcedureView {
    pub fn of(reference: &Reference, procedure: &Procedure, today: NaiveDate) -> Self {
        Self {
            code: procedure.code.clone(),
            code_verified: procedure.code_verified,
            sector: sector_code(reference, procedure),
            branch_codes: branch_codes(reference, procedure),
            name: shown_version(procedure, today).map(|version| version.name.clone()).unwrap_or_default(),
            current_version: procedure.version_on(today).map(|version| version.number),
            versions: procedure.versions.iter().map(VersionView::from).collect(),
        }
    }
}

impl ProcedureLine {
    pub fn of(reference: &Reference, procedure: &Procedure, today: NaiveDate) -> Self {
        let shown = shown_version(procedure, today);
        Self {
            code: procedure.code.clone(),
            code_verified: procedure.code_verified,
            sector: sector_code(reference, procedure),
            branch_codes: branch_codes(reference, procedure),
            name: shown.map(|version| version.name.clone()).unwrap_or_default(),
            current_version: procedure.version_on(today).map(|version| version.number),
            cases: shown
                .map(|version| version.cases.iter().map(CaseView::from).collect())
                .unwrap_or_default(),
        }
    }
}

/// The version that holds today, or the latest.
pub fn shown_version(procedure: &Procedure, today: NaiveDate) -> Option<&Version> {
    procedure.version_on(today).or_else(|| procedure.versions.last())
}

fn sector_code(reference: &Reference, procedure: &Procedure) -> String {
    reference.sector_by_id(procedure.sector_id).map(|sector| sector.code.clone()).unwrap_or_default()
}

fn branch_codes(reference: &Reference, procedure: &Procedure) -> Vec<String> {
    let branches = procedure.branches.iter().filter_map(|id| reference.branch_by_id(*id));
    let mut codes: Vec<_> = branches.map(|branch| branch.code.clone()).collect();
    codes.sort();
    codes
}

impl From<&Version> for VersionView {
    fn from(version: &Version) -> Self {
        Self {
            number: version.number,
            valid_from: version.valid_from,
            valid_to: version.valid_to,
            name: version.name.clone(),
            legal_basis: version.legal_basis.clone(),
            decided_by: version.decided_by.clone(),
            online_level: version.online_level,
            postal_eligible: version.postal_eligible,
            posted_on: version.posted_on,
            note: version.note.clone(),
            cases: version.cases.iter().map(CaseView::from).collect(),
            components: version.components.iter().map(ComponentView::from).collect(),
            steps: version.steps.iter().map(StepView::from).collect(),
        }
    }
}

impl From<&Case> for CaseView {
    fn from(case: &Case) -> Self {
        Self {
            code: case.code.clone(),
            name: case.name.clone(),
            time_limit: case.time_limit.as_ref().map(ToString::to_string),
            time_limit_verified: case.time_limit_verified,
            fee_vnd: case.fee_vnd,
            fee_note: case.fee_note.clone(),
        }
    }
}

impl From<&Component> for ComponentView {
    fn from(component: &Component) -> Self {
        Self {
            name: component.name.clone(),
            form: component.form,
            copies: component.copies,
            required: component.required,
        }
    }
}

impl From<&ProcessStep> for StepView {
    fn from(step: &ProcessStep) -> Self {
        Self { code: step.code.clone(), name: step.name.clone(), share_percent: step.share_percent }
    }
}
