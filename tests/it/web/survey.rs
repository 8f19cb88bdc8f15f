//! What applicants say of how they were served: on their own page, and from a paper slip at the counter.

use crate::support::house::TestHouse;
use crate::support::surfer::Surfer;
use motcua::domain::role::Role;

/// Taken in, worked and handed over by this counter: its code and its look-up key.
async fn handed_over(counter: &Surfer, house: &TestHouse, name: &str) -> (String, String) {
    let code = crate::web::counter::take_in(counter, name, "0901234512").await;
    let page = counter.get(&format!("/ho-so/{code}")).await.expect(200);
    counter
        .submit(&page, &format!("/ho-so/{code}/viec/ket-qua"), &[("outcome", "granted")])
        .await
        .expect(303);
    let page = counter.get(&format!("/tra-ket-qua?ma={code}")).await.expect(200);
    let handed = [("received_by", name), ("channel", "postal")];
    counter.submit(&page, "/tra-ket-qua", &handed).await.expect(303);
    let office = house.sign_in_as(Role::Office, None).await;
    let whole = office.get(&format!("/dossiers/{code}")).await.expect(200);
    (code, whole.body["lookup_key"].as_str().unwrap().to_owned())
}

on_both! {
    async fn a_citizen_answers_once_on_the_page_of_the_dossier(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let (code, key) = handed_over(&counter, &house, "Nguyễn Văn An").await;
        let (stranger, late) = (house.stranger(), house.stranger());
        let (own, form) = (format!("/tra-cuu/{code}?key={key}"), format!("/tra-cuu/{code}/danh-gia?key={key}"));
        stranger.get(&format!("/tra-cuu/{code}")).await.expect(200).says_not("danh-gia");
        let page = stranger.get(&own).await.expect(200).says("Ông/Bà có hài lòng về việc giải quyết hồ sơ này không?");
        let second = late.get(&own).await.expect(200);

        let remark = [("remark", "Chờ <b>hơi lâu</b>")];
        let again = stranger.submit(&page, &form, &remark).await.expect(422).says("id=\"survey-fault\"").says("hơi lâu").says_not("<b>");
        stranger.post(&form, &[("satisfaction", "satisfied")]).await.expect(403);
        let token = again.hidden(&form).into_iter().find(|(name, _)| name == "_csrf").unwrap().1;
        let wrong = [("_csrf", token.as_str()), ("satisfaction", "satisfied")];
        stranger.post(&form.replace(&key, "00"), &wrong).await.expect(404).says("Không tìm thấy hồ sơ");

        let answer = [("satisfaction", "satisfied"), ("remark", "Chờ <b>hơi lâu</b>")];
        stranger.submit(&again, &form, &answer).await.expect_on_to(&format!("{own}&xong=surveyed"));
        stranger.get(&format!("{own}&xong=surveyed")).await.expect(200)
            .says("Cảm ơn Ông/Bà đã đánh giá.").says("Đánh giá đã ghi nhận").says_not("danh-gia").says_not("hơi lâu");
        // Whoever had the page open is told that there is an answer.
        late.submit(&second, &form, &[("satisfaction", "very_dissatisfied")]).await.expect(422)
            .says("Hồ sơ đã có đánh giá hài lòng").says("Hài lòng").says_not("name=\"satisfaction\"");

        let story = counter.get(&format!("/ho-so/{code}")).await.expect(200)
            .says("Đánh giá hài lòng").says("người dân tự đánh giá").says("hơi lâu").says_not("<b>hơi");
        story.says_not("viec/danh-gia").says_not("viec/hoan-tac-tra");
        let office = house.surfer(Role::Office, None).await;
        office.get("/chi-tieu?from=01/03/2026&to=31/03/2026").await.expect(200)
            .says("người nộp tự đánh giá: 100,00").says("cùng kỳ năm trước: chưa có").says("trả kết quả qua bưu chính");
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
        let code = crate::web::counter::take_in(&counter, "Lê Văn Cường", "0901234512").await;
        let page = counter.get(&format!("/ho-so/{code}")).await.expect(200);
        counter.submit(&page, &format!("/ho-so/{code}/viec/ket-qua"), &[("outcome", "granted")]).await.expect(303);
        let page = counter.get(&format!("/tra-ket-qua?ma={code}")).await.expect(200);
        let done = counter.submit(&page, "/tra-ket-qua", &[("received_by", "Lê Văn Cường"), ("channel", "in_person")]).await.expect(303);
        counter.get(done.location()).await.expect(200).says(&format!("/ho-so/{code}?viec=danh-gia#viec-danh-gia"));
    }
}
