//! `motcua rates`: the same figures as a table, as JSON and as CSV.

use crate::report::written::written;
use crate::support::process::{run, run_on};
use serde_json::Value;

const FIRST_QUARTER: [&str; 5] = ["rates", "--from", "2024-12-15", "--to", "2025-03-14"];

on_both! {
    async fn table_json_and_csv_tell_the_same(db: TestDatabase) {
        let _written = written(&db, 60);
        let said = |more: &[&str]| run_on(&db, &[&FIRST_QUARTER[..], more].concat(), "").success().stdout;
        let json: Value = serde_json::from_str(&said(&["--by", "branch,sector", "--format", "json"])).unwrap();
        let rows = json["rows"].as_array().unwrap();
        assert!(rows.len() > 1, "{json}");

        let csv = said(&["--by", "branch,sector", "--format", "csv"]);
        let mut sheet = csv::Reader::from_reader(csv.as_bytes());
        let names = sheet.headers().unwrap().clone();
        let place = |name: &str| names.iter().position(|n| n == name).unwrap_or_else(|| panic!("{name}: {names:?}"));
        let lines: Vec<csv::StringRecord> = sheet.records().map(Result::unwrap).collect();
        assert_eq!(lines.len(), rows.len());
        let table = said(&["--by", "branch,sector"]);
        for (line, row) in lines.iter().zip(rows) {
            assert_eq!(&line[place("branch")], row["branch_code"].as_str().unwrap());
            assert_eq!(&line[place("sector")], row["sector_code"].as_str().unwrap());
            assert_eq!(line[place("received")], row["received"]["total"].to_string());
            assert_eq!(line[place("in_process_overdue")], row["in_process"]["overdue"].to_string());
            let percent = row["r1"]["percent"].as_str().unwrap_or_default();
            assert_eq!(&line[place("r1")], percent);
            let in_table = table.lines().find(|line| {
                line.starts_with(row["branch_code"].as_str().unwrap()) && line.contains(row["sector"].as_str().unwrap())
            });
            assert!(in_table.unwrap().contains(&percent.replace('.', ",")), "{in_table:?} {percent}");
        }
        assert!(table.starts_with("Từ 15/12/2024 đến 14/03/2025, chốt ngày 14/03/2025\n\nĐơn vị"), "{table}");
        let whole = table.lines().find(|line| line.starts_with("Tổng số")).unwrap();
        let received = json["total"]["received"]["total"].to_string();
        assert!(whole.split_whitespace().any(|cell| cell == received));

        let ungrouped = said(&["--format", "csv"]);
        assert_eq!(ungrouped.lines().count(), 2);
        assert_eq!(said(&[]).lines().filter(|line| line.contains("Tiếp nhận")).count(), 1);
        let periods: Value = serde_json::from_str(&said(&["--by", "reporting_period", "--format", "json"])).unwrap();
        let names: Vec<&str> = periods["rows"].as_array().unwrap().iter().map(|row| row["reporting_period"].as_str().unwrap()).collect();
        assert_eq!(names, ["2025-01", "2025-02", "2025-03"]);

        let refused = run_on(&db, &["rates", "--from", "2025-03-14", "--to", "2025-03-01"], "").code(2);
        assert!(refused.stderr.contains("query/to"), "{}", refused.stderr);
        run_on(&db, &[&FIRST_QUARTER[..], &["--by", "robot"]].concat(), "").code(2);
    }
}

#[test]
fn asking_does_not_make_a_database() {
    for command in [&FIRST_QUARTER[..], &["verify"]] {
        let refused = run(&[command, &["--database-url", "sqlite://none.db"]].concat(), &[], "").code(1);
        assert!(refused.stderr.contains("none.db"), "{}", refused.stderr);
    }
}
