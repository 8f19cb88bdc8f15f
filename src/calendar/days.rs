//! `GET /calendar/days?year=`, `PUT|DELETE /calendar/days/{date}`: the days that are not what their weekday says.

use super::edit::{DayForm, edited};
use super::store;
use crate::account::{Admin, Officer};
use crate::db::Conn;
use crate::domain::calendar::{Calendar, DayKind, OfficeHours, SpecialDay, YearStanding};
use crate::domain::refusal::Refusal;
use crate::failure::{Failure, Fields, Outcome, Thing};
use crate::http::{ActMeta, Body, House, Problem, Query, Reply, Segment, act};
use crate::reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, put};
use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Serialize, ToSchema)]
pub struct DayView {
    pub date: NaiveDate,
    #[schema(value_type = String, example = "holiday")]
    pub kind: DayKind,
    pub name: String,
    /// The other day of the exchange.
    pub paired_date: Option<NaiveDate>,
    pub note: Option<String>,
}

impl From<&SpecialDay> for DayView {
    fn from(day: &SpecialDay) -> Self {
        Self {
            date: day.date,
            kind: day.kind,
            name: day.name.clone(),
            paired_date: day.paired_date,
            note: day.note.clone(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct YearView {
    year: i32,
    /// `announced`, or `provisional` while only the statute's days are known.
    #[schema(value_type = String, example = "announced")]
    standing: YearStanding,
    /// How many days of the year are worked.
    working_days: u32,
    /// By date.
    items: Vec<DayView>,
}

impl YearView {
    pub(super) fn of(calendar: &Calendar, year: i32) -> Outcome<Self> {
        let missing = || Failure::from(Refusal::CalendarMissing { year });
        Ok(Self {
            year,
            standing: calendar.year(year).ok_or_else(missing)?,
            working_days: calendar.working_days_in_year(year).map_err(|_not_held| missing())?,
            items: calendar
                .special_days(year)
                .map_err(|_not_held| missing())?
                .iter()
                .map(DayView::from)
                .collect(),
        })
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DaysQuery {
    #[param(example = 2020)]
    year: i32,
}

/// The special days of a year.
#[utoipa::path(tag = "calendar", params(DaysQuery), responses((status = 200, body = YearView)))]
#[get("/calendar/days")]
pub async fn list_days(
    house: Data<House>,
    _officer: Officer,
    query: Query<DaysQuery>,
) -> Result<HttpResponse, Problem> {
    let cache = house.references.clone();
    let reference = house.db.read(move |conn| cache.of(conn)).await?;
    Ok(HttpResponse::Ok().json(YearView::of(&reference.calendar, query.into_inner().year)?))
}

/// Makes a day special, or changes what is special about it. Appointments given before stay as they are.
#[utoipa::path(tag = "calendar", request_body = DayForm, responses((status = 200, body = DayView)))]
#[put("/calendar/days/{date}")]
pub async fn put_day(
    house: Data<House>,
    admin: Admin,
    date: Segment<NaiveDate>,
    meta: ActMeta,
    body: Body<DayForm>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new();
    let day = body.check(&mut fields, "", date.into_inner());
    let day = fields.done(|| day)?;
    let hours = house.references.hours().clone();
    act(&house, admin.id, &meta, move |conn, _now| {
        put(conn, &hours, &day)?;
        tracing::info!(date = %day.date, kind = day.kind.as_str(), officer = %admin.id, "calendar day put");
        Reply::ok(&DayView::from(&day))
    })
    .await
}

fn put(conn: &mut Conn<'_>, hours: &OfficeHours, day: &SpecialDay) -> Outcome<()> {
    reference::change(conn, hours, |conn, before| {
        edited(&before.calendar, std::slice::from_ref(day), &[], "")?;
        store::delete_day(conn, day.date)?;
        Ok(store::insert_day(conn, day)?)
    })
}

/// Makes a day what its weekday says again. Appointments given before stay as they are.
#[utoipa::path(tag = "calendar", responses((status = 204)))]
#[delete("/calendar/days/{date}")]
pub async fn delete_day(
    house: Data<House>,
    admin: Admin,
    date: Segment<NaiveDate>,
    meta: ActMeta,
) -> Result<HttpResponse, Problem> {
    let (date, hours) = (date.into_inner(), house.references.hours().clone());
    act(&house, admin.id, &meta, move |conn, _now| {
        remove(conn, &hours, date)?;
        tracing::info!(%date, officer = %admin.id, "calendar day removed");
        Ok(Reply::nothing())
    })
    .await
}

fn remove(conn: &mut Conn<'_>, hours: &OfficeHours, date: NaiveDate) -> Outcome<()> {
    reference::change(conn, hours, |conn, before| {
        let days = before.calendar.special_days(date.year()).unwrap_or_default();
        if days.iter().all(|day| day.date == date) && days.len() == 1 {
            // A year without days would be counted as if nobody ever rested in it.
            return Err(Failure::Conflict("year-without-days"));
        }
        match store::delete_day(conn, date)? {
            0 => Err(Failure::NotFound(Thing::CalendarDay)),
            _ => Ok(()),
        }
    })
}
