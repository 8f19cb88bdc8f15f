//! Signs that are a span longer than usual, counted by the database: for all that began on one day the calendar tells
//! from when on it was long, so only what ended on the edge of that is read and judged one by one.

use super::hits::{Judge, day_after, midnight};
use super::read::{CHECKED_AT, DossierLine, Kind};
use crate::both;
use crate::db::Conn;
use crate::db::types::{Moment, MomentSql, UuidSql};
use crate::domain::ids::{BranchId, OfficerId};
use crate::domain::integrity::{checks_end, returned_late_from};
use crate::failure::Outcome;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Nullable, Untyped};

/// Spans that began in here and ended after one moment and at the latest at another.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    begins: Moment,
    /// Before this one.
    ends: Moment,
    after: Moment,
    until: Moment,
}

/// What a span that has not ended is taken to end with.
const NEVER: DateTime<Utc> = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day.and_time(chrono::NaiveTime::MIN).and_utc(),
    None => DateTime::<Utc>::MAX_UTC,
};
/// A statement has so many at the most: each binds four values, and SQLite takes 32,766.
const MOST: usize = 2000;

/// Where a sign is without looking closer, and where each must be judged. What is in neither does not bear it.
#[derive(Debug, Default)]
pub struct Stretches {
    pub sure: Vec<Stretch>,
    pub doubtful: Vec<Stretch>,
}

impl Stretches {
    pub fn of(judge: &Judge<'_>, kind: Kind) -> Self {
        let mut found = Self::default();
        let mut day = judge.wanted.from;
        while day <= judge.wanted.to {
            match kind {
                // A refusal is no span.
                Kind::Refused => {}
                Kind::CheckedLater => found.of_checks(judge, day),
                Kind::ReturnedLater => found.of_returns(judge, day),
            }
            day = day_after(day);
        }
        found
    }

    fn of_checks(&mut self, judge: &Judge<'_>, day: NaiveDate) {
        let evening = judge.wanted.evening;
        match checks_end(&judge.reference.calendar, judge.measures, day) {
            Ok([first, last]) if last < evening => {
                self.sure.push(Stretch::of(day, last, NEVER));
                self.doubtful.push(Stretch::of(day, first, last));
            }
            Ok([first, _]) if first < evening => self.doubtful.push(Stretch::of(day, first, NEVER)),
            // By that evening none had had its time.
            Ok(_) => {}
            Err(_) => self.of_no_calendar(day),
        }
    }

    fn of_returns(&mut self, judge: &Judge<'_>, day: NaiveDate) {
        match returned_late_from(&judge.reference.calendar, judge.measures, day) {
            Ok(late_from) if late_from <= judge.wanted.as_of => {
                let before = midnight(late_from) - TimeDelta::seconds(1);
                self.sure.push(Stretch::of(day, before, NEVER));
            }
            Ok(_) => {}
            Err(_) => self.of_no_calendar(day),
        }
    }

    /// The calendar does not reach: all of it is doubtful, whenever it ended. Years of such days are one stretch.
    fn of_no_calendar(&mut self, day: NaiveDate) {
        let begins = Moment(midnight(day));
        match self.doubtful.last_mut() {
            Some(last) if last.ends == begins && last.after == last.begins && last.until.0 == NEVER => {
                last.ends = Moment(midnight(day_after(day)));
            }
            _ => self.doubtful.push(Stretch::of(day, begins.0, NEVER)),
        }
    }
}

impl Stretch {
    /// Of what began on a day.
    fn of(day: NaiveDate, after: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        let (begins, ends) = (Moment(midnight(day)), Moment(midnight(day_after(day))));
        Self { begins, ends, after: Moment(after), until: Moment(until) }
    }
}

#[derive(QueryableByName)]
struct Times {
    #[diesel(sql_type = UuidSql)]
    branch: BranchId,
    #[diesel(sql_type = Nullable<UuidSql>)]
    officer: Option<OfficerId>,
    #[diesel(sql_type = BigInt)]
    times: i64,
}

/// How many dossiers of a kind (see `read::known`) are in these, by branch and by who did what is looked at before the
/// evening.
pub fn count(
    c: &mut Conn<'_>,
    kind: Kind,
    known: &str,
    stretches: &[Stretch],
    evening: DateTime<Utc>,
) -> Outcome<Vec<(BranchId, Option<OfficerId>, i64)>> {
    let (mut found, through) = (Vec::new(), &through(c, kind));
    for stretches in stretches.chunks(MOST) {
        let evening = Some(Moment(evening));
        let question = Question { kind, known, through, stretches, evening, never: Moment(NEVER) };
        let counted: Vec<Times> = both!(c, |c| question.load(c))?;
        found.extend(counted.into_iter().map(|Times { branch, officer, times }| (branch, officer, times)));
    }
    Ok(found)
}

