//! What a supervisor, a proxy and a dashboard see.

use crate::support::ground::Ground;
use crate::support::house::{MORNING, TestHouse};
use motcua::account;
use motcua::domain::role::Role;
use motcua::http::{House, Settings, Warning};
use std::sync::Arc;

on_both! {
    async fn a_working_service_lives_and_is_ready(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        for base in ["", "/api/v1"] {
            let live = house.nobody().get(&format!("{}{base}/health/live", house.origin)).await.expect(200);
            assert_eq!(live.body["status"], "live");
            let ready = house.nobody().get(&format!("{}{base}/health/ready", house.origin)).await.expect(200);
            assert_eq!(ready.body["status"], "ready");
        }
    }

    async fn a_warning_is_shown_and_takes_nothing_out_of_work(db: TestDatabase) {
        let ground = Ground::at(&db, MORNING);
        let house = House::new(ground.db, ground.clock, ground.references, Settings::default())
            .watching(Arc::new(|_, _| Ok(Some(Warning::new("planted").fact("year", 2027)))))
            .watching(Arc::new(|_, _| Ok(None)));
        let house = TestHouse::over(db, house, account::Settings::default()).await;
        let ready = house.nobody().get("/health/ready").await.expect(200);
        assert_eq!(ready.body["warnings"].as_array().unwrap().len(), 1);
        assert_eq!(ready.body["warnings"][0]["code"], "planted");
        assert_eq!(ready.body["warnings"][0]["year"], 2027);
    }

    async fn a_service_without_its_tables_is_not_ready_and_says_no_more(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        house
            .write(|conn| {
                use diesel::prelude::*;
                motcua::both!(conn, |c| diesel::sql_query("drop table settings").execute(c)?);
                Ok(())
            })
            .await;
        let answer = house.nobody().get("/health/ready").await.expect_problem(503, "unavailable");
        assert!(answer.header("retry-after").is_some());
        assert!(!answer.text.contains("settings"), "{}", answer.text);
        house.nobody().get("/health/live").await.expect(200);
    }

    async fn metrics_count_by_route_and_never_by_what_stood_in_the_address(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        admin.get("/officers/000.00.01.H29-260310-0001").await.expect(404);
        admin.get("/officers?branch_code=BIMAT").await.expect(200);
        admin.get("/bi-mat/khac").await.expect(404);
        let text = admin.get("/metrics").await.expect(200).text;
        assert!(text.contains(r#"route="/api/v1/officers/{id}""#), "{text}");
        assert!(text.contains("motcua_http_request_seconds_bucket"), "{text}");
        for secret in ["H29", "BIMAT", "bi-mat"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
