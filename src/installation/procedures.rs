//! `procedures.csv`: one line a case. Lines with the same code are the cases of one procedure.
//!
//! What the published lists do not say is given a default here and named in the note of the version.

use super::files::{NamedText, StartingDataError};
use crate::domain::catalogue::OnlineLevel;
use crate::domain::ids::{BranchId, ProcedureId, SectorId, VersionId};
use crate::domain::people::fold;
use crate::reference::{Branch, Case, Procedure, ProcessStep, Sector, Version};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    branch_code: String,
    procedure_code: String,
    code_verified: String,
    /// Empty where the procedure has one limit.
    case_code: Option<String>,
    name: String,
    case_name: Option<String>,
    sector: String,
    time_limit: Option<String>,
    time_limit_verified: String,
    legal_basis: String,
    fee_vnd: String,
    decided_by: String,
    note: String,
}

/// The lists hold since before the first dossier that may be entered.
const VALID_FROM: Option<NaiveDate> = NaiveDate::from_ymd_opt(2018, 1, 1);

const ASSUMED: &str = "Mức độ trực tuyến (một phần) và bưu chính công ích (có) là giá trị tạm đặt, chưa đối chiếu danh mục công bố; quy trình nội bộ là quy trình mẫu.";

/// Sectors and procedures in the order of the file, with keys made now.
pub(super) fn read(
    file: &NamedText,
    branches: &[Branch],
    now: DateTime<Utc>,
) -> Result<(Vec<Sector>, Vec<Procedure>), StartingDataError> {
    let mut sectors: Vec<Sector> = Vec::new();
    let mut procedures: Vec<Procedure> = Vec::new();
    for (line, row) in file.rows::<Row>()? {
        if row.procedure_code.is_empty() {
            return Err(file.bad(line, "procedure_code is empty"));
        }
        let branch = branches.iter().find(|branch| branch.code == row.branch_code);
        let branch = branch.ok_or_else(|| file.bad(line, format!("no branch {:?}", row.branch_code)))?.id;
        let case = case_of(&row).map_err(|reason| file.bad(line, reason))?;
        match procedures.iter_mut().find(|procedure| procedure.code == row.procedure_code) {
            Some(procedure) => {
                add_case(procedure, branch, case, &row).map_err(|reason| file.bad(line, reason))?
            }
            None => {
                let sector = sector_of(&mut sectors, &row.sector, now);
                procedures.push(procedure_of(&row, sector, branch, case, now));
            }
        }
    }
    Ok((sectors, procedures))
}

fn sector_of(sectors: &mut Vec<Sector>, name: &str, now: DateTime<Utc>) -> SectorId {
    if let Some(sector) = sectors.iter().find(|sector| sector.name == name) {
        return sector.id;
    }
    let id = SectorId::at(now);
    sectors.push(Sector { id, code: fold(name).replace(' ', "-"), name: name.to_owned() });
    id
}

fn procedure_of(
    row: &Row,
    sector_id: SectorId,
    branch: BranchId,
    case: Case,
    now: DateTime<Utc>,
) -> Procedure {
    let note = if row.note.is_empty() { ASSUMED.to_owned() } else { format!("{}. {ASSUMED}", row.note) };
    let version = Version {
        id: VersionId::at(now),
        number: 1,
        valid_from: VALID_FROM.unwrap_or_default(),
        valid_to: None,
        name: row.name.clone(),
        legal_basis: row.legal_basis.clone(),
        decided_by: row.decided_by.clone(),
        online_level: OnlineLevel::Partial,
        postal_eligible: true,
        posted_on: None,
        note: Some(note),
        cases: vec![case],
        components: Vec::new(),
        steps: plain_process(),
    };
    Procedure {
        id: ProcedureId::at(now),
        code: row.procedure_code.clone(),
        code_verified: row.code_verified == "yes",
        sector_id,
        branches: vec![branch],
        versions: vec![version],
    }
}

fn add_case(procedure: &mut Procedure, branch: BranchId, case: Case, row: &Row) -> Result<(), String> {
    let [version] = procedure.versions.as_mut_slice() else {
        return Err("a procedure begins with one version".to_owned());
    };
    if version.name != row.name {
        return Err(format!("{} has another name above", row.procedure_code));
    }
    if case.code.is_none()
        || version.cases.iter().any(|other| other.code.is_none() || other.code == case.code)
    {
        return Err(format!("the cases of {} need codes of their own", row.procedure_code));
    }
    version.cases.push(case);
    for (text, more) in [
        (&mut version.legal_basis, row.legal_basis.as_str()),
        (&mut version.decided_by, row.decided_by.as_str()),
    ] {
        if !more.is_empty() && !text.split("; ").any(|part| part == more) {
            let between = if text.is_empty() { "" } else { "; " };
            text.push_str(between);
            text.push_str(more);
        }
    }
    if !procedure.branches.contains(&branch) {
        procedure.branches.push(branch);
    }
    Ok(())
}

fn case_of(row: &Row) -> Result<Case, String> {
    let time_limit = row.time_limit.as_deref().map(str::parse).transpose();
    let (fee_vnd, fee_note) = fee_of(&row.fee_vnd);
    Ok(Case {
        code: row.case_code.clone(),
        name: row.case_name.clone().unwrap_or_else(|| row.name.clone()),
        time_limit: time_limit.map_err(|error| format!("time_limit: {error}"))?,
        time_limit_verified: row.time_limit_verified == "yes",
        fee_vnd,
        fee_note,
    })
}

/// An amount, words, or an amount with words: `200000 (unverified)`.
fn fee_of(text: &str) -> (Option<u64>, Option<String>) {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (amount, words) = text.split_at(digits);
    (amount.parse().ok(), Some(words.trim().to_owned()).filter(|words| !words.is_empty()))
}

/// The shares are of the time limit.
fn plain_process() -> Vec<ProcessStep> {
    [
        ("tiep_nhan", "Tiếp nhận hồ sơ", 10),
        ("tham_dinh", "Thẩm định", 60),
        ("trinh_ky", "Trình ký", 20),
        ("tra_ket_qua", "Trả kết quả", 10),
    ]
    .map(|(code, name, share_percent)| ProcessStep {
        code: code.to_owned(),
        name: name.to_owned(),
        share_percent,
    })
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_may_be_amounts_or_words_or_both() {
        assert_eq!(fee_of("50000"), (Some(50_000), None));
        assert_eq!(fee_of("0"), (Some(0), None));
        assert_eq!(fee_of(""), (None, None));
        assert_eq!(fee_of("200000 (unverified)"), (Some(200_000), Some("(unverified)".to_owned())));
        let words = "theo TT 285/2016/TT-BTC";
        assert_eq!(fee_of(words), (None, Some(words.to_owned())));
    }
}
