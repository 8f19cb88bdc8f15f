//! The head signs: number, date, text, new date and mail, together.

use super::*;
use diesel::prelude::*;
use motcua::apology::{LetterFinding, NumberFinding, audit_letters};
use motcua::both;
use motcua::domain::event::Fact;
use motcua::failure::Failure;
use sha2::{Digest, Sha256};

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

on_both! {
    async fn an_approved_letter_is_numbered_fixed_recorded_and_on_its_way(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Văn An").await;
        let code = draft.body["dossier_code"].as_str().unwrap().to_owned();
        let approved = office.approve(&draft).await.expect(200);
        let letter = &approved.body;
        assert_eq!(letter["status"], "approved");
        assert_eq!(letter["number"], "01/PXL-CCTS");
        assert_eq!(letter["timeliness"], "in_advance");
        assert_eq!(letter["automatic"], false);
        assert_eq!(letter["approved_by"]["id"], office.head.id.to_string());
        assert_eq!(letter["recipient_email"], "nguoi.dan@example.vn");
        assert_eq!(letter["mail_state"], "queued");

        let text = letter["letter"].as_str().unwrap();
        for words in [
            "Số: 01/PXL-CCTS",
            "ngày 12 tháng 3 năm 2026",
            "Kính gửi: Nguyễn Văn An",
            "Cấp giấy chứng nhận đăng ký tàu cá",
            code.as_str(),
            "13/03/2026",
            "20/03/2026",
            "xin lỗi",
            "kiểm tra thực địa",
            "Nguyễn Thị Thử",
        ] {
            assert!(text.contains(words), "{words}\n{text}");
        }
        assert_eq!(letter["letter_sha256"], sha256(text));
        let fixed = office.head.get(&format!("{}/letter.txt", path(letter))).await.expect(200);
        assert_eq!(fixed.text, text);

        let ground = office.ground.clone();
        let (events, (dossier, _)) = off_thread(move || Ok((ground.events(&code), ground.holds(&code)))).await.unwrap();
        let told: Vec<&str> = events.iter().map(|event| event.fact.kind()).collect();
        assert_eq!(told, ["registered", "received", "reappointed", "apology_issued"]);
        let Fact::ApologyIssued { number, sha256: hash, automatic, .. } = &events[3].fact else { panic!() };
        assert_eq!((number.as_str(), automatic), ("01/PXL-CCTS", &false));
        assert_eq!(hash, &sha256(text));
        assert!(events[2..].iter().all(|event| event.officer == Some(office.head.id)));
        assert_eq!(dossier.reappointed_due_on, Some("2026-03-20".parse().unwrap()));
        assert_eq!(dossier.first_due_on, Some("2026-03-13".parse().unwrap()), "the first promise stays");
    }

    async fn an_issued_letter_that_is_tampered_with_is_named(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Văn An").await;
        office.approve(&draft).await.expect(200);
        type Found = (Vec<LetterFinding>, Vec<(i32, NumberFinding)>);
        let found = |tamper: Option<&'static str>| {
            let (tell, told) = std::sync::mpsc::channel();
            let db = office.house.house.db.clone();
            off_thread(move || {
                let undone: Outcome<()> = db.write_blocking(move |tx| {
                    if let Some(tamper) = tamper {
                        assert_eq!(both!(tx, |c| diesel::sql_query(tamper).execute(c))?, 1, "{tamper}");
                    }
                    tell.send(audit_letters(tx)?).unwrap();
                    Err(Failure::Conflict("undone"))
                });
                assert!(matches!(undone, Err(Failure::Conflict("undone"))), "{undone:?}");
                let told = told.recv().unwrap();
                let numbers = told.numbers.into_iter().map(|one| (one.number, one.finding)).collect();
                Ok((told.letters.into_iter().map(|one| one.finding).collect(), numbers))
            })
        };
        let clean: Found = found(None).await.unwrap();
        assert_eq!(clean, (vec![], vec![]));
        let number = || "01/PXL-CCTS".to_owned();
        let told = |column| LetterFinding::OtherThanTold { number: number(), columns: vec![column] };
        for (tamper, finding) in [
            ("update apologies set letter = letter || 'x'", LetterFinding::OtherText { number: number() }),
            ("update apologies set timeliness = 'late'", told("timeliness")),
            ("update apologies set status = 'cancelled'", told("status")),
            ("delete from reappointments", LetterFinding::OtherReappointments { told: 1, stored: 0 }),
        ] {
            assert_eq!(found(Some(tamper)).await.unwrap(), (vec![finding], vec![]), "{tamper}");
        }
        let renumbered = found(Some("update apologies set number = 7")).await.unwrap();
        let (missing, beyond) = (NumberFinding::Missing, NumberFinding::BeyondCounter { last: 1 });
        assert_eq!(renumbered, (vec![told("number")], vec![(1, missing), (7, beyond)]));
        let passed = found(Some("update number_counters set last = 2 where series = 'apology'")).await.unwrap();
        assert_eq!(passed, (vec![], vec![(2, NumberFinding::Missing)]));
    }

    async fn only_the_head_of_the_branch_signs_and_only_what_was_seen(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Văn An").await;
        let approval = format!("{}/approval", path(&draft.body));
        office.counter.act(&approval, draft.version(), json!({})).await.expect_problem(403, "head-only");
        let admin = office.house.sign_in_as(Role::Admin, None).await;
        admin.act(&approval, draft.version(), json!({})).await.expect_problem(403, "head-only");
        let stranger = office.house.sign_in_as(Role::Head, Some("KL")).await;
        stranger.act(&approval, draft.version(), json!({})).await.expect_problem(403, "foreign-branch");
        office.head.post(&approval, json!({})).await.expect_problem(428, "if-match-missing");
        office.head.act(&approval, draft.version() - 1, json!({})).await.expect_problem(412, "stale");
        assert_eq!(office.again(&draft).await.body["status"], "draft");
        office.approve(&draft).await.expect(200);
        let again = office.again(&draft).await;
        office.approve(&again).await.expect_problem(409, "apology-not-draft");
        let change = office.head.patch(&path(&draft.body), again.version(), json!({"cause": "overload"})).await;
        change.expect_problem(409, "apology-not-draft");
    }

    async fn no_letter_without_a_reason(db: TestDatabase) {
        let office = Office::open(db).await;
        let code = office.take_in("Nguyễn Văn An").await;
        office.house.it_is(DAY_BEFORE);
        office.work().await;
        let draft = office.letter_of(&code).await;
        let refused = office.approve(&draft).await.expect_problem(409, "letter-incomplete");
        assert_eq!(refused.body["missing"], json!(["reason"]));
        let other = office.head.patch(&path(&draft.body), draft.version(), json!({"cause": "other"})).await.expect(200);
        office.approve(&other).await.expect_problem(409, "letter-incomplete");
        let spelled = json!({"reason": "Cán bộ thụ lý bị ốm, chưa có người thay"});
        let spelled = office.head.patch(&path(&draft.body), other.version(), spelled).await.expect(200);
        office.approve(&spelled).await.expect(200);
    }

    async fn a_promise_made_before_is_not_recorded_a_second_time(db: TestDatabase) {
        let office = Office::open(db).await;
        let code = office.take_in("Nguyễn Văn An").await;
        office.house.it_is("2026-03-11 09:00");
        let promise = Command::Reappoint {
            new_due_on: "2026-03-25".parse().unwrap(),
            cause: "overload".into(),
            reason: "Thiếu người".into(),
        };
        office.act(&code, promise).await;
        office.house.it_is(DAY_BEFORE);
        office.work().await;
        let draft = office.letter_of(&code).await;
        assert_eq!(draft.body["new_due_on"], "2026-03-25", "what was promised is suggested");
        let draft = office.head.patch(&path(&draft.body), draft.version(), json!({"cause": "overload"})).await.expect(200);
        office.approve(&draft).await.expect(200);
        let ground = office.ground.clone();
        let (dossier, _) = off_thread(move || Ok(ground.holds(&code))).await.unwrap();
        assert_eq!(dossier.reappointments, 1);
    }

    async fn twenty_approvals_at_once_get_twenty_consecutive_numbers(db: TestDatabase) {
        let office = Office::open(db).await;
        let mut codes = Vec::new();
        for n in 0..20 {
            codes.push(office.take_in(&format!("Người Thứ {n}")).await);
        }
        office.house.it_is(DAY_BEFORE);
        office.work().await;
        let mut approvals = Vec::new();
        for code in &codes {
            let draft = office.letter_of(code).await;
            let change = json!({"cause": "overload"});
            let draft = office.head.patch(&path(&draft.body), draft.version(), change).await.expect(200);
            approvals.push((format!("{}/approval", path(&draft.body)), draft.version()));
        }
        let racing: Vec<_> = approvals
            .into_iter()
            .map(|(path, version)| {
                let head = office.head.clone();
                tokio::spawn(async move { head.act(&path, version, json!({})).await.expect(200).body["number"].as_str().unwrap().to_owned() })
            })
            .collect();
        let mut numbers = Vec::new();
        for one in racing {
            numbers.push(one.await.unwrap());
        }
        numbers.sort();
        let expected: Vec<String> = (1..=20).map(|n| format!("{n:02}/PXL-CCTS")).collect();
        assert_eq!(numbers, expected);
    }

    async fn racing_approvals_of_one_letter_give_one(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Văn An").await;
        let racing: Vec<_> = (0..8)
            .map(|_| {
                let (head, path, version) = (office.head.clone(), format!("{}/approval", path(&draft.body)), draft.version());
                tokio::spawn(async move { head.act(&path, version, json!({})).await.status.as_u16() })
            })
            .collect();
        let mut statuses = Vec::new();
        for one in racing {
            statuses.push(one.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
        office.post().await;
        assert_eq!(office.sink.letters().len(), 1);
    }

    async fn a_dossier_that_is_resolved_while_its_letter_is_approved_has_one_or_the_other(db: TestDatabase) {
        let office = Office::open(db).await;
        for n in 0..6 {
            office.house.it_is("2026-03-10 09:00");
            let draft = office.draft(&format!("Người Thứ {n}")).await;
            let code = draft.body["dossier_code"].as_str().unwrap().to_owned();
            let ground = office.ground.clone();
            let resolving = tokio::task::spawn_blocking(move || {
                let outcome = motcua::domain::event::ResultKind::Granted;
                ground.act(&code, Command::Resolve { outcome, document_number: None, reason: None }).unwrap()
            });
            let approval = office.approve(&draft).await;
            resolving.await.unwrap();
            let letter = office.again(&draft).await;
            match approval.status.as_u16() {
                200 => assert_eq!(letter.body["status"], "approved"),
                409 | 412 => assert_eq!(letter.body["status"], "cancelled", "{}", approval.text),
                _ => panic!("{}", approval.text),
            }
        }
    }

    async fn each_year_and_each_branch_counts_from_one(db: TestDatabase) {
        use motcua::db::schema::number_counters;
        let office = Office::open(db).await;
        let first = office.draft("Nguyễn Văn An").await;
        office.approve(&first).await.expect(200);
        office.house.it_is("2027-01-04 09:00");
        let code = office.take_in("Trần Thị Bé").await;
        office.house.it_is("2027-01-08 09:00");
        office.work().await;
        let draft = office.letter_of(&code).await;
        let draft = office.head.patch(&path(&draft.body), draft.version(), json!({"cause": "overload"})).await;
        let letter = office.approve(&draft.expect(200)).await.expect(200);
        assert_eq!(letter.body["number"], "01/PXL-CCTS");
        assert_eq!(letter.body["timeliness"], "late");
        let years: Vec<(i32, i32)> = office
            .house
            .read(|c| {
                Ok(motcua::both!(c, |c| number_counters::table
                    .order(number_counters::year)
                    .select((number_counters::year, number_counters::last))
                    .load(c)?))
            })
            .await;
        assert_eq!(years, [(2026, 1), (2027, 1)]);
    }
}
