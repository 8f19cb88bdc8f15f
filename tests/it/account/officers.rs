//! Accounts: who may make and change them, and what follows at once.

use crate::support::house::{PASSWORD, TestHouse};
use motcua::domain::role::Role;
use serde_json::{Value, json};

fn binh() -> Value {
    json!({
        "username": "Binh.Tran", "full_name": "Trần Văn Bình", "title": "Chuyên viên",
        "role": "handler", "branch_code": "TS", "password": PASSWORD
    })
}

on_both! {
    async fn an_administrator_makes_an_account_that_can_sign_in(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let made = admin.post("/officers", binh()).await.expect(201);
        assert_eq!(made.body["username"], "binh.tran");
        assert_eq!(made.body["full_name"], "Trần Văn Bình");
        assert_eq!(made.version(), 1);
        let there = made.header("location").unwrap().to_owned();
        let again = admin.get(&format!("{}{there}", house.origin)).await.expect(200);
        assert_eq!(again.body, made.body);
        house.sign_in("binh.tran").await.get("/sessions/current").await.expect(200);
        admin.post("/officers", binh()).await.expect_problem(409, "username-taken");
    }

    async fn nobody_else_makes_or_changes_accounts(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        for (role, branch) in [(Role::Counter, Some("TS")), (Role::Head, Some("TS")), (Role::Office, None)] {
            let person = house.sign_in_as(role, branch).await;
            person.post("/officers", binh()).await.expect_problem(403, "admin-only");
            let own = format!("/officers/{}", person.id);
            person.patch(&own, 1, json!({"role": "admin"})).await.expect_problem(403, "admin-only");
        }
    }

    async fn every_fault_of_an_account_is_named(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let post = |body: Value| admin.post("/officers", body);
        let mut body = binh();
        body["username"] = "bình".into();
        body["full_name"] = "".into();
        body["title"] = "a\u{7}".into();
        body["password"] = "ngắn".into();
        body["branch_code"] = Value::Null;
        post(body).await.expect_faults(&[
            "/username bad-form", "/full_name empty", "/title control-character",
            "/password too-short", "/branch_code branch-required",
        ]);
        let mut body = binh();
        body["role"] = "boss".into();
        post(body).await.expect_faults(&["/role unknown-value"]);
        let mut body = binh();
        body["role"] = "office".into();
        post(body).await.expect_faults(&["/branch_code branch-not-for-role"]);
        let mut body = binh();
        body["branch_code"] = "XX".into();
        post(body).await.expect_faults(&["/branch_code no-such-branch"]);
        let apart: String = unicode_normalization::UnicodeNormalization::nfd("Trần").collect();
        let mut body = binh();
        body["full_name"] = apart.into();
        post(body).await.expect_faults(&["/full_name not-nfc"]);
    }

    async fn an_account_that_is_no_longer_active_is_signed_out_everywhere_at_once(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        counter.get("/sessions/current").await.expect(200);
        let path = format!("/officers/{}", counter.id);
        let changed = admin.patch(&path, 1, json!({"active": false})).await.expect(200);
        assert_eq!((changed.version(), &changed.body["active"]), (2, &json!(false)));
        counter.get("/sessions/current").await.expect_problem(401, "unauthenticated");
        let renew = json!({"refresh_token": counter.refresh_token});
        counter.post("/sessions/refresh", renew).await.expect_problem(401, "unauthenticated");
        let credentials = json!({"username": counter.username, "password": PASSWORD});
        house.nobody().post("/sessions", credentials.clone()).await.expect_problem(401, "sign-in-failed");
        admin.patch(&path, 2, json!({"active": true})).await.expect(200);
        house.nobody().post("/sessions", credentials).await.expect(201);
    }

    async fn a_change_of_role_holds_for_the_very_next_request(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        assert_eq!(head.get("/sessions/current").await.expect(200).body["branch_code"], "TS");
        let path = format!("/officers/{}", head.id);
        admin.patch(&path, 1, json!({"role": "counter", "branch_code": "KL"})).await.expect(200);
        let now = head.get("/sessions/current").await.expect(200);
        assert_eq!((&now.body["role"], &now.body["branch_code"]), (&json!("counter"), &json!("KL")));
        let office = admin.patch(&path, 2, json!({"role": "office"})).await.expect(200);
        assert_eq!(office.body["branch_code"], Value::Null, "the office belongs to no branch");
        admin.patch(&path, 3, json!({"role": "head"})).await.expect_faults(&["/branch_code branch-required"]);
    }

    async fn a_change_needs_the_version_last_seen(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let path = format!("/officers/{}", house.officer("an", Role::Office, None).await);
        let title = |title: &str| json!({"title": title});
        admin.patch(&path, 1, title("Chánh Văn phòng")).await.expect(200);
        let stale = admin.patch(&path, 1, title("Phó Chánh Văn phòng")).await.expect_problem(412, "stale");
        assert_eq!(stale.body["version"], 2);
        let without = admin.request(reqwest::Method::PATCH, &path).json(&title("x"));
        crate::support::house::send(without).await.expect_problem(428, "if-match-missing");
        let any = admin.request(reqwest::Method::PATCH, &path).header("If-Match", "*").json(&title("x"));
        crate::support::house::send(any).await.expect_problem(428, "if-match-missing");
        let gone = admin.patch(&path, 2, json!({"title": null})).await.expect(200);
        assert_eq!(gone.body["title"], Value::Null);
    }

    async fn of_two_who_change_the_same_version_one_is_told_so(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let path = format!("/officers/{}", house.officer("an", Role::Office, None).await);
        let tries: Vec<_> = (0..8)
            .map(|n| {
                let (admin, path) = (admin.clone(), path.clone());
                tokio::spawn(async move {
                    admin.patch(&path, 1, json!({"title": format!("Chức vụ {n}")})).await.status.as_u16()
                })
            })
            .collect();
        let mut statuses = Vec::new();
        for one in tries {
            statuses.push(one.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
    }

    async fn of_two_administrators_who_dismiss_each_other_at_once_one_remains(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let gone = || json!({"active": false});
        let path = |id| format!("/officers/{id}");
        let mut survivor = None;
        for round in 0..6 {
            let (first, second) = (format!("mot-{round}"), format!("hai-{round}"));
            let first_id = house.officer(&first, Role::Admin, None).await;
            let second_id = house.officer(&second, Role::Admin, None).await;
            let (first, second) = (house.sign_in(&first).await, house.sign_in(&second).await);
            if let Some(survivor) = survivor {
                first.patch(&path(survivor), 1, gone()).await.expect(200);
            }
            let (first_path, second_path) = (path(first_id), path(second_id));
            let (by_first, by_second) =
                tokio::join!(first.patch(&second_path, 1, gone()), second.patch(&first_path, 1, gone()));
            // The slower one is the last administrator, or no longer one to be heard.
            let statuses = (by_first.status.as_u16(), by_second.status.as_u16());
            survivor = Some(match statuses {
                (200, 401 | 409) => first_id,
                (401 | 409, 200) => second_id,
                other => panic!("{other:?}"),
            });
        }
    }

    async fn one_administrator_always_remains(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let own = format!("/officers/{}", admin.id);
        for change in [json!({"active": false}), json!({"role": "office"})] {
            admin.patch(&own, 1, change).await.expect_problem(409, "last-admin");
        }
        house.officer("hai", Role::Admin, None).await;
        admin.patch(&own, 1, json!({"role": "office"})).await.expect(200);
    }

    async fn an_officer_sees_the_colleagues_of_the_own_branch(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        house.officer("a.ts", Role::Handler, Some("TS")).await;
        let foreign = house.officer("a.kl", Role::Handler, Some("KL")).await;
        let listed = counter.get("/officers?count=true").await.expect(200);
        assert_eq!(listed.body["count"], 2);
        assert!(!listed.text.contains("a.kl"), "{}", listed.text);
        counter.get(&format!("/officers/{foreign}")).await.expect_problem(404, "not-found");
        assert_eq!(counter.get("/officers?branch_code=KL").await.expect(200).body["items"], json!([]));

        let office = house.sign_in_as(Role::Office, None).await;
        assert_eq!(office.get("/officers?count=true").await.expect(200).body["count"], 4);
        let handlers = office.get("/officers?role=handler&branch_code=KL&active=true").await.expect(200);
        assert_eq!(handlers.body["items"][0]["username"], "a.kl");
        office.get(&format!("/officers/{foreign}")).await.expect(200);
    }

    async fn one_changes_the_own_password_by_knowing_it(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let person = house.sign_in_as(Role::Counter, Some("TS")).await;
        let elsewhere = house.sign_in(&person.username).await;
        let change = |old: &str, new: &str| person.post("/officers/me/password", json!({"old": old, "new": new}));
        change("không phải thế", "mật khẩu mới tinh").await.expect_faults(&["/old wrong-password"]);
        change(PASSWORD, "ngắn").await.expect_faults(&["/new too-short"]);
        change(PASSWORD, "mật khẩu mới tinh").await.expect(204);
        person.get("/sessions/current").await.expect(200);
        elsewhere.get("/sessions/current").await.expect_problem(401, "unauthenticated");
        let nobody = house.nobody();
        let sign_in =
            |password: &str| nobody.post("/sessions", json!({"username": person.username, "password": password}));
        sign_in(PASSWORD).await.expect_problem(401, "sign-in-failed");
        sign_in("mật khẩu mới tinh").await.expect(201);
    }

    async fn a_key_that_is_no_key_is_not_found(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        admin.get("/officers/1").await.expect_problem(404, "no-such-path");
        admin.get("/officers/00000000-0000-0000-0000-000000000000").await.expect_problem(404, "not-found");
    }

    async fn a_repeated_change_of_password_is_told_that_it_was_done(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let person = house.sign_in_as(Role::Counter, Some("TS")).await;
        let change = || {
            let request = person.request(reqwest::Method::POST, "/officers/me/password");
            let body = json!({"old": PASSWORD, "new": "mật khẩu mới tinh"});
            crate::support::house::send(request.header("Idempotency-Key", "k1").json(&body))
        };
        change().await.expect(204);
        assert_eq!(change().await.expect(204).header("idempotency-replayed"), Some("true"));
    }
}
