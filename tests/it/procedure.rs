//! Sectors and procedures over HTTP.

use crate::support::house::TestHouse;
use motcua::domain::role::Role;
use serde_json::{Value, json};

fn version(from: &str, limit: &str) -> Value {
    json!({
        "valid_from": from, "name": "Cấp mã số cơ sở nuôi thử", "legal_basis": "NĐ 26/2019 Đ36",
        "online_level": "full", "postal_eligible": true, "cases": [{"time_limit": limit}],
        "components": [{"name": "Đơn đề nghị", "form": "original"}],
        "steps": [
            {"code": "tiep_nhan", "name": "Tiếp nhận", "share_percent": 20},
            {"code": "tham_dinh", "name": "Thẩm định", "share_percent": 80},
        ],
    })
}

fn procedure() -> Value {
    json!({
        "code": "1.009999", "sector": "thuy-san", "branch_codes": ["TS"],
        "version": version("2020-01-01", "5wd+3wd"),
    })
}

fn codes(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap()).collect()
}

on_both! {
    async fn procedures_are_found_by_branch_sector_code_and_words_without_diacritics(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let list = async |query: &str| counter.get(&format!("/procedures?{query}")).await.expect(200).body;
        assert_eq!(list("count=true&limit=1").await["count"], 63);
        assert_eq!(codes(&list("branch_code=KL").await).len(), 5);
        assert_eq!(codes(&list("sector=chan-nuoi").await), ["1.008126", "1.008127", "1.008128", "1.008129"]);
        assert_eq!(codes(&list("q=xoa%20dang%20ky%20tau").await), ["1.003681"]);
        assert_eq!(codes(&list("q=X%C3%B3a%20%C4%91%C4%83ng%20k%C3%BD").await), ["1.003681"]);
        assert_eq!(codes(&list("q=1.00368&branch_code=TS").await), ["1.003681"]);
        assert!(codes(&list("q=khong-co-gi-nhu-the").await).is_empty());
        counter.get("/procedures?branch_code=XX").await.expect_faults(&["/query/branch_code no-such-branch"]);
        counter.get("/procedures?sector=xx").await.expect_faults(&["/query/sector no-such-sector"]);
        counter.get("/procedures?sectr=xx").await.expect(422);

        let mut seen = Vec::new();
        let mut path = "/procedures?limit=20".to_owned();
        loop {
            let page = counter.get(&path).await.expect(200).body;
            seen.extend(codes(&page).into_iter().map(str::to_owned));
            match page["next"].as_str() {
                Some(next) => path = format!("/procedures?limit=20&cursor={next}"),
                None => break,
            }
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!((seen.len(), &seen), (63, &sorted));
    }

    async fn a_procedure_is_shown_with_its_versions_cases_and_steps(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let shown = counter.get("/procedures/2.001064").await.expect(200).body;
        assert_eq!(shown["sector"], "thu-y");
        assert_eq!(shown["branch_codes"], json!(["CN-TY"]));
        assert_eq!(shown["current_version"], 1);
        let version = &shown["versions"][0];
        assert_eq!((&version["valid_from"], &version["valid_to"]), (&json!("2018-01-01"), &Value::Null));
        assert_eq!(version["cases"][1]["code"], "gia-han");
        assert_eq!(version["cases"][1]["time_limit"], "3wd");
        assert_eq!(version["cases"][1]["fee_vnd"], 50000);
        assert_eq!(version["steps"][1], json!({"code": "tham_dinh", "name": "Thẩm định", "share_percent": 60}));
        let single = counter.get("/procedures/1.003650").await.expect(200).body;
        assert_eq!(single["versions"][0]["cases"][0]["code"], Value::Null);
        let words = counter.get("/procedures/1.002338").await.expect(200).body;
        assert_eq!(words["versions"][0]["cases"][0]["fee_note"], "theo TT 285/2016/TT-BTC");
        counter.get("/procedures/9.9").await.expect_problem(404, "not-found");
    }

    async fn sectors_are_listed_and_added_with_a_code_made_of_their_name(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let listed = admin.get("/sectors").await.expect(200).body;
        assert_eq!(listed["items"].as_array().unwrap().len(), 9);
        let made = admin.post("/sectors", json!({"name": "Khoa học, công nghệ và môi trường"})).await.expect(201);
        assert_eq!(made.body["code"], "khoa-hoc-cong-nghe-va-moi-truong");
        admin.post("/sectors", json!({"name": "Thủy sản", "code": "khac"})).await.expect_problem(409, "sector-taken");
        admin.post("/sectors", json!({"name": "Khác", "code": "Thủy sản"})).await.expect_faults(&["/code bad-form"]);
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        counter.post("/sectors", json!({"name": "Khác"})).await.expect_problem(403, "admin-only");
    }

    async fn a_procedure_is_added_and_its_versions_follow_without_overlap_or_gap(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let made = admin.post("/procedures", procedure()).await.expect(201);
        assert_eq!(made.header("location"), Some("/api/v1/procedures/1.009999"));
        assert_eq!(made.body["versions"][0]["cases"][0]["time_limit"], "5wd+3wd");
        assert_eq!(made.body["versions"][0]["components"][0], json!({
            "name": "Đơn đề nghị", "form": "original", "copies": 1, "required": true,
        }));
        admin.post("/procedures", procedure()).await.expect_problem(409, "procedure-code-taken");

        let versions = "/procedures/1.009999/versions";
        admin.post(versions, version("2020-01-01", "3wd")).await.expect_faults(&["/valid_from version-overlaps"]);
        let mut second = version("2025-07-01", "3wd");
        second["valid_to"] = json!("2027-12-31");
        assert_eq!(admin.post(versions, second).await.expect(201).body["number"], 2);
        admin.post(versions, version("2027-12-31", "2wd")).await.expect_faults(&["/valid_from version-overlaps"]);
        admin.post(versions, version("2028-01-02", "2wd")).await.expect_faults(&["/valid_from version-gap"]);
        admin.post(versions, version("2028-01-01", "2wd")).await.expect(201);

        let shown = admin.get("/procedures/1.009999").await.expect(200).body;
        let spans: Vec<_> = shown["versions"].as_array().unwrap().iter().map(|v| {
            (v["valid_from"].as_str().unwrap(), v["valid_to"].as_str(), v["cases"][0]["time_limit"].as_str().unwrap())
        }).collect();
        assert_eq!(spans, [
            ("2020-01-01", Some("2025-06-30"), "5wd+3wd"),
            ("2025-07-01", Some("2027-12-31"), "3wd"),
            ("2028-01-01", None, "2wd"),
        ]);
        assert_eq!(shown["current_version"], 2);
        admin.post("/procedures/9.9/versions", version("2020-01-01", "3wd")).await.expect_problem(404, "not-found");
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        head.post(versions, version("2030-01-01", "3wd")).await.expect_problem(403, "admin-only");
        head.post("/procedures", procedure()).await.expect_problem(403, "admin-only");
    }

    async fn every_fault_of_a_procedure_is_named(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let mut bad = procedure();
        bad["code"] = json!("1.00/1");
        bad["branch_codes"] = json!([]);
        bad["version"]["valid_to"] = json!("2019-12-31");
        bad["version"]["cases"] = json!([
            {"code": "a", "time_limit": "3"}, {"code": "a", "time_limit": "3wd"}, {"time_limit": "0wd"},
        ]);
        bad["version"]["steps"][0]["share_percent"] = json!(30);
        bad["version"]["components"][0]["copies"] = json!(0);
        admin.post("/procedures", bad).await.expect_faults(&[
            "/code bad-form",
            "/branch_codes empty",
            "/version/valid_to ends-before-it-begins",
            "/version/cases/0/time_limit bad-time-limit",
            "/version/cases/1/code given-twice",
            "/version/cases/2/code case-code-required",
            "/version/cases/2/time_limit bad-time-limit",
            "/version/components/0/copies out-of-range",
            "/version/steps shares-not-100",
        ]);
        let mut nowhere = procedure();
        nowhere["sector"] = json!("xx");
        nowhere["branch_codes"] = json!(["TS", "XX", "TS"]);
        admin.post("/procedures", nowhere).await.expect_faults(&[
            "/branch_codes/1 no-such-branch", "/branch_codes/2 given-twice", "/sector no-such-sector",
        ]);
        let mut none = procedure();
        none["version"]["cases"] = json!([]);
        admin.post("/procedures", none).await.expect_faults(&["/version/cases empty"]);
    }
}
