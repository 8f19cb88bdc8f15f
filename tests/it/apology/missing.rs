//! Who was owed a letter and had none.

use super::*;
use motcua::domain::event::ResultKind;

fn codes(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let items = answer.body["items"].as_array().unwrap();
    items.iter().map(|item| (text(&item["dossier_code"]), text(&item["held_by"]["name"]))).collect()
}

on_both! {
    async fn late_dossiers_without_a_letter_are_listed_with_who_held_them_then(db: TestDatabase) {
        let office = Office::open(db).await;
        let resolve = || Command::Resolve { outcome: ResultKind::Granted, document_number: None, reason: None };
        let in_time = office.take_in("Đúng Hạn").await;
        let running = office.take_in("Đang Xử Lý").await;
        let resolved = office.take_in("Xong Trễ").await;
        let withdrawn = office.take_in("Rút Trễ").await;
        let waiting = office.take_in("Đang Chờ").await;
        let waited = office.take_in("Chờ Rồi Rút").await;
        let with_letter = office.take_in("Có Thư").await;
        let to = |id| Command::Forward { to_officer: Some(id), to_step: None, note: None };
        let (first, second) = (
            office.house.officer("thu-ly-1", Role::Handler, Some("TS")).await,
            office.house.officer("thu-ly-2", Role::Handler, Some("TS")).await,
        );
        office.act(&running, to(first)).await;
        let ask = || Command::RequestPayment { amount: 50_000, reason: "lệ phí".into() };
        office.act(&waiting, ask()).await;
        office.act(&waited, ask()).await;
        office.house.it_is("2026-03-12 10:00");
        office.act(&in_time, resolve()).await;
        office.work().await;
        let draft = office.letter_of(&with_letter).await;
        let draft = office.head.patch(&path(&draft.body), draft.version(), json!({"cause": "overload"})).await.expect(200);
        office.approve(&draft).await.expect(200);
        office.house.it_is("2026-03-17 10:00");
        // It became late with the first; where it lies now does not matter.
        office.act(&running, to(second)).await;
        for code in [&resolved, &with_letter] {
            office.act(code, resolve()).await;
        }
        for code in [&withdrawn, &waited] {
            office.act(code, Command::Withdraw { reason: "đổi ý".into() }).await;
        }

        let all = office.head.get("/apologies/missing?from=2026-03-01&to=2026-03-31&count=true").await.expect(200);
        let mut listed = codes(&all);
        listed.sort();
        let mut expected =
            vec![(running.clone(), "Nguyễn Thị Thử".to_owned()), (resolved, String::new()), (withdrawn, String::new())];
        expected.sort();
        assert_eq!(listed, expected);
        assert_eq!(all.body["count"], 3);
        let item = all.body["items"].as_array().unwrap().iter().find(|i| i["dossier_code"] == running.as_str()).unwrap();
        assert_eq!(item["held_by"]["id"], first.to_string());

        // The rates count the same ones.
        let rates = office.head.get("/rates?from=2026-03-01&to=2026-03-17&branch_code=TS").await.expect(200);
        let apologies = &rates.body["total"]["apologies"];
        assert_eq!((&apologies["owed"], &apologies["issued"], &apologies["missing"]), (&json!(4), &json!(1), &json!(3)));

        // The list behind the figure: all four, the one with its letter.
        let list = office.head.get("/reports/overdue?from=2026-03-01&to=2026-03-17").await.expect(200);
        let items = list.body["items"].as_array().unwrap();
        assert_eq!(items.len(), 4);
        let line = |code: &str| items.iter().find(|line| line["dossier_code"] == code).unwrap();
        let lettered = line(&with_letter);
        assert_eq!((&lettered["cause"], &lettered["cause_kind"]), (&json!("overload"), &json!("subjective")));
        assert_eq!((&lettered["letter_on"], &lettered["ended_on"]), (&json!("2026-03-12"), &json!("2026-03-17")));
        assert!(lettered["letter_number"].as_str().unwrap().ends_with("/PXL-CCTS"));
        let days = |from: &Value, to: &Value| {
            let day = |value: &Value| value.as_str().unwrap().parse::<chrono::NaiveDate>().unwrap();
            day(to).signed_duration_since(day(from)).num_days()
        };
        assert_eq!(lettered["days_late"], days(&lettered["due_on"], &lettered["ended_on"]));
        let open = line(&running);
        assert_eq!((&open["held_by"], &open["ended_on"]), (&json!("Nguyễn Thị Thử"), &Value::Null));
        assert_eq!(open["days_late"], days(&open["due_on"], &json!("2026-03-17")));
        assert_eq!(open["letter_number"], Value::Null);
        let csv = office.head.get("/reports/overdue?from=2026-03-01&to=2026-03-17&format=csv").await.expect(200);
        assert_eq!(csv.text.lines().count(), 5);
        office.head.get("/reports/overdue?from=2026-03-02&to=2026-03-01").await.expect_faults(&["/query/to before-from"]);
        office.head.get("/reports/overdue?from=2026-03-01&to=2026-03-17&branch_code=KL").await.expect_problem(403, "foreign-branch");

        // Page by page it is the same.
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = office.head.get(&format!("/apologies/missing?from=2026-03-01&to=2026-03-31&limit=1{cursor}")).await.expect(200);
            paged.extend(codes(&page));
            match page.body["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(paged, codes(&all));

        // Before the due date nobody was late; and other branches see nothing of this.
        let before = office.head.get("/apologies/missing?from=2026-03-01&to=2026-03-13").await.expect(200);
        assert_eq!(codes(&before), []);
        let stranger = office.house.sign_in_as(Role::Head, Some("KL")).await;
        assert_eq!(codes(&stranger.get("/apologies/missing?from=2026-03-01&to=2026-03-31").await.expect(200)), []);
        stranger.get("/apologies/missing?from=2026-03-01&to=2026-03-31&branch_code=TS").await.expect_problem(403, "foreign-branch");
        office.head.get("/apologies/missing?from=2026-03-31&to=2026-03-01").await.expect_faults(&["/query/to before-from"]);
        office.head.get("/apologies/missing?to=2026-03-01").await.expect_faults(&["/query/from missing-field"]);
    }
}
