//! `motcua serve` and `motcua work`: they start, say where they are, and stop when told.

use crate::support::database::{Kind, fresh};
use crate::support::process::{Service, run_on};
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
