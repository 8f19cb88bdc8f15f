//! What applicants say of how they were served: on their own page, and from a paper slip at the counter.

use super::counter::{code_of, intake, take_in};
use crate::support::browser::{Browser, key};
use crate::support::house::TestHouse;
use crate::support::surfer::Surfer;
use motcua::domain::role::Role;
use serde_json::json;
use std::time::Duration;

/// Records that what was asked for is granted.
async fn resolve(counter: &Surfer, code: &str) {
    let page = counter.get(&format!("/ho-so/{code}")).await.expect(200);
    let result = format!("/ho-so/{code}/viec/ket-qua");
    counter.submit(&page, &result, &[("outcome", "granted")]).await.expect(303);
}

/// Taken in, worked and handed over by this counter: its code and its look-up key.
async fn handed_over(counter: &Surfer, house: &TestHouse, name: &str) -> (String, String) {
    let code = take_in(counter, name, "0901234512").await;
    resolve(counter, &code).await;
    let page = counter.get(&format!("/tra-ket-qua?ma={code}")).await.expect(200);
    let handed = [("received_by", name), ("channel", "postal")];
    counter.submit(&page, "/tra-ket-qua", &handed).await.expect(303);
    let office = house.sign_in_as(Role::Office, None).await;
    let whole = office.get(&format!("/dossiers/{code}")).await.expect(200);
    (code, whole.body["lookup_key"].as_str().unwrap().to_owned())
}

/// What the dossier says of how its applicant was served.
async fn said(house: &TestHouse, code: &str) -> serde_json::Value {
    let office = house.sign_in_as(Role::Office, None).await;
    office.get(&format!("/dossiers/{code}")).await.expect(200).body["satisfaction"].clone()
}

