//! Two answers to one question, laid side by side: every figure under its row and its name. Pure.

use serde_json::Value;
use std::collections::BTreeMap;

/// Whose row: `branch_code=TS sector_code=thuy-san`; nothing for the sum of all.
pub type RowName = BTreeMap<String, String>;

/// Figures, by row and by name (`resolved.overdue`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leaves(pub BTreeMap<RowName, BTreeMap<String, Value>>);

/// What a row is known by.
const KEYS: [&str; 4] = ["branch_code", "sector_code", "procedure_code", "month"];
/// Not figures: the place in a list, and names that may be spelled anew.
const NOT_FIGURES: [&str; 5] = ["row_no", "branch", "sector", "procedure", "period"];

/// One figure that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub row: RowName,
    pub figure: String,
    pub closed: Value,
    pub now: Value,
    /// Of counts.
    pub difference: Option<i64>,
}

impl Leaves {
    /// All rows of an answer with `rows` and `total`.
    pub fn of_answer(answer: &Value) -> Self {
        let rows = answer.get("rows").and_then(Value::as_array);
        let mut all = Self::default();
        for row in rows.into_iter().flatten() {
            all.0.extend(Self::of_row(row).0);
        }
        if let Some(total) = answer.get("total") {
            let mut leaves = BTreeMap::new();
            gather(total, "", &mut leaves);
            all.0.insert(RowName::new(), leaves);
        }
        all
    }

    /// One row.
    pub fn of_row(row: &Value) -> Self {
        let key = |name: &str| Some((name.to_owned(), row.get(name)?.as_str()?.to_owned()));
        let mut leaves = BTreeMap::new();
        gather(row, "", &mut leaves);
        Self(BTreeMap::from([(KEYS.iter().filter_map(|name| key(name)).collect(), leaves)]))
    }

    /// Adds the counts of `other`, row by row.
    pub fn add(&mut self, other: &Self) {
        self.add_times(other, 1);
    }

    /// The same, `times` over (−1 takes them away).
    pub fn add_times(&mut self, other: &Self, times: i64) {
        for (row, leaves) in &other.0 {
            let mine = self.0.entry(row.clone()).or_default();
            for (figure, value) in leaves {
                let more = times * value.as_i64().unwrap_or(0);
                let sum = mine.get(figure).and_then(Value::as_i64).unwrap_or(0) + more;
                mine.insert(figure.clone(), sum.into());
            }
        }
    }

    /// The counts of `figure` in `row`; 0 where there is no such row.
    pub fn count(&self, row: &RowName, figure: &str) -> i64 {
        self.0.get(row).and_then(|leaves| leaves.get(figure)).and_then(Value::as_i64).unwrap_or(0)
    }

    /// Only these figures; rows without one that is not 0 are left out.
    pub fn only(mut self, wanted: impl Fn(&str) -> bool) -> Self {
        for leaves in self.0.values_mut() {
            leaves.retain(|figure, value| wanted(figure) && value.as_i64().is_some_and(|count| count != 0));
        }
        self.0.retain(|_, leaves| !leaves.is_empty());
        self
    }

    /// All of it as the sum of all rows.
    pub fn in_total(&self) -> Self {
        let mut total = Self::default();
        for leaves in self.0.values() {
            total.add(&Self(BTreeMap::from([(RowName::new(), leaves.clone())])));
        }
        total
    }
}

fn gather(value: &Value, path: &str, leaves: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if path.is_empty() && (KEYS.contains(&name.as_str()) || NOT_FIGURES.contains(&name.as_str()))
                {
                    continue;
                }
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                gather(member, &path, leaves);
            }
        }
        Value::Array(_) => {}
        plain => {
            leaves.insert(path.to_owned(), plain.clone());
        }
    }
}

/// What is another figure now. A row that is only in one of the two counts 0 in the other; a figure that only one
/// of the two knows (a newer program tells more) is no change.
pub fn changes(closed: &Leaves, now: &Leaves) -> Vec<Change> {
    let mut rows: Vec<&RowName> = closed.0.keys().chain(now.0.keys()).collect();
    rows.sort_unstable();
    rows.dedup();
    let empty = BTreeMap::new();
    let mut changes = Vec::new();
    for row in rows {
        let (was, is) = (closed.0.get(row), now.0.get(row));
        let (was_there, is_there) = (was.is_some(), is.is_some());
        let (was, is) = (was.unwrap_or(&empty), is.unwrap_or(&empty));
        let mut figures: Vec<&String> = was.keys().chain(is.keys()).collect();
        figures.sort_unstable();
        figures.dedup();
        for figure in figures {
            let (closed, now) = (was.get(figure), is.get(figure));
            if (was_there && closed.is_none()) || (is_there && now.is_none()) || closed == now {
                continue;
            }
            let count = |value: Option<&Value>| value.map_or(Some(0), Value::as_i64);
            let difference = count(now).zip(count(closed)).map(|(now, closed)| now - closed);
            if difference == Some(0) {
                continue;
            }
            let of = |value: Option<&Value>| match (value, difference) {
                (Some(value), _) => value.clone(),
                (None, Some(_)) => 0.into(),
                (None, None) => Value::Null,
            };
            let (closed, now) = (of(closed), of(now));
            if closed != now {
                changes.push(Change { row: row.clone(), figure: figure.clone(), closed, now, difference });
            }
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(closed: &Value, now: &Value) -> Vec<String> {
        let changes = changes(&Leaves::of_answer(closed), &Leaves::of_answer(now));
        let row = |row: &RowName| row.values().cloned().collect::<Vec<_>>().join("/");
        changes
            .iter()
            .map(|c| format!("{}:{} {}>{} {:?}", row(&c.row), c.figure, c.closed, c.now, c.difference))
            .collect()
    }

    #[test]
    fn every_figure_that_changed_is_named_under_its_row_and_nothing_else() {
        let closed = json!({"rows": [
            {"branch_code": "TS", "branch": "cũ", "row_no": 1, "resolved": {"total": 3, "early": 1}, "r1": {"percent": "50.00"}},
            {"branch_code": "KL", "row_no": 2, "resolved": {"total": 2, "early": 2}, "r1": null},
        ], "total": {"resolved": {"total": 5, "early": 3}}});
        let now = json!({"rows": [
            {"branch_code": "CN", "row_no": 1, "resolved": {"total": 1, "early": 0}, "r1": null},
            {"branch_code": "TS", "branch": "mới", "row_no": 2, "resolved": {"total": 4, "early": 1, "new": 9}, "r1": {"percent": "75.00"}},
        ], "total": {"resolved": {"total": 5, "early": 1}}});
        assert_eq!(
            told(&closed, &now),
            [
                ":resolved.early 3>1 Some(-2)",
                "CN:resolved.total 0>1 Some(1)",
                "KL:resolved.early 2>0 Some(-2)",
                "KL:resolved.total 2>0 Some(-2)",
                "TS:r1.percent \"50.00\">\"75.00\" None",
                "TS:resolved.total 3>4 Some(1)",
            ]
        );
        assert_eq!(told(&closed, &closed), Vec::<String>::new());
    }
}
