//! Sums of the tallies over ranges of days: the only question that rates ask the database.

use super::{COARSE, FINE, Table, Value, bind};
use crate::both;
use crate::db::Conn;
use crate::db::types::UuidSql;
use crate::domain::event::Channel;
use crate::domain::ids::{BranchId, Id, OfficerId, ProcedureId, SectorId};
use crate::domain::tally::{Counts, Sums};
use crate::failure::Outcome;
use crate::report::cover::Range;
use chrono::NaiveDate;
use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Date, HasSqlType, Nullable, SmallInt, Text, Untyped};
use std::borrow::Cow;

/// What is added up, and how it is kept apart.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// The rows, each range under the number of its segment.
    pub ranges: Vec<(i16, Range)>,
    /// Keeps the rows of these segments apart by their day.
    pub apart_by_day: Vec<i16>,
    pub apart: Apart,
    pub only: Only,
}

/// The keys that are kept apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Apart {
    pub branch: bool,
    pub sector: bool,
    pub procedure: bool,
    pub channel: bool,
    pub officer: bool,
}

/// Whose figures.
#[derive(Debug, Clone, Default)]
pub struct Only {
    /// All of these branches: named even where all are meant, because the rows lie together by branch.
    pub branches: Vec<BranchId>,
    pub sector: Option<SectorId>,
    pub procedure: Option<ProcedureId>,
    pub channel: Option<Channel>,
    pub officer: Option<OfficerId>,
}

impl Selection {
    /// The small table does when nothing finer is asked for.
    fn table(&self) -> &'static Table {
        let apart = self.apart.procedure || self.apart.channel || self.apart.officer;
        let only =
            self.only.procedure.is_some() || self.only.channel.is_some() || self.only.officer.is_some();
        if apart || only { &FINE } else { &COARSE }
    }
}

/// One sum: of a segment, of a day where that is kept apart, of a key as far as it is.
#[derive(Debug, Clone, QueryableByName)]
pub struct Summed {
    #[diesel(sql_type = SmallInt)]
    pub segment: i16,
    #[diesel(sql_type = Nullable<Date>)]
    pub day: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<UuidSql>)]
    pub branch: Option<BranchId>,
    #[diesel(sql_type = Nullable<UuidSql>)]
    pub sector: Option<SectorId>,
    #[diesel(sql_type = Nullable<UuidSql>)]
    pub procedure: Option<ProcedureId>,
    #[diesel(sql_type = Nullable<Text>)]
    pub channel: Option<String>,
    #[diesel(sql_type = Nullable<UuidSql>)]
    pub officer: Option<OfficerId>,
    #[diesel(embed)]
    figures: SummedFigures,
}

#[derive(Debug, Clone, QueryableByName)]
struct SummedFigures {
    #[diesel(sql_type = BigInt)]
    online: i64,
    #[diesel(sql_type = BigInt)]
    in_person: i64,
    #[diesel(sql_type = BigInt)]
    postal: i64,
    #[diesel(sql_type = BigInt)]
    resolved_early: i64,
    #[diesel(sql_type = BigInt)]
    resolved_on_time: i64,
    #[diesel(sql_type = BigInt)]
    resolved_overdue: i64,
    #[diesel(sql_type = BigInt)]
    letter_in_advance: i64,
    #[diesel(sql_type = BigInt)]
    letter_on_due_day: i64,
    #[diesel(sql_type = BigInt)]
    letter_late: i64,
    #[diesel(sql_type = BigInt)]
    closed: i64,
    #[diesel(sql_type = BigInt)]
    closed_past_due: i64,
    #[diesel(sql_type = BigInt)]
    open: i64,
    #[diesel(sql_type = BigInt)]
    waiting: i64,
    #[diesel(sql_type = BigInt)]
    overdue: i64,
    #[diesel(sql_type = BigInt)]
    overdue_in_advance: i64,
    #[diesel(sql_type = BigInt)]
    overdue_on_due_day: i64,
    #[diesel(sql_type = BigInt)]
    overdue_late: i64,
    #[diesel(sql_type = BigInt)]
    late_entries: i64,
}

impl Summed {
    pub fn sums(&self) -> Sums {
        let SummedFigures {
            online,
            in_person,
            postal,
            resolved_early,
            resolved_on_time,
            resolved_overdue,
            letter_in_advance,
            letter_on_due_day,
            letter_late,
            closed,
            closed_past_due,
            open,
            waiting,
            overdue,
            overdue_in_advance,
            overdue_on_due_day,
            overdue_late,
            late_entries,
        } = self.figures;
        let rest = Counts {
            received: 0,
            resolved_early,
            resolved_on_time,
            resolved_overdue,
            letter_in_advance,
            letter_on_due_day,
            letter_late,
            closed,
            closed_past_due,
            open,
            waiting,
            overdue,
            overdue_in_advance,
            overdue_on_due_day,
            overdue_late,
            late_entries,
        };
        Sums { online, in_person, postal, rest }
    }
}

/// Adds up, in one statement: an arm for each range, so that each is read along the primary key.
///
/// # Errors
/// When the database fails.
pub fn sums(c: &mut Conn<'_>, selection: &Selection) -> Outcome<Vec<Summed>> {
    // Without a branch, or without a day, there is nothing to add up, and no statement that says so.
    if selection.only.branches.is_empty() || selection.ranges.is_empty() {
        return Ok(Vec::new());
    }
    Ok(both!(c, |c| Question::of(selection).load::<Summed>(c))?)
}

