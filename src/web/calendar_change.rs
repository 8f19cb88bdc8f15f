//! `/lich/…`: a day of the calendar is changed, after it was shown what that would move; a year is put in.
//! Administrators.

use super::calendar::{Year, kinds};
use super::form::Form;
use super::frame::Frame;
use super::places::segment;
use super::visit::{Shown, Visit};
use super::when::read_date;
use actix_web::http::Method;
use askama::Template;
use chrono::Datelike as _;
use serde::Deserialize;
use serde_json::{Value, json};

/// What a change would move.
#[derive(Deserialize)]
pub struct Impact {
    pub looked_at: usize,
    pub moves: Vec<Move>,
}

#[derive(Deserialize)]
pub struct Move {
    pub code: String,
    pub branch_code: String,
    pub due_on: String,
    pub would_be_due_on: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/calendar_change.html")]
struct Page {
    f: Frame,
    form: Form,
    kinds: Vec<(String, String)>,
    /// None while the change is refused.
    impact: Option<Impact>,
}

impl Page {
    fn removes(&self) -> bool {
        self.form.value("_what") == "remove"
    }

    /// The year the change is in, to go back to.
    fn year(&self) -> String {
        year_of(&self.form)
    }
}

fn year_of(form: &Form) -> String {
    read_date(form.value("date")).map(|date| date.year().to_string()).unwrap_or_default()
}

/// What the change would move, before it is made.
pub async fn preview(visit: Visit, mut form: Form) -> Shown {
    let f = visit.frame("calendar");
    let kinds = kinds(&f);
    let change = if form.value("_what") == "remove" {
        let date =
            read_date(form.value("date")).map_or_else(|| form.value("date").to_owned(), |d| d.to_string());
        json!({"remove": [date]})
    } else {
        json!({"add": [day(&form)]})
    };
    match visit.send_at(Method::POST, "/calendar/impact", None, None, Some(&change)).await {
        Ok(answer) => {
            let impact = Some(answer.json()?);
            visit.page(&Page { f, form, kinds, impact })
        }
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) => {
            form.refused_in(&problem, visit.lang(), "add/0/");
            visit.refused(&Page { f, form, kinds, impact: None })
        }
    }
}

/// A day as the API takes it.
fn day(form: &Form) -> Value {
    let mut body = form.json();
    body.date("date").date("paired_date");
    for required in ["date", "kind", "name"] {
        if form.given(required).is_none() {
            body.put(required, "");
        }
    }
    body.into_value()
}

/// The change is made.
pub async fn change(visit: Visit, mut form: Form) -> Shown {
    let date = read_date(form.value("date")).map_or_else(|| form.value("date").to_owned(), |d| d.to_string());
    let path = format!("/calendar/days/{}", segment(&date));
    let back = format!("/lich?nam={}", year_of(&form));
    let outcome = if form.value("_what") == "remove" {
        visit.send_at(Method::DELETE, &path, None, None, None).await.map(|_| "day-removed")
    } else {
        let mut body = day(&form);
        if let Some(fields) = body.as_object_mut() {
            fields.remove("date");
        }
        visit.send_at(Method::PUT, &path, None, None, Some(&body)).await.map(|_| "day-put")
    };
    match outcome {
        Ok("day-removed") => visit.done(&back, "day-removed"),
        Ok(_) => visit.done(&back, "day-put"),
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) => {
            form.refused(&problem, visit.lang());
            let f = visit.frame("calendar");
            let kinds = kinds(&f);
            visit.refused(&Page { f, form, kinds, impact: None })
        }
    }
}

#[derive(Template)]
#[template(path = "pages/calendar_year.html")]
struct YearPage {
    f: Frame,
    form: Form,
    standings: Vec<(String, String)>,
}

impl YearPage {
    fn of(f: Frame, form: Form) -> Self {
        let standings = ["announced", "provisional"];
        let standings =
            standings.iter().map(|one| ((*one).to_owned(), f.term("year_standing", one))).collect();
        Self { f, form, standings }
    }

    /// What is wrong with which line.
    fn lines(&self) -> Vec<(String, String)> {
        let of_line = |name: &str| name.strip_prefix("days/")?.split('/').next()?.parse::<usize>().ok();
        let faults = self.form.faults().filter_map(|(name, words)| Some((of_line(name)? + 1, words.clone())));
        faults.map(|(line, words)| (self.f.t1("calendar.line", "n", line), words)).collect()
    }
}

/// A year as lines to edit: `01/01/2027; lễ; Tết Dương lịch`.
pub async fn year(visit: Visit) -> Shown {
    let asked = visit.asked();
    let number = asked.value("nam").parse().unwrap_or(visit.today.year() + 1);
    let f = visit.frame("calendar");
    let mut form = Form::of([("year", number.to_string()), ("standing", "announced".to_owned())]);
    match visit.get::<Year>(&format!("/calendar/days?year={number}")).await {
        Ok(year) => {
            let lines: Vec<String> = year.items.iter().map(|day| line(&f, day)).collect();
            form.set("days", lines.join("\n"));
        }
        Err(problem) if problem.status().as_u16() == 422 => {}
        Err(problem) => return Err(problem),
    }
    visit.page(&YearPage::of(f, form))
}

fn line(f: &Frame, day: &super::calendar::Special) -> String {
    let paired = day.paired_date.as_deref().map(|date| f.on(date)).unwrap_or_default();
    let note = day.note.clone().unwrap_or_default();
    let parts = [f.on(&day.date), f.term("day_kind", &day.kind), day.name.clone(), paired, note];
    parts.join("; ").trim_end_matches([';', ' ']).to_owned()
}

/// One line of the days, for the API; a line that cannot be read is named.
fn read(f: &Frame, line: &str) -> Option<Value> {
    let mut parts = line.split(';').map(str::trim);
    let date = read_date(parts.next()?)?;
    let kind = parts.next()?;
    let kind = kinds(f).into_iter().find(|(code, words)| code == kind || words.eq_ignore_ascii_case(kind))?.0;
    let mut day = json!({"date": date.to_string(), "kind": kind, "name": parts.next()?});
    let fields = day.as_object_mut()?;
    if let Some(paired) = parts.next().filter(|text| !text.is_empty()) {
        fields.insert("paired_date".into(), read_date(paired)?.to_string().into());
    }
    let note = parts.collect::<Vec<_>>().join("; ");
    if !note.is_empty() {
        fields.insert("note".into(), note.into());
    }
    Some(day)
}

pub async fn put_year(visit: Visit, mut form: Form) -> Shown {
    let f = visit.frame("calendar");
    let mut days = Vec::new();
    let text = form.value("days").to_owned();
    for (n, line) in text.lines().filter(|line| !line.trim().is_empty()).enumerate() {
        match read(&f, line) {
            Some(day) => days.push(day),
            None => form.fault_at(&format!("days/{n}"), f.t1("calendar.unreadable", "line", line)),
        }
    }
    if form.has_faults() {
        return visit.refused(&YearPage::of(f, form));
    }
    let number = form.value("year").trim().to_owned();
    let body = json!({"standing": form.value("standing"), "days": days});
    let path = format!("/calendar/years/{}", segment(&number));
    match visit.send_at(Method::PUT, &path, None, None, Some(&body)).await {
        Ok(_) => visit.done(&format!("/lich?nam={}", segment(&number)), "year-put"),
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) => {
            form.refused(&problem, visit.lang());
            visit.refused(&YearPage::of(f, form))
        }
    }
}
