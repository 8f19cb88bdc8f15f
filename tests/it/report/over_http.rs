//! Rates and indicators as they are asked over HTTP: whose figures one sees, what is published, what it says.

use crate::dossier::life::take_in;
use crate::support::house::{Answer, Person, TestHouse, send};
use motcua::domain::role::Role;
use reqwest::Method;
use serde_json::{Value, json};

const MARCH: &str = "from=2026-03-01&to=2026-03-31";

/// Resolves what was taken in, at this time.
async fn resolve(house: &TestHouse, dossier: &Answer, username: &str, when: &str) {
    house.it_is(when);
    let handler = house.sign_in(username).await;
    let path = format!("/dossiers/{}/result", dossier.body["code"].as_str().unwrap());
    handler.act(&path, dossier.version(), json!({"outcome": "granted"})).await.expect(200);
}

/// TS: one resolved in time, one resolved late, one overdue in process. KL: one in process.
pub async fn march(db: crate::support::database::TestDatabase) -> TestHouse {
    let house = TestHouse::open(db).await;
    let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
    let mut dossiers = Vec::new();
    for name in ["Nguyễn Thị Một", "Trần Văn Hai", "Lê Thị Ba"] {
        dossiers.push(take_in(&counter, "1.003650", name).await);
    }
    let forest = house.sign_in_as(Role::Counter, Some("KL")).await;
    let procedures = forest.get("/procedures?branch_code=KL").await.expect(200);
    let known = procedures.body["items"].as_array().unwrap().iter().find(|procedure| {
        let cases = procedure["cases"].as_array().or(procedure["version"]["cases"].as_array());
        cases.is_some_and(|cases| cases.len() == 1 && cases[0]["time_limit"].is_string())
    });
    if let Some(known) = known {
        take_in(&forest, known["code"].as_str().unwrap(), "Phạm Văn Rừng").await;
    }
    let due: chrono::NaiveDate = dossiers[0].body["due_on"].as_str().unwrap().parse().unwrap();
    resolve(&house, &dossiers[0], &counter.username, &format!("{due} 09:00")).await;
    resolve(&house, &dossiers[1], &counter.username, &format!("{} 09:00", due.succ_opt().unwrap())).await;
    house.it_is("2026-04-02 09:00");
    house
}

async fn rates(person: &Person, query: &str) -> Value {
    person.get(&format!("/rates?{query}")).await.expect(200).body
}

