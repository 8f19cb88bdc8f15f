//! The three column types that the databases do not share, each under one SQL name:
//! uuid (16 bytes in SQLite), timestamptz (milliseconds since 1970 in SQLite), jsonb (text in SQLite).

use crate::domain::ids::Id;
use chrono::{DateTime, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::expression::AsExpression;
use diesel::internal::derives::as_expression::Bound;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, Jsonb, Nullable, Text, Timestamptz};
use diesel::sqlite::{Sqlite, SqliteValue};
use diesel::{FromSqlRow, SqlType, query_builder::QueryId};
use std::io::Write as _;

/// `uuid` in PostgreSQL, a blob of 16 bytes in SQLite.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951), sqlite_type(name = "Binary"))]
pub struct UuidSql;

/// `timestamptz` in PostgreSQL, milliseconds since 1970 in SQLite.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185), sqlite_type(name = "Long"))]
pub struct MomentSql;

/// `jsonb` in PostgreSQL, text in SQLite.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 3802, array_oid = 3807), sqlite_type(name = "Text"))]
pub struct JsonSql;

impl<T: 'static> ToSql<UuidSql, Pg> for Id<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.uuid().as_bytes())?;
        Ok(IsNull::No)
    }
}

impl<T: 'static> ToSql<UuidSql, Sqlite> for Id<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.uuid().as_bytes().as_slice());
        Ok(IsNull::No)
    }
}

impl<T: 'static> FromSql<UuidSql, Pg> for Id<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self::from_uuid(uuid::Uuid::from_slice(value.as_bytes())?))
    }
}

impl<T: 'static> FromSql<UuidSql, Sqlite> for Id<T> {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
        Ok(Self::from_uuid(uuid::Uuid::from_slice(&bytes)?))
    }
}

// `Id` belongs to the pure core, which knows no diesel: what its derives would write stands here.
impl<T: 'static, DB: Backend> Queryable<UuidSql, DB> for Id<T>
where
    Self: FromSql<UuidSql, DB>,
{
    type Row = Self;
    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

impl<T: 'static> AsExpression<UuidSql> for Id<T> {
    type Expression = Bound<UuidSql, Self>;
    fn as_expression(self) -> Self::Expression {
        Bound::new(self)
    }
}

impl<'a, T: 'static> AsExpression<UuidSql> for &'a Id<T> {
    type Expression = Bound<UuidSql, &'a Id<T>>;
    fn as_expression(self) -> Self::Expression {
        Bound::new(self)
    }
}

impl<T: 'static> AsExpression<Nullable<UuidSql>> for Id<T> {
    type Expression = Bound<Nullable<UuidSql>, Self>;
    fn as_expression(self) -> Self::Expression {
        Bound::new(self)
    }
}

impl<'a, T: 'static> AsExpression<Nullable<UuidSql>> for &'a Id<T> {
    type Expression = Bound<Nullable<UuidSql>, &'a Id<T>>;
    fn as_expression(self) -> Self::Expression {
        Bound::new(self)
    }
}

impl<T: 'static, DB: Backend> ToSql<Nullable<UuidSql>, DB> for Id<T>
where
    Self: ToSql<UuidSql, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        <Self as ToSql<UuidSql, DB>>::to_sql(self, out)
    }
}

/// A moment in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = MomentSql)]
pub struct Moment(pub DateTime<Utc>);

impl From<DateTime<Utc>> for Moment {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at)
    }
}

impl From<Moment> for DateTime<Utc> {
    fn from(moment: Moment) -> Self {
        moment.0
    }
}

impl ToSql<MomentSql, Pg> for Moment {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <DateTime<Utc> as ToSql<Timestamptz, Pg>>::to_sql(&self.0, out)
    }
}

impl ToSql<MomentSql, Sqlite> for Moment {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.timestamp_millis());
        Ok(IsNull::No)
    }
}

impl FromSql<MomentSql, Pg> for Moment {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <DateTime<Utc> as FromSql<Timestamptz, Pg>>::from_sql(value).map(Self)
    }
}

impl FromSql<MomentSql, Sqlite> for Moment {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let millis = <i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?;
        DateTime::from_timestamp_millis(millis).map(Self).ok_or_else(|| "a moment outside of time".into())
    }
}

/// A JSON document in a row.
#[derive(Debug, Clone, PartialEq, AsExpression, FromSqlRow)]
#[diesel(sql_type = JsonSql)]
pub struct Json(pub serde_json::Value);

impl ToSql<JsonSql, Pg> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&[1])?; // version of the jsonb wire format
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}

impl ToSql<JsonSql, Sqlite> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}

impl FromSql<JsonSql, Pg> for Json {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes().split_first() {
            Some((1, text)) => Ok(Self(serde_json::from_slice(text)?)),
            _ => Err("an unknown version of the jsonb wire format".into()),
        }
    }
}

impl FromSql<JsonSql, Sqlite> for Json {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
        Ok(Self(serde_json::from_str(&text)?))
    }
}

/// A JSON document in a row, as its text: written and read without being taken apart.
#[derive(Debug, Clone, AsExpression, FromSqlRow)]
#[diesel(sql_type = JsonSql)]
pub struct JsonText(pub String);

impl JsonText {
    pub fn value(&self) -> serde_json::Result<serde_json::Value> {
        serde_json::from_str(&self.0)
    }
}

/// Documents are compared, not their spelling: PostgreSQL gives another order of keys back than it was given.
impl PartialEq for JsonText {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || matches!((self.value(), other.value()), (Ok(one), Ok(another)) if one == another)
    }
}

impl ToSql<JsonSql, Pg> for JsonText {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&[1])?; // version of the jsonb wire format
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl ToSql<JsonSql, Sqlite> for JsonText {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_str());
        Ok(IsNull::No)
    }
}

impl FromSql<JsonSql, Pg> for JsonText {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes().split_first() {
            Some((1, text)) => Ok(Self(std::str::from_utf8(text)?.to_owned())),
            _ => Err("an unknown version of the jsonb wire format".into()),
        }
    }
}

impl FromSql<JsonSql, Sqlite> for JsonText {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        <String as FromSql<Text, Sqlite>>::from_sql(value).map(Self)
    }
}

#[expect(dead_code, reason = "proves at compile time that PostgreSQL's own type is the one we name")]
fn jsonb_is_native(_: Jsonb) {}
