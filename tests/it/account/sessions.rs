//! Signing in, staying signed in, and no longer being signed in.

use crate::support::ground::at;
use crate::support::house::{PASSWORD, Person, TestHouse};
use chrono::Duration;
use motcua::both;
use motcua::domain::role::Role;
use serde_json::json;

async fn refresh(person: &Person) -> crate::support::house::Answer {
    person.post("/sessions/refresh", json!({"refresh_token": person.refresh_token})).await
}

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

    async fn a_token_is_worth_nothing_when_its_ten_minutes_are_over(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let person = house.sign_in_as(Role::Counter, Some("TS")).await;
        house.it_is("2026-03-10 09:09");
        person.get("/sessions/current").await.expect(200);
        house.it_is("2026-03-10 09:10");
        let answer = person.get("/sessions/current").await.expect_problem(401, "unauthenticated");
        assert!(answer.header("www-authenticate").unwrap().contains("invalid_token"));
    }

    async fn what_is_no_token_of_ours_is_nobody(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let person = house.sign_in_as(Role::Counter, Some("TS")).await;
        let mut altered = person.access_token.clone().unwrap();
        altered.replace_range(altered.len() - 4.., "AAAA");
        for token in ["", "x", "a.b.c", altered.as_str()] {
            person.clone().with_token(token).get("/officers").await.expect_problem(401, "unauthenticated");
        }
        let basic = house.nobody().request(reqwest::Method::GET, "/officers").basic_auth("an", Some("b"));
        crate::support::house::send(basic).await.expect_problem(401, "unauthenticated");
    }

    async fn signing_out_ends_the_session_and_its_tokens_at_once(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let person = house.sign_in_as(Role::Counter, Some("TS")).await;
        let elsewhere = house.sign_in(&person.username).await;
        person.get("/sessions/current").await.expect(200);
        person.delete("/sessions/current").await.expect(204);
        person.get("/sessions/current").await.expect_problem(401, "unauthenticated");
        refresh(&person).await.expect_problem(401, "unauthenticated");
        elsewhere.get("/sessions/current").await.expect(200);
    }

    async fn a_refresh_token_buys_one_pair_and_a_copied_one_ends_the_session(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let first = house.sign_in_as(Role::Counter, Some("TS")).await;
        house.it_is("2026-03-10 12:00");
        let renewed = refresh(&first).await.expect(200);
        let mut second = first.clone().with_token(renewed.body["access_token"].as_str().unwrap());
        second.refresh_token = renewed.body["refresh_token"].as_str().map(str::to_owned);
        second.get("/sessions/current").await.expect(200);
        assert_ne!(first.refresh_token, second.refresh_token);

        refresh(&first).await.expect_problem(401, "unauthenticated");
        second.get("/sessions/current").await.expect_problem(401, "unauthenticated");
        refresh(&second).await.expect_problem(401, "unauthenticated");
    }

    async fn of_many_who_use_one_refresh_token_one_gets_the_next(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let person = house.sign_in_as(Role::Counter, Some("TS")).await;
        let tries = (0..10).map(|_| {
            let person = person.clone();
            tokio::spawn(async move { refresh(&person).await.status.as_u16() })
        });
        let mut renewed = 0;
        for one in tries.collect::<Vec<_>>() {
            match one.await.unwrap() {
                200 => renewed += 1,
                status => assert_eq!(status, 401),
            }
        }
        assert_eq!(renewed, 1);
    }

    async fn a_session_nobody_refreshed_for_two_weeks_has_ended(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let person = house.sign_in_as(Role::Counter, Some("TS")).await;
        house.it_is("2026-03-24 09:00");
        refresh(&person).await.expect_problem(401, "unauthenticated");
    }

    async fn refresh_tokens_and_passwords_are_not_readable_in_the_database(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let person = house.sign_in_as(Role::Counter, Some("TS")).await;
        let kept: String = house
            .read(|conn| {
                use diesel::prelude::*;
                use motcua::db::schema::sessions;
                Ok(both!(conn, |c| sessions::table.select(sessions::refresh_hash).first(c)?))
            })
            .await;
        assert_eq!(kept.len(), 64);
        assert_ne!(Some(kept), person.refresh_token);
    }

    async fn what_ended_long_ago_is_forgotten(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        house.sign_in_as(Role::Counter, Some("TS")).await;
        let cut = at("2026-03-10 09:00") + Duration::days(15);
        assert_eq!(house.write(move |conn| motcua::account::forget_stale(conn, cut)).await, 1);
        assert_eq!(house.write(move |conn| motcua::account::forget_stale(conn, cut)).await, 0);
    }
}
