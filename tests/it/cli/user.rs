//! `motcua user`: the accounts that are made where the machine is.

use crate::support::process::{Service, run_on};
use serde_json::json;

const PASSWORD: &str = "mười hai con giáp";

async fn sign_in(service: &Service, password: &str) -> reqwest::StatusCode {
    let body = json!({"username": "quantri", "password": password});
    let answer =
        reqwest::Client::new().post(service.url("/api/v1/sessions")).json(&body).send().await.unwrap();
    answer.status()
}

on_both! {
    async fn an_account_made_here_signs_in_there_and_its_password_can_be_set_again(db: TestDatabase) {
        let add = ["user", "add", "quantri", "--role", "admin", "--password-stdin"];
        run_on(&db, &add, &format!("{PASSWORD}\n")).success();
        let again = run_on(&db, &add, PASSWORD).code(1);
        assert!(again.stderr.contains("quantri đã có"), "{}", again.stderr);

        let head = ["user", "add", "truong.ts", "--role", "head", "--branch", "TS", "--full-name", "Trần Thị Mẫu",
            "--title", "Chi cục trưởng", "--password-stdin"];
        run_on(&db, &head, PASSWORD).success();
        let listed = run_on(&db, &["user", "list"], "").success().stdout;
        assert_eq!(listed, "quantri\tadmin\t-\tquantri\ntruong.ts\thead\tTS\tTrần Thị Mẫu\n");

        let service = Service::start(&db, &[]).await;
        assert_eq!(sign_in(&service, PASSWORD).await, 201);
        let set = ["user", "password", "quantri", "--password-stdin"];
        run_on(&db, &set, "một mật khẩu khác\n").success();
        assert_eq!(sign_in(&service, PASSWORD).await, 401);
        assert_eq!(sign_in(&service, "một mật khẩu khác").await, 201);
    }

    async fn what_cannot_be_an_account_is_refused(db: TestDatabase) {
        let refused = |args: &[&str], password: &str| {
            let mut all = vec!["user", "add"];
            all.extend(args);
            run_on(&db, &all, password).code(2).stderr
        };
        let said = refused(&["an", "--role", "admin", "--password-stdin"], "ngắn");
        assert!(said.contains("password"), "{said}");
        let said = refused(&["an", "--role", "head", "--password-stdin"], PASSWORD);
        assert!(said.contains("Vai trò này phải thuộc một đơn vị"), "{said}");
        let said = refused(&["an", "--role", "head", "--branch", "ABC", "--password-stdin"], PASSWORD);
        assert!(said.contains("Không có đơn vị"), "{said}");
        refused(&["an", "--role", "king", "--password-stdin"], PASSWORD);
        refused(&["an", "--role", "admin"], PASSWORD);
        let unknown = run_on(&db, &["user", "password", "ai.do", "--password-stdin"], PASSWORD).code(1);
        assert!(unknown.stderr.contains("ai.do"), "{}", unknown.stderr);
        assert_eq!(run_on(&db, &["user", "list"], "").success().stdout, "");
    }

    async fn a_password_is_never_said(db: TestDatabase) {
        let made = run_on(&db, &["user", "add", "quantri", "--role", "admin", "--password-stdin"], PASSWORD).success();
        assert!(!made.stdout.contains(PASSWORD) && !made.stderr.contains(PASSWORD));
        let service = Service::start(&db, &[("MOTCUA__LOG__LEVEL", "trace")]).await;
        assert_eq!(sign_in(&service, PASSWORD).await, 201);
        assert!(!service.log().contains(PASSWORD));
    }
}
