//! `GET /calendar/due-date`: the examples of the rules, explained.

use crate::cli::due::EXAMPLES;
use crate::support::house::TestHouse;
use crate::support::process::run;
use serde_json::{Value, json};

on_both! {
    async fn the_examples_of_the_rules_come_out_without_signing_in(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        for (start, limit, expected) in EXAMPLES {
            let path = format!("/calendar/due-date?start={start}&time_limit={limit}");
            let answer = house.nobody().get(&path).await.expect(200).body;
            assert_eq!(answer["due_on"], *expected, "{start} {limit}");
            assert_eq!(answer["due_at"], format!("{expected}T17:00:00+07:00"));
            assert!(answer.get("explanation").is_none());
        }
    }

    async fn a_due_date_explains_itself_day_by_day(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let path = "/calendar/due-date?start=2020-01-21&time_limit=3wd&explain=true";
        let answer = house.nobody().get(path).await.expect(200).body;
        assert_eq!(answer, json!({
            "due_on": "2020-01-31", "due_at": "2020-01-31T17:00:00+07:00", "apology_due_on": "2020-01-30",
            "provisional": false,
            "explanation": [
                {"date": "2020-01-22", "counted": true, "leg": 1, "n": 1},
                {"date": "2020-01-23", "counted": false, "reason": "Tết Âm lịch - 29 tháng Chạp"},
                {"date": "2020-01-24", "counted": false, "reason": "Tết Âm lịch - 30 tháng Chạp"},
                {"date": "2020-01-25", "counted": false, "reason": "Tết Âm lịch - mùng 1"},
                {"date": "2020-01-26", "counted": false, "reason": "Tết Âm lịch - mùng 2"},
                {"date": "2020-01-27", "counted": false, "reason": "Tết Âm lịch - mùng 3"},
                {"date": "2020-01-28", "counted": false, "reason": "Nghỉ bù Tết Âm lịch"},
                {"date": "2020-01-29", "counted": false, "reason": "Nghỉ bù Tết Âm lịch"},
                {"date": "2020-01-30", "counted": true, "leg": 1, "n": 2},
                {"date": "2020-01-31", "counted": true, "leg": 1, "n": 3},
            ],
        }));
    }

    async fn weekends_and_landings_have_words_in_both_languages(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let path = "/calendar/due-date?start=2026-03-12&time_limit=3d&explain=true";
        let days = house.nobody().get(path).await.expect(200).body["explanation"].clone();
        assert_eq!(days[1], json!({"date": "2026-03-14", "counted": true, "leg": 1, "n": 2}));
        assert_eq!(days[2], json!({"date": "2026-03-15", "counted": true, "leg": 1, "n": 3, "reason": "Chủ nhật"}));
        assert_eq!(days[3]["counted"], false);
        assert!(days[3]["reason"].as_str().unwrap().contains("chuyển đến ngày làm việc này"));
        let english = house.nobody().request(reqwest::Method::GET, path).header("Accept-Language", "en");
        let days = crate::support::house::send(english).await.expect(200).body["explanation"].clone();
        assert_eq!(days[2]["reason"], "Sunday");
        let path = "/calendar/due-date?start=2026-03-13&time_limit=1wd&explain=true";
        let days = house.nobody().get(path).await.expect(200).body["explanation"].clone();
        assert_eq!((&days[0]["reason"], &days[1]["reason"]), (&json!("Thứ Bảy"), &json!("Chủ nhật")));
    }

    async fn hours_are_walked_from_the_moment_and_legs_follow_one_another(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let path = "/calendar/due-date?start=2026-01-08T15:30&time_limit=4wh&explain=true";
        let answer = house.nobody().get(path).await.expect(200).body;
        assert_eq!(answer["due_at"], "2026-01-09T10:00:00+07:00");
        assert_eq!(answer["explanation"][0]["minutes"], 90);
        // A `+` may come escaped or not.
        for plus in ["%2B", "+"] {
            let path = format!("/calendar/due-date?start=2020-03-02&time_limit=3wd{plus}60d");
            assert_eq!(house.nobody().get(&path).await.expect(200).body["due_on"], "2020-05-04");
        }
    }

    async fn what_cannot_be_counted_is_refused(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let ask = async |query: &str| house.nobody().get(&format!("/calendar/due-date?{query}")).await;
        ask("start=2020-01-21&time_limit=3").await.expect_faults(&["/query/time_limit bad-time-limit"]);
        ask("start=21&time_limit=0wd").await
            .expect_faults(&["/query/start bad-form", "/query/time_limit bad-time-limit"]);
        ask("start=2020-01-21").await.expect(422);
        ask("start=2020-01-21&time_limit=3wd&explian=true").await.expect(422);
        let missing = ask("start=2028-12-28&time_limit=5wd").await.expect_problem(422, "calendar-missing");
        assert_eq!(missing.body["year"], 2029);
        assert_eq!(ask("start=2027-03-01&time_limit=3wd").await.expect(200).body["provisional"], true);
    }

    async fn the_command_line_and_the_service_say_the_same(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        for (start, limit) in [("2018-02-12", "4wd"), ("2019-04-24", "10d"), ("2026-12-30", "5wd+3wd"), ("2021-02-05", "8wh")] {
            let query = format!("/calendar/due-date?start={start}&time_limit={}&explain=true", limit.replace('+', "%2B"));
            let answer = house.nobody().get(&query).await.expect(200).body;
            let said = run(&["due", start, limit], &[], "").success().stdout;
            assert!(said.lines().next().unwrap().ends_with(&format!("({})", answer["due_on"].as_str().unwrap())), "{said}");
            assert!(said.contains(&format!("({})", answer["apology_due_on"].as_str().unwrap())), "{said}");
            for day in answer["explanation"].as_array().unwrap() {
                let date: chrono::NaiveDate = day["date"].as_str().unwrap().parse().unwrap();
                let line = said.lines().find(|line| line.starts_with(&date.format("%d/%m/%Y  ").to_string()));
                let line = line.unwrap_or_else(|| panic!("{date} is missing:\n{said}"));
                match (&day["counted"], &day["reason"]) {
                    (Value::Bool(true), _) => assert!(line.contains("ngày thứ") || line.contains("giờ") || line.contains("phút"), "{line}"),
                    (_, reason) if line.contains("nghỉ: ") => assert!(line.contains(reason.as_str().unwrap()), "{line}"),
                    _ => assert!(line.contains("chuyển đến ngày làm việc"), "{line}"),
                }
            }
        }
    }
}
