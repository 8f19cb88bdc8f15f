//! What use cases decide with: the calendar, the rule sets, and the catalogue of branches, sectors and
//! procedures, held in memory and never older than the transaction that asks.
//!
//! Every change of these tables puts a new stamp into `settings`. [`ReferenceCache::of`] reads the stamp in
//! the caller's transaction, one row by its key, and loads again when it is another. The stamp is random, not
//! a counter: a change that is rolled back must not leave a number behind that the next change takes again.

mod cache;
mod change;
mod load;

pub use cache::{ReferenceCache, STAMP};
pub use change::change;

use crate::domain::calendar::Calendar;
use crate::domain::catalogue::{ApologyMode, OnlineLevel, PaperForm, SupplementMode};
use crate::domain::ids::{BranchId, ProcedureId, SectorId, VersionId};
use crate::domain::time_limit::TimeLimit;
use crate::failure::FieldFault;
use chrono::{NaiveDate, NaiveTime};
use std::collections::HashMap;
use std::sync::Arc;

/// One consistent state of all reference data. Never changes once loaded.
#[derive(Debug)]
pub struct Reference {
    pub calendar: Calendar,
    /// By the day they hold from.
    rule_sets: Vec<Arc<RuleSet>>,
    /// By code.
    branches: Vec<Arc<Branch>>,
    /// By code.
    sectors: Vec<Arc<Sector>>,
    /// By code.
    procedures: Vec<Arc<Procedure>>,
    branch_places: HashMap<BranchId, usize>,
    sector_places: HashMap<SectorId, usize>,
    procedure_places: HashMap<ProcedureId, usize>,
    version_places: HashMap<VersionId, (usize, usize)>,
}

/// The rules a dossier is received under and keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    pub code: String,
    pub valid_from: NaiveDate,
    pub name: String,
    pub legal_basis: String,
    pub supplement_mode: SupplementMode,
    /// A supplement is asked for within this many working days of receipt.
    pub supplement_request_days: u32,
    /// What is received after this time of day is handed over at the start of the next working day.
    pub handover_cutoff: NaiveTime,
}

impl RuleSet {
    /// What of it decisions look at.
    pub fn for_decisions(&self) -> crate::domain::decide::RuleSet {
        crate::domain::decide::RuleSet {
            code: self.code.clone(),
            valid_from: self.valid_from,
            supplement_mode: self.supplement_mode,
            supplement_request_days: self.supplement_request_days,
            handover_cutoff: self.handover_cutoff,
        }
    }
}

/// A branch (chi cục).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    pub id: BranchId,
    pub code: String,
    pub name: String,
    /// Mã định danh cơ quan: the first part of its dossier codes.
    pub agency_identifier: String,
    /// The department it belongs to, as letters name it.
    pub department_name: String,
    /// The symbol in the numbers of its letters, such as `PXL-CCTS`.
    pub letter_symbol: String,
    /// The place in "…, ngày … tháng … năm …".
    pub place: String,
    pub address: String,
    pub contact_phone: String,
    pub contact_email: Option<String>,
    pub apology_mode: ApologyMode,
    /// The head's written authorisation of the automatic mode.
    pub authorisation: Option<Authorisation>,
    pub active: bool,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorisation {
    pub by: String,
    pub on: NaiveDate,
    pub document: String,
}

/// A sector (lĩnh vực).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sector {
    pub id: SectorId,
    pub code: String,
    pub name: String,
}

/// An administrative procedure (thủ tục hành chính) with all its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Procedure {
    pub id: ProcedureId,
    pub code: String,
    /// Whether the code was checked against the national database.
    pub code_verified: bool,
    pub sector_id: SectorId,
    /// The branches that take it in.
    pub branches: Vec<BranchId>,
    /// By the day they hold from; they do not overlap.
    pub versions: Vec<Version>,
}

/// A procedure as it holds from one day to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub id: VersionId,
    pub number: u32,
    pub valid_from: NaiveDate,
    /// The last day, included; `None` while nothing has followed.
    pub valid_to: Option<NaiveDate>,
    pub name: String,
    pub legal_basis: String,
    pub decided_by: String,
    pub online_level: OnlineLevel,
    /// Whether the public post takes it in and brings results.
    pub postal_eligible: bool,
    /// The day it was posted publicly.
    pub posted_on: Option<NaiveDate>,
    pub note: Option<String>,
    /// Never empty.
    pub cases: Vec<Case>,
    /// The papers to hand in.
    pub components: Vec<Component>,
    /// The internal process.
    pub steps: Vec<ProcessStep>,
}

/// A case of a procedure, with a limit of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// `None` for the only case of a procedure that has one limit.
    pub code: Option<String>,
    pub name: String,
    /// `None` where no limit is known yet: whoever takes a dossier in must say it.
    pub time_limit: Option<TimeLimit>,
    pub time_limit_verified: bool,
    /// In đồng.
    pub fee_vnd: Option<u64>,
    pub fee_note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    pub name: String,
    pub form: PaperForm,
    pub copies: u32,
    pub required: bool,
}

