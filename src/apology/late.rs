//! The late dossiers of a period: those that ended late in it (resolved overdue, withdrawn or stopped past due), and
//! those in process that are overdue. As the rates count them (rules: "Apology coverage").

use super::row::stored_number;
use crate::both;
use crate::db::Conn;
use crate::db::conditions::{GIVEN_UP, OVERDUE, RUNNING, branch_of_few};
use crate::db::kept::{AtMostDsl, Beyond, fixed};
use crate::db::schema::{apologies, dossiers};
use crate::db::types::Moment;
use crate::domain::ids::{BranchId, DossierId, ProcedureId, SectorId};
use crate::domain::local_time::{day_of, moment};
use crate::dossier::{OpenLine, open_on};
use crate::failure::Outcome;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use std::collections::HashMap;

/// The days asked for, as moments where moments are compared.
pub struct Period {
    begin: DateTime<Utc>,
    end: DateTime<Utc>,
    /// The last day: whatever ended late until then was due by then.
    to: NaiveDate,
    pub as_of: NaiveDate,
    /// What was overdue in process on the evening of `as_of`, if that is over: rows know the present alone.
    then: Option<Vec<Late>>,
}

impl Period {
    /// What is in process counts as it stands on `to`, at the latest as it stands today.
    pub fn new(from: NaiveDate, to: NaiveDate, today: NaiveDate) -> Self {
        let midnight = |day: NaiveDate| moment(day.and_time(NaiveTime::MIN));
        let after = to.checked_add_days(Days::new(1)).unwrap_or(to);
        Self { begin: midnight(from), end: midnight(after), to, as_of: to.min(today), then: None }
    }

    /// The same, with what is in process as it stood on the evening of `as_of`, today or before.
    ///
    /// # Errors
    /// When the database fails.
    pub fn as_of(
        c: &mut Conn<'_>,
        branch: Option<BranchId>,
        (from, to): (NaiveDate, NaiveDate),
        (as_of, today): (NaiveDate, NaiveDate),
    ) -> Outcome<Self> {
        let then = if as_of < today { Some(running_then(c, branch, as_of)?) } else { None };
        Ok(Self { as_of, then, ..Self::new(from, to.min(as_of), today) })
    }
}

/// Which of the late ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    All,
    /// Nobody has apologised for the due date in force.
    WithoutLetter,
}

#[derive(Debug, Clone)]
pub struct Late {
    pub id: DossierId,
    pub code: String,
    pub branch: BranchId,
    pub sector: SectorId,
    pub procedure: ProcedureId,
    pub received_at: Option<DateTime<Utc>>,
    pub first_due_on: Option<NaiveDate>,
    /// The due date in force, or in force on that evening, which had passed.
    pub due_on: NaiveDate,
    pub status: String,
    /// The day on which it was no longer the counter's turn: of the result, or of the wait or the end of a dossier
    /// given up. Nothing while it is in process.
    pub ended_on: Option<NaiveDate>,
}

#[derive(Queryable)]
struct Row {
    id: DossierId,
    code: String,
    branch_id: BranchId,
    sector_id: SectorId,
    procedure_id: ProcedureId,
    received_at: Option<Moment>,
    first_due_on: Option<NaiveDate>,
    due_on: Option<NaiveDate>,
    status: String,
    waiting_since: Option<Moment>,
    resolved_at: Option<Moment>,
    closed_at: Option<Moment>,
}

/// How a dossier can be late: three kinds, each with an index of its own.
#[derive(Clone, Copy)]
enum Kind {
    Running,
    Resolved,
    GivenUp,
}

