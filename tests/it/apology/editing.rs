//! The words of a draft.

use super::*;

on_both! {
    async fn a_draft_is_edited_by_the_people_of_its_branch_and_nobody_else(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Văn An").await;
        let change = |words: &str| json!({"reason": words});
        let handler = office.house.sign_in_as(Role::Handler, Some("TS")).await;
        let first = office.counter.patch(&path(&draft.body), draft.version(), change("Một lý do")).await.expect(200);
        let second = handler.patch(&path(&draft.body), first.version(), change("Lý do khác")).await.expect(200);
        assert_eq!(second.body["reason"], "Lý do khác");
        let stranger = office.house.sign_in_as(Role::Head, Some("KL")).await;
        stranger.patch(&path(&draft.body), second.version(), change("x")).await.expect_problem(403, "foreign-branch");
        stranger.get(&path(&draft.body)).await.expect_problem(403, "foreign-branch");
        let desk = office.house.sign_in_as(Role::Office, None).await;
        desk.get(&path(&draft.body)).await.expect(200);
        desk.patch(&path(&draft.body), second.version(), change("x")).await.expect_problem(403, "role-may-not");
        office.counter.patch(&path(&draft.body), draft.version(), change("x")).await.expect_problem(412, "stale");
        office.house.nobody().get(&path(&draft.body)).await.expect_problem(401, "unauthenticated");
        office.head.get("/apologies/00000000-0000-7000-8000-000000000000").await.expect_problem(404, "not-found");
        office.head.get("/apologies/x").await.expect_problem(404, "no-such-path");
    }

    async fn what_a_letter_may_not_say_is_refused_by_field(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Văn An").await;
        for (change, faults) in [
            (json!({"cause": "laziness"}), ["/cause unknown-value"]),
            (json!({"reason": ""}), ["/reason empty"]),
            (json!({"reason": "a\u{0}b"}), ["/reason control-character"]),
            (json!({"new_due_on": "2026-02-30"}), ["/new_due_on bad-form"]),
            (json!({"held_back": "yes"}), ["/held_back wrong-type"]),
            (json!({"status": "sent"}), ["/status unknown-field"]),
            (json!({"body": "Chúng tôi rất tiếc."}), ["/body must-state"]),
        ] {
            let answer = office.head.patch(&path(&draft.body), draft.version(), change.clone()).await;
            let codes: Vec<String> = answer.body["errors"]
                .as_array()
                .unwrap_or_else(|| panic!("{change}: {}", answer.text))
                .iter()
                .map(|e| format!("{} {}", e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap()))
                .collect();
            assert_eq!(codes, faults, "{change}");
            assert_eq!(answer.status, 422, "{change}");
        }
        // Saturday; the due date itself; yesterday.
        for (date, problem) in [
            ("2026-03-21", "not-a-working-day"),
            ("2026-03-13", "new-date-not-later"),
            ("2026-03-11", "new-date-not-later"),
        ] {
            let answer = office.head.patch(&path(&draft.body), draft.version(), json!({"new_due_on": date})).await;
            answer.expect_problem(422, problem);
        }
        assert_eq!(office.again(&draft).await.version(), draft.version(), "nothing was written");
    }

    async fn edited_prose_stands_in_the_letter_and_names_what_it_lost(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Văn An").await;
        let letter = draft.body["letter"].as_str().unwrap().to_owned();
        let begins = letter.find("Ngày 10/03/2026").unwrap();
        let ends = letter.find("Tình trạng hồ sơ").unwrap();
        let body = letter[begins..ends].trim().to_owned();
        let softer = body.replace("Tuy nhiên", "Rất tiếc");
        let edited = office.head.patch(&path(&draft.body), draft.version(), json!({"body": softer})).await.expect(200);
        assert!(edited.body["letter"].as_str().unwrap().contains("Rất tiếc"));
        assert_eq!(edited.body["missing"], json!([]));
        let without = body.replace("20/03/2026", "sau");
        let answer = office.head.patch(&path(&draft.body), edited.version(), json!({"body": without})).await;
        let answer = answer.expect_faults(&["/body must-state"]);
        assert!(answer.body["errors"][0]["detail"].as_str().unwrap().contains("new_date"), "{}", answer.text);
        let own = office.head.patch(&path(&draft.body), edited.version(), json!({"body": null})).await.expect(200);
        assert_eq!(own.body["letter"], letter);
    }
}
