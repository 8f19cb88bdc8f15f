//! `GET /indicators`: the plan's scoreboard, from what the figures and the catalogue hold. What nothing is
//! recorded about yet says "no_data": a number is counted or it is not there.

use super::asked::{Asked, Grouping};
use super::format::{Format, Sheet};
use super::handed_out::HandedOut;
use super::heading::Heading;
use super::indicators_table;
use super::question::{Answer, RowKey, ask};
use super::tabled::tabled;
use super::view::RateView;
use crate::account::Officer;
use crate::apology::Letters;
use crate::db::Conn;
use crate::domain::catalogue::OnlineLevel;
use crate::domain::ids::{BranchId, ProcedureId, SectorId};
use crate::domain::local_time::day_of;
use crate::domain::rates::{Figures, Rate, Verdict};
use crate::domain::target::{Bar, Indicator, Target, in_force};
use crate::failure::Outcome;
use crate::http::words::words;
use crate::http::{House, Lang, Problem, Query};
use crate::reference::{Branch, Procedure, Reference, Version};
use crate::target;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Map;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The days the scoreboard is about, all included.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Days {
    #[param(example = "2019-12-15")]
    from: NaiveDate,
    #[param(example = "2020-03-14")]
    to: NaiveDate,
    /// As for `/rates`.
    as_of: Option<NaiveDate>,
    #[param(inline)]
    #[serde(default)]
    format: Format,
}

/// The plan's indicators in a period.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Indicators)]
pub struct IndicatorsView {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub as_of: NaiveDate,
    /// Acts up to `as_of` that were entered or corrected after it, and answers about results handed out up to then that
    /// came in after it.
    pub revised: i64,
    pub indicators: Vec<IndicatorView>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Indicator)]
pub struct IndicatorView {
    /// The number of the requirement: S06, P312, …
    pub id: &'static str,
    /// Where it stands in the plan.
    pub section: &'static str,
    pub title: String,
    /// How it is counted.
    pub counted: String,
    /// What is to be reached by whoever has no target of his own, on the last day: strictness and value; null where
    /// nothing is.
    #[schema(example = ">= 70 %")]
    pub target: Option<String>,
    /// Of all branches together; null where there is nothing to count.
    pub rate: Option<RateView>,
    /// Of S12 and S23: the rate of the same days a year earlier; null where there was nothing to count.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<RateView>)]
    pub year_before: Option<YearBefore>,
    /// Of S08 and S23: other shares that are shown beside it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<ShareView>,
    /// `missed` if one row missed it, `met` if none did and one met it, `no_data` otherwise.
    pub verdict: &'static str,
    pub rows: Vec<IndicatorRow>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IndicatorRow {
    pub branch_code: String,
    pub branch: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_code: Option<String>,
    /// What this one is to reach.
    pub target: Option<String>,
    pub rate: Option<RateView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<RateView>)]
    pub year_before: Option<YearBefore>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<ShareView>,
    /// met, missed, no_data
    pub verdict: &'static str,
}

/// A rate of the year before, where one is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct YearBefore(pub Option<RateView>);

/// A share beside a rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = IndicatorShare)]
pub struct ShareView {
    /// Of S08, by public post: received, of all received; returned, either (came or went so) and both, of all handed out.
    /// Of S23: by_applicant, answered by the applicant himself, of all answers.
    pub what: &'static str,
    pub rate: Option<RateView>,
}

/// The plan's scoreboard, as JSON, CSV, XLSX or PDF. A branch sees its own rows.
#[utoipa::path(tag = "reports", params(Days), responses((status = 200, body = IndicatorsView)))]
#[get("/indicators")]
pub async fn show_indicators(
    house: Data<House>,
    letters: Data<Letters>,
    officer: Officer,
    lang: Lang,
    days: Query<Days>,
) -> Result<HttpResponse, Problem> {
    let (days, now) = (days.into_inner(), house.clock.now());
    let named = (days.format, format!("chi-tieu-{}-{}", days.from, days.to));
    let read = move |c: &mut Conn<'_>, reference: &Reference| -> Outcome<(IndicatorsView, Option<String>)> {
        let view = indicators(c, reference, &days, day_of(now), officer.scope())?;
        Ok((worded(view, lang), officer.branch_code))
    };
    let sheet = |view: &IndicatorsView, heading: Heading| {
        let view = worded(view.clone(), Lang::Vi);
        Sheet::of(indicators_table::table(&view, &heading), heading)
    };
    tabled(&house, (&letters, now), named, read, sheet).await
}

