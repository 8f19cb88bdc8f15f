//! Which dossiers a list shows: filters, words searched, and the place in the order.

use super::row::{DossierRow, ParticularsRow};
use super::words::Asked;
pub use super::words::Words;
use crate::both;
use crate::db::Conn;
use crate::db::conditions::{NOT_HANDED_ON, OPEN, REGISTERED, RUNNING};
use crate::db::kept::{AtMostDsl, Beyond, fixed};
use crate::db::schema::{dossier_particulars, dossiers};
use crate::db::types::Moment;
use crate::domain::event::Channel;
use crate::domain::ids::{BranchId, DossierId, OfficerId, ProcedureId, SectorId};
use crate::domain::lifecycle::Status;
use crate::failure::Outcome;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use std::collections::HashMap;

/// How a list stands to the due date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    WithinLimit,
    Waiting,
    DueSoon,
    /// Open and past due, or resolved past due.
    Overdue,
    Early,
    OnTime,
}

crate::domain::words::code_words!(Timing {
    WithinLimit => "within_limit",
    Waiting => "waiting",
    DueSoon => "due_soon",
    Overdue => "overdue",
    Early => "early",
    OnTime => "on_time",
});

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// The most urgent first.
    DueOn,
    /// The newest first; those not yet received last.
    ReceivedAt,
}

crate::domain::words::code_words!(Sort { DueOn => "due_on", ReceivedAt => "-received_at" });

#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub branch: Option<BranchId>,
    pub sector: Option<SectorId>,
    pub procedure: Option<ProcedureId>,
    pub status: Option<Status>,
    /// Only those that have not ended.
    pub open: bool,
    pub timing: Option<Timing>,
    pub channel: Option<Channel>,
    pub held_by: Option<OfficerId>,
    pub words: Option<Words>,
    pub received_from: Option<DateTime<Utc>>,
    /// Exclusive.
    pub received_before: Option<DateTime<Utc>>,
    pub due_from: Option<NaiveDate>,
    pub due_to: Option<NaiveDate>,
}

impl Filter {
    /// Whatever passes it has not ended.
    fn only_open(&self) -> bool {
        self.open
            || self.status.is_some_and(Status::is_open)
            || matches!(self.timing, Some(Timing::WithinLimit | Timing::DueSoon | Timing::Waiting))
    }

    /// Nothing but a branch and days of receipt: see [`Self::passes`].
    fn is_of_the_register(&self) -> bool {
        self.sector.is_none()
            && self.procedure.is_none()
            && self.status.is_none()
            && self.timing.is_none()
            && self.channel.is_none()
            && self.held_by.is_none()
            && self.due_from.is_none()
            && self.due_to.is_none()
            && !self.open
    }

    /// Whether a dossier is of the branch and the days of receipt.
    pub fn passes(&self, names: &Names) -> bool {
        let at = names.received_at();
        self.branch.is_none_or(|branch| names.branch == branch)
            && self.received_from.is_none_or(|from| at.is_some_and(|at| at >= from))
            && self.received_before.is_none_or(|before| at.is_some_and(|at| at < before))
    }

    /// Whatever passes it has been received.
    pub fn needs_started(&self) -> bool {
        self.received_from.is_some()
            || self.received_before.is_some()
            || self.due_from.is_some()
            || self.due_to.is_some()
            || self.timing.is_some()
            || self.status.is_some_and(|status| {
                !matches!(status, Status::Registered | Status::Refused | Status::Withdrawn | Status::Stopped)
            })
    }
}

/// Where a page goes on: the last line of the page before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum After {
    Due(NaiveDate, DossierId),
    Received(i64, DossierId),
    /// The order's own column is empty from here on.
    Without(DossierId),
}

impl After {
    pub fn of(sort: Sort, row: &DossierRow) -> Self {
        Self::at(sort, row.id, row.due_on, row.received_at)
    }

    fn at(sort: Sort, id: DossierId, due_on: Option<NaiveDate>, received_at: Option<Moment>) -> Self {
        match sort {
            Sort::DueOn => due_on.map_or(Self::Without(id), |due| Self::Due(due, id)),
            Sort::ReceivedAt => {
                received_at.map_or(Self::Without(id), |at| Self::Received(at.0.timestamp_millis(), id))
            }
        }
    }
}

/// The order by due date.
const BY_DUE: &str = "(dossiers.due_on, dossiers.id)";

/// True of every due date: what the indexes of the whole register by due date are asked for with.
const WHOLE_REGISTER: &str = "dossiers.due_on >= '0001-01-01'";

