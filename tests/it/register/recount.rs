//! The rates of an imported register against an independent recount of the **file**: a second opinion that reads
//! the register line by line, walks the calendar day by day, and shares no code with the program.

use super::world::World;
use crate::support::process::{Output, run_in};
use crate::support::register::{Line, Shape, lines, place};
use chrono::{Datelike, NaiveDate, NaiveDateTime, Weekday};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn config(file: &str) -> Vec<BTreeMap<String, String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(file);
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// Days off and days worked by exchange.
struct Days {
    off: BTreeSet<NaiveDate>,
    worked: BTreeSet<NaiveDate>,
}

impl Days {
    fn read() -> Self {
        let mut days = Days { off: BTreeSet::new(), worked: BTreeSet::new() };
        for file in ["holidays_2018_2026.csv", "holidays_provisional_2027_2028.csv"] {
            for line in config(file) {
                let date = line["date"].parse().unwrap();
                if line["kind"] == "working_swap" {
                    days.worked.insert(date)
                } else {
                    days.off.insert(date)
                };
            }
        }
        days
    }

    fn is_worked(&self, day: NaiveDate) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        self.worked.contains(&day) || (!weekend && !self.off.contains(&day))
    }

    fn due(&self, start: NaiveDate, limit: &str) -> NaiveDate {
        let mut day = start;
        for leg in limit.split('+') {
            if let Some(count) = leg.strip_suffix("wd") {
                let mut left: u32 = count.parse().unwrap();
                while left > 0 {
                    day = day.succ_opt().unwrap();
                    left -= u32::from(self.is_worked(day));
                }
            } else {
                for _ in 0..leg.strip_suffix('d').unwrap().parse::<u32>().unwrap() {
                    day = day.succ_opt().unwrap();
                }
                while !self.is_worked(day) {
                    day = day.succ_opt().unwrap();
                }
            }
        }
        day
    }
}

/// A line of the register as the recount sees it: days only.
struct Seen {
    keys: BTreeMap<&'static str, String>,
    received: NaiveDate,
    due: NaiveDate,
    /// From when to when it waited, and the due date after it.
    waited: Option<(NaiveDate, Option<(NaiveDate, NaiveDate)>)>,
    resolved: Option<NaiveDate>,
    withdrawn: Option<NaiveDate>,
}

fn seen(register: &[Line]) -> Vec<Seen> {
    let days = Days::read();
    let procedures = config("procedures.csv");
    register
        .iter()
        .map(|line| {
            let cell = |column: &str| line[place(column)].as_str();
            let day = |column: &str| {
                let text = cell(column);
                (!text.is_empty())
                    .then(|| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap().date())
            };
            let procedure = |case: &str| {
                procedures
                    .iter()
                    .find(|one| {
                        one["procedure_code"] == cell("procedure_code")
                            && one["branch_code"] == cell("branch_code")
                            && (case.is_empty() || one["case_code"] == case)
                    })
                    .unwrap()
            };
            let own = cell("time_limit");
            let limit = if own.is_empty() { procedure(cell("case"))["time_limit"].as_str() } else { own };
            let received = day("received_at").unwrap();
            let due = days.due(received, limit);
            // What was late when papers were asked for stays late; all else is counted again from zero.
            let again = |from: NaiveDate, to| if due < from { due } else { days.due(to, limit) };
            let waited = day("supplement_requested_at")
                .map(|from| (from, day("supplied_at").map(|to| (to, again(from, to)))));
            let keys = [
                ("branch_code", cell("branch_code")),
                ("sector", procedure("")["sector"].as_str()),
                ("procedure_code", cell("procedure_code")),
                ("channel", cell("channel")),
            ];
            Seen {
                keys: keys.into_iter().map(|(key, value)| (key, value.to_owned())).collect(),
                received,
                due,
                waited,
                resolved: day("resolved_at"),
                withdrawn: day("withdrawn_at"),
            }
        })
        .collect()
}

