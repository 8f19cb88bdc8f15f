//! A look ahead at a paper: what would be printed, marked on every page, with nothing kept or done by it.

use super::fields::{BOAT, Counter};
use super::{File, papers_can_be_read, pdf};
use crate::support::ground::{applicant, intake};
use crate::support::house::{Person, send};
use motcua::db::schema::{documents, dossier_events};
use motcua::domain::role::Role;
use motcua::dossier::Intake;
use reqwest::Method;
use serde_json::{Value, json};

const MARK: &str = "XEM TRƯỚC";

async fn ahead(person: &Person, code: &str, body: Value) -> File {
    let path = format!("/dossiers/{code}/documents/preview");
    let response = person.request(Method::POST, &path).json(&body).send().await.unwrap();
    File::of(response, &path).await
}

/// How many papers are kept, and how many events there are.
async fn written(counter: &Counter) -> (i64, i64) {
    use diesel::prelude::*;
    counter
        .house
        .read(|c| {
            Ok(motcua::both!(c, |c| (
                documents::table.count().get_result::<i64>(c)?,
                dossier_events::table.count().get_result::<i64>(c)?
            )))
        })
        .await
}

/// But for the mark, which lies across it and is read in pieces.
#[track_caller]
fn says_all_of(seen: &str, issued: &str) {
    let mut left: Vec<&str> = seen.split_whitespace().collect();
    for word in issued.split_whitespace() {
        let place = left.iter().position(|one| *one == word);
        left.remove(place.unwrap_or_else(|| panic!("{word:?} is on the paper and not in\n{seen}")));
    }
    let pieces: String = left.concat();
    assert!(pieces.chars().all(|sign| MARK.contains(sign)), "more than the mark: {left:?}");
}

