//! The calendar on pages: seen by all, changed by administrators after they saw what that moves.

use crate::apology::Office;
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
        admin.submit(&page, "/lich/tinh-lai", &[("reason", "Thông báo số 1")]).await.expect(200).says("Giữ ngày đã hẹn").says(&code);
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
        head.get("/lich/tinh-lai").await.expect(403);
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
