//! `/bao-cao`: every report for a period of one's choice, as a table on the page or as a file.

use super::chart::{Bar, Lying};
use super::form::Form;
use super::frame::Frame;
use super::periods::{self, Days, KINDS};
use super::places::with_query;
use super::report_table::Table;
use super::visit::{Shown, Visit};
use super::when;
use crate::domain::ageing::Age;
use crate::http::Problem;
use actix_web::web::Path;
use askama::Template;
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A report: its name in addresses and words, where the API has it, and what it is asked with.
struct Report {
    name: &'static str,
    path: &'static str,
    asks: Asks,
    /// What its rows are apart by, where it can be said.
    by: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// From when to when, and as things stood on an evening.
    Days,
    /// What ended from when to when.
    Ended,
    /// It tells how things stood on the last evening, or stand now.
    Evening,
    /// What came to one branch from when to when.
    Book,
}

const AGEING: &str = "ton";
const REPORTS: [Report; 9] = [
    Report { name: "ii06a", path: "/reports/ii06a", asks: Asks::Days, by: "" },
    Report { name: "qua-han", path: "/reports/overdue", asks: Asks::Days, by: "" },
    Report { name: "nguyen-nhan", path: "/reports/causes", asks: Asks::Days, by: "" },
    Report { name: "bo-sung", path: "/reports/supplements", asks: Asks::Days, by: "" },
    Report { name: "khoi-luong", path: "/reports/workload", asks: Asks::Days, by: "" },
    Report { name: "tung-khau", path: "/rates/handling", asks: Asks::Ended, by: "branch,officer" },
    Report { name: AGEING, path: "/reports/ageing", asks: Asks::Evening, by: "" },
    Report { name: "liem-chinh", path: "/reports/integrity", asks: Asks::Days, by: "" },
    Report { name: "so", path: "/reports/register", asks: Asks::Book, by: "" },
];
const FILES: [&str; 3] = ["csv", "xlsx", "pdf"];
/// The periods of the report of a unit.
const UNIT_MONTHS: [u32; 4] = [3, 6, 9, 12];

impl Report {
    fn named(name: &str) -> Option<&'static Self> {
        REPORTS.iter().find(|report| report.name == name)
    }

    /// Its address in the API.
    fn asked(&self, chosen: &Chosen, today: NaiveDate, format: &str) -> String {
        let Chosen { days, as_of, branch } = chosen;
        let shared = [("by", self.by), ("branch_code", branch), ("format", format)];
        let period = [("from", days.from.as_str()), ("to", days.to.as_str())];
        match self.asks {
            Asks::Evening => {
                let today = today.to_string();
                let last = if days.to > today { &today } else { &days.to };
                let as_of = if as_of.is_empty() { last } else { as_of };
                with_query(self.path, &[&shared[..], &[("as_of", as_of)]].concat())
            }
            Asks::Days => with_query(self.path, &[&shared[..], &period, &[("as_of", as_of)]].concat()),
            Asks::Ended | Asks::Book => with_query(self.path, &[&shared[..], &period].concat()),
        }
    }
}

/// What reports are asked about.
struct Chosen {
    days: Days,
    /// The evening up to which is looked; empty leaves it to the API.
    as_of: String,
    branch: String,
}

impl Chosen {
    fn of(days: Days, entered: &Form) -> Self {
        let text = entered.value("as_of").trim();
        let as_of = when::read_date(text).map_or_else(|| text.to_owned(), |day| day.to_string());
        Self { days, as_of, branch: entered.value("branch_code").trim().to_owned() }
    }

    /// As links take it along.
    fn narrowed(&self) -> String {
        let Self { days, as_of, branch } = self;
        let pairs =
            [("from", days.from.as_str()), ("to", &days.to), ("as_of", as_of), ("branch_code", branch)];
        with_query("", &pairs).trim_start_matches('?').to_owned()
    }
}

#[derive(Template)]
#[template(path = "pages/reports.html")]
struct Page {
    f: Frame,
    form: Form,
    branches: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    /// The period, as links take it along; empty where it makes none.
    narrowed: String,
    /// The period in words.
    period: String,
    /// The report that is shown.
    chosen: String,
    table: Option<Table>,
    /// The open dossiers by age, where they are what is shown.
    ageing: Option<Lying>,
}

