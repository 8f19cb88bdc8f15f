//! One approval, one mail; what cannot be mailed is handed over on paper.

use super::*;
use crate::support::smtp::{Act, Behaviour, Stage};
use chrono::TimeDelta;
use diesel::prelude::*;
use motcua::db::schema::apologies;

/// Base64 and quoted-printable taken off: what the reader reads.
pub(crate) fn readable(letter: &str) -> String {
    let mut text = String::new();
    for part in letter.split("\r\n--") {
        let (head, body) = part.split_once("\r\n\r\n").unwrap_or((part, ""));
        if head.to_lowercase().contains("base64") {
            let bytes = decoded(&body.split_whitespace().collect::<String>());
            text.push_str(&String::from_utf8_lossy(&bytes));
        } else {
            let joined = body.replace("=\r\n", "");
            let mut bytes = Vec::new();
            let mut rest = joined.as_bytes();
            while let Some((first, tail)) = rest.split_first() {
                let hex = (*first == b'=').then(|| tail.get(..2)).flatten();
                let value = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
                match value {
                    Some(value) => {
                        bytes.push(value);
                        rest = &tail[2..];
                    }
                    None => {
                        bytes.push(*first);
                        rest = tail;
                    }
                }
            }
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    text
}

fn decoded(base64: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(base64).unwrap_or_default()
}

impl Office {
    async fn approved(&self) -> Answer {
        let draft = self.draft("Nguyễn Văn An").await;
        self.approve(&draft).await.expect(200)
    }

    fn later(&self, wait: TimeDelta) {
        let clock = &self.ground.clock;
        clock.set(clock.now() + wait);
    }
}

on_both! {
    async fn an_approved_letter_arrives_once_and_says_the_right_words(db: TestDatabase) {
        let office = Office::open(db).await;
        let approved = office.approved().await;
        for _ in 0..3 {
            office.post().await;
            office.later(TimeDelta::hours(7));
        }
        let letters = office.sink.letters();
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].to, ["nguoi.dan@example.vn"]);
        let id = approved.body["id"].as_str().unwrap();
        assert_eq!(letters[0].header("message-id").as_deref(), Some(format!("<{id}@example.vn>").as_str()));
        let text = readable(&letters[0].data);
        for words in ["Kính gửi: Nguyễn Văn An", "trân trọng xin lỗi", "20/03/2026", "Số: 01/PXL-CCTS", "kiểm tra thực địa"] {
            assert!(text.contains(words), "{words}\n{text}");
        }
        let sent = office.again(&approved).await.body;
        assert_eq!((&sent["status"], &sent["mail_state"]), (&json!("sent"), &json!("accepted")));
        assert!(sent["sent_at"].is_string());
    }

    async fn the_mail_says_what_was_approved_whatever_has_happened_since(db: TestDatabase) {
        let office = Office::open(db).await;
        let approved = office.approved().await;
        let code = approved.body["dossier_code"].as_str().unwrap();
        let outcome = motcua::domain::event::ResultKind::Granted;
        office.act(code, Command::Resolve { outcome, document_number: None, reason: None }).await;
        office.post().await;
        let letters = office.sink.letters();
        assert_eq!(letters.len(), 1);
        let text = readable(&letters[0].data).replace("\r\n", "\n");
        assert!(text.contains(approved.body["letter"].as_str().unwrap().trim_end()), "{text}");
    }

    async fn while_the_server_is_down_the_mail_waits_and_goes_out_when_it_is_back(db: TestDatabase) {
        let mut office = Office::open(db).await;
        office.sink.stop().await;
        let approved = office.approved().await;
        for _ in 0..4 {
            assert_eq!(office.post().await, 1);
            let waiting = office.again(&approved).await.body;
            assert_eq!((&waiting["status"], &waiting["mail_state"]), (&json!("approved"), &json!("queued")));
            assert!(waiting["mail_error"].is_string(), "why it waits is visible");
            assert_eq!(office.post().await, 0, "not before its time");
            office.later(TimeDelta::hours(1));
        }
        office.sink.start_again().await;
        assert_eq!(office.post().await, 1);
        assert_eq!(office.sink.letters().len(), 1);
        let sent = office.again(&approved).await.body;
        assert_eq!((&sent["status"], &sent["mail_error"]), (&json!("sent"), &Value::Null));
    }

    async fn a_lost_answer_is_asked_for_again_with_the_same_message_id(db: TestDatabase) {
        let office = Office::open(db).await;
        let approved = office.approved().await;
        office.sink.next([Behaviour::At(Stage::Body, Act::Drop)]);
        office.post().await;
        assert_eq!(office.again(&approved).await.body["mail_state"], "queued");
        office.later(TimeDelta::minutes(2));
        office.post().await;
        let ids: Vec<_> = office.sink.letters().iter().map(|letter| letter.header("message-id")).collect();
        assert_eq!(ids.len(), 2);
        assert_eq!(ids[0], ids[1], "by which the receiving side knows the repetition");
        assert_eq!(office.again(&approved).await.body["status"], "sent");
    }

    async fn a_letter_that_may_have_gone_out_when_the_service_was_killed_is_not_sent_again(db: TestDatabase) {
        let office = Office::open(db).await;
        let approved = office.approved().await;
        // What kill -9 leaves behind between the text and its answer.
        office
            .house
            .write(|c| {
                motcua::both!(c, |c| diesel::update(apologies::table)
                    .set(apologies::mail_state.eq("handed_over"))
                    .execute(c)?);
                Ok(())
            })
            .await;
        office.post().await;
        assert_eq!(office.sink.connections(), 0);
        let unknown = office.again(&approved).await.body;
        assert_eq!((&unknown["status"], &unknown["mail_error"]), (&json!("paper"), &json!("handed_over_unknown")));
        let paper = office.head.get("/apologies?status=paper").await.expect(200);
        assert_eq!(paper.body["items"].as_array().unwrap().len(), 1);
        office.later(TimeDelta::days(1));
        assert_eq!(office.post().await, 0);
    }

    async fn an_address_that_is_refused_for_good_sends_the_letter_to_paper(db: TestDatabase) {
        let office = Office::open(db).await;
        let approved = office.approved().await;
        office.sink.next([Behaviour::At(Stage::RcptTo, Act::Reply(550))]);
        office.post().await;
        let failed = office.again(&approved).await;
        assert_eq!(failed.body["status"], "failed");
        let error = failed.body["mail_error"].as_str().unwrap();
        assert!(error.contains("550") && !error.contains("nguoi.dan@"), "{error}");
        let paper = office.head.get("/apologies?status=paper").await.expect(200);
        assert_eq!(paper.body["items"][0]["id"], approved.body["id"]);

        let delivery = format!("{}/delivery", path(&approved.body));
        let given = json!({"how": "in_person", "delivered_at": "2026-03-12T09:30:00+07:00", "to": "Nguyễn Văn An"});
        office.counter.act(&delivery, failed.version(), given.clone()).await.expect_faults(&["/delivered_at occurred-in-future"]);
        office.house.it_is("2026-03-12 15:00");
        let early = json!({"how": "in_person", "delivered_at": "2026-03-12T08:00:00+07:00", "to": "Nguyễn Văn An"});
        office.counter.act(&delivery, failed.version(), early).await.expect_faults(&["/delivered_at before-approval"]);
        let pigeon = json!({"how": "pigeon", "delivered_at": "2026-03-12T09:30:00+07:00", "to": ""});
        office.counter.act(&delivery, failed.version(), pigeon).await.expect_faults(&["/how unknown-value", "/to empty"]);
        let done = office.counter.act(&delivery, failed.version(), given).await.expect(200);
        assert_eq!((&done.body["status"], &done.body["delivered_how"]), (&json!("delivered"), &json!("in_person")));
        let again = json!({"how": "postal", "delivered_at": "2026-03-12T09:30:00+07:00", "to": "x"});
        office.counter.act(&delivery, done.version(), again).await.expect_problem(409, "apology-not-on-paper");
    }

    async fn without_an_address_the_letter_is_for_paper_at_once(db: TestDatabase) {
        let office = Office::open(db).await;
        let mut who = applicant("Nguyễn Văn An");
        who.email = None;
        let code = office.ground.take_in_async("TS", intake(BOAT, who)).await;
        office.house.it_is(DAY_BEFORE);
        office.work().await;
        let draft = office.letter_of(&code).await;
        let draft = office.head.patch(&path(&draft.body), draft.version(), json!({"cause": "overload"})).await.expect(200);
        let approved = office.approve(&draft).await.expect(200);
        assert_eq!((&approved.body["status"], &approved.body["number"]), (&json!("paper"), &json!("01/PXL-CCTS")));
        office.post().await;
        assert_eq!(office.sink.connections(), 0);
    }

    async fn what_is_handed_over_on_paper_while_the_server_is_down_is_not_mailed_any_more(db: TestDatabase) {
        let mut office = Office::open(db).await;
        office.sink.stop().await;
        let approved = office.approved().await;
        office.post().await;
        office.house.it_is("2026-03-12 15:00");
        let given = json!({"how": "at_home", "delivered_at": "2026-03-12T10:00:00+07:00", "to": "Người nhà"});
        let version = office.again(&approved).await.version();
        office.counter.act(&format!("{}/delivery", path(&approved.body)), version, given).await.expect(200);
        office.sink.start_again().await;
        office.later(TimeDelta::days(1));
        office.post().await;
        assert_eq!((office.sink.letters().len(), office.again(&approved).await.body["status"].clone()), (0, json!("delivered")));
    }

    async fn a_server_that_cannot_take_it_now_is_asked_again(db: TestDatabase) {
        let office = Office::open(db).await;
        let approved = office.approved().await;
        office.sink.next([Behaviour::At(Stage::RcptTo, Act::Reply(451))]);
        office.post().await;
        assert_eq!(office.again(&approved).await.body["status"], "approved");
        office.later(TimeDelta::minutes(2));
        office.post().await;
        assert_eq!(office.sink.letters().len(), 1);
    }

    async fn after_five_days_without_success_the_letter_goes_to_paper(db: TestDatabase) {
        let mut office = Office::open(db).await;
        office.sink.stop().await;
        let approved = office.approved().await;
        office.post().await;
        office.later(TimeDelta::days(4));
        office.post().await;
        assert_eq!(office.again(&approved).await.body["status"], "approved");
        office.later(TimeDelta::hours(25));
        office.post().await;
        assert_eq!(office.again(&approved).await.body["status"], "failed");
        office.sink.start_again().await;
        office.later(TimeDelta::days(1));
        assert_eq!(office.post().await, 0);
        assert_eq!(office.sink.letters().len(), 0);
    }

    async fn two_workers_send_one_mail_a_letter(db: TestDatabase) {
        let office = Office::open(db).await;
        let mut codes = Vec::new();
        for n in 0..10 {
            codes.push(office.take_in(&format!("Người Thứ {n}")).await);
        }
        office.house.it_is(DAY_BEFORE);
        office.work().await;
        for code in &codes {
            let draft = office.letter_of(code).await;
            let draft = office.head.patch(&path(&draft.body), draft.version(), json!({"cause": "overload"})).await.expect(200);
            office.approve(&draft).await.expect(200);
        }
        let (one, two) = (office.worker(), office.worker());
        let (first, second) = tokio::join!(one.run_due(), two.run_due());
        assert_eq!(first.unwrap() + second.unwrap(), 10);
        let mut ids: Vec<_> = office.sink.letters().iter().map(|letter| letter.header("message-id")).collect();
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), office.sink.letters().len()), (10, 10));
    }

    async fn who_stood_still_while_another_took_over_puts_right_what_the_other_could_not_know(db: TestDatabase) {
        let office = Office::open(db).await;
        let approved = office.approved().await;
        office.sink.next([Behaviour::At(Stage::Body, Act::Hold)]);
        let first = office.worker();
        let standing = tokio::spawn(async move { first.run_due().await });
        office.sink.wait_until_holding(SOON).await;
        // Its lease runs out; another worker finds the letter handed over and the answer unknown.
        office.later(TimeDelta::minutes(5));
        office.post().await;
        assert_eq!(office.again(&approved).await.body["mail_error"], "handed_over_unknown");
        office.sink.release();
        standing.await.unwrap().unwrap();
        assert_eq!(office.again(&approved).await.body["status"], "sent");
        assert_eq!(office.sink.letters().len(), 1);
    }
}
