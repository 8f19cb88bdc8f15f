//! Every paper has every field of its form (TT 01/2018/TT-VPCP), filled from the dossier.

use super::{papers_can_be_read, pdf, squeezed};
use crate::support::ground::{applicant, intake};
use crate::support::house::{Person, TestHouse};
use crate::support::{database::TestDatabase, ground::Ground};
use motcua::domain::catalogue::PaperForm;
use motcua::domain::decide::Command;
use motcua::domain::event::{Component, ReturnChannel};
use motcua::domain::people::Applicant;
use motcua::domain::role::Role;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) const BOAT: &str = "1.003650";
const NAME: &str = "Nguyễn Thị Ánh Tuyết";

pub(super) struct Counter {
    pub(super) house: TestHouse,
    pub(super) ground: Ground,
    pub(super) counter: Person,
}

impl Counter {
    pub(super) async fn open(db: TestDatabase) -> Self {
        let accounts = motcua::account::Settings {
            access_life: chrono::TimeDelta::days(400),
            session_life: chrono::TimeDelta::days(400),
            ..motcua::account::Settings::default()
        };
        let house = TestHouse::open_with(db, motcua::http::Settings::default(), accounts).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let ground = Ground {
            db: house.house.db.clone(),
            clock: house.house.clock.clone(),
            references: house.house.references.clone(),
        };
        Self { house, ground, counter }
    }

    pub(super) async fn take_in(&self) -> String {
        let mut dossier = intake(BOAT, applicant(NAME));
        let owner = &mut dossier.particulars.applicant;
        owner.address = Some("Số 12, đường Mẫu, Phường Ví Dụ".into());
        owner.phone = Some("0900000007".into());
        owner.email = Some("tuyet@example.vn".into());
        owner.id_number = Some("079000000007".into());
        let paper = |name: &str, form, copies| Component { name: name.into(), form, copies };
        dossier.particulars.components = vec![
            paper("Đơn đăng ký tàu cá", PaperForm::Original, 1),
            paper("Giấy chứng nhận xuất xưởng", PaperForm::CertifiedCopy, 2),
        ];
        dossier.particulars.return_channel = Some(ReturnChannel::Postal);
        self.ground.take_in_async("TS", dossier).await
    }

    async fn act(&self, code: &str, command: Command) {
        let (ground, code) = (self.ground.clone(), code.to_owned());
        tokio::task::spawn_blocking(move || ground.act(&code, command)).await.unwrap().unwrap();
    }

    /// Over HTTP, so that an officer's name is on it.
    pub(super) async fn ask(&self, code: &str, what: &str, body: Value) {
        let seen = self.counter.get(&format!("/dossiers/{code}")).await.expect(200);
        let path = format!("/dossiers/{code}/{what}");
        self.counter.act(&path, seen.version(), body).await.expect(200);
    }

    pub(super) async fn text(&self, code: &str, file: &str) -> String {
        pdf(&self.counter, &format!("/dossiers/{code}/documents/{file}.pdf")).await.text()
    }
}

/// What a paper shows for each field of its form, by the number of the field.
fn shows(text: &str, form: &str, fields: &[(u32, &[&str])]) {
    let table = include_str!("form_fields.csv");
    let mut wanted: BTreeMap<u32, String> = BTreeMap::new();
    for row in csv::Reader::from_reader(table.as_bytes()).into_records() {
        let row = row.unwrap();
        if &row[0] == form {
            wanted.insert(row[3].parse().unwrap(), row[4].to_owned());
        }
    }
    assert!(!wanted.is_empty());
    for (number, words) in fields {
        let label = wanted.remove(number).unwrap_or_else(|| panic!("form {form} has no field {number}"));
        for word in *words {
            assert!(text.contains(&squeezed(word)), "form {form}, {number} {label}: no {word:?} in\n{text}");
        }
    }
    assert!(wanted.is_empty(), "form {form}: not looked at: {wanted:?}");
}