on_both! {
    async fn a_citizen_answers_once_on_the_page_of_the_dossier(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let (code, key) = handed_over(&counter, &house, "Nguyễn Văn An").await;
        let (stranger, late) = (house.stranger(), house.stranger());
        let (own, form) = (format!("/tra-cuu/{code}?key={key}"), format!("/tra-cuu/{code}/danh-gia?key={key}#danh-gia"));
        stranger.get(&format!("/tra-cuu/{code}")).await.expect(200).says_not("danh-gia");
        let page = stranger.get(&own).await.expect(200).says("Ông/Bà có hài lòng về việc giải quyết hồ sơ này không?");
        let second = late.get(&own).await.expect(200);

        let remark = [("remark", "Chờ <b>hơi lâu</b>")];
        let again = stranger.submit(&page, &form, &remark).await.expect(422).says("id=\"survey-fault\"").says("Hãy chọn một mức.").says("hơi lâu").says_not("<b>");
        for token in ["", "x"] {
            stranger.post(&form, &[("_csrf", token), ("satisfaction", "satisfied")]).await.expect(403);
        }
        let token = again.hidden(&form).into_iter().find(|(name, _)| name == "_csrf").unwrap().1;
        let wrong = [("_csrf", token.as_str()), ("satisfaction", "satisfied")];
        stranger.post(&form.replace(&key, "00"), &wrong).await.expect(404).says("Không tìm thấy hồ sơ");
        // Without a proof there is only how far it is, and why the answer was not taken.
        stranger.post(&format!("/tra-cuu/{code}/danh-gia"), &wrong).await.says("class=\"alert alert-danger\"").says_not("name=\"satisfaction\"");
        assert_eq!(said(&house, &code).await, json!(null), "nothing of all this was an answer");

        let answer = [("satisfaction", "satisfied"), ("remark", "Chờ <b>hơi lâu</b>")];
        stranger.submit(&again, &form, &answer).await.expect_on_to(&format!("{own}&xong=surveyed"));
        stranger.get(&format!("{own}&xong=surveyed")).await.expect(200)
            .says("Cảm ơn Ông/Bà đã đánh giá.").says("Đánh giá đã ghi nhận").says_not("danh-gia").says_not("hơi lâu");
        // Whoever had the page open is told that there is an answer.
        late.submit(&second, &form, &[("satisfaction", "very_dissatisfied")]).await.expect(422)
            .says("Hồ sơ đã có đánh giá hài lòng").says("Hài lòng").says_not("name=\"satisfaction\"");
        assert_eq!(said(&house, &code).await, "satisfied", "the first answer stays");

        let story = counter.get(&format!("/ho-so/{code}")).await.expect(200)
            .says("Đánh giá hài lòng").says("người dân tự đánh giá").says("hơi lâu").says_not("<b>hơi");
        story.says_not("viec/danh-gia").says_not("viec/hoan-tac-tra");
        let office = house.surfer(Role::Office, None).await;
        office.get("/chi-tieu?from=01/03/2026&to=31/03/2026").await.expect(200)
            .says("người nộp tự đánh giá: 100,00\u{a0}% (1/1)").says("cùng kỳ năm trước: chưa có").says("trả kết quả qua bưu chính");
        office.set_cookie("motcua-lang", "en");
        office.get("/chi-tieu?from=01/03/2026&to=31/03/2026").await.expect(200)
            .says("answered by the applicant himself: 100.00% (1/1)").says("the same days of the year before: nothing yet");
    }

    async fn an_officer_who_looks_a_dossier_up_is_not_asked_how_he_was_served(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let (code, key) = handed_over(&counter, &house, "Nguyễn Văn An").await;
        let own = format!("/tra-cuu/{code}?key={key}");
        let page = counter.get(&own).await.expect(200).says_not("name=\"satisfaction\"");
        let token = page.token();
        let answer = [("_csrf", token.as_str()), ("satisfaction", "satisfied")];
        counter.post(&format!("/tra-cuu/{code}/danh-gia?key={key}"), &answer).await.expect(422).says("Chỉ người nộp tự đánh giá ở đây");
        assert_eq!(said(&house, &code).await, json!(null));
    }

    async fn the_counter_types_in_a_paper_slip(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let (code, key) = handed_over(&counter, &house, "Trần Thị Bình").await;
        let page = counter.get(&format!("/ho-so/{code}?viec=danh-gia")).await.expect(200).says("Ghi phiếu đánh giá hài lòng");
        let slip = format!("/ho-so/{code}/viec/danh-gia");
        let empty = counter.submit(&page, &slip, &[("satisfaction", "")]).await.expect(422).says("id=\"danh-gia-level-fault\"");
        counter.submit(&empty, &slip, &[("satisfaction", "very_satisfied"), ("remark", "Nhanh")]).await
            .expect_on_to(&format!("/ho-so/{code}?xong=act-survey"));
        counter.get(&format!("/ho-so/{code}?xong=act-survey")).await.expect(200)
            .says("Đã ghi phiếu đánh giá.").says("Rất hài lòng").says("nhập từ phiếu giấy").says("Nhanh");
        house.stranger().get(&format!("/tra-cuu/{code}?key={key}")).await.expect(200)
            .says("Đánh giá đã ghi nhận").says_not("danh-gia");
    }

    async fn the_page_after_a_hand_over_leads_to_the_slip(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let code = take_in(&counter, "Lê Văn Cường", "0901234512").await;
        resolve(&counter, &code).await;
        let page = counter.get(&format!("/tra-ket-qua?ma={code}")).await.expect(200);
        let done = counter.submit(&page, "/tra-ket-qua", &[("received_by", "Lê Văn Cường"), ("channel", "in_person")]).await.expect(303);
        counter.get(done.location()).await.expect(200).says(&format!("/ho-so/{code}?viec=danh-gia#viec-danh-gia"));
    }

    async fn what_is_wrong_with_an_answer_stands_beside_it_and_the_language_leads_back_to_the_dossier(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let (code, key) = handed_over(&counter, &house, "Nguyễn Văn An").await;
        let stranger = house.stranger();
        let (own, form) = (format!("/tra-cuu/{code}?key={key}"), format!("/tra-cuu/{code}/danh-gia?key={key}#danh-gia"));
        let page = stranger.get(&own).await.expect(200);
        let (long, longest) = ("ơ".repeat(1001), "ơ".repeat(1000));
        let refused = stranger.submit(&page, &form, &[("satisfaction", "neutral"), ("remark", &long)]).await.expect(422)
            .says("id=\"survey-remark-fault\"").says("value=\"neutral\" required checked").says(&long);
        assert!(refused.hidden("/giao-dien").contains(&("_back".to_owned(), own.clone())), "{}", refused.html);
        let unknown = [("satisfaction", "<b>five stars</b>"), ("remark", "")];
        stranger.submit(&refused, &form, &unknown).await.expect(422).says("id=\"survey-fault\"").says_not("<b>five");
        stranger.submit(&refused, &form, &[("satisfaction", "neutral"), ("remark", &longest)]).await.expect(303);
        assert_eq!(said(&house, &code).await, "neutral");
    }

    async fn the_last_digits_of_the_phone_answer_too_and_nothing_does_before_the_hand_over(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let code = take_in(&counter, "Nguyễn Văn An", "0901234512").await;
        resolve(&counter, &code).await;
        let stranger = house.stranger();
        let (own, form) = (format!("/tra-cuu/{code}?phone=4512"), format!("/tra-cuu/{code}/danh-gia?phone=4512#danh-gia"));
        let page = stranger.get(&own).await.expect(200).says_not("name=\"satisfaction\"");
        let token = page.token();
        let answer = [("_csrf", token.as_str()), ("satisfaction", "dissatisfied")];
        stranger.post(&form, &answer).await.expect(422).says_not("name=\"satisfaction\"");
        assert_eq!(said(&house, &code).await, json!(null));

        let page = counter.get(&format!("/tra-ket-qua?ma={code}")).await.expect(200);
        counter.submit(&page, "/tra-ket-qua", &[("channel", "in_person")]).await.expect(303);
        let page = stranger.get(&own).await.expect(200);
        stranger.submit(&page, &form, &answer[1..]).await.expect_on_to(&format!("{own}&xong=surveyed"));
        stranger.get(&own).await.expect(200).says("Không hài lòng").says_not("name=\"satisfaction\"");
        assert_eq!(said(&house, &code).await, "dissatisfied");
    }

    async fn a_result_is_proposed_to_go_the_way_that_was_asked_for_at_intake(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let page = counter.get("/tiep-nhan").await.expect(200);
        let mut fields = intake("Phạm Thị Dung", "0901234512");
        fields.retain(|(name, _)| *name != "return_channel");
        fields.push(("return_channel", "postal"));
        let code = code_of(&counter.submit(&page, "/tiep-nhan", &fields).await.expect(303));
        resolve(&counter, &code).await;
        for page in [format!("/tra-ket-qua?ma={code}"), format!("/ho-so/{code}?viec=tra")] {
            counter.get(&page).await.expect(200).says("<option value=\"postal\" selected>").says("name=\"received_by\" value=\"Phạm Thị Dung\"");
        }
        // What was chosen otherwise is kept.
        let page = counter.get(&format!("/ho-so/{code}")).await.expect(200);
        let soon = [("channel", "in_person"), ("occurred_at", "31/12/2099 08:00")];
        counter.submit(&page, &format!("/ho-so/{code}/viec/tra"), &soon).await.expect(422).says("<option value=\"in_person\" selected>");
    }

    async fn a_citizen_answers_on_a_telephone_by_keyboard_with_and_without_scripts(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let first = handed_over(&counter, &house, "Nguyễn Văn An").await;
        let second = handed_over(&counter, &house, "Trần Thị Bình").await;
        let Some(browser) = Browser::open(&house.origin).await else { return };
        browser.screen(390, 844).await;
        for (scripts, (code, key)) in [(true, first), (false, second)] {
            if !scripts {
                browser.without_scripts().await;
            }
            browser.go(&format!("/tra-cuu/{code}?key={key}")).await;
            browser.tab_to("survey-remark").await;
            browser.keys("Nhanh").await;
            send(&browser).await;
            browser.wait("#survey-fault").await;
            // What was refused is where one looks, and for those who hear pages where one is.
            in_sight(&browser, "survey-fault").await;
            if scripts {
                assert_eq!(browser.run("return document.activeElement.getAttribute('role')").await, "radiogroup");
                let complaints = browser.complaints().await;
                assert!(complaints.is_empty(), "{complaints:?}");
            }
            browser.tab_to("satisfaction").await;
            browser.keys(key::SPACE).await;
            browser.tab_to("survey-remark").await;
            send(&browser).await;
            browser.wait_for_words("Cảm ơn Ông/Bà đã đánh giá.").await;
            browser.wait_for_words("Rất hài lòng").await;
            assert_eq!(browser.overflow().await, 0);
            assert_eq!(said(&house, &code).await, "very_satisfied");
            counter.get(&format!("/ho-so/{code}")).await.expect(200).says("Nhanh");
        }
        browser.close().await;
    }
}

/// On from the remark to the button, which is pressed.
async fn send(browser: &Browser) {
    browser.keys(key::TAB).await;
    browser.keys(key::ENTER).await;
}

/// Waits until this stands on the part of the page that is seen: pages scroll smoothly.
async fn in_sight(browser: &Browser, id: &str) {
    let script = format!(
        "const box = document.getElementById('{id}').getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight"
    );
    for _ in 0..50 {
        if browser.run(&script).await == json!(true) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{id} is out of sight");
}
