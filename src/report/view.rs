//! The figures as clients see them.

use super::compare::Beside;
use super::question::{Answer, Question, Row, RowKey};
use crate::domain::distance::{Distance, Possible};
use crate::domain::event::Channel;
use crate::domain::ids::OfficerId;
use crate::domain::rates::{self, Figures, Rate};
use crate::domain::tally::Against;
use crate::domain::target::{Bar, Indicator, OnTimeBars, Target};
use crate::reference::Reference;
use crate::target::FractionView;
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// An answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Rates)]
pub struct RatesView {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub as_of: NaiveDate,
    /// `reappointed` where punctuality is judged against the date of the re-appointment; else it is the promise in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<&'static str>,
    /// By the codes of the groupings, in their order. Rows with nothing in them are left out.
    pub rows: Vec<RowView>,
    pub total: FiguresView,
    pub definitions: Definitions,
    /// Acts up to `as_of` that were entered or corrected after it: so often may an earlier answer differ.
    pub revised: i64,
    /// Says so in words when there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What the three rates are.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = RateDefinitions)]
pub struct Definitions {
    pub r1: String,
    pub r2: String,
    pub r3: String,
}

/// The figures of one group. Of the keys, those that were asked for.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = RatesRow)]
pub struct RowView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The name people know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedure_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedure: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub channel: Option<Channel>,
    /// User name; null where nobody holds the dossiers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub officer: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub officer_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// Its Monday.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub week: Option<String>,
    /// `2020-01`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<String>,
    /// `2020-Q1`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarter: Option<String>,
    /// Called by the month in which it ends: `2020-01` runs from 15/12/2019 to 14/01/2020.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reporting_period: Option<String>,
    /// The days of the period that were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<SpanView>,
    #[serde(flatten)]
    pub figures: FiguresView,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Days)]
pub struct SpanView {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// Counts, and the three rates of them.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = Figures)]
pub struct FiguresView {
    #[schema(inline)]
    pub received: ReceivedView,
    pub carried_over: i64,
    #[schema(inline)]
    pub resolved: ResolvedView,
    #[schema(inline)]
    pub closed_without_result: ClosedView,
    #[schema(inline)]
    pub in_process: InProcessView,
    pub r1: Option<RateView>,
    /// Null for single officers: what was passed to them is neither received nor carried over.
    pub r2: Option<RateView>,
    pub r3: Option<RateView>,
    #[schema(inline)]
    pub targets: TargetsView,
    #[schema(inline)]
    pub apologies: ApologiesView,
    pub revised: i64,
    /// The same figures of other days, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub compared: Option<Box<ComparedView>>,
    /// How far it is to the on-time targets of this row, where that was asked for; not for single officers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub distance: Vec<DistanceView>,
}

/// Figures of other days.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = Compared)]
pub struct ComparedView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<OtherDaysView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year_before: Option<OtherDaysView>,
}

/// Figures as they were at the end of those days.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = OtherDays)]
pub struct OtherDaysView {
    pub from: NaiveDate,
    pub to: NaiveDate,
    #[serde(flatten)]
    pub figures: FiguresView,
}

/// How far it is to a target, in whole dossiers.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Distance)]
pub struct DistanceView {
    /// P312 (of a branch) or S06 (of a sector).
    pub indicator: &'static str,
    #[schema(example = "> 90 %")]
    pub target: String,
    /// met, missed, no_data
    pub verdict: &'static str,
    /// The most that can be resolved late from here on with the target still met; null where it is not met.
    pub may_be_late: Option<i64>,
    /// The fewest that must be resolved in time in a row for it to be met: 0 where it is, null where no number is enough.
    pub needed_in_time: Option<i64>,
    /// If all that is in process within its limit is resolved in time, and nothing else is resolved.
    pub possible: PossibleView,
    /// If what is overdue in process is resolved too.
    pub possible_with_overdue: PossibleView,
}

/// What would be reached.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Possible)]
pub struct PossibleView {
    pub rate: Option<RateView>,
    pub verdict: &'static str,
}

impl From<Possible> for PossibleView {
    fn from(possible: Possible) -> Self {
        Self { rate: possible.rate.map(RateView::from), verdict: possible.verdict.as_str() }
    }
}

