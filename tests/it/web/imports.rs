//! A register taken over at the pages, without scripts; `whole_day.rs` and the gallery have a real browser.

use crate::imports::{register, work};
use crate::support::house::TestHouse;
use crate::support::register::{COLUMNS, csv_of, place};
use motcua::domain::role::Role;

on_both! {
    async fn a_register_goes_from_the_form_to_the_list_of_dossiers(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.surfer(Role::Admin, None).await;
        let page = admin.get("/nhap-so").await.expect(200).says("Chưa có tệp nào");
        for column in COLUMNS {
            assert!(page.html.contains(column), "{column}");
        }
        let mut all = register(12);
        all[4][place("applicant_kind")] = "<b>ai đó</b>".into();
        let file = ("file", "sổ <i>2025.csv", csv_of(&all).into_bytes());
        let sent = admin.submit_file(&page, "/nhap-so", file).await.expect(303);
        let place = sent.location().to_owned();
        admin.get(&place).await.expect(200).says("đang kiểm tra").says("hx-trigger=\"every 1s\"").says("sổ &#60;i&#62;2025.csv");
        work(&house).await;
        let checked = admin.get(&place).await.expect(200)
            .says("đã kiểm tra").says("applicant_kind").says("giá trị phải là một trong").says_not("every 1s").says_not("<i>2025.csv");
        let action = format!("{place}/nhap");
        admin.submit(&checked, &action, &[]).await.expect(422).says("id=\"sure-fault\"");
        let begun = admin.submit(&checked, &action, &[("_sure", "yes")]).await.expect(303);
        assert_eq!(begun.location(), format!("{place}?xong=import-started"));
        admin.get(&place).await.expect(200).says("đang nhập");
        work(&house).await;
        admin.get(&place).await.expect(200).says("Đã nhập 11 hồ sơ.").says("dong-loi.csv");
        let bad = admin.get(&format!("{place}/dong-loi.csv")).await.expect(200).says("<b>ai đó</b>");
        assert_eq!(bad.header("content-type"), Some("text/csv; charset=utf-8"), "a file, and no page");
        assert!(bad.header("content-disposition").unwrap().starts_with("attachment"));
    }

    async fn a_file_is_taken_from_a_form_of_ours_and_from_nobody_else(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.surfer(Role::Admin, None).await;
        let page = admin.get("/nhap-so").await.expect(200);
        let body = csv_of(&register(1)).into_bytes();
        let form = |token: &str| vec![("_csrf".to_owned(), token.to_owned())];
        admin.post_file("/nhap-so", &form("x"), ("file", "a.csv", body.clone())).await.expect(403);
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let own = counter.get("/tiep-nhan").await.expect(200).token();
        counter.post_file("/nhap-so", &form(&own), ("file", "a.csv", body.clone())).await.expect(403);
        counter.get("/nhap-so").await.expect(403);
        let stranger = house.stranger();
        let entry = stranger.get("/dang-nhap").await.expect(200).token();
        stranger.post_file("/nhap-so", &form(&entry), ("file", "a.csv", body)).await.expect(415);
        admin.submit_file(&page, "/nhap-so", ("file", "", Vec::new())).await.expect(422).says("Chưa chọn tệp.");
        admin.submit_file(&page, "/nhap-so", ("file", "a.csv", Vec::new())).await.expect(422).says("Tệp trống.");
        admin.get("/nhap-so").await.expect(200).says("Chưa có tệp nào");
    }
}
