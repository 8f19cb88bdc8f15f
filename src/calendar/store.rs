//! The tables `calendar_years` and `calendar_days`.

use crate::both;
use crate::db::schema::{calendar_days, calendar_years};
use crate::db::{Conn, DbError};
use crate::domain::calendar::{SpecialDay, YearStanding};
use chrono::NaiveDate;
use diesel::prelude::*;

/// The year with this standing, whether it was there or not.
pub fn put_year(conn: &mut Conn<'_>, year: i32, standing: YearStanding) -> Result<(), DbError> {
    both!(conn, |c| diesel::insert_into(calendar_years::table)
        .values((calendar_years::year.eq(year), calendar_years::standing.eq(standing.as_str())))
        .on_conflict(calendar_years::year)
        .do_update()
        .set(calendar_years::standing.eq(standing.as_str()))
        .execute(c)?);
    Ok(())
}

/// A day that is not there yet.
pub fn insert_day(conn: &mut Conn<'_>, day: &SpecialDay) -> Result<(), DbError> {
    both!(conn, |c| diesel::insert_into(calendar_days::table)
        .values((
            calendar_days::date.eq(day.date),
            calendar_days::kind.eq(day.kind.as_str()),
            calendar_days::name.eq(&day.name),
            calendar_days::paired_date.eq(day.paired_date),
            calendar_days::note.eq(&day.note),
        ))
        .execute(c)?);
    Ok(())
}

/// How many days were there to take away: one or none.
pub(super) fn delete_day(conn: &mut Conn<'_>, date: NaiveDate) -> Result<usize, DbError> {
    Ok(both!(conn, |c| diesel::delete(calendar_days::table.find(date)).execute(c)?))
}

pub(super) fn delete_days_of(conn: &mut Conn<'_>, year: i32) -> Result<(), DbError> {
    let (Some(first), Some(last)) =
        (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31))
    else {
        return Ok(());
    };
    both!(conn, |c| diesel::delete(
        calendar_days::table.filter(calendar_days::date.ge(first)).filter(calendar_days::date.le(last))
    )
    .execute(c)?);
    Ok(())
}
