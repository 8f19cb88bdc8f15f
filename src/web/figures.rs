//! The figures of the API as pages show them: rows, shares as people write them, a table for other programs.

use super::chart::Goal;
use super::form::Form;
use super::places::with_query;
use super::visit::{Passerby, Shown};
use crate::domain::tally::Against;
use crate::http::{Lang, Problem};
use actix_web::HttpResponse;
use actix_web::http::header;
use chrono::{Datelike, Months, NaiveDate};
use serde::Deserialize;

/// An answer of `/rates` or `/public/rates`.
#[derive(Debug, Deserialize)]
pub struct Rates {
    pub from: String,
    pub to: String,
    pub as_of: String,
    /// `reappointed`, or nothing for the headline.
    pub against: Option<String>,
    pub rows: Vec<Row>,
    pub total: Figures,
    pub definitions: Definitions,
    pub note: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Definitions {
    pub r1: String,
    pub r2: String,
    pub r3: String,
}

#[derive(Debug, Deserialize)]
pub struct Row {
    #[serde(default)]
    pub branch_code: String,
    #[serde(default)]
    pub branch: String,
    #[serde(default)]
    pub sector: String,
    #[serde(default)]
    pub sector_code: String,
    #[serde(default)]
    pub procedure_code: String,
    #[serde(default)]
    pub procedure: String,
    #[serde(default)]
    pub channel: String,
    /// User name; none where nobody holds the dossiers, and where rows are not kept apart by officers.
    pub officer: Option<String>,
    pub officer_name: Option<String>,
    #[serde(default)]
    pub day: String,
    /// Its Monday.
    #[serde(default)]
    pub week: String,
    /// `2020-01`
    #[serde(default)]
    pub month: String,
    /// `2020-Q1`
    #[serde(default)]
    pub quarter: String,
    /// Called by the month in which it ends.
    #[serde(default)]
    pub reporting_period: String,
    /// The days of the period a row is of.
    pub period: Option<Days>,
    #[serde(flatten)]
    pub figures: Figures,
}

#[derive(Debug, Deserialize)]
pub struct Days {
    pub from: String,
    pub to: String,
}

#[derive(Debug, Deserialize)]
pub struct Figures {
    pub received: Counted,
    pub carried_over: i64,
    pub resolved: Resolved,
    pub closed_without_result: Counted,
    pub in_process: InProcess,
    pub r1: Option<Rate>,
    pub r2: Option<Rate>,
    pub r3: Option<Rate>,
    pub targets: Targets,
    pub apologies: Apologies,
    pub compared: Option<Box<Compared>>,
    #[serde(default)]
    pub distance: Vec<Distance>,
}

/// The figures of other days.
#[derive(Debug, Deserialize)]
pub struct Compared {
    pub previous: OtherDays,
    pub year_before: OtherDays,
}

#[derive(Debug, Deserialize)]
pub struct OtherDays {
    pub from: String,
    pub to: String,
    pub r1: Option<Rate>,
}

/// How far it is to a target.
#[derive(Debug, Deserialize)]
pub struct Distance {
    pub indicator: String,
    pub target: String,
    pub verdict: String,
    pub may_be_late: Option<i64>,
    pub needed_in_time: Option<i64>,
    pub possible: Possible,
    pub possible_with_overdue: Possible,
}

#[derive(Debug, Deserialize)]
pub struct Possible {
    pub rate: Option<Rate>,
    pub verdict: String,
}

impl Distance {
    pub fn target(&self, lang: &Lang) -> String {
        target(&self.target, *lang).replace(' ', "\u{a0}")
    }
}

#[derive(Debug, Deserialize)]
pub struct Counted {
    pub total: i64,
}

#[derive(Debug, Deserialize)]
pub struct Resolved {
    pub total: i64,
    pub early: i64,
    pub on_time: i64,
    pub overdue: i64,
}

#[derive(Debug, Deserialize)]
pub struct InProcess {
    pub total: i64,
    pub within_limit: i64,
    pub overdue: i64,
    pub waiting: i64,
}

#[derive(Debug, Deserialize)]
pub struct Rate {
    pub numerator: i64,
    pub denominator: i64,
    /// `99.96`
    pub percent: String,
}

/// `met`, `missed` or `no_data`.
#[derive(Debug, Deserialize)]
pub struct Targets {
    /// As a sector.
    pub all_on_time: String,
    /// As a branch.
    pub over_90: String,
    pub in_force: Vec<InForce>,
}

/// What is to be reached.
#[derive(Debug, Deserialize)]
pub struct InForce {
    pub indicator: String,
    /// `> 90 %`
    pub target: String,
    pub value: Fraction,
}

#[derive(Debug, Deserialize)]
pub struct Fraction {
    pub numerator: i64,
    pub denominator: i64,
}

impl InForce {
    /// As the chart draws it.
    pub fn goal(&self, lang: Lang) -> Goal {
        let hundredths = self.value.numerator * 10_000 / self.value.denominator.max(1);
        let (whole, part) = (hundredths / 100, hundredths % 100);
        let comma = if lang == Lang::Vi { ',' } else { '.' };
        let decimals = if part == 0 { String::new() } else { format!("{comma}{part:02}") };
        Goal {
            value: u32::try_from(hundredths).unwrap_or(0),
            label: format!("{whole}{}%", decimals.trim_end_matches('0')),
            words: target(&self.target, lang),
        }
    }
}

#[derive(Debug, Deserialize)]
pub struct Apologies {
    pub owed: i64,
    pub issued: i64,
    pub missing: i64,
}

impl Rate {
    /// `99,96 %`, or `99.96%` in English.
    pub fn shown(&self, lang: Lang) -> String {
        match lang {
            Lang::Vi => format!("{}\u{a0}%", self.percent.replace('.', ",")),
            Lang::En => format!("{}%", self.percent),
        }
    }