/// The dossiers of a kind that are in these.
pub fn lines(c: &mut Conn<'_>, kind: Kind, known: &str, stretches: &[Stretch]) -> Outcome<Vec<DossierLine>> {
    let (mut found, through) = (Vec::new(), &through(c, kind));
    for stretches in stretches.chunks(MOST) {
        let question = Question { kind, known, through, stretches, evening: None, never: Moment(NEVER) };
        found.extend(both!(c, |c| question.load::<DossierLine>(c))?);
    }
    Ok(found)
}

/// What stands before and after the condition of a dossier. Both must be told to go along the index, a stretch after another:
/// SQLite would rather build one of its own for the statement, and PostgreSQL with ten million dossiers hold each that was
/// ever handed in online against each stretch (54 s, now 0.1).
fn through(c: &Conn<'_>, kind: Kind) -> [String; 2] {
    let (index, columns) = match kind {
        Kind::Refused => ("dossiers_refused", "closed_at, id, branch_id, checked_by"),
        Kind::CheckedLater => {
            ("dossiers_checked_later", "submitted_at, id, branch_id, received_at, closed_at, checked_by")
        }
        Kind::ReturnedLater => {
            ("dossiers_returned_later", "resolved_at, id, branch_id, returned_at, resolved_by")
        }
    };
    match c {
        // A cross join is done in the order in which it is written.
        Conn::Sqlite(_) => {
            [format!(" from stretches cross join dossiers indexed by {index} where "), String::new()]
        }
        // What has an offset is not joined in another way.
        Conn::Pg(_) => [
            format!(" from stretches cross join lateral (select {columns} from dossiers where "),
            " offset 0) as dossiers".to_owned(),
        ],
    }
}

/// Counts, or reads: along the index of the kind, a stretch after another.
#[derive(Clone, Copy)]
struct Question<'a> {
    kind: Kind,
    known: &'a str,
    through: &'a [String; 2],
    stretches: &'a [Stretch],
    /// Where it counts.
    evening: Option<Moment>,
    never: Moment,
}

impl QueryId for Question<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Question<'_> {
    type SqlType = Untyped;
}

impl<C> RunQueryDsl<C> for Question<'_> {}

impl<DB> QueryFragment<DB> for Question<'_>
where
    DB: Backend + HasSqlType<MomentSql> + HasSqlType<UuidSql>,
    Moment: ToSql<MomentSql, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // As long as the period is.
        out.unsafe_to_cache_prepared();
        let (since, until, officer) = match self.kind {
            Kind::Refused => ("closed_at", "closed_at", "checked_by"),
            Kind::CheckedLater => ("submitted_at", CHECKED_AT, "checked_by"),
            Kind::ReturnedLater => ("resolved_at", "returned_at", "resolved_by"),
        };
        out.push_sql("with stretches (begins, ends, ended_after, ended_until) as (values ");
        for (n, Stretch { begins, ends, after, until }) in self.stretches.iter().enumerate() {
            out.push_sql(if n == 0 { "(" } else { "), (" });
            out.push_bind_param::<MomentSql, _>(begins)?;
            for moment in [ends, after, until] {
                out.push_sql(", ");
                out.push_bind_param::<MomentSql, _>(moment)?;
            }
        }
        out.push_sql(")) select branch_id as branch, ");
        match (&self.evening, self.kind) {
            (Some(evening), Kind::CheckedLater) => {
                out.push_sql(&format!("case when {until} < "));
                out.push_bind_param::<MomentSql, _>(evening)?;
                out.push_sql(&format!(" then {officer} end as officer, count(*) as times"));
            }
            (Some(_), _) => out.push_sql(&format!("{officer} as officer, count(*) as times")),
            (None, _) => {
                out.push_sql(&format!("{officer} as officer, id, {since} as since, {until} as until"))
            }
        }
        let [before, after] = self.through;
        out.push_sql(&format!("{before}{since} >= begins and {since} < ends and {}", self.known));
        out.push_sql(&format!(" and coalesce({until}, "));
        out.push_bind_param::<MomentSql, _>(&self.never)?;
        out.push_sql(&format!(") > ended_after and coalesce({until}, "));
        out.push_bind_param::<MomentSql, _>(&self.never)?;
        out.push_sql(") <= ended_until");
        out.push_sql(after);
        if self.evening.is_some() {
            out.push_sql(" group by 1, 2");
        }
        Ok(())
    }
}
