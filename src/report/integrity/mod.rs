//! `GET /reports/integrity`: signs that figures were made to look better than the work was, counted by branch and by
//! officer, each with its definition and the dossiers behind it (rules: "Gaming made visible").

mod again;
mod counted;
mod dossiers;
mod hits;
mod read;
mod stretches;
mod table;

pub use dossiers::list_integrity_dossiers;

use super::asked::{Asked, Grouping, ReportAsked};
use super::format::{Format, Sheet};
use super::question::{Question, ask};
use super::store;
use super::tabled::tabled;
use crate::account::Officer;
use crate::apology::Letters;
use crate::config;
use crate::db::Conn;
use crate::domain::ids::{BranchId, OfficerId};
use crate::domain::integrity::Measures;
use crate::domain::local_time::day_of;
use crate::failure::{Failure, Outcome};
use crate::http::words::words;
use crate::http::{House, Lang, Problem, Query};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, NaiveDate, Utc};
pub use hits::{Judge, Wanted};
use hits::{day_after, midnight};
use serde::Serialize;
use serde_json::Map;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;

/// Dossiers named with each sign; all are listed by `GET /reports/integrity/dossiers`.
const NAMED: usize = 20;

/// Signs of gaming in a period. A sign is no proof: it says where somebody should look.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Integrity {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub as_of: NaiveDate,
    /// Null where several branches are looked at.
    pub branch_code: Option<String>,
    pub indicators: Vec<IntegritySign>,
    pub branches: Vec<IntegrityBranch>,
    /// Those with at least one sign.
    pub officers: Vec<IntegrityOfficer>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IntegritySign {
    #[schema(example = "second_supplement")]
    pub indicator: &'static str,
    pub name: String,
    /// What is counted, and on which day.
    pub definition: String,
    pub total: i64,
    /// Codes of the dossiers behind the number, the earliest first, at most 20.
    pub dossiers: Vec<String>,
    /// There are more: `GET /reports/integrity/dossiers` lists all.
    pub more: bool,
    /// Dossiers of years that the calendar does not hold: nothing is said about them.
    pub not_judged: i64,
}

/// How often each sign is there, by its name. Names that are not there were counted 0 times.
pub type Counts = BTreeMap<&'static str, i64>;

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IntegrityBranch {
    pub branch_code: String,
    pub branch: String,
    /// Dossiers received in the period, to hold the signs against.
    pub received: i64,
    pub resolved: i64,
    #[schema(value_type = std::collections::HashMap<String, i64>)]
    pub counts: Counts,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IntegrityOfficer {
    pub branch_code: String,
    /// User name of who entered the acts; null where a register was taken over, or nobody has acted.
    pub officer: Option<String>,
    pub officer_name: Option<String>,
    #[schema(value_type = std::collections::HashMap<String, i64>)]
    pub counts: Counts,
}

/// Signs of gaming, by branch and by officer, as JSON, CSV, XLSX or PDF.
#[utoipa::path(tag = "reports", params(ReportAsked), responses((status = 200, body = Integrity)))]
#[get("/reports/integrity")]
pub async fn report_integrity(
    house: Data<House>,
    letters: Data<Letters>,
    officer: Officer,
    lang: Lang,
    asked: Query<ReportAsked>,
) -> Result<HttpResponse, Problem> {
    let report = asked.into_inner();
    let asked = report.by(&[Grouping::Branch]);
    let (now, limits) = (house.clock.now(), house.settings.integrity);
    // A table is in Vietnamese, whoever asks for it.
    let lang = if report.format == Format::Json { lang } else { Lang::Vi };
    let read = move |c: &mut Conn<'_>, reference: &Reference| {
        let mut found = integrity(c, reference, &asked, limits, now, officer.scope())?;
        found.say(lang, limits);
        let branch_code = found.branch_code.clone();
        Ok((found, branch_code))
    };
    let sheet = |found: &Integrity, heading| Sheet::of(table::table(found), heading);
    tabled(&house, (&letters, now), (report.format, report.named("liem-chinh")), read, sheet).await
}

/// The measures that are set.
pub(super) fn measures(limits: config::Integrity) -> Outcome<Measures> {
    Measures::new(
        limits.online_check_working_hours,
        limits.registered_again_days,
        limits.returned_within_working_days,
    )
    .map_err(|error| Failure::Broken(format!("integrity.online_check_working_hours: {error}")))
}

