//! Whoever guesses passwords learns nothing, and has to wait ever longer.

use crate::support::house::{Answer, PASSWORD, TestHouse};
use motcua::account;
use motcua::domain::role::Role;
use motcua::http::Settings;
use serde_json::json;

async fn try_in(house: &TestHouse, username: &str, password: &str) -> Answer {
    house.nobody().post("/sessions", json!({"username": username, "password": password})).await
}

on_both! {
    async fn a_wrong_name_and_a_wrong_password_look_the_same(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        house.officer("an", Role::Admin, None).await;
        let name = try_in(&house, "binh", PASSWORD).await.expect_problem(401, "sign-in-failed");
        let password = try_in(&house, "an", "sai mật khẩu").await.expect_problem(401, "sign-in-failed");
        assert_eq!(name.text, password.text);
        let long = try_in(&house, "an", &"dài ".repeat(10_000)).await.expect_problem(401, "sign-in-failed");
        assert_eq!(name.text, long.text);
    }

    async fn after_five_failures_each_try_has_to_wait_twice_as_long_even_with_the_right_password(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        house.officer("an", Role::Admin, None).await;
        for _ in 0..5 {
            try_in(&house, "an", "sai mật khẩu").await.expect_problem(401, "sign-in-failed");
        }
        let answer = try_in(&house, "AN", PASSWORD).await.expect_problem(429, "too-many-sign-ins");
        assert_eq!(answer.header("retry-after"), Some("5"));
        house.house.clock.set(house.now() + chrono::Duration::seconds(5));
        try_in(&house, "an", "sai mật khẩu").await.expect_problem(401, "sign-in-failed");
        let answer = try_in(&house, "an", PASSWORD).await.expect_problem(429, "too-many-sign-ins");
        assert_eq!(answer.header("retry-after"), Some("10"));

        house.house.clock.set(house.now() + chrono::Duration::seconds(10));
        try_in(&house, "an", PASSWORD).await.expect(201);
        // Signing in wipes the slate.
        for _ in 0..4 {
            try_in(&house, "an", "sai mật khẩu").await.expect_problem(401, "sign-in-failed");
        }
        try_in(&house, "an", PASSWORD).await.expect(201);
    }

    async fn names_that_do_not_exist_are_slowed_down_like_those_that_do(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        for _ in 0..5 {
            try_in(&house, "khong.co", "sai mật khẩu").await.expect_problem(401, "sign-in-failed");
        }
        try_in(&house, "khong.co", "sai mật khẩu").await.expect_problem(429, "too-many-sign-ins");
    }

    async fn guessing_many_at_once_does_not_go_around_the_wait(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        house.officer("an", Role::Admin, None).await;
        let tries: Vec<_> = (0..40)
            .map(|_| {
                let nobody = house.nobody();
                tokio::spawn(async move {
                    let guess = json!({"username": "an", "password": "sai mật khẩu"});
                    nobody.post("/sessions", guess).await.status.as_u16()
                })
            })
            .collect();
        let mut checked = 0;
        for one in tries {
            match one.await.unwrap() {
                401 => checked += 1,
                status => assert_eq!(status, 429),
            }
        }
        // Those whose password was being checked when the fifth failure was written may still get an answer.
        assert!((5..=10).contains(&checked), "{checked} passwords were checked");
    }

    async fn one_address_may_try_only_so_often(db: TestDatabase) {
        let settings = Settings { sign_ins_per_minute: 3, ..Settings::default() };
        let house = TestHouse::open_with(db, settings, account::Settings::default()).await;
        for n in 0..3 {
            try_in(&house, &format!("ai.{n}"), PASSWORD).await.expect_problem(401, "sign-in-failed");
        }
        let answer = try_in(&house, "ai.3", PASSWORD).await.expect_problem(429, "too-many-requests");
        assert!(answer.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    }

    async fn names_and_passwords_must_be_texts(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let nobody = house.nobody();
        nobody.post("/sessions", json!({"username": 1, "password": "x"})).await.expect_faults(&["/username wrong-type"]);
        nobody.post("/sessions", json!({"username": "a\u{1}b", "password": ""})).await
            .expect_faults(&["/username control-character", "/password empty"]);
        nobody.post("/sessions", json!({"username": "a"})).await.expect_faults(&["/password missing-field"]);
        nobody.post("/sessions", json!({"username": "a", "password": "b", "role": "admin"})).await
            .expect_faults(&["/role unknown-field"]);
    }
}
