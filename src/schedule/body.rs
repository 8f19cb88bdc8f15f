//! What a schedule is made and changed with, checked.

use super::store::{Report, ScheduleRow};
use crate::account::Officer;
use crate::domain::ids::BranchId;
use crate::domain::people;
use crate::domain::role::Role;
use crate::domain::schedule::{Covers, DueDays};
use crate::failure::{Failure, FieldFault, Fields, Outcome};
use crate::http::given;
use crate::reference::Reference;
use serde::Deserialize;
use utoipa::ToSchema;

/// Recipients besides those who answer for it.
const MOST_RECIPIENTS: usize = 20;
/// Working days; further ahead nobody remembers.
const MOST_LEAD_DAYS: u32 = 30;

/// A schedule to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSchedule)]
pub struct New {
    name: String,
    /// unit, ii06a, overdue
    #[schema(value_type = String, example = "ii06a")]
    report: Report,
    /// One branch; all of them together unless given. A head plans for the own branch either way.
    branch_code: Option<String>,
    /// Days of each year before which it is due, `25/02,25/05,25/08,20/11`, or one day of each month, `10`.
    #[schema(example = "25/02,25/05,25/08,20/11")]
    days: String,
    /// reporting_year (from 15 December to the end of the reporting quarter in which it is due), reporting_month,
    /// last_month, last_quarter, year_to_date
    #[schema(value_type = String, example = "reporting_year")]
    covers: Covers,
    /// Addresses besides the heads of the branch, or the office.
    #[serde(default)]
    recipients: Vec<String>,
    /// Working days before it is made on which it is reminded of; 0: not at all.
    #[serde(default)]
    lead_days: u32,
    #[serde(default = "yes")]
    active: bool,
}

fn yes() -> bool {
    true
}

/// What is absent stays as it is.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChangeSchedule)]
pub struct Change {
    name: Option<String>,
    #[schema(value_type = Option<String>)]
    report: Option<Report>,
    /// Null: all branches together.
    #[serde(default, deserialize_with = "given")]
    branch_code: Option<Option<String>>,
    days: Option<String>,
    #[schema(value_type = Option<String>)]
    covers: Option<Covers>,
    recipients: Option<Vec<String>>,
    lead_days: Option<u32>,
    active: Option<bool>,
}

/// Checked.
#[derive(Debug, Clone)]
pub struct Plan {
    pub name: String,
    pub report: Report,
    pub branch: BranchId,
    pub days: DueDays,
    pub covers: Covers,
    pub recipients: String,
    pub lead_days: i32,
    pub active: bool,
}

/// Who plans reports: the head of a branch for it, the office and administrators for any and for all.
///
/// # Errors
/// `Forbidden`: `office-or-head-only`, `foreign-branch`.
pub fn may_plan(officer: &Officer, branch: Option<BranchId>) -> Outcome<()> {
    if !matches!(officer.role, Role::Head | Role::Office | Role::Admin) {
        return Err(Failure::Forbidden("office-or-head-only"));
    }
    officer.sees(branch.unwrap_or_else(BranchId::nil))
}

impl New {
    pub fn checked(&self, reference: &Reference, officer: &Officer) -> Outcome<Plan> {
        let branch_code = self.branch_code.as_deref();
        let entered = Entered {
            name: &self.name,
            days: &self.days,
            recipients: &self.recipients,
            lead_days: self.lead_days,
            branch_code,
        };
        entered.checked(reference, officer, self.report, self.covers, self.active)
    }
}

impl Change {
    pub fn checked(&self, reference: &Reference, officer: &Officer, before: &ScheduleRow) -> Outcome<Plan> {
        let known = before.branch().and_then(|id| reference.branch_by_id(id)).map(|one| one.code.clone());
        let branch_code = self.branch_code.clone().unwrap_or(known);
        let recipients: Vec<String> = match &self.recipients {
            Some(recipients) => recipients.clone(),
            None => before.recipients().map(str::to_owned).collect(),
        };
        let entered = Entered {
            name: self.name.as_ref().unwrap_or(&before.name),
            days: self.days.as_ref().unwrap_or(&before.days),
            recipients: &recipients,
            lead_days: self.lead_days.unwrap_or(before.lead_days()),
            branch_code: branch_code.as_deref(),
        };
        let (report, covers) = (before.report()?, before.covers()?);
        let active = self.active.unwrap_or(before.active);
        entered.checked(
            reference,
            officer,
            self.report.unwrap_or(report),
            self.covers.unwrap_or(covers),
            active,
        )
    }
}

struct Entered<'a> {
    name: &'a str,
    days: &'a str,
    recipients: &'a [String],
    lead_days: u32,
    branch_code: Option<&'a str>,
}

impl Entered<'_> {
    fn checked(
        &self,
        reference: &Reference,
        officer: &Officer,
        report: Report,
        covers: Covers,
        active: bool,
    ) -> Outcome<Plan> {
        let mut fields = Fields::new();
        let name = fields.take("/name", people::line(self.name, 200));
        let days = fields
            .take("/days", self.days.parse::<DueDays>().map_err(|_bad| FieldFault::new("/days", "bad-days")));
        let branch = fields.optional("/branch_code", self.branch_code, |code| {
            let known = reference.branch(code).map(|branch| branch.id);
            known.ok_or_else(|| FieldFault::new("/branch_code", "unknown-value"))
        });
        if self.recipients.len() > MOST_RECIPIENTS {
            fields.fault(FieldFault::with("/recipients", "too-many", MOST_RECIPIENTS));
        }
        fields.check(self.lead_days <= MOST_LEAD_DAYS, "/lead_days", "out-of-range");
        let fits = report != Report::Unit || covers == Covers::ReportingYear;
        fields.check(fits, "/covers", "unit-covers-reporting-year");
        let mut recipients = Vec::new();
        for (n, address) in self.recipients.iter().enumerate() {
            recipients.extend(fields.take(&format!("/recipients/{n}"), people::email(address)));
        }
        let (name, days, branch) = fields.done(|| Some((name?, days?, branch?)))?;
        let branch = branch.or(officer.scope());
        may_plan(officer, branch)?;
        recipients.dedup();
        Ok(Plan {
            name,
            report,
            branch: branch.unwrap_or_else(BranchId::nil),
            days,
            covers,
            recipients: recipients.join(","),
            lead_days: i32::try_from(self.lead_days).unwrap_or(0),
            active,
        })
    }
}
