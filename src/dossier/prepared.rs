//! Statements of every act that diesel would have the database read and plan anew each time (it keeps no upsert, no
//! update and no insert of several rows prepared), spelt so that they stay prepared; and on PostgreSQL the rows of
//! an act in one statement instead of four.

use super::row::{DossierRow, EventRow, ParticularsRow};
use crate::db::schema::{code_counters, dossier_events, dossier_particulars, dossiers};
use crate::db::types::UuidSql;
use crate::domain::ids::{BranchId, DossierId};
use chrono::NaiveDate;
use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AsChangeset, AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Date, HasSqlType, Integer, Text};

/// The counter of an agency's day goes on by `count`; answers where it stands then.
pub struct CountOn<'a> {
    pub agency: &'a str,
    pub day: NaiveDate,
    pub count: i32,
}

impl QueryId for CountOn<'_> {
    type QueryId = CountOn<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for CountOn<'_> {
    type SqlType = <code_counters::last as Expression>::SqlType;
}

impl<C> RunQueryDsl<C> for CountOn<'_> {}

impl<DB> QueryFragment<DB> for CountOn<'_>
where
    DB: Backend,
    str: ToSql<Text, DB>,
    NaiveDate: ToSql<Date, DB>,
    i32: ToSql<Integer, DB>,
    DB: HasSqlType<Text> + HasSqlType<Date> + HasSqlType<Integer>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("insert into code_counters (agency_identifier, day, last) values (");
        out.push_bind_param::<Text, str>(self.agency)?;
        out.push_sql(", ");
        out.push_bind_param::<Date, _>(&self.day)?;
        out.push_sql(", ");
        out.push_bind_param::<Integer, _>(&self.count)?;
        out.push_sql(
            ") on conflict (agency_identifier, day) do update set last = code_counters.last + excluded.last \
             returning last",
        );
        Ok(())
    }
}

/// All columns of a dossier's row, unless it is at that version already.
pub struct Update<'a> {
    set: <&'a DossierRow as AsChangeset>::Changeset,
    id: DossierId,
    version: i32,
}

impl<'a> Update<'a> {
    pub fn to(row: &'a DossierRow) -> Self {
        Self { set: row.as_changeset(), id: row.id, version: row.version }
    }
}

impl QueryId for Update<'_> {
    type QueryId = Update<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C> RunQueryDsl<C> for Update<'_> {}

impl<'a, DB> QueryFragment<DB> for Update<'a>
where
    DB: Backend + HasSqlType<UuidSql> + HasSqlType<Integer>,
    <&'a DossierRow as AsChangeset>::Changeset: QueryFragment<DB>,
    DossierId: ToSql<UuidSql, DB>,
    i32: ToSql<Integer, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("update dossiers set ");
        self.set.walk_ast(out.reborrow())?;
        out.push_sql(" where id = ");
        out.push_bind_param::<UuidSql, _>(&self.id)?;
        out.push_sql(" and version < ");
        out.push_bind_param::<Integer, _>(&self.version)?;
        Ok(())
    }
}

/// Inserts in one statement on PostgreSQL: a round trip for all of them. What refers to another of them is checked at
/// its end.
struct Together<'a>(Vec<&'a dyn QueryFragment<Pg>>);

impl QueryId for Together<'_> {
    type QueryId = ();
    // Told apart by its text, of which there are few.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<PgConnection> for Together<'_> {}

impl QueryFragment<Pg> for Together<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Some((main, before)) = self.0.split_last() else { return Ok(()) };
        for (n, insert) in before.iter().enumerate() {
            out.push_sql(if n == 0 { "with " } else { ", " });
            out.push_sql(["one", "two", "three", "four"].get(n).copied().unwrap_or("more"));
            out.push_sql(" as (");
            insert.walk_ast(out.reborrow())?;
            out.push_sql(")");
        }
        out.push_sql(" ");
        main.walk_ast(out)
    }
}

/// The words of a dossier, as PostgreSQL keeps them.
struct Words<'a> {
    id: DossierId,
    branch: BranchId,
    words: &'a str,
}

impl QueryFragment<Pg> for Words<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("insert into dossier_words (dossier_id, branch_id, words) values (");
        out.push_bind_param::<UuidSql, _>(&self.id)?;
        out.push_sql(", ");
        out.push_bind_param::<UuidSql, _>(&self.branch)?;
        out.push_sql(", array_to_tsvector(string_to_array(");
        out.push_bind_param::<Text, str>(self.words)?;
        out.push_sql(", ' ')))");
        Ok(())
    }
}

/// A new dossier with what is known of the person, its words and its one or two events. PostgreSQL.
pub fn insert_one(
    c: &mut PgConnection,
    dossier: &DossierRow,
    (particulars, words): (&ParticularsRow, &str),
    events: &[EventRow],
) -> QueryResult<()> {
    let words = Words { id: particulars.dossier_id, branch: particulars.branch_id, words };
    let dossier = diesel::insert_into(dossiers::table).values(dossier);
    let particulars = diesel::insert_into(dossier_particulars::table).values(particulars);
    match events {
        [one] => {
            let event = diesel::insert_into(dossier_events::table).values(one);
            Together(vec![&particulars, &words, &event, &dossier]).execute(c)?;
        }
        [one, two] => {
            let both = diesel::insert_into(dossier_events::table).values([one, two]);
            Together(vec![&particulars, &words, &both, &dossier]).execute(c)?;
        }
        more => {
            Together(vec![&particulars, &words, &dossier]).execute(c)?;
            diesel::insert_into(dossier_events::table).values(more).execute(c)?;
        }
    }
    Ok(())
}
