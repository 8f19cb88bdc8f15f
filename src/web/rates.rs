//! `/ket-qua`: the on-time rates of branches and sectors against both targets, month by month, for any days. The
//! department sees all branches, a branch its own; what is published of the others is at `/ty-le`.

use super::chart::{Chart, Lying};
use super::figures::{self, Rates, Row, ask, bars, days, of_branches};
use super::form::Form;
use super::frame::Frame;
use super::places::with_query;
use super::visit::{Shown, Visit};
use crate::http::Problem;
use askama::Template;
use serde::Deserialize;

#[derive(Deserialize)]
struct Items<T> {
    items: Vec<T>,
}

#[derive(Deserialize)]
struct Named {
    code: String,
    name: String,
}

#[derive(Template)]
#[template(path = "pages/rates.html")]
struct Page {
    f: Frame,
    form: Form,
    branches: Vec<(String, String)>,
    sectors: Vec<(String, String)>,
    all: Option<Answers>,
    /// What the links to tables and lists take along.
    narrowed: String,
    /// From when to when.
    days: (String, String),
}

struct Answers {
    by_branch: Rates,
    by_sector: Rates,
    by_month: Rates,
    chart: Chart,
    branches: Option<Lying>,
}

impl Page {
    /// The dossiers behind a number of a row.
    fn behind(&self, row: &Row, figure: &str) -> String {
        let (from, to) = match &row.period {
            Some(days) => (days.from.as_str(), days.to.as_str()),
            None => (self.days.0.as_str(), self.days.1.as_str()),
        };
        self.list(figure, (from, to), &row.branch_code, &row.sector_code)
    }

    /// The dossiers behind a number of all rows together.
    fn behind_all(&self, figure: &str) -> String {
        self.list(figure, (&self.days.0, &self.days.1), "", "")
    }

    fn list(&self, figure: &str, (from, to): (&str, &str), branch: &str, sector: &str) -> String {
        let branch = if branch.is_empty() { self.form.value("branch_code") } else { branch };
        let sector = if sector.is_empty() { self.form.value("sector") } else { sector };
        let pairs =
            [("figure", figure), ("from", from), ("to", to), ("branch_code", branch), ("sector", sector)];
        with_query("/ket-qua/ho-so", &pairs)
    }

    fn table(&self, by: &str) -> String {
        format!("/ket-qua.csv?by={by}&{}", self.narrowed)
    }
}

pub async fn show(visit: Visit) -> Shown {
    let asked = visit.asked();
    let f = visit.frame("rates");
    let (from, to) = days(&asked, visit.today);
    let (branch, sector) = (asked.value("branch_code").trim(), asked.value("sector").trim());
    let mut form = Form::of([
        ("from", f.on(&from)),
        ("to", f.on(&to)),
        ("branch_code", branch.to_owned()),
        ("sector", sector.to_owned()),
    ]);
    let narrowed =
        with_query("", &[("from", &from), ("to", &to), ("branch_code", branch), ("sector", sector)]);
    let narrowed = narrowed.trim_start_matches('?').to_owned();
    let branches: Items<Named> = visit.get("/branches?limit=200").await?;
    let sectors: Items<Named> = visit.get("/sectors?limit=200").await?;
    let all = answers(&visit, (&from, &to), &[("branch_code", branch), ("sector", sector)]).await;
    let choices = |named: Items<Named>| {
        let all = [(String::new(), f.t("rates.all"))].into_iter();
        all.chain(named.items.into_iter().map(|one| (one.code, one.name))).collect::<Vec<_>>()
    };
    let (branches, sectors) = (choices(branches), choices(sectors));
    let days = (from, to);
    match all {
        Ok(all) => visit.page(&Page { f, form, branches, sectors, all: Some(all), narrowed, days }),
        Err(problem) if problem.status().as_u16() == 422 => {
            form.refused(&problem, visit.lang());
            visit.refused(&Page { f, form, branches, sectors, all: None, narrowed, days })
        }
        Err(problem) => Err(problem),
    }
}

async fn answers(visit: &Visit, days: (&str, &str), more: &[(&str, &str)]) -> Result<Answers, Problem> {
    let beside = [more, &[("compare", "previous,year_before"), ("distance", "true")]].concat();
    let by_branch = ask(visit, "/rates", days, "branch", &beside).await?;
    let by_sector = ask(visit, "/rates", days, "branch,sector", &beside).await?;
    let by_month = ask(visit, "/rates", days, "month", more).await?;
    let chart = Chart::of(&bars(&by_month, visit.lang()));
    let branches = of_branches(&by_branch, visit.lang());
    Ok(Answers { by_branch, by_sector, by_month, chart, branches })
}

/// What is shown, as a table: `by` is one of the page's groupings.
pub async fn export(visit: Visit) -> Shown {
    let asked = visit.asked();
    let (from, to) = days(&asked, visit.today);
    let by = match asked.value("by") {
        by @ ("branch" | "month") => by,
        _ => "branch,sector",
    };
    let more = [("branch_code", asked.value("branch_code")), ("sector", asked.value("sector"))];
    figures::table(&ask(&visit, "/rates", (&from, &to), by, &more).await?, "ket-qua")
}