/// A step of the internal process and its share of the time limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessStep {
    pub code: String,
    pub name: String,
    pub share_percent: u32,
}

impl Reference {
    pub fn branches(&self) -> &[Arc<Branch>] {
        &self.branches
    }

    pub fn branch(&self, code: &str) -> Option<&Arc<Branch>> {
        by_code(&self.branches, code, |branch| &branch.code)
    }

    pub fn branch_by_id(&self, id: BranchId) -> Option<&Arc<Branch>> {
        self.branch_places.get(&id).and_then(|place| self.branches.get(*place))
    }

    pub fn sectors(&self) -> &[Arc<Sector>] {
        &self.sectors
    }

    pub fn sector(&self, code: &str) -> Option<&Arc<Sector>> {
        by_code(&self.sectors, code, |sector| &sector.code)
    }

    /// By code, or by the name people know.
    pub fn sector_named(&self, named: &str) -> Option<&Arc<Sector>> {
        self.sector(named).or_else(|| self.sectors.iter().find(|sector| sector.name == named))
    }

    pub fn sector_by_id(&self, id: SectorId) -> Option<&Arc<Sector>> {
        self.sector_places.get(&id).and_then(|place| self.sectors.get(*place))
    }

    pub fn procedures(&self) -> &[Arc<Procedure>] {
        &self.procedures
    }

    pub fn procedure(&self, code: &str) -> Option<&Arc<Procedure>> {
        by_code(&self.procedures, code, |procedure| &procedure.code)
    }

    pub fn procedure_by_id(&self, id: ProcedureId) -> Option<&Arc<Procedure>> {
        self.procedure_places.get(&id).and_then(|place| self.procedures.get(*place))
    }

    /// The version a dossier was received under, with its procedure.
    pub fn version_by_id(&self, id: VersionId) -> Option<(&Arc<Procedure>, &Version)> {
        let (procedure, version) = *self.version_places.get(&id)?;
        let procedure = self.procedures.get(procedure)?;
        Some((procedure, procedure.versions.get(version)?))
    }

    /// The share of the limit of each step of its process, in per cent, by its code.
    pub fn shares(&self, version: VersionId) -> Vec<(&str, u32)> {
        let steps = self.version_by_id(version).map(|(_, version)| version.steps.as_slice());
        steps.unwrap_or_default().iter().map(|step| (step.code.as_str(), step.share_percent)).collect()
    }

    pub fn rule_sets(&self) -> &[Arc<RuleSet>] {
        &self.rule_sets
    }

    pub fn rule_set(&self, code: &str) -> Option<&Arc<RuleSet>> {
        self.rule_sets.iter().find(|rules| rules.code == code)
    }

    /// The rules in force on a day; `None` before the first.
    pub fn rule_set_on(&self, date: NaiveDate) -> Option<&Arc<RuleSet>> {
        self.rule_sets.iter().rev().find(|rules| rules.valid_from <= date)
    }
}

fn by_code<'a, T>(sorted: &'a [Arc<T>], code: &str, code_of: impl Fn(&T) -> &str) -> Option<&'a Arc<T>> {
    let place = sorted.binary_search_by(|entry| code_of(entry).cmp(code)).ok()?;
    sorted.get(place)
}

impl Procedure {
    /// The version that holds on a day; `None` before the first, after the last, or in a gap.
    pub fn version_on(&self, date: NaiveDate) -> Option<&Version> {
        let latest = self.versions.iter().rev().find(|version| version.valid_from <= date)?;
        latest.valid_to.is_none_or(|last| date <= last).then_some(latest)
    }

    pub fn version(&self, number: u32) -> Option<&Version> {
        self.versions.iter().find(|version| version.number == number)
    }
}

impl Version {
    /// The case meant by `code`, which may be left out only where there is one.
    ///
    /// # Errors
    /// A fault of the field `/case`: `case-required` or `unknown-case`, the codes there are as its fact.
    pub fn case(&self, code: Option<&str>) -> Result<&Case, FieldFault> {
        let found = match (code, self.cases.as_slice()) {
            (None, [only]) => Some(only),
            (None, _) => None,
            (Some(code), cases) => cases.iter().find(|case| case.code.as_deref() == Some(code)),
        };
        found.ok_or_else(|| {
            let fault = if code.is_none() { "case-required" } else { "unknown-case" };
            FieldFault::with("/case", fault, self.case_codes().join(", "))
        })
    }

    /// The codes a dossier may name.
    pub fn case_codes(&self) -> Vec<&str> {
        self.cases.iter().filter_map(|case| case.code.as_deref()).collect()
    }
}
