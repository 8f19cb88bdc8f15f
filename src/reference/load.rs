//! From the tables to [`Reference`], whole.

use super::{
    Authorisation, Branch, Case, Component, Procedure, ProcessStep, Reference, RuleSet, Sector, Version,
};
use crate::both;
use crate::db::schema::{
    branches, calendar_days, calendar_years, procedure_branches, procedure_cases, procedure_components,
    procedure_versions, procedures, process_steps, rule_sets, sectors,
};
use crate::db::{Conn, DbError};
use crate::domain::calendar::{Calendar, DayKind, OfficeHours, SpecialDay, YearStanding};
use crate::domain::ids::{BranchId, ProcedureId, SectorId, VersionId};
use crate::failure::{Failure, Outcome};
use chrono::{NaiveDate, NaiveTime};
use diesel::prelude::*;
use std::collections::HashMap;
use std::hash::Hash;
use std::str::FromStr;
use std::sync::Arc;

impl Reference {
    /// Reads everything, past any cache.
    pub fn load(conn: &mut Conn<'_>, hours: &OfficeHours) -> Outcome<Self> {
        let calendar = calendar(conn, hours)?;
        let rule_sets = rule_sets(conn)?;
        let branches = branches(conn)?;
        let sectors = sectors(conn)?;
        let procedures = procedures(conn)?;
        let version_places = procedures.iter().enumerate().flat_map(|(at, procedure)| {
            procedure.versions.iter().enumerate().map(move |(n, version)| (version.id, (at, n)))
        });
        Ok(Self {
            calendar,
            rule_sets,
            branch_places: places(&branches, |branch| branch.id),
            sector_places: places(&sectors, |sector| sector.id),
            procedure_places: places(&procedures, |procedure| procedure.id),
            version_places: version_places.collect(),
            branches,
            sectors,
            procedures,
        })
    }
}

fn calendar(conn: &mut Conn<'_>, hours: &OfficeHours) -> Outcome<Calendar> {
    let (years, days) = both!(conn, |c| (
        calendar_years::table.load::<(i32, String)>(c)?,
        calendar_days::table.load::<(NaiveDate, String, String, Option<NaiveDate>, Option<String>)>(c)?,
    ));
    let years = years.into_iter().map(|(year, standing)| Ok((year, year_standing(&standing)?)));
    let days = days.into_iter().map(|(date, kind, name, paired_date, note)| {
        Ok(SpecialDay { date, kind: day_kind(&kind)?, name, paired_date, note })
    });
    let years = years.collect::<Result<Vec<_>, DbError>>()?;
    let days = days.collect::<Result<Vec<_>, DbError>>()?;
    Calendar::new(years, days, hours.clone())
        .map_err(|error| Failure::Broken(format!("the calendar in the database: {error}")))
}

fn year_standing(word: &str) -> Result<YearStanding, DbError> {
    [YearStanding::Announced, YearStanding::Provisional]
        .into_iter()
        .find(|standing| standing.as_str() == word)
        .ok_or_else(|| DbError::Corrupt(format!("calendar_years.standing {word:?}")))
}

fn day_kind(word: &str) -> Result<DayKind, DbError> {
    [DayKind::Holiday, DayKind::CompensatoryOff, DayKind::WorkingSwap]
        .into_iter()
        .find(|kind| kind.as_str() == word)
        .ok_or_else(|| DbError::Corrupt(format!("calendar_days.kind {word:?}")))
}

#[derive(Queryable)]
struct RuleSetRow {
    code: String,
    valid_from: NaiveDate,
    name: String,
    legal_basis: String,
    supplement_mode: String,
    supplement_request_days: i32,
    handover_cutoff: String,
}

fn rule_sets(conn: &mut Conn<'_>) -> Result<Vec<Arc<RuleSet>>, DbError> {
    let rows = both!(conn, |c| rule_sets::table.load::<RuleSetRow>(c)?);
    let mut held = Vec::with_capacity(rows.len());
    for row in rows {
        held.push(Arc::new(RuleSet {
            valid_from: row.valid_from,
            name: row.name,
            legal_basis: row.legal_basis,
            supplement_mode: word("rule_sets.supplement_mode", &row.supplement_mode)?,
            supplement_request_days: count("rule_sets.supplement_request_days", row.supplement_request_days)?,
            handover_cutoff: NaiveTime::parse_from_str(&row.handover_cutoff, "%H:%M")
                .map_err(|_bad| corrupt("rule_sets.handover_cutoff", &row.handover_cutoff))?,
            code: row.code,
        }));
    }
    held.sort_by_key(|rules| rules.valid_from);
    Ok(held)
}

