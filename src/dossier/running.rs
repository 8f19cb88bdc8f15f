//! Dossiers for early warning: the running ones by due date, what the finished ones took, and when they came to their steps.

use super::row::DossierRow;
use crate::both;
use crate::db::conditions::{OPEN, REGISTERED, RUNNING};
use crate::db::kept::{AtMostDsl, fixed};
use crate::db::schema::{dossier_events, dossiers};
use crate::db::types::{JsonText, Moment};
use crate::db::{Conn, DbError};
use crate::domain::deadline::Pause;
use crate::domain::dossier::Dossier;
use crate::domain::ids::{BranchId, DossierId, OfficerId, ProcedureId};
use crate::failure::Outcome;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The step of the internal process that a dossier is handed on to.
const TO_STEP: &str = "dossier_events.facts->>'to_step'";
/// Dossiers whose hand-overs are read at once.
const AT_ONCE: usize = 500;

/// A dossier that is open and waits for nobody outside.
#[derive(Debug, Clone)]
pub struct Running {
    pub id: DossierId,
    pub dossier: Dossier,
    /// When its last event was entered.
    pub last_event_at: DateTime<Utc>,
}

/// Which of them.
#[derive(Debug, Clone, Default)]
pub struct RunningOf {
    pub branch: Option<BranchId>,
    pub procedure: Option<ProcedureId>,
    pub held_by: Option<OfficerId>,
}

/// Where a list of running dossiers goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunningAfter {
    Due(NaiveDate, DossierId),
    /// Those whose clock has not begun, by key.
    Registered(DossierId),
}

impl Running {
    pub fn place(&self) -> RunningAfter {
        self.dossier
            .due_on()
            .map_or(RunningAfter::Registered(self.id), |due_on| RunningAfter::Due(due_on, self.id))
    }
}

macro_rules! of {
    ($query:expr, $of:expr) => {{
        let mut query = $query;
        if let Some(branch) = $of.branch {
            query = query.filter(dossiers::branch_id.eq(branch));
        }
        if let Some(procedure) = $of.procedure {
            query = query.filter(dossiers::procedure_id.eq(procedure));
        }
        if let Some(officer) = $of.held_by {
            query = query.filter(dossiers::held_by.eq(officer));
        }
        query
    }};
}

/// At most `limit` of them after a place: the most urgent first, those that are not yet accepted last.
pub fn running(
    c: &mut Conn<'_>,
    of: &RunningOf,
    after: Option<RunningAfter>,
    limit: i64,
) -> Outcome<Vec<Running>> {
    let mut rows: Vec<(DossierRow, Moment)> = Vec::new();
    if !matches!(after, Some(RunningAfter::Registered(_))) {
        rows = both!(c, |c| {
            let all = dossiers::table
                .inner_join(
                    dossier_events::table.on(dossier_events::dossier_id
                        .eq(dossiers::id)
                        .and(dossier_events::seq.eq(dossiers::version))),
                )
                .filter(fixed::<Bool>(OPEN))
                .filter(fixed::<Bool>(RUNNING))
                .select((DossierRow::as_select(), dossier_events::recorded_at))
                .into_boxed();
            let mut query = of!(all, of);
            if let Some(RunningAfter::Due(due_on, id)) = after {
                query = query
                    .filter(dossiers::due_on.ge(due_on))
                    .filter(dossiers::due_on.gt(due_on).or(dossiers::id.gt(id).nullable()));
            }
            query.order((dossiers::due_on.asc(), dossiers::id.asc())).at_most(limit).load(c)?
        });
    }
    let left = limit.saturating_sub(i64::try_from(rows.len()).unwrap_or(i64::MAX));
    if left > 0 {
        let id = match after {
            Some(RunningAfter::Registered(id)) => id,
            _ => DossierId::nil(),
        };
        let registered: Vec<(DossierRow, Moment)> = both!(c, |c| {
            let all = dossiers::table
                .inner_join(
                    dossier_events::table.on(dossier_events::dossier_id
                        .eq(dossiers::id)
                        .and(dossier_events::seq.eq(dossiers::version))),
                )
                .filter(fixed::<Bool>(OPEN))
                .filter(fixed::<Bool>(REGISTERED))
                .filter(dossiers::id.gt(id))
                .select((DossierRow::as_select(), dossier_events::recorded_at))
                .into_boxed();
            of!(all, of).order(dossiers::id.asc()).at_most(left).load(c)?
        });
        rows.extend(registered);
    }
    let running = rows
        .into_iter()
        .map(|(row, at)| Ok(Running { id: row.id, dossier: row.dossier()?, last_event_at: at.0 }));
    running.collect::<Result<_, DbError>>().map_err(Into::into)
}