/// In this language; what people are given as a file is in Vietnamese.
fn worded(mut view: IndicatorsView, lang: Lang) -> IndicatorsView {
    for indicator in &mut view.indicators {
        let say = |what: &str| {
            let key = format!("indicators.{}.{what}", indicator.id.to_lowercase());
            words(lang, &key, &Map::new()).unwrap_or_default()
        };
        (indicator.title, indicator.counted) = (say("title"), say("counted"));
    }
    view
}

/// The scoreboard without words. `scope` is the one branch that the asker sees.
///
/// # Errors
/// `Invalid` for days that make no sense.
pub fn indicators(
    c: &mut Conn<'_>,
    reference: &Reference,
    days: &Days,
    today: NaiveDate,
    scope: Option<BranchId>,
) -> Outcome<IndicatorsView> {
    let asked = Asked::of_days(days.from, days.to, days.as_of);
    let mut answer_by = |by: &[Grouping]| -> Outcome<Answer> {
        let question = Asked { by: by.to_vec(), ..asked.clone() }.question(c, reference, today, scope)?;
        ask(c, &question)
    };
    let by_branch = answer_by(&[Grouping::Branch])?;
    let by_sector = answer_by(&[Grouping::Branch, Grouping::Sector])?;
    let by_procedure = answer_by(&[Grouping::Branch, Grouping::Procedure])?;
    let question = asked.question(c, reference, today, scope)?;
    let handed_out = HandedOut::read(c, &question)?;
    let targets = target::targets(c)?;
    let revised = by_branch.total.revised + handed_out.late_answers;
    let (to, as_of) = (days.to, question.as_of);
    let board = Board { reference, to, scope, targets, by_branch, by_sector, by_procedure, handed_out };
    Ok(IndicatorsView {
        from: days.from,
        to: days.to,
        as_of,
        revised,
        indicators: vec![
            board.on_time_in_each_sector(),
            board.online(),
            board.by_post(),
            board.apologies(),
            board.satisfied(),
            board.scored(Indicator::S13, "I.2.5").done(),
            board.catalogue(Indicator::S18, "II.2.3a", |version| {
                version.posted_on.is_some_and(|day| day <= days.to)
            }),
            board.catalogue(Indicator::S21, "II.2.3f", |version| !version.steps.is_empty()),
            board.surveyed(),
            board.on_time_of_each_branch(),
        ],
    })
}

/// What the scoreboard is counted from.
pub(super) struct Board<'a> {
    reference: &'a Reference,
    to: NaiveDate,
    scope: Option<BranchId>,
    targets: Vec<Target>,
    by_branch: Answer,
    by_sector: Answer,
    by_procedure: Answer,
    pub(super) handed_out: HandedOut,
}

