//! `schedules.csv`: the reports that are made by themselves.

use super::files::{NamedText, StartingDataError};
use crate::domain::people;
use crate::domain::schedule::{Covers, DueDays};
use crate::reference::Branch;
use crate::schedule::{Planned, Report};
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    name: String,
    report: String,
    /// A code; empty: all branches together; `*`: each branch by itself.
    branch_code: String,
    days: String,
    covers: String,
    /// Addresses, with blanks between.
    recipients: String,
    lead_days: u32,
}

/// The schedules of a file, one for each branch where it says so.
pub(super) fn read(file: &NamedText, branches: &[Branch]) -> Result<Vec<Planned>, StartingDataError> {
    let mut all = Vec::new();
    for (line, row) in file.rows::<Row>()? {
        let bad = |what: &str| file.bad(line, what);
        let report: Report = row.report.parse().map_err(|_unknown| bad("report is ii06a or overdue"))?;
        let days: DueDays = row.days.parse().map_err(|_bad| bad("days are 25/02,25/05 or 10"))?;
        let covers: Covers = row.covers.parse().map_err(|_unknown| bad("covers is not known"))?;
        let recipients = row.recipients.split_whitespace().map(people::email).collect::<Result<Vec<_>, _>>();
        let recipients = recipients.map_err(|_bad| bad("recipients are addresses"))?.join(",");
        let of: Vec<Option<&Branch>> = match row.branch_code.as_str() {
            "" => vec![None],
            "*" => branches.iter().map(Some).collect(),
            code => {
                let known = branches.iter().find(|branch| branch.code == code);
                vec![Some(known.ok_or_else(|| bad("there is no such branch"))?)]
            }
        };
        all.extend(of.into_iter().map(|branch| Planned {
            name: row.name.clone(),
            report,
            branch: branch.map(|branch| branch.id),
            days: days.clone(),
            covers,
            recipients: recipients.clone(),
            lead_days: row.lead_days,
        }));
    }
    Ok(all)
}
