//! `POST /calendar/impact`: what a change would move, without moving anything.

use crate::support::ground::{Ground, applicant, intake};
use crate::support::house::TestHouse;
use motcua::domain::role::Role;
use serde_json::json;

on_both! {
    async fn the_dossiers_that_would_move_are_named_and_stay_where_they_are(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let ground = Ground {
            db: house.house.db.clone(),
            clock: house.house.clock.clone(),
            references: house.house.references.clone(),
        };
        // Tuesday 10/03/2026, 3 working days: due on Friday the 13th.
        let moved = ground.take_in_async("TS", intake("1.003650", applicant("Nguyễn Văn Mẫu"))).await;
        // 6 working days: due on Wednesday the 18th.
        let longer = ground.take_in_async("TS", intake("1.004359", applicant("Trần Thị Mẫu"))).await;
        let holiday = json!({"add": [{"date": "2026-03-17", "kind": "holiday", "name": "Ngày nghỉ thử"}]});
        let impact = admin.post("/calendar/impact", holiday).await.expect(200).body;
        assert_eq!(impact, json!({"looked_at": 2, "moves": [
            {"code": longer, "branch_code": "TS", "due_on": "2026-03-18", "would_be_due_on": "2026-03-19"},
        ]}));
        let worked = json!({"add": [{"date": "2026-03-14", "kind": "working_swap", "name": "Làm bù thử"}], "remove": []});
        let impact = admin.post("/calendar/impact", worked).await.expect(200).body;
        assert_eq!(impact["moves"][0]["would_be_due_on"], "2026-03-17");
        assert_eq!(impact["moves"].as_array().unwrap().len(), 1);

        let shown = admin.get(&format!("/dossiers/{moved}")).await.expect(200).body;
        assert_eq!(shown["due_on"], "2026-03-13");
        let days = admin.get("/calendar/days?year=2026").await.expect(200).body;
        assert!(!days["items"].as_array().unwrap().iter().any(|day| day["date"] == "2026-03-17"));
    }

    async fn a_change_that_cannot_be_is_refused_and_only_an_administrator_asks(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let bad = json!({"add": [
            {"date": "2026-03-17", "kind": "holiday", "name": "Ngày nghỉ thử"},
            {"date": "2026-03-18", "kind": "working_swap", "name": "Làm bù thử"},
        ]});
        admin.post("/calendar/impact", bad).await.expect_faults(&["/add/1/kind swap-on-weekday"]);
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        head.post("/calendar/impact", json!({})).await.expect_problem(403, "admin-only");
        assert_eq!(admin.post("/calendar/impact", json!({})).await.expect(200).body["moves"], json!([]));
    }
}
