//! `Idempotency-Key`: the same request under the same key does nothing twice, also when many come at once.

use crate::support::house::{Answer, PASSWORD, Person, TestHouse, etag, send};
use motcua::both;
use motcua::domain::role::Role;
use reqwest::Method;
use serde_json::{Value, json};

fn account(username: &str) -> Value {
    json!({"username": username, "full_name": "Lê Thị Cúc", "role": "office", "password": PASSWORD})
}

async fn post(person: &Person, key: &str, body: &Value) -> Answer {
    send(person.request(Method::POST, "/officers").header("Idempotency-Key", key).json(body)).await
}

on_both! {
    async fn a_repeated_request_gets_the_first_answer_word_for_word(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let first = post(&admin, "k1", &account("cuc")).await.expect(201);
        assert_eq!(first.header("idempotency-replayed"), None);
        let again = post(&admin, "k1", &account("cuc")).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(again.text, first.text);
        for header in ["location", "etag", "content-type"] {
            assert_eq!(again.header(header), first.header(header), "{header}");
        }
        assert_eq!(admin.get("/officers?count=true").await.body["count"], 2);
    }

    async fn a_key_stands_for_one_request_of_one_officer(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        post(&admin, "k1", &account("cuc")).await.expect(201);
        post(&admin, "k1", &account("dao")).await.expect_problem(422, "idempotency-key-reused");
        let other = house.sign_in_as(Role::Admin, None).await;
        post(&other, "k1", &account("dao")).await.expect(201);
        post(&admin, "k2", &account("cuc")).await.expect_problem(409, "username-taken");
    }

    async fn a_refused_act_leaves_no_key_behind(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let taken = post(&admin, "first", &account("cuc")).await.expect(201);
        post(&admin, "k1", &account("cuc")).await.expect_problem(409, "username-taken");
        house
            .write(|conn| {
                use diesel::prelude::*;
                use motcua::db::schema::officers;
                let cuc = officers::table.filter(officers::username.eq("cuc"));
                both!(conn, |c| diesel::delete(cuc).execute(c)?);
                Ok(())
            })
            .await;
        let made = post(&admin, "k1", &account("cuc")).await.expect(201);
        assert_ne!(made.body["id"], taken.body["id"]);
    }

    async fn a_change_that_was_made_is_replayed_though_its_version_is_stale_by_now(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let path = format!("/officers/{}", house.officer("an", Role::Office, None).await);
        let change = || {
            let request = admin.request(Method::PATCH, &path).header("If-Match", etag(1));
            send(request.header("Idempotency-Key", "k1").json(&json!({"title": "Chuyên viên"})))
        };
        assert_eq!(change().await.expect(200).version(), 2);
        assert_eq!(change().await.expect(200).version(), 2);
        admin.patch(&path, 1, json!({"title": "Chuyên viên"})).await.expect_problem(412, "stale");
    }

    async fn fifty_at_once_do_it_once(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let racing: Vec<_> = (0..50)
            .map(|_| {
                let admin = admin.clone();
                tokio::spawn(async move { post(&admin, "race", &account("cuc")).await })
            })
            .collect();
        let (mut ids, mut replayed) = (Vec::new(), 0);
        for one in racing {
            let answer = one.await.unwrap().expect(201);
            replayed += usize::from(answer.header("idempotency-replayed").is_some());
            ids.push(answer.body["id"].clone());
        }
        ids.dedup();
        assert_eq!((ids.len(), replayed), (1, 49));
        assert_eq!(admin.get("/officers?count=true").await.body["count"], 2);
    }

    async fn a_key_must_be_plain_and_of_sensible_length(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        for key in ["", "khóa", &"k".repeat(256)] {
            post(&admin, key, &account("cuc")).await.expect_problem(400, "malformed-header");
        }
        post(&admin, &"k".repeat(255), &account("cuc")).await.expect(201);
    }

    async fn keys_are_kept_a_day_and_then_forgotten(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        post(&admin, "k1", &account("cuc")).await.expect(201);
        let forget = |before| house.write(move |conn| motcua::http::act::forget_keys(conn, before));
        assert_eq!(forget(house.now()).await, 0);
        assert_eq!(forget(house.now() + chrono::Duration::seconds(1)).await, 1);
        post(&admin, "k1", &account("cuc")).await.expect_problem(409, "username-taken");
    }
}