    /// The same for templates, which hand over references.
    pub fn words(&self, lang: &Lang) -> String {
        self.shown(*lang)
    }

    /// What it is a share of: `1.481/1.500`.
    pub fn of(&self, lang: &Lang) -> String {
        format!("{}/{}", count(self.numerator, *lang), count(self.denominator, *lang))
    }

    /// In hundredths of a percent: 9996.
    pub fn hundredths(&self) -> u32 {
        self.percent.replace('.', "").parse().unwrap_or(0)
    }
}

impl Figures {
    /// The number behind which `/rates/dossiers?figure=` lists the dossiers.
    pub fn number(&self, figure: &str) -> i64 {
        match figure {
            "received" => self.received.total,
            "carried_over" => self.carried_over,
            "resolved" => self.resolved.total,
            "resolved_early" => self.resolved.early,
            "resolved_on_time" => self.resolved.on_time,
            "resolved_overdue" => self.resolved.overdue,
            "closed_without_result" => self.closed_without_result.total,
            "in_process" => self.in_process.total,
            "in_process_within_limit" => self.in_process.within_limit,
            "in_process_overdue" => self.in_process.overdue,
            "in_process_waiting" => self.in_process.waiting,
            "apologies_owed" => self.apologies.owed,
            "apologies_issued" => self.apologies.issued,
            "apologies_missing" => self.apologies.missing,
            _ => 0,
        }
    }

    /// What is to be reached of this indicator, as people write it; empty where nothing is.
    pub fn goal(&self, indicator: &str, lang: &Lang) -> String {
        let found = self.targets.in_force.iter().find(|target| target.indicator == indicator);
        found.map(|one| target(&one.target, *lang)).unwrap_or_default()
    }

    /// How far it is to the target of this indicator.
    pub fn distance_to(&self, indicator: &str) -> Option<&Distance> {
        self.distance.iter().find(|distance| distance.indicator == indicator)
    }

    /// R1 of the days before.
    pub fn r1_before(&self) -> Option<&Rate> {
        self.compared.as_ref().and_then(|other| other.previous.r1.as_ref())
    }

    /// R1 of the year before.
    pub fn r1_year_before(&self) -> Option<&Rate> {
        self.compared.as_ref().and_then(|other| other.year_before.r1.as_ref())
    }

    /// The share resolved in time, or a dash.
    pub fn r1(&self, lang: &Lang) -> String {
        self.r1.as_ref().map_or_else(|| "–".to_owned(), |rate| rate.shown(*lang))
    }
}

/// A count as people write it: `1.234.567`, or `1,234,567` in English.
pub fn count(number: i64, lang: Lang) -> String {
    let digits = number.unsigned_abs().to_string();
    let separator = if lang == Lang::Vi { '.' } else { ',' };
    let mut written = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            written.push(separator);
        }
        written.push(digit);
    }
    if number < 0 { format!("−{written}") } else { written }
}

