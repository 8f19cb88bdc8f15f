//! Who will be late gets a draft, once.

use super::*;
use motcua::domain::event::ResultKind;

fn resolve() -> Command {
    Command::Resolve { outcome: ResultKind::Granted, document_number: None, reason: None }
}

on_both! {
    async fn a_draft_is_made_on_the_last_working_day_before_the_due_date_and_not_earlier(db: TestDatabase) {
        let office = Office::open(db).await;
        let code = office.take_in("Nguyễn Văn An").await;
        for before in ["2026-03-10 18:00", "2026-03-11 23:59"] {
            office.house.it_is(before);
            office.work().await;
            assert_eq!(office.letters_of(&code).await.len(), 0, "{before}");
        }
        office.house.it_is("2026-03-12 00:01");
        office.work().await;
        let draft = office.letter_of(&code).await.body;
        assert_eq!(draft["status"], "draft");
        assert_eq!(draft["due_on"], "2026-03-13");
        assert_eq!(draft["branch_code"], "TS");
        // Five working days after Friday the 13th.
        assert_eq!(draft["new_due_on"], "2026-03-20");
        assert_eq!(draft["missing"], json!(["reason"]));
        assert!(draft["letter"].as_str().unwrap().contains("Kính gửi: Nguyễn Văn An"), "{draft}");
        assert_eq!(draft["number"], Value::Null);
    }

    async fn one_draft_a_dossier_and_due_date_however_many_look_at_once(db: TestDatabase) {
        let office = Office::open(db).await;
        let mut codes = Vec::new();
        for n in 0..25 {
            codes.push(office.take_in(&format!("Người Thứ {n}")).await);
        }
        office.house.it_is(DAY_BEFORE);
        let looking: Vec<_> = (0..6)
            .map(|_| {
                let room = office.room();
                tokio::task::spawn_blocking(move || apology::draft::draft_due(&room).unwrap())
            })
            .collect();
        let mut made = 0;
        for one in looking {
            made += one.await.unwrap();
        }
        // On PostgreSQL a dossier locked by one is left by the others: the next look makes up for it.
        office.work().await;
        for code in &codes {
            assert_eq!(office.letters_of(code).await.len(), 1);
        }
        assert!(made <= codes.len(), "{made}");
        let all = office.head.get("/apologies?status=draft&count=true&limit=1").await.expect(200);
        assert_eq!(all.body["count"], 25);
    }

    async fn who_is_late_already_is_covered_too_and_in_batches(db: TestDatabase) {
        let office = Office::open(db).await;
        let ground = office.ground.clone();
        off_thread(move || {
            for n in 0..230 {
                ground.take_in("TS", intake(BOAT, applicant(&format!("Người Thứ {n}"))));
            }
            Ok(())
        })
        .await
        .unwrap();
        office.house.it_is("2026-03-30 09:00");
        office.work().await;
        let all = office.head.get("/apologies?status=draft&count=true&limit=1").await.expect(200);
        assert_eq!(all.body["count"], 230);
        // The due date is past: the suggestion counts from today.
        assert_eq!(all.body["items"][0]["new_due_on"], "2026-04-06");
    }

    async fn who_waits_for_the_citizen_gets_none(db: TestDatabase) {
        let office = Office::open(db).await;
        let code = office.take_in("Nguyễn Văn An").await;
        let request = Command::RequestSupplement { items: vec!["Giấy tờ tàu".into()], reason: "thiếu".into() };
        office.act(&code, request).await;
        office.house.it_is("2026-03-20 09:00");
        office.work().await;
        assert_eq!(office.letters_of(&code).await.len(), 0);
    }

    async fn a_draft_falls_when_the_dossier_ends_or_waits(db: TestDatabase) {
        let office = Office::open(db).await;
        let ends = [
            resolve(),
            Command::Withdraw { reason: "đổi ý".into() },
            Command::Stop { reason: "trùng hồ sơ".into() },
            Command::RequestPayment { amount: 50_000, reason: "lệ phí".into() },
        ];
        let mut codes = Vec::new();
        for n in 0..=ends.len() {
            codes.push(office.take_in(&format!("Người Thứ {n}")).await);
        }
        office.house.it_is(DAY_BEFORE);
        office.work().await;
        for (code, end) in codes.iter().zip(ends) {
            office.act(code, end).await;
        }
        office.work().await;
        for (n, code) in codes.iter().enumerate() {
            let status = if n + 1 == codes.len() { "draft" } else { "cancelled" };
            assert_eq!(office.letter_of(code).await.body["status"], status, "{n}");
        }
    }

    async fn a_new_promise_has_a_letter_of_its_own(db: TestDatabase) {
        let office = Office::open(db).await;
        let code = office.take_in("Nguyễn Văn An").await;
        office.house.it_is(DAY_BEFORE);
        office.work().await;
        let request = Command::RequestSupplement { items: vec!["Giấy tờ tàu".into()], reason: "thiếu".into() };
        office.act(&code, request).await;
        // Counted again from zero: due on Thursday the 26th.
        office.house.it_is("2026-03-23 09:00");
        office.act(&code, Command::Supply { items: vec![] }).await;
        office.house.it_is("2026-03-25 09:00");
        office.work().await;
        let letters = office.letters_of(&code).await;
        let seen: Vec<_> = letters.iter().map(|l| (l["due_on"].as_str().unwrap(), l["status"].as_str().unwrap())).collect();
        assert_eq!(seen, [("2026-03-13", "cancelled"), ("2026-03-26", "draft")]);
    }

    async fn a_cancelled_draft_begins_anew_when_the_same_promise_is_due_again(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Văn An").await;
        let code = draft.body["dossier_code"].as_str().unwrap().to_owned();
        office.act(&code, Command::RequestPayment { amount: 50_000, reason: "lệ phí".into() }).await;
        assert_eq!(office.again(&draft).await.body["status"], "cancelled");
        // Paid on the same day: the due date stays.
        office.house.it_is("2026-03-12 10:00");
        office.act(&code, Command::RecordPayment).await;
        office.work().await;
        let anew = office.letter_of(&code).await;
        assert_eq!(anew.body["id"], draft.body["id"]);
        assert_eq!((&anew.body["status"], &anew.body["cause"]), (&json!("draft"), &Value::Null));
        // Whoever still looks at the old draft cannot change the new one unseen.
        let stale = office.head.patch(&path(&draft.body), draft.version(), json!({"cause": "overload"})).await;
        stale.expect_problem(412, "stale");
    }
}