const AGENCY: &[&str] = &["CHI CỤC THỦY SẢN", "BỘ PHẬN TIẾP NHẬN VÀ TRẢ KẾT QUẢ"];
const NATION: &[&str] = &["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"];
const MOTTO: &[&str] = &["Độc lập - Tự do - Hạnh phúc"];
const PLACE: &[&str] = &["Thành phố Hồ Chí Minh, ngày 10 tháng 3 năm 2026"];
const PROCEDURE: &[&str] = &["Nội dung yêu cầu giải quyết: Cấp giấy chứng nhận đăng ký tàu cá"];

on_both! {
    async fn form_01_is_the_receipt(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let counter = Counter::open(db).await;
        let code = counter.take_in().await;
        let text = counter.text(&code, "receipt").await;
        shows(&text, "01", &[
            (1, AGENCY), (2, NATION), (3, MOTTO),
            (4, &[&format!("Mã hồ sơ: {code}")]),
            (5, PLACE),
            (6, &[]), // pictures; the QR code only where the address of the service is known
            (7, &["GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ"]),
            (8, &["Bộ phận tiếp nhận và trả kết quả: Chi cục Thủy sản"]),
            (9, &["Tiếp nhận hồ sơ của: Nguyễn Thị Ánh Tuyết"]),
            (10, &["Địa chỉ: Số 12, đường Mẫu, Phường Ví Dụ"]),
            (11, &["Số điện thoại: 0900000007"]),
            (12, &["Email: tuyet@example.vn"]),
            (13, &["Số căn cước / hộ chiếu: 079000000007"]),
            (14, PROCEDURE),
            (15, &[]), // nobody acts for the applicant here
            (16, &["1. Thành phần hồ sơ nộp gồm", "TT", "Tên giấy tờ", "Hình thức", "Số lượng", "Đơn đăng ký tàu cá", "Bản chính",
                "Giấy chứng nhận xuất xưởng", "Bản sao chứng thực", "01 02"]),
            (17, &["2. Số lượng hồ sơ: 01 (bộ)"]),
            (18, &["3. Thời gian giải quyết hồ sơ theo quy định là: 03 ngày làm việc"]),
            (19, &["4. Thời gian nhận hồ sơ: 09 giờ 00 phút, ngày 10 tháng 3 năm 2026"]),
            (20, &["5. Thời gian trả kết quả giải quyết hồ sơ: 17 giờ 00 phút, ngày 13 tháng 3 năm 2026"]),
            (21, &["6. Đăng ký nhận kết quả tại: Dịch vụ bưu chính công ích"]),
            (22, &[]), // only where the procedure has one
            (23, &["Vào Sổ theo dõi hồ sơ, Quyển số: 2026. Số thứ tự"]),
            (24, &["NGƯỜI NỘP HỒ SƠ", "(Ký và ghi rõ họ tên)"]),
            (25, &["NGƯỜI TIẾP NHẬN HỒ SƠ"]),
            (26, &["lập thành 02 liên"]),
        ]);
    }

    async fn who_acts_for_another_stands_on_the_receipt_and_so_does_the_owner(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let counter = Counter::open(db).await;
        let mut dossier = intake(BOAT, applicant(NAME));
        dossier.particulars.representative =
            Some(Applicant { address: Some("Số 5, đường Khác".into()), ..applicant("Phạm Văn Ủy Quyền") });
        let code = counter.ground.take_in_async("TS", dossier).await;
        let text = counter.text(&code, "receipt").await;
        for words in ["Tiếp nhận hồ sơ của: Phạm Văn Ủy Quyền", "Địa chỉ: Số 5, đường Khác", "Chủ hồ sơ: Nguyễn Thị Ánh Tuyết"] {
            assert!(text.contains(words), "{words}: {text}");
        }
    }

    async fn the_receipt_leads_to_the_dossiers_public_page(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let ground = Ground::at(&db, crate::support::house::MORNING);
        let variables = [("MOTCUA__HTTP__PUBLIC_URL".to_owned(), "https://motcua.example.vn/".to_owned())];
        let config = motcua::config::Config::load(None, variables).unwrap();
        let letters = crate::support::house::letters(&config);
        let house = motcua::http::House::new(
            ground.db.clone(), ground.clock.clone(), ground.references.clone(), motcua::http::Settings::default(),
        );
        let house = TestHouse::with_letters(db, house, motcua::account::Settings::default(), letters).await;
        let code = ground.take_in_async("TS", intake(BOAT, applicant(NAME))).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let dossier = counter.get(&format!("/dossiers/{code}")).await.expect(200);
        let key = dossier.body["lookup_key"].as_str().unwrap();
        let receipt = pdf(&counter, &format!("/dossiers/{code}/documents/receipt.pdf")).await;
        let text = receipt.text();
        assert!(text.contains("https://motcua.example.vn/tra-cuu với mã hồ sơ"), "{text}");
        assert!(text.contains(&format!("mã tra cứu {key}")) || text.contains(key), "{text}");
        if let Some(folder) = std::env::var_os("MOTCUA_PAPERS") {
            std::fs::write(std::path::Path::new(&folder).join("receipt-of-a-dossier.pdf"), &receipt.bytes).unwrap();
        }
    }

    async fn form_02_asks_for_what_is_missing(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let counter = Counter::open(db).await;
        let code = counter.take_in().await;
        let path = format!("/dossiers/{code}/documents/supplement-request.pdf");
        counter.counter.get(&path).await.expect_problem(409, "paper-no-supplement");
        let body = json!({"items": ["Bản sao hợp đồng đóng tàu", "Ảnh chụp tàu"], "reason": "Thiếu hợp đồng"});
        counter.ask(&code, "supplement-request", body).await;
        let text = counter.text(&code, "supplement-request").await;
        shows(&text, "02", &[
            (1, AGENCY), (2, NATION), (3, MOTTO),
            (4, &[&format!("Số: {code}/HDHS")]),
            (5, PLACE),
            (6, &["PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ"]),
            (7, &["Hồ sơ của: Nguyễn Thị Ánh Tuyết"]),
            (8, PROCEDURE),
            (9, &["Địa chỉ: Số 12, đường Mẫu, Phường Ví Dụ"]),
            (10, &["Số điện thoại: 0900000007", "Email: tuyet@example.vn"]),
            (11, &["Yêu cầu hoàn thiện hồ sơ gồm những nội dung sau", "1. Bản sao hợp đồng đóng tàu", "2. Ảnh chụp tàu"]),
            (12, &["Lý do: Thiếu hợp đồng"]),
            (13, &["nếu có vướng mắc, Ông/Bà/Tổ chức liên hệ với Nguyễn Thị Thử, số điện thoại 028 0000 0003"]),
            (14, &["NGƯỜI HƯỚNG DẪN", "Nguyễn Thị Thử"]),
        ]);
    }

    async fn form_03_refuses_with_the_reason(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let counter = Counter::open(db).await;
        let registered = counter.counter.post("/dossiers", json!({
            "procedure_code": BOAT, "channel": "online", "register_only": true,
            "applicant": {"name": NAME, "kind": "citizen", "address": "Số 12, đường Mẫu, Phường Ví Dụ",
                "phone": "0900000007", "email": "tuyet@example.vn"},
        })).await.expect(201);
        let code = registered.body["code"].as_str().unwrap().to_owned();
        let receipt = format!("/dossiers/{code}/documents/receipt.pdf");
        counter.counter.get(&receipt).await.expect_problem(409, "paper-not-received");
        counter.ask(&code, "refusal", json!({"reason": "Tàu đăng ký tại tỉnh khác"})).await;
        let text = counter.text(&code, "refusal").await;
        shows(&text, "03", &[
            (1, AGENCY), (2, NATION), (3, MOTTO),
            (4, &[&format!("Số: {code}/TCHS")]),
            (5, PLACE),
            (6, &["PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ"]),
            (7, &["Bộ phận tiếp nhận và trả kết quả, Chi cục Thủy sản, tiếp nhận hồ sơ của: Nguyễn Thị Ánh Tuyết"]),
            (8, &["Địa chỉ: Số 12, đường Mẫu, Phường Ví Dụ"]),
            (9, &["Số điện thoại: 0900000007", "Email: tuyet@example.vn"]),
            (10, PROCEDURE),
            (11, &["thông báo không tiếp nhận, giải quyết hồ sơ này với lý do cụ thể như sau: Tàu đăng ký tại tỉnh khác"]),
            (12, &["Xin thông báo cho Ông/Bà được biết và thực hiện"]),
            (13, &["NGƯỜI NỘP HỒ SƠ"]),
            (14, &["NGƯỜI TIẾP NHẬN HỒ SƠ", "Nguyễn Thị Thử"]),
        ]);
    }

    async fn form_05_shows_each_hand_over_with_the_verdict_of_its_part(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let counter = Counter::open(db).await;
        let code = counter.take_in().await;
        let handler = counter.house.sign_in_as(Role::Handler, Some("TS")).await;
        counter.house.it_is("2026-03-11 08:00");
        counter.act(&code, Command::Forward { to_officer: Some(handler.id), to_step: None, note: Some("Chuyển muộn".into()) }).await;
        counter.house.it_is("2026-03-12 10:00");
        let resolve = Command::Resolve {
            outcome: motcua::domain::event::ResultKind::Granted, document_number: None, reason: None,
        };
        counter.act(&code, resolve).await;
        // What was taken back is no hand-over.
        let channel = motcua::domain::event::ReturnChannel::InPerson;
        counter.act(&code, Command::Return { channel, received_by: Some("Lê Văn Nhầm".into()) }).await;
        counter.act(&code, Command::UndoReturn { reason: "Quét nhầm mã".into() }).await;
        let text = counter.text(&code, "control-sheet").await;
        assert!(!text.contains("Nhầm"), "{text}");
        shows(&text, "05", &[
            (1, AGENCY), (2, NATION), (3, MOTTO),
            (4, &[&format!("Mã hồ sơ: {code}")]),
            (5, &["ngày 12 tháng 3 năm 2026"]),
            (6, &["PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ"]),
            (7, &["Kèm theo hồ sơ của: Nguyễn Thị Ánh Tuyết"]),
            (8, &["Số điện thoại: 0900000007", "Địa chỉ: Số 12", "Loại thủ tục: Cấp giấy chứng nhận"]),
            (9, &["Ngày nhận: 09 giờ 00 phút, ngày 10 tháng 3", "Ngày trả: 17 giờ 00 phút, ngày 13 tháng 3"]),
            (10, &["Cơ quan (bộ phận) giải quyết hồ sơ: Chi cục Thủy sản"]),
            (11, &["TÊN CƠ QUAN", "1. Giao: Người nộp hồ sơ", "2. Nhận: Bộ phận Một cửa"]),
            (12, &["THỜI GIAN GIAO, NHẬN HỒ SƠ", "08 giờ 00 phút, ngày 11 tháng 3 năm 2026", "Người giao", "Người nhận"]),
            // Handed on a day late by the counter; resolved a day early.
            (13, &["KẾT QUẢ GIẢI QUYẾT HỒ SƠ", "Quá hạn", "Trước hạn"]),
            (14, &["GHI CHÚ", "Chuyển muộn"]),
        ]);
    }

    async fn form_05_charges_nobody_for_a_part_that_began_when_the_due_date_had_passed(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let counter = Counter::open(db).await;
        let code = counter.take_in().await;
        let handler = counter.house.sign_in_as(Role::Handler, Some("TS")).await;
        counter.house.it_is("2026-03-16 08:00");
        counter.act(&code, Command::Forward { to_officer: Some(handler.id), to_step: None, note: None }).await;
        counter.house.it_is("2026-03-17 10:00");
        let resolve = Command::Resolve {
            outcome: motcua::domain::event::ResultKind::Granted, document_number: None, reason: None,
        };
        counter.act(&code, resolve).await;
        let text = counter.text(&code, "control-sheet").await;
        let judged = |verdict: &str| text.matches(verdict).count();
        assert_eq!((judged("Quá hạn"), judged("Đúng hạn"), judged("Trước hạn")), (1, 0, 0), "the counter alone: {text}");
    }

    async fn the_notice_of_stopping_is_of_2025_and_only_for_who_was_stopped(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let counter = Counter::open(db).await;
        let code = counter.take_in().await;
        let path = format!("/dossiers/{code}/documents/stopping-notice.pdf");
        counter.counter.get(&path).await.expect_problem(409, "paper-not-stopped");
        counter.act(&code, Command::Stop { reason: "Người nộp không bổ sung".into() }).await;
        let text = counter.text(&code, "stopping-notice").await;
        for words in ["THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ", "Lý do: Người nộp không bổ sung",
            "Mẫu số 05, Thông tư số 03/2025/TT-VPCP", "kể từ ngày 10/03/2026"] {
            assert!(text.contains(words), "{words}: {text}");
        }
    }

    async fn the_forms_are_those_of_the_rules_it_was_received_under(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let counter = Counter::open(db).await;
        counter.house.it_is("2020-03-10 09:00");
        let code = counter.take_in().await;
        counter.act(&code, Command::Stop { reason: "Không còn nhu cầu".into() }).await;
        let path = format!("/dossiers/{code}/documents/stopping-notice.pdf");
        let counter_of_then = counter.house.sign_in_as(Role::Counter, Some("TS")).await;
        counter_of_then.get(&path).await.expect_problem(409, "paper-not-in-2018");
        let receipt = pdf(&counter_of_then, &format!("/dossiers/{code}/documents/receipt.pdf")).await.text();
        assert!(receipt.contains("Mẫu số 01, Thông tư số 01/2018/TT-VPCP"), "{receipt}");
    }

    async fn papers_are_of_their_branch_and_their_opening_is_noted(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let counter = Counter::open(db).await;
        let code = counter.take_in().await;
        let path = format!("/dossiers/{code}/documents/receipt.pdf");
        let stranger = counter.house.sign_in_as(Role::Counter, Some("KL")).await;
        stranger.get(&path).await.expect_problem(403, "foreign-branch");
        counter.house.nobody().get(&path).await.expect_problem(401, "unauthenticated");
        let office = counter.house.sign_in_as(Role::Office, None).await;
        pdf(&office, &path).await;
        for unknown in ["receipt", "receipt.exe", "register.pdf", "apology-letter.pdf", "x.pdf"] {
            let path = format!("/dossiers/{code}/documents/{unknown}");
            counter.counter.get(&path).await.expect_problem(404, "no-such-path");
        }
        counter.counter.get("/dossiers/none/documents/receipt.pdf").await.expect_problem(404, "not-found");
        let mut seen = 0;
        for _ in 0..50 {
            seen = counter.house.read(|c| {
                use motcua::db::schema::dossier_views as v;
                use diesel::prelude::*;
                Ok(motcua::both!(c, |c| v::table.filter(v::what.eq("receipt")).count().get_result::<i64>(c))?)
            }).await;
            if seen == 1 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!(seen, 1, "who opened it, once, and nobody who was turned away");
    }

    async fn a_receipt_stays_what_it_was_until_what_it_says_is_corrected(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let counter = Counter::open(db).await;
        let code = counter.take_in().await;
        let path = format!("/dossiers/{code}/documents/receipt.pdf");
        let first = pdf(&counter.counter, &path).await;
        assert_eq!(first.header("etag").len(), 66, "the SHA-256 of the file");
        // The branch gets another name, and a year goes by.
        let admin = counter.house.sign_in_as(Role::Admin, None).await;
        let branch = admin.get("/branches/TS").await.expect(200);
        admin.patch("/branches/TS", branch.version(), json!({"name": "Chi cục Thủy sản và Kiểm ngư"})).await.expect(200);
        counter.house.it_is("2027-03-10 09:00");
        let later = counter.house.sign_in_as(Role::Counter, Some("TS")).await;
        assert_eq!(pdf(&later, &path).await.bytes, first.bytes, "byte for byte");
        let (ground, of) = (counter.ground.clone(), code.clone());
        let field = motcua::domain::event::CorrectableField::ApplicantName;
        tokio::task::spawn_blocking(move || ground.correct(&of, field, "Nguyễn Thị Ánh Nguyệt")).await.unwrap().unwrap();
        let corrected = pdf(&later, &path).await;
        let text = corrected.text();
        assert!(text.contains("Nguyễn Thị Ánh Nguyệt") && text.contains("Kiểm ngư"), "{text}");
        assert_eq!(pdf(&later, &path).await.bytes, corrected.bytes);
    }
}
