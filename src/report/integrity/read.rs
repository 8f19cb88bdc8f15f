//! What bears a sign, read through indexes that hold little else: acts by their time, dossiers by theirs. Conditions
//! stand here as the partial indexes have them (migrations/…_signs_of_gaming, …_closings), or none could be used.

use crate::both;
use crate::db::Conn;
use crate::db::conditions::branch_of_few;
use crate::db::schema::{dossier_events, dossier_particulars, dossiers};
use crate::db::types::Moment;
use crate::domain::ids::{BranchId, DossierId, OfficerId, ProcedureId};
use crate::domain::integrity::{Measures, Owner, Sign};
use crate::failure::Outcome;
use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
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
const CHUNK: usize = 500;

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
    /// Acts by when they happened, with this condition.
    Acts(&'static str),
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

pub fn source(sign: Sign) -> Source {
    match sign {
        Sign::SecondSupplement => {
            Source::Acts("(kind = 'supplement_requested' and cast(facts->>'round' as integer) >= 2)")
        }
        Sign::LateSupplementRequest => {
            Source::Acts("(kind = 'supplement_requested' and cast(facts->'late_request' as text) = 'true')")
        }
        Sign::Reappointed => Source::Acts("kind = 'reappointed'"),
        Sign::ReappointedAgain => {
            Source::Acts("(kind = 'reappointed' and cast(facts->>'ordinal' as integer) >= 2)")
        }
        Sign::WithdrawnPastDue => {
            Source::Acts("(kind = 'withdrawn' and cast(facts->'past_due' as text) = 'true')")
        }
        Sign::StoppedPastDue => {
            Source::Acts("(kind = 'stopped' and cast(facts->'past_due' as text) = 'true')")
        }
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

/// How often who entered such acts for which branch, in a span: one statement, however many there are.
pub type CountedActs = Vec<(BranchId, Option<OfficerId>, i64)>;

macro_rules! count_acts_by {
    ($c:expr, $time:ident, $known:expr, $condition:expr, $span:expr) => {
        both!($c, |c| {
            use dossier_events as e;
            e::table
                .filter(sql::<Bool>($known))
                .filter(sql::<Bool>($condition))
                .filter(e::$time.ge(Moment($span.begin)))
                .filter(e::$time.lt(Moment($span.end)))
                .group_by((e::branch_id, e::officer_id))
                .select((e::branch_id, e::officer_id, count_star()))
                .load(c)?
        })
    };
}

/// Acts by when they happened.
pub fn count_acts(c: &mut Conn<'_>, condition: &'static str, span: Span) -> Outcome<CountedActs> {
    Ok(count_acts_by!(c, occurred_at, SIGNS, condition, span))
}

/// Acts by when they were entered.
pub fn count_entries(c: &mut Conn<'_>, condition: &'static str, span: Span) -> Outcome<CountedActs> {
    Ok(count_acts_by!(c, recorded_at, AFTERWARDS, condition, span))
}

#[derive(Debug, Queryable)]
pub struct DossierLine {
    pub id: DossierId,
    pub branch: BranchId,
    pub submitted_at: Moment,
    pub received_at: Option<Moment>,
    pub resolved_at: Option<Moment>,
    pub closed_at: Option<Moment>,
    pub returned_at: Option<Moment>,
}

impl DossierLine {
    /// The moment by which dossiers of a kind are found.
    pub fn at(&self, kind: Kind) -> Option<DateTime<Utc>> {
        Some(match kind {
            Kind::Refused => self.closed_at?.0,
            Kind::CheckedLater => self.submitted_at.0,
            Kind::ReturnedLater => self.resolved_at?.0,
        })
    }
}

macro_rules! dossiers_by {
    ($c:expr, $time:ident, $known:expr, $span:expr, $branch:expr, $after:expr, $limit:expr) => {{
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
                .select((
                    d::id,
                    d::branch_id,
                    d::submitted_at,
                    d::received_at,
                    d::resolved_at,
                    d::closed_at,
                    d::returned_at,
                ))
                .load(c)?
        })
    }};
}

/// Dossiers of a kind in the order of the moment by which they are found. Those between whose two moments no more hours lie
/// than the measures have are left out by the database: so many hours or days of work are at least as many of the clock.
pub fn dossiers_of(
    c: &mut Conn<'_>,
    (kind, measures): (Kind, &Measures),
    (span, branch): (Span, Option<BranchId>),
    after: Option<Place>,
    limit: i64,
) -> Outcome<Vec<DossierLine>> {
    let longer = |[sqlite, postgres]: [&str; 2], since: &str, until: &str, hours: u32| match c {
        Conn::Sqlite(_) => {
            let milliseconds = i64::from(hours) * 3_600_000;
            format!("{sqlite} and ({until} is null or {until} - {since} > {milliseconds})")
        }
        Conn::Pg(_) => {
            format!("{postgres} and ({until} is null or {until} - {since} > interval '{hours} hours')")
        }
    };
    let hours = measures.check.legs().iter().map(|leg| u32::from(leg.amount())).sum();
    let checked = longer(CHECKED_LATER, "submitted_at", "received_at", hours);
    let days = measures.return_working_days.saturating_mul(24);
    let returned = longer(RETURNED_LATER, "resolved_at", "returned_at", days);
    Ok(match kind {
        Kind::Refused => dossiers_by!(c, closed_at, REFUSED, span, branch, after, limit),
        Kind::CheckedLater => dossiers_by!(c, submitted_at, &checked, span, branch, after, limit),
        Kind::ReturnedLater => dossiers_by!(c, resolved_at, &returned, span, branch, after, limit),
    })
}

/// Who entered the one act of these kinds that each of these dossiers has.
pub fn entered_by(
    c: &mut Conn<'_>,
    ids: &[DossierId],
    kinds: &[&'static str],
) -> Outcome<HashMap<DossierId, Option<OfficerId>>> {
    let mut found = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        let rows: Vec<(DossierId, Option<OfficerId>)> = both!(c, |c| dossier_events::table
            .filter(dossier_events::dossier_id.eq_any(ids))
            .filter(dossier_events::kind.eq_any(kinds))
            .select((dossier_events::dossier_id, dossier_events::officer_id))
            .load(c))?;
        found.extend(rows);
    }
    Ok(found)
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

/// A dossier with its owner.
#[derive(Debug, Clone)]
pub struct Owned {
    pub id: DossierId,
    pub procedure: ProcedureId,
    pub submitted_at: DateTime<Utc>,
    pub owner: Owner,
}

type OwnedRow = (DossierId, ProcedureId, Moment, Option<String>, Option<String>, String);

fn owned((id, procedure, submitted_at, id_number, phone, folded_name): OwnedRow) -> Owned {
    Owned { id, procedure, submitted_at: submitted_at.0, owner: Owner { id_number, phone, folded_name } }
}

macro_rules! owned_where {
    ($c:expr, $($condition:expr),+) => {
        both!($c, |c| {
            use {dossier_particulars as p, dossiers as d};
            p::table
                .inner_join(d::table.on(d::id.eq(p::dossier_id)))
                $(.filter($condition))+
                .select((d::id, d::procedure_id, d::submitted_at, p::id_number, p::phone, p::folded_name))
                .load::<OwnedRow>(c)?
        })
    };
}

/// These dossiers with their owners.
pub fn owners(c: &mut Conn<'_>, ids: &[DossierId]) -> Outcome<Vec<Owned>> {
    let mut found = Vec::new();
    for ids in ids.chunks(CHUNK) {
        found.extend(owned_where!(c, p::dossier_id.eq_any(ids)).into_iter().map(owned));
    }
    Ok(found)
}

/// Dossiers handed in within a span by somebody who shares a number with one of these.
pub fn akin(c: &mut Conn<'_>, to: &[Owned], span: Span) -> Outcome<Vec<Owned>> {
    let (begin, end) = (Moment(span.begin), Moment(span.end));
    let mut found: HashMap<DossierId, Owned> = HashMap::new();
    for some in to.chunks(CHUNK) {
        let numbers: Vec<&str> = some.iter().filter_map(|one| one.owner.id_number.as_deref()).collect();
        let phones: Vec<&str> = some.iter().filter_map(|one| one.owner.phone.as_deref()).collect();
        let by_number = owned_where!(
            c,
            p::id_number.eq_any(&numbers),
            d::submitted_at.ge(begin).and(d::submitted_at.lt(end))
        );
        let by_phone =
            owned_where!(c, p::phone.eq_any(&phones), d::submitted_at.ge(begin).and(d::submitted_at.lt(end)));
        found.extend(by_number.into_iter().chain(by_phone).map(|row| (row.0, owned(row))));
    }
    Ok(found.into_values().collect())
}