impl Board<'_> {
    /// What is to be reached on the last day.
    pub(super) fn bar(
        &self,
        indicator: Indicator,
        branch: Option<BranchId>,
        sector: Option<SectorId>,
    ) -> Option<Bar> {
        in_force(&self.targets, indicator, branch, sector, self.to).map(|target| target.bar)
    }

    pub(super) fn scored(&self, indicator: Indicator, section: &'static str) -> Scored {
        Scored::new(indicator, section, self.bar(indicator, None, None))
    }

    /// The branches that are shown: those at work, and those that still have figures.
    pub(super) fn branches(&self) -> impl Iterator<Item = &Arc<Branch>> {
        self.reference.branches().iter().filter(|branch| {
            let counted = self.by_branch.rows.iter().any(|row| row.key.branch == Some(branch.id))
                || self.handed_out.of(branch.id).next().is_some();
            self.scope.is_none_or(|own| own == branch.id) && (branch.active || counted)
        })
    }

    fn of_branch(&self, branch: BranchId) -> Figures {
        let row = self.by_branch.rows.iter().find(|row| row.key.branch == Some(branch));
        row.map(|row| row.figures).unwrap_or_default()
    }

    /// Procedures in force on the last day, with the version that is.
    fn procedures(&self, branch: BranchId) -> impl Iterator<Item = (&Procedure, &Version)> {
        let procedures = self.reference.procedures().iter();
        procedures
            .filter(move |procedure| procedure.branches.contains(&branch))
            .filter_map(|procedure| Some((procedure.as_ref(), procedure.version_on(self.to)?)))
    }

    /// I.2.3: resolved in time, in each sector of each branch.
    fn on_time_in_each_sector(&self) -> IndicatorView {
        let mut scored = self.scored(Indicator::S06, "I.2.3");
        for branch in self.branches() {
            let mut sectors: BTreeSet<SectorId> =
                self.procedures(branch.id).map(|(procedure, _)| procedure.sector_id).collect();
            let mut figures: BTreeMap<SectorId, Figures> = BTreeMap::new();
            for row in &self.by_sector.rows {
                if let RowKey { branch: Some(of), sector: Some(sector), .. } = row.key
                    && of == branch.id
                {
                    sectors.insert(sector);
                    figures.insert(sector, row.figures);
                }
            }
            // Keys differ from one database to the next; people look for a place that stays.
            let mut sectors: Vec<SectorId> = sectors.into_iter().collect();
            sectors.sort_by_cached_key(|sector| self.sector(*sector));
            for sector in sectors {
                let figures = figures.remove(&sector).unwrap_or_default();
                let resolved = (figures.resolved.in_time(), figures.resolved.total);
                let bar = self.bar(Indicator::S06, Some(branch.id), Some(sector));
                // What is overdue in process counts with what was resolved: it cannot be in time any more.
                scored.row(branch, self.sector(sector), resolved, bar, figures.in_each_sector());
            }
        }
        scored.done()
    }

    fn sector(&self, id: SectorId) -> Option<(String, String)> {
        self.reference.sector_by_id(id).map(|sector| (sector.code.clone(), sector.name.clone()))
    }

    /// Phụ lục 1, 3.12: resolved in time, in each branch.
    fn on_time_of_each_branch(&self) -> IndicatorView {
        let mut scored = self.scored(Indicator::P312, "PL1 3.12");
        for branch in self.branches() {
            let figures = self.of_branch(branch.id);
            let resolved = (figures.resolved.in_time(), figures.resolved.total);
            scored.row(branch, None, resolved, self.bar(Indicator::P312, Some(branch.id), None), resolved);
        }
        scored.done()
    }

    /// I.2.3: received online, of the dossiers of eligible procedures that had any.
    fn online(&self) -> IndicatorView {
        let mut scored = self.scored(Indicator::S07, "I.2.3");
        for branch in self.branches() {
            let eligible = |version: &Version| version.online_level != OnlineLevel::None;
            let received = self.received(branch.id, eligible, |figures| figures.received.online);
            scored.row(branch, None, received, self.bar(Indicator::S07, Some(branch.id), None), received);
        }
        scored.done()
    }

    /// Of the dossiers of eligible procedures, so many came this way.
    pub(super) fn received(
        &self,
        branch: BranchId,
        eligible: impl Fn(&Version) -> bool,
        came: impl Fn(&Figures) -> i64,
    ) -> (i64, i64) {
        let (mut part, mut whole) = (0, 0);
        for row in self.by_procedure.rows.iter().filter(|row| row.key.branch == Some(branch)) {
            if row.key.procedure.and_then(|id| self.version(id)).is_some_and(&eligible) {
                part += came(&row.figures);
                whole += row.figures.received.total;
            }
        }
        (part, whole)
    }

    /// Of a procedure, the one in force on the last day.
    pub(super) fn version(&self, procedure: ProcedureId) -> Option<&Version> {
        self.reference.procedure_by_id(procedure)?.version_on(self.to)
    }

    /// I.2.3: a letter for each late dossier.
    fn apologies(&self) -> IndicatorView {
        let mut scored = self.scored(Indicator::S09, "I.2.3");
        for branch in self.branches() {
            let apologies = self.of_branch(branch.id).apologies;
            let share = (apologies.issued, apologies.owed);
            scored.row(branch, None, share, self.bar(Indicator::S09, Some(branch.id), None), share);
        }
        scored.done()
    }

    /// II.2.3: procedures posted, internal processes there. A branch of which nothing at all is recorded has no
    /// data: that nobody entered it does not say that nobody did it.
    fn catalogue(
        &self,
        indicator: Indicator,
        section: &'static str,
        done: impl Fn(&Version) -> bool,
    ) -> IndicatorView {
        let mut scored = self.scored(indicator, section);
        for branch in self.branches() {
            let (mut part, mut whole) = (0, 0);
            for (_, version) in self.procedures(branch.id) {
                whole += 1;
                part += i64::from(done(version));
            }
            let whole = if part == 0 { 0 } else { whole };
            scored.row(
                branch,
                None,
                (part, whole),
                self.bar(indicator, Some(branch.id), None),
                (part, whole),
            );
        }
        scored.done()
    }
}

