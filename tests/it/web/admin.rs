//! What administrators look after: catalogue, accounts, jobs.

use crate::support::house::{PASSWORD, TestHouse};
use motcua::domain::role::Role;

on_both! {
    async fn a_branch_is_opened_and_changed_and_its_faults_stand_beside_their_fields(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.surfer(Role::Admin, None).await;
        let page = admin.get("/danh-muc/don-vi-moi").await.expect(200);
        let mut fields = vec![
            ("code", "ts2"), ("name", "<b>Chi cục</b> \"Hai\""), ("department_name", "Sở"), ("agency_identifier", "000.00.09.H29"),
            ("letter_symbol", "PXL-H"), ("place", "Nơi ấy"), ("address", ""), ("contact_phone", "028 0000"), ("contact_email", "x"),
        ];
        let page = admin.submit(&page, "/danh-muc/don-vi-moi", &fields).await.expect(422);
        let page = page.says("id=\"code-fault\"").says("id=\"address-fault\"").says("id=\"contact_email-fault\"");
        let page = page.says("&#60;b&#62;Chi cục").says_not("<b>Chi cục");
        for (name, value) in [("code", "TS2"), ("address", "Số 1"), ("contact_email", "")] {
            fields.iter_mut().find(|(n, _)| *n == name).unwrap().1 = value;
        }
        admin.submit(&page, "/danh-muc/don-vi-moi", &fields).await.expect_on_to("/danh-muc?xem=don-vi&xong=branch-created");
        admin.get("/danh-muc?xem=don-vi").await.expect(200).says("&#60;b&#62;Chi cục").says_not("<b>Chi cục");
        let page = admin.get("/danh-muc/don-vi/TS2").await.expect(200);
        let stale = admin.get("/danh-muc/don-vi/TS2").await.expect(200);
        let automatic = [&fields[1..], &[("apology_mode", "automatic"), ("active", "yes")]].concat();
        let page = admin.submit(&page, "/danh-muc/don-vi/TS2", &automatic).await.expect(422).says("id=\"authorised_by-fault\"");
        let whole = [("authorised_by", "Lê Thị C"), ("authorised_on", "01/03/2026"), ("authorised_document", "1/QĐ")];
        let whole = [&automatic[..], &whole].concat();
        admin.submit(&page, "/danh-muc/don-vi/TS2", &whole).await.expect_on_to("/danh-muc?xem=don-vi&xong=branch-changed");
        admin.submit(&stale, "/danh-muc/don-vi/TS2", &whole).await.expect(422).says("role=\"alert\"");
    }

    async fn a_procedure_is_added_with_its_rows_and_then_gets_another_version(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        house.it_is("2026-03-10 09:00");
        let admin = house.surfer(Role::Admin, None).await;
        let page = admin.get("/danh-muc?xem=linh-vuc").await.expect(200);
        admin.submit(&page, "/danh-muc/linh-vuc", &[("name", "Thử nghiệm"), ("code", "")]).await.expect(303);
        let page = admin.get("/danh-muc/thu-tuc-moi").await.expect(200);
        let new = [
            ("code", "9.000001"), ("sector", "thu-nghiem"), ("_branch", "TS"), ("version/name", "Cấp <i>phép</i>"),
            ("version/valid_from", "01/03/2026"), ("version/online_level", "partial"), ("version/legal_basis", "Luật A"),
            ("version/cases/1/time_limit", "ba ngày"), ("version/cases/1/fee_vnd", "20.000"),
            ("version/components/0/name", "Đơn"), ("version/components/0/form", "original"), ("version/components/0/copies", "1"),
        ];
        let page = admin.submit(&page, "/danh-muc/thu-tuc-moi", &new).await.expect(422);
        let page = page.says("id=\"version/cases/0/time_limit-fault\"").says("value=\"ba ngày\"").says("value=\"20.000\"");
        let page = page.says_not("<i>phép");
        let mut fixed = new.to_vec();
        fixed[7] = ("version/cases/0/time_limit", "3wd");
        fixed[8] = ("version/cases/0/fee_vnd", "20.000");
        admin.submit(&page, "/danh-muc/thu-tuc-moi", &fixed).await.expect_on_to("/danh-muc/thu-tuc/9.000001?xong=procedure-added");
        let page = admin.get("/danh-muc/thu-tuc/9.000001").await.expect(200).says("3 ngày làm việc").says("20.000").says_not("<i>phép");
        drop(page);
        let page = admin.get("/danh-muc/thu-tuc/9.000001/phien-ban-moi").await.expect(200).says("value=\"3wd\"");
        let next = [
            ("name", "Cấp phép"), ("valid_from", "01/06/2026"), ("online_level", "full"), ("legal_basis", "Luật B"),
            ("cases/0/time_limit", "2wd"),
        ];
        let more = admin.submit(&page, "/danh-muc/thu-tuc/9.000001/phien-ban-moi", &[&next[..], &[("_more", "yes")]].concat()).await;
        more.expect(200).says("cases/8/time_limit").says("value=\"2wd\"");
        admin.submit(&page, "/danh-muc/thu-tuc/9.000001/phien-ban-moi", &next).await.expect(303);
        admin.get("/danh-muc/thu-tuc/9.000001").await.expect(200).says("Phiên bản 2").says("Luật B");
        admin.get("/danh-muc?q=cap+phep").await.expect(200).says("9.000001");
    }

    async fn an_account_is_added_changed_and_deactivated_and_its_password_never_comes_back(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.surfer(Role::Admin, None).await;
        let page = admin.get("/tai-khoan/moi").await.expect(200);
        let mut new = vec![
            ("username", "lan"), ("full_name", "Lê <script>Lan</script>"), ("title", ""), ("role", "handler"), ("branch_code", ""),
            ("password", PASSWORD),
        ];
        let page = admin.submit(&page, "/tai-khoan/moi", &new).await.expect(422);
        let page = page.says("id=\"branch_code-fault\"").says_not(PASSWORD).says_not("<script>Lan");
        new[4] = ("branch_code", "TS");
        admin.submit(&page, "/tai-khoan/moi", &new).await.expect_on_to("/tai-khoan?xong=account-created");
        let lan = house.stranger();
        lan.sign_in("lan").await.expect(303);
        lan.get("/phien").await.expect(200);
        let list = admin.get("/tai-khoan?role=handler").await.expect(200).says("lan");
        let id = list.html.split("/tai-khoan/").find(|part| part.contains(">lan<")).unwrap().split('"').next().unwrap().to_owned();
        let at = format!("/tai-khoan/{id}");
        let page = admin.get(&at).await.expect(200).says("checked");
        let stale = admin.get(&at).await.expect(200);
        let off = [("full_name", "Lê Lan"), ("title", ""), ("role", "handler"), ("branch_code", "TS"), ("password", "")];
        admin.submit(&page, &at, &off).await.expect_on_to("/tai-khoan?xong=account-changed");
        lan.get("/phien").await.expect(303);
        lan.sign_in("lan").await.expect(422);
        admin.submit(&stale, &at, &off).await.expect(422).says("role=\"alert\"");
    }

    async fn others_read_the_catalogue_and_their_colleagues_and_change_nothing(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        counter.get("/danh-muc").await.expect(200).says("1.003650").says_not("/danh-muc/thu-tuc-moi");
        counter.get("/danh-muc/thu-tuc/1.003650").await.expect(200).says_not("phien-ban-moi");
        counter.get("/danh-muc?xem=don-vi").await.expect(200).says("Chi cục Thủy sản");
        let page = counter.get("/tai-khoan").await.expect(200).says(&counter.username).says_not("/tai-khoan/moi");
        let token = page.hidden("/dang-xuat").into_iter().find(|(name, _)| name == "_csrf").unwrap().1;
        let sector = [("_csrf", token.as_str()), ("name", "Lĩnh vực lạ")];
        counter.post("/danh-muc/linh-vuc", &sector).await.expect(422).says("role=\"alert\"");
        counter.get("/danh-muc?xem=linh-vuc").await.expect(200).says_not("Lĩnh vực lạ");
        counter.get("/cong-viec").await.expect(403);
    }

    async fn what_failed_for_good_is_listed_and_tried_again(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.surfer(Role::Admin, None).await;
        admin.get("/cong-viec").await.expect(200).says("Không có việc nào hỏng");
        house.write(|tx| {
            let run_at = chrono::DateTime::UNIX_EPOCH;
            let job = motcua::jobs::NewJob { kind: "send_apology", dedup_key: None, payload: serde_json::json!({"apology": "x"}), run_at };
            Ok(motcua::jobs::enqueue(tx, job, run_at)?)
        }).await;
        let page = admin.get("/cong-viec?state=waiting").await.expect(200).says("gửi thư xin lỗi");
        let action = page.html.split("action=\"").find(|part| part.starts_with("/cong-viec/")).unwrap().split('"').next().unwrap().to_owned();
        admin.submit(&page, &action, &[]).await.expect_on_to("/cong-viec?xong=job-retried");
    }
}
