//! A version of a procedure as an administrator enters it, checked whole.

use crate::domain::catalogue::{OnlineLevel, PaperForm, slug};
use crate::domain::ids::VersionId;
use crate::domain::people;
use crate::failure::{FieldFault, Fields};
use crate::reference::{Case, Component, ProcessStep, Version};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// So many cases, papers or steps at most: more is a mistake.
const MOST: usize = 100;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVersion {
    /// The first day it holds.
    pub valid_from: NaiveDate,
    /// The last day, included. Absent: until another follows.
    pub valid_to: Option<NaiveDate>,
    name: String,
    legal_basis: String,
    /// Who decides.
    #[serde(default)]
    decided_by: Option<String>,
    #[schema(value_type = String, example = "partial")]
    online_level: OnlineLevel,
    /// Whether the public post takes it in and brings results.
    postal_eligible: bool,
    /// The day it was posted publicly.
    posted_on: Option<NaiveDate>,
    note: Option<String>,
    /// One, or several with codes of their own.
    cases: Vec<NewCase>,
    /// The papers to hand in.
    #[serde(default)]
    components: Vec<NewComponent>,
    /// The internal process; shares add up to 100.
    #[serde(default)]
    steps: Vec<NewStep>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCase {
    /// Small letters and digits, joined by `-` or `_`; absent where there is one case.
    code: Option<String>,
    /// Absent: as the procedure.
    name: Option<String>,
    /// `3wd`, `45d`, `4wh`, `5wd+3wd`. Absent: not known yet, whoever takes a dossier in must say it.
    #[schema(example = "5wd+3wd")]
    time_limit: Option<String>,
    #[serde(default)]
    time_limit_verified: bool,
    /// In đồng.
    fee_vnd: Option<u64>,
    fee_note: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComponent {
    name: String,
    #[schema(value_type = String, example = "original")]
    form: PaperForm,
    #[serde(default = "one")]
    copies: u32,
    #[serde(default = "yes")]
    required: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStep {
    code: String,
    name: String,
    share_percent: u32,
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}

impl NewVersion {
    /// The version, still without key and number; faults are noted below `pointer`.
    pub fn check(&self, fields: &mut Fields, pointer: &str) -> Option<Version> {
        let at = |field: &str| format!("{pointer}/{field}");
        if let Some(last) = self.valid_to {
            fields.check(last >= self.valid_from, &at("valid_to"), "ends-before-it-begins");
        }
        let name = fields.take(&at("name"), people::line(&self.name, 500));
        let legal_basis = fields.take(&at("legal_basis"), people::lines(&self.legal_basis, 2000));
        let decided_by =
            fields.optional(&at("decided_by"), self.decided_by.as_deref(), |text| people::line(text, 300));
        let note = fields.optional(&at("note"), self.note.as_deref(), |text| people::lines(text, 2000));
        let cases = self.check_cases(fields, &at("cases"));
        let components = self.check_components(fields, &at("components"));
        let steps = self.check_steps(fields, &at("steps"));
        Some(Version {
            id: VersionId::nil(),
            number: 0,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            name: name?,
            legal_basis: legal_basis?,
            decided_by: decided_by?.unwrap_or_default(),
            online_level: self.online_level,
            postal_eligible: self.postal_eligible,
            posted_on: self.posted_on,
            note: note?,
            cases: cases?,
            components: components?,
            steps: steps?,
        })
    }

    fn check_cases(&self, fields: &mut Fields, pointer: &str) -> Option<Vec<Case>> {
        if self.cases.is_empty() || self.cases.len() > MOST {
            fields.fault(FieldFault::with(
                pointer,
                if self.cases.is_empty() { "empty" } else { "too-many" },
                MOST,
            ));
            return None;
        }
        let several = self.cases.len() > 1;
        let mut codes = BTreeSet::new();
        let mut cases = Vec::new();
        for (n, case) in self.cases.iter().enumerate() {
            let at = |field: &str| format!("{pointer}/{n}/{field}");
            let code = fields.optional(&at("code"), case.code.as_deref(), slug);
            if several && case.code.is_none() {
                fields.fault(FieldFault::new(at("code"), "case-code-required"));
            }
            if let Some(Some(code)) = &code {
                fields.check(codes.insert(code.clone()), &at("code"), "given-twice");
            }
            let name = match &case.name {
                Some(name) => fields.take(&at("name"), people::line(name, 500)),
                None => Some(self.name.trim().to_owned()),
            };
            let time_limit = fields.optional(&at("time_limit"), case.time_limit.as_deref(), str::parse);
            let fee_note =
                fields.optional(&at("fee_note"), case.fee_note.as_deref(), |text| people::line(text, 300));
            let fee_fits = case.fee_vnd.is_none_or(|fee| i64::try_from(fee).is_ok());
            fields.check(fee_fits, &at("fee_vnd"), "out-of-range");
            if let (Some(code), Some(name), Some(time_limit), Some(fee_note)) =
                (code, name, time_limit, fee_note)
            {
                cases.push(Case {
                    code,
                    name,
                    time_limit,
                    time_limit_verified: case.time_limit_verified,
                    fee_vnd: case.fee_vnd,
                    fee_note,
                });
            }
        }
        Some(cases)
    }

    fn check_components(&self, fields: &mut Fields, pointer: &str) -> Option<Vec<Component>> {
        if self.components.len() > MOST {
            fields.fault(FieldFault::with(pointer, "too-many", MOST));
            return None;
        }
        let mut components = Vec::new();
        for (n, component) in self.components.iter().enumerate() {
            let at = |field: &str| format!("{pointer}/{n}/{field}");
            fields.check((1..=100).contains(&component.copies), &at("copies"), "out-of-range");
            if let Some(name) = fields.take(&at("name"), people::line(&component.name, 500)) {
                components.push(Component {
                    name,
                    form: component.form,
                    copies: component.copies,
                    required: component.required,
                });
            }
        }
        Some(components)
    }

    fn check_steps(&self, fields: &mut Fields, pointer: &str) -> Option<Vec<ProcessStep>> {
        if self.steps.len() > MOST {
            fields.fault(FieldFault::with(pointer, "too-many", MOST));
            return None;
        }
        let mut codes = BTreeSet::new();
        let mut steps = Vec::new();
        for (n, step) in self.steps.iter().enumerate() {
            let at = |field: &str| format!("{pointer}/{n}/{field}");
            let code = fields.take(&at("code"), slug(&step.code));
            if let Some(code) = &code {
                fields.check(codes.insert(code.clone()), &at("code"), "given-twice");
            }
            let name = fields.take(&at("name"), people::line(&step.name, 200));
            if let (Some(code), Some(name)) = (code, name) {
                steps.push(ProcessStep { code, name, share_percent: step.share_percent });
            }
        }
        let shares = self.steps.iter().try_fold(0_u32, |sum, step| sum.checked_add(step.share_percent));
        fields.check(self.steps.is_empty() || shares == Some(100), pointer, "shares-not-100");
        Some(steps)
    }
}