/// What a question about days, branches and an officer looks for.
pub(super) fn wanted(question: &Question, now: DateTime<Utc>) -> Wanted {
    Wanted {
        from: question.from,
        to: question.to.min(question.as_of),
        as_of: question.as_of,
        evening: midnight(day_after(question.as_of)).min(now),
        branches: question.only.branches.clone(),
        officer: question.only.officer,
    }
}

/// The report without words. `scope` is the one branch that the asker sees.
///
/// # Errors
/// `Invalid` or `Forbidden` for what may not be asked.
pub fn integrity(
    c: &mut Conn<'_>,
    reference: &Reference,
    asked: &Asked,
    limits: config::Integrity,
    now: DateTime<Utc>,
    scope: Option<BranchId>,
) -> Outcome<Integrity> {
    let question = asked.question(c, reference, day_of(now), scope)?;
    let (measures, wanted) = (measures(limits)?, wanted(&question, now));
    let judge = Judge { reference, measures: &measures, wanted: &wanted };
    let mut indicators = Vec::new();
    let mut by_branch: HashMap<BranchId, Counts> = HashMap::new();
    let mut by_officer: BTreeMap<(BranchId, Option<OfficerId>), Counts> = BTreeMap::new();
    for (sign, counted) in judge.count_each(c, NAMED)? {
        for ((branch, officer), count) in &counted.by {
            *by_branch.entry(*branch).or_default().entry(sign.as_str()).or_default() += count;
            let of_officer = by_officer.entry((*branch, *officer)).or_default();
            *of_officer.entry(sign.as_str()).or_default() += count;
        }
        let codes = read::codes(c, &counted.first)?;
        indicators.push(IntegritySign {
            indicator: sign.as_str(),
            name: String::new(),
            definition: String::new(),
            total: counted.total(),
            dossiers: counted.first.iter().filter_map(|id| Some(codes.get(id)?.0.clone())).collect(),
            more: counted.more,
            not_judged: counted.not_judged,
        });
    }
    let names = store::officer_names(c)?;
    let figures = ask(c, &question)?;
    let code =
        |id: BranchId| reference.branch_by_id(id).map(|branch| branch.code.clone()).unwrap_or_default();
    let branches = wanted.branches.iter().filter_map(|id| {
        let branch = reference.branch_by_id(*id)?;
        let row = figures.rows.iter().find(|row| row.key.branch == Some(*id));
        let counts = by_branch.remove(id).unwrap_or_default();
        let (received, resolved) =
            row.map_or((0, 0), |row| (row.figures.received.total, row.figures.resolved.total));
        let shown = branch.active || received > 0 || resolved > 0 || !counts.is_empty();
        shown.then(|| IntegrityBranch {
            branch_code: branch.code.clone(),
            branch: branch.name.clone(),
            received,
            resolved,
            counts,
        })
    });
    let branches = branches.collect();
    let mut officers: Vec<IntegrityOfficer> = by_officer
        .into_iter()
        .map(|((branch, officer), counts)| {
            let named = officer.and_then(|id| names.get(&id).cloned());
            let (officer, officer_name) = named.unzip();
            IntegrityOfficer { branch_code: code(branch), officer, officer_name, counts }
        })
        .collect();
    officers.sort_by(|a, b| (&a.branch_code, &a.officer).cmp(&(&b.branch_code, &b.officer)));
    let own = scope.and_then(|id| reference.branch_by_id(id)).map(|branch| branch.code.clone());
    Ok(Integrity {
        from: question.from,
        to: question.to,
        as_of: question.as_of,
        branch_code: asked.branch_code.clone().or(own),
        indicators,
        branches,
        officers,
    })
}

impl Integrity {
    fn say(&mut self, lang: Lang, limits: config::Integrity) {
        let facts = Map::from_iter([
            ("hours".to_owned(), limits.online_check_working_hours.to_string().into()),
            ("days".to_owned(), limits.registered_again_days.to_string().into()),
            ("working_days".to_owned(), limits.returned_within_working_days.to_string().into()),
        ]);
        for sign in &mut self.indicators {
            let say = |what: &str| {
                words(lang, &format!("integrity.{}.{what}", sign.indicator), &facts).unwrap_or_default()
            };
            (sign.name, sign.definition) = (say("name"), say("definition"));
        }
    }
}