/// A dossier that has its result.
#[derive(Debug, Clone)]
pub struct Finished {
    pub id: DossierId,
    pub procedure: ProcedureId,
    pub time_limit: String,
    pub clock_started_at: DateTime<Utc>,
    pub pauses: Vec<Pause>,
    pub resolved_at: DateTime<Utc>,
}

/// Of those received since a moment, in the order of their receipt backwards: at most `limit` received dossiers are
/// looked at, after the last place, and the finished among them come back with the place to go on from.
#[expect(clippy::type_complexity, reason = "a page and its end")]
pub fn finished(
    c: &mut Conn<'_>,
    received_since: DateTime<Utc>,
    after: Option<(DateTime<Utc>, DossierId)>,
    limit: i64,
) -> Outcome<(Vec<Finished>, Option<(DateTime<Utc>, DossierId)>)> {
    type Row = (DossierId, Option<Moment>, ProcedureId, String, Option<Moment>, Option<Moment>, JsonText);
    let rows: Vec<Row> = both!(c, |c| {
        let mut query = dossiers::table
            .filter(dossiers::received_at.ge(Moment(received_since)))
            .select((
                dossiers::id,
                dossiers::received_at,
                dossiers::procedure_id,
                dossiers::time_limit,
                dossiers::clock_started_at,
                dossiers::resolved_at,
                dossiers::standing,
            ))
            .into_boxed();
        if let Some((at, id)) = after {
            query = query
                .filter(dossiers::received_at.le(Moment(at)))
                .filter(dossiers::received_at.lt(Moment(at)).or(dossiers::id.gt(id).nullable()));
        }
        query.order((dossiers::received_at.desc(), dossiers::id.asc())).at_most(limit).load(c)?
    });
    let full = i64::try_from(rows.len()).is_ok_and(|count| count >= limit);
    let end = rows.last().and_then(|(id, at, ..)| Some((at.as_ref()?.0, *id))).filter(|_| full);
    let mut found = Vec::new();
    for (id, _, procedure, time_limit, started, resolved, standing) in rows {
        if let (Some(started), Some(resolved)) = (started, resolved) {
            found.push(Finished {
                id,
                procedure,
                time_limit,
                clock_started_at: started.0,
                pauses: super::row::pauses(&standing)?,
                resolved_at: resolved.0,
            });
        }
    }
    Ok((found, end))
}

/// When each of these dossiers first came to each step of the internal process that it was handed on to.
pub fn first_came(
    c: &mut Conn<'_>,
    ids: &[DossierId],
) -> Outcome<HashMap<DossierId, HashMap<String, DateTime<Utc>>>> {
    let mut came: HashMap<DossierId, HashMap<String, DateTime<Utc>>> = HashMap::new();
    for ids in ids.chunks(AT_ONCE) {
        let rows: Vec<(DossierId, Moment, Option<String>)> = both!(c, |c| dossier_events::table
            .filter(dossier_events::dossier_id.eq_any(ids))
            .filter(dossier_events::kind.eq("forwarded"))
            .filter(fixed::<Nullable<Text>>(TO_STEP).is_not_null())
            .order((dossier_events::dossier_id, dossier_events::seq))
            .select((
                dossier_events::dossier_id,
                dossier_events::occurred_at,
                fixed::<Nullable<Text>>(TO_STEP)
            ))
            .load(c))?;
        for (id, at, step) in rows {
            if let Some(step) = step {
                came.entry(id).or_default().entry(step).or_insert(at.0);
            }
        }
    }
    Ok(came)
}