on_both! {
    async fn a_receipt_looked_at_first_is_marked_and_not_kept_and_the_one_given_out_is_not_marked(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let counter = Counter::open(db).await;
        let code = counter.take_in().await;
        let before = written(&counter).await;
        let path = format!("/dossiers/{code}/documents/receipt.pdf");
        let looked_at = pdf(&counter.counter, &format!("{path}?preview=true")).await;
        assert_eq!(written(&counter).await, before, "nothing is kept");
        assert!(looked_at.header("content-disposition").contains("receipt-xem-truoc.pdf"));
        let given_out = pdf(&counter.counter, &path).await;
        assert_eq!(written(&counter).await, (before.0 + 1, before.1));
        let (seen, issued) = (looked_at.text(), given_out.text());
        assert!(seen.contains(MARK) && !issued.contains(MARK), "{seen}");
        says_all_of(&seen, &issued);

        let again = pdf(&counter.counter, &format!("{path}?preview=true")).await;
        assert!(again.text().contains(MARK), "also afterwards");
        assert_eq!(pdf(&counter.counter, &path).await.bytes, given_out.bytes, "what was given out stays");
        let docx = format!("/dossiers/{code}/documents/receipt.docx?preview=true");
        let refused = counter.counter.get(&docx).await.expect_problem(422, "invalid-fields");
        assert_eq!(refused.body["errors"][0]["code"], "only-of-pdf");
    }

    async fn a_slip_is_looked_at_before_the_act_and_says_what_the_act_then_gives_out(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let counter = Counter::open(db).await;
        let code = counter.take_in().await;
        let before = written(&counter).await;
        let entry = json!({"items": ["Bản vẽ thiết kế", "Giấy khai sinh"], "reason": "Thiếu giấy tờ theo quy định"});
        let mut asked = entry.clone();
        asked["form"] = "supplement-request".into();
        let looked_at = ahead(&counter.counter, &code, asked).await.text();
        for words in [MARK, "Bản vẽ thiết kế", "Giấy khai sinh", "Thiếu giấy tờ theo quy định", "Nguyễn Thị Thử"] {
            assert!(looked_at.contains(words), "{words}: {looked_at}");
        }
        assert!(looked_at.contains(&format!("Số: {code}/HDHS")), "{looked_at}");
        assert_eq!(written(&counter).await, before, "no act, no paper");
        let still = counter.counter.get(&format!("/dossiers/{code}")).await.expect(200);
        assert_eq!(still.body["status"], "received");

        counter.ask(&code, "supplement-request", entry).await;
        let given_out = counter.text(&code, "supplement-request").await;
        says_all_of(&looked_at, &given_out);
    }

    async fn a_refusal_and_a_stop_are_looked_at_too_and_what_the_act_would_refuse_is_refused(db: TestDatabase) {
        let counter = Counter::open(db).await;
        let code = counter.take_in().await;
        let path = format!("/dossiers/{code}/documents/preview");
        let person = &counter.counter;
        let ask = async |body: Value| send(person.request(Method::POST, &path).json(&body)).await;
        let refusal = json!({"form": "refusal", "reason": "Không thuộc thẩm quyền"});
        ask(refusal.clone()).await.expect_problem(409, "wrong-state");
        let none = ask(json!({"form": "supplement-request", "items": [], "reason": " "})).await;
        let none = none.expect_problem(422, "invalid-fields");
        assert_eq!(none.body["errors"].as_array().unwrap().len(), 2);
        ask(json!({"form": "receipt", "reason": "x"})).await.expect_problem(422, "invalid-fields");
        ask(json!({"form": "refusal", "reason": "x", "items": ["y"]})).await.expect_problem(422, "invalid-fields");
        let tomorrow = json!({"form": "supplement-request", "items": ["x"], "reason": "x", "occurred_at": "2026-03-11T09:00:00+07:00"});
        assert_eq!(ask(tomorrow).await.status, 422, "not in the future");
        let stranger = counter.house.sign_in_as(Role::Counter, Some("KL")).await;
        let path = format!("/dossiers/{code}/documents/preview");
        send(stranger.request(Method::POST, &path).json(&refusal)).await.expect_problem(403, "foreign-branch");
        ask(json!({"form": "stopping-notice", "reason": "x"})).await.expect_problem(403, "role-may-not");

        if !papers_can_be_read() {
            return;
        }
        let head = counter.house.sign_in_as(Role::Head, Some("TS")).await;
        let stop = json!({"form": "stopping-notice", "reason": "Người nộp không bổ sung hồ sơ"});
        let text = ahead(&head, &code, stop).await.text();
        assert!(text.contains(MARK) && text.contains("Người nộp không bổ sung hồ sơ"), "{text}");
        let online = Intake { register_only: true, ..intake(BOAT, applicant("Người Nộp Trực Tuyến")) };
        let online = counter.ground.take_in_async("TS", online).await;
        let before = written(&counter).await;
        let text = ahead(&counter.counter, &online, refusal).await.text();
        assert!(text.contains(MARK) && text.contains("Không thuộc thẩm quyền"), "{text}");
        assert_eq!(written(&counter).await, before);
    }

    async fn a_branchs_template_that_leaves_the_mark_out_is_not_used_for_a_look_ahead(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let counter = Counter::open(db).await;
        let code = counter.take_in().await;
        let admin = counter.house.sign_in_as(Role::Admin, None).await;
        let bare = "#let data = json(\"data.json\")\n#set document(title: \"x\")\n#set text(lang: \"vi\")\n= Mẫu trần\n#data.dossier_code";
        admin.put("/templates/receipt?branch_code=TS", json!({"source": bare})).await.expect(200);
        let path = format!("/dossiers/{code}/documents/receipt.pdf");
        let looked_at = pdf(&counter.counter, &format!("{path}?preview=true")).await.text();
        assert!(looked_at.contains(MARK) && !looked_at.contains("Mẫu trần"), "{looked_at}");
        assert!(pdf(&counter.counter, &path).await.text().contains("Mẫu trần"));
    }
}