impl DistanceView {
    /// Nothing for a target of another kind.
    pub fn of(figures: &Figures, target: &Target) -> Option<Self> {
        let distance = Distance::of(figures, target.indicator, target.bar)?;
        Some(Self {
            indicator: target.indicator.as_str(),
            target: target.bar.shown(),
            verdict: distance.verdict.as_str(),
            may_be_late: distance.may_be_late,
            needed_in_time: distance.needed_in_time,
            possible: distance.possible.into(),
            possible_with_overdue: distance.possible_with_overdue.into(),
        })
    }
}

/// The clock started in the period.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct ReceivedView {
    pub total: i64,
    pub online: i64,
    pub in_person: i64,
    pub postal: i64,
}

/// The result was at the counter in the period, against the due date in force.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct ResolvedView {
    pub total: i64,
    pub early: i64,
    pub on_time: i64,
    pub overdue: i64,
}

/// Withdrawn or stopped in the period.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct ClosedView {
    pub total: i64,
    pub past_due: i64,
}

/// At the end of `as_of`.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct InProcessView {
    pub total: i64,
    pub within_limit: i64,
    pub overdue: i64,
    pub waiting: i64,
}

/// `met`, `missed` or `no_data`, measured against the targets in force on the last of the row's days.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct TargetsView {
    /// The target of a sector (S06): of the plan 100 %.
    pub all_on_time: &'static str,
    /// The target of a branch (P312): of the plan over 90 %.
    pub over_90: &'static str,
    /// What they are measured against; a target that is not here is not set, and its verdict is `no_data`.
    pub in_force: Vec<InForceView>,
}

/// A target in force for a row.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = TargetInForce)]
pub struct InForceView {
    /// P312 (`over_90`) or S06 (`all_on_time`).
    pub indicator: &'static str,
    #[schema(example = "> 90 %")]
    pub target: String,
    #[schema(inline)]
    pub value: FractionView,
}

impl TargetsView {
    fn of(figures: &Figures, bars: &OnTimeBars) -> Self {
        let in_force = |indicator: Indicator, bar: Option<Bar>| {
            bar.map(|bar| InForceView {
                indicator: indicator.as_str(),
                target: bar.shown(),
                value: bar.value.into(),
            })
        };
        let both = [in_force(Indicator::P312, bars.branch), in_force(Indicator::S06, bars.sector)];
        Self {
            all_on_time: figures.verdict(Indicator::S06, bars.sector).as_str(),
            over_90: figures.verdict(Indicator::P312, bars.branch).as_str(),
            in_force: both.into_iter().flatten().collect(),
        }
    }

    /// What is to be reached of this indicator.
    pub fn goal(&self, indicator: Indicator) -> Option<&InForceView> {
        self.in_force.iter().find(|target| target.indicator == indicator.as_str())
    }
}

/// Late dossiers, and those of them with a letter.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct ApologiesView {
    pub owed: i64,
    pub issued: i64,
    pub in_advance: i64,
    pub on_due_day: i64,
    pub late: i64,
    pub missing: i64,
}

/// A share; its percentage is cut off after two decimals, and 100.00 only where all are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Rate)]
pub struct RateView {
    pub numerator: i64,
    pub denominator: i64,
    #[schema(example = "99.96")]
    pub percent: String,
}

impl From<Rate> for RateView {
    fn from(Rate { numerator, denominator, percent }: Rate) -> Self {
        Self { numerator, denominator, percent }
    }
}

impl FiguresView {
    /// `by_officer`: rows of single officers, or of one of them. `bars`: what must be reached.
    pub fn of(figures: &Figures, by_officer: bool, bars: &OnTimeBars) -> Self {
        let rates::Received { total, online, in_person, postal } = figures.received;
        let received = ReceivedView { total, online, in_person, postal };
        let rates::Resolved { total, early, on_time, overdue } = figures.resolved;
        let resolved = ResolvedView { total, early, on_time, overdue };
        let rates::ClosedWithoutResult { total, past_due } = figures.closed_without_result;
        let closed_without_result = ClosedView { total, past_due };
        let rates::InProcess { total, within_limit, overdue, waiting } = figures.in_process;
        let in_process = InProcessView { total, within_limit, overdue, waiting };
        let rates::Apologies { owed, issued, in_advance, on_due_day, late, missing } = figures.apologies;
        let apologies = ApologiesView { owed, issued, in_advance, on_due_day, late, missing };
        Self {
            received,
            carried_over: figures.carried_over,
            resolved,
            closed_without_result,
            in_process,
            r1: figures.r1().map(RateView::from),
            r2: figures.r2().filter(|_| !by_officer).map(RateView::from),
            r3: figures.r3().map(RateView::from),
            targets: TargetsView::of(figures, bars),
            apologies,
            revised: figures.revised,
            compared: None,
            distance: Vec::new(),
        }
    }
}

