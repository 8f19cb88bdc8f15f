//! `/ket-qua`: the on-time rates of branches and sectors against both targets, month by month, for any days; or kept apart
//! by whatever the API keeps them apart by. The department sees all branches, a branch its own; what is published of the
//! others is at `/ty-le`.

use super::chart::{Chart, Lying};
use super::figures::{self, Rates, Row, ask};
use super::form::Form;
use super::frame::Frame;
use super::places::with_query;
use super::rates_asked::{FILTERS, KEYS, NOBODY, RatesAsked};
use super::rates_drawn::{self, Drawn};
use super::rates_rows::Key;
use super::told::{Branch, Listed, Sector};
use super::visit::{Shown, Visit};
use crate::domain::period::Period;
use crate::domain::tally::Against;
use crate::http::Problem;
use askama::Template;

/// Rows that are shown of a table; its file has all.
const MOST_ROWS: usize = 200;
/// The counts of a row before its rates and after them: the number, and its words under `pages.rates.`
const BEFORE: [(&str, &str); 7] = [
    ("received", "received"),
    ("carried_over", "carried"),
    ("resolved", "resolved"),
    ("resolved_early", "early"),
    ("resolved_on_time", "on-time"),
    ("resolved_overdue", "overdue"),
    ("closed_without_result", "closed"),
];
const AFTER: [(&str, &str); 4] = [
    ("in_process", "in-process"),
    ("in_process_overdue", "open-overdue"),
    ("in_process_waiting", "waiting"),
    ("apologies_missing", "apologies-missing"),
];

#[derive(Template)]
#[template(path = "pages/rates.html")]
struct Page {
    f: Frame,
    form: Form,
    asked: RatesAsked,
    choices: Choices,
    answers: Answers,
}

struct Choices {
    branches: Vec<(String, String)>,
    sectors: Vec<(String, String)>,
    channels: Vec<(String, String)>,
    periods: Vec<(String, String)>,
    against: Vec<(String, String)>,
}

enum Answers {
    /// As the page begins.
    Standing(Box<Standing>),
    /// Kept apart as it was asked for.
    Apart(Box<Apart>),
    Refused,
}

struct Standing {
    by_branch: Rates,
    by_sector: Rates,
    by_month: Rates,
    chart: Chart,
    branches: Option<Lying>,
}

struct Apart {
    rates: Rates,
    drawn: Option<Drawn>,
    /// The targets that the distances of each row are to; none where there are no distances.
    aims: &'static [&'static str],
}

impl Page {
    fn answer(&self) -> Option<&Rates> {
        match &self.answers {
            Answers::Standing(all) => Some(&all.by_branch),
            Answers::Apart(all) => Some(&all.rates),
            Answers::Refused => None,
        }
    }

    fn standing(&self) -> Option<&Standing> {
        if let Answers::Standing(all) = &self.answers { Some(all) } else { None }
    }

    fn apart(&self) -> Option<&Apart> {
        if let Answers::Apart(all) = &self.answers { Some(all) } else { None }
    }

    /// Something is asked that stands behind one more step of the form.
    fn more(&self) -> bool {
        let asked = &self.asked;
        let filtered =
            ["procedure_code", "channel", "officer"].iter().any(|name| !asked.filter(name).is_empty());
        filtered || ![asked.by(), asked.as_of.clone(), asked.against.clone()].concat().is_empty()
    }

    /// The dossiers behind a number of a row; empty where no list can be had.
    fn behind(&self, row: &Row, figure: &str) -> String {
        // What stands in a row of a period stands at its end.
        let (from, to, as_of) = match &row.period {
            Some(days) => (days.from.as_str(), days.to.as_str(), ""),
            None => (self.asked.from.as_str(), self.asked.to.as_str(), self.asked.as_of.as_str()),
        };
        self.list(figure, &[("from", from), ("to", to), ("as_of", as_of)], Some(row))
    }

    /// The dossiers behind a number of all rows together.
    fn behind_all(&self, figure: &str) -> String {
        let RatesAsked { from, to, as_of, .. } = &self.asked;
        self.list(figure, &[("from", from), ("to", to), ("as_of", as_of)], None)
    }

    fn list(&self, figure: &str, days: &[(&str, &str)], row: Option<&Row>) -> String {
        if !self.asked.has_lists() {
            return String::new();
        }
        let of_row = |name: &str| match (name, row) {
            ("branch_code", Some(row)) => row.branch_code.as_str(),
            ("sector", Some(row)) => row.sector_code.as_str(),
            ("procedure_code", Some(row)) => row.procedure_code.as_str(),
            ("channel", Some(row)) => row.channel.as_str(),
            ("officer", Some(row)) if self.asked.is_apart_by(name) => {
                row.officer.as_deref().unwrap_or(NOBODY)
            }
            _ => "",
        };
        let own = FILTERS.map(|name| match of_row(name) {
            "" => (name, self.asked.filter(name)),
            own => (name, own),
        });
        with_query("/ket-qua/ho-so", &[&[("figure", figure)], days, &own[..]].concat())
    }

    /// The answer as a file.
    fn table(&self, by: &str) -> String {
        self.asked.at("/ket-qua.csv", by)
    }

