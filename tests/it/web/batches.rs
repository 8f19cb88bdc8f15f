//! Many papers printed into one file at the pages, without scripts.

use crate::batch::work;
use crate::support::ground::{Ground, applicant, intake};
use crate::support::house::TestHouse;
use motcua::domain::role::Role;

on_both! {
    async fn receipts_of_a_list_are_ordered_watched_and_fetched(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let ground = Ground {
            db: house.house.db.clone(),
            clock: house.house.clock.clone(),
            references: house.house.references.clone(),
        };
        for name in ["Nguyễn Văn Một", "<b>Trần Thị Hai</b>"] {
            ground.take_in_async("TS", intake("1.003650", applicant(name))).await;
        }
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        counter.get("/in-hang-loat").await.expect(200).says("Chưa có lần in nào");
        let list = counter.get("/ho-so").await.expect(200).says("In giấy tiếp nhận của 2 hồ sơ");
        let ordered = counter.submit(&list, "/in-hang-loat", &[]).await.expect(303);
        let place = ordered.location().to_owned();
        counter.get(&place).await.expect(200).says("Đang in").says("hx-trigger=\"every 1s\"").says("Đã xử lý 0 trên 2");
        counter.get(&format!("{place}/tep.pdf")).await.expect(409);
        work(&house).await;
        // Whoever left the page finds it as it is.
        counter.get("/in-hang-loat").await.expect(200).says("In xong").says(&place);
        let done = counter.get(&place).await.expect(200).says("In xong").says("2 trên 2").says_not("every 1s");
        let file = counter.get(&format!("{place}/tep.pdf")).await.expect(200);
        assert_eq!(file.header("content-type"), Some("application/pdf"));
        assert_eq!(file.header("cache-control"), Some("no-store"));
        assert!(file.header("content-disposition").unwrap().starts_with("inline; filename=\"receipts-20260310"));
        let gone = counter.submit(&done, &format!("{place}/bo"), &[]).await.expect(303);
        assert_eq!(gone.location(), "/in-hang-loat?xong=batch-removed");
        counter.get(&place).await.expect(404);
    }

    async fn a_slip_is_looked_at_from_the_form_of_its_act_and_a_bad_entry_comes_back_with_its_faults(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let ground = Ground {
            db: house.house.db.clone(),
            clock: house.house.clock.clone(),
            references: house.house.references.clone(),
        };
        let code = ground.take_in_async("TS", intake("1.003650", applicant("Nguyễn Văn Một"))).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let page = counter.get(&format!("/ho-so/{code}")).await.expect(200).says("formtarget=\"_blank\"").says("Xem trước phiếu");
        let act = format!("/ho-so/{code}/viec/yeu-cau-bo-sung");
        let token = page.token();
        let entry = [("_csrf", token.as_str()), ("items", "Bản vẽ\nGiấy phép"), ("reason", "Thiếu giấy tờ")];
        let slip = counter.post(&format!("{act}/xem-truoc"), &entry).await.expect(200);
        assert_eq!(slip.header("content-type"), Some("application/pdf"));
        let empty = [("_csrf", token.as_str()), ("items", ""), ("reason", "Thiếu giấy tờ")];
        counter.post(&format!("{act}/xem-truoc"), &empty).await.expect(422).says("Thiếu giấy tờ").says("aria-invalid");
        counter.post(&format!("/ho-so/{code}/viec/chuyen/xem-truoc"), &entry).await.expect(404);
        let receipt = counter.get(&format!("/ho-so/{code}/giay-to/receipt.pdf?xem-truoc=1")).await.expect(200);
        assert!(receipt.header("content-disposition").unwrap().contains("receipt-xem-truoc.pdf"));
        counter.get(&format!("/ho-so/{code}")).await.expect(200).says("đã tiếp nhận");
    }

    async fn codes_that_are_written_down_are_printed_and_what_is_wrong_with_them_stands_beside_them(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let office = house.surfer(Role::Office, None).await;
        let page = office.get("/in-hang-loat").await.expect(200);
        office.submit(&page, "/in-hang-loat", &[("kind", "receipts")]).await.expect(422).says("Không có giấy tờ nào để in");
        let twice = [("kind", "receipts"), ("codes", "X-1\nX-2\nX-1"), ("branch_code", "TS")];
        office.submit(&page, "/in-hang-loat", &twice).await.expect(422).says("X-1: Trường bị lặp lại.");
        let unknown = [("kind", "receipts"), ("codes", "000.00.03.H29-260310-9999\n\n<i>X</i>"), ("branch_code", "TS")];
        let ordered = office.submit(&page, "/in-hang-loat", &unknown).await.expect(303);
        work(&house).await;
        office.get(ordered.location()).await.expect(200)
            .says("Không có giấy tờ nào in được").says("000.00.03.H29-260310-9999").says("Không tìm thấy")
            .says("&#60;i&#62;X").says_not("<i>X");
    }
}