/// A selection as a statement.
pub(super) struct Question {
    table: &'static Table,
    /// The column, the name it gets, and whether it is kept apart.
    keys: Vec<(&'static str, &'static str, bool)>,
    /// The sums, as they are selected after the keys.
    figures: String,
    /// Columns, and what they may hold.
    only: Vec<(&'static str, Vec<Value>)>,
    arms: Vec<Arm>,
}

struct Arm {
    segment: Value,
    by_day: bool,
    grain: Value,
    from: Option<Value>,
    until: Value,
}

impl Arm {
    fn all(ranges: &[(i16, Range)], apart_by_day: &[i16]) -> Vec<Self> {
        let arm = |(segment, range): &(i16, Range)| Self {
            segment: Value::Number(*segment),
            by_day: apart_by_day.contains(segment),
            grain: range.grain.into(),
            from: range.from.map(Value::Day),
            until: Value::Day(range.until),
        };
        ranges.iter().map(arm).collect()
    }
}

impl Only {
    /// As columns, and what they may hold.
    fn held(&self) -> Vec<(&'static str, Vec<Value>)> {
        let mut held = vec![("branch_id", self.branches.iter().copied().map(Value::from).collect())];
        held.extend(self.sector.map(|id| ("sector_id", vec![id.into()])));
        held.extend(self.procedure.map(|id| ("procedure_id", vec![id.into()])));
        let word = |channel: Channel| Value::Word(Cow::Borrowed(channel.as_str()));
        held.extend(self.channel.map(|channel| ("channel", vec![word(channel)])));
        held.extend(self.officer.map(|id| ("officer_id", vec![id.into()])));
        held
    }
}

impl Question {
    fn of(selection: &Selection) -> Self {
        let Selection { ranges, apart_by_day, apart, only } = selection;
        let table = selection.table();
        let keys = vec![
            ("branch_id", "branch", apart.branch),
            ("sector_id", "sector", apart.sector),
            ("procedure_id", "procedure", apart.procedure),
            ("channel", "channel", apart.channel),
            ("officer_id", "officer", apart.officer),
        ];
        let mut figures = String::new();
        for channel in Channel::ALL {
            let received = if table.name == COARSE.name {
                format!("received_{channel}")
            } else {
                format!("case when channel = '{channel}' then received else 0 end")
            };
            figures.push_str(&sum(&received, channel.as_str()));
        }
        for figure in Counts::COLUMNS.iter().skip(1) {
            figures.push_str(&sum(figure, figure));
        }
        Self { table, keys, figures, only: only.held(), arms: Arm::all(ranges, apart_by_day) }
    }

    /// The same of a table whose figures are added up as they are.
    pub(super) fn plain(
        table: &'static Table,
        keys: Vec<(&'static str, &'static str, bool)>,
        only: &Only,
        (ranges, apart_by_day): (&[(i16, Range)], &[i16]),
    ) -> Self {
        let figures = table.figures.iter().map(|figure| sum(figure, figure)).collect();
        Self { table, keys, figures, only: only.held(), arms: Arm::all(ranges, apart_by_day) }
    }

    /// What is selected beside the segment and the day.
    fn columns(&self) -> String {
        let mut columns = String::new();
        for (column, name, apart) in &self.keys {
            columns.push_str(&format!(", {} as {name}", if *apart { column } else { "null" }));
        }
        columns.push_str(&self.figures);
        columns
    }
}

/// PostgreSQL adds bigints up to a numeric; nothing at all adds up to nothing instead of 0.
fn sum(what: &str, name: &str) -> String {
    format!(", cast(coalesce(sum({what}), 0) as bigint) as {name}")
}

impl QueryId for Question {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Question {
    type SqlType = Untyped;
}

impl<C> RunQueryDsl<C> for Question {}

impl<DB> QueryFragment<DB> for Question
where
    DB: Backend + HasSqlType<UuidSql>,
    Id<()>: ToSql<UuidSql, DB>,
    str: ToSql<Text, DB>,
    i16: ToSql<SmallInt, DB>,
    NaiveDate: ToSql<Date, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // Of the many shapes a question can have, each would stay prepared for good.
        out.unsafe_to_cache_prepared();
        let columns = self.columns();
        for (n, arm) in self.arms.iter().enumerate() {
            out.push_sql(if n == 0 { "select " } else { " union all select " });
            bind(&mut out, &arm.segment)?;
            out.push_sql(" as segment, ");
            out.push_sql(if arm.by_day { "day" } else { "cast(null as date)" });
            out.push_sql(&format!(" as day{columns} from {} where grain = ", self.table.name));
            bind(&mut out, &arm.grain)?;
            if let Some(from) = &arm.from {
                out.push_sql(" and day >= ");
                bind(&mut out, from)?;
            }
            out.push_sql(" and day < ");
            bind(&mut out, &arm.until)?;
            for (column, values) in &self.only {
                out.push_sql(&format!(" and {column} in ("));
                for (n, value) in values.iter().enumerate() {
                    if n > 0 {
                        out.push_sql(", ");
                    }
                    bind(&mut out, value)?;
                }
                out.push_sql(")");
            }
            let apart = self.keys.iter().filter(|(.., apart)| *apart).map(|(column, ..)| *column);
            let apart: Vec<_> = apart.chain(arm.by_day.then_some("day")).collect();
            if !apart.is_empty() {
                out.push_sql(&format!(" group by {}", apart.join(", ")));
            }
        }
        Ok(())
    }
}
