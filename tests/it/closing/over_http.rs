//! Closings as they are asked for over HTTP, and what `motcua verify` finds of them.

use crate::dossier::life::take_in;
use crate::support::database::TestDatabase;
use crate::support::house::{TestHouse, send};
use crate::support::process::run_on;
use diesel::RunQueryDsl as _;
use motcua::both;
use motcua::domain::role::Role;
use reqwest::Method;
use serde_json::{Value, json};

fn march(report: &str) -> Value {
    json!({"from": "2026-03-01", "to": "2026-03-31", "report": report, "note": "Báo cáo tháng 3"})
}

/// TS has resolved one dossier late in March; it is April.
pub(crate) async fn april(db: TestDatabase) -> TestHouse {
    let house = TestHouse::open(db).await;
    let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
    let dossier = take_in(&counter, "1.003650", "Nguyễn Thị Một").await;
    let due: chrono::NaiveDate = dossier.body["due_on"].as_str().unwrap().parse().unwrap();
    house.it_is(&format!("{} 09:00", due.succ_opt().unwrap()));
    let counter = house.sign_in(&counter.username).await;
    let path = format!("/dossiers/{}/result", dossier.body["code"].as_str().unwrap());
    counter.act(&path, dossier.version(), json!({"outcome": "granted"})).await.expect(200);
    house.it_is("2026-04-01 09:00");
    house
}

