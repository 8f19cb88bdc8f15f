//! `GET /apologies/missing`: the late dossiers whose owners have had no letter, by branch and by who held the
//! dossier when it became late. The target is that there is none (QĐ 5157/QĐ-UBND; the plan's 100 %).

use super::store;
use super::view::Somebody;
use crate::account::Officer;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{apologies, dossiers};
use crate::db::types::Moment;
use crate::domain::dossier::replay;
use crate::domain::ids::{BranchId, DossierId};
use crate::domain::local_time::{day_of, moment};
use crate::dossier;
use crate::failure::{Failure, FieldFault, Outcome};
use crate::http::{House, Listed, Listing, PageParams, Problem};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The order of the list.
const SORT: &str = "due_on";

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// First day of the period.
    from: NaiveDate,
    /// Last day of the period; what is in process counts as it stands then, at the latest as it stands today.
    to: NaiveDate,
    branch_code: Option<String>,
}

/// A late dossier without a letter.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MissingApology)]
pub struct Line {
    pub dossier_code: String,
    pub branch_code: String,
    pub due_on: NaiveDate,
    /// The dossier's present status.
    pub status: String,
    /// The officer who held it at the end of its due date.
    pub held_by: Option<Somebody>,
    /// Or the step of the internal process it lay at.
    pub held_step: Option<String>,
}

