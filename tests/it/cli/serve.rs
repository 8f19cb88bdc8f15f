//! `motcua serve` and `motcua work`: they start, say where they are, and stop when told.

use crate::support::database::{Kind, fresh};
use crate::support::process::{Service, run_in, run_on};
use crate::support::sign::key_file;
use serde_json::Value;

on_both! {
    async fn it_says_where_it_is_answers_and_stops_when_told(db: TestDatabase) {
        let mut service = Service::start(&db, &[]).await;
        assert_eq!(service.said(), format!("motcua: {}\n", service.base_url));
        let url = service.url("/api/v1/calendar/due-date?start=2020-01-21&time_limit=3wd");
        let answer: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        assert_eq!(answer["due_on"], "2020-01-31", "the starting data was not given: {answer}");

        assert!(service.stop().success(), "{}", service.log());
        service.restart().await;
        assert!(reqwest::get(service.url("/health/live")).await.unwrap().status().is_success());
        assert!(service.stop().success(), "{}", service.log());
    }

    async fn two_instances_start_on_one_empty_database(db: TestDatabase) {
        if db.kind == Kind::Sqlite {
            return; // one machine, one instance
        }
        let (one, other) = tokio::join!(Service::start(&db, &[]), Service::start(&db, &[]));
        for service in [&one, &other] {
            let url = service.url("/api/v1/calendar/due-date?start=2020-01-21&time_limit=3wd");
            assert!(reqwest::get(url).await.unwrap().status().is_success());
        }
    }

    async fn jobs_alone_stop_when_told(db: TestDatabase) {
        let mut worker = Service::spawn(&["work"], &[("DATABASE_URL", &db.url)]);
        while !worker.said().contains("công việc nền") {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert!(worker.stop().success(), "{}", worker.log());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_a_failure_that_names_it() {
    let db = fresh(Kind::Sqlite).unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let refused = run_on(&db, &["serve", "--port", &port], "").code(1);
    assert!(refused.stderr.contains(&port), "{}", refused.stderr);
    run_on(&db, &["serve", "--port", "70000"], "").code(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_sign_letters_is_a_wrong_setting_that_is_named_and_its_password_is_not_shown() {
    let db = fresh(Kind::Sqlite).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let refused = |key: &str, password: &str| {
        let env = [
            ("DATABASE_URL", db.url.as_str()),
            ("MOTCUA__HTTP__PORT", "0"),
            ("MOTCUA__APOLOGY__SIGNING_KEY", key),
            ("MOTCUA__APOLOGY__SIGNING_PASSWORD", password),
        ];
        let said = run_in(folder.path(), &["serve"], &env, "").code(2).stderr;
        assert!(said.contains("apology.signing_key") && !said.contains("hunter2"), "{said}");
        said
    };
    assert!(refused("none.p12", "hunter2").contains("none.p12: không đọc được tệp"));
    std::fs::write(folder.path().join("text.p12"), "khóa").unwrap();
    assert!(refused("text.p12", "hunter2").contains("không phải tệp PKCS#12"));
    let Some(ended) = key_file("rsa", "hunter2", ["2020-01-01", "2020-12-31"]) else { return };
    std::fs::write(folder.path().join("ended.p12"), ended).unwrap();
    assert!(refused("ended.p12", "hunter2").contains("đã hết hạn ngày 31/12/2020"));
    assert!(refused("ended.p12", "hunter2 ").contains("sai mật khẩu"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_certificate_ends_soon_is_a_warning_and_its_password_is_shown_nowhere() {
    let db = fresh(Kind::Sqlite).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let today = motcua::clock::Clock::System.now().date_naive();
    let soon = (today + chrono::Days::new(20)).to_string();
    let Some(file) = key_file("ecdsa", "hunter2", ["2020-01-01", &soon]) else { return };
    let place = folder.path().join("key.p12");
    std::fs::write(&place, file).unwrap();
    let key = place.to_str().unwrap();
    let env = [("MOTCUA__APOLOGY__SIGNING_KEY", key), ("MOTCUA__APOLOGY__SIGNING_PASSWORD", "hunter2")];
    let service = Service::start(&db, &env).await;
    let ready: Value = reqwest::get(service.url("/health/ready")).await.unwrap().json().await.unwrap();
    assert!(ready.to_string().contains("signing-key-ends"), "{ready}");
    assert!(!service.log().contains("hunter2"), "{}", service.log());
    let shown = run_in(folder.path(), &["config", "show"], &env, "").success().stdout;
    assert!(shown.contains("signing_password = \"***\"") && !shown.contains("hunter2"), "{shown}");
}
