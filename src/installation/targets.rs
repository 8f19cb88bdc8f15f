//! `targets.csv`: the plan's targets. Given once: to an empty database, and to one from before there were any.

use super::files::{NamedText, StartingDataError};
use crate::both;
use crate::db::schema::{branches, sectors};
use crate::db::{Conn, DbError};
use crate::domain::ids::{BranchId, OfficerId, SectorId, TargetId};
use crate::domain::target::{Bar, Fraction, Indicator, Strictness, Target};
use crate::failure::{Failure, Outcome};
use crate::target;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    indicator: String,
    /// Empty: all branches.
    branch_code: Option<String>,
    /// Code or name; empty: all sectors.
    sector: Option<String>,
    strictness: String,
    value: String,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    note: Option<String>,
}

/// A target whose branch and sector are named and not looked up yet.
pub(super) struct Named {
    indicator: Indicator,
    branch: Option<String>,
    sector: Option<String>,
    bar: Bar,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    note: Option<String>,
}

pub(super) fn read(file: &NamedText) -> Result<Vec<Named>, StartingDataError> {
    let mut targets = Vec::new();
    for (line, row) in file.rows::<Row>()? {
        let bad = |what: &str, text: &str| file.bad(line, format!("{what} {text:?}"));
        targets.push(Named {
            indicator: row.indicator.parse::<Indicator>().map_err(|_| bad("no indicator", &row.indicator))?,
            branch: row.branch_code,
            sector: row.sector,
            bar: Bar {
                value: Fraction::parse(&row.value).ok_or_else(|| bad("no share", &row.value))?,
                strictness: row
                    .strictness
                    .parse::<Strictness>()
                    .map_err(|_| bad("strictness is >=, > or =, not", &row.strictness))?,
            },
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            note: row.note,
        });
    }
    Ok(targets)
}

/// Gives them to a database that never had any.
pub(super) fn give(conn: &mut Conn<'_>, named: &[Named], now: DateTime<Utc>) -> Outcome<()> {
    if target::has_any(conn)? {
        return Ok(());
    }
    for one in named {
        let unknown = |what: &str, name: &str| Failure::Broken(format!("targets.csv: no {what} {name:?}"));
        let branch = match &one.branch {
            None => None,
            Some(code) => Some(branch(conn, code)?.ok_or_else(|| unknown("branch", code))?),
        };
        let sector = match &one.sector {
            None => None,
            Some(name) => Some(sector(conn, name)?.ok_or_else(|| unknown("sector", name))?),
        };
        let Named { indicator, bar, valid_from, valid_to, .. } = *one;
        let target = Target { id: TargetId::at(now), indicator, branch, sector, bar, valid_from, valid_to };
        target::add(conn, &target, one.note.clone(), now, OfficerId::nil())?;
    }
    tracing::info!(targets = named.len(), "targets given");
    Ok(())
}

fn branch(conn: &mut Conn<'_>, code: &str) -> Result<Option<BranchId>, DbError> {
    Ok(both!(conn, |c| branches::table
        .filter(branches::code.eq(code))
        .select(branches::id)
        .first(c)
        .optional())?)
}

fn sector(conn: &mut Conn<'_>, named: &str) -> Result<Option<SectorId>, DbError> {
    Ok(both!(conn, |c| sectors::table
        .filter(sectors::code.eq(named).or(sectors::name.eq(named)))
        .select(sectors::id)
        .first(c)
        .optional())?)
}

#[cfg(test)]
mod tests {
    use crate::installation::{Files, targets};

    #[test]
    fn the_targets_of_the_plan_can_be_read() {
        let files = Files::read(None).unwrap();
        let read = targets::read(&files.targets).unwrap();
        let shown: Vec<String> =
            read.iter().map(|one| format!("{} {}", one.indicator, one.bar.shown())).collect();
        let wanted = [
            "S06 = 100 %",
            "S07 >= 70 %",
            "S08 >= 10 %",
            "S09 = 100 %",
            "S12 >= 98 %",
            "S13 = 100 %",
            "S18 = 100 %",
            "S21 = 100 %",
            "S23 >= 70 %",
            "P312 > 90 %",
        ];
        assert_eq!(shown, wanted);
        assert!(read.iter().all(|one| one.branch.is_none() && one.sector.is_none() && one.note.is_some()));
    }

    #[test]
    fn a_target_that_is_no_share_is_refused_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["branches.csv", "procedures.csv", "rule_sets.csv"] {
            std::fs::write(folder.path().join(file), "code\n").unwrap();
        }
        let head = "indicator,branch_code,sector,strictness,value,valid_from,valid_to,note";
        let text = format!("{head}\nS06,,,=,100 %,2020-01-01,,\nP312,TS,,>,9/8,2020-01-01,,\n");
        std::fs::write(folder.path().join("targets.csv"), text).unwrap();
        let files = Files::read(Some(folder.path())).unwrap();
        let Err(error) = targets::read(&files.targets) else { panic!("was read") };
        assert!(error.to_string().contains("line 3") && error.to_string().contains("9/8"), "{error}");
        // A folder from before there were targets gets those of the program.
        std::fs::remove_file(folder.path().join("targets.csv")).unwrap();
        assert_eq!(targets::read(&Files::read(Some(folder.path())).unwrap().targets).unwrap().len(), 10);
    }
}