/// Late dossiers without an issued letter: those that ended late in the period, and those in process that are
/// overdue. The longest overdue first.
#[utoipa::path(tag = "apologies", params(Filter, PageParams), responses((status = 200, body = Listed<Line>)))]
#[get("/apologies/missing")]
pub async fn list_missing_apologies(
    house: Data<House>,
    officer: Officer,
    listing: Listing<Filter>,
) -> Result<HttpResponse, Problem> {
    let (cache, now) = (house.references.clone(), house.clock.now());
    let listed = house
        .db
        .snapshot(move |c| {
            let reference = cache.of(c)?;
            let Filter { from, to, branch_code } = &listing.filter;
            if from > to {
                return Err(Failure::Invalid(vec![FieldFault::new("/query/to", "before-from")]));
            }
            let branch = branch_code
                .as_deref()
                .map(|code| {
                    let found = reference.branch(code).map(|branch| branch.id);
                    found.ok_or_else(|| Failure::field("/query/branch_code", "no-such-branch"))
                })
                .transpose()?;
            if let Some(branch) = branch {
                officer.sees(branch)?;
            }
            let period = Period::new(*from, *to, day_of(now));
            let page = &listing.page;
            let late = late(c, branch.or(officer.scope()), &period, page.after(SORT)?, page.fetch())?;
            let count = if page.count {
                Some(
                    i64::try_from(self::late(c, branch.or(officer.scope()), &period, None, i64::MAX)?.len())
                        .unwrap_or(i64::MAX),
                )
            } else {
                None
            };
            let keys: Vec<(NaiveDate, DossierId)> = late.iter().map(|late| (late.due_on, late.id)).collect();
            let lines = lines(c, &reference, late)?;
            page.answer(
                SORT,
                keys.into_iter().zip(lines).collect(),
                count,
                |(key, _)| *key,
                |(_, line)| Ok(line),
            )
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}

/// The days asked for, as moments where moments are compared.
struct Period {
    begin: DateTime<Utc>,
    end: DateTime<Utc>,
    as_of: NaiveDate,
}

impl Period {
    fn new(from: NaiveDate, to: NaiveDate, today: NaiveDate) -> Self {
        let midnight = |day: NaiveDate| moment(day.and_time(NaiveTime::MIN));
        let after = to.checked_add_days(Days::new(1)).unwrap_or(to);
        Self { begin: midnight(from), end: midnight(after), as_of: to.min(today) }
    }
}

#[derive(Debug, Clone)]
struct Late {
    id: DossierId,
    code: String,
    branch: BranchId,
    due_on: NaiveDate,
    status: String,
}

#[derive(Queryable)]
struct Row {
    id: DossierId,
    code: String,
    branch_id: BranchId,
    due_on: Option<NaiveDate>,
    status: String,
    waiting_since: Option<Moment>,
    closed_at: Option<Moment>,
}

/// How a dossier can be late: three kinds, each with an index of its own.
#[derive(Clone, Copy)]
enum Kind {
    Running,
    Resolved,
    GivenUp,
}

/// The next late dossiers without a letter after a place in the order, from all three kinds.
fn late(
    c: &mut Conn<'_>,
    branch: Option<BranchId>,
    period: &Period,
    after: Option<(NaiveDate, DossierId)>,
    limit: i64,
) -> Outcome<Vec<Late>> {
    let mut found = Vec::new();
    for kind in [Kind::Running, Kind::Resolved, Kind::GivenUp] {
        found.extend(of_kind(c, kind, branch, period, after, limit)?);
    }
    found.sort_by_key(|late: &Late| (late.due_on, late.id));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// Up to `limit` of one kind. Some rows are only judged here (a dossier that waited when it was withdrawn was not
/// late), so it reads on until there are enough.
fn of_kind(
    c: &mut Conn<'_>,
    kind: Kind,
    branch: Option<BranchId>,
    period: &Period,
    mut after: Option<(NaiveDate, DossierId)>,
    limit: i64,
) -> Outcome<Vec<Late>> {
    let chunk = limit.min(500);
    let mut found: Vec<Late> = Vec::new();
    loop {
        let rows = rows(c, kind, branch, period, after, chunk)?;
        let more = i64::try_from(rows.len()).is_ok_and(|count| count == chunk);
        for row in rows {
            let Some(due_on) = row.due_on else { continue };
            after = Some((due_on, row.id));
            let ended = row.waiting_since.or(row.closed_at).map(|ended| day_of(ended.0));
            if matches!(kind, Kind::GivenUp) && ended.is_none_or(|ended| ended <= due_on) {
                continue;
            }
            found.push(Late {
                id: row.id,
                code: row.code,
                branch: row.branch_id,
                due_on,
                status: row.status,
            });
        }
        if !more || i64::try_from(found.len()).is_ok_and(|count| count >= limit) {
            return Ok(found);
        }
    }
}

fn rows(
    c: &mut Conn<'_>,
    kind: Kind,
    branch: Option<BranchId>,
    period: &Period,
    after: Option<(NaiveDate, DossierId)>,
    limit: i64,
) -> Outcome<Vec<Row>> {
    let (begin, end) = (Moment(period.begin), Moment(period.end));
    Ok(both!(c, |c| {
        let issued = apologies::table
            .filter(apologies::dossier_id.eq(dossiers::id))
            .filter(apologies::due_on.nullable().eq(dossiers::due_on))
            .filter(apologies::approved_at.is_not_null());
        let mut query = dossiers::table.filter(not(exists(issued))).into_boxed();
        // Conditions as the partial indexes have them.
        query = match kind {
            Kind::Running => query
                .filter(sql::<Bool>("dossiers.status in ('received', 'in_processing')"))
                .filter(dossiers::due_on.lt(period.as_of)),
            Kind::Resolved => query
                .filter(sql::<Bool>("dossiers.timeliness = 'overdue'"))
                .filter(dossiers::resolved_at.ge(begin))
                .filter(dossiers::resolved_at.lt(end)),
            Kind::GivenUp => query
                .filter(sql::<Bool>("dossiers.status in ('withdrawn', 'stopped')"))
                .filter(dossiers::closed_at.ge(begin))
                .filter(dossiers::closed_at.lt(end))
                .filter(dossiers::due_on.is_not_null()),
        };
        if let Some(branch) = branch {
            query = query.filter(dossiers::branch_id.eq(branch));
        }
        if let Some((day, id)) = after {
            query =
                query.filter(dossiers::due_on.gt(day).or(dossiers::due_on.eq(day).and(dossiers::id.gt(id))));
        }
        query
            .order((dossiers::due_on, dossiers::id))
            .limit(limit)
            .select((
                dossiers::id,
                dossiers::code,
                dossiers::branch_id,
                dossiers::due_on,
                dossiers::status,
                dossiers::waiting_since,
                dossiers::closed_at,
            ))
            .load(c)?
    }))
}

/// With who held each when it became late: its history up to the end of its due date says so.
fn lines(c: &mut Conn<'_>, reference: &Reference, late: Vec<Late>) -> Outcome<Vec<Line>> {
    let mut held = Vec::with_capacity(late.len());
    for one in &late {
        let mut events = dossier::events(c, one.id)?;
        events.retain(|event| day_of(event.occurred_at) <= one.due_on);
        held.push(replay(&events).map(|(then, _)| (then.held_by, then.held_step)).unwrap_or_default());
    }
    let people: Vec<_> = held.iter().filter_map(|(officer, _)| *officer).collect();
    let names = store::names(c, &people)?;
    let somebody = |id| Somebody { id, name: names.get(&id).cloned().unwrap_or_default() };
    Ok(late
        .into_iter()
        .zip(held)
        .map(|(late, (officer, step))| Line {
            dossier_code: late.code,
            branch_code: reference.branch_by_id(late.branch).map(|b| b.code.clone()).unwrap_or_default(),
            due_on: late.due_on,
            status: late.status,
            held_by: officer.map(somebody),
            held_step: step,
        })
        .collect())
}
