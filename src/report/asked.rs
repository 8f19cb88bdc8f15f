//! What people ask with, over HTTP and on the command line, made into a [`Question`]: codes looked up, days
//! checked, the branch kept to the asker's own.

use super::compare::Comparison;
use super::format::Format;
use super::question::Question;
use super::store::{self, Apart, Only};
use crate::db::Conn;
use crate::domain::event::Channel;
use crate::domain::ids::{BranchId, OfficerId};
use crate::domain::period::Period;
use crate::domain::tally::Against;
use crate::domain::words::code_words;
use crate::failure::{Failure, FieldFault, Fields, Outcome};
use crate::reference::Reference;
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use utoipa::IntoParams;

/// Rows of a table stop being read long before: three years by day.
const MOST_DAYS_APART: i64 = 1100;

/// Who holds what nobody holds: no user name is so short.
pub(super) const NOBODY: &str = "-";

/// What figures are kept apart by. At most one of the periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grouping {
    Branch,
    Sector,
    Procedure,
    Channel,
    Officer,
    Day,
    Week,
    Month,
    Quarter,
    ReportingPeriod,
}
code_words!(Grouping {
    Branch => "branch",
    Sector => "sector",
    Procedure => "procedure",
    Channel => "channel",
    Officer => "officer",
    Day => "day",
    Week => "week",
    Month => "month",
    Quarter => "quarter",
    ReportingPeriod => "reporting_period",
});

impl Grouping {
    pub fn period(self) -> Option<Period> {
        match self {
            Self::Day => Some(Period::Day),
            Self::Week => Some(Period::Week),
            Self::Month => Some(Period::Month),
            Self::Quarter => Some(Period::Quarter),
            Self::ReportingPeriod => Some(Period::ReportingPeriod),
            _ => None,
        }
    }
}

/// What a report of a period is asked for. All days included.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportAsked {
    #[param(example = "2019-12-15")]
    pub from: NaiveDate,
    #[param(example = "2020-03-14")]
    pub to: NaiveDate,
    /// The evening up to which is looked: `to` unless it is given, and today at the latest.
    pub as_of: Option<NaiveDate>,
    /// One branch; otherwise all that the asker sees.
    pub branch_code: Option<String>,
    #[serde(default)]
    #[param(inline)]
    pub format: Format,
}

impl ReportAsked {
    /// The same days and branch as a question about the figures, kept apart by these.
    pub fn by(&self, by: &[Grouping]) -> Asked {
        let branch_code = self.branch_code.clone();
        Asked { branch_code, by: by.to_vec(), ..Asked::of_days(self.from, self.to, self.as_of) }
    }

    /// What a file of this report is called, without its ending.
    pub fn named(&self, name: &str) -> String {
        format!("{name}-{}-{}", self.from, self.to)
    }
}

/// A question as it is asked. All days included.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The first day of the period.
    #[param(example = "2019-12-15")]
    pub from: NaiveDate,
    /// The last day of the period.
    #[param(example = "2020-03-14")]
    pub to: NaiveDate,
    /// The evening on which what is in process is counted: `to` unless it is given, and today at the latest.
    /// Before `to`, what happened is counted up to it.
    pub as_of: Option<NaiveDate>,
    /// `branch`, `sector`, `procedure`, `channel`, `officer`, and one of `day`, `week`, `month`, `quarter`,
    /// `reporting_period`, with commas.
    #[param(value_type = Option<String>, example = "branch,sector")]
    #[serde(default)]
    pub by: Vec<Grouping>,
    pub branch_code: Option<String>,
    /// Code or name.
    pub sector: Option<String>,
    pub procedure_code: Option<String>,
    #[param(value_type = Option<String>, example = "online")]
    pub channel: Option<Channel>,
    /// User name of who holds, or held, the dossier; `-` is nobody.
    pub officer: Option<String>,
    /// `previous` (the days before, as many; of a month, a quarter, a reporting period the one before) and `year_before`, with
    /// commas: each row gets the same figures of those days.
    #[param(value_type = Option<String>, example = "previous,year_before")]
    #[serde(default)]
    pub compare: Vec<Comparison>,
    /// Each row says how far it is to its on-time targets.
    pub distance: Option<bool>,
    /// Which date punctuality is judged against: `first_promise` (the headline) or `reappointed` (the date of the
    /// re-appointment, where there was one).
    #[param(value_type = Option<String>, example = "first_promise")]
    #[serde(default)]
    pub against: Against,
}

