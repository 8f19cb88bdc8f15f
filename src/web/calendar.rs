//! `/lich`: a year with its days off and worked Saturdays.

use super::form::Form;
use super::frame::Frame;
use super::visit::{Shown, Visit};
use actix_web::http::StatusCode;
use askama::Template;
use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Year {
    pub standing: String,
    pub working_days: u32,
    pub items: Vec<Special>,
}

#[derive(Deserialize)]
pub struct Special {
    pub date: String,
    pub kind: String,
    pub name: String,
    pub paired_date: Option<String>,
    pub note: Option<String>,
}

/// A day in its place in a month.
struct Cell {
    day: u32,
    /// `weekend`, `holiday`, `compensatory_off`, `working_swap`, or empty.
    kind: String,
    name: String,
    today: bool,
}

struct Month {
    number: u32,
    /// Monday to Sunday; nothing where the month has no day.
    weeks: Vec<Vec<Option<Cell>>>,
}

#[derive(Template)]
#[template(path = "pages/calendar.html")]
struct Page {
    f: Frame,
    number: i32,
    held: Option<Year>,
    months: Vec<Month>,
    form: Form,
    kinds: Vec<(String, String)>,
}

/// What a special day can be, with its words.
pub fn kinds(f: &Frame) -> Vec<(String, String)> {
    let all = ["holiday", "compensatory_off", "working_swap"];
    all.iter().map(|kind| ((*kind).to_owned(), f.term("day_kind", kind))).collect()
}

pub async fn show(visit: Visit) -> Shown {
    let asked = visit.asked();
    let number = asked.value("nam").parse().unwrap_or(visit.today.year());
    let f = visit.frame("calendar");
    let held = match visit.get::<Year>(&format!("/calendar/days?year={number}")).await {
        Ok(year) => Some(year),
        // The year is not in the calendar: the page says what to do.
        Err(problem) if problem.status() == StatusCode::UNPROCESSABLE_ENTITY => None,
        Err(problem) => return Err(problem),
    };
    let months = held.as_ref().map(|year| months(number, year, visit.today)).unwrap_or_default();
    let form = Form::of([
        ("date", asked.value("date").to_owned()),
        ("kind", asked.value("kind").to_owned()),
        ("name", asked.value("name").to_owned()),
        ("paired_date", asked.value("paired_date").to_owned()),
        ("note", asked.value("note").to_owned()),
    ]);
    let kinds = kinds(&f);
    visit.page(&Page { f, number, held, months, form, kinds })
}

fn months(number: i32, year: &Year, today: NaiveDate) -> Vec<Month> {
    (1..=12)
        .filter_map(|month| Some(whole(NaiveDate::from_ymd_opt(number, month, 1)?, year, today)))
        .collect()
}

fn whole(first: NaiveDate, year: &Year, today: NaiveDate) -> Month {
    let blanks = first.weekday().num_days_from_monday();
    let mut cells: Vec<Option<Cell>> = (0..blanks).map(|_| None).collect();
    let mut day = first;
    while day.month() == first.month() {
        cells.push(Some(cell(day, year, today)));
        let Some(next) = day.checked_add_days(Days::new(1)) else { break };
        day = next;
    }
    while !cells.len().is_multiple_of(7) {
        cells.push(None);
    }
    let mut weeks = Vec::new();
    while !cells.is_empty() {
        weeks.push(cells.drain(..7).collect());
    }
    Month { number: first.month(), weeks }
}

fn cell(day: NaiveDate, year: &Year, today: NaiveDate) -> Cell {
    let written = day.to_string();
    let special = year.items.iter().find(|special| special.date == written);
    let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    Cell {
        day: day.day(),
        kind: match special {
            Some(special) => special.kind.clone(),
            None if weekend => "weekend".to_owned(),
            None => String::new(),
        },
        name: special.map(|special| special.name.clone()).unwrap_or_default(),
        today: day == today,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_has_each_of_its_days_once_under_its_weekday() {
        let special = Special {
            date: "2026-02-14".into(),
            kind: "working_swap".into(),
            name: "Làm bù".into(),
            paired_date: None,
            note: None,
        };
        let year = Year { standing: "announced".into(), working_days: 250, items: vec![special] };
        let months = months(2026, &year, NaiveDate::from_ymd_opt(2026, 2, 3).unwrap());
        assert_eq!(months.len(), 12);
        let february = &months[1];
        assert!(february.weeks.iter().all(|week| week.len() == 7));
        let days: Vec<u32> = february.weeks.iter().flatten().flatten().map(|cell| cell.day).collect();
        assert_eq!(days, (1..=28).collect::<Vec<_>>());
        let saturday = february.weeks[2][5].as_ref().unwrap();
        assert_eq!((saturday.day, saturday.kind.as_str()), (14, "working_swap"));
        assert!(february.weeks[1][1].as_ref().unwrap().today, "the 3rd is a Tuesday");
    }
}
