//! Another date is promised, and a letter that says so is drafted.

use super::*;

impl Office {
    async fn promise(&self, who: &Person, code: &str, body: Value) -> Answer {
        let dossier = self.head.get(&format!("/dossiers/{code}")).await.expect(200);
        who.act(&format!("/dossiers/{code}/reappointment"), dossier.version(), body).await
    }
}

fn promise() -> Value {
    json!({"new_due_on": "2026-03-25", "cause": "field_verification", "reason": "Chờ lịch kiểm tra tàu"})
}

on_both! {
    async fn another_date_is_recorded_and_put_into_the_draft(db: TestDatabase) {
        let office = Office::open(db).await;
        let handler = office.house.sign_in_as(Role::Handler, Some("TS")).await;
        let code = office.take_in("Nguyễn Văn An").await;
        let dossier = office.promise(&handler, &code, promise()).await.expect(200).body;
        assert_eq!((&dossier["reappointed_due_on"], &dossier["due_on"]), (&json!("2026-03-25"), &json!("2026-03-13")));
        assert_eq!(dossier["first_due_on"], "2026-03-13", "the first promise stays");
        let draft = office.letter_of(&code).await;
        assert_eq!(draft.body["missing"], json!([]));
        assert_eq!(
            (&draft.body["cause"], &draft.body["reason"], &draft.body["new_due_on"]),
            (&json!("field_verification"), &json!("Chờ lịch kiểm tra tàu"), &json!("2026-03-25"))
        );
        // On its day the job finds that it is there.
        office.house.it_is(DAY_BEFORE);
        office.work().await;
        assert_eq!(office.letter_of(&code).await.body["version"], draft.body["version"]);
        // A second one is recorded, flagged, and said by the same letter.
        let second = json!({"new_due_on": "2026-03-27", "cause": "overload", "reason": "Thiếu cán bộ đi kiểm tra"});
        let dossier = office.promise(&office.head, &code, second).await.expect(200).body;
        assert_eq!(dossier["reappointments"], 2);
        let draft = office.letter_of(&code).await;
        assert_eq!((&draft.body["cause"], &draft.body["new_due_on"]), (&json!("overload"), &json!("2026-03-27")));
        office.approve(&draft).await.expect(200);
        let dossier = office.head.get(&format!("/dossiers/{code}")).await.expect(200).body;
        assert_eq!((&dossier["reappointments"], &dossier["apology"]), (&json!(2), &json!("in_advance")));
    }

    async fn what_is_no_promise_is_refused(db: TestDatabase) {
        let office = Office::open(db).await;
        let code = office.take_in("Nguyễn Văn An").await;
        office.promise(&office.counter, &code, promise()).await.expect_problem(403, "role-may-not");
        let stranger = office.house.sign_in_as(Role::Head, Some("KL")).await;
        office.promise(&stranger, &code, promise()).await.expect_problem(403, "foreign-branch");
        let dated = |date: &str| json!({"new_due_on": date, "cause": "overload", "reason": "Thiếu người"});
        for (date, problem) in [("2026-03-13", "new-date-not-later"), ("2026-03-21", "not-a-working-day")] {
            office.promise(&office.head, &code, dated(date)).await.expect_problem(422, problem);
        }
        let vague = json!({"new_due_on": "2026-03-25", "cause": "other", "reason": "Bận"});
        office.promise(&office.head, &code, vague).await.expect_faults(&["/reason too-short"]);
        let unknown = json!({"new_due_on": "2026-03-25", "cause": "laziness", "reason": ""});
        office.promise(&office.head, &code, unknown).await.expect_faults(&["/cause unknown-value", "/reason empty"]);
        let path = format!("/dossiers/{code}/reappointment");
        office.head.act(&path, 1, promise()).await.expect_problem(412, "stale");
        assert_eq!(office.letters_of(&code).await.len(), 0);
    }
}
