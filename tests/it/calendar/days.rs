//! Days and years of the calendar, kept by an administrator.

use crate::support::house::{Person, TestHouse};
use motcua::domain::role::Role;
use serde_json::{Value, json};

async fn due(person: &Person, start: &str, limit: &str) -> Value {
    let path = format!("/calendar/due-date?start={start}&time_limit={limit}");
    person.get(&path).await.expect(200).body["due_on"].clone()
}

on_both! {
    async fn the_days_of_a_year_are_shown_with_its_standing(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let year = counter.get("/calendar/days?year=2020").await.expect(200).body;
        assert_eq!((&year["standing"], &year["working_days"]), (&json!("announced"), &json!(252)));
        assert_eq!(year["items"][0], json!({
            "date": "2020-01-01", "kind": "holiday", "name": "Tết Dương lịch", "paired_date": null, "note": null,
        }));
        assert_eq!(counter.get("/calendar/days?year=2027").await.expect(200).body["standing"], "provisional");
        counter.get("/calendar/days?year=2029").await.expect_problem(422, "calendar-missing");
        house.nobody().get("/calendar/days?year=2020").await.expect_problem(401, "unauthenticated");
    }

    async fn a_day_that_the_government_announces_counts_from_the_next_question_on(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        assert_eq!(due(&admin, "2026-11-20", "1wd").await, "2026-11-23");
        let off = json!({"kind": "compensatory_off", "name": "Nghỉ hoán đổi", "paired_date": "2026-11-28"});
        admin.put("/calendar/days/2026-11-23", off.clone()).await.expect(200);
        assert_eq!(due(&admin, "2026-11-20", "1wd").await, "2026-11-25"); // the 24th is a holiday
        let worked = json!({"kind": "working_swap", "name": "Làm bù", "paired_date": "2026-11-23"});
        admin.put("/calendar/days/2026-11-28", worked).await.expect(200);
        assert_eq!(due(&admin, "2026-11-27", "1wd").await, "2026-11-28");

        let renamed = json!({"kind": "compensatory_off", "name": "Nghỉ hoán đổi dịp 24/11", "note": "CV 1/2026"});
        let day = admin.put("/calendar/days/2026-11-23", renamed).await.expect(200).body;
        assert_eq!((&day["paired_date"], &day["note"]), (&Value::Null, &json!("CV 1/2026")));
        admin.delete("/calendar/days/2026-11-23").await.expect(204);
        admin.delete("/calendar/days/2026-11-23").await.expect_problem(404, "not-found");
        assert_eq!(due(&admin, "2026-11-20", "1wd").await, "2026-11-23");
    }

    async fn a_day_that_contradicts_its_weekday_or_lies_nowhere_is_refused(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let day = |kind: &str| json!({"kind": kind, "name": "Ngày thử"});
        admin.put("/calendar/days/2026-03-11", day("working_swap")).await.expect_faults(&["/kind swap-on-weekday"]);
        admin.put("/calendar/days/2026-03-14", day("compensatory_off")).await
            .expect_faults(&["/kind compensatory-on-weekend"]);
        let itself = json!({"kind": "holiday", "name": "Ngày thử", "paired_date": "2026-03-11"});
        admin.put("/calendar/days/2026-03-11", itself).await.expect_faults(&["/paired_date paired-with-itself"]);
        admin.put("/calendar/days/2026-03-11", json!({"kind": "holiday", "name": ""})).await
            .expect_faults(&["/name empty"]);
        admin.put("/calendar/days/2035-03-12", day("holiday")).await.expect_problem(422, "calendar-missing");
        admin.put("/calendar/days/2026-02-30", day("holiday")).await.expect_problem(404, "no-such-path");
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        head.put("/calendar/days/2026-03-11", day("holiday")).await.expect_problem(403, "admin-only");
        head.delete("/calendar/days/2026-01-01").await.expect_problem(403, "admin-only");
        head.put("/calendar/years/2027", json!({"standing": "announced"})).await.expect_problem(403, "admin-only");
    }

    async fn a_year_begins_with_its_days_and_becomes_certain(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let announced = json!({"standing": "announced"});
        let year = admin.put("/calendar/years/2027", announced.clone()).await.expect(200).body;
        assert_eq!((&year["standing"], year["items"].as_array().unwrap().len()), (&json!("announced"), 15));
        let path = "/calendar/due-date?start=2027-03-01&time_limit=3wd";
        assert_eq!(admin.get(path).await.expect(200).body["provisional"], false);

        admin.put("/calendar/years/2029", announced).await.expect_faults(&["/days year-without-days"]);
        let empty = json!({"standing": "provisional", "days": []});
        admin.put("/calendar/years/2029", empty).await.expect_faults(&["/days year-without-days"]);
        let day = |date: &str, kind: &str| json!({"date": date, "kind": kind, "name": "Tết Dương lịch"});
        let bad = json!({"standing": "provisional", "days": [
            day("2029-01-01", "holiday"), day("2028-01-01", "holiday"),
        ]});
        admin.put("/calendar/years/2029", bad).await.expect_faults(&["/days/1/date another-year"]);
        let bad = json!({"standing": "provisional", "days": [
            day("2029-01-01", "holiday"), day("2029-01-02", "working_swap"),
        ]});
        admin.put("/calendar/years/2029", bad).await.expect_faults(&["/days/1/kind swap-on-weekday"]);
        let good = json!({"standing": "provisional", "days": [day("2029-01-01", "holiday")]});
        let made = admin.put("/calendar/years/2029", good.clone()).await.expect(200).body;
        assert_eq!(made["working_days"], 260); // 261 weekdays
        assert_eq!(admin.put("/calendar/years/2029", good).await.expect(200).body, made);
        admin.delete("/calendar/days/2029-01-01").await.expect_problem(409, "year-without-days");
    }
}
