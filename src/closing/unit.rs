//! What is closed of the report of a unit: the rates by branch and sector with, of each row, why its dossiers were late and how
//! those in process stood by age and due date.

use super::difference::Leaves;
use crate::db::Conn;
use crate::domain::dossier::on_evening;
use crate::domain::event::Event;
use crate::domain::ids::BranchId;
use crate::domain::local_time::day_of;
use crate::failure::{Failure, Outcome};
use crate::reference::Reference;
use crate::report::{self, AgeingCounts, Asked, CauseCounts};
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const CAUSES: &str = "causes";
const AGEING: &str = "ageing";

/// Rows of another report, by the codes of branch and sector.
type Parts = BTreeMap<(String, String), Value>;

/// The figures as they are today.
///
/// # Errors
/// `Invalid` or `Forbidden` for what may not be asked.
pub fn figures(
    c: &mut Conn<'_>,
    reference: &Reference,
    asked: &Asked,
    today: NaiveDate,
    scope: Option<BranchId>,
) -> Outcome<Value> {
    let question = asked.question(c, reference, today, scope)?;
    let mut figures = json_of(&report::rates(c, reference, asked, today, scope)?)?;
    let causes = report::causes(c, reference, &question, today)?;
    let branch = asked.branch_code.as_deref().and_then(|code| reference.branch(code)).map(|branch| branch.id);
    let ageing = report::ageing(c, reference, branch.or(scope), (question.as_of, today))?;
    let mut of_rows = Parts::new();
    for row in causes.rows {
        of_rows.insert((row.branch_code, row.sector_code), json_of(&row.counts.whole())?);
    }
    lay_in(&mut figures, CAUSES, of_rows, &CauseCounts::default().whole(), &causes.total.whole())?;
    let mut of_rows = Parts::new();
    for row in ageing.rows {
        of_rows.insert((row.branch_code, row.sector_code), json_of(&row.counts.whole())?);
    }
    lay_in(&mut figures, AGEING, of_rows, &AgeingCounts::default().whole(), &ageing.total.whole())?;
    Ok(figures)
}

/// Puts a part into each row and into the sum. What is late or open is counted by the rates as well, so a part has its row;
/// should one have none, it is not lost.
fn lay_in<T: Serialize>(
    figures: &mut Value,
    name: &str,
    mut parts: Parts,
    nothing: &T,
    total: &T,
) -> Outcome<()> {
    let nothing = json_of(nothing)?;
    if let Some(rows) = figures["rows"].as_array_mut() {
        for row in rows.iter_mut() {
            let code = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            let part = parts.remove(&(code("branch_code"), code("sector_code")));
            row[name] = part.unwrap_or_else(|| nothing.clone());
        }
        for ((branch, sector), part) in parts {
            rows.push(json!({"branch_code": branch, "sector_code": sector, name: part}));
        }
    }
    figures["total"][name] = json_of(total)?;
    Ok(())
}

/// Of a row of the rates: how many of the late there are. Why they were late stands in letters, which may be written later
/// and are no acts of other days.
pub fn late_of(row: &mut Value) {
    let count = |at: &str| row.pointer(at).and_then(Value::as_i64).unwrap_or(0);
    let late =
        count("/resolved/overdue") + count("/closed_without_result/past_due") + count("/in_process/overdue");
    row[CAUSES] = json!({ "late": late });
}

/// What a life adds to the open dossiers of an evening.
pub fn open_of(reference: &Reference, events: &[Event], evening: NaiveDate) -> Outcome<Leaves> {
    let Some(dossier) = on_evening(events, evening) else { return Ok(Leaves::default()) };
    let open = dossier.received_at.zip(dossier.due_on()).filter(|_| dossier.status.is_in_process());
    let Some((received_at, due_on)) = open else { return Ok(Leaves::default()) };
    let counts = AgeingCounts::of_one((day_of(received_at), due_on, dossier.waiting.is_some()), evening);
    let mut row = Map::new();
    if let Some(branch) = reference.branch_by_id(dossier.branch) {
        row.insert("branch_code".to_owned(), json!(branch.code));
    }
    if let Some(sector) = reference.sector_by_id(dossier.sector) {
        row.insert("sector_code".to_owned(), json!(sector.code));
    }
    row.insert(AGEING.to_owned(), json_of(&counts)?);
    Ok(Leaves::of_row(&Value::Object(row)))
}

fn json_of<T: Serialize>(value: &T) -> Outcome<Value> {
    serde_json::to_value(value).map_err(|error| Failure::Broken(error.to_string()))
}
