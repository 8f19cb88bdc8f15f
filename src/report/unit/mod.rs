//! `GET /reports/unit`: the report of a unit for 3, 6, 9 months or the year: text, tables and charts. Of a branch, or of
//! the department with all its branches side by side. Its figures are those of the rates and of the other reports.

pub(super) mod paper;
mod words;

use super::ageing::{AgeingCounts, ageing};
use super::asked::{Asked, Grouping};
use super::causes::{CauseCounts, causes};
use super::format::pdf;
use super::heading::Heading;
use super::integrity::{Counts, integrity};
use super::rates::rates;
use super::view::{FiguresView, RatesView, RowView};
use crate::account::Officer;
use crate::apology::Letters;
use crate::config;
use crate::db::Conn;
use crate::domain::ids::BranchId;
use crate::domain::local_time::day_of;
use crate::failure::{Failure, Fields, Outcome};
use crate::http::{House, Problem, Query};
use crate::paper::not_printed;
use crate::reference::Reference;
use actix_web::web::{self, Data};
use actix_web::{HttpResponse, get};
use chrono::{DateTime, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which unit, and which part of which year.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnitAsked {
    /// One branch; otherwise all that the asker sees, rolled up.
    branch_code: Option<String>,
    #[param(example = 2026)]
    year: i32,
    /// 3, 6, 9 or 12: the plan's periods, from 15 December of the year before to the 14th of the last month.
    #[param(example = 3)]
    months: u32,
    /// Other days than the plan's; reports are due before its periods end.
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    /// As for `/rates`.
    as_of: Option<NaiveDate>,
    #[serde(default)]
    #[param(inline)]
    format: UnitFormat,
}

impl UnitAsked {
    /// Of the department unless a branch is given; `from`, `to` and `as_of`.
    pub fn of_days(
        branch_code: Option<String>,
        (year, months): (i32, u32),
        (from, to, as_of): (NaiveDate, NaiveDate, NaiveDate),
    ) -> Self {
        let (from, to, as_of) = (Some(from), Some(to), Some(as_of));
        Self { branch_code, year, months, from, to, as_of, format: UnitFormat::Pdf }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnitFormat {
    #[default]
    Json,
    /// A4 upright, with charts.
    Pdf,
}

/// The report of a unit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnitReport {
    /// Null for the department.
    pub branch_code: Option<String>,
    /// The name of the unit.
    pub agency: String,
    pub year: i32,
    pub months: u32,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub as_of: NaiveDate,
    pub total: FiguresView,
    /// The same days a year before.
    pub year_before: FiguresView,
    /// By reporting month.
    pub by_month: Vec<RowView>,
    pub by_branch: Vec<RowView>,
    pub by_sector: Vec<RowView>,
    /// By branch and sector: what the target of sectors is about.
    pub by_branch_and_sector: Vec<RowView>,
    /// Why dossiers were late.
    pub causes: CauseCounts,
    /// The open dossiers as they stood on the evening of `as_of`.
    pub ageing: AgeingCounts,
    /// Signs of gaming, by their names.
    #[schema(value_type = std::collections::HashMap<String, i64>)]
    pub integrity: Counts,
    /// The report in words (Vietnamese).
    pub text: Vec<UnitText>,
}

impl UnitReport {
    /// What its file is called, without its ending.
    pub fn file_name(&self) -> String {
        let whose = self.branch_code.as_deref().unwrap_or("so").to_lowercase();
        format!("bao-cao-{whose}-{}-{}-thang", self.year, self.months)
    }
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnitText {
    pub title: String,
    pub paragraphs: Vec<String>,
}

/// The report of a unit of 3, 6, 9 months or the year, as JSON or PDF.
#[utoipa::path(tag = "reports", params(UnitAsked), responses((status = 200, body = UnitReport)))]
#[get("/reports/unit")]
pub async fn report_unit(
    house: Data<House>,
    letters: Data<Letters>,
    officer: Officer,
    asked: Query<UnitAsked>,
) -> Result<HttpResponse, Problem> {
    let (asked, now, limits) = (asked.into_inner(), house.clock.now(), house.settings.integrity);
    let format = asked.format;
    let references = house.references.clone();
    let (report, heading) = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let report = unit(c, &reference, &asked, limits, now, officer.scope())?;
            let heading = Heading::of(&reference, report.branch_code.as_deref());
            Ok::<_, Failure>((report, heading))
        })
        .await?;
    if format == UnitFormat::Json {
        return Ok(HttpResponse::Ok().json(report));
    }
    let name = report.file_name();
    let (press, ident) = (letters.press.clone(), name.clone());
    let printed = web::block(move || -> Outcome<_> {
        let order = paper::order(&report, &heading, &ident, now)?;
        press.print(&order).map_err(not_printed)
    })
    .await
    .map_err(|_| Failure::Broken("the printing thread ended".to_owned()))??;
    Ok(pdf(&name, printed.pdf))
}

/// The plan's days: from the 15th of the December before to the 14th of the last month.
fn planned(year: i32, months: u32) -> Option<(NaiveDate, NaiveDate)> {
    let from = NaiveDate::from_ymd_opt(year - 1, 12, 15)?;
    Some((from, NaiveDate::from_ymd_opt(year, months, 14)?))
}

/// The report. `scope` is the one branch that the asker sees.
///
/// # Errors
/// `Invalid` or `Forbidden` for what may not be asked.
pub fn unit(
    c: &mut Conn<'_>,
    reference: &Reference,
    asked: &UnitAsked,
    limits: config::Integrity,
    now: DateTime<Utc>,
    scope: Option<BranchId>,
) -> Outcome<UnitReport> {
    let mut fields = Fields::new();
    fields.check((1900..=2999).contains(&asked.year), "/query/year", "out-of-range");
    fields.check([3, 6, 9, 12].contains(&asked.months), "/query/months", "not-a-report-period");
    let days = fields.done(|| planned(asked.year, asked.months))?;
    let (from, to) = (asked.from.unwrap_or(days.0), asked.to.unwrap_or(days.1));
    let today = day_of(now);
    let by = |by: &[Grouping]| Asked {
        branch_code: asked.branch_code.clone(),
        by: by.to_vec(),
        ..Asked::of_days(from, to, asked.as_of)
    };
    let question = by(&[]).question(c, reference, today, scope)?;
    let RatesView { as_of, total, .. } = rates(c, reference, &by(&[]), today, scope)?;
    let by_month = rates(c, reference, &by(&[Grouping::ReportingPeriod]), today, scope)?.rows;
    let by_branch = rates(c, reference, &by(&[Grouping::Branch]), today, scope)?.rows;
    let by_sector = rates(c, reference, &by(&[Grouping::Sector]), today, scope)?.rows;
    let both = rates(c, reference, &by(&[Grouping::Branch, Grouping::Sector]), today, scope)?.rows;
    let signs = integrity(c, reference, &by(&[Grouping::Branch]), limits, now, scope)?;
    let causes = causes(c, reference, &question, today)?.total;
    let own = scope.and_then(|id| reference.branch_by_id(id)).map(|branch| branch.code.clone());
    let branch_code = asked.branch_code.clone().or(own);
    let branch = branch_code.as_deref().and_then(|code| reference.branch(code)).map(|branch| branch.id);
    let mut report = UnitReport {
        agency: Heading::of(reference, branch_code.as_deref()).agency,
        branch_code,
        year: asked.year,
        months: asked.months,
        from,
        to,
        as_of,
        total,
        year_before: a_year_before(c, reference, &by(&[]), as_of, today, scope)?,
        by_month,
        by_branch,
        by_sector,
        by_branch_and_sector: both,
        causes,
        ageing: ageing(c, reference, branch, (as_of, today))?.total,
        integrity: signs.indicators.iter().map(|sign| (sign.indicator, sign.total)).collect(),
        text: Vec::new(),
    };
    report.text = words::sections(&report);
    Ok(report)
}

/// The same days a year earlier; of days that no figures can be asked for there are none.
fn a_year_before(
    c: &mut Conn<'_>,
    reference: &Reference,
    asked: &Asked,
    as_of: NaiveDate,
    today: NaiveDate,
    scope: Option<BranchId>,
) -> Outcome<FiguresView> {
    let earlier = |day: NaiveDate| day.checked_sub_months(Months::new(12));
    let (Some(from), Some(to), Some(as_of)) = (earlier(asked.from), earlier(asked.to), earlier(as_of)) else {
        return Ok(FiguresView::default());
    };
    let before = Asked { from, to, as_of: Some(as_of), ..asked.clone() };
    Ok(rates(c, reference, &before, today, scope)?.total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::day;

    #[test]
    fn the_periods_are_the_plans() {
        let listed = include_str!("../../../config/reporting_periods.csv");
        let mut seen = 0;
        for line in listed.lines().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            let [year, kind, index, from, to] = fields[..] else { panic!("{line}") };
            let months = match (kind, index) {
                ("quarter", "1") => 3,
                ("half", _) => 6,
                ("nine_months", _) => 9,
                ("year", _) => 12,
                _ => continue,
            };
            assert_eq!(planned(year.parse().unwrap(), months), Some((day(from), day(to))), "{line}");
            seen += 1;
        }
        assert!(seen >= 4);
    }
}
