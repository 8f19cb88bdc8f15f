//! Templates of papers and the settings, at the pages of an administrator.

use crate::support::house::TestHouse;
use motcua::config::Config;
use motcua::domain::role::Role;
use motcua::{account, http};

const RECEIPT: &str = "/mau-giay-to/receipt?branch_code=TS";

on_both! {
    async fn a_branch_gets_a_template_of_its_own_and_goes_back_to_the_programs(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.surfer(Role::Admin, None).await;
        admin.get("/mau-giay-to?branch_code=TS").await.expect(200).says("Phiếu kiểm soát quá trình").says("mẫu của chương trình");
        let page = admin.get(RECEIPT).await.expect(200).says("data.json").says_not("bo-mau-rieng");
        let own = [("source", "#set document(title: [Thử])\n#let data = json(\"data.json\")\nMẫu riêng: #data.dossier_code\n")];
        // Looked at, and nothing is saved by it.
        let token = page.token();
        let preview = admin.post("/mau-giay-to/receipt/xem-thu", &[own[0], ("_branch", "TS"), ("_csrf", &token)]).await.expect(200);
        assert_eq!(preview.header("content-type"), Some("application/pdf"));
        let page = admin.get(RECEIPT).await.expect(200).says_not("bo-mau-rieng");
        let saved = admin.submit(&page, "/mau-giay-to/receipt", &own).await;
        saved.expect_on_to(&format!("{RECEIPT}&xong=template-saved"));
        admin.get("/mau-giay-to?branch_code=TS").await.expect(200).says("mẫu riêng");
        admin.get("/mau-giay-to?branch_code=KL").await.expect(200).says("receipt?branch_code=TS");
        let page = admin.get(RECEIPT).await.expect(200).says("Mẫu riêng: #data.dossier_code");
        let back = admin.submit(&page, "/mau-giay-to/receipt/bo-mau-rieng", &[]).await;
        back.expect_on_to(&format!("{RECEIPT}&xong=template-put-back"));
        // The same form once more finds it so already.
        admin.submit(&page, "/mau-giay-to/receipt/bo-mau-rieng", &[]).await.expect(303);
        admin.get(RECEIPT).await.expect(200).says_not("Mẫu riêng: #data");
    }

    async fn a_template_that_fails_is_shown_again_with_its_line_and_is_not_saved(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.surfer(Role::Admin, None).await;
        let page = admin.get(RECEIPT).await.expect(200);
        let broken = [("source", "Một dòng\n\n#khong-co()\n</textarea><script>alert(1)</script>")];
        let again = admin.submit(&page, "/mau-giay-to/receipt", &broken).await.expect(422);
        let again = again.says("<li class=\"bad\">3</li>").says("data-line=\"3\"").says("dòng 3");
        again.says("#khong-co()").says_not("</textarea><script>");
        let token = page.token();
        let preview = [broken[0], ("_branch", "TS"), ("_csrf", token.as_str())];
        admin.post("/mau-giay-to/receipt/xem-thu", &preview).await.expect(422).says("dòng 3");
        // An apology that does not say what the law wants said.
        let page = admin.get("/mau-giay-to/apology-letter?branch_code=TS").await.expect(200);
        admin.submit(&page, "/mau-giay-to/apology-letter", &[("source", "#set document(title: [Thử])\nXin lỗi.")]).await.expect(422).says("không nêu");
        admin.get("/mau-giay-to?branch_code=TS").await.expect(200).says_not("mẫu riêng</span>");
    }

    async fn the_settings_say_what_is_in_force_and_where_it_comes_from_but_no_secret(db: TestDatabase) {
        let set = [
            ("MOTCUA__OFFICE__HOURS", "07:00-11:00,13:00-17:00"),
            ("MOTCUA__SMTP__URL", "smtp://an:bi-mat@mail.example.vn:587"),
            ("MOTCUA__SMTP__FROM", "<script>alert(1)</script> <mot-cua@example.vn>"),
        ];
        let config = Config::load(None, set.map(|(name, value)| (name.to_owned(), value.to_owned()))).unwrap();
        let house = TestHouse::open_with(db, http::Settings::from(&config), account::Settings::default()).await;
        let admin = house.surfer(Role::Admin, None).await;
        let page = admin.get("/cai-dat").await.expect(200).says("07:00-11:00,13:00-17:00").says("MOTCUA__OFFICE__HOURS");
        let page = page.says("smtp://an:***@mail.example.vn:587").says_not("bi-mat").says_not("<script>alert");
        // Every setting has words.
        let page = page.says_not("settings.key.").says_not("settings.section.");
        page.says("/danh-muc/don-vi/TS").says("Lãnh đạo ký từng thư".to_lowercase().as_str());
        let settings = house.sign_in_as(Role::Admin, None).await.get("/settings").await.expect(200);
        assert!(!settings.text.contains("bi-mat"), "{}", settings.text);
        assert_eq!(settings.body["items"].as_array().unwrap().len(), config.shown().len());
    }

    async fn templates_and_settings_are_an_administrators(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let head = house.surfer(Role::Head, Some("TS")).await;
        for path in ["/mau-giay-to", RECEIPT, "/cai-dat"] {
            head.get(path).await.expect(403);
        }
        head.get("/hom-nay").await.expect(200).says("href=\"/lich\"").says_not("/mau-giay-to").says_not("/cai-dat");
        house.sign_in_as(Role::Head, Some("TS")).await.get("/settings").await.expect_problem(403, "admin-only");
    }
}
