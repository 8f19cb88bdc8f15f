//! The Government announces a year's days late in the year before: from October on, somebody should see to it.

use crate::both;
use crate::db::schema::calendar_years;
use crate::db::{Conn, DbError};
use crate::domain::calendar::YearStanding;
use crate::domain::local_time::day_of;
use crate::failure::Outcome;
use crate::http::Warning;
use chrono::{DateTime, Datelike as _, Utc};
use diesel::prelude::*;

/// The month from which next year's days should be there.
const FROM_MONTH: u32 = 10;

/// For `/health/ready`: warns from 1 October while next year is missing or provisional.
pub fn next_year_is_known(conn: &mut Conn<'_>, now: DateTime<Utc>) -> Outcome<Option<Warning>> {
    let today = day_of(now);
    if today.month() < FROM_MONTH {
        return Ok(None);
    }
    let year = today.year() + 1;
    let code = match standing(conn, year)?.as_deref() {
        None => "calendar-next-year-missing",
        Some(standing) if standing == YearStanding::Provisional.as_str() => "calendar-next-year-provisional",
        Some(_) => return Ok(None),
    };
    Ok(Some(Warning::new(code).fact("year", year)))
}

fn standing(conn: &mut Conn<'_>, year: i32) -> Result<Option<String>, DbError> {
    Ok(both!(conn, |c| calendar_years::table
        .find(year)
        .select(calendar_years::standing)
        .first::<String>(c)
        .optional()?))
}
