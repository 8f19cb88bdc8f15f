//! What bears a sign, read through indexes that hold little else: acts by their time, dossiers by theirs. Conditions
//! stand here as the partial indexes have them (migrations/…_signs_of_gaming, …_closings), or none could be used.

use crate::both;
use crate::db::Conn;
use crate::db::conditions::branch_of_few;
use crate::db::schema::{dossier_events, dossiers};
use crate::db::types::{Moment, MomentSql, UuidSql};
use crate::domain::ids::{BranchId, DossierId, OfficerId, ProcedureId};
use crate::domain::integrity::{Measures, Sign};
use crate::failure::Outcome;
use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The acts among which some signs are.
const SIGNS: &str = "(kind = 'reappointed' \
    or (kind = 'supplement_requested' \
        and (cast(facts->>'round' as integer) >= 2 or cast(facts->'late_request' as text) = 'true')) \
    or ((kind = 'withdrawn' or kind = 'stopped') and cast(facts->'past_due' as text) = 'true'))";
const AFTERWARDS: &str = "officer_id is not null and (kind = 'corrected' or occurred_at < recorded_at)";
const REFUSED: &str = "status = 'refused'";
const CHECKED_LATER: [&str; 2] = [
    "channel = 'online' and (received_at is null or received_at - submitted_at > 3600000)",
    "channel = 'online' and (received_at is null or received_at - submitted_at > interval '01:00:00')",
];
const RETURNED_LATER: [&str; 2] = [
    "resolved_at is not null and (returned_at is null or returned_at - resolved_at > 432000000)",
    "resolved_at is not null and (returned_at is null or returned_at - resolved_at > interval '120:00:00')",
];
/// Dossiers a statement.
pub(super) const CHUNK: usize = 500;

/// Where the reading of a sign goes on: after this moment, dossier and act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub at: DateTime<Utc>,
    pub dossier: DossierId,
    /// 0 for what is read from dossiers.
    pub seq: i32,
}

/// From one moment to before another.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub begin: DateTime<Utc>,
    pub end: DateTime<Utc>,
}