/// The figures of some lines, in the words of the API.
fn count<'a>(all: impl Iterator<Item = &'a Seen>, from: NaiveDate, to: NaiveDate, as_of: NaiveDate) -> Value {
    let mut n: BTreeMap<&str, u64> = BTreeMap::new();
    let mut add = |name: &'static str, when: bool| *n.entry(name).or_insert(0) += u64::from(when);
    // A report that is made before its period ends knows nothing of the rest.
    let within = |day: NaiveDate| from <= day && day <= to.min(as_of);
    for one in all {
        let ended = one.resolved.or(one.withdrawn);
        let last_due = match one.waited {
            Some((_, Some((_, due)))) => due,
            _ => one.due,
        };
        add("received", within(one.received));
        for channel in ["online", "in_person", "postal"] {
            add(channel, within(one.received) && one.keys["channel"] == channel);
        }
        add("carried_over", one.received < from && ended.is_none_or(|day| day >= from));
        if let Some(resolved) = one.resolved.filter(|day| within(*day)) {
            add("early", resolved < last_due);
            add("on_time", resolved == last_due);
            add("overdue", resolved > last_due);
        }
        if let Some(withdrawn) = one.withdrawn.filter(|day| within(*day)) {
            // While it waits the clock stands still.
            let until = match one.waited {
                Some((since, None)) => since,
                _ => withdrawn,
            };
            add("closed", true);
            add("closed_past_due", last_due < until);
        }
        if one.received <= as_of && ended.is_none_or(|day| day > as_of) {
            let (waits, due) = match one.waited {
                Some((since, _)) if since > as_of => (false, one.due),
                Some((_, Some((until, due)))) => (until > as_of, due),
                Some((_, None)) => (true, one.due),
                None => (false, one.due),
            };
            add("waiting", waits);
            add("within_limit", !waits && due >= as_of);
            add("late", !waits && due < as_of);
        }
    }
    let of = |name: &str| n.get(name).copied().unwrap_or(0);
    json!({
        "received": {"total": of("received"), "online": of("online"), "in_person": of("in_person"), "postal": of("postal")},
        "carried_over": of("carried_over"),
        "resolved": {"total": of("early") + of("on_time") + of("overdue"), "early": of("early"), "on_time": of("on_time"), "overdue": of("overdue")},
        "closed_without_result": {"total": of("closed"), "past_due": of("closed_past_due")},
        "in_process": {"total": of("waiting") + of("within_limit") + of("late"), "within_limit": of("within_limit"), "overdue": of("late"), "waiting": of("waiting")},
    })
}

/// The counted figures of an answer, without rates and words.
fn figures(row: &Value) -> Value {
    let names = ["received", "carried_over", "resolved", "closed_without_result", "in_process"];
    names.iter().map(|name| ((*name).to_owned(), row[name].clone())).collect::<serde_json::Map<_, _>>().into()
}

fn is_nothing(figures: &Value) -> bool {
    match figures {
        Value::Object(members) => members.values().all(is_nothing),
        number => *number == json!(0),
    }
}

/// Lines of the register: `MOTCUA_TEST_LINES` for a large one.
fn size() -> usize {
    std::env::var("MOTCUA_TEST_LINES").map_or(2000, |text| text.parse().unwrap())
}

impl World {
    fn program(&self, args: &[&str]) -> Output {
        run_in(self.folder.path(), args, &[("DATABASE_URL", &self.url)], "")
    }
}

on_both! {
    async fn rates_of_any_period_and_grouping_equal_a_recount_of_the_file(db: TestDatabase) {
        let world = World::new(&db);
        let register = lines(Shape::new(9, size()));
        world.write_lines("so.csv", &register);
        world.import(&["so.csv"]).success();
        world.program(&["verify"]).success();
        let seen = seen(&register);

        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let periods = [
            ("2024-06-03", "2026-06-30", None),
            ("2025-01-01", "2025-12-31", None),
            ("2025-01-15", "2025-02-14", None),
            ("2025-02-03", "2025-02-03", None),
            ("2024-12-15", "2025-03-14", Some("2025-02-10")),
            ("2026-06-01", "2026-06-30", Some("2026-08-31")),
            ("2020-01-01", "2020-12-31", None),
        ];
        let groupings: [&[&str]; 7] = [
            &[], &["branch"], &["sector"], &["branch", "sector"], &["procedure"], &["channel"],
            &["branch", "procedure", "channel"],
        ];
        let key_of = |by: &str| match by {
            "branch" => "branch_code",
            "sector" => "sector",
            "procedure" => "procedure_code",
            "channel" => "channel",
            other => panic!("{other}"),
        };
        let mut compared = 0;
        for (from, to, as_of) in periods {
            for by in groupings {
                let mut args = vec!["rates", "--from", from, "--to", to, "--format", "json"];
                if let Some(as_of) = as_of {
                    args.extend(["--as-of", as_of]);
                }
                let joined = by.join(",");
                if !by.is_empty() {
                    args.extend(["--by", &joined]);
                }
                let answer: Value = serde_json::from_str(&world.program(&args).success().stdout).unwrap();
                let counted = |of: &dyn Fn(&&Seen) -> bool| {
                    count(seen.iter().filter(of), day(from), day(to), day(as_of.unwrap_or(to)))
                };
                assert_eq!(figures(&answer["total"]), counted(&|_| true), "{args:?}");
                let keys: Vec<&str> = by.iter().map(|by| key_of(by)).collect();
                let groups: BTreeSet<Vec<&str>> = seen
                    .iter()
                    .map(|one| keys.iter().map(|key| one.keys[key].as_str()).collect())
                    .collect();
                let mut rows: BTreeMap<Vec<&str>, Value> = answer["rows"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|row| (keys.iter().map(|key| row[key].as_str().unwrap()).collect(), figures(row)))
                    .collect();
                if by.is_empty() {
                    rows.clear();
                    continue;
                }
                for group in groups {
                    let wanted = counted(&|one| keys.iter().zip(&group).all(|(key, value)| one.keys[key] == *value));
                    let row = rows.remove(&group);
                    assert!(row.as_ref() == Some(&wanted) || (row.is_none() && is_nothing(&wanted)), "{args:?} {group:?}\n{row:?}\n{wanted:?}");
                    compared += 1;
                }
                assert!(rows.is_empty(), "{args:?}: rows of nothing: {rows:?}");
            }
        }
        assert!(compared > 500, "{compared}");
    }
}
