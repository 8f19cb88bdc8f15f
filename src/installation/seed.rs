//! Fills an empty database, once, however many instances start together.

use super::files::{Files, StartingDataError};
use super::holidays::{self, Holidays};
use super::{branches, procedures, rule_sets, schedules, targets};
use crate::both;
use crate::db::{Conn, Db, DbError, schema};
use crate::domain::calendar::OfficeHours;
use crate::failure::{Failure, Outcome};
use crate::reference::{self, Branch, Procedure, RuleSet, Sector};
use crate::schedule::{Planned, insert_planned};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use std::sync::Arc;

/// "motcuasd" as a number: the advisory lock for giving starting data.
const LOCK: i64 = 0x6d6f_7463_7561_7364;

/// The files, read and understood.
pub struct StartingData {
    branches: Vec<Branch>,
    rule_sets: Vec<RuleSet>,
    sectors: Vec<Sector>,
    procedures: Vec<Procedure>,
    holidays: Holidays,
    schedules: Vec<Planned>,
    targets: Vec<targets::Named>,
    now: DateTime<Utc>,
}

impl StartingData {
    /// # Errors
    /// When a file is missing or a line of one does not say what it must.
    pub fn of(files: &Files, now: DateTime<Utc>) -> Result<Self, StartingDataError> {
        let branches = branches::read(&files.branches, now)?;
        let (sectors, procedures) = procedures::read(&files.procedures, &branches, now)?;
        Ok(Self {
            rule_sets: rule_sets::read(&files.rule_sets)?,
            holidays: holidays::read(files)?,
            schedules: match &files.schedules {
                Some(file) => schedules::read(file, &branches)?,
                None => Vec::new(),
            },
            targets: targets::read(&files.targets)?,
            now,
            branches,
            sectors,
            procedures,
        })
    }
}

/// Gives `data` to a database that has no branch yet; answers whether it did. Targets are given to one that never had
/// any, too.
pub fn seed_if_empty(db: &Db, data: StartingData, hours: &OfficeHours) -> Outcome<bool> {
    let (data, hours) = (Arc::new(data), hours.clone());
    db.write_blocking(move |conn| {
        // SQLite's write door lets one in at a time; instances on PostgreSQL queue here.
        if let Conn::Pg(c) = conn {
            sql_query(format!("select pg_advisory_xact_lock({LOCK})")).execute(*c)?;
        }
        let branches = both!(conn, |c| schema::branches::table.count().get_result::<i64>(c)?);
        if branches == 0 {
            reference::change(conn, &hours, |conn, _empty| give(conn, &data).map_err(Failure::from))?;
            for planned in &data.schedules {
                insert_planned(conn, planned, data.now)?;
            }
        }
        targets::give(conn, &data.targets, data.now)?;
        Ok(branches == 0)
    })
}

fn give(conn: &mut Conn<'_>, data: &StartingData) -> Result<(), DbError> {
    for set in &data.rule_sets {
        insert_rule_set(conn, set)?;
    }
    for (year, standing) in &data.holidays.years {
        crate::calendar::put_year(conn, *year, *standing)?;
    }
    for day in &data.holidays.days {
        crate::calendar::insert_day(conn, day)?;
    }
    for branch in &data.branches {
        crate::branch::insert(conn, branch)?;
    }
    for sector in &data.sectors {
        crate::procedure::insert_sector(conn, sector)?;
    }
    for procedure in &data.procedures {
        crate::procedure::insert_procedure(conn, procedure)?;
    }
    tracing::info!(
        branches = data.branches.len(),
        procedures = data.procedures.len(),
        days = data.holidays.days.len(),
        "starting data given"
    );
    Ok(())
}

fn insert_rule_set(conn: &mut Conn<'_>, set: &RuleSet) -> Result<(), DbError> {
    use schema::rule_sets;
    both!(conn, |c| diesel::insert_into(rule_sets::table)
        .values((
            rule_sets::code.eq(&set.code),
            rule_sets::valid_from.eq(set.valid_from),
            rule_sets::name.eq(&set.name),
            rule_sets::legal_basis.eq(&set.legal_basis),
            rule_sets::supplement_mode.eq(set.supplement_mode.as_str()),
            rule_sets::supplement_request_days
                .eq(i32::try_from(set.supplement_request_days).unwrap_or(i32::MAX)),
            rule_sets::handover_cutoff.eq(set.handover_cutoff.format("%H:%M").to_string()),
        ))
        .execute(c)?);
    Ok(())
}