#[derive(Queryable)]
struct BranchRow {
    id: BranchId,
    code: String,
    name: String,
    agency_identifier: String,
    department_name: String,
    letter_symbol: String,
    place: String,
    address: String,
    contact_phone: String,
    contact_email: Option<String>,
    apology_mode: String,
    authorised_by: Option<String>,
    authorised_on: Option<NaiveDate>,
    authorised_document: Option<String>,
    active: bool,
    version: i32,
}

fn branches(conn: &mut Conn<'_>) -> Result<Vec<Arc<Branch>>, DbError> {
    let rows = both!(conn, |c| branches::table.load::<BranchRow>(c)?);
    let mut held = Vec::with_capacity(rows.len());
    for row in rows {
        let authorisation = row.authorised_by.zip(row.authorised_on).zip(row.authorised_document);
        held.push(Arc::new(Branch {
            id: row.id,
            code: row.code,
            name: row.name,
            agency_identifier: row.agency_identifier,
            department_name: row.department_name,
            letter_symbol: row.letter_symbol,
            place: row.place,
            address: row.address,
            contact_phone: row.contact_phone,
            contact_email: row.contact_email,
            apology_mode: word("branches.apology_mode", &row.apology_mode)?,
            authorisation: authorisation.map(|((by, on), document)| Authorisation { by, on, document }),
            active: row.active,
            version: count("branches.version", row.version)?,
        }));
    }
    // Sorted here, not by the database: look-ups compare bytes, PostgreSQL may collate otherwise.
    held.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(held)
}

fn sectors(conn: &mut Conn<'_>) -> Result<Vec<Arc<Sector>>, DbError> {
    let rows = both!(conn, |c| sectors::table.load::<(SectorId, String, String)>(c)?);
    let mut held: Vec<_> =
        rows.into_iter().map(|(id, code, name)| Arc::new(Sector { id, code, name })).collect();
    held.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(held)
}

#[derive(Queryable)]
struct VersionRow {
    id: VersionId,
    procedure_id: ProcedureId,
    number: i32,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    name: String,
    legal_basis: String,
    decided_by: String,
    online_level: String,
    postal_eligible: bool,
    posted_on: Option<NaiveDate>,
    note: Option<String>,
}

#[derive(Queryable)]
struct CaseRow {
    version_id: VersionId,
    code: String,
    _ordinal: i32,
    name: String,
    time_limit: Option<String>,
    time_limit_verified: bool,
    fee_vnd: Option<i64>,
    fee_note: Option<String>,
}

#[derive(Queryable)]
struct ComponentRow {
    version_id: VersionId,
    _ordinal: i32,
    name: String,
    form: String,
    copies: i32,
    required: bool,
}

#[derive(Queryable)]
struct StepRow {
    version_id: VersionId,
    code: String,
    _ordinal: i32,
    name: String,
    share_percent: i32,
}

fn procedures(conn: &mut Conn<'_>) -> Result<Vec<Arc<Procedure>>, DbError> {
    let mut branches = branches_of_procedures(conn)?;
    let mut versions = versions_of_procedures(conn)?;
    let rows = both!(conn, |c| procedures::table.load::<(ProcedureId, String, bool, SectorId)>(c)?);
    let mut held = Vec::with_capacity(rows.len());
    for (id, code, code_verified, sector_id) in rows {
        held.push(Arc::new(Procedure {
            id,
            code,
            code_verified,
            sector_id,
            branches: branches.remove(&id).unwrap_or_default(),
            versions: versions.remove(&id).unwrap_or_default(),
        }));
    }
    held.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(held)
}

fn branches_of_procedures(conn: &mut Conn<'_>) -> Result<HashMap<ProcedureId, Vec<BranchId>>, DbError> {
    let rows = both!(conn, |c| procedure_branches::table
        .order((procedure_branches::procedure_id, procedure_branches::branch_id))
        .load::<(ProcedureId, BranchId)>(c)?);
    Ok(grouped(rows))
}

