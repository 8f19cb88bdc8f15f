//! Figures beside figures: those of other days are the ones that a question about those days is answered with, and the
//! distances are those of the row they stand in.

use super::written::{TODAY, Written, written};
use chrono::NaiveDate;
use motcua::domain::role::Role;
use motcua::report::rates::rates;
use motcua::report::{Asked, Comparison, Grouping};
use serde_json::{Value, json};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

impl Written {
    fn answer(&self, asked: &Asked) -> Value {
        json!(self.ground.db.read_blocking(|c| rates(c, &self.reference, asked, day(TODAY), None)).unwrap())
    }
}

/// A row's own figures: what stands beside them and how it is called taken away.
fn bare(row: &Value) -> Value {
    let mut row = row.as_object().unwrap().clone();
    let names = [
        "compared",
        "distance",
        "from",
        "to",
        "period",
        "month",
        "week",
        "branch_code",
        "branch",
        "sector",
        "sector_code",
    ];
    names.iter().for_each(|name| {
        row.remove(*name);
    });
    Value::Object(row)
}

fn rows(answer: &Value) -> &Vec<Value> {
    answer["rows"].as_array().unwrap()
}

const BOTH: [Comparison; 2] = [Comparison::Previous, Comparison::YearBefore];

on_both! {
    async fn figures_of_other_days_are_what_a_question_about_those_days_is_answered_with(db: TestDatabase) {
        let written = written(&db, 120);
        let days = [
            // of the days, those before, those of the year before
            [("2025-02-01", "2025-02-28"), ("2025-01-01", "2025-01-31"), ("2024-02-01", "2024-02-29")],
            [("2025-01-15", "2025-03-14"), ("2024-11-15", "2025-01-14"), ("2024-01-15", "2024-03-14")],
            [("2025-02-05", "2025-02-20"), ("2025-01-20", "2025-02-04"), ("2024-02-05", "2024-02-20")],
            [("2026-01-01", "2026-01-31"), ("2025-12-01", "2025-12-31"), ("2025-01-01", "2025-01-31")],
        ];
        let mut compared = 0;
        for [(from, to), before, year_before] in days {
            let by = vec![Grouping::Branch, Grouping::Sector];
            let asked = Asked { by: by.clone(), compare: BOTH.to_vec(), ..Asked::of_days(day(from), day(to), None) };
            let answer = written.answer(&asked);
            for (name, (from, to)) in [("previous", before), ("year_before", year_before)] {
                let other = written.answer(&Asked { by: by.clone(), ..Asked::of_days(day(from), day(to), None) });
                let none = bare(&written.answer(&Asked::of_days(day("2020-02-01"), day("2020-02-02"), None))["total"]);
                for row in rows(&answer) {
                    let same = |other: &&Value| other["branch_code"] == row["branch_code"] && other["sector_code"] == row["sector_code"];
                    let wanted = rows(&other).iter().find(same).map_or_else(|| none.clone(), bare);
                    let beside = &row["compared"][name];
                    assert_eq!((&beside["from"], &beside["to"]), (&json!(from), &json!(to)));
                    assert_eq!(bare(beside), wanted, "{name} of {row}");
                    compared += 1;
                }
                assert_eq!(bare(&answer["total"]["compared"][name]), bare(&other["total"]), "{name}");
            }
        }
        assert!(compared >= 20, "only {compared} rows were compared");
    }

    async fn a_month_of_a_table_is_compared_with_the_month_before_and_that_of_the_year_before(db: TestDatabase) {
        let written = written(&db, 80);
        let asked = Asked { by: vec![Grouping::Month], compare: BOTH.to_vec(), ..Asked::of_days(day("2025-01-10"), day("2025-04-30"), None) };
        let answer = written.answer(&asked);
        assert_eq!(rows(&answer).len(), 4);
        for (row, [before, year_before]) in rows(&answer).iter().zip([
            [("2024-12-01", "2024-12-31"), ("2024-01-01", "2024-01-31")],
            [("2025-01-01", "2025-01-31"), ("2024-02-01", "2024-02-29")],
            [("2025-02-01", "2025-02-28"), ("2024-03-01", "2024-03-31")],
            [("2025-03-01", "2025-03-31"), ("2024-04-01", "2024-04-30")],
        ]) {
            for (name, (from, to)) in [("previous", before), ("year_before", year_before)] {
                let month = written.answer(&Asked::of_days(day(from), day(to), None));
                let beside = &row["compared"][name];
                assert_eq!((&beside["from"], &beside["to"]), (&json!(from), &json!(to)), "{row}");
                assert_eq!(bare(beside), bare(&month["total"]), "{name} of {row}");
            }
        }
        // Of all together, the same number of days before.
        let total = &answer["total"]["compared"]["previous"];
        assert_eq!((&total["from"], &total["to"]), (&json!("2024-09-21"), &json!("2025-01-09")));
    }

    async fn a_row_says_how_far_it_is_to_its_targets(db: TestDatabase) {
        // TS: one resolved in time, one late, one overdue in process. KL: one in process, within its limit or not.
        let house = crate::report::over_http::march(db).await;
        let office = house.sign_in_as(Role::Office, None).await;
        let march = "from=2026-03-01&to=2026-03-31";
        let asked = office.get(&format!("/rates?{march}&by=branch&distance=true&compare=previous,year_before")).await.expect(200).body;
        let of = |code: &str| rows(&asked).iter().find(|row| row["branch_code"] == code).unwrap().clone();
        let nothing = |verdict: &str| json!({"rate": null, "verdict": verdict});
        let half = json!({"rate": {"numerator": 1, "denominator": 2, "percent": "50.00"}, "verdict": "missed"});
        let third = json!({"rate": {"numerator": 1, "denominator": 3, "percent": "33.33"}, "verdict": "missed"});
        assert_eq!(of("TS")["distance"], json!([
            {"indicator": "P312", "target": "> 90 %", "verdict": "missed", "may_be_late": null, "needed_in_time": 9,
             "possible": half, "possible_with_overdue": third},
            {"indicator": "S06", "target": "= 100 %", "verdict": "missed", "may_be_late": null, "needed_in_time": null,
             "possible": third, "possible_with_overdue": third},
        ]));
        assert_eq!(asked["total"]["distance"][0]["needed_in_time"], 9);
        let before = &of("TS")["compared"]["previous"];
        assert_eq!((&before["from"], &before["to"], &before["resolved"]["total"]), (&json!("2026-02-01"), &json!("2026-02-28"), &json!(0)));
        // Before there were targets, and for single officers, there is none to be far from.
        let early = office.get("/rates?from=2019-01-01&to=2019-12-31&distance=true").await.expect(200).body;
        assert_eq!(early["total"].get("distance"), None);
        let by_officer = office.get(&format!("/rates?{march}&by=officer&distance=true")).await.expect(200).body;
        assert!(rows(&by_officer).iter().all(|row| row.get("distance").is_none()));
        let plain = office.get(&format!("/rates?{march}&by=branch")).await.expect(200).body;
        assert!(plain["total"].get("distance").is_none() && plain["total"].get("compared").is_none());
        let empty = office.get("/rates?from=2026-01-01&to=2026-01-31&distance=true").await.expect(200).body;
        assert_eq!(empty["total"]["distance"][0]["possible"], nothing("no_data"));
        office.get(&format!("/rates?{march}&compare=next")).await.expect_faults(&["/query/compare/0 unknown-value"]);
        office.get(&format!("/rates?{march}&distance=perhaps")).await.expect(422);
    }
}
