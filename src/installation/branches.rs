//! `branches.csv`.

use super::files::{NamedText, StartingDataError};
use crate::domain::catalogue::ApologyMode;
use crate::domain::ids::BranchId;
use crate::reference::Branch;
use chrono::{DateTime, Utc};
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    code: String,
    name: String,
    agency_identifier: String,
    department_name: String,
    letter_symbol: String,
    place: String,
    address: String,
    contact_phone: String,
    contact_email: Option<String>,
}

/// The branches, with keys made now; every head approves letters until one authorises otherwise.
pub(super) fn read(file: &NamedText, now: DateTime<Utc>) -> Result<Vec<Branch>, StartingDataError> {
    let rows = file.rows::<Row>()?;
    Ok(rows
        .into_iter()
        .map(|(_line, row)| Branch {
            id: BranchId::at(now),
            code: row.code,
            name: row.name,
            agency_identifier: row.agency_identifier,
            department_name: row.department_name,
            letter_symbol: row.letter_symbol,
            place: row.place,
            address: row.address,
            contact_phone: row.contact_phone,
            contact_email: row.contact_email,
            apology_mode: ApologyMode::Approve,
            authorisation: None,
            active: true,
            version: 1,
        })
        .collect())
}