fn versions_of_procedures(conn: &mut Conn<'_>) -> Result<HashMap<ProcedureId, Vec<Version>>, DbError> {
    let mut cases = cases(conn)?;
    let mut components = components(conn)?;
    let mut steps = steps(conn)?;
    let rows = both!(conn, |c| procedure_versions::table
        .order((procedure_versions::procedure_id, procedure_versions::valid_from))
        .load::<VersionRow>(c)?);
    let mut held = Vec::with_capacity(rows.len());
    for row in rows {
        let cases = cases.remove(&row.id).unwrap_or_default();
        if cases.is_empty() {
            return Err(corrupt("procedure_versions without a case", &row.id.to_string()));
        }
        held.push((
            row.procedure_id,
            Version {
                id: row.id,
                number: count("procedure_versions.number", row.number)?,
                valid_from: row.valid_from,
                valid_to: row.valid_to,
                name: row.name,
                legal_basis: row.legal_basis,
                decided_by: row.decided_by,
                online_level: word("procedure_versions.online_level", &row.online_level)?,
                postal_eligible: row.postal_eligible,
                posted_on: row.posted_on,
                note: row.note,
                cases,
                components: components.remove(&row.id).unwrap_or_default(),
                steps: steps.remove(&row.id).unwrap_or_default(),
            },
        ));
    }
    Ok(grouped(held))
}

fn cases(conn: &mut Conn<'_>) -> Result<HashMap<VersionId, Vec<Case>>, DbError> {
    let rows = both!(conn, |c| procedure_cases::table
        .order((procedure_cases::version_id, procedure_cases::ordinal))
        .load::<CaseRow>(c)?);
    let mut held = Vec::with_capacity(rows.len());
    for row in rows {
        let case = Case {
            code: Some(row.code).filter(|code| !code.is_empty()),
            name: row.name,
            time_limit: row
                .time_limit
                .map(|limit| limit.parse().map_err(|_bad| corrupt("procedure_cases.time_limit", &limit)))
                .transpose()?,
            time_limit_verified: row.time_limit_verified,
            fee_vnd: row.fee_vnd.map(|fee| count("procedure_cases.fee_vnd", fee)).transpose()?,
            fee_note: row.fee_note,
        };
        held.push((row.version_id, case));
    }
    Ok(grouped(held))
}

fn components(conn: &mut Conn<'_>) -> Result<HashMap<VersionId, Vec<Component>>, DbError> {
    let rows = both!(conn, |c| procedure_components::table
        .order((procedure_components::version_id, procedure_components::ordinal))
        .load::<ComponentRow>(c)?);
    let mut held = Vec::with_capacity(rows.len());
    for row in rows {
        let component = Component {
            name: row.name,
            form: word("procedure_components.form", &row.form)?,
            copies: count("procedure_components.copies", row.copies)?,
            required: row.required,
        };
        held.push((row.version_id, component));
    }
    Ok(grouped(held))
}

fn steps(conn: &mut Conn<'_>) -> Result<HashMap<VersionId, Vec<ProcessStep>>, DbError> {
    let rows = both!(conn, |c| process_steps::table
        .order((process_steps::version_id, process_steps::ordinal))
        .load::<StepRow>(c)?);
    let mut held = Vec::with_capacity(rows.len());
    for row in rows {
        let step = ProcessStep {
            code: row.code,
            name: row.name,
            share_percent: count("process_steps.share_percent", row.share_percent)?,
        };
        held.push((row.version_id, step));
    }
    Ok(grouped(held))
}

/// The values of each key, in the order they came.
fn grouped<K: Eq + Hash, V>(pairs: Vec<(K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}

fn places<K: Eq + Hash, T>(entries: &[Arc<T>], id: impl Fn(&T) -> K) -> HashMap<K, usize> {
    entries.iter().enumerate().map(|(place, entry)| (id(entry), place)).collect()
}

fn word<T: FromStr>(column: &str, text: &str) -> Result<T, DbError> {
    text.parse().map_err(|_unknown| corrupt(column, text))
}

fn count<T: TryFrom<N>, N: Copy + std::fmt::Display>(column: &str, number: N) -> Result<T, DbError> {
    T::try_from(number).map_err(|_negative| corrupt(column, &number.to_string()))
}

fn corrupt(column: &str, value: &str) -> DbError {
    DbError::Corrupt(format!("{column} {value:?}"))
}
