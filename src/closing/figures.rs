//! What is closed: which report, how its figures are asked for, and what one dossier adds to them.

use super::difference::Leaves;
use super::unit;
use crate::db::Conn;
use crate::domain::event::Event;
use crate::domain::figure::FORM_II06A;
use crate::domain::ids::BranchId;
use crate::domain::words::code_words;
use crate::failure::{Failure, Outcome};
use crate::reference::Reference;
use crate::report::{self, Asked, FormFigures, Grouping, Question, RowView};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The reports that can be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// The rates by branch and sector.
    Rates,
    /// Form II.06a, by sector.
    Ii06a,
    /// The report of a unit: the rates with causes of lateness and the open dossiers by age and due date.
    Unit,
}
code_words!(ReportKind { Rates => "rates", Ii06a => "ii06a", Unit => "unit" });

/// A closed question: the same whenever it is asked.
#[derive(Debug, Clone)]
pub struct Asking {
    pub report: ReportKind,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub as_of: NaiveDate,
    pub branch_code: Option<String>,
}

impl Asking {
    fn asked(&self) -> Asked {
        let by = match self.report {
            ReportKind::Rates | ReportKind::Unit => vec![Grouping::Branch, Grouping::Sector],
            ReportKind::Ii06a => vec![Grouping::Sector],
        };
        let branch_code = self.branch_code.clone();
        Asked { branch_code, by, ..Asked::of_days(self.from, self.to, Some(self.as_of)) }
    }

    /// The figures as they are today.
    ///
    /// # Errors
    /// `Invalid` or `Forbidden` for what may not be asked.
    pub fn figures(
        &self,
        c: &mut Conn<'_>,
        reference: &Reference,
        today: NaiveDate,
        scope: Option<BranchId>,
    ) -> Outcome<Value> {
        let asked = self.asked();
        let figures = match self.report {
            ReportKind::Rates => serde_json::to_value(report::rates(c, reference, &asked, today, scope)?),
            ReportKind::Ii06a => serde_json::to_value(report::ii06a(c, reference, &asked, today, scope)?),
            ReportKind::Unit => return unit::figures(c, reference, &asked, today, scope),
        };
        figures.map_err(|error| Failure::Broken(error.to_string()))
    }

    pub fn question(&self, c: &mut Conn<'_>, reference: &Reference, today: NaiveDate) -> Outcome<Question> {
        self.asked().question(c, reference, today, None)
    }

    /// A row of the rates as this report would show it, in its own words.
    pub fn leaves_of(&self, row: &RowView) -> Outcome<Leaves> {
        let broken = |error: serde_json::Error| Failure::Broken(error.to_string());
        let mut value = serde_json::to_value(row).map_err(broken)?;
        if self.report == ReportKind::Ii06a {
            let mut form = serde_json::to_value(FormFigures::of(&row.figures)).map_err(broken)?;
            if let (Some(form), Some(row)) = (form.as_object_mut(), value.as_object_mut()) {
                form.extend(row.remove("sector_code").map(|code| ("sector_code".to_owned(), code)));
            }
            value = form;
        }
        if self.report == ReportKind::Unit {
            unit::late_of(&mut value);
        }
        Ok(Leaves::of_row(&value))
    }

    /// What a life adds beside the rows of the rates; it is not asked whether the report is of its branch.
    pub fn beside(&self, reference: &Reference, events: &[Event]) -> Outcome<Leaves> {
        match self.report {
            ReportKind::Unit => unit::open_of(reference, events, self.as_of),
            ReportKind::Rates | ReportKind::Ii06a => Ok(Leaves::default()),
        }
    }
}

/// Figures that dossiers add up to; rates, verdicts and distances follow from them.
pub fn adds_up(figure: &str) -> bool {
    const OF_RATES: [&str; 8] = [
        "received",
        "carried_over",
        "resolved",
        "closed_without_result",
        "in_process",
        "apologies",
        "revised",
        "ageing",
    ];
    let first = figure.split('.').next().unwrap_or(figure);
    OF_RATES.contains(&first) || FORM_II06A.contains(&first) || figure == "causes.late"
}