    fn counts_before(&self) -> &'static [(&'static str, &'static str)] {
        &BEFORE
    }

    fn counts_after(&self) -> &'static [(&'static str, &'static str)] {
        &AFTER
    }

    fn keys(&self) -> &'static [&'static str] {
        &KEYS
    }

    fn most_rows(&self) -> usize {
        MOST_ROWS
    }

    /// Of one officer there are no distances.
    fn has_distances(&self) -> bool {
        self.asked.filter("officer").is_empty()
    }

    fn aims_of(&self, by: &str) -> &'static [&'static str] {
        aims(by)
    }

    fn heads(&self) -> Vec<String> {
        self.asked.heads(&self.f)
    }

    fn names(&self, row: &Row) -> Vec<Key> {
        self.asked.names(&self.f, row)
    }

    /// What a row is called for those who hear it.
    fn whose(&self, row: &Row) -> String {
        self.asked.whose(&self.f, row)
    }

    /// What narrows the figures, in words: the form is not printed.
    fn only(&self) -> String {
        let chosen = |choices: &[(String, String)], code: &str| {
            let named = choices.iter().find(|(one, _)| one == code);
            named.map_or_else(|| code.to_owned(), |(_, words)| words.clone())
        };
        let said: Vec<String> = FILTERS
            .into_iter()
            .map(|name| (name, self.asked.filter(name)))
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| match name {
                "branch_code" => chosen(&self.choices.branches, value),
                "sector" => chosen(&self.choices.sectors, value),
                "channel" => chosen(&self.choices.channels, value),
                "procedure_code" => self.f.t1("rates.only-procedure", "code", value),
                _ => self.f.t1("rates.only-officer", "name", value),
            })
            .collect();
        said.join("; ")
    }
}

async fn choices(visit: &Visit, f: &Frame) -> Result<Choices, Problem> {
    let branches: Listed<Branch> = visit.get("/branches?limit=200").await?;
    let sectors: Listed<Sector> = visit.get("/sectors?limit=200").await?;
    let all = |named: Vec<(String, String)>| {
        [(String::new(), f.t("rates.all"))].into_iter().chain(named).collect::<Vec<_>>()
    };
    let periods = Period::ALL.iter().map(|period| period.as_str());
    let periods = periods.map(|period| (period.to_owned(), f.word("rates.apart-by", period)));
    Ok(Choices {
        branches: all(branches.items.into_iter().map(|branch| (branch.code, branch.name)).collect()),
        sectors: all(sectors.items.into_iter().map(|sector| (sector.code, sector.name)).collect()),
        channels: all(f.terms("channel", ["in_person", "online", "postal"])),
        periods: [(String::new(), f.t("rates.no-period"))].into_iter().chain(periods).collect(),
        against: [(String::new(), f.word("rates.against", Against::FirstPromise.as_str()))]
            .into_iter()
            .chain([(
                Against::Reappointed.as_str().to_owned(),
                f.word("rates.against", Against::Reappointed.as_str()),
            )])
            .collect(),
    })
}

pub async fn show(visit: Visit) -> Shown {
    let f = visit.frame("rates");
    let asked = RatesAsked::of(&visit.asked(), visit.today);
    let mut form = asked.form(&f);
    let choices = choices(&visit, &f).await?;
    let answers = match answers(&visit, &asked, &f).await {
        Ok(answers) => answers,
        Err(problem) if problem.status().as_u16() == 422 => {
            form.refused(&problem, visit.lang());
            // The API names the grouping by its place; the form has one field for all of them.
            let of_grouping = form.faults().find(|(name, _)| name.starts_with("by"));
            if let Some(words) = of_grouping.map(|(_, words)| words.clone()) {
                form.fault_at("by", words);
            }
            Answers::Refused
        }
        Err(problem) => return Err(problem),
    };
    let page = Page { f, form, asked, choices, answers };
    if page.answer().is_some() { visit.page(&page) } else { visit.refused(&page) }
}

/// The targets that rows are held against as far as they are: a branch has one, of its sectors each another too.
fn aims(by: &str) -> &'static [&'static str] {
    match by {
        "branch" => &["P312"],
        "sector" | "branch,sector" => &["P312", "S06"],
        _ => &[],
    }
}

async fn answers(visit: &Visit, asked: &RatesAsked, f: &Frame) -> Result<Answers, Problem> {
    let (days, more) = ((asked.from.as_str(), asked.to.as_str()), asked.narrowed());
    let beside = [&more[..], &[("compare", "previous,year_before"), ("distance", "true")]].concat();
    let by = asked.by();
    if !by.is_empty() {
        // Of one officer there are no distances.
        let aims = if asked.filter("officer").is_empty() { aims(&by) } else { &[] };
        let rates = ask(visit, "/rates", days, &by, if aims.is_empty() { &more } else { &beside }).await?;
        let drawn = Drawn::of(&rates, asked, f);
        return Ok(Answers::Apart(Box::new(Apart { rates, drawn, aims })));
    }
    let by_branch = ask(visit, "/rates", days, "branch", &beside).await?;
    let by_sector = ask(visit, "/rates", days, "branch,sector", &beside).await?;
    let by_month = ask(visit, "/rates", days, "month", &more).await?;
    let chart = rates_drawn::months(&by_month, visit.lang());
    let branches = rates_drawn::of_branches(&by_branch, visit.lang());
    Ok(Answers::Standing(Box::new(Standing { by_branch, by_sector, by_month, chart, branches })))
}

/// What is shown, as a table, kept apart by `by`.
pub async fn export(visit: Visit) -> Shown {
    let asked = RatesAsked::of(&visit.asked(), visit.today);
    let by = Some(asked.by()).filter(|by| !by.is_empty()).unwrap_or_else(|| "branch,sector".to_owned());
    let rates = ask(&visit, "/rates", (&asked.from, &asked.to), &by, &asked.narrowed()).await?;
    figures::table(&rates, &by, &asked.file_name())
}
