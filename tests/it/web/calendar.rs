//! The calendar on pages: seen by all, changed by administrators after they saw what that moves.

use crate::apology::Office;
use crate::recount::work;
use motcua::domain::role::Role;

on_both! {
    async fn what_a_change_would_move_is_shown_before_it_is_made(db: TestDatabase) {
        let office = Office::open(db).await;
        let code = office.take_in("Nguyễn Văn An").await;
        let admin = office.house.surfer(Role::Admin, None).await;
        let page = admin.get("/lich?nam=2026").await.expect(200).says("Tết").says("đã công bố");
        let day = [("date", "12/03/2026"), ("kind", "holiday"), ("name", "<b>Bão</b> số 1"), ("paired_date", ""), ("note", "")];
        let sure = admin.submit(&page, "/lich/xem-truoc", &with(&day, "_what", "put")).await.expect(200);
        let sure = sure.says(&code).says("16/03/2026").says("&#60;b&#62;Bão").says_not("<b>Bão");
        let days = office.head.get("/calendar/days?year=2026").await.expect(200);
        assert!(!days.body.to_string().contains("Bão"), "shown, not made");
        admin.submit(&sure, "/lich/ghi", &[]).await.expect_on_to("/lich?nam=2026&xong=day-put");
        admin.get("/lich?nam=2026").await.expect(200).says("&#60;b&#62;Bão");
        let page = admin.get("/lich/tinh-lai").await.expect(200).says(&code);
        let page = admin.submit(&page, "/lich/tinh-lai", &[("reason", "")]).await.expect(422);
        let ordered = admin.submit(&page, "/lich/tinh-lai", &[("reason", "Thông báo số <1>")]).await.expect(303);
        let place = ordered.location().to_owned();
        admin.get(&place).await.expect(200).says("Đang tính lại").says("hx-trigger=\"every 1s\"").says("Đã xem 0 trên 1 hồ sơ");
        // One at a time: the page leads to the one at work, and has no form for another.
        admin.get("/lich/tinh-lai").await.expect(200).says("Xem tiến độ").says(&place).says_not("name=\"reason\"");
        let (csrf, again) = (page.token(), "Thông báo số 2");
        admin.post("/lich/tinh-lai", &[("_csrf", &csrf), ("reason", again)]).await.expect(422).says("Đang tính lại hạn");
        work(&office.house).await;
        // Whoever left the page finds it as it is.
        admin.get("/lich/tinh-lai").await.expect(200).says("Đã xong").says(&place).says("Thông báo số &#60;1&#62;");
        let done = admin.get(&place).await.expect(200).says_not("every 1s").says("Giữ ngày đã hẹn").says(&code).says("16/03/2026");
        admin.get(&format!("{place}?ket-qua=moved")).await.expect(200).says_not(&code).says("Không có hồ sơ nào như vậy");
        // Stopped too late: it is done.
        admin.post(&format!("{place}/dung"), &[("_csrf", &done.token())]).await.expect_on_to(&place);
    }

    async fn a_recount_is_stopped_at_its_page_and_seen_by_others_with_their_own_dossiers(db: TestDatabase) {
        let office = Office::open(db).await;
        let code = office.take_in("Nguyễn Văn An").await;
        let admin = office.house.surfer(Role::Admin, None).await;
        let day = serde_json::json!({"kind": "holiday", "name": "Bão số 1"});
        let clerk = office.house.sign_in_as(Role::Admin, None).await;
        clerk.put("/calendar/days/2026-03-12", day).await.expect(200);
        let page = admin.get("/lich/tinh-lai").await.expect(200);
        let place = admin.submit(&page, "/lich/tinh-lai", &[("reason", "Bão")]).await.expect(303).location().to_owned();
        let working = admin.get(&place).await.expect(200);
        let part = admin.request(reqwest::Method::GET, &place).header("HX-Request", "true");
        admin.send(part).await.expect(200).says("id=\"standing\"").says_not("<html");
        admin.submit(&working, &format!("{place}/dung"), &[]).await.expect_on_to(&format!("{place}?xong=recount-stopped"));
        work(&office.house).await;
        admin.get(&place).await.expect(200).says("Đã dừng giữa chừng").says("Hồ sơ đã xem</dt><dd>0");
        let page = admin.get("/lich/tinh-lai").await.expect(200);
        let place = admin.submit(&page, "/lich/tinh-lai", &[("reason", "Bão")]).await.expect(303).location().to_owned();
        work(&office.house).await;
        let own = office.house.surfer(Role::Counter, Some("TS")).await;
        own.get(&place).await.expect(200).says(&code).says("danh sách chỉ gồm hồ sơ của đơn vị mình").says_not(&format!("{place}/dung"));
        let other = office.house.surfer(Role::Head, Some("KL")).await;
        other.get(&place).await.expect(200).says_not(&code);
        other.get(&place.replace(&place[place.len() - 4..], "0000")).await.expect(404);
    }

    async fn a_day_that_cannot_be_is_refused_beside_its_field(db: TestDatabase) {
        let office = Office::open(db).await;
        let admin = office.house.surfer(Role::Admin, None).await;
        let page = admin.get("/lich").await.expect(200);
        let swap = [("date", "12/03/2026"), ("kind", "working_swap"), ("name", "Làm bù"), ("paired_date", ""), ("note", "")];
        let page = admin.submit(&page, "/lich/xem-truoc", &with(&swap, "_what", "put")).await.expect(422);
        page.says("aria-invalid").says("value=\"Làm bù\"");
        let page = admin.get("/lich").await.expect(200);
        let unreadable = [("date", "mai"), ("kind", "holiday"), ("name", ""), ("paired_date", ""), ("note", "")];
        admin.submit(&page, "/lich/xem-truoc", &with(&unreadable, "_what", "put")).await.expect(422).says("value=\"mai\"");
        let gone = with(&[("date", "01/01/2026")], "_what", "remove");
        let sure = admin.submit(&page, "/lich/xem-truoc", &gone).await.expect(200).says("trở lại ngày thường");
        admin.submit(&sure, "/lich/ghi", &[]).await.expect_on_to("/lich?nam=2026&xong=day-removed");
    }

    async fn a_year_is_put_in_line_by_line_and_a_bad_line_is_named(db: TestDatabase) {
        let office = Office::open(db).await;
        let admin = office.house.surfer(Role::Admin, None).await;
        admin.get("/lich?nam=2031").await.expect(200).says("chưa có trong lịch");
        let page = admin.get("/lich/nam?nam=2031").await.expect(200);
        let year = |days: &'static str| [("year", "2031"), ("standing", "provisional"), ("days", days)];
        let page = admin.submit(&page, "/lich/nam", &year("01/01/2031; nghỉ lễ; Tết Dương lịch\nhôm nào đó")).await.expect(422);
        let page = page.says("Dòng 2").says("hôm nào đó");
        admin.submit(&page, "/lich/nam", &year("01/01/2031; nghỉ lễ; Tết Dương lịch\n02/09/2031; nghỉ lễ; Quốc khánh"))
            .await.expect_on_to("/lich?nam=2031&xong=year-put");
        admin.get("/lich?nam=2031").await.expect(200).says("Quốc khánh").says("tạm tính");
        admin.get("/lich/nam?nam=2031").await.expect(200).says("02/09/2031; nghỉ lễ; Quốc khánh");
    }

    async fn others_look_and_change_nothing(db: TestDatabase) {
        let office = Office::open(db).await;
        let head = office.house.surfer(Role::Head, Some("TS")).await;
        let page = head.get("/lich").await.expect(200).says_not("/lich/xem-truoc");
        let token = page.hidden("/dang-xuat").into_iter().find(|(name, _)| name == "_csrf").unwrap().1;
        let day = [("_csrf", token.as_str()), ("_what", "remove"), ("date", "01/01/2026")];
        head.post("/lich/ghi", &day).await.expect(422).says("role=\"alert\"");
        office.head.get("/calendar/days?year=2026").await.expect(200);
        head.get("/lich/tinh-lai").await.expect(200).says("Chưa có lần tính lại nào").says_not("name=\"reason\"");
        let order = [("_csrf", token.as_str()), ("reason", "Thông báo số 1")];
        head.post("/lich/tinh-lai", &order).await.expect(403);
    }

    async fn anybody_works_out_a_due_date_and_reads_why(db: TestDatabase) {
        let office = Office::open(db).await;
        let stranger = office.house.stranger();
        stranger.get("/tinh-han").await.expect(200).says("10/03/2026");
        let page = stranger.get("/tinh-han?start=21/01/2020&time_limit=3&unit=wd").await.expect(200);
        page.says("31/01/2020").says("Tết Âm lịch").says("ngày thứ 3");
        stranger.get("/tinh-han?start=h%C3%B4m+qua&time_limit=nhi%E1%BB%81u").await.expect(422).says("value=\"nhiều\"");
    }
}

fn with<'a>(fields: &[(&'a str, &'a str)], name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut all = fields.to_vec();
    all.push((name, value));
    all
}
