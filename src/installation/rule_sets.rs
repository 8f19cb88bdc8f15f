//! `rule_sets.csv`: which rules hold since when.

use super::files::{NamedText, StartingDataError};
use crate::documents::letter;
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
        // Found out now and not when the first letter is due.
        if !letter::knows_rules(&row.code) {
            return Err(
                file.bad(line, format!("code: no form of the apology is known for the rules {:?}", row.code))
            );
        }
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

#[cfg(test)]
mod tests {
    use crate::installation::{Files, rule_sets};

    #[test]
    fn rules_without_a_form_of_the_apology_are_refused_before_anything_is_given() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["branches.csv", "procedures.csv"] {
            std::fs::write(folder.path().join(file), "code\n").unwrap();
        }
        let head = "code,valid_from,name,legal_basis,supplement_mode,supplement_request_days,handover_cutoff";
        let rules = format!(
            "{head}\n2018,2018-01-01,Một cửa,NĐ 61/2018,restart,3,15:00\n1999,1999-01-01,Cũ,QĐ,restart,3,15:00\n"
        );
        std::fs::write(folder.path().join("rule_sets.csv"), rules).unwrap();
        let files = Files::read(Some(folder.path())).unwrap();
        let error = rule_sets::read(&files.rule_sets).unwrap_err().to_string();
        assert!(error.contains("line 3") && error.contains("1999"), "{error}");
    }
}
