//! The program is killed at random moments while counters work: what was acknowledged is there, no code is skipped
//! or given twice, and the figures still add up.
//!
//! A few kills each time; `MOTCUA_TEST_KILLS=100` for a long look.

use crate::support::process::{Service, run_on};
use rand::RngExt as _;
use reqwest::Client;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const PASSWORD: &str = "mat-khau-de-thu";
const COUNTERS: usize = 6;

async fn sign_in(client: &Client, service: &Service, username: &str) -> String {
    let credentials = json!({"username": username, "password": PASSWORD});
    let answer = client.post(service.url("/api/v1/sessions")).json(&credentials).send().await.unwrap();
    let body: Value = answer.json().await.unwrap();
    body["access_token"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
}

/// Takes in dossiers and withdraws every other one until the service is gone; notes what was acknowledged.
async fn work(
    client: Client,
    base: String,
    token: String,
    acknowledged: Arc<Mutex<Vec<(String, bool)>>>,
    key: Arc<AtomicU64>,
) {
    loop {
        let dossier = json!({
            "procedure_code": "1.003650",
            "channel": "in_person",
            "applicant": {"name": "Nguyễn Văn Bền", "kind": "citizen", "phone": "0901234512"},
        });
        let n = key.fetch_add(1, Ordering::Relaxed);
        let intake = client
            .post(format!("{base}/api/v1/dossiers"))
            .bearer_auth(&token)
            .header("Idempotency-Key", format!("{n}"))
            .json(&dossier);
        let Ok(answer) = intake.send().await else { return };
        // A dying service may close the connection in the middle of its answer: that is no acknowledgement.
        let (status, Ok(body)) = (answer.status().as_u16(), answer.json::<Value>().await) else { return };
        assert_eq!(status, 201, "{body}");
        let code = body["code"].as_str().unwrap().to_owned();
        acknowledged.lock().unwrap().push((code.clone(), false));
        if n.is_multiple_of(2) {
            let act = client
                .post(format!("{base}/api/v1/dossiers/{code}/withdrawal"))
                .bearer_auth(&token)
                .header("If-Match", format!("\"{}\"", body["version"]))
                .json(&json!({"reason": "Đổi ý"}));
            let Ok(answer) = act.send().await else { return };
            let (status, Ok(body)) = (answer.status().as_u16(), answer.json::<Value>().await) else { return };
            assert_eq!(status, 200, "{body}");
            acknowledged.lock().unwrap().push((code, true));
        }
    }
}

on_both! {
    async fn nothing_acknowledged_is_lost_and_no_code_is_skipped_when_the_program_is_killed(db: TestDatabase) {
        let kills: u32 = std::env::var("MOTCUA_TEST_KILLS").map_or(5, |kills| kills.parse().unwrap());
        run_on(&db, &["migrate"], "").success();
        run_on(&db, &["user", "add", "ben.ts", "--role", "counter", "--branch", "TS", "--password-stdin"], PASSWORD).success();
        let mut service = Service::start(&db, &[("MOTCUA__LIMITS__SIGN_INS_PER_MINUTE", "100000")]).await;
        let client = Client::new();
        let (acknowledged, key) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicU64::new(0)));
        for _ in 0..kills {
            let token = sign_in(&client, &service, "ben.ts").await;
            let mut counters = tokio::task::JoinSet::new();
            for _ in 0..COUNTERS {
                let base = service.url("").trim_end_matches('/').to_owned();
                counters.spawn(work(client.clone(), base, token.clone(), acknowledged.clone(), key.clone()));
            }
            tokio::time::sleep(Duration::from_millis(rand::rng().random_range(30..700))).await;
            service.kill9();
            while let Some(ended) = counters.join_next().await {
                ended.unwrap();
            }
            service.restart().await;
        }
        let token = sign_in(&client, &service, "ben.ts").await;
        let acknowledged = acknowledged.lock().unwrap().clone();
        assert!(acknowledged.len() > 20, "too little was done to prove anything: {}", acknowledged.len());
        for (code, withdrawn) in &acknowledged {
            let dossier: Value = client
                .get(service.url(&format!("/api/v1/dossiers/{code}")))
                .bearer_auth(&token)
                .send()
                .await
                .unwrap()
                .json()
                .await
                .unwrap();
            assert_eq!(&dossier["code"], code, "{dossier}");
            assert!(!withdrawn || dossier["status"] == "withdrawn", "{dossier}");
        }
        let acked: BTreeSet<&String> = acknowledged.iter().filter(|(_, withdrawn)| !withdrawn).map(|(code, _)| code).collect();
        let twice = acknowledged.iter().filter(|(_, withdrawn)| !withdrawn).count() - acked.len();
        assert_eq!(twice, 0, "codes given twice");
        // What is there but was not acknowledged in time is whole too, and the numbers have no gap.
        let codes = all_codes(&client, &service, &token).await;
        let mut numbers: Vec<(String, u32)> = codes
            .iter()
            .map(|code| {
                let (day, number) = code.rsplit_once('-').unwrap();
                (day.to_owned(), number.parse().unwrap())
            })
            .collect();
        numbers.sort();
        for pair in numbers.windows(2) {
            let follows = if pair[0].0 == pair[1].0 { pair[0].1 + 1 } else { 1 };
            assert_eq!(pair[1].1, follows, "{pair:?}");
        }
        assert!(acked.iter().all(|code| codes.contains(*code)));
        service.stop();
        run_on(&db, &["verify"], "").success();
    }
}

async fn all_codes(client: &Client, service: &Service, token: &str) -> BTreeSet<String> {
    let (mut codes, mut cursor) = (BTreeSet::new(), String::new());
    loop {
        let page: Value = client
            .get(service.url(&format!("/api/v1/dossiers?limit=200{cursor}")))
            .bearer_auth(token)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        for line in page["items"].as_array().unwrap_or_else(|| panic!("{page}")) {
            assert!(codes.insert(line["code"].as_str().unwrap().to_owned()), "listed twice");
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return codes,
        }
    }
}
