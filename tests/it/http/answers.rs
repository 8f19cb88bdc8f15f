//! What every answer has: words in the right language, safety headers, an id; and what is said to requests that
//! lead nowhere.

use crate::support::house::{TestHouse, send};
use motcua::domain::role::Role;
use reqwest::Method;

on_both! {
    async fn problems_are_in_vietnamese_and_in_english_for_those_who_prefer_it(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let ask = |language: &str| {
            send(house.nobody().request(Method::GET, "/officers").header("Accept-Language", language))
        };
        let vietnamese = house.nobody().get("/officers").await.expect_problem(401, "unauthenticated");
        assert_eq!(vietnamese.body["title"], "Chưa đăng nhập");
        assert_eq!(vietnamese.header("content-language"), Some("vi"));
        let english = ask("en-GB,en;q=0.9").await.expect_problem(401, "unauthenticated");
        assert_eq!(english.body["title"], "Not signed in");
        assert_eq!(ask("fr").await.body["title"], "Chưa đăng nhập");
    }

    async fn an_address_that_is_not_there_is_a_problem_too(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let nobody = house.nobody();
        nobody.get("/nothing").await.expect_problem(404, "no-such-path");
        nobody.get(&format!("{}/nothing", house.origin)).await.expect_problem(404, "no-such-path");
        nobody.get(&format!("{}/api/docs/nothing.js", house.origin)).await.expect_problem(404, "no-such-path");
        let admin = house.sign_in_as(Role::Admin, None).await;
        for bad in ["/officers/%00", "/officers/%ff", "/officers/a%0ab", "/officers/%"] {
            admin.get(bad).await.expect_problem(404, "no-such-path");
        }
    }

    async fn a_method_an_address_does_not_take_is_named_with_those_it_does(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let answer = house.nobody().delete("/officers").await.expect_problem(405, "method-not-allowed");
        let mut allowed: Vec<_> = answer.header("allow").unwrap().split(", ").collect();
        allowed.sort_unstable();
        assert_eq!(allowed, ["GET", "HEAD", "POST"]);
        let odd = house.nobody().request(Method::from_bytes(b"BREW").unwrap(), "/sessions");
        send(odd).await.expect_problem(405, "method-not-allowed");
    }

    async fn head_is_answered_like_get_without_the_body(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let answer = send(house.nobody().request(Method::HEAD, "/health/live")).await.expect(200);
        assert_eq!(answer.text, "");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }

    async fn every_answer_is_safe_from_sniffing_framing_and_keeping(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let (good, bad) = (admin.get("/officers").await, admin.get("/nothing").await);
        for answer in [good.expect(200), bad.expect(404)] {
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(answer.header("x-frame-options"), Some("DENY"));
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
            assert!(answer.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
            assert_eq!(answer.header("x-request-id").unwrap().len(), 36);
        }
    }

    async fn unknown_and_repeated_parameters_are_refused_not_ignored(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        admin.get("/officers?rolle=admin").await.expect_faults(&["/query/rolle unknown-parameter"]);
        admin.get("/officers?role=admin&role=head").await.expect_faults(&["/query/role duplicate-field"]);
        admin.get("/officers?role=boss").await.expect_faults(&["/query/role unknown-value"]);
        admin.get("/officers?branch_code=a%00b").await.expect_faults(&["/query/branch_code control-character"]);
        admin.get("/officers?branch_code=%ff").await.expect_problem(400, "malformed-query");
    }

    async fn long_answers_are_packed_for_those_who_can_unpack_them(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let request = || house.nobody().request(Method::GET, "/openapi.json");
        let packed = send(request().header("Accept-Encoding", "gzip")).await.expect(200);
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        assert_eq!(send(request()).await.expect(200).header("content-encoding"), None);
    }
}
