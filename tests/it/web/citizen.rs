//! What a citizen sees without an account.

use crate::apology::Office;
use crate::dossier::life::take_in;
use crate::support::house::TestHouse;
use motcua::domain::role::Role;
use motcua::http::Settings;
use serde_json::json;

on_both! {
    async fn a_citizen_with_the_key_or_the_phone_sees_where_the_dossier_is_and_whom_to_call(db: TestDatabase) {
        let office = Office::open(db).await;
        let code = office.take_in("Nguyễn Văn <b>An</b> & Bình").await;
        let whole = office.head.get(&format!("/dossiers/{code}")).await.expect(200);
        let key = whole.body["lookup_key"].as_str().unwrap().to_owned();
        let phone = whole.body["applicant"]["phone"].as_str().unwrap().to_owned();
        let stranger = office.house.stranger();
        let page = stranger.get(&format!("/tra-cuu/{code}?key={key}")).await.expect(200);
        let page = page.says("13/03/2026").says("Điện thoại").says("trong hạn").says_not("Nguyễn Văn");
        assert!(!page.html.contains("<b>An"), "nobody's name is on the page");
        let form = format!("/tra-cuu?code={}&proof={}", code.to_lowercase(), &phone[phone.len() - 4..]);
        let on = stranger.get(&form).await.expect(303);
        stranger.get(on.location()).await.expect(200).says("13/03/2026").says("đã tiếp nhận");
    }

    async fn without_a_proof_only_the_step_is_told(db: TestDatabase) {
        let office = Office::open(db).await;
        let code = office.take_in("Nguyễn Văn An").await;
        let on = office.house.stranger().get(&format!("/tra-cuu?code={code}&proof=")).await.expect(303);
        assert_eq!(on.location(), format!("/tra-cuu/{code}"));
        let page = office.house.stranger().get(on.location()).await.expect(200);
        page.says("đã tiếp nhận").says_not("13/03/2026").says_not("Điện thoại");
    }

    async fn a_wrong_key_and_an_unknown_code_look_the_same(db: TestDatabase) {
        let office = Office::open(db).await;
        let code = office.take_in("Nguyễn Văn An").await;
        let stranger = office.house.stranger();
        let unknown = "000.00.03.H29-260310-0777";
        let entered = |html: &str| html.split("name=\"_csrf\"").next().unwrap_or_default().to_owned() + html.rsplit("name=\"_csrf\"").next().map(|tail| &tail[80..]).unwrap_or_default();
        let seen = async |code: &str, query: &str| {
            let page = stranger.get(&format!("/tra-cuu/{code}?{query}")).await.expect(404).says("Không tìm thấy hồ sơ");
            entered(&page.html).replace(code, "CODE").replace("tra-cuu%2FCODE", "")
        };
        assert_eq!(seen(&code, "key=00").await, seen(unknown, "key=00").await);
        assert_eq!(seen(&code, "phone=9999").await, seen(unknown, "phone=9999").await);
        let hostile = "/tra-cuu/%3Cscript%3Ealert(1)%3C%2Fscript%3E?key=%22%3E%3Cimg%20src%3Dx%3E";
        stranger.get(hostile).await.expect(404).says_not("<script>alert").says_not("<img src=x");
    }

    async fn look_ups_on_the_page_count_against_the_same_limit_as_those_of_the_api(db: TestDatabase) {
        let settings = Settings { public_lookups_per_minute: 3, ..Settings::default() };
        let house = TestHouse::open_with(db, settings, motcua::account::Settings::default()).await;
        let (stranger, program) = (house.stranger(), house.nobody());
        stranger.get("/tra-cuu/X?key=00").await.expect(404);
        stranger.get("/tra-cuu/X?key=01").await.expect(404);
        program.get("/public/dossiers/X?key=02").await.expect(404);
        stranger.get("/tra-cuu/X?key=03").await.expect(429);
        program.get("/public/dossiers/X?key=04").await.expect(429);
        stranger.get("/tra-cuu").await.expect(200);
    }

    async fn who_guesses_at_a_phone_is_stopped_and_the_key_still_opens(db: TestDatabase) {
        let settings = Settings { wrong_phones_per_hour: 2, ..Settings::default() };
        let house = TestHouse::open_with(db, settings, motcua::account::Settings::default()).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let dossier = take_in(&counter, "1.003650", "Nguyễn Thị Ánh").await;
        let (code, key) = (dossier.body["code"].as_str().unwrap(), dossier.body["lookup_key"].as_str().unwrap());
        let stranger = house.stranger();
        stranger.get(&format!("/tra-cuu/{code}?phone=0000")).await.expect(404);
        for _ in 0..3 {
            stranger.get(&format!("/tra-cuu/{code}?phone=4512")).await.expect(200);
        }
        stranger.get(&format!("/tra-cuu/{code}?phone=0001")).await.expect(404);
        stranger.get(&format!("/tra-cuu/{code}?phone=4512")).await.expect(429).says_not("13/03/2026");
        stranger.get(&format!("/tra-cuu/{code}?key={key}")).await.expect(200).says("13/03/2026");
        stranger.get(&format!("/tra-cuu/{code}")).await.expect(200);
    }

    async fn what_is_asked_for_and_why_is_on_the_page_and_is_no_more_than_text(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let stranger = house.stranger();
        let papers = json!({"items": ["Bản vẽ <i>tàu</i>"], "reason": "Thiếu <b>chữ ký</b>"});
        let payment = json!({"amount": 1_250_000, "reason": "Lệ phí <b>đăng ký</b>"});
        for (act, body, said) in [
            ("supplement-request", papers, ["Giấy tờ cần bổ sung", "Bản vẽ", "Lý do yêu cầu bổ sung", "chữ ký"]),
            ("payment-request", payment, ["Số tiền cần nộp", "1.250.000 đ", "Nội dung nộp tiền", "đăng ký"]),
        ] {
            let dossier = take_in(&counter, "1.003650", "Nguyễn Thị Ánh").await;
            let code = dossier.body["code"].as_str().unwrap();
            counter.act(&format!("/dossiers/{code}/{act}"), dossier.version(), body).await.expect(200);
            let mut page = stranger.get(&format!("/tra-cuu/{code}?phone=4512")).await.expect(200);
            for words in said {
                page = page.says(words);
            }
            page.says_not("<b>").says_not("<i>");
            stranger.get(&format!("/tra-cuu/{code}")).await.expect(200).says_not(said[0]).says_not(said[2]);
        }
    }

    async fn who_is_late_reads_why_and_the_letter(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Văn An").await;
        office.approve(&draft).await.expect(200);
        let code = draft.body["dossier_code"].as_str().unwrap().to_owned();
        let whole = office.head.get(&format!("/dossiers/{code}")).await.expect(200);
        let key = whole.body["lookup_key"].as_str().unwrap().to_owned();
        office.house.it_is("2026-03-17 09:00");
        let page = office.house.stranger().get(&format!("/tra-cuu/{code}?key={key}")).await.expect(200);
        let letter = format!("/tra-cuu/{code}/thu-xin-loi.pdf");
        page.says("quá hạn").says("kiểm tra thực địa").says("20/03/2026").says("VĂN BẢN XIN LỖI").says("PXL-")
            .says(&format!("href=\"{letter}?key={key}\""));
        // The letter itself, to whoever has the proof; nobody keeps or lists it.
        let stranger = office.house.stranger();
        let file = stranger.get(&format!("{letter}?key={key}")).await.expect(200);
        assert!(file.html.starts_with("%PDF"));
        for (name, value) in [("content-type", "application/pdf"), ("cache-control", "no-store"), ("x-robots-tag", "noindex, noarchive")] {
            assert_eq!(file.header(name), Some(value), "{name}");
        }
        for wrong in ["", "?key=00", "?phone=0000"] {
            stranger.get(&format!("{letter}{wrong}")).await.expect(404).says_not("PXL-");
        }
    }

    async fn the_published_rates_are_open_and_name_nobody(db: TestDatabase) {
        let office = Office::open(db).await;
        office.take_in("Nguyễn Văn An").await;
        let stranger = office.house.stranger();
        stranger.get("/ty-le").await.expect(200).says("Thủy sản").says_not("Nguyễn Văn An")
            // No words of the house, no keys of a menu that is not there.
            .says("Tỷ lệ đúng hạn").says_not(">R1").says_not("Phím tắt");
        stranger.get("/ty-le?from=31/02/2026&to=x").await.expect(422).says("value=\"31/02/2026\"");
        let table = stranger.get("/ty-le.csv").await.expect(200);
        assert!(table.header("content-type").unwrap().starts_with("text/csv"));
        assert!(table.html.contains("branch_code") && table.html.contains("Thủy sản"), "{}", table.html);
    }
}