/// A target as people write it: `≥ 98,5 %`.
pub fn target(shown: &str, lang: Lang) -> String {
    let shown = shown.replacen(">=", "≥", 1);
    if lang == Lang::Vi { shown.replace(" %", "\u{a0}%").replace('.', ",") } else { shown.replace(" %", "%") }
}

impl Row {
    /// `2020-01` → `01/2020`
    pub fn month(&self) -> String {
        month(&self.month)
    }

    /// The columns of a grouping beyond those that every table has.
    fn further(&self, by: &str) -> Vec<&str> {
        match by {
            "procedure" => vec![&self.procedure_code, &self.procedure],
            "channel" => vec![&self.channel],
            "officer" => {
                vec![
                    self.officer.as_deref().unwrap_or_default(),
                    self.officer_name.as_deref().unwrap_or_default(),
                ]
            }
            "day" => vec![&self.day],
            "week" => vec![&self.week],
            "quarter" => vec![&self.quarter],
            "reporting_period" => vec![&self.reporting_period],
            _ => Vec::new(),
        }
    }
}

/// `2020-01` → `01/2020`
pub fn month(named: &str) -> String {
    named.split_once('-').map_or_else(|| named.to_owned(), |(year, month)| format!("{month}/{year}"))
}

/// What those columns are called.
fn further_columns(by: &str) -> &'static [&'static str] {
    match by {
        "procedure" => &["procedure_code", "procedure"],
        "channel" => &["channel"],
        "officer" => &["officer", "officer_name"],
        "day" => &["day"],
        "week" => &["week"],
        "quarter" => &["quarter"],
        "reporting_period" => &["reporting_period"],
        _ => &[],
    }
}

/// The days that a page of figures is about, as its address says them: `from` and `to` in dd/mm/yyyy, or `ky` for
/// one of the periods people ask for most. What is no date stays, for the API to refuse.
pub fn days(asked: &Form, today: NaiveDate) -> (String, String) {
    let year = |of: i32| (NaiveDate::from_ymd_opt(of, 1, 1), NaiveDate::from_ymd_opt(of, 12, 31));
    let first = today.with_day(1).unwrap_or(today);
    let before = first.checked_sub_months(Months::new(1));
    let quarter = first.checked_sub_months(Months::new(first.month0() % 3));
    let (from, to) = match asked.value("ky") {
        "thang" => (Some(first), Some(today)),
        "thang-truoc" => (before, first.pred_opt()),
        "quy" => (quarter, Some(today)),
        "nam-truoc" => year(today.year() - 1),
        _ => (year(today.year()).0, Some(today)),
    };
    let written = |name: &str, day: Option<NaiveDate>| match asked.given(name) {
        Some(text) => super::when::read_date(text).map_or_else(|| text.to_owned(), |day| day.to_string()),
        None => day.map(|day| day.to_string()).unwrap_or_default(),
    };
    (written("from", from), written("to", to))
}

/// Asks for these days and groupings; `more` narrows.
///
/// # Errors
/// The API's problem.
pub async fn ask(
    visit: &Passerby,
    path: &str,
    (from, to): (&str, &str),
    by: &str,
    more: &[(&str, &str)],
) -> Result<Rates, Problem> {
    let mut query = vec![("from", from), ("to", to), ("by", by)];
    query.extend_from_slice(more);
    visit.get(&with_query(path, &query)).await
}