/// What stands before and after the words.
type Around = (&'static str, &'static str);
const FOUND_BY_SQLITE: Around =
    ("dossiers.id in (select dossier_id from dossier_words where dossier_words match (", "))");
const COUNTED_BY_POSTGRES: Around =
    ("dossiers.id in (select dossier_id from dossier_words where words @@ cast(", " as tsquery))");

/// Rare words are looked up first, whatever PostgreSQL thinks: it takes the beginning of a phone for frequent and
/// walks through the whole list. Where the words may be frequent the choice is left to it.
fn found_by_postgres(filter: &Filter) -> Around {
    if super::frequent::walks_along_an_index(filter) {
        let before = "dossiers.id = any(array(select dossier_id from dossier_words where words @@ cast(";
        (before, " as tsquery)))")
    } else {
        COUNTED_BY_POSTGRES
    }
}

/// The conditions of a filter, on a query of either backend.
macro_rules! filtered {
    ($query:expr, $filter:expr, $today:expr, $soon:expr, $found:expr, $found_words:ident) => {{
        let (filter, today) = ($filter, $today);
        let mut query = $query;
        if let Some(branch) = filter.branch {
            query = query.filter(dossiers::branch_id.eq(branch));
        }
        if let Some(sector) = filter.sector {
            query = query.filter(dossiers::sector_id.eq(sector));
        }
        if let Some(procedure) = filter.procedure {
            query = query.filter(dossiers::procedure_id.eq(procedure));
        }
        match filter.status {
            Some(Status::Registered) => query = query.filter(fixed::<Bool>(REGISTERED)),
            Some(status) => query = query.filter(dossiers::status.eq(status.as_str())),
            None => {}
        }
        if filter.open || filter.status.is_some_and(Status::is_open) {
            // As the partial indexes say it: with the words bound as parameters none of them could be used.
            query = query.filter(fixed::<Bool>(OPEN));
        }
        if let Some(channel) = filter.channel {
            query = query.filter(dossiers::channel.eq(channel.as_str()));
        }
        if let Some(officer) = filter.held_by {
            query = query.filter(dossiers::held_by.eq(officer));
        }
        if let Some(from) = filter.received_from {
            query = query.filter(dossiers::received_at.ge(Moment(from)));
        }
        if let Some(before) = filter.received_before {
            query = query.filter(dossiers::received_at.lt(Moment(before)));
        }
        if let Some(from) = filter.due_from {
            query = query.filter(dossiers::due_on.ge(from));
        }
        if let Some(to) = filter.due_to {
            query = query.filter(dossiers::due_on.le(to));
        }
        // Both as the partial indexes say it, so that either can be used.
        let running = || fixed::<Bool>(RUNNING).and(fixed::<Bool>(OPEN));
        match filter.timing {
            None => {}
            Some(Timing::WithinLimit) => query = query.filter(running()).filter(dossiers::due_on.gt($soon)),
            Some(Timing::DueSoon) => {
                query = query.filter(running()).filter(dossiers::due_on.between(today, $soon));
            }
            Some(Timing::Waiting) => {
                query = query
                    .filter(dossiers::status.eq_any(["supplement_requested", "awaiting_payment"]))
                    .filter(fixed::<Bool>(OPEN));
            }
            Some(Timing::Overdue) => {
                query = query.filter(
                    fixed::<Bool>(RUNNING)
                        .and(dossiers::due_on.lt(today))
                        .or(dossiers::timeliness.eq("overdue")),
                );
            }
            Some(Timing::Early) => query = query.filter(dossiers::timeliness.eq("early")),
            Some(Timing::OnTime) => query = query.filter(dossiers::timeliness.eq("on_time")),
        }
        match &filter.words {
            None => {}
            Some(Words::Code(code)) => query = query.filter(dossiers::code.eq(code.clone())),
            Some(Words::Folded(words)) => {
                let (before, after) = $found;
                query = query.filter(
                    sql::<Bool>(before).bind::<Text, _>(Asked::everywhere(words).$found_words()).sql(after),
                );
            }
        }
        query
    }};
}

/// At most `wanted` lines of the list, those after `after`.
pub fn page(
    c: &mut Conn<'_>,
    filter: &Filter,
    sort: Sort,
    after: Option<After>,
    wanted: usize,
    days: (NaiveDate, NaiveDate),
) -> Outcome<Found> {
    if let Some(Words::Folded(words)) = &filter.words {
        let without = Filter { words: None, ..filter.clone() };
        let search = Search { without, words, sort, after, wanted, days };
        let begun_in_names = match super::frequent::page(c, &search)? {
            Walked::Found(found) => return these(c, &found),
            Walked::Rare { begun_in_names } => begun_in_names,
        };
        if sort == Sort::ReceivedAt && search.without.is_of_the_register() {
            let found = super::sliced::page(c, &search, begun_in_names)?;
            return these(c, &found);
        }
    }
    part_by_part(c, filter, sort, after, wanted, days, load)
}