/// How a sign is found.
#[derive(Debug, Clone, Copy)]
pub enum Source {
    /// Acts by when they happened: which of [`ACTS`].
    Acts(usize),
    /// Acts by when they were entered, with this condition.
    Entries(&'static str),
    /// Dossiers by one of their moments.
    Dossiers(Kind),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Refused,
    CheckedLater,
    ReturnedLater,
}

/// The signs that an act bears by what it says.
pub const ACTS: [&str; 6] = [
    "(kind = 'supplement_requested' and cast(facts->>'round' as integer) >= 2)",
    "(kind = 'supplement_requested' and cast(facts->'late_request' as text) = 'true')",
    "kind = 'reappointed'",
    "(kind = 'reappointed' and cast(facts->>'ordinal' as integer) >= 2)",
    "(kind = 'withdrawn' and cast(facts->'past_due' as text) = 'true')",
    "(kind = 'stopped' and cast(facts->'past_due' as text) = 'true')",
];

pub fn source(sign: Sign) -> Source {
    match sign {
        Sign::SecondSupplement => Source::Acts(0),
        Sign::LateSupplementRequest => Source::Acts(1),
        Sign::Reappointed => Source::Acts(2),
        Sign::ReappointedAgain => Source::Acts(3),
        Sign::WithdrawnPastDue => Source::Acts(4),
        Sign::StoppedPastDue => Source::Acts(5),
        Sign::TimeCorrected => Source::Entries(
            "(kind = 'corrected' and facts->>'field' in ('received_at', 'resolved_at', 'returned_at'))",
        ),
        Sign::Backdated => Source::Entries("(kind <> 'corrected' and occurred_at < recorded_at)"),
        Sign::RegisteredAgain => Source::Dossiers(Kind::Refused),
        Sign::CheckedLate => Source::Dossiers(Kind::CheckedLater),
        Sign::LongUntilReturned => Source::Dossiers(Kind::ReturnedLater),
    }
}

#[derive(Debug, Queryable)]
pub struct ActLine {
    pub dossier: DossierId,
    pub seq: i32,
    pub branch: BranchId,
    pub officer: Option<OfficerId>,
    pub occurred_at: Moment,
    pub recorded_at: Moment,
}

macro_rules! acts_by {
    ($c:expr, $time:ident, $known:expr, $condition:expr, $span:expr, $branch:expr, $after:expr, $limit:expr) => {
        both!($c, |c| {
            use dossier_events as e;
            let mut query = e::table
                .filter(sql::<Bool>($known))
                .filter(sql::<Bool>($condition))
                .filter(e::$time.ge(Moment($span.begin)))
                .filter(e::$time.lt(Moment($span.end)))
                .into_boxed();
            if let Some(branch) = $branch {
                query = query.filter(e::branch_id.eq(branch));
            }
            if let Some(Place { at, dossier, seq }) = $after {
                query = query.filter(e::$time.ge(Moment(at))).filter(
                    e::$time
                        .gt(Moment(at))
                        .or(e::dossier_id.gt(dossier).or(e::dossier_id.eq(dossier).and(e::seq.gt(seq)))),
                );
            }
            query
                .order((e::$time, e::dossier_id, e::seq))
                .limit($limit)
                .select((e::dossier_id, e::seq, e::branch_id, e::officer_id, e::occurred_at, e::recorded_at))
                .load(c)?
        })
    };
}

/// Acts in the order of when they happened.
pub fn acts(
    c: &mut Conn<'_>,
    condition: &'static str,
    (span, branch): (Span, Option<BranchId>),
    after: Option<Place>,
    limit: i64,
) -> Outcome<Vec<ActLine>> {
    Ok(acts_by!(c, occurred_at, SIGNS, condition, span, branch, after, limit))
}

/// Acts in the order in which they were entered.
pub fn entries(
    c: &mut Conn<'_>,
    condition: &'static str,
    (span, branch): (Span, Option<BranchId>),
    after: Option<Place>,
    limit: i64,
) -> Outcome<Vec<ActLine>> {
    Ok(acts_by!(c, recorded_at, AFTERWARDS, condition, span, branch, after, limit))
}

/// How often who entered acts for which branch that bear each of the signs of [`ACTS`].
pub type CountedActs = Vec<(BranchId, Option<OfficerId>, [i64; ACTS.len()])>;

/// Acts by when they happened: all of them in one reading, however many there are.
pub fn count_acts(c: &mut Conn<'_>, span: Span) -> Outcome<CountedActs> {
    type Row = (BranchId, Option<OfficerId>, (i64, i64, i64, i64, i64, i64));
    let times = |sign: usize| sql::<BigInt>(&format!("sum(case when {} then 1 else 0 end)", ACTS[sign]));
    let rows: Vec<Row> = both!(c, |c| {
        use dossier_events as e;
        e::table
            .filter(sql::<Bool>(SIGNS))
            .filter(e::occurred_at.ge(Moment(span.begin)))
            .filter(e::occurred_at.lt(Moment(span.end)))
            .group_by((e::branch_id, e::officer_id))
            .select((
                e::branch_id,
                e::officer_id,
                (times(0), times(1), times(2), times(3), times(4), times(5)),
            ))
            .load(c)?
    });
    let row = |(branch, officer, (a, b, c, d, e, f)): Row| (branch, officer, [a, b, c, d, e, f]);
    Ok(rows.into_iter().map(row).collect())
}

/// Who entered how many acts with this condition for which branch, by when they were entered.
pub fn count_entries(
    c: &mut Conn<'_>,
    condition: &'static str,
    span: Span,
) -> Outcome<Vec<(BranchId, Option<OfficerId>, i64)>> {
    Ok(both!(c, |c| {
        use dossier_events as e;
        e::table
            .filter(sql::<Bool>(AFTERWARDS))
            .filter(sql::<Bool>(condition))
            .filter(e::recorded_at.ge(Moment(span.begin)))
            .filter(e::recorded_at.lt(Moment(span.end)))
            .group_by((e::branch_id, e::officer_id))
            .select((e::branch_id, e::officer_id, count_star()))
            .load(c)?
    }))
}

/// What judging a dossier takes. All of it stands in the index by which it is found.
#[derive(Debug, Queryable, QueryableByName)]
pub struct DossierLine {
    #[diesel(sql_type = UuidSql)]
    pub id: DossierId,
    #[diesel(sql_type = UuidSql)]
    pub branch: BranchId,
    /// The moment by which dossiers of the kind are found.
    #[diesel(sql_type = Nullable<MomentSql>)]
    since: Option<Moment>,
    /// Of the span that is judged.
    #[diesel(sql_type = Nullable<MomentSql>)]
    until: Option<Moment>,
    /// Who entered the act that is looked at.
    #[diesel(sql_type = Nullable<UuidSql>)]
    pub officer: Option<OfficerId>,
}

impl DossierLine {
    pub fn since(&self) -> Option<DateTime<Utc>> {
        self.since.map(|moment| moment.0)
    }

