//! Papers as DOCX: they say what the PDF says, are of their branch, and a draft is marked as one.

use super::{papers_can_be_read, pdf, squeezed};
use crate::support::database::TestDatabase;
use crate::support::ground::{Ground, applicant, intake};
use crate::support::house::{Person, TestHouse};
use motcua::domain::decide::Command;
use motcua::domain::role::Role;
use reqwest::{Method, StatusCode};
use roxmltree::Document;
use serde_json::json;
use std::io::{Cursor, Read as _};

const MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const BOAT: &str = "1.003650";
const NAME: &str = "Nguyễn Thị Ánh Tuyết";

struct Counter {
    house: TestHouse,
    ground: Ground,
    counter: Person,
}

impl Counter {
    async fn open(db: TestDatabase) -> Self {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let ground = Ground {
            db: house.house.db.clone(),
            clock: house.house.clock.clone(),
            references: house.house.references.clone(),
        };
        Self { house, ground, counter }
    }

    async fn take_in(&self) -> String {
        self.ground.take_in_async("TS", intake(BOAT, applicant(NAME))).await
    }

    async fn act(&self, code: &str, command: Command) {
        let (ground, code) = (self.ground.clone(), code.to_owned());
        tokio::task::spawn_blocking(move || ground.act(&code, command)).await.unwrap().unwrap();
    }
}

/// The words of a DOCX that is there: of its pages, then of what stands above and below them.
async fn docx(person: &Person, path: &str) -> (String, Vec<u8>) {
    let response = person.request(Method::GET, path).send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.bytes().await.unwrap().to_vec();
    assert_eq!(status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&bytes));
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), MEDIA_TYPE);
    assert_eq!(header("cache-control"), "private, no-store");
    let disposition = header("content-disposition");
    assert!(
        disposition.starts_with("attachment; filename=") && disposition.ends_with(".docx\""),
        "{disposition}"
    );
    let mut zip = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let names: Vec<String> = zip.file_names().map(str::to_owned).collect();
    let mut text = String::new();
    let parts = names.iter().filter(|name| name.contains("header") || name.contains("footer"));
    for part in std::iter::once("word/document.xml").chain(parts.map(String::as_str)) {
        let mut xml = String::new();
        zip.by_name(part).unwrap().read_to_string(&mut xml).unwrap();
        let document = Document::parse(&xml).unwrap();
        for node in document.descendants() {
            match node.tag_name().name() {
                "t" => text.push_str(node.text().unwrap_or_default()),
                "textpath" => text.push_str(node.attribute("string").unwrap_or_default()),
                "br" | "p" => text.push('\n'),
                _ => {}
            }
        }
    }
    (squeezed(&text), bytes)
}

/// Every line of the PDF stands in the DOCX.
async fn says_what_the_pdf_says(person: &Person, path: &str) -> String {
    let (text, _) = docx(person, &format!("{path}.docx")).await;
    let paper = pdf(person, &format!("{path}.pdf")).await.text();
    let bare = |text: &str| text.replace([' ', '\u{A0}', '\u{200B}'], "");
    let (written, printed) = (bare(&text), paper.split(' ').map(bare));
    for word in printed.filter(|word| !word.is_empty()) {
        assert!(written.contains(&word), "{path}: {word:?} is in the PDF and not in\n{text}");
    }
    text
}

on_both! {
    async fn each_paper_of_a_dossier_is_there_as_docx_and_says_what_its_pdf_says(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let counter = Counter::open(db).await;
        let code = counter.take_in().await;
        let at = |form: &str| format!("/dossiers/{code}/documents/{form}");
        counter.counter.get(&format!("{}.docx", at("supplement-request"))).await.expect_problem(409, "paper-no-supplement");

        let seen = counter.counter.get(&format!("/dossiers/{code}")).await.expect(200);
        let body = json!({"items": ["Bản sao <hợp đồng> & phụ lục", "Ảnh chụp tàu"], "reason": "Thiếu hợp đồng"});
        counter.counter.act(&format!("/dossiers/{code}/supplement-request"), seen.version(), body).await.expect(200);
        counter.act(&code, Command::Stop { reason: "Người nộp không bổ sung".into() }).await;
        for (form, words) in [
            ("receipt", "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ"),
            ("supplement-request", "1. Bản sao <hợp đồng> & phụ lục"),
            ("control-sheet", "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ"),
            ("stopping-notice", "Lý do: Người nộp không bổ sung"),
        ] {
            let text = says_what_the_pdf_says(&counter.counter, &at(form)).await;
            assert!(text.contains(words) && text.contains(NAME), "{form}: {text}");
            assert!(!text.contains("DỰ THẢO"), "{form}: {text}");
        }
        let refused = counter.counter.post("/dossiers", json!({
            "procedure_code": BOAT, "channel": "online", "register_only": true,
            "applicant": {"name": NAME, "kind": "citizen"},
        })).await.expect(201);
        let code = refused.body["code"].as_str().unwrap().to_owned();
        counter.act(&code, Command::Refuse { reason: "Tàu đăng ký tại tỉnh khác".into() }).await;
        let text = says_what_the_pdf_says(&counter.counter, &format!("/dossiers/{code}/documents/refusal")).await;
        assert!(text.contains("Tàu đăng ký tại tỉnh khác"), "{text}");
    }

    async fn a_docx_of_what_was_given_out_has_the_same_bytes_each_time(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let counter = Counter::open(db).await;
        let code = counter.take_in().await;
        let path = format!("/dossiers/{code}/documents/receipt.docx");
        let (_, first) = docx(&counter.counter, &path).await;
        assert_eq!(docx(&counter.counter, &path).await.1, first);
    }

    async fn docx_is_of_its_branch(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let counter = Counter::open(db).await;
        let code = counter.take_in().await;
        let path = format!("/dossiers/{code}/documents/receipt.docx");
        let stranger = counter.house.sign_in_as(Role::Counter, Some("KL")).await;
        stranger.get(&path).await.expect_problem(403, "foreign-branch");
        counter.house.nobody().get(&path).await.expect_problem(401, "unauthenticated");
        docx(&counter.house.sign_in_as(Role::Office, None).await, &path).await;
        for unknown in ["register.docx", "apology-letter.docx", "x.docx", "receipt.doc", ".docx"] {
            let path = format!("/dossiers/{code}/documents/{unknown}");
            counter.counter.get(&path).await.expect_problem(404, "no-such-path");
        }
        counter.counter.get("/dossiers/none/documents/receipt.docx").await.expect_problem(404, "not-found");
    }
}
