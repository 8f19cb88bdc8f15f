//! Signing in, staying signed in, and no longer being signed in.

use crate::support::house::{PASSWORD, TestHouse};
use motcua::domain::role::Role;
use serde_json::json;

on_both! {
    async fn a_name_and_a_password_give_a_session_that_knows_who_asks(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        house.officer("an.nguyen", Role::Counter, Some("TS")).await;
        let answer = house
            .nobody()
            .post("/sessions", json!({"username": "An.Nguyen", "password": PASSWORD}))
            .await
            .expect(201);
        assert_eq!(answer.body["expires_in"], 600);
        assert_eq!(answer.body["officer"]["branch_code"], "TS");
        let person = house.nobody().with_token(answer.body["access_token"].as_str().unwrap());
        let current = person.get("/sessions/current").await.expect(200);
        assert_eq!(current.body["username"], "an.nguyen");
        assert_eq!(current.body["role"], "counter");
        assert!(!current.text.contains("argon2"), "{}", current.text);
    }
}
