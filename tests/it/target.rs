//! Targets as data: set and ended by an administrator, and what the scoreboard is measured against.

use crate::report::over_http::march;
use crate::support::house::{Person, TestHouse, send};
use motcua::domain::role::Role;
use reqwest::Method;
use serde_json::{Value, json};

fn new_target(value: &str, from: &str) -> Value {
    json!({"indicator": "P312", "strictness": ">", "value": value, "valid_from": from})
}

async fn end(admin: &Person, target: &Value, query: &str) -> crate::support::house::Answer {
    let request =
        admin.request(Method::DELETE, &format!("/targets/{}{query}", target["id"].as_str().unwrap()));
    send(request.header("If-Match", format!("\"{}\"", target["version"]))).await
}

/// What the scoreboard says of a branch.
async fn verdict(person: &Person, indicator: &str, branch: &str) -> (Value, Value) {
    let board = person.get("/indicators?from=2026-03-01&to=2026-03-31").await.expect(200).body;
    let one =
        board["indicators"].as_array().unwrap().iter().find(|one| one["id"] == indicator).unwrap().clone();
    let row =
        one["rows"].as_array().unwrap().iter().find(|row| row["branch_code"] == branch).unwrap().clone();
    (row["target"].clone(), row["verdict"].clone())
}

on_both! {
    async fn the_targets_of_the_plan_are_there_from_the_beginning(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let listed = head.get("/targets?on=2026-03-31&count=true").await.expect(200).body;
        assert_eq!((&listed["count"], &listed["next"]), (&json!(10), &Value::Null));
        let shown: Vec<(&str, &str)> = listed["items"].as_array().unwrap().iter()
            .map(|one| (one["indicator"].as_str().unwrap(), one["shown"].as_str().unwrap())).collect();
        let wanted = [
            ("P312", "> 90 %"), ("S06", "= 100 %"), ("S07", ">= 70 %"), ("S08", ">= 10 %"), ("S09", "= 100 %"),
            ("S12", ">= 98 %"), ("S13", "= 100 %"), ("S18", "= 100 %"), ("S21", "= 100 %"), ("S23", ">= 70 %"),
        ];
        assert_eq!(shown, wanted);
        let over_90 = &listed["items"][0];
        assert_eq!((&over_90["value"], &over_90["set_by"]), (&json!({"numerator": 9, "denominator": 10}), &Value::Null));
        assert_eq!(head.get("/targets?on=2019-12-31").await.expect(200).body["items"], json!([]));
        assert_eq!(head.get("/targets?indicator=S06").await.expect(200).body["items"].as_array().unwrap().len(), 1);
        head.get("/targets?indicator=S99").await.expect_faults(&["/query/indicator unknown-value"]);
        house.nobody().get("/targets").await.expect(401);
    }

    async fn the_scoreboard_is_measured_against_the_target_meant_most_closely(db: TestDatabase) {
        // TS: one resolved in time, one late, one overdue in process.
        let house = march(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        assert_eq!(verdict(&admin, "P312", "TS").await, (json!("> 90 %"), json!("missed")));
        let general = admin.post("/targets", new_target("49,9 %", "2026-03-01")).await.expect(201).body;
        assert_eq!(verdict(&admin, "P312", "TS").await, (json!("> 49.9 %"), json!("met")));
        let mut own = new_target("1/2", "2026-01-01");
        own["branch_code"] = json!("TS");
        let own = admin.post("/targets", own).await.expect(201).body;
        assert_eq!((&own["branch"], &own["in_force"]), (&json!("Chi cục Thủy sản"), &json!(true)));
        assert_eq!(verdict(&admin, "P312", "TS").await, (json!("> 50 %"), json!("missed")), "half is not more than half");
        assert_eq!(verdict(&admin, "P312", "KL").await, (json!("> 49.9 %"), json!("no_data")));
        // Of a sector: one of three, because what is overdue in process cannot be in time any more.
        let sector = json!({"indicator": "S06", "branch_code": "TS", "sector": "Thủy sản", "strictness": ">=", "value": "1/3", "valid_from": "2026-01-01"});
        admin.post("/targets", sector).await.expect(201);
        assert_eq!(verdict(&admin, "S06", "TS").await, (json!(">= 1/3"), json!("met")));
        // The rates are measured against the same.
        let rates = admin.get("/rates?from=2026-03-01&to=2026-03-31&branch_code=TS&by=sector").await.expect(200).body;
        let in_force = |of: &Value| of["targets"]["in_force"].as_array().unwrap().iter().map(|one| one["target"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(in_force(&rates["total"]), ["> 50 %", "= 100 %"]);
        assert_eq!((&rates["total"]["targets"]["over_90"], &rates["total"]["targets"]["all_on_time"]), (&json!("missed"), &json!("missed")));
        let row = &rates["rows"][0];
        assert_eq!(in_force(row), ["> 50 %", ">= 1/3"]);
        assert_eq!((&row["targets"]["over_90"], &row["targets"]["all_on_time"]), (&json!("missed"), &json!("met")));

        // Ended, a target goes on to hold for the days it held on.
        house.it_is("2026-04-02 09:01");
        end(&admin, &own, "").await.expect(200);
        assert_eq!(verdict(&admin, "P312", "TS").await, (json!("> 50 %"), json!("missed")));
        let after = admin.get("/targets?on=2026-04-03&indicator=P312").await.expect(200).body;
        let left: Vec<&str> = after["items"].as_array().unwrap().iter().map(|one| one["shown"].as_str().unwrap()).collect();
        assert_eq!(left, ["> 90 %", "> 49.9 %"]);
        // One that was entered by mistake is ended, and another set in its place.
        end(&admin, &general, "").await.expect(200);
        admin.post("/targets", new_target("95 %", "2026-03-01")).await.expect(201);
        assert_eq!(verdict(&admin, "P312", "KL").await.0, json!("> 95 %"));
    }

    async fn a_changed_target_changes_the_verdicts_of_the_rates_their_page_and_the_lines_of_the_chart(db: TestDatabase) {
        // TS: one resolved in time, one late.
        let house = march(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let head = house.surfer(Role::Head, Some("TS")).await;
        let days = "from=2026-03-01&to=2026-03-31";
        let over_90 = async || admin.get(&format!("/rates?{days}&by=branch,month&branch_code=TS")).await.expect(200).body["rows"][0]["targets"].clone();
        assert_eq!(over_90().await["over_90"], "missed");
        head.get(&format!("/ket-qua?{days}")).await.expect(200).says("chỉ tiêu đang áp dụng, &#62; 90\u{a0}%; = 100\u{a0}%").says("bar-missed").says(">90%</text>");
        // Half, exactly as strict as it is meant.
        let mut half = new_target("1/2", "2026-01-01");
        half["branch_code"] = json!("TS");
        half["strictness"] = json!(">=");
        admin.post("/targets", half).await.expect(201);
        assert_eq!(over_90().await["over_90"], "met");
        head.get(&format!("/ket-qua?{days}")).await.expect(200).says("chỉ tiêu đang áp dụng, ≥ 50\u{a0}%; = 100\u{a0}%").says("bar-met")
            .says_not("class=\"bar-missed").says_not(">90%</text>");
        head.get(&format!("/ket-qua.csv?{days}&by=branch")).await.expect(200).says(",met,missed,");
        let mut strict = new_target("1/2", "2026-02-01");
        strict["branch_code"] = json!("TS");
        admin.post("/targets", strict).await.expect(201);
        assert_eq!(over_90().await["over_90"], "missed", "half is not more than half");
        // Days before there were targets have no verdict.
        let before = admin.get("/rates?from=2019-01-01&to=2019-12-31").await.expect(200).body;
        assert_eq!(before["total"]["targets"], json!({"all_on_time": "no_data", "over_90": "no_data", "in_force": []}));
        // Nor are days judged by a target that did not hold on the last of them.
        let january = admin.get("/rates?from=2026-01-01&to=2026-01-31&branch_code=TS").await.expect(200).body;
        assert_eq!(january["total"]["targets"]["in_force"][0]["target"], ">= 50 %");
    }

    async fn a_target_is_ended_once_and_never_overwritten(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        head.post("/targets", new_target("95 %", "2027-01-01")).await.expect(403);
        let set = admin.post("/targets", new_target("95 %", "2026-02-01")).await.expect(201);
        assert_eq!(set.header("etag"), Some("\"1\""));
        let target = set.body;
        assert_eq!((&target["set_by"], &target["ended_at"]), (&json!("Nguyễn Thị Thử"), &Value::Null));
        admin.post("/targets", new_target("96 %", "2026-02-01")).await.expect_problem(409, "target-there");
        let request = admin.request(Method::DELETE, &format!("/targets/{}", target["id"].as_str().unwrap()));
        send(request).await.expect(428);
        assert_eq!(end(&head, &target, "").await.status, 403);
        let mut stale = target.clone();
        stale["version"] = json!(7);
        end(&admin, &stale, "").await.expect(412);
        end(&admin, &target, "?valid_to=2026-03-09").await.expect_faults(&["/query/valid_to day-over"]);
        let ended = end(&admin, &target, "?valid_to=2026-06-30").await.expect(200).body;
        assert_eq!((&ended["valid_to"], &ended["version"], &ended["in_force"]), (&json!("2026-06-30"), &json!(2), &json!(true)));
        assert_eq!((&ended["value"], &ended["valid_from"]), (&target["value"], &target["valid_from"]));
        end(&admin, &ended, "").await.expect_problem(409, "target-ended");
        // What has not begun never will.
        let future = admin.post("/targets", new_target("99 %", "2027-01-01")).await.expect(201).body;
        let never = end(&admin, &future, "").await.expect(200).body;
        assert_eq!((&never["valid_to"], &never["in_force"]), (&json!("2026-12-31"), &json!(false)));
        let all = admin.get("/targets?indicator=P312").await.expect(200).body;
        assert_eq!(all["items"].as_array().unwrap().len(), 3, "all are there still");
        assert_eq!(end(&admin, &json!({"id": uuid::Uuid::nil().to_string(), "version": 1}), "").await.status, 404);
    }

    async fn what_is_wrong_with_a_target_is_said_beside_its_fields(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let wrong = json!({"indicator": "S99", "branch_code": "XX", "sector": "không có", "strictness": "<", "value": "101 %",
            "valid_from": "2027-01-01", "valid_to": "2026-12-31"});
        admin.post("/targets", wrong).await.expect_faults(&[
            "/indicator unknown-value", "/branch_code unknown-value", "/sector unknown-value", "/strictness unknown-value",
            "/value bad-share", "/valid_to before-from",
        ]);
        let mut by_sector = new_target("70 %", "2027-01-01");
        by_sector["indicator"] = json!("S07");
        by_sector["sector"] = json!("Thủy sản");
        admin.post("/targets", by_sector).await.expect_faults(&["/sector not-by-sector"]);
        admin.post("/targets", json!({"indicator": "P312"})).await.expect(422);
    }

    async fn an_administrator_sets_and_ends_targets_at_their_page(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.surfer(Role::Admin, None).await;
        let page = admin.get("/chi-tieu/muc-tieu").await.expect(200).says("Đúng hạn của từng đơn vị").says("mọi đơn vị").says("số liệu ban đầu");
        let fields = [("indicator", "P312"), ("branch_code", "TS"), ("strictness", ">"), ("value", "97,5 %"), ("valid_from", "1/4/2026")];
        admin.submit(&page, "/chi-tieu/muc-tieu", &fields).await.expect_on_to("/chi-tieu/muc-tieu?xong=target-set");
        let page = admin.get("/chi-tieu/muc-tieu").await.expect(200).says("97,5\u{a0}%").says("Chi cục Thủy sản").says("từ 01/04/2026");
        let wrong = [("indicator", "P312"), ("strictness", ">"), ("value", "\"><script>"), ("valid_from", "31/02/2026")];
        admin.submit(&page, "/chi-tieu/muc-tieu", &wrong).await.expect(422)
            .says("aria-invalid").says("value=\"31/02/2026\"").says_not("\"><script>");
        let over = [("valid_to", "01/01/2020")];
        admin.submit(&page, "/chi-tieu/muc-tieu/ket-thuc", &over).await.expect(422).says("Ngày này đã qua").says("value=\"01/01/2020\"");
        let last = [("valid_to", "31/12/2026")];
        admin.submit(&page, "/chi-tieu/muc-tieu/ket-thuc", &last).await.expect_on_to("/chi-tieu/muc-tieu?xong=target-ended");
        admin.get("/chi-tieu/muc-tieu").await.expect(200).says("đến hết 31/12/2026");
        let head = house.surfer(Role::Head, Some("TS")).await;
        head.get("/chi-tieu/muc-tieu").await.expect(200).says("97,5").says_not("Thêm mức phải đạt");
        head.get("/chi-tieu").await.expect(200).says("/chi-tieu/muc-tieu");
    }
}