on_both! {
    async fn a_branch_sees_its_own_figures_and_the_department_all(db: TestDatabase) {
        let house = march(db).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let office = house.sign_in_as(Role::Office, None).await;

        let own = rates(&head, &format!("{MARCH}&by=branch,sector")).await;
        assert_eq!(own["as_of"], "2026-03-31");
        assert_eq!(own["rows"].as_array().unwrap().len(), 1);
        let row = &own["rows"][0];
        assert_eq!((&row["branch_code"], &row["sector"]), (&json!("TS"), &json!("Thủy sản")));
        assert_eq!(row["received"], json!({"total": 3, "online": 0, "in_person": 3, "postal": 0}));
        assert_eq!(row["resolved"], json!({"total": 2, "early": 0, "on_time": 1, "overdue": 1}));
        assert_eq!(row["closed_without_result"], json!({"total": 0, "past_due": 0}));
        assert_eq!(row["in_process"], json!({"total": 1, "within_limit": 0, "overdue": 1, "waiting": 0}));
        assert_eq!(row["carried_over"], 0);
        assert_eq!(row["r1"], json!({"numerator": 1, "denominator": 2, "percent": "50.00"}));
        assert_eq!(row["r2"], json!({"numerator": 1, "denominator": 3, "percent": "33.33"}));
        assert_eq!(row["r3"], json!({"numerator": 1, "denominator": 3, "percent": "33.33"}));
        assert_eq!(row["targets"], json!({"all_on_time": "missed", "over_90": "missed", "in_force": [
            {"indicator": "P312", "target": "> 90 %", "value": {"numerator": 9, "denominator": 10}},
            {"indicator": "S06", "target": "= 100 %", "value": {"numerator": 1, "denominator": 1}},
        ]}));
        assert_eq!(row["apologies"], json!({"owed": 2, "issued": 0, "in_advance": 0, "on_due_day": 0, "late": 0, "missing": 2}));
        assert_eq!(own["revised"], 0);
        assert_eq!(own.get("note"), None);
        for rate in ["r1", "r2", "r3"] {
            assert!(own["definitions"][rate].as_str().unwrap().contains("hồ sơ"));
        }

        let all = rates(&office, &format!("{MARCH}&by=branch")).await;
        let branches: Vec<&str> = all["rows"].as_array().unwrap().iter().map(|row| row["branch_code"].as_str().unwrap()).collect();
        assert_eq!(branches, ["KL", "TS"]);
        assert_eq!(all["total"]["received"]["total"], 4);
        head.get(&format!("/rates?{MARCH}&branch_code=KL")).await.expect_problem(403, "foreign-branch");
        assert_eq!(rates(&office, &format!("{MARCH}&branch_code=KL")).await["total"]["received"]["total"], 1);
        assert_eq!(rates(&head, "from=2026-01-01&to=2026-01-31&by=branch").await["rows"], json!([]));
        assert_eq!(rates(&head, "from=2026-01-01&to=2026-01-31").await["total"]["r1"], Value::Null);
    }

    async fn form_ii06a_says_what_the_rates_say_in_three_formats(db: TestDatabase) {
        let house = march(db).await;
        let office = house.sign_in_as(Role::Office, None).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let form = office.get(&format!("/reports/ii06a?{MARCH}")).await.expect(200).body;
        let sectors = rates(&office, &format!("{MARCH}&by=sector")).await;
        assert_eq!((&form["branch_code"], &form["as_of"]), (&Value::Null, &json!("2026-03-31")));
        assert_eq!(form["rows"].as_array().unwrap().len(), sectors["rows"].as_array().unwrap().len());
        let fisheries = form["rows"].as_array().unwrap().iter().find(|row| row["sector"] == "Thủy sản").unwrap();
        let figures = json!({
            "received_total": 3, "received_online": 0, "received_direct_or_post": 3, "carried_over": 0,
            "resolved_total": 2, "resolved_early": 0, "resolved_on_time": 1, "resolved_overdue": 1,
            "in_process_total": 1, "in_process_within": 0, "in_process_overdue": 1,
            "of_which_waiting": 0, "closed_without_result": 0,
        });
        for (name, figure) in figures.as_object().unwrap() {
            assert_eq!(&fisheries[name], figure, "{name}");
        }
        assert_eq!(form["total"]["received_total"], 4);

        let own = head.get(&format!("/reports/ii06a?{MARCH}")).await.expect(200).body;
        assert_eq!((&own["branch_code"], &own["total"]["received_total"]), (&json!("TS"), &json!(3)));
        head.get(&format!("/reports/ii06a?{MARCH}&branch_code=KL")).await.expect_problem(403, "foreign-branch");
        house.nobody().get(&format!("/reports/ii06a?{MARCH}")).await.expect(401);

        let csv = head.get(&format!("/reports/ii06a?{MARCH}&format=csv")).await.expect(200);
        assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
        assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"ii06a-2026-03-01-2026-03-31.csv\""));
        let mut reader = csv::Reader::from_reader(csv.text.trim_start_matches('\u{feff}').as_bytes());
        let lines: Vec<Vec<String>> =
            reader.records().map(|line| line.unwrap().iter().map(str::to_owned).collect()).collect();
        let wanted = ["1", "Thủy sản", "3", "0", "3", "0", "2", "0", "1", "1", "1", "0", "1"];
        assert_eq!(lines[0], wanted);
        assert_eq!(lines[1][1..], [&["Tổng số"], &wanted[2..]].concat());
        office.get(&format!("/reports/ii06a?{MARCH}&format=doc")).await.expect(422);

        let book = send(head.request(Method::GET, &format!("/reports/ii06a?{MARCH}&format=xlsx"))).await.expect(200);
        assert!(book.text.starts_with("PK"), "a spreadsheet");
    }

    async fn tables_are_papers_too_and_a_paper_has_an_end(db: TestDatabase) {
        let house = march(db).await;
        let office = house.sign_in_as(Role::Office, None).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        for (who, path, name) in [
            (&head, "ii06a", "ii06a-2026-03-01-2026-03-31.pdf"),
            (&office, "ii06a", "ii06a-2026-03-01-2026-03-31.pdf"),
            (&office, "overdue", "qua-han-2026-03-01-2026-03-31.pdf"),
        ] {
            let paper = who.get(&format!("/reports/{path}?{MARCH}&format=pdf")).await.expect(200);
            assert_eq!(paper.header("content-type"), Some("application/pdf"), "{path}");
            assert_eq!(paper.header("content-disposition"), Some(format!("inline; filename=\"{name}\"").as_str()));
            assert_eq!(paper.header("cache-control"), Some("private, no-store"));
            assert!(paper.text.starts_with("%PDF-1.7"), "{path}");
        }
        head.get(&format!("/reports/ii06a?{MARCH}&branch_code=KL&format=pdf")).await.expect_problem(403, "foreign-branch");
        house.nobody().get(&format!("/reports/overdue?{MARCH}&format=pdf")).await.expect(401);
    }

    async fn an_officers_row_has_a_name_and_no_second_rate(db: TestDatabase) {
        let house = march(db).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let by = rates(&head, &format!("{MARCH}&by=officer")).await;
        let row = &by["rows"][0];
        assert_eq!(row["officer"], "counter.0");
        assert_eq!(row["officer_name"], "Nguyễn Thị Thử");
        assert_eq!((&row["r1"]["percent"], &row["r2"]), (&json!("50.00"), &Value::Null));
        assert_eq!(rates(&head, &format!("{MARCH}&officer=counter.0")).await["total"]["resolved"]["total"], 2);
    }

    async fn a_late_correction_is_told_with_the_figures_it_changed(db: TestDatabase) {
        let house = march(db).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let dossier = head.get("/dossiers/000.00.03.H29-260310-0001").await.expect(200);
        let resolved_at = dossier.body["resolved_at"].as_str().unwrap().replace("T09:", "T10:");
        let correction = json!({"field": "resolved_at", "value": resolved_at, "reason": "Ghi nhầm giờ"});
        head.act("/dossiers/000.00.03.H29-260310-0001/corrections", dossier.version(), correction).await.expect(200);
        let after = rates(&head, MARCH).await;
        assert_eq!(after["revised"], 1);
        assert!(after["note"].as_str().unwrap().starts_with("Có 1 thao tác"), "{}", after["note"]);
        let request = head.request(Method::GET, &format!("/rates?{MARCH}")).header("Accept-Language", "en");
        let english = send(request).await.expect(200).body;
        assert!(english["note"].as_str().unwrap().starts_with("1 acts"), "{}", english["note"]);
        assert!(english["definitions"]["r1"].as_str().unwrap().starts_with("Resolved in time"));
        assert_eq!(rates(&head, "from=2026-03-01&to=2026-04-02").await["revised"], 0, "it was entered by then");
    }

    async fn what_is_published_names_nobody_who_works_there(db: TestDatabase) {
        let house = march(db).await;
        let nobody = house.nobody();
        let published = nobody.get(&format!("/public/rates?{MARCH}")).await.expect(200).body;
        assert_eq!(published["rows"].as_array().unwrap().len(), 2, "by branch unless asked otherwise");
        assert_eq!(published["total"]["received"]["total"], 4);
        let by_month = nobody.get(&format!("/public/rates?{MARCH}&by=reporting_period&branch_code=TS")).await.expect(200).body;
        let periods: Vec<&str> = by_month["rows"].as_array().unwrap().iter().map(|row| row["reporting_period"].as_str().unwrap()).collect();
        assert_eq!(periods, ["2026-03", "2026-04"]);
        assert_eq!(by_month["rows"][1]["period"], json!({"from": "2026-03-15", "to": "2026-03-31"}));
        nobody.get(&format!("/public/rates?{MARCH}&by=officer")).await.expect_faults(&["/query/by/0 unknown-value"]);
        nobody.get(&format!("/public/rates?{MARCH}&officer=counter.0")).await.expect_faults(&["/query/officer unknown-parameter"]);
        nobody.get(&format!("/rates?{MARCH}")).await.expect_problem(401, "unauthenticated");
    }

    async fn a_question_that_is_wrong_says_what_is_wrong(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let office = house.sign_in_as(Role::Office, None).await;
        office.get("/rates?from=2026-01-01").await.expect_faults(&["/query/to missing-field"]);
        office.get("/rates?from=2026-02-30&to=2026-03-01").await.expect_faults(&["/query/from bad-form"]);
        office.get("/rates?from=2026-02-02&to=2026-02-01").await.expect_faults(&["/query/to before-from"]);
        office.get("/rates?from=2026-02-01&to=2026-02-02&as_of=2026-03-11").await.expect_faults(&["/query/as_of after-today"]);
        office.get("/rates?from=2026-02-01&to=2026-02-02&by=day,month").await.expect_faults(&["/query/by several-periods"]);
        office.get("/rates?from=2026-02-01&to=2026-02-02&branch_code=XX").await.expect_faults(&["/query/branch_code unknown-value"]);
        // A period that is not over is asked about as of today.
        assert_eq!(rates(&office, "from=2026-03-01&to=2026-03-31").await["as_of"], "2026-03-10");
    }

    async fn the_scoreboard_counts_what_there_is_and_says_so_where_nothing_is(db: TestDatabase) {
        let house = march(db).await;
        let office = house.sign_in_as(Role::Office, None).await;
        let board = office.get(&format!("/indicators?{MARCH}")).await.expect(200).body;
        let of = |id: &str| board["indicators"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap().clone();
        let row = |id: &str, branch: &str| of(id)["rows"].as_array().unwrap().iter().find(|row| row["branch_code"] == branch).unwrap().clone();

        let sectors = of("S06");
        assert_eq!(sectors["verdict"], "missed");
        assert_eq!(row("S06", "TS")["verdict"], "missed");
        assert_eq!(row("S06", "TS")["rate"]["percent"], "50.00");
        assert_eq!(row("S06", "CN-TY")["verdict"], "no_data");
        assert_eq!(row("S06", "CN-TY")["rate"], Value::Null);
        assert_eq!(row("P312", "TS")["verdict"], "missed");
        assert_eq!(row("P312", "KL")["verdict"], "no_data", "nothing resolved yet");
        let missing = json!({"numerator": 0, "denominator": 2, "percent": "0.00"});
        assert_eq!((&row("S09", "TS")["rate"], &row("S09", "TS")["verdict"]), (&missing, &json!("missed")));
        assert_eq!(row("S09", "TL")["verdict"], "no_data", "nothing is late");
        for id in ["S12", "S13", "S23"] {
            assert_eq!((&of(id)["verdict"], &of(id)["rate"]), (&json!("no_data"), &Value::Null));
        }
        for indicator in board["indicators"].as_array().unwrap() {
            assert!(indicator["title"].as_str().is_some_and(|title| !title.is_empty()), "{indicator}");
            assert!(indicator["counted"].as_str().is_some_and(|words| !words.is_empty()), "{indicator}");
        }
        // The same for a spreadsheet, row by row.
        let table = office.get(&format!("/indicators?{MARCH}&format=table")).await.expect(200).body;
        // Each with the shares beside it.
        let lines = |one: &Value| 1 + one["shares"].as_array().map_or(0, Vec::len);
        let rows = |one: &Value| one["rows"].as_array().unwrap().iter().map(lines).sum::<usize>();
        let rows = board["indicators"].as_array().unwrap().iter().map(|one| lines(one) + rows(one)).sum::<usize>();
        assert_eq!(table["rows"].as_array().unwrap().len(), rows);
        let file = office.get(&format!("/indicators?{MARCH}&format=csv")).await.expect(200).text;
        assert_eq!(file.lines().count(), 1 + rows, "{file}");
        assert!(file.contains("S09,I.2.3,Hồ sơ trễ hạn có thư xin lỗi,Chi cục Thủy sản,,đúng 100 %,0,2,0.00,,chưa đạt\r\n"), "{file}");
        assert!(file.contains("S12,I.2.4,Mức độ hài lòng,Tất cả,,"), "{file}");
        let head = house.sign_in_as(Role::Head, Some("KL")).await;
        let own = head.get(&format!("/indicators?{MARCH}&format=csv")).await.expect(200).text;
        assert!(own.contains("Kiểm lâm") && !own.contains("Chi cục Thủy sản"), "{own}");
        let own = head.get(&format!("/indicators?{MARCH}")).await.expect(200).text;
        assert!(own.contains("KL") && !own.contains("\"TS\""), "{own}");
    }
}