/// The next late dossiers after a place in the order, from all three kinds; the longest overdue first.
pub fn late(
    c: &mut Conn<'_>,
    which: Which,
    branch: Option<BranchId>,
    period: &Period,
    after: Option<(NaiveDate, DossierId)>,
    limit: i64,
) -> Outcome<Vec<Late>> {
    let mut found = Vec::new();
    if let Some(then) = &period.then {
        let further = |late: &&Late| after.is_none_or(|after| (late.due_on, late.id) > after);
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        found.extend(then.iter().filter(further).take(most).cloned());
    } else {
        found.extend(of_kind(c, which, Kind::Running, branch, period, after, limit)?);
    }
    for kind in [Kind::Resolved, Kind::GivenUp] {
        found.extend(of_kind(c, which, kind, branch, period, after, limit)?);
    }
    found.sort_by_key(|late: &Late| (late.due_on, late.id));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// What ran on past its due date on an evening that is over, the longest overdue first.
fn running_then(c: &mut Conn<'_>, branch: Option<BranchId>, evening: NaiveDate) -> Outcome<Vec<Late>> {
    let open = open_on(c, branch, evening)?;
    let overdue: HashMap<DossierId, OpenLine> = open
        .into_iter()
        .filter(|line| !line.is_waiting && line.due_on < evening)
        .map(|line| (line.id, line))
        .collect();
    let ids: Vec<DossierId> = overdue.keys().copied().collect();
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(500) {
        type Row = (DossierId, String, ProcedureId, Option<NaiveDate>, String);
        let rows: Vec<Row> = both!(c, |c| dossiers::table
            .filter(dossiers::id.eq_any(ids))
            .select((
                dossiers::id,
                dossiers::code,
                dossiers::procedure_id,
                dossiers::first_due_on,
                dossiers::status
            ))
            .load(c))?;
        found.extend(rows.into_iter().filter_map(|(id, code, procedure, first_due_on, status)| {
            let line = overdue.get(&id)?;
            Some(Late {
                id,
                code,
                branch: line.branch,
                sector: line.sector,
                procedure,
                received_at: Some(line.received_at.0),
                first_due_on,
                due_on: line.due_on,
                status,
                ended_on: None,
            })
        }));
    }
    found.sort_by_key(|late| (late.due_on, late.id));
    Ok(found)
}

/// Up to `limit` of one kind. Some rows are only judged here (a dossier that waited when it was withdrawn was not
/// late), so it reads on until there are enough.
fn of_kind(
    c: &mut Conn<'_>,
    which: Which,
    kind: Kind,
    branch: Option<BranchId>,
    period: &Period,
    mut after: Option<(NaiveDate, DossierId)>,
    limit: i64,
) -> Outcome<Vec<Late>> {
    // Only of those given up are some judged here; each further chunk would look through the whole period again.
    let chunk = if matches!(kind, Kind::GivenUp) { limit.min(2000) } else { limit };
    let mut found: Vec<Late> = Vec::new();
    loop {
        let rows = rows(c, which, kind, branch, period, after, chunk)?;
        let more = i64::try_from(rows.len()).is_ok_and(|count| count == chunk);
        for row in rows {
            let Some(due_on) = row.due_on else { continue };
            after = Some((due_on, row.id));
            let ended = match kind {
                Kind::Running => None,
                Kind::Resolved => row.resolved_at,
                Kind::GivenUp => row.waiting_since.or(row.closed_at),
            };
            let ended_on = ended.map(|ended| day_of(ended.0));
            if matches!(kind, Kind::GivenUp) && ended_on.is_none_or(|ended| ended <= due_on) {
                continue;
            }
            found.push(Late {
                id: row.id,
                code: row.code,
                branch: row.branch_id,
                sector: row.sector_id,
                procedure: row.procedure_id,
                received_at: row.received_at.map(|at| at.0),
                first_due_on: row.first_due_on,
                due_on,
                status: row.status,
                ended_on,
            });
        }
        if !more || i64::try_from(found.len()).is_ok_and(|count| count >= limit) {
            return Ok(found);
        }
    }
}

fn rows(
    c: &mut Conn<'_>,
    which: Which,
    kind: Kind,
    branch: Option<BranchId>,
    period: &Period,
    after: Option<(NaiveDate, DossierId)>,
    limit: i64,
) -> Outcome<Vec<Row>> {
    let (begin, end) = (Moment(period.begin), Moment(period.end));
    let of_branch = branch_of_few(c);
    Ok(both!(c, |c| {
        let issued = apologies::table
            .filter(apologies::dossier_id.eq(dossiers::id))
            .filter(apologies::due_on.nullable().eq(dossiers::due_on))
            .filter(apologies::approved_at.is_not_null());
        let mut query = dossiers::table.into_boxed();
        if let Some((day, id)) = after {
            // First of all: of several beginnings of a range SQLite takes the one it meets first.
            query = query.filter(Beyond { columns: "(dossiers.due_on, dossiers.id)", day, id });
        }
        if which == Which::WithoutLetter {
            query = query.filter(not(exists(issued)));
        }
        query = match kind {
            Kind::Running => query.filter(fixed::<Bool>(RUNNING)).filter(dossiers::due_on.lt(period.as_of)),
            Kind::Resolved => query
                .filter(fixed::<Bool>(OVERDUE))
                .filter(dossiers::resolved_at.ge(begin))
                .filter(dossiers::resolved_at.lt(end))
                .filter(dossiers::due_on.le(period.to)),
            Kind::GivenUp => query
                .filter(fixed::<Bool>(GIVEN_UP))
                .filter(dossiers::closed_at.ge(begin))
                .filter(dossiers::closed_at.lt(end))
                .filter(dossiers::due_on.le(period.to)),
        };
        if let Some(branch) = branch {
            query = query.filter(of_branch.eq(branch));
        }
        query
            .order((dossiers::due_on, dossiers::id))
            .select((
                dossiers::id,
                dossiers::code,
                dossiers::branch_id,
                dossiers::sector_id,
                dossiers::procedure_id,
                dossiers::received_at,
                dossiers::first_due_on,
                dossiers::due_on,
                dossiers::status,
                dossiers::waiting_since,
                dossiers::resolved_at,
                dossiers::closed_at,
            ))
            .at_most(limit)
            .load(c)?
    }))
}

/// The letter of a late dossier, for the due date in force.
#[derive(Debug, Clone)]
pub struct LetterOf {
    pub cause: Option<String>,
    /// None while it is a draft.
    pub number: Option<String>,
    pub issued_on: Option<NaiveDate>,
    pub status: String,
}

type LetterRow = (DossierId, NaiveDate, Option<String>, String, Option<Moment>, Option<i32>, Option<String>);

/// The letters of these, by dossier; those that have none are left out.
pub fn letters_of(c: &mut Conn<'_>, late: &[Late]) -> Outcome<HashMap<DossierId, LetterOf>> {
    let mut found = HashMap::new();
    for some in late.chunks(500) {
        let due: HashMap<DossierId, NaiveDate> = some.iter().map(|one| (one.id, one.due_on)).collect();
        let ids: Vec<DossierId> = due.keys().copied().collect();
        // Not its text and facts: thousands of letters are asked for, and these are most of a row.
        let rows: Vec<LetterRow> = both!(c, |c| apologies::table
            .filter(apologies::dossier_id.eq_any(&ids))
            .select((
                apologies::dossier_id,
                apologies::due_on,
                apologies::cause,
                apologies::status,
                apologies::approved_at,
                apologies::number,
                apologies::number_symbol,
            ))
            .load(c))?;
        found.extend(rows.into_iter().filter_map(
            |(dossier, due_on, cause, status, approved_at, number, symbol)| {
                let letter = LetterOf {
                    cause,
                    number: stored_number(number, symbol.as_deref()),
                    issued_on: approved_at.map(|at| day_of(at.0)),
                    status,
                };
                (due.get(&dossier) == Some(&due_on)).then_some((dossier, letter))
            },
        ));
    }
    Ok(found)
}
