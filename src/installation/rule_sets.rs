//! `rule_sets.csv`: which rules hold since when.

use super::files::{NamedText, StartingDataError};
use crate::domain::catalogue::SupplementMode;
use crate::reference::RuleSet;
use chrono::{NaiveDate, NaiveTime};
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    code: String,
    valid_from: NaiveDate,
    name: String,
    legal_basis: String,
    supplement_mode: SupplementMode,
    supplement_request_days: u32,
    handover_cutoff: String,
}

pub(super) fn read(file: &NamedText) -> Result<Vec<RuleSet>, StartingDataError> {
    let mut sets = Vec::new();
    for (line, row) in file.rows::<Row>()? {
        sets.push(RuleSet {
            code: row.code,
            valid_from: row.valid_from,
            supplement_mode: row.supplement_mode,
            supplement_request_days: row.supplement_request_days,
            name: row.name,
            legal_basis: row.legal_basis,
            handover_cutoff: NaiveTime::parse_from_str(&row.handover_cutoff, "%H:%M")
                .map_err(|error| file.bad(line, format!("handover_cutoff: {error}")))?,
        });
    }
    Ok(sets)
}
