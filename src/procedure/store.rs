//! The tables of sectors, procedures and what belongs to their versions.

use crate::both;
use crate::db::schema::{
    procedure_branches, procedure_cases, procedure_components, procedure_versions, procedures, process_steps,
    sectors,
};
use crate::db::{Conn, DbError};
use crate::domain::ids::{ProcedureId, VersionId};
use crate::failure::{Failure, Outcome};
use crate::reference::{Case, Procedure, Sector, Version};
use chrono::NaiveDate;
use diesel::prelude::*;

pub fn insert_sector(conn: &mut Conn<'_>, sector: &Sector) -> Result<(), DbError> {
    both!(conn, |c| diesel::insert_into(sectors::table)
        .values((sectors::id.eq(sector.id), sectors::code.eq(&sector.code), sectors::name.eq(&sector.name)))
        .execute(c)?);
    Ok(())
}

/// A procedure with its branches and all its versions.
pub fn insert_procedure(conn: &mut Conn<'_>, procedure: &Procedure) -> Result<(), DbError> {
    both!(conn, |c| {
        diesel::insert_into(procedures::table)
            .values((
                procedures::id.eq(procedure.id),
                procedures::code.eq(&procedure.code),
                procedures::code_verified.eq(procedure.code_verified),
                procedures::sector_id.eq(procedure.sector_id),
            ))
            .execute(c)?;
        for branch in &procedure.branches {
            diesel::insert_into(procedure_branches::table)
                .values((
                    procedure_branches::procedure_id.eq(procedure.id),
                    procedure_branches::branch_id.eq(branch),
                ))
                .execute(c)?;
        }
    });
    for version in &procedure.versions {
        insert_version(conn, procedure.id, version)?;
    }
    Ok(())
}

/// A version with its cases, papers and steps.
pub(super) fn insert_version(
    conn: &mut Conn<'_>,
    procedure: ProcedureId,
    version: &Version,
) -> Result<(), DbError> {
    both!(conn, |c| {
        diesel::insert_into(procedure_versions::table)
            .values((
                procedure_versions::id.eq(version.id),
                procedure_versions::procedure_id.eq(procedure),
                procedure_versions::number.eq(integer(version.number)),
                procedure_versions::valid_from.eq(version.valid_from),
                procedure_versions::valid_to.eq(version.valid_to),
                procedure_versions::name.eq(&version.name),
                procedure_versions::legal_basis.eq(&version.legal_basis),
                procedure_versions::decided_by.eq(&version.decided_by),
                procedure_versions::online_level.eq(version.online_level.as_str()),
                procedure_versions::postal_eligible.eq(version.postal_eligible),
                procedure_versions::posted_on.eq(version.posted_on),
                procedure_versions::note.eq(&version.note),
            ))
            .execute(c)?;
        for (ordinal, component) in (1..).zip(&version.components) {
            diesel::insert_into(procedure_components::table)
                .values((
                    procedure_components::version_id.eq(version.id),
                    procedure_components::ordinal.eq(ordinal),
                    procedure_components::name.eq(&component.name),
                    procedure_components::form.eq(component.form.as_str()),
                    procedure_components::copies.eq(integer(component.copies)),
                    procedure_components::required.eq(component.required),
                ))
                .execute(c)?;
        }
        for (ordinal, step) in (1..).zip(&version.steps) {
            diesel::insert_into(process_steps::table)
                .values((
                    process_steps::version_id.eq(version.id),
                    process_steps::code.eq(&step.code),
                    process_steps::ordinal.eq(ordinal),
                    process_steps::name.eq(&step.name),
                    process_steps::share_percent.eq(integer(step.share_percent)),
                ))
                .execute(c)?;
        }
    });
    for (ordinal, case) in (1..).zip(&version.cases) {
        insert_case(conn, version.id, ordinal, case)?;
    }
    Ok(())
}

fn insert_case(conn: &mut Conn<'_>, version: VersionId, ordinal: i32, case: &Case) -> Result<(), DbError> {
    both!(conn, |c| diesel::insert_into(procedure_cases::table)
        .values((
            procedure_cases::version_id.eq(version),
            procedure_cases::code.eq(case.code.as_deref().unwrap_or_default()),
            procedure_cases::ordinal.eq(ordinal),
            procedure_cases::name.eq(&case.name),
            procedure_cases::time_limit.eq(case.time_limit.as_ref().map(ToString::to_string)),
            procedure_cases::time_limit_verified.eq(case.time_limit_verified),
            procedure_cases::fee_vnd.eq(case.fee_vnd.map(|fee| i64::try_from(fee).unwrap_or(i64::MAX))),
            procedure_cases::fee_note.eq(&case.fee_note),
        ))
        .execute(c)?);
    Ok(())
}

/// For numbers that were checked to be small on their way in.
fn integer(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// A sector from outside: a code or name that is taken is a conflict.
pub(super) fn insert_new_sector(conn: &mut Conn<'_>, sector: &Sector) -> Outcome<()> {
    insert_sector(conn, sector).map_err(|error| {
        let taken = error.is_duplicate("sectors", &["code"]) || error.is_duplicate("sectors", &["name"]);
        if taken { Failure::Conflict("sector-taken") } else { error.into() }
    })
}

/// The last day of a version that had none yet.
pub(super) fn close_version(conn: &mut Conn<'_>, version: VersionId, last: NaiveDate) -> Result<(), DbError> {
    both!(conn, |c| diesel::update(procedure_versions::table.find(version))
        .set(procedure_versions::valid_to.eq(last))
        .execute(c)?);
    Ok(())
}
