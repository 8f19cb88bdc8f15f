//! Letters that come back signed by another program: taken, shown and mailed in the place of ours, or refused by name.

use super::{BOAT, DAY_BEFORE, Office, SOON, off_thread, path};
use crate::paper::pdf;
use crate::support::ground::{applicant, intake};
use crate::support::house::{Answer, Person, etag, send};
use crate::support::sign::{pdfsig, signed};
use crate::support::smtp::{Act, Behaviour, Stage};
use base64::Engine as _;
use chrono::TimeDelta;
use motcua::apology::approve::{Approver, approve};
use motcua::apology::{Letters, Signer};
use motcua::config::Config;
use motcua::domain::people::Applicant;
use motcua::domain::role::Role;
use motcua::http::Seen;
use reqwest::Method;
use serde_json::json;

pub(super) async fn put(person: &Person, letter: &Answer, version: u64, file: &[u8]) -> Answer {
    let request = person.request(Method::PUT, &format!("{}/signed-letter", path(&letter.body)));
    let request = request.header("If-Match", etag(version)).header("Content-Type", "application/pdf");
    send(request.body(file.to_vec())).await
}

pub(super) async fn issued(office: &Office, letter: &Answer) -> Vec<u8> {
    pdf(&office.head, &format!("{}/letter.pdf", path(&letter.body))).await.bytes
}

/// The PDF in the last mail that arrived.
pub(super) fn mailed(office: &Office) -> Vec<u8> {
    let mail = office.sink.letters().pop().expect("a mail").data;
    let (_, attached) = mail.split_once("application/pdf").expect("an attached PDF");
    let (_, encoded) = attached.split_once("\r\n\r\n").unwrap();
    let encoded: String = encoded.split("\r\n--").next().unwrap().split_whitespace().collect();
    base64::engine::general_purpose::STANDARD.decode(encoded).unwrap()
}

