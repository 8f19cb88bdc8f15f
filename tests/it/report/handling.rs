//! How each unit kept its own part of the way: none is lost or counted twice, and each is judged as on the control sheet.

use super::written::{OFFICERS, TODAY, written};
use crate::dossier::life::take_in;
use crate::support::house::TestHouse;
use chrono::NaiveDate;
use motcua::domain::role::Role;
use motcua::report::handling::{Apart, HandlingAsked, handling};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

on_both! {
    async fn every_part_that_ended_in_the_days_asked_for_is_in_one_row(db: TestDatabase) {
        let written = written(&db, 120);
        let mut parts = 0;
        for (from, to) in [("2025-01-01", "2025-01-31"), ("2025-02-10", "2025-02-10"), ("2024-12-01", "2025-12-31"), ("2025-03-15", "2025-06-14")] {
            let (from, to) = (day(from), day(to));
            // Branch, procedure, unit, step, officer: early, on time, overdue, not judged.
            let mut wanted: BTreeMap<[String; 5], [i64; 4]> = BTreeMap::new();
            for life in &written.lives {
                for part in life.parts().into_iter().filter(|part| from <= part.ended_on && part.ended_on <= to) {
                    let officer = part.officer.map(|officer| written.ids.officers.iter().position(|one| *one == officer).unwrap());
                    let key = [
                        written.reference.branch_by_id(life.whose.branch).unwrap().code.clone(),
                        written.reference.procedure_by_id(life.whose.procedure).unwrap().code.clone(),
                        part.unit.to_owned(),
                        part.step.unwrap_or_default(),
                        officer.map(|officer| OFFICERS[officer].to_owned()).unwrap_or_default(),
                    ];
                    let place = part.verdict.map_or(3, |verdict| verdict as usize);
                    wanted.entry(key).or_default()[place] += 1;
                    parts += 1;
                }
            }
            for by in [vec![], vec![Apart::Branch], vec![Apart::Officer], vec![Apart::Branch, Apart::Procedure, Apart::Officer]] {
                let mut folded: BTreeMap<[String; 5], [i64; 4]> = BTreeMap::new();
                for (key, counts) in &wanted {
                    let [branch, procedure, unit, step, officer] = key.clone();
                    let shown = |apart, text: String| if by.contains(&apart) { text } else { String::new() };
                    let key = [shown(Apart::Branch, branch), shown(Apart::Procedure, procedure), unit, step, shown(Apart::Officer, officer)];
                    let sums = folded.entry(key).or_default();
                    sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
                }
                let asked = HandlingAsked { from, to, by, branch_code: None, sector: None, procedure_code: None, format: Default::default() };
                let answer = written.ground.db.read_blocking(|c| handling(c, &written.reference, &asked, day(TODAY), None)).unwrap();
                let answer = json!(answer);
                let figures = |of: &Value| ["early", "on_time", "overdue", "not_judged"].map(|name| of[name].as_i64().unwrap());
                let told: BTreeMap<[String; 5], [i64; 4]> = answer["rows"].as_array().unwrap().iter().map(|row| {
                    let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
                    (["branch_code", "procedure_code", "unit", "step", "officer"].map(text), figures(row))
                }).collect();
                assert_eq!(told, folded, "{asked:?}");
                let mut total = [0; 4];
                folded.values().for_each(|counts| total.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count));
                assert_eq!(figures(&answer["total"]), total, "{asked:?}");
                assert_eq!(answer["total"]["total"], total.iter().sum::<i64>(), "{asked:?}");
            }
        }
        assert!(parts > 100, "only {parts} parts");
    }

    async fn whoever_gets_a_dossier_late_is_not_charged_for_it(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let handler = house.sign_in_as(Role::Handler, Some("TS")).await;
        let taken = take_in(&counter, "1.003650", "Nguyễn Thị Một").await;
        let code = taken.body["code"].as_str().unwrap().to_owned();
        let due = day(taken.body["due_on"].as_str().unwrap());
        // Kept at the counter until the due day, resolved on it.
        house.it_is(&format!("{due} 08:00"));
        let counter = house.sign_in(&counter.username).await;
        let forward = json!({"to_officer": handler.username});
        let passed = counter.act(&format!("/dossiers/{code}/forwarding"), taken.version(), forward).await.expect(200);
        let handler = house.sign_in(&handler.username).await;
        handler.act(&format!("/dossiers/{code}/result"), passed.version(), json!({"outcome": "granted"})).await.expect(200);

        let asked = format!("/rates/handling?from=2026-03-01&to={due}&by=branch,officer");
        let answer = handler.get(&asked).await.expect(200).body;
        let row = |unit: &str| answer["rows"].as_array().unwrap().iter().find(|row| row["unit"] == unit).unwrap().clone();
        let at_counter = row("counter");
        assert_eq!((&at_counter["overdue"], &at_counter["rate"]["percent"]), (&json!(1), &json!("0.00")));
        assert_eq!((&at_counter["branch_code"], &at_counter["officer"]), (&json!("TS"), &json!(counter.username)));
        let handled = row("handling");
        assert_eq!((&handled["on_time"], &handled["rate"]["percent"]), (&json!(1), &json!("100.00")));
        assert_eq!(handled["officer"], json!(handler.username));
        assert_eq!((&answer["total"]["total"], &answer["total"]["rate"]["percent"]), (&json!(2), &json!("50.00")));

        let csv = handler.get(&format!("{asked}&format=csv")).await.expect(200).text;
        let lines: Vec<&str> = csv.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines.len(), 4, "{csv}");
        assert_eq!(lines[1], format!("TS,Bộ phận một cửa,{},Nguyễn Thị Thử,1,0,1,0,0,1,0,0.00", counter.username));
        assert_eq!(lines[2], format!("TS,Cán bộ xử lý,{},Nguyễn Thị Thử,1,0,1,0,1,0,1,100.00", handler.username));
        assert_eq!(lines[3], "Tổng số,,,,2,0,2,0,1,1,1,50.00");
        let table = handler.get(&format!("{asked}&format=table")).await.expect(200).body;
        assert_eq!((&table["rows"][0][1], &table["total"][11]), (&json!("Bộ phận một cửa"), &json!("50,00")));

        let forest = house.sign_in_as(Role::Head, Some("KL")).await;
        let none = forest.get(&format!("/rates/handling?from=2026-03-01&to={due}")).await.expect(200).body;
        assert_eq!((&none["rows"], &none["total"]["rate"]), (&json!([]), &Value::Null));
        forest.get(&format!("/rates/handling?from=2026-03-01&to={due}&branch_code=TS")).await.expect_problem(403, "foreign-branch");
        forest.get(&format!("/rates/handling?from=2026-03-01&to={due}&by=month")).await.expect_faults(&["/query/by/0 unknown-value"]);
        house.nobody().get(&format!("/rates/handling?from=2026-03-01&to={due}")).await.expect(401);
    }

    async fn whoever_gets_a_dossier_when_its_due_date_has_passed_is_not_judged(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let handler = house.sign_in_as(Role::Handler, Some("TS")).await;
        let taken = take_in(&counter, "1.003650", "Nguyễn Thị Hai").await;
        let code = taken.body["code"].as_str().unwrap().to_owned();
        let day_after = day(taken.body["due_on"].as_str().unwrap()).succ_opt().unwrap();
        house.it_is(&format!("{day_after} 08:00"));
        let counter = house.sign_in(&counter.username).await;
        let forward = json!({"to_officer": handler.username});
        let passed = counter.act(&format!("/dossiers/{code}/forwarding"), taken.version(), forward).await.expect(200);
        let handler = house.sign_in(&handler.username).await;
        let result = handler.act(&format!("/dossiers/{code}/result"), passed.version(), json!({"outcome": "granted"})).await;
        assert_eq!(result.expect(200).body["timeliness"], "overdue", "the dossier itself is late");

        let answer = handler.get(&format!("/rates/handling?from=2026-03-01&to={day_after}")).await.expect(200).body;
        let row = |unit: &str| answer["rows"].as_array().unwrap().iter().find(|row| row["unit"] == unit).unwrap().clone();
        assert_eq!((&row("counter")["overdue"], &row("counter")["not_judged"]), (&json!(1), &json!(0)));
        let handled = row("handling");
        assert_eq!((&handled["overdue"], &handled["not_judged"], &handled["rate"]), (&json!(0), &json!(1), &Value::Null));
    }
}
