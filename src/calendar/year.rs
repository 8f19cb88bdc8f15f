//! `PUT /calendar/years/{year}`: a year begins with its days, and becomes announced when the notice is out.

use super::days::YearView;
use super::edit::{DayForm, told};
use super::store;
use crate::account::Admin;
use crate::db::Conn;
use crate::domain::calendar::{Calendar, OfficeHours, SpecialDay, YearStanding};
use crate::failure::{Failure, Fields, Outcome};
use crate::http::{ActMeta, Body, House, Problem, Reply, Segment, act};
use crate::reference::{self, Reference};
use actix_web::web::Data;
use actix_web::{HttpResponse, put};
use chrono::{Datelike as _, NaiveDate};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutYear {
    /// `announced`, or `provisional` while only the statute's days are known.
    #[schema(value_type = String, example = "announced")]
    standing: YearStanding,
    /// All special days of the year, in the place of those it has. A year that is not there yet needs them: a
    /// year without days off would be counted as if nobody rested in it.
    days: Option<Vec<YearDay>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct YearDay {
    pub date: NaiveDate,
    #[schema(value_type = String, example = "holiday")]
    pub kind: crate::domain::calendar::DayKind,
    pub name: String,
    pub paired_date: Option<NaiveDate>,
    pub note: Option<String>,
}

impl YearDay {
    pub fn check(&self, fields: &mut Fields, pointer: &str) -> Option<SpecialDay> {
        let form = DayForm {
            kind: self.kind,
            name: self.name.clone(),
            paired_date: self.paired_date,
            note: self.note.clone(),
        };
        form.check(fields, pointer, self.date)
    }
}

/// Puts a year into the calendar, or changes whether its days are certain.
#[utoipa::path(tag = "calendar", request_body = PutYear, responses((status = 200, body = YearView)))]
#[put("/calendar/years/{year}")]
pub async fn put_year(
    house: Data<House>,
    admin: Admin,
    year: Segment<i32>,
    meta: ActMeta,
    body: Body<PutYear>,
) -> Result<HttpResponse, Problem> {
    let (year, body) = (year.into_inner(), body.into_inner());
    let days = checked(year, body.days.as_deref())?;
    let (standing, cache) = (body.standing, house.references.clone());
    act(&house, admin.id, &meta, move |conn, _now| {
        put(conn, cache.hours(), year, standing, days.as_deref())?;
        tracing::info!(year, standing = standing.as_str(), officer = %admin.id, "calendar year put");
        Reply::ok(&YearView::of(&cache.of(conn)?.calendar, year)?)
    })
    .await
}

fn checked(year: i32, raw: Option<&[YearDay]>) -> Outcome<Option<Vec<SpecialDay>>> {
    let mut fields = Fields::new();
    fields.check((2000..=2200).contains(&year), "/year", "out-of-range");
    let mut days = Vec::new();
    for (n, day) in raw.unwrap_or_default().iter().enumerate() {
        let pointer = format!("/days/{n}");
        fields.check(day.date.year() == year, &format!("{pointer}/date"), "another-year");
        days.extend(day.check(&mut fields, &pointer));
    }
    fields.done(|| Some(raw.map(|_| days)))
}

fn put(
    conn: &mut Conn<'_>,
    hours: &OfficeHours,
    year: i32,
    standing: YearStanding,
    days: Option<&[SpecialDay]>,
) -> Outcome<()> {
    reference::change(conn, hours, |conn, before| {
        check_days(before, year, standing, days)?;
        store::put_year(conn, year, standing)?;
        if let Some(days) = days {
            store::delete_days_of(conn, year)?;
            for day in days {
                store::insert_day(conn, day)?;
            }
        }
        Ok(())
    })
}

fn check_days(
    before: &Reference,
    year: i32,
    standing: YearStanding,
    days: Option<&[SpecialDay]>,
) -> Outcome<()> {
    let empty = days.is_some_and(<[SpecialDay]>::is_empty);
    if empty || (days.is_none() && before.calendar.year(year).is_none()) {
        return Err(Failure::field("/days", "year-without-days"));
    }
    // Each alone, so that the fault names the day; then all together.
    for (n, day) in days.unwrap_or_default().iter().enumerate() {
        Calendar::new([(year, standing)], [day.clone()], before.calendar.hours().clone())
            .map_err(|error| told(&error, &format!("/days/{n}")))?;
    }
    Calendar::new([(year, standing)], days.unwrap_or_default().to_vec(), before.calendar.hours().clone())
        .map_err(|error| told(&error, "/days"))?;
    Ok(())
}
