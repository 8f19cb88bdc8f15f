//! Bodies that are not what they should be: each gets its own problem, and the answer arrives.

use crate::support::house::{Answer, TestHouse, send};
use motcua::domain::role::Role;
use reqwest::Method;

async fn post(house: &TestHouse, kind: Option<&str>, body: impl Into<reqwest::Body>) -> Answer {
    let mut request = house.nobody().request(Method::POST, "/sessions/refresh").body(body);
    if let Some(kind) = kind {
        request = request.header("Content-Type", kind);
    }
    send(request).await
}

const JSON: Option<&str> = Some("application/json");

on_both! {
    async fn what_is_not_json_is_told_where_it_breaks(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let broken = post(&house, JSON, "{\n  \"refresh_token\": oops\n}").await.expect_problem(400, "malformed-json");
        assert_eq!((&broken.body["line"], &broken.body["column"]), (&2.into(), &20.into()));
        post(&house, JSON, "").await.expect_problem(400, "malformed-json");
        post(&house, JSON, b"{\"refresh_token\":\"\xff\"}".to_vec()).await.expect_problem(400, "malformed-json");
        post(&house, JSON, "{\"refresh_token\":\"a\"} {}").await.expect_problem(400, "malformed-json");
    }

    async fn another_shape_is_told_by_its_pointer(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        post(&house, JSON, "{}").await.expect_faults(&["/refresh_token missing-field"]);
        post(&house, JSON, "[\"a\"]").await.expect_faults(&[" not-an-object"]);
        post(&house, JSON, "{\"refresh_token\":[]}").await.expect_faults(&["/refresh_token wrong-type"]);
        post(&house, JSON, "{\"refresh_token\":\"a\",\"refresh_token\":\"b\"}").await
            .expect_faults(&["/refresh_token duplicate-field"]);
        post(&house, None, "").await.expect_faults(&["/refresh_token missing-field"]);
    }

    async fn only_plain_json_is_read(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        for kind in [None, Some("text/plain"), Some("application/xml"), Some("application/json; charset=utf-16"), Some("%")] {
            post(&house, kind, "{\"refresh_token\":\"a\"}").await.expect_problem(415, "unsupported-media-type");
        }
        for kind in ["application/json; charset=utf-8", "Application/JSON"] {
            post(&house, Some(kind), "{\"refresh_token\":\"a\"}").await.expect_problem(401, "unauthenticated");
        }
        let packed = house.nobody().request(Method::POST, "/sessions/refresh")
            .header("Content-Type", "application/json").header("Content-Encoding", "gzip").body("x");
        send(packed).await.expect_problem(415, "unsupported-media-type");
    }

    async fn a_body_of_ten_megabytes_is_refused_and_its_sender_hears_it(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let large = || format!("{{\"refresh_token\":\"{}\"}}", "a".repeat(10 * 1024 * 1024));
        for _ in 0..3 {
            let answer = post(&house, JSON, large()).await.expect_problem(413, "too-large");
            assert_eq!(answer.body["limit"], 1_048_576);
        }
        // Nobody is kept waiting by what a stranger sends: the answer is there before the body is read.
        let stranger = house.nobody().request(Method::POST, "/officers").header("Content-Type", "application/json");
        if let Ok(answer) = stranger.body(large()).send().await {
            assert_eq!(answer.status(), 401);
        }
        admin.get("/officers").await.expect(200);
    }

    async fn a_body_just_at_the_limit_is_read(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let frame = "{\"refresh_token\":\"\"}".len();
        let body = |length: usize| format!("{{\"refresh_token\":\"{}\"}}", "a".repeat(length - frame));
        post(&house, JSON, body(1_048_576)).await.expect_problem(401, "unauthenticated");
        post(&house, JSON, body(1_048_577)).await.expect_problem(413, "too-large");
    }
}