on_both! {
    async fn a_signed_letter_is_shown_with_its_signature_and_mailed_in_the_place_of_ours(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Thị Ánh Tuyết").await;
        let approved = office.approve(&draft).await.expect(200);
        let ours = issued(&office, &approved).await;
        let Some(file) = signed(&ours, "rsa") else { return };
        assert!(pdfsig(&file).contains("Signature is Valid"), "by an independent tool");

        let taken = put(&office.head, &approved, approved.version(), &file).await.expect(200);
        assert!(taken.version() > approved.version());
        let shown = &office.again(&approved).await.body["signed_letter"];
        assert_eq!(shown, &taken.body["signed_letter"]);
        assert_eq!((&shown["begins_with_issued"], &shown["covers_all"]), (&json!(true), &json!(true)));
        assert_eq!(shown["trust"], "not_checked");
        assert_eq!(shown["stored_by"]["name"], "Nguyễn Thị Thử");
        let signature = &shown["signatures"][0];
        assert_eq!(signature["signer"], "Lê Thị Ví Dụ");
        assert_eq!(signature["organisation"], "Chi cục Thủy sản");
        assert_eq!(signature["issuer"], "Cơ quan chứng thực Ví Dụ");
        assert_eq!(signature["algorithm"], "RSA, SHA-256");
        assert!(signature["signed_at"].as_str().unwrap().ends_with("+07:00"), "{signature}");

        let kept = pdf(&office.counter, &format!("{}/signed-letter", path(&approved.body))).await;
        assert_eq!(kept.bytes, file, "byte for byte");
        assert_eq!(kept.header("etag"), format!("\"{}\"", shown["sha256"].as_str().unwrap()));
        assert_eq!(issued(&office, &approved).await, ours, "what was issued stays what it was");

        office.post().await;
        assert_eq!(mailed(&office), file);
        let sent = office.again(&approved).await;
        put(&office.head, &sent, sent.version(), &file).await.expect_problem(409, "apology-has-left");
    }

    async fn a_second_signed_letter_counts_in_the_place_of_the_first(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Thị Ánh Tuyết").await;
        let approved = office.approve(&draft).await.expect(200);
        let ours = issued(&office, &approved).await;
        let (Some(one), Some(two)) = (signed(&ours, "rsa"), signed(&ours, "twice")) else { return };
        let taken = put(&office.head, &approved, approved.version(), &one).await.expect(200);
        put(&office.head, &approved, approved.version(), &two).await.expect_problem(412, "stale");
        let taken = put(&office.head, &approved, taken.version(), &two).await.expect(200);
        assert_eq!(taken.body["signed_letter"]["signatures"].as_array().unwrap().len(), 2);
        office.post().await;
        assert_eq!(mailed(&office), two);
    }

    async fn a_signed_letter_that_comes_while_the_mail_is_being_handed_over_goes_out_and_ours_does_not(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Thị Ánh Tuyết").await;
        let approved = office.approve(&draft).await.expect(200);
        let Some(file) = signed(&issued(&office, &approved).await, "rsa") else { return };
        office.sink.next([Behaviour::At(Stage::MailFrom, Act::Hold)]);
        let worker = office.worker();
        let standing = tokio::spawn(async move { worker.run_due().await });
        office.sink.wait_until_holding(SOON).await;
        put(&office.head, &approved, approved.version(), &file).await.expect(200);
        office.sink.release();
        standing.await.unwrap().unwrap();
        assert!(office.sink.letters().is_empty(), "what had been composed before did not leave");
        office.house.it_is("2026-03-12 10:00");
        office.post().await;
        assert_eq!(office.sink.letters().len(), 1);
        assert_eq!(mailed(&office), file);
        assert_eq!(office.again(&approved).await.body["status"], "sent");
    }

    async fn the_mail_waits_for_the_signature_as_long_as_it_is_told_to_and_no_longer(db: TestDatabase) {
        let office = Office::open(db).await;
        let two = office.take_in("Trần Văn Khác").await;
        let one = office.draft("Nguyễn Thị Ánh Tuyết").await;
        let two = office.letter_of(&two).await;
        let change = json!({"cause": "field_verification", "new_due_on": "2026-03-20"});
        let two = office.head.patch(&path(&two.body), two.version(), change).await.expect(200);
        for letter in [&one, &two] {
            let letters = Letters {
                signature_wait: TimeDelta::hours(2),
                ..crate::support::house::letters(&Config::load(None, []).unwrap())
            };
            let (ground, officer) = (office.ground.clone(), office.head.id);
            let id = letter.body["id"].as_str().unwrap().parse().unwrap();
            let seen = Seen::at(u32::try_from(letter.version()).unwrap());
            off_thread(move || {
                let (reference, now) = (ground.reference(), ground.clock.now());
                ground.db.write_blocking(move |tx| {
                    let signer = Signer { name: "Lê Thị Ví Dụ".into(), title: None };
                    approve(tx, &reference, &letters, id, &Approver::Head { officer, signer, seen }, now)
                })
            })
            .await
            .unwrap();
        }
        assert_eq!(office.post().await, 0, "both wait");
        let approved = office.again(&one).await;
        let Some(file) = signed(&issued(&office, &approved).await, "rsa") else { return };
        put(&office.head, &approved, approved.version(), &file).await.expect(200);
        assert_eq!(office.post().await, 1, "the signed one leaves at once");
        assert_eq!(mailed(&office), file);
        office.house.it_is("2026-03-12 11:00");
        assert_eq!(office.post().await, 1, "the other without a signature when its time is over");
        assert_eq!(mailed(&office), issued(&office, &two).await);
    }

    async fn a_letter_for_paper_takes_a_signed_one_until_it_is_delivered(db: TestDatabase) {
        let office = Office::open(db).await;
        let person = Applicant { email: None, ..applicant("Nguyễn Thị Ánh Tuyết") };
        let code = office.ground.take_in_async("TS", intake(BOAT, person)).await;
        office.house.it_is(DAY_BEFORE);
        office.work().await;
        let draft = office.letter_of(&code).await;
        put(&office.head, &draft, draft.version(), b"%PDF-1.7").await.expect_problem(409, "apology-not-issued");
        let change = json!({"cause": "field_verification", "new_due_on": "2026-03-20"});
        let draft = office.head.patch(&path(&draft.body), draft.version(), change).await.expect(200);
        let approved = office.approve(&draft).await.expect(200);
        assert_eq!(approved.body["status"], "paper");
        let Some(file) = signed(&issued(&office, &approved).await, "ecdsa") else { return };
        let taken = put(&office.head, &approved, approved.version(), &file).await.expect(200);
        assert_eq!(taken.body["status"], "paper");
        let delivery = json!({"how": "in_person", "delivered_at": "2026-03-12T09:00:00+07:00", "to": "Người nhận"});
        let at = format!("{}/delivery", path(&approved.body));
        let done = office.counter.act(&at, taken.version(), delivery).await.expect(200);
        put(&office.head, &approved, done.version(), &file).await.expect_problem(409, "apology-has-left");
    }

    async fn what_is_not_the_issued_letter_well_signed_is_refused_by_name_and_changes_nothing(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Thị Ánh Tuyết").await;
        let preview = issued(&office, &draft).await;
        let approved = office.approve(&draft).await.expect(200);
        let (ours, seen) = (issued(&office, &approved).await, approved.version());
        let head = &office.head;
        put(head, &approved, seen, b"PK\x03\x04").await.expect_problem(422, "signed-not-pdf");
        put(head, &approved, seen, &ours).await.expect_problem(422, "signed-unsigned");
        if let Some(file) = signed(&ours, "rsa") {
            let mut changed = file.clone();
            let place = file.windows(5).position(|window| window == b"Title").unwrap();
            changed[place] = b't';
            put(head, &approved, seen, &changed).await.expect_problem(422, "signed-changed");
            let weak = signed(&ours, "sha1").unwrap();
            let problem = put(head, &approved, seen, &weak).await.expect_problem(422, "signed-algorithm");
            assert_eq!(problem.body["algorithm"], "SHA-1");
            let other = signed(&preview, "rsa").unwrap();
            put(head, &approved, seen, &other).await.expect_problem(422, "signed-other-text");
            put(head, &approved, seen + 1, &file).await.expect_problem(412, "stale");
            let stranger = office.house.sign_in_as(Role::Head, Some("KL")).await;
            put(&stranger, &approved, seen, &file).await.expect_problem(403, "foreign-branch");
            put(&office.counter, &approved, seen, &file).await.expect_problem(403, "head-only");
        }
        let fake = [ours.as_slice(), b"\n9 0 obj<</ByteRange [0 10 20 5]/Contents <30>>>endobj\n"].concat();
        put(head, &approved, seen, &fake).await.expect_problem(422, "signed-unreadable");
        put(head, &approved, seen, &vec![b' '; 10 * 1024 * 1024 + 1]).await.expect_problem(413, "too-large");
        let at = format!("{}/signed-letter", path(&approved.body));
        let request = head.request(Method::PUT, &at).header("If-Match", etag(seen));
        send(request.try_clone().unwrap().json(&json!({}))).await.expect_problem(415, "unsupported-media-type");
        let unseen = head.request(Method::PUT, &at).header("Content-Type", "application/pdf");
        send(unseen.body(ours.clone())).await.expect_problem(428, "if-match-missing");
        head.get(&at).await.expect_problem(404, "not-found");
        assert_eq!(office.again(&approved).await.body["signed_letter"], json!(null));
        assert_eq!(office.again(&approved).await.version(), seen);
        office.post().await;
        assert_eq!(mailed(&office), ours);
    }
}