impl Page {
    fn reports(&self) -> impl Iterator<Item = &'static Report> {
        REPORTS.iter()
    }

    fn unit_months(&self) -> [u32; 4] {
        UNIT_MONTHS
    }

    fn files(&self) -> [&'static str; 3] {
        FILES
    }

    /// One branch is chosen, or there is only one.
    fn is_one_branch(&self) -> bool {
        !self.f.sees_all() || self.form.given("branch_code").is_some()
    }

    fn can(&self, report: &Report) -> bool {
        report.asks != Asks::Book || self.is_one_branch()
    }

    fn name(&self, report: &str) -> String {
        self.f.word("reports.name", report)
    }

    fn about(&self, report: &str) -> String {
        self.f.word("reports.about", report)
    }
}

/// What the report of open dossiers tells for its chart.
#[derive(Deserialize)]
struct Ageing {
    total: OpenByAge,
}

#[derive(Deserialize)]
struct OpenByAge {
    by_age: BTreeMap<String, i64>,
}

impl Ageing {
    /// All of them by age; of none there is nothing to see.
    fn chart(&self, f: &Frame) -> Option<Lying> {
        let count = |age: &Age| self.total.by_age.get(age.as_str()).copied().unwrap_or(0);
        let most = Age::ALL.iter().map(count).max().and_then(|most| u32::try_from(most).ok())?;
        let bar = |age: &Age| Bar {
            label: f.term("figure", &format!("ageing-by_age-{age}")),
            value: u32::try_from(count(age)).ok(),
            words: f.count(&count(age)),
            of: String::new(),
            missed: false,
            goals: Vec::new(),
        };
        let bars: Vec<Bar> = Age::ALL.iter().map(bar).collect();
        (most > 0).then(|| Lying::of(&bars, most))
    }
}

#[derive(Deserialize)]
struct Items<T> {
    items: Vec<T>,
}

#[derive(Deserialize)]
struct Named {
    code: String,
    name: String,
}

pub async fn show(visit: Visit) -> Shown {
    let entered = visit.asked();
    let f = visit.frame("reports");
    let (mut form, days) = periods::asked(&entered, &f, visit.today);
    let branches: Items<Named> = visit.get("/branches?limit=200").await?;
    let branches = [(String::new(), f.t("rates.all"))]
        .into_iter()
        .chain(branches.items.into_iter().map(|one| (one.code, one.name)))
        .collect();
    let kinds = KINDS.iter().map(|kind| ((*kind).to_owned(), f.word("reports.kind", kind))).collect();
    let report = Report::named(entered.value("loai"));
    let mut page = Page {
        kinds,
        branches,
        narrowed: String::new(),
        period: String::new(),
        chosen: report.map(|report| report.name.to_owned()).unwrap_or_default(),
        table: None,
        ageing: None,
        form: Form::default(),
        f,
    };
    let Some(days) = days else {
        page.form = form;
        return visit.refused(&page);
    };
    let chosen = Chosen::of(days, &entered);
    let days = &chosen.days;
    form.set("as_of", page.f.on(&chosen.as_of));
    page.narrowed = chosen.narrowed();
    page.period = page.f.t2("reports.period", "from", page.f.on(&days.from), "to", page.f.on(&days.to));
    let Some(report) = report else {
        page.form = form;
        return visit.page(&page);
    };
    match visit.get(&report.asked(&chosen, visit.today, "table")).await {
        Ok(table) => {
            if report.name == AGEING {
                let told: Ageing = visit.get(&report.asked(&chosen, visit.today, "json")).await?;
                page.ageing = told.chart(&page.f);
            }
            (page.form, page.table) = (form, Some(table));
            visit.page(&page)
        }
        Err(problem) if problem.status().as_u16() == 422 => {
            form.refused(&problem, visit.lang());
            page.form = form;
            visit.refused(&page)
        }
        Err(problem) => Err(problem),
    }
}

/// One report in one format, for the days and the branch of the address.
pub async fn file(visit: Visit, file: Path<String>) -> Shown {
    let asked = visit.asked();
    let (from, to) = super::figures::days(&asked, visit.today);
    let Some((report, format)) = file.split_once('.') else { return Err(Problem::no_such_path()) };
    if let (Some(months), "pdf") = (report.strip_prefix("don-vi-"), format) {
        let year = asked.given("nam").map_or_else(|| visit.today.year().to_string(), str::to_owned);
        let query = [
            ("year", year.as_str()),
            ("months", months),
            ("branch_code", asked.value("branch_code")),
            ("format", format),
        ];
        return visit.file(&with_query("/reports/unit", &query)).await;
    }
    let found = Report::named(report).filter(|_| FILES.contains(&format));
    let Some(report) = found else { return Err(Problem::no_such_path()) };
    visit.file(&report.asked(&Chosen::of(Days { from, to }, &asked), visit.today, format)).await
}
