//! The open dossiers, now or on an evening that is over, and of each no more than what counting takes. What was open then is
//! open now or has ended since, and is read through the indexes of the one and of the other, not out of all there is.

use super::several::histories;
use crate::both;
use crate::db::Conn;
use crate::db::conditions::{END, HAS_ENDED, OPEN, RECEIVED};
use crate::db::kept::{fixed, fixed_on};
use crate::db::schema::{dossier_events, dossiers};
use crate::db::types::{Moment, MomentSql};
use crate::domain::dossier::on_evening;
use crate::domain::ids::{BranchId, DossierId, SectorId};
use crate::domain::local_time::moment;
use crate::failure::Outcome;
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};
use std::collections::HashSet;

/// What lasts longer than this is rare and has an index of its own, whose condition these are: SQLite's, PostgreSQL's.
const LONG: TimeDelta = TimeDelta::days(60);
const LASTED_LONG: [&str; 2] = [
    "coalesce(resolved_at, closed_at) - received_at > 5184000000",
    "coalesce(resolved_at, closed_at) - received_at > interval '1440:00:00'",
];
/// After these another due date may be in force, or the applicant be waited for. As their index has it.
const MOVES_THE_CLOCK: &str = "(kind = 'supplement_requested' or kind = 'supplied' or kind = 'payment_requested' \
    or kind = 'paid' or kind = 'due_recomputed')";
/// Dossiers a statement.
const CHUNK: usize = 500;
/// Histories that are read at once.
const AT_ONCE: usize = 250;

/// The first moment that is no longer of this day.
fn after(day: NaiveDate) -> Moment {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
    Moment(moment(next.and_time(NaiveTime::MIN)))
}

/// An open dossier whose clock has begun.
#[derive(Debug, Clone)]
pub struct OpenLine {
    pub id: DossierId,
    pub branch: BranchId,
    pub sector: SectorId,
    pub received_at: Moment,
    pub due_on: NaiveDate,
    /// For a supplement or a payment.
    pub is_waiting: bool,
}

type Row = (DossierId, BranchId, SectorId, Option<Moment>, Option<NaiveDate>, Option<Moment>);

fn line((id, branch, sector, received_at, due_on, waiting_since): Row) -> Option<OpenLine> {
    let is_waiting = waiting_since.is_some();
    Some(OpenLine { id, branch, sector, received_at: received_at?, due_on: due_on?, is_waiting })
}

macro_rules! lines_where {
    ($c:expr, $branch:expr, $($condition:expr),+) => {{
        use dossiers as d;
        let mut query = d::table.filter(d::due_on.is_not_null())$(.filter($condition))+.into_boxed();
        if let Some(branch) = $branch {
            query = query.filter(d::branch_id.eq(branch));
        }
        query.select((d::id, d::branch_id, d::sector_id, d::received_at, d::due_on, d::waiting_since)).load::<Row>($c)?
    }};
}

/// The open dossiers of a branch, or of all.
pub fn open_now(c: &mut Conn<'_>, branch: Option<BranchId>) -> Outcome<Vec<OpenLine>> {
    let rows = both!(c, |c| lines_where!(c, branch, fixed::<Bool>(OPEN)));
    Ok(rows.into_iter().filter_map(line).collect())
}

/// Those that were open on an evening, each as it stood then: those whose clock was moved since are asked for their events.
pub fn open_on(c: &mut Conn<'_>, branch: Option<BranchId>, evening: NaiveDate) -> Outcome<Vec<OpenLine>> {
    let mut lines = lines_open_on(c, branch, evening)?;
    let ids: Vec<DossierId> = lines.iter().map(|line| line.id).collect();
    let moved = moved_since(c, &ids, evening)?;
    let mut moved: Vec<&mut OpenLine> = lines.iter_mut().filter(|line| moved.contains(&line.id)).collect();
    for some in moved.chunks_mut(AT_ONCE) {
        let ids: Vec<DossierId> = some.iter().map(|line| line.id).collect();
        for (line, (_, events)) in some.iter_mut().zip(histories(c, &ids)?) {
            if let Some(then) = on_evening(&events, evening) {
                line.due_on = then.due_on().unwrap_or(line.due_on);
                line.is_waiting = then.waiting.is_some();
            }
        }
    }
    Ok(lines)
}

/// What was received by an evening and is open now or has ended since. Each has the due date, and waits, as it does now or did
/// when it ended.
fn lines_open_on(c: &mut Conn<'_>, branch: Option<BranchId>, evening: NaiveDate) -> Outcome<Vec<OpenLine>> {
    let ended_at = || fixed::<Nullable<MomentSql>>(END);
    let evening = after(evening);
    let later = Moment(evening.0 + LONG);
    let long = fixed_on::<Bool>(c, LASTED_LONG);
    let mut rows =
        both!(c, |c| lines_where!(c, branch, fixed::<Bool>(OPEN), fixed::<MomentSql>(RECEIVED).lt(evening)));
    rows.extend(both!(c, |c| lines_where!(
        c,
        branch,
        fixed::<Bool>(HAS_ENDED),
        ended_at().ge(evening),
        ended_at().lt(later),
        dossiers::received_at.lt(evening)
    )));
    // Of all branches: the index of one branch's ends would be taken, which holds all that it ever did.
    let all = None::<BranchId>;
    let lasting =
        both!(c, |c| lines_where!(c, all, long, ended_at().ge(later), dossiers::received_at.lt(evening)));
    rows.extend(lasting.into_iter().filter(|(_, of, ..)| branch.is_none_or(|branch| branch == *of)));
    Ok(rows.into_iter().filter_map(line).collect())
}

/// Of these, those whose clock was stopped, set going or set anew after that evening.
fn moved_since(c: &mut Conn<'_>, ids: &[DossierId], evening: NaiveDate) -> Outcome<HashSet<DossierId>> {
    use dossier_events as e;
    let mut moved = HashSet::new();
    for ids in ids.chunks(CHUNK) {
        let some: Vec<DossierId> = both!(c, |c| e::table
            .filter(e::dossier_id.eq_any(ids))
            .filter(fixed::<Bool>(MOVES_THE_CLOCK))
            .filter(e::occurred_at.ge(after(evening)))
            .select(e::dossier_id)
            .load(c))?;
        moved.extend(some);
    }
    Ok(moved)
}