    pub fn until(&self) -> Option<DateTime<Utc>> {
        self.until.map(|moment| moment.0)
    }
}

macro_rules! dossiers_by {
    ($c:expr, $time:ident, $until:expr, $officer:ident, $known:expr, $span:expr, $branch:expr, $after:expr, $limit:expr) => {{
        let of_branch = branch_of_few($c);
        both!($c, |c| {
            use dossiers as d;
            let mut query = d::table
                .filter(sql::<Bool>($known))
                .filter(d::$time.ge(Moment($span.begin)))
                .filter(d::$time.lt(Moment($span.end)))
                .into_boxed();
            if let Some(branch) = $branch {
                query = query.filter(of_branch.eq(branch));
            }
            if let Some(Place { at, dossier, .. }) = $after {
                query = query
                    .filter(d::$time.ge(Moment(at)))
                    .filter(d::$time.gt(Moment(at)).or(d::id.gt(dossier)));
            }
            query
                .order((d::$time, d::id))
                .limit($limit)
                .select((d::id, d::branch_id, d::$time.nullable(), $until, d::$officer))
                .load(c)?
        })
    }};
}

/// The condition of a kind. Those between whose two moments no more hours lie than the measures have are left out by the
/// database: so many hours or days of work are at least as many of the clock.
pub fn known(c: &Conn<'_>, kind: Kind, measures: &Measures) -> String {
    let longer = |[sqlite, postgres]: [&str; 2], since: &str, until: &str, hours: u32| match c {
        Conn::Sqlite(_) => {
            let milliseconds = i64::from(hours) * 3_600_000;
            format!("{sqlite} and ({until} is null or {until} - {since} > {milliseconds})")
        }
        Conn::Pg(_) => {
            format!("{postgres} and ({until} is null or {until} - {since} > interval '{hours} hours')")
        }
    };
    match kind {
        Kind::Refused => REFUSED.to_owned(),
        Kind::CheckedLater => {
            let hours = measures.check.legs().iter().map(|leg| u32::from(leg.amount())).sum();
            longer(CHECKED_LATER, "submitted_at", "received_at", hours)
        }
        Kind::ReturnedLater => {
            let hours = measures.return_working_days.saturating_mul(24);
            longer(RETURNED_LATER, "resolved_at", "returned_at", hours)
        }
    }
}

/// When somebody had looked at what came online.
pub const CHECKED_AT: &str = "coalesce(received_at, closed_at)";

/// Dossiers of a kind in the order of the moment by which they are found.
pub fn dossiers_of(
    c: &mut Conn<'_>,
    (kind, measures): (Kind, &Measures),
    (span, branch): (Span, Option<BranchId>),
    after: Option<Place>,
    limit: i64,
) -> Outcome<Vec<DossierLine>> {
    let known = &known(c, kind, measures);
    Ok(match kind {
        Kind::Refused => {
            dossiers_by!(c, closed_at, d::closed_at, checked_by, known, span, branch, after, limit)
        }
        Kind::CheckedLater => {
            let until = sql::<Nullable<MomentSql>>(CHECKED_AT);
            dossiers_by!(c, submitted_at, until, checked_by, known, span, branch, after, limit)
        }
        Kind::ReturnedLater => {
            dossiers_by!(c, resolved_at, d::returned_at, resolved_by, known, span, branch, after, limit)
        }
    })
}

/// The codes of these dossiers, and their procedures.
pub fn codes(c: &mut Conn<'_>, ids: &[DossierId]) -> Outcome<HashMap<DossierId, (String, ProcedureId)>> {
    let mut found = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        let rows: Vec<(DossierId, String, ProcedureId)> = both!(c, |c| dossiers::table
            .filter(dossiers::id.eq_any(ids))
            .select((dossiers::id, dossiers::code, dossiers::procedure_id))
            .load(c))?;
        found.extend(rows.into_iter().map(|(id, code, procedure)| (id, (code, procedure))));
    }
    Ok(found)
}
