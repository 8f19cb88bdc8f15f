//! Dossiers that may stand behind a figure, in the order of an index, part by part. Which of them do is not decided
//! here: the history of each is asked (`report/behind.rs`).

use super::Only;
use crate::both;
use crate::db::Conn;
use crate::db::conditions::{END, HAS_ENDED, OPEN, RECEIVED};
use crate::db::kept::{AtMostDsl, fixed};
use crate::db::schema::dossiers;
use crate::db::types::{Moment, MomentSql};
use crate::domain::ids::{DossierId, OfficerId};
use crate::domain::local_time::moment;
use crate::failure::Outcome;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};
use serde::{Deserialize, Serialize};

/// Where to look. Both days of a span are included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scan {
    /// Received in these days.
    Received { from: NaiveDate, to: NaiveDate },
    /// Received up to this day, and open now; the most urgent first.
    Open { by: NaiveDate },
    /// Received up to this day, and ended after it.
    EndedAfter { by: NaiveDate },
    /// Ended in these days.
    Ended { from: NaiveDate, to: NaiveDate },
}

/// What else must be so of a dossier's row, as far as rows tell it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Told {
    /// A condition in SQL.
    pub condition: Option<&'static str>,
    pub due_before: Option<NaiveDate>,
    pub due_from: Option<NaiveDate>,
    pub held_by: Option<OfficerId>,
}

/// Where a candidate stands in the order of its scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    At(DateTime<Utc>, DossierId),
    Due(NaiveDate, DossierId),
}

impl Place {
    pub fn id(&self) -> DossierId {
        match self {
            Self::At(_, id) | Self::Due(_, id) => *id,
        }
    }
}

pub(super) fn begin(day: NaiveDate) -> Moment {
    Moment(moment(day.and_time(NaiveTime::MIN)))
}

/// The first moment that is no longer of this day.
pub(super) fn end(day: NaiveDate) -> Moment {
    begin(day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX))
}

macro_rules! kept {
    ($only:expr, $told:expr) => {{
        let (only, told) = ($only, $told);
        let mut query = dossiers::table.into_boxed();
        // Named one by one only where one is meant: the order of the whole register has an index of its own.
        if let [branch] = only.branches.as_slice() {
            query = query.filter(dossiers::branch_id.eq(*branch));
        }
        if let Some(sector) = only.sector {
            query = query.filter(dossiers::sector_id.eq(sector));
        }
        if let Some(procedure) = only.procedure {
            query = query.filter(dossiers::procedure_id.eq(procedure));
        }
        if let Some(channel) = only.channel {
            query = query.filter(dossiers::channel.eq(channel.as_str()));
        }
        if let Some(condition) = told.condition {
            query = query.filter(fixed::<Bool>(condition));
        }
        if let Some(day) = told.due_before {
            query = query.filter(dossiers::due_on.lt(day));
        }
        if let Some(day) = told.due_from {
            query = query.filter(dossiers::due_on.ge(day));
        }
        if let Some(officer) = told.held_by {
            query = query.filter(dossiers::held_by.eq(officer));
        }
        query
    }};
}

/// The next candidates of a scan, after a place in its order.
pub fn candidates(
    c: &mut Conn<'_>,
    scan: Scan,
    only: &Only,
    told: &Told,
    after: Option<Place>,
    limit: i64,
) -> Outcome<Vec<Place>> {
    match scan {
        Scan::Received { from, to } => received(c, (begin(from), end(to)), only, told, after, limit),
        Scan::Open { by } => open(c, end(by), only, told, after, limit),
        Scan::EndedAfter { by } => ended(c, (end(by), None), Some(end(by)), only, told, after, limit),
        Scan::Ended { from, to } => ended(c, (begin(from), Some(end(to))), None, only, told, after, limit),
    }
}

fn received(
    c: &mut Conn<'_>,
    (from, until): (Moment, Moment),
    only: &Only,
    told: &Told,
    after: Option<Place>,
    limit: i64,
) -> Outcome<Vec<Place>> {
    let rows: Vec<(Option<Moment>, DossierId)> = both!(c, |c| {
        let mut query =
            kept!(only, told).filter(dossiers::received_at.ge(from)).filter(dossiers::received_at.lt(until));
        if let Some(Place::At(at, id)) = after {
            // The first condition alone can use an index; the second makes it exact.
            let at = Moment(at);
            query = query
                .filter(dossiers::received_at.le(at))
                .filter(dossiers::received_at.lt(at).or(dossiers::id.gt(id).nullable()));
        }
        query
            .order((dossiers::received_at.desc(), dossiers::id.asc()))
            .select((dossiers::received_at, dossiers::id))
            .at_most(limit)
            .load(c)?
    });
    Ok(rows.into_iter().filter_map(|(at, id)| Some(Place::At(at?.0, id))).collect())
}

fn open(
    c: &mut Conn<'_>,
    received_before: Moment,
    only: &Only,
    told: &Told,
    after: Option<Place>,
    limit: i64,
) -> Outcome<Vec<Place>> {
    let rows: Vec<(Option<NaiveDate>, DossierId)> = both!(c, |c| {
        let mut query = kept!(only, told)
            .filter(fixed::<Bool>(OPEN))
            .filter(dossiers::due_on.is_not_null())
            .filter(fixed::<MomentSql>(RECEIVED).lt(received_before));
        if let Some(Place::Due(day, id)) = after {
            query = query
                .filter(dossiers::due_on.ge(day))
                .filter(dossiers::due_on.gt(day).or(dossiers::id.gt(id).nullable()));
        }
        query
            .order((dossiers::due_on.asc(), dossiers::id.asc()))
            .select((dossiers::due_on, dossiers::id))
            .at_most(limit)
            .load(c)?
    });
    Ok(rows.into_iter().filter_map(|(day, id)| Some(Place::Due(day?, id))).collect())
}

fn ended(
    c: &mut Conn<'_>,
    (from, until): (Moment, Option<Moment>),
    received_before: Option<Moment>,
    only: &Only,
    told: &Told,
    after: Option<Place>,
    limit: i64,
) -> Outcome<Vec<Place>> {
    let moment_of_end = || fixed::<Nullable<MomentSql>>(END);
    let rows: Vec<(Option<Moment>, DossierId)> = both!(c, |c| {
        let mut query = kept!(only, told)
            .filter(fixed::<Bool>(HAS_ENDED))
            .filter(moment_of_end().ge(from))
            .filter(dossiers::received_at.is_not_null());
        if let Some(until) = until {
            query = query.filter(moment_of_end().lt(until));
        }
        if let Some(before) = received_before {
            query = query.filter(dossiers::received_at.lt(before));
        }
        if let Some(Place::At(at, id)) = after {
            let at = Moment(at);
            query = query
                .filter(moment_of_end().ge(at))
                .filter(moment_of_end().gt(at).or(dossiers::id.gt(id).nullable()));
        }
        query
            .order((moment_of_end().asc(), dossiers::id.asc()))
            .select((moment_of_end(), dossiers::id))
            .at_most(limit)
            .load(c)?
    });
    Ok(rows.into_iter().filter_map(|(at, id)| Some(Place::At(at?.0, id))).collect())
}
