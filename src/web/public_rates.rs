//! `/ty-le`: the published on-time rates, open to all.

use super::chart::Chart;
use super::figures::{self, Rates, ask, days};
use super::form::Form;
use super::frame::Frame;
use super::places::with_query;
use super::rates_drawn;
use super::visit::{Passerby, Shown};
use askama::Template;

#[derive(Template)]
#[template(path = "pages/public_rates.html")]
struct Page {
    f: Frame,
    form: Form,
    all: Option<(Rates, Rates, Chart)>,
    narrowed: String,
}

pub async fn show(passerby: Passerby) -> Shown {
    let f = passerby.frame("public-rates");
    let (from, to) = days(&passerby.asked(), passerby.today);
    let mut form = Form::of([("from", f.on(&from)), ("to", f.on(&to))]);
    let narrowed = with_query("", &[("from", &from), ("to", &to)]);
    let sectors = ask(&passerby, "/public/rates", (&from, &to), "branch,sector", &[]).await;
    let months = ask(&passerby, "/public/rates", (&from, &to), "month", &[]).await;
    match (sectors, months) {
        (Ok(sectors), Ok(months)) => {
            let chart = rates_drawn::months(&months, passerby.lang());
            passerby.page(&Page { f, form, all: Some((sectors, months, chart)), narrowed })
        }
        (Err(problem), _) | (_, Err(problem)) if problem.status().as_u16() == 422 => {
            form.refused(&problem, passerby.lang());
            passerby.refused(&Page { f, form, all: None, narrowed })
        }
        (Err(problem), _) | (_, Err(problem)) => Err(problem),
    }
}

/// The same as a table.
pub async fn export(passerby: Passerby) -> Shown {
    let (from, to) = days(&passerby.asked(), passerby.today);
    let rates = ask(&passerby, "/public/rates", (&from, &to), "branch,sector", &[]).await?;
    figures::table(&rates, "branch,sector", &format!("ty-le_{}_{}.csv", rates.from, rates.to))
}