/// The rows as a table for other programs: UTF-8 with the mark that Excel looks for, counts and shares as numbers
/// with a dot. `by` is how rows are kept apart; each line says of which evening it is and against which date it is judged.
///
/// # Errors
/// 500 when the table cannot be written.
pub fn table(rates: &Rates, by: &str, saved_as: &str) -> Shown {
    let mut lines = csv::Writer::from_writer(vec![0xef, 0xbb, 0xbf]);
    let broken = |error: csv::Error| {
        tracing::error!(%error, "a table could not be written");
        Problem::broken()
    };
    let further: Vec<&str> = by.split(',').collect();
    let keys = KEYS.into_iter().chain(further.iter().flat_map(|by| further_columns(by)).copied());
    lines.write_record(keys.chain(COLUMNS)).map_err(broken)?;
    let against = rates.against.as_deref().unwrap_or(Against::FirstPromise.as_str());
    for row in &rates.rows {
        let of = &row.figures;
        let texts = [&row.month, &row.branch_code, &row.branch, &row.sector_code, &row.sector];
        let counts = [
            of.received.total,
            of.carried_over,
            of.resolved.total,
            of.resolved.early,
            of.resolved.on_time,
            of.resolved.overdue,
            of.closed_without_result.total,
            of.in_process.total,
            of.in_process.within_limit,
            of.in_process.overdue,
            of.in_process.waiting,
        ];
        let mut line: Vec<String> = texts.iter().map(|text| harmless(text)).collect();
        line.extend(further.iter().flat_map(|by| row.further(by)).map(harmless));
        line.extend(counts.iter().map(i64::to_string));
        line.extend([&of.r1, &of.r2, &of.r3].into_iter().flat_map(share));
        line.extend([of.targets.over_90.clone(), of.targets.all_on_time.clone()]);
        line.extend([of.apologies.owed, of.apologies.issued, of.apologies.missing].map(|n| n.to_string()));
        // What stands in a row of a period stands at its end.
        let as_of = row.period.as_ref().map_or(&rates.as_of, |days| &days.to);
        line.extend([as_of.clone(), against.to_owned()]);
        lines.write_record(&line).map_err(broken)?;
    }
    let bytes = lines.into_inner().map_err(|error| broken(error.into_error().into()))?;
    let saved_as = format!("attachment; filename=\"{saved_as}\"");
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, saved_as))
        .body(bytes))
}

/// Of a share what it is a share of, and its percentage; nothing of none.
fn share(rate: &Option<Rate>) -> [String; 3] {
    rate.as_ref().map_or_else(Default::default, |rate| {
        [rate.numerator.to_string(), rate.denominator.to_string(), rate.percent.clone()]
    })
}

const KEYS: [&str; 5] = ["month", "branch_code", "branch", "sector_code", "sector"];

const COLUMNS: [&str; 27] = [
    "received",
    "carried_over",
    "resolved",
    "early",
    "on_time",
    "overdue",
    "closed_without_result",
    "in_process",
    "within_limit",
    "in_process_overdue",
    "waiting",
    "r1_numerator",
    "r1_denominator",
    "r1_percent",
    "r2_numerator",
    "r2_denominator",
    "r2_percent",
    "r3_numerator",
    "r3_denominator",
    "r3_percent",
    "over_90",
    "all_on_time",
    "apologies_owed",
    "apologies_issued",
    "apologies_missing",
    "as_of",
    "against",
];

/// A name that a spreadsheet would take for a formula is kept from being one.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_write_them() {
        assert_eq!(count(1_234_567, Lang::Vi), "1.234.567");
        assert_eq!(count(-12_345, Lang::En), "−12,345");
        assert_eq!(count(0, Lang::Vi), "0");
        let rate = Rate { numerator: 1, denominator: 3, percent: "33.33".into() };
        assert_eq!((rate.shown(Lang::Vi).as_str(), rate.hundredths()), ("33,33\u{a0}%", 3333));
        let rate = Rate { numerator: 1481, denominator: 1500, percent: "98.73".into() };
        assert_eq!((rate.of(&Lang::Vi), rate.of(&Lang::En)), ("1.481/1.500".into(), "1,481/1,500".into()));
    }

    #[test]
    fn the_days_are_the_year_so_far_unless_others_are_asked_for() {
        let today = NaiveDate::from_ymd_opt(2026, 5, 20).unwrap();
        let days = |query: &str| days(&Form::parse(query.as_bytes()), today);
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(days(""), pair("2026-01-01", "2026-05-20"));
        assert_eq!(days("ky=thang"), pair("2026-05-01", "2026-05-20"));
        assert_eq!(days("ky=thang-truoc"), pair("2026-04-01", "2026-04-30"));
        assert_eq!(days("ky=quy"), pair("2026-04-01", "2026-05-20"));
        assert_eq!(days("ky=nam-truoc"), pair("2025-01-01", "2025-12-31"));
        assert_eq!(days("from=2/3/2026&to=x"), pair("2026-03-02", "x"));
    }

    #[test]
    fn a_name_is_no_formula_in_a_table() {
        assert_eq!(harmless("=1+1"), "'=1+1");
        assert_eq!(harmless("Thủy sản"), "Thủy sản");
    }
}