on_both! {
    async fn a_head_closes_the_own_branch_and_the_office_all(db: TestDatabase) {
        let house = april(db).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let office = house.sign_in_as(Role::Office, None).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        counter.post("/closings", march("rates")).await.expect_problem(403, "office-or-head-only");
        let mut foreign = march("rates");
        foreign["branch_code"] = json!("KL");
        head.post("/closings", foreign).await.expect_problem(403, "foreign-branch");

        let own = head.post("/closings", march("ii06a")).await.expect(201);
        assert_eq!(own.header("location").unwrap(), format!("/api/v1/closings/{}", own.body["id"].as_str().unwrap()));
        assert_eq!((&own.body["number"], &own.body["branch_code"]), (&json!(1), &json!("TS")));
        assert_eq!((&own.body["as_of"], &own.body["closed_by"]), (&json!("2026-03-31"), &json!("Nguyễn Thị Thử")));
        assert_eq!(own.body["closed_at"], "2026-04-01T09:00:00+07:00");
        assert_eq!(own.body["figures"], head.get("/reports/ii06a?from=2026-03-01&to=2026-03-31").await.expect(200).body);
        let all = office.post("/closings", march("rates")).await.expect(201);
        assert_eq!((&all.body["number"], &all.body["branch_code"]), (&json!(2), &Value::Null));

        let numbers = |answer: Value| answer["items"].as_array().unwrap().iter().map(|one| one["number"].as_i64().unwrap()).collect::<Vec<_>>();
        assert_eq!(numbers(office.get("/closings").await.expect(200).body), [2, 1]);
        assert_eq!(numbers(office.get("/closings?report=ii06a").await.expect(200).body), [1]);
        assert_eq!(numbers(office.get("/closings?limit=1").await.expect(200).body), [2]);
        assert_eq!(numbers(counter.get("/closings").await.expect(200).body), [1]);
        head.get(&format!("/closings/{}", all.body["id"].as_str().unwrap())).await.expect_problem(403, "foreign-branch");
        head.get("/closings/019dc44d-0000-7000-8000-000000000000").await.expect_problem(404, "not-found");
        house.nobody().get("/closings").await.expect(401);
    }

    async fn only_days_that_are_over_can_be_closed(db: TestDatabase) {
        let house = april(db).await;
        let office = house.sign_in_as(Role::Office, None).await;
        let asked = |from: &str, to: &str, as_of: Value| json!({"from": from, "to": to, "as_of": as_of, "report": "rates"});
        office.post("/closings", asked("2026-03-01", "2026-04-30", json!("2026-04-01"))).await.expect_faults(&["/as_of day-not-over"]);
        office.post("/closings", asked("2026-04-01", "2026-04-30", Value::Null)).await.expect_faults(&["/as_of before-from"]);
        office.post("/closings", asked("2026-03-02", "2026-03-01", Value::Null)).await.expect_faults(&["/to before-from", "/as_of before-from"]);
        let until_yesterday = office.post("/closings", asked("2026-03-01", "2026-04-30", Value::Null)).await.expect(201);
        assert_eq!(until_yesterday.body["as_of"], "2026-03-31");
    }

    async fn a_correction_after_the_closing_is_told_with_its_reason_and_never_inside(db: TestDatabase) {
        let house = april(db).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let closed = head.post("/closings", march("rates")).await.expect(201).body;
        assert_eq!(closed["figures"]["total"]["resolved"]["overdue"], 1);
        let code = "000.00.03.H29-260310-0001";
        let dossier = head.get(&format!("/dossiers/{code}")).await.expect(200);
        let due = dossier.body["due_on"].as_str().unwrap();
        let correction = json!({"field": "resolved_at", "value": format!("{due}T10:00:00+07:00"), "reason": "Trả kết quả đúng ngày, nhập chậm"});
        house.it_is("2026-04-02 10:00");
        let head = house.sign_in(&head.username).await;
        head.act(&format!("/dossiers/{code}/corrections"), dossier.version(), correction).await.expect(200);

        let path = format!("/closings/{}", closed["id"].as_str().unwrap());
        assert_eq!(head.get(&path).await.expect(200).body, closed);
        let told = head.get(&format!("{path}/adjustments")).await.expect(200).body;
        let change = |figure: &str| {
            let all = told["changes"].as_array().unwrap();
            all.iter().find(|change| change["figure"] == figure && change["row"] == json!({})).cloned().unwrap_or_default()
        };
        assert_eq!(change("resolved.overdue")["difference"], -1);
        assert_eq!(change("resolved.on_time")["difference"], 1);
        assert_eq!(change("r1.percent"), json!({"row": {}, "figure": "r1.percent", "closed": "0.00", "now": "100.00", "difference": null}));
        let causes = told["causes"].as_array().unwrap();
        assert_eq!((causes.len(), &causes[0]["dossier_code"]), (1, &json!(code)));
        let event = &causes[0]["events"][0];
        assert_eq!((&event["kind"], &event["field"]), (&json!("corrected"), &json!("resolved_at")));
        assert_eq!((&event["reason"], &event["officer"]), (&json!("Trả kết quả đúng ngày, nhập chậm"), &json!(head.username)));
        assert_eq!(told["unexplained"], json!([]));
    }

    async fn the_report_of_a_unit_is_closed_with_its_causes_and_its_open_dossiers(db: TestDatabase) {
        let house = april(db).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        const MARCH: &str = "from=2026-03-01&to=2026-03-31";
        let looked = head.get(&format!("/closings/preview?{MARCH}&report=unit")).await.expect(200).body;
        let closed = head.post("/closings", march("unit")).await.expect(201).body;
        assert_eq!(looked["figures"], closed["figures"], "what was looked at is what was closed");
        let total = &closed["figures"]["total"];
        let rates = head.get(&format!("/rates?{MARCH}&by=branch,sector")).await.expect(200).body;
        let causes = head.get(&format!("/reports/causes?{MARCH}")).await.expect(200).body;
        assert_eq!((&total["resolved"], &total["causes"]["late"]), (&rates["total"]["resolved"], &json!(1)));
        assert_eq!((&total["causes"]["not_said"], &causes["total"]["late"]), (&json!(1), &json!(1)));
        assert_eq!(total["causes"]["causes"]["slow_handling"], 0, "a cause that nobody gave is a number too");
        assert_eq!((&total["ageing"]["open"], &total["ageing"]["by_age"]["over_90"]), (&json!(0), &json!(0)));
        let row = &closed["figures"]["rows"][0];
        assert_eq!((&row["branch_code"], &row["causes"]["late"], &row["ageing"]["open"]), (&json!("TS"), &json!(1), &json!(0)));
        // The scheme is that of all closings: chained, and held against its hashes.
        head.post("/closings", march("rates")).await.expect(201);
        let at = format!("/closings/{}", closed["id"].as_str().unwrap());
        assert_eq!(head.get(&format!("{at}/verification")).await.expect(200).body["intact"], true);
        let verified = run_on(&house.database, &["verify"], "").success().stdout;
        assert!(verified.ends_with("Không có sai khác.\n"), "{verified}");

        // Its result was in time after all: it neither is late nor was it open that evening.
        let code = "000.00.03.H29-260310-0001";
        let dossier = head.get(&format!("/dossiers/{code}")).await.expect(200);
        let due = dossier.body["due_on"].as_str().unwrap();
        let correction = json!({"field": "resolved_at", "value": format!("{due}T10:00:00+07:00"), "reason": "Trả kết quả đúng ngày, nhập chậm"});
        house.it_is("2026-04-02 10:00");
        let head = house.sign_in(&head.username).await;
        head.act(&format!("/dossiers/{code}/corrections"), dossier.version(), correction).await.expect(200);
        let told = head.get(&format!("{at}/adjustments")).await.expect(200).body;
        let change = |figure: &str| {
            let all = told["changes"].as_array().unwrap();
            all.iter().find(|change| change["figure"] == figure && change["row"] == json!({})).cloned().unwrap_or_default()["difference"].clone()
        };
        assert_eq!((change("causes.late"), change("causes.not_said"), change("ageing.open")), (json!(-1), json!(-1), Value::Null));
        assert_eq!(told["unexplained"], json!([]));
        assert!(told["causes"][0]["changes"].as_array().unwrap().iter().any(|change| change["figure"] == "causes.late"), "{told}");

        head.get("/closings/preview?from=2026-03-01&to=2026-03-31&report=x").await.expect_faults(&["/query/report unknown-value"]);
        head.get(&format!("/closings/preview?{MARCH}&report=unit&branch_code=KL")).await.expect_problem(403, "foreign-branch");
        house.nobody().get(&format!("/closings/preview?{MARCH}&report=unit")).await.expect(401);
    }

    async fn a_closing_goes_out_as_a_file_with_the_closed_figures_whatever_was_corrected_since(db: TestDatabase) {
        let house = april(db).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let mut kept = Vec::new();
        for (report, told) in [
            ("rates", [("Đã giải quyết trong kỳ: Quá hạn", "1"), ("Đã giải quyết trong kỳ: Đúng hạn", "0"), ("Đã giải quyết trong kỳ: R1: trên số đã giải quyết (%)", "0.00")]),
            ("ii06a", [("Số hồ sơ đã giải quyết: Quá hạn (10)", "1"), ("Số hồ sơ đã giải quyết: Đúng hạn (9)", "0"), ("Số hồ sơ tiếp nhận: Tổng số (3)", "1")]),
            ("unit", [("Đã giải quyết trong kỳ: Quá hạn", "1"), ("Hồ sơ quá hạn theo nguyên nhân: Chưa nêu", "1"), ("Hồ sơ đang giải quyết theo số ngày từ khi tiếp nhận: trên 90 ngày", "0")]),
        ] {
            let closed = head.post("/closings", march(report)).await.expect(201).body;
            let path = format!("/closings/{}", closed["id"].as_str().unwrap());
            let csv = head.get(&format!("{path}?format=csv")).await.expect(200).text;
            let mut lines = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
            let columns = lines.headers().unwrap().clone();
            let lines: Vec<csv::StringRecord> = lines.records().map(Result::unwrap).collect();
            assert_eq!(lines.len(), closed["figures"]["rows"].as_array().unwrap().len() + 1, "{csv}");
            for (column, number) in told {
                let place = columns.iter().position(|title| title == column).unwrap_or_else(|| panic!("{column}: {columns:?}"));
                // One row and the sum of it.
                assert!(lines.iter().all(|line| &line[place] == number), "{column}: {csv}");
            }
            for (format, kind, begins) in [("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK"), ("pdf", "application/pdf", "%PDF-1.7")] {
                let file = send(head.request(Method::GET, &format!("{path}?format={format}"))).await.expect(200);
                assert_eq!(file.header("content-type"), Some(kind), "{report}");
                assert!(file.text.starts_with(begins), "{report} as {format}");
            }
            let table = head.get(&format!("{path}?format=table")).await.expect(200).body;
            let notes = table["notes"].to_string();
            assert!(notes.contains(closed["sha256"].as_str().unwrap()) && notes.contains("Báo cáo tháng 3"), "{notes}");
            assert_eq!(table["lists"], Value::Null, "what is closed has no lists of today");
            head.get(&format!("{path}?format=doc")).await.expect_faults(&["/query/format unknown-value"]);
            kept.push((path, csv));
        }
        let code = "000.00.03.H29-260310-0001";
        let dossier = head.get(&format!("/dossiers/{code}")).await.expect(200);
        let due = dossier.body["due_on"].as_str().unwrap();
        let correction = json!({"field": "resolved_at", "value": format!("{due}T10:00:00+07:00"), "reason": "Trả kết quả đúng ngày, nhập chậm"});
        head.act(&format!("/dossiers/{code}/corrections"), dossier.version(), correction).await.expect(200);
        for (path, csv) in kept {
            assert_eq!(head.get(&format!("{path}?format=csv")).await.expect(200).text, csv, "closed figures stay");
            let told = head.get(&format!("{path}/adjustments")).await.expect(200).body;
            let changes = told["changes"].as_array().unwrap();
            assert!(changes.len() > 3, "{told}");
            let table = head.get(&format!("{path}/adjustments?format=csv")).await.expect(200).text;
            let mut lines = csv::Reader::from_reader(table.trim_start_matches('\u{feff}').as_bytes());
            let lines: Vec<csv::StringRecord> = lines.records().map(Result::unwrap).collect();
            assert_eq!(lines.len(), changes.len(), "{table}");
            for (line, change) in lines.iter().zip(changes) {
                let difference = change["difference"].as_i64();
                assert_eq!(&line[5], difference.map(|number| number.to_string()).unwrap_or_default(), "{table}");
                if let (Some(closed), Some(now)) = (change["closed"].as_i64(), change["now"].as_i64()) {
                    assert_eq!((&line[3], &line[4]), (closed.to_string().as_str(), now.to_string().as_str()), "{table}");
                }
                assert_eq!(line[1].is_empty(), &line[0] == "Tổng số", "{table}");
                assert!(!line[2].contains('_') && !line[2].contains('-'), "a figure without words: {}", &line[2]);
            }
            let overdue = lines.iter().find(|line| line[2].to_lowercase().contains("quá hạn") && &line[5] == "-1" && !line[1].is_empty());
            let because = overdue.map(|line| line[6].to_owned()).unwrap_or_default();
            let day = due.split('-').rev().collect::<Vec<_>>().join("/");
            let (begins, ends) = (format!("{code}: Đính chính (thời điểm có kết quả "), format!(" → 10:00 {day}), lý do: Trả kết quả đúng ngày, nhập chậm"));
            assert!(because.starts_with(&begins) && because.ends_with(&ends), "{because}: {table}");
            for (format, begins) in [("xlsx", "PK"), ("pdf", "%PDF-1.7")] {
                let file = send(head.request(Method::GET, &format!("{path}/adjustments?format={format}"))).await.expect(200);
                assert!(file.text.starts_with(begins), "{path} as {format}");
            }
            house.nobody().get(&format!("{path}?format=csv")).await.expect(401);
        }
    }

    async fn verify_names_a_closing_that_was_tampered_with(db: TestDatabase) {
        let house = april(db).await;
        let office = house.sign_in_as(Role::Office, None).await;
        for report in ["rates", "ii06a"] {
            office.post("/closings", march(report)).await.expect(201);
        }
        let verified = run_on(&house.database, &["verify"], "").success().stdout;
        assert!(verified.ends_with("Không có sai khác.\n"), "{verified}");
        for (tampering, undoing, said) in [
            ("update closings set figures = replace(figures, '\"revised\":0', '\"revised\":7') where number = 1",
             "update closings set figures = replace(figures, '\"revised\":7', '\"revised\":0') where number = 1", "số liệu khác"),
            ("update closings set note = 'khác' where number = 2", "update closings set note = 'Báo cáo tháng 3' where number = 2", "niêm phong"),
            ("delete from closings where number = 1", "", "lần chốt số liệu 1: đã cấp số nhưng không còn"),
        ] {
            for (sql, clean) in [(tampering, false), (undoing, true)] {
                if sql.is_empty() {
                    continue;
                }
                house.write(move |tx| Ok(both!(tx, |c| diesel::sql_query(sql).execute(c))?)).await;
                let found = run_on(&house.database, &["verify"], "");
                let found = if clean { found.success() } else { found.code(1) };
                assert_eq!(found.stdout.contains(said), !clean, "{sql}: {}", found.stdout);
            }
        }
    }
}