/// What the codes of a row are looked up in.
pub struct Names<'a> {
    pub reference: &'a Reference,
    pub officers: HashMap<OfficerId, (String, String)>,
}

impl RatesView {
    /// Without words: those are the edge's to give.
    pub fn of(question: &Question, answer: &Answer, beside: &Beside, names: &Names<'_>) -> Self {
        let officer = question.only.officer.is_some();
        let mut rows: Vec<RowView> = Vec::new();
        for row in &answer.rows {
            let last = row.span.map_or(question.to, |span| span.to);
            let mut view = RowView::of(question, row, names, &beside.bars(question, &row.key, last));
            beside.add(question, row, &mut view.figures);
            rows.push(view);
        }
        let bars = beside.bars(question, &RowKey::default(), question.to);
        let mut total = FiguresView::of(&answer.total, officer, &bars);
        beside.add_to_total(question, &answer.total, &mut total);
        rows.sort_by(|a, b| a.place().cmp(&b.place()));
        Self {
            from: question.from,
            to: question.to,
            as_of: question.as_of,
            against: (question.against == Against::Reappointed).then_some(question.against.as_str()),
            rows,
            total,
            definitions: Definitions::default(),
            revised: answer.total.revised,
            note: None,
        }
    }
}

impl RowView {
    pub fn of(question: &Question, row: &Row, names: &Names<'_>, bars: &OnTimeBars) -> Self {
        let RowKey { branch, sector, procedure, channel, officer } = row.key;
        // What is no longer in the catalogue is still in the figures: it keeps its key as its code.
        let branch = branch.map(|id| match names.reference.branch_by_id(id) {
            Some(branch) => (branch.code.clone(), branch.name.clone()),
            None => (id.to_string(), String::new()),
        });
        let sector = sector.map(|id| match names.reference.sector_by_id(id) {
            Some(sector) => (sector.code.clone(), sector.name.clone()),
            None => (id.to_string(), String::new()),
        });
        let procedure = procedure.map(|id| match names.reference.procedure_by_id(id) {
            Some(procedure) => {
                let version = procedure.version_on(question.to).or(procedure.versions.last());
                (procedure.code.clone(), version.map(|version| version.name.clone()).unwrap_or_default())
            }
            None => (id.to_string(), String::new()),
        });
        let named = officer.and_then(|id| names.officers.get(&id).cloned());
        let by_officer = officer.is_some() || question.only.officer.is_some();
        let mut view = Self {
            channel,
            officer: officer.map(|id| {
                let username = named.as_ref().map(|(username, _)| username.clone());
                username.or_else(|| (id != OfficerId::nil()).then(|| id.to_string()))
            }),
            officer_name: named.map(|(_, full_name)| full_name),
            period: row.span.map(|span| SpanView { from: span.from, to: span.to }),
            figures: FiguresView::of(&row.figures, by_officer, bars),
            ..Self::default()
        };
        (view.branch_code, view.branch) = branch.unzip();
        (view.sector_code, view.sector) = sector.unzip();
        (view.procedure_code, view.procedure) = procedure.unzip();
        if let (Some(period), Some(span)) = (question.period, row.span) {
            use crate::domain::period::Period;
            *match period {
                Period::Day => &mut view.day,
                Period::Week => &mut view.week,
                Period::Month => &mut view.month,
                Period::Quarter => &mut view.quarter,
                Period::ReportingPeriod => &mut view.reporting_period,
            } = Some(period.name(span.start));
        }
        view
    }

    /// Where the row stands among the others: in time, then by codes.
    fn place(&self) -> (Option<NaiveDate>, [Option<&str>; 5]) {
        let officer = self.officer.as_ref().map(|officer| officer.as_deref().unwrap_or_default());
        let channel = self.channel.map(Channel::as_str);
        let codes = [
            self.branch_code.as_deref(),
            self.sector_code.as_deref(),
            self.procedure_code.as_deref(),
            channel,
            officer,
        ];
        (self.period.as_ref().map(|period| period.from), codes)
    }
}