impl Asked {
    /// Everything of these days, as a whole.
    pub fn of_days(from: NaiveDate, to: NaiveDate, as_of: Option<NaiveDate>) -> Self {
        Self {
            from,
            to,
            as_of,
            by: Vec::new(),
            branch_code: None,
            sector: None,
            procedure_code: None,
            channel: None,
            officer: None,
            compare: Vec::new(),
            distance: None,
            against: Against::FirstPromise,
        }
    }

    /// The question meant. `scope` is the one branch that the asker sees.
    ///
    /// # Errors
    /// `Invalid` with pointers `/query/…`; `Forbidden` (`foreign-branch`) for a branch that is not the asker's.
    pub fn question(
        &self,
        c: &mut Conn<'_>,
        reference: &Reference,
        today: NaiveDate,
        scope: Option<BranchId>,
    ) -> Outcome<Question> {
        let mut fields = Fields::new();
        let as_of = self.as_of.unwrap_or(self.to.min(today));
        for (pointer, day) in [("/query/from", self.from), ("/query/to", self.to), ("/query/as_of", as_of)] {
            fields.check((1900..=2999).contains(&day.year()), pointer, "out-of-range");
        }
        fields.check(self.from <= today, "/query/from", "after-today");
        fields.check(self.from <= self.to, "/query/to", "before-from");
        if self.as_of.is_some() {
            fields.check(as_of <= today, "/query/as_of", "after-today");
            fields.check(self.from <= as_of, "/query/as_of", "before-from");
        }
        let periods: Vec<Period> = self.by.iter().filter_map(|by| by.period()).collect();
        fields.check(periods.len() <= 1, "/query/by", "several-periods");
        if periods.contains(&Period::Day)
            && self.to.signed_duration_since(self.from).num_days() >= MOST_DAYS_APART
        {
            fields.fault(FieldFault::with("/query/to", "too-many-days", MOST_DAYS_APART));
        }
        let only = self.only(c, reference, scope, &mut fields)?;
        let apart = |by| self.by.contains(&by);
        fields.done(|| {
            Some(Question {
                from: self.from,
                to: self.to,
                as_of,
                apart: Apart {
                    branch: apart(Grouping::Branch),
                    sector: apart(Grouping::Sector),
                    procedure: apart(Grouping::Procedure),
                    channel: apart(Grouping::Channel),
                    officer: apart(Grouping::Officer),
                },
                period: periods.first().copied(),
                only: only?,
                against: self.against,
            })
        })
    }

    fn only(
        &self,
        c: &mut Conn<'_>,
        reference: &Reference,
        scope: Option<BranchId>,
        fields: &mut Fields,
    ) -> Outcome<Option<Only>> {
        let mut found = |named: &Option<String>, pointer: &str, id: Option<uuid::Uuid>| {
            fields.check(named.is_none() || id.is_some(), pointer, "unknown-value");
        };
        let branch = self.branch_code.as_deref().and_then(|code| reference.branch(code)).map(|b| b.id);
        found(&self.branch_code, "/query/branch_code", branch.map(|id| *id.uuid()));
        let sector = self.sector.as_deref().and_then(|named| reference.sector_named(named)).map(|s| s.id);
        found(&self.sector, "/query/sector", sector.map(|id| *id.uuid()));
        let procedure =
            self.procedure_code.as_deref().and_then(|code| reference.procedure(code)).map(|p| p.id);
        found(&self.procedure_code, "/query/procedure_code", procedure.map(|id| *id.uuid()));
        let officer = match self.officer.as_deref() {
            Some(NOBODY) => Some(OfficerId::nil()),
            Some(username) => store::officer_named(c, username)?,
            None => None,
        };
        found(&self.officer, "/query/officer", officer.map(|id: OfficerId| *id.uuid()));
        let branches = match (branch, scope) {
            (Some(asked), Some(own)) if asked != own => return Err(Failure::Forbidden("foreign-branch")),
            (Some(asked), _) => vec![asked],
            (None, Some(own)) => vec![own],
            (None, None) => reference.branches().iter().map(|branch| branch.id).collect(),
        };
        Ok(Some(Only { branches, sector, procedure, channel: self.channel, officer }))
    }
}
