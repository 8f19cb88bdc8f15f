//! Statements that stay prepared. diesel forgets a statement that holds [`diesel::dsl::sql`], and SQLite plans one anew
//! each time a number is bound to its `limit` (its planner looks at that number): a seventh of the processor time of
//! reading a dossier went into planning the same statement again. Here the same is spelt so that it is kept.
//!
//! For the same reason what is found by its key is asked for with `get_result`, not with `first`, which binds a limit of one.

use super::Conn;
use super::types::UuidSql;
use crate::domain::ids::DossierId;
use chrono::NaiveDate;
use diesel::backend::Backend;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, TypedExpressionType, ValidGrouping, is_aggregate,
};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, Date, HasSqlType, Nullable};
use std::marker::PhantomData;

/// An expression spelt in SQL, part of the program's text.
#[derive(Debug, Clone, Copy)]
pub struct Fixed<ST> {
    text: &'static str,
    kind: PhantomData<ST>,
}

/// [`diesel::dsl::sql`] for what never changes.
pub fn fixed<ST>(text: &'static str) -> Fixed<ST> {
    Fixed { text, kind: PhantomData }
}

/// The same where the databases spell it each in its way: SQLite's, PostgreSQL's.
pub fn fixed_on<ST>(c: &Conn<'_>, [sqlite, postgres]: [&'static str; 2]) -> Fixed<ST> {
    fixed(match c {
        Conn::Sqlite(_) => sqlite,
        Conn::Pg(_) => postgres,
    })
}

impl<ST> QueryId for Fixed<ST> {
    type QueryId = ();
    // The type does not tell the text: the statement is known by its whole text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST, DB: Backend> QueryFragment<DB> for Fixed<ST> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("(");
        out.push_sql(self.text);
        out.push_sql(")");
        Ok(())
    }
}

impl<ST: TypedExpressionType> Expression for Fixed<ST> {
    type SqlType = ST;
}

impl<ST, Source> SelectableExpression<Source> for Fixed<ST> where Self: Expression {}
impl<ST, Source> AppearsOnTable<Source> for Fixed<ST> where Self: Expression {}

impl<ST> ValidGrouping<()> for Fixed<ST> {
    type IsAggregate = is_aggregate::Never;
}

/// A query with its limit written into its text.
#[derive(Debug, Clone, Copy)]
pub struct AtMost<Q> {
    query: Q,
    most: i64,
}

/// Gives queries [`AtMostDsl::at_most`]. It comes last.
pub trait AtMostDsl: Sized {
    /// The first so many. There are few different numbers (the sizes of pages), so the statements are few.
    fn at_most(self, most: i64) -> AtMost<Self> {
        AtMost { query: self, most: most.max(0) }
    }
}

impl<Q: Query> AtMostDsl for Q {}

impl<Q> QueryId for AtMost<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for AtMost<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> RunQueryDsl<C> for AtMost<Q> {}

impl<Q: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for AtMost<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(" limit ");
        out.push_sql(&self.most.to_string());
        Ok(())
    }
}

/// What comes after a place in an order of day and key: compared as one row, so that an index goes straight to the place
/// instead of passing all of that day.
#[derive(Debug, Clone, Copy)]
pub struct Beyond {
    /// Both columns in brackets.
    pub columns: &'static str,
    pub day: NaiveDate,
    pub id: DossierId,
}

impl QueryId for Beyond {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB> QueryFragment<DB> for Beyond
where
    DB: Backend + HasSqlType<Date> + HasSqlType<UuidSql>,
    NaiveDate: ToSql<Date, DB>,
    DossierId: ToSql<UuidSql, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(self.columns);
        out.push_sql(" > (");
        out.push_bind_param::<Date, _>(&self.day)?;
        out.push_sql(", ");
        out.push_bind_param::<UuidSql, _>(&self.id)?;
        out.push_sql(")");
        Ok(())
    }
}

impl Expression for Beyond {
    type SqlType = Nullable<Bool>;
}

impl<Source> SelectableExpression<Source> for Beyond {}
impl<Source> AppearsOnTable<Source> for Beyond {}

impl ValidGrouping<()> for Beyond {
    type IsAggregate = is_aggregate::Never;
}
