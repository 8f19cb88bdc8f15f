//! `/tinh-han`: when something is due, and why then. Open to all, as the API's own calculation is.

use super::form::Form;
use super::frame::Frame;
use super::places::with_query;
use super::visit::{Passerby, Shown};
use super::when;
use askama::Template;
use serde::Deserialize;

#[derive(Deserialize)]
struct DueDate {
    due_on: String,
    due_at: String,
    apology_due_on: String,
    provisional: bool,
    #[serde(default)]
    explanation: Vec<Day>,
}

#[derive(Deserialize)]
struct Day {
    date: String,
    counted: bool,
    n: Option<u32>,
    minutes: Option<u32>,
    reason: Option<String>,
    note: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/due_date.html")]
struct Page {
    f: Frame,
    form: Form,
    units: Vec<(String, String)>,
    due: Option<DueDate>,
}

pub async fn show(passerby: Passerby) -> Shown {
    let mut form = passerby.asked();
    let f = passerby.frame("due-date");
    let units =
        ["wd", "d", "wh"].iter().map(|unit| ((*unit).to_owned(), f.word("due-date.unit", unit))).collect();
    if form.given("time_limit").is_none() {
        if form.given("start").is_none() {
            form.set("start", f.on(&passerby.today.to_string()));
        }
        return passerby.page(&Page { f, form, units, due: None });
    }
    let (start, limit) = (start(form.value("start")), limit(&form));
    let query = [("start", start.as_str()), ("time_limit", limit.as_str()), ("explain", "true")];
    match passerby.get::<DueDate>(&with_query("/calendar/due-date", &query)).await {
        Ok(due) => passerby.page(&Page { f, form, units, due: Some(due) }),
        Err(problem) if problem.status().as_u16() == 422 => {
            form.refused(&problem, passerby.lang());
            passerby.refused(&Page { f, form, units, due: None })
        }
        Err(problem) => Err(problem),
    }
}

/// `21/01/2020`, or with a time: as the API reads it. What is neither stays, to be refused.
fn start(text: &str) -> String {
    let text = text.trim();
    match text.rsplit_once(' ') {
        Some((day, time)) => when::read_date(day).map(|day| format!("{day}T{time:0>5}")),
        None => when::read_date(text).map(|day| day.to_string()),
    }
    .unwrap_or_else(|| if text.is_empty() { "–".to_owned() } else { text.to_owned() })
}

/// A number and its unit; or a limit of several parts as the catalogue writes it.
fn limit(form: &Form) -> String {
    let text = form.value("time_limit").trim();
    let unit = form.given("unit").unwrap_or("wd");
    if text.bytes().all(|byte| byte.is_ascii_digit()) { format!("{text}{unit}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_limits_are_read_as_people_write_them() {
        assert_eq!(start("21/1/2020"), "2020-01-21");
        assert_eq!(start("21/01/2020 8:30"), "2020-01-21T08:30");
        assert_eq!(start("mai"), "mai");
        let limit =
            |text: &str, unit: &str| limit(&Form::of([("time_limit", text.into()), ("unit", unit.into())]));
        assert_eq!(limit("3", ""), "3wd");
        assert_eq!(limit(" 4", "wh"), "4wh");
        assert_eq!(limit("5wd+3wd", "d"), "5wd+3wd");
    }
}
