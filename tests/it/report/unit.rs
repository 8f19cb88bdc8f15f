//! The report of a unit: its figures are those of the rates, and what it says in words and on paper are its figures.

use crate::paper::{papers_can_be_read, pdf};
use crate::report::tables::open;
use crate::report::written::written;
use motcua::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    async fn its_figures_are_those_of_the_rates_for_the_plans_days(db: TestDatabase) {
        let written = written(&db, 200);
        let (_house, office) = open(db, &written).await;
        let branch = &written.reference.branch_by_id(written.ids.branches[0]).unwrap().code;
        for (months, from, to) in [(3, "2024-12-15", "2025-03-14"), (12, "2024-12-15", "2025-12-14")] {
            for of in [None, Some(branch)] {
                let only = of.map(|code| format!("&branch_code={code}")).unwrap_or_default();
                let report = office.get(&format!("/reports/unit?year=2025&months={months}{only}")).await.expect(200).body;
                assert_eq!((&report["from"], &report["to"], &report["as_of"]), (&json!(from), &json!(to), &json!(to)));
                assert_eq!(report["branch_code"], json!(of));
                for (part, by) in [("by_month", "reporting_period"), ("by_branch", "branch"), ("by_sector", "sector"), ("by_branch_and_sector", "branch,sector")] {
                    let rates = office.get(&format!("/rates?from={from}&to={to}&by={by}{only}")).await.expect(200).body;
                    assert_eq!(report[part], rates["rows"], "{part}");
                    assert_eq!(report["total"], rates["total"]);
                    assert!(!rates["rows"].as_array().unwrap().is_empty());
                }
                let signs = office.get(&format!("/reports/integrity?from={from}&to={to}{only}")).await.expect(200).body;
                for sign in signs["indicators"].as_array().unwrap() {
                    assert_eq!(report["integrity"][sign["indicator"].as_str().unwrap()], sign["total"]);
                }
                let causes = office.get(&format!("/reports/causes?from={from}&to={to}{only}")).await.expect(200).body;
                assert_eq!(report["causes"], causes["total"]);
                let ageing = office.get(&format!("/reports/ageing?as_of={to}{only}")).await.expect(200).body;
                assert_eq!(report["ageing"], ageing["total"]);
                assert_eq!(report["ageing"]["open"], report["total"]["in_process"]["total"], "of the same evening");
                let text = report["text"].to_string();
                let r1 = &report["total"]["r1"];
                let share = format!("{}\u{a0}% ({}/{} hồ sơ)", r1["percent"].as_str().unwrap().replace('.', ","), r1["numerator"], r1["denominator"]);
                for words in [share, format!("tiếp nhận {} hồ sơ", report["total"]["received"]["total"]), format!("Đã giải quyết {} hồ sơ", report["total"]["resolved"]["total"])] {
                    assert!(text.contains(&words), "{words}: {text}");
                }
            }
        }
        // Closed, it is the same.
        let asked = "from=2024-12-15&to=2025-03-14&as_of=2025-02-14";
        let report = office.get(&format!("/reports/unit?year=2025&months=3&{asked}")).await.expect(200).body;
        let closed = office.get(&format!("/closings/preview?report=unit&{asked}")).await.expect(200).body;
        let told = |all: &Value, class: &str, name: &str| all[class][name].as_i64().unwrap_or(0);
        let (open, kept) = (&report["ageing"], &closed["figures"]["total"]["ageing"]);
        assert_eq!(open["open"], kept["open"]);
        for class in ["by_age", "by_due"] {
            for name in kept[class].as_object().unwrap().keys() {
                assert_eq!(told(open, class, name), told(kept, class, name), "{class} {name}");
            }
        }
        // The year before the one with figures has none; the year after has them as its year before.
        let next = office.get("/reports/unit?year=2026&months=3&to=2026-01-05").await.expect(200).body;
        let before = office.get("/rates?from=2024-12-15&to=2025-01-05").await.expect(200).body;
        assert_eq!(next["year_before"], before["total"]);
        assert!(before["total"]["received"]["total"].as_i64().unwrap() > 10);
    }

    async fn on_paper_it_has_its_words_its_tables_and_the_numbers_of_its_charts(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let written = written(&db, 120);
        let (house, office) = open(db, &written).await;
        let report = office.get("/reports/unit?year=2025&months=9").await.expect(200).body;
        let paper = pdf(&office, "/reports/unit?year=2025&months=9&format=pdf").await;
        let text = paper.text();
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        let said = squeezed(&text);
        let of_text: Vec<&str> = text.split_whitespace().collect();
        // A paragraph may go on on the next page, whose number stands between.
        let is_said = |words: &str| {
            let words: Vec<&str> = words.split_whitespace().collect();
            (0..of_text.len()).any(|start| {
                let mut rest = of_text[start..].iter().take(words.len() + 1);
                words.iter().all(|word| rest.any(|other| other == word))
            })
        };
        for part in report["text"].as_array().unwrap() {
            for words in part["paragraphs"].as_array().unwrap().iter().chain([&part["title"]]) {
                assert!(is_said(words.as_str().unwrap()), "{words}: {text}");
            }
        }
        for row in report["by_month"].as_array().unwrap().iter().filter(|row| !row["r1"].is_null()) {
            let percent = row["r1"]["percent"].as_str().unwrap().replace('.', ",");
            assert!(text.matches(&percent).count() >= 2, "{percent} stands at its bar and in the table: {text}");
        }
        for words in ["BÁO CÁO KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH 9 THÁNG NĂM 2025", "NGƯỜI LẬP BÁO CÁO", "trên 90 ngày", "Độc lập - Tự do - Hạnh phúc"] {
            assert!(said.contains(&squeezed(words)), "{words}: {text}");
        }
        let code = written.reference.branch_by_id(written.ids.branches[0]).unwrap().code.clone();
        let head = house.sign_in_as(Role::Head, Some(&code)).await;
        let own = pdf(&head, "/reports/unit?year=2025&months=3&format=pdf").await.text();
        assert!(!squeezed(&own).contains("Kếtquảcủacácđơnvị"), "a branch has no branches: {own}");
    }

    async fn what_may_not_be_asked_is_refused_with_the_field_named(db: TestDatabase) {
        let house = crate::support::house::TestHouse::open(db).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        head.get("/reports/unit?year=2026&months=4").await.expect_faults(&["/query/months not-a-report-period"]);
        head.get("/reports/unit?year=1026&months=3").await.expect_faults(&["/query/year out-of-range"]);
        head.get("/reports/unit?year=2026&months=3&branch_code=KL").await.expect_problem(403, "foreign-branch");
        head.get("/reports/unit?year=2028&months=3").await.expect_faults(&["/query/from after-today"]);
        house.nobody().get("/reports/unit?year=2026&months=3").await.expect(401);
        let empty = head.get("/reports/unit?year=2026&months=3").await.expect(200).body;
        assert_eq!((&empty["branch_code"], &empty["by_month"]), (&json!("TS"), &json!([])));
        assert_eq!(empty["total"]["r1"], Value::Null);
        assert!(empty["text"].to_string().contains("chưa có số liệu"));
    }
}
