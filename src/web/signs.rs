//! `/bao-cao/dau-hieu`: the signs of gaming of a period with how often each is there, and the dossiers behind one.

use super::form::Form;
use super::frame::Frame;
use super::periods;
use super::places::with_query;
use super::visit::{Shown, Visit};
use super::when;
use askama::Template;
use serde::Deserialize;

#[derive(Deserialize)]
struct Integrity {
    indicators: Vec<Sign>,
}

#[derive(Deserialize)]
struct Sign {
    indicator: String,
    name: String,
    definition: String,
    total: i64,
}

#[derive(Deserialize)]
struct Listed {
    items: Vec<Line>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    dossier_code: String,
    branch_code: String,
    procedure_code: String,
    at: String,
    officer_name: Option<String>,
    registered_again_as: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/signs.html")]
struct Page {
    f: Frame,
    form: Form,
    narrowed: String,
    period: String,
    signs: Vec<Sign>,
    chosen: String,
    lines: Option<Listed>,
}

impl Page {
    /// This page about one sign, from its beginning or after a place.
    fn of(&self, sign: &str, cursor: &str) -> String {
        let query = with_query("", &[("indicator", sign), ("cursor", cursor)]);
        format!("/bao-cao/dau-hieu{query}&{}", self.narrowed)
    }

    fn next(&self, lines: &Listed) -> Option<String> {
        lines.next.as_deref().map(|cursor| self.of(&self.chosen, cursor))
    }

    fn sign(&self) -> Option<&Sign> {
        self.signs.iter().find(|sign| sign.indicator == self.chosen)
    }
}

pub async fn show(visit: Visit) -> Shown {
    let entered = visit.asked();
    let f = visit.frame("reports");
    let (mut form, days) = periods::asked(&entered, &f, visit.today);
    let branch = entered.value("branch_code").trim().to_owned();
    let chosen = entered.value("indicator").to_owned();
    let mut page = Page {
        form: Form::default(),
        narrowed: String::new(),
        period: String::new(),
        signs: Vec::new(),
        chosen,
        lines: None,
        f,
    };
    let Some(days) = days else {
        page.form = form;
        return visit.refused(&page);
    };
    let as_of = entered.value("as_of").trim();
    let as_of = when::read_date(as_of).map_or_else(|| as_of.to_owned(), |day| day.to_string());
    let shared =
        [("from", days.from.as_str()), ("to", &days.to), ("as_of", &as_of), ("branch_code", &branch)];
    page.narrowed = with_query("", &shared).trim_start_matches('?').to_owned();
    page.period = page.f.t2("reports.period", "from", page.f.on(&days.from), "to", page.f.on(&days.to));
    let found: Integrity = match visit.get(&with_query("/reports/integrity", &shared)).await {
        Ok(found) => found,
        Err(problem) if problem.status().as_u16() == 422 => {
            form.refused(&problem, visit.lang());
            page.form = form;
            return visit.refused(&page);
        }
        Err(problem) => return Err(problem),
    };
    page.signs = found.indicators;
    if page.sign().is_some() {
        let more = [("indicator", page.chosen.as_str()), ("cursor", entered.value("cursor"))];
        let path = with_query("/reports/integrity/dossiers", &[&shared[..], &more[..]].concat());
        page.lines = Some(visit.get(&path).await?);
    }
    page.form = form;
    visit.page(&page)
}