/// A page of those that words are found in.
pub struct Search<'a> {
    /// The filter without its words.
    pub without: Filter,
    /// Folded; the last may be begun only.
    pub words: &'a [String],
    pub sort: Sort,
    pub after: Option<After>,
    pub wanted: usize,
    pub days: (NaiveDate, NaiveDate),
}

/// What walking along the list came to.
pub enum Walked {
    Found(Vec<DossierId>),
    /// The words are too rare for that.
    Rare {
        begun_in_names: bool,
    },
}

/// The same, no more of each line than words are looked for in.
pub fn names_page(
    c: &mut Conn<'_>,
    filter: &Filter,
    sort: Sort,
    after: Option<After>,
    wanted: usize,
    days: (NaiveDate, NaiveDate),
) -> Outcome<Vec<Names>> {
    part_by_part(c, filter, sort, after, wanted, days, load_names)
}

/// How the lines of a part are read.
type Load<R> = fn(&mut Conn<'_>, &Filter, Part, usize, (NaiveDate, NaiveDate)) -> Outcome<Vec<R>>;

fn part_by_part<R>(
    c: &mut Conn<'_>,
    filter: &Filter,
    sort: Sort,
    after: Option<After>,
    wanted: usize,
    (today, soon): (NaiveDate, NaiveDate),
    load: Load<R>,
) -> Outcome<Vec<R>> {
    let mut rows = Vec::new();
    // Only what has started its clock has a due date and a receipt; the rest follows, by key.
    let never_started = matches!(filter.status, Some(Status::Registered | Status::Refused));
    let part = match (sort, after) {
        (_, Some(After::Without(_))) => None,
        (Sort::DueOn, Some(After::Due(due_on, id))) => Some(Part::ByDue(Some((due_on, id)))),
        (Sort::DueOn, _) => Some(Part::ByDue(None)),
        (Sort::ReceivedAt, Some(After::Received(millis, id))) => {
            let at = Moment(DateTime::from_timestamp_millis(millis).unwrap_or_default());
            Some(Part::ByReceived(Some((at, id))))
        }
        (Sort::ReceivedAt, _) => Some(Part::ByReceived(None)),
    };
    if let Some(part) = part.filter(|_| !never_started) {
        rows = load(c, filter, part, wanted, (today, soon))?;
    }
    if rows.len() < wanted && !filter.needs_started() {
        let after = match after {
            Some(After::Without(id)) => id,
            _ => DossierId::nil(),
        };
        rows.extend(load(c, filter, Part::Without(after), wanted - rows.len(), (today, soon))?);
    }
    Ok(rows)
}

pub type Found = Vec<(DossierRow, ParticularsRow)>;

/// What words are looked for in, and the place in the order.
#[derive(Debug, Queryable)]
pub struct Names {
    pub id: DossierId,
    pub branch: BranchId,
    received_at: Option<Moment>,
    due_on: Option<NaiveDate>,
    pub folded_name: String,
    pub phone: Option<String>,
    pub id_number: Option<String>,
}

impl Names {
    pub fn received_at(&self) -> Option<DateTime<Utc>> {
        self.received_at.map(|at| at.0)
    }

    pub fn place(&self, sort: Sort) -> After {
        After::at(sort, self.id, self.due_on, self.received_at)
    }
}

/// These dossiers, in this order.
pub fn these(c: &mut Conn<'_>, ids: &[DossierId]) -> Outcome<Found> {
    let found: Found = both!(c, |c| dossiers::table
        .inner_join(dossier_particulars::table.on(dossier_particulars::dossier_id.eq(dossiers::id)))
        .filter(dossiers::id.eq_any(ids))
        .select((DossierRow::as_select(), ParticularsRow::as_select()))
        .load(c))?;
    let mut by_id: HashMap<DossierId, _> = found.into_iter().map(|line| (line.0.id, line)).collect();
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}

/// A part of the order: those with a value in its column, from a place on; or those without, by key.
#[derive(Clone, Copy)]
enum Part {
    ByDue(Option<(NaiveDate, DossierId)>),
    ByReceived(Option<(Moment, DossierId)>),
    Without(DossierId),
}

macro_rules! names {
    () => {
        (
            dossiers::id,
            dossiers::branch_id,
            dossiers::received_at,
            dossiers::due_on,
            dossier_particulars::folded_name,
            dossier_particulars::phone,
            dossier_particulars::id_number,
        )
    };
}

macro_rules! ordered {
    ($query:expr, $filter:expr, $part:expr) => {{
        let mut query = $query;
        match $part {
            Part::ByDue(after) => {
                // First of all: of several beginnings of a range SQLite takes the one it meets first.
                if let Some((due_on, id)) = after {
                    query = query.filter(Beyond { columns: BY_DUE, day: due_on, id });
                }
                if !$filter.only_open() {
                    query = query.filter(fixed::<Bool>(WHOLE_REGISTER));
                }
                query
                    .filter(dossiers::due_on.is_not_null())
                    .order((dossiers::due_on.asc(), dossiers::id.asc()))
            }
            Part::ByReceived(after) => {
                if let Some((at, id)) = after {
                    query = query
                        .filter(dossiers::received_at.le(at))
                        .filter(dossiers::received_at.lt(at).or(dossiers::id.gt(id).nullable()));
                }
                query
                    .filter(dossiers::received_at.is_not_null())
                    .order((dossiers::received_at.desc(), dossiers::id.asc()))
            }
            Part::Without(id) => query
                .filter(dossiers::received_at.is_null())
                .filter(dossiers::id.gt(id))
                .order(dossiers::id.asc()),
        }
    }};
}

macro_rules! loaded {
    ($c:expr, $filter:expr, $part:expr, $wanted:expr, $days:expr, $columns:expr) => {{
        let (filter, part, (today, soon)) = ($filter, $part, $days);
        let limit = i64::try_from($wanted).unwrap_or(i64::MAX);
        let joined = dossiers::table
            .inner_join(dossier_particulars::table.on(dossier_particulars::dossier_id.eq(dossiers::id)));
        match $c {
            Conn::Sqlite(c) => {
                let all = joined.select($columns).into_boxed();
                let mut query = filtered!(all, filter, today, soon, FOUND_BY_SQLITE, for_sqlite);
                let is_few = filter.status == Some(Status::Received) && filter.branch.is_none();
                if is_few && matches!(part, Part::ByDue(_)) {
                    query = query.filter(fixed::<Bool>(NOT_HANDED_ON));
                }
                ordered!(query, filter, part).at_most(limit).load(*c)
            }
            Conn::Pg(c) => {
                let all = joined.select($columns).into_boxed();
                let query = filtered!(all, filter, today, soon, found_by_postgres(filter), for_postgres);
                ordered!(query, filter, part).at_most(limit).load(*c)
            }
        }
    }};
}

fn load(
    c: &mut Conn<'_>,
    filter: &Filter,
    part: Part,
    wanted: usize,
    days: (NaiveDate, NaiveDate),
) -> Outcome<Found> {
    Ok(loaded!(c, filter, part, wanted, days, (DossierRow::as_select(), ParticularsRow::as_select()))?)
}

fn load_names(
    c: &mut Conn<'_>,
    filter: &Filter,
    part: Part,
    wanted: usize,
    days: (NaiveDate, NaiveDate),
) -> Outcome<Vec<Names>> {
    Ok(loaded!(c, filter, part, wanted, days, names!())?)
}

/// What words are looked for in, of these dossiers, in no order.
pub fn names_of(c: &mut Conn<'_>, ids: &[DossierId]) -> Outcome<Vec<Names>> {
    // By their keys and by nothing else: told a branch besides, SQLite reads all that the branch ever received.
    Ok(both!(c, |c| dossiers::table
        .inner_join(dossier_particulars::table.on(dossier_particulars::dossier_id.eq(dossiers::id)))
        .filter(dossiers::id.eq_any(ids))
        .select(names!())
        .load(c))?)
}

/// How many there are: only when somebody asks, it looks at all of them.
pub fn count(c: &mut Conn<'_>, filter: &Filter, (today, soon): (NaiveDate, NaiveDate)) -> Outcome<i64> {
    Ok(match c {
        Conn::Sqlite(c) => {
            filtered!(dossiers::table.count().into_boxed(), filter, today, soon, FOUND_BY_SQLITE, for_sqlite)
                .get_result(*c)
        }
        Conn::Pg(c) => filtered!(
            dossiers::table.count().into_boxed(),
            filter,
            today,
            soon,
            COUNTED_BY_POSTGRES,
            for_postgres
        )
        .get_result(*c),
    }?)
}

/// The key of an officer by name: lists are asked for by `held_by=username`.
pub fn officer_named(c: &mut Conn<'_>, username: &str) -> Outcome<Option<OfficerId>> {
    use crate::db::schema::officers;
    Ok(both!(c, |c| officers::table
        .filter(officers::username.eq(username))
        .select(officers::id)
        .get_result(c)
        .optional())?)
}