/// An indicator while its rows come in.
pub(super) struct Scored {
    view: IndicatorView,
    part: i64,
    whole: i64,
    year_before: Option<(i64, i64)>,
    shares: Vec<(&'static str, (i64, i64))>,
}

impl Scored {
    fn new(indicator: Indicator, section: &'static str, bar: Option<Bar>) -> Self {
        let view = IndicatorView {
            id: indicator.as_str(),
            section,
            title: String::new(),
            counted: String::new(),
            target: bar.map(Bar::shown),
            rate: None,
            year_before: None,
            shares: Vec::new(),
            verdict: Verdict::NoData.as_str(),
            rows: Vec::new(),
        };
        Self { view, part: 0, whole: 0, year_before: None, shares: Vec::new() }
    }

    /// With the year before, row by row.
    pub(super) fn with_year_before(&mut self) {
        self.year_before = Some((0, 0));
    }

    /// With these shares beside it, row by row.
    pub(super) fn with_shares(&mut self, what: &[&'static str]) {
        self.shares = what.iter().map(|what| (*what, (0, 0))).collect();
    }

    /// A row with its rate, and what its target is measured on.
    pub(super) fn row(
        &mut self,
        branch: &Branch,
        sector: Option<(String, String)>,
        (part, whole): (i64, i64),
        bar: Option<Bar>,
        measured: (i64, i64),
    ) {
        // Where nothing is to be reached there is no verdict.
        let verdict = bar.map_or(Verdict::NoData, |bar| bar.measure(measured.0, measured.1));
        let (sector_code, sector) = sector.unzip();
        self.part += part;
        self.whole += whole;
        self.view.rows.push(IndicatorRow {
            branch_code: branch.code.clone(),
            branch: branch.name.clone(),
            sector,
            sector_code,
            target: bar.map(Bar::shown),
            rate: rate(part, whole),
            year_before: None,
            shares: Vec::new(),
            verdict: verdict.as_str(),
        });
    }

    /// The year before of the last row.
    pub(super) fn year_before(&mut self, (part, whole): (i64, i64)) {
        if let (Some(sum), Some(row)) = (&mut self.year_before, self.view.rows.last_mut()) {
            *sum = (sum.0 + part, sum.1 + whole);
            row.year_before = Some(YearBefore(rate(part, whole)));
        }
    }

    /// The shares of the last row, in their order.
    pub(super) fn shares(&mut self, shares: &[(i64, i64)]) {
        let Some(row) = self.view.rows.last_mut() else { return };
        for ((what, sum), (part, whole)) in self.shares.iter_mut().zip(shares) {
            *sum = (sum.0 + part, sum.1 + whole);
            row.shares.push(ShareView { what, rate: rate(*part, *whole) });
        }
    }

    pub(super) fn done(mut self) -> IndicatorView {
        let any = |verdict: Verdict| self.view.rows.iter().any(|row| row.verdict == verdict.as_str());
        let verdict = [Verdict::Missed, Verdict::Met].into_iter().find(|verdict| any(*verdict));
        self.view.verdict = verdict.unwrap_or(Verdict::NoData).as_str();
        self.view.rate = rate(self.part, self.whole);
        self.view.year_before = self.year_before.map(|(part, whole)| YearBefore(rate(part, whole)));
        let shares = self.shares.into_iter();
        self.view.shares =
            shares.map(|(what, (part, whole))| ShareView { what, rate: rate(part, whole) }).collect();
        self.view
    }
}

/// Nothing where there is nothing to count.
fn rate(part: i64, whole: i64) -> Option<RateView> {
    Rate::of(part, whole).map(RateView::from)
}
