//! How far imports have come, and the causes that registers give. Nobody else writes these tables.

use crate::both;
use crate::db::schema::{dossier_causes, imports};
use crate::db::types::Moment;
use crate::db::{Conn, DbError};
use crate::domain::ids::{BranchId, DossierId};
use crate::failure::{Failure, Outcome};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

const CHUNK: usize = 500;

/// An import that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = imports, treat_none_as_default_value = false)]
pub struct Begun {
    pub file_sha256: String,
    pub lines: i64,
    pub imported: i64,
    pub reached_at: Option<Moment>,
    pub reached_line: i64,
    pub started_at: Moment,
    pub finished_at: Option<Moment>,
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = dossier_causes)]
pub struct CauseRow {
    pub dossier_id: DossierId,
    pub branch_id: BranchId,
    pub cause: String,
}

pub fn begun(c: &mut Conn<'_>, file_sha256: &str) -> Outcome<Option<Begun>> {
    Ok(both!(c, |c| imports::table.find(file_sha256).select(Begun::as_select()).get_result(c).optional())?)
}

pub fn begin(tx: &mut Conn<'_>, begun: &Begun) -> Outcome<()> {
    let row = begun.clone();
    match both!(tx, |c| diesel::insert_into(imports::table).values(row).execute(c)).map_err(DbError::from) {
        Ok(_) => Ok(()),
        Err(error) if error.is_duplicate("imports", &["file_sha256"]) => {
            Err(Failure::Conflict("import-running"))
        }
        Err(error) => Err(error.into()),
    }
}

/// Notes that lines up to here are in, unless somebody else has gone on with the same file meanwhile.
pub fn go_on(
    tx: &mut Conn<'_>,
    file_sha256: &str,
    before: i64,
    imported: i64,
    (reached_at, reached_line): (DateTime<Utc>, i64),
) -> Outcome<()> {
    let touched = both!(tx, |c| diesel::update(imports::table.find(file_sha256))
        .filter(imports::imported.eq(before))
        .set((
            imports::imported.eq(imported),
            imports::reached_at.eq(Some(Moment(reached_at))),
            imports::reached_line.eq(reached_line)
        ))
        .execute(c))?;
    if touched == 1 { Ok(()) } else { Err(Failure::Conflict("import-running")) }
}

pub fn finish(tx: &mut Conn<'_>, file_sha256: &str, now: DateTime<Utc>) -> Outcome<()> {
    both!(tx, |c| diesel::update(imports::table.find(file_sha256))
        .set(imports::finished_at.eq(Some(Moment(now))))
        .execute(c))?;
    Ok(())
}

pub fn keep_causes(tx: &mut Conn<'_>, causes: &[CauseRow]) -> Outcome<()> {
    for rows in causes.chunks(CHUNK) {
        both!(tx, |c| diesel::insert_into(dossier_causes::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// Why a dossier is late, as the register it came with says.
pub fn cause_of(c: &mut Conn<'_>, dossier: DossierId) -> Outcome<Option<String>> {
    Ok(both!(c, |c| dossier_causes::table
        .find(dossier)
        .select(dossier_causes::cause)
        .get_result(c)
        .optional())?)
}
