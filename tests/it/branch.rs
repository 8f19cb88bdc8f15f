//! Branches over HTTP.

use crate::support::house::TestHouse;
use motcua::domain::role::Role;
use serde_json::{Value, json};

fn agriculture() -> Value {
    json!({
        "code": "NTM", "name": "Văn phòng Điều phối nông thôn mới", "agency_identifier": "000.00.07.H29",
        "department_name": "Sở Nông nghiệp và Phát triển nông thôn", "letter_symbol": "PXL-NTM",
        "place": "Thành phố Hồ Chí Minh", "address": "Số 7, đường Mẫu", "contact_phone": "028 0000 0007",
    })
}

on_both! {
    async fn the_starting_branches_are_listed_by_code_and_pages_follow(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let whole = counter.get("/branches?count=true").await.expect(200);
        let codes = |items: &Value| -> Vec<String> {
            items.as_array().unwrap().iter().map(|b| b["code"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(codes(&whole.body["items"]), ["CN-TY", "KL", "PTNT", "TL", "TS", "TT-BVTV"]);
        assert_eq!((&whole.body["next"], &whole.body["count"]), (&Value::Null, &json!(6)));
        let first = counter.get("/branches?limit=4").await.expect(200);
        let next = first.body["next"].as_str().unwrap();
        let second = counter.get(&format!("/branches?limit=4&cursor={next}")).await.expect(200);
        assert_eq!(codes(&second.body["items"]), ["TS", "TT-BVTV"]);
        house.nobody().get("/branches").await.expect_problem(401, "unauthenticated");
    }

    async fn an_administrator_opens_and_changes_a_branch_and_nobody_else_does(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        head.post("/branches", agriculture()).await.expect_problem(403, "admin-only");
        let made = admin.post("/branches", agriculture()).await.expect(201);
        assert_eq!(made.header("location"), Some("/api/v1/branches/NTM"));
        assert_eq!(made.body["apology_mode"], "approve");
        let mut same_code = agriculture();
        same_code["agency_identifier"] = json!("000.00.08.H29");
        admin.post("/branches", same_code).await.expect_problem(409, "branch-code-taken");
        let mut other = agriculture();
        other["code"] = json!("NTM-2");
        admin.post("/branches", other).await.expect_problem(409, "agency-identifier-taken");

        let change = json!({"name": "Văn phòng Nông thôn mới", "contact_email": "ntm@example.vn"});
        admin.patch("/branches/NTM", 7, change.clone()).await.expect_problem(412, "stale");
        head.patch("/branches/NTM", 1, change.clone()).await.expect_problem(403, "admin-only");
        let changed = admin.patch("/branches/NTM", made.version(), change).await.expect(200);
        assert_eq!((changed.version(), &changed.body["contact_email"]), (2, &json!("ntm@example.vn")));
        let removed = admin.patch("/branches/NTM", 2, json!({"contact_email": null, "active": false})).await.expect(200);
        assert_eq!((&removed.body["contact_email"], &removed.body["active"]), (&Value::Null, &json!(false)));
        let seen = head.get("/branches/NTM").await.expect(200);
        assert_eq!((seen.version(), &seen.body), (3, &removed.body));
        let active = head.get("/branches?active=true").await.expect(200);
        assert_eq!(active.body["items"].as_array().unwrap().len(), 6);
        admin.patch("/branches/ABC", 1, json!({})).await.expect_problem(404, "not-found");
        admin.patch("/branches/NTM", 3, json!({"agency_identifier": "000.00.03.H29"})).await
            .expect_problem(409, "agency-identifier-taken");
    }

    async fn letters_go_out_by_themselves_only_with_an_authorisation_on_record(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        admin.patch("/branches/TS", 1, json!({"apology_mode": "automatic"})).await.expect_faults(&[
            "/authorised_by authorisation-required",
            "/authorised_on authorisation-required",
            "/authorised_document authorisation-required",
        ]);
        let half = json!({"authorised_by": "Trần Thị Mẫu"});
        admin.patch("/branches/TS", 1, half).await.expect_faults(&[
            "/authorised_on authorisation-required",
            "/authorised_document authorisation-required",
        ]);
        let whole = json!({
            "apology_mode": "automatic", "authorised_by": "Trần Thị Mẫu", "authorised_on": "2026-03-09",
            "authorised_document": "12/QĐ-CCTS",
        });
        let mut tomorrow = whole.clone();
        tomorrow["authorised_on"] = json!("2026-03-11");
        admin.patch("/branches/TS", 1, tomorrow).await.expect_faults(&["/authorised_on occurred-in-future"]);
        let changed = admin.patch("/branches/TS", 1, whole).await.expect(200);
        assert_eq!(changed.body["apology_mode"], "automatic");
        let back = admin.patch("/branches/TS", 2, json!({"apology_mode": "approve"})).await.expect(200);
        assert_eq!(back.body["authorised_document"], "12/QĐ-CCTS", "the record is kept");
    }

    async fn every_fault_of_a_branch_is_named(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let mut bad = agriculture();
        bad["code"] = json!("ntm");
        bad["agency_identifier"] = json!("000-00");
        bad["name"] = json!(" ");
        bad["contact_email"] = json!("ntm");
        admin.post("/branches", bad).await.expect_faults(&[
            "/code bad-form", "/name empty", "/agency_identifier bad-form", "/contact_email bad-form",
        ]);
        let unknown = json!({"nmae": "x"});
        admin.patch("/branches/TS", 1, unknown).await.expect_faults(&["/nmae unknown-field"]);
    }
}
