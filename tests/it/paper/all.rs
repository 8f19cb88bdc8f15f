//! All papers of a dossier in one file: each is what its own address gives.

use super::{papers_can_be_read, pdf, text_of};
use crate::apology::Office;
use crate::support::house::Person;
use motcua::domain::role::Role;
use reqwest::{Method, StatusCode};
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use unicode_normalization::is_nfc;

const NAME: &str = "Nguyễn Thị Ánh Tuyết";
const RECEIPT: &str = "Giấy tiếp nhận hồ sơ và hẹn trả kết quả.pdf";

async fn unpacked(person: &Person, code: &str) -> BTreeMap<String, Vec<u8>> {
    let path = format!("/dossiers/{code}/documents.zip");
    let response = person.request(Method::GET, &path).send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.bytes().await.unwrap();
    assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&bytes));
    assert_eq!(headers["content-type"], "application/zip");
    assert_eq!(headers["cache-control"], "private, no-store");
    assert_eq!(headers["content-disposition"], format!("attachment; filename=\"{code}.zip\""));
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|place| {
            let mut entry = zip.by_index(place).unwrap();
            let mut body = Vec::new();
            entry.read_to_end(&mut body).unwrap();
            assert!(is_nfc(entry.name()), "{}", entry.name());
            (entry.name().to_owned(), body)
        })
        .collect()
}

fn names(papers: &BTreeMap<String, Vec<u8>>) -> Vec<&str> {
    papers.keys().map(String::as_str).collect()
}

on_both! {
    async fn one_file_holds_every_paper_of_a_dossier_as_it_was_given_out(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let office = Office::open(db).await;
        let draft = office.draft(NAME).await;
        let code = draft.body["dossier_code"].as_str().unwrap().to_owned();
        let drafted = unpacked(&office.head, &code).await;
        assert_eq!(names(&drafted), [
            "Công văn xin lỗi (dự thảo).docx",
            "Công văn xin lỗi (dự thảo).pdf",
            "Giấy tiếp nhận hồ sơ và hẹn trả kết quả.docx",
            RECEIPT,
            "Phiếu kiểm soát quá trình giải quyết hồ sơ.docx",
            "Phiếu kiểm soát quá trình giải quyết hồ sơ.pdf",
            "Phiếu xin lỗi và hẹn lại ngày trả kết quả (dự thảo).docx",
            "Phiếu xin lỗi và hẹn lại ngày trả kết quả (dự thảo).pdf",
        ]);
        for (name, bytes) in drafted.iter().filter(|(name, _)| name.ends_with(".pdf")) {
            let text = text_of(bytes);
            assert!(text.contains(NAME), "{name}: {text}");
            assert_eq!(text.contains("DỰ THẢO"), name.contains("dự thảo"), "{name}: {text}");
        }

        let approved = office.approve(&draft).await.expect(200);
        let number = approved.body["number"].as_str().unwrap().replace('/', "-");
        let papers = unpacked(&office.head, &code).await;
        let letter = format!("Công văn xin lỗi số {number}.pdf");
        let form = format!("Phiếu xin lỗi và hẹn lại ngày trả kết quả số {number}.pdf");
        for (name, path) in [
            (RECEIPT, format!("/dossiers/{code}/documents/receipt.pdf")),
            (form.as_str(), format!("/dossiers/{code}/documents/apology.pdf")),
            (letter.as_str(), format!("/apologies/{}/letter.pdf", draft.body["id"].as_str().unwrap())),
        ] {
            assert!(papers.contains_key(name), "{name} is not among {:?}", names(&papers));
            assert_eq!(papers[name], pdf(&office.head, &path).await.bytes, "{name}");
        }
        assert_eq!(papers[RECEIPT], drafted[RECEIPT], "packed is given out");
        assert_eq!(papers.len(), 8, "{:?}", names(&papers));
        assert_eq!(unpacked(&office.head, &code).await[&letter], papers[&letter]);
    }

    async fn all_papers_are_of_their_branch(db: TestDatabase) {
        let office = Office::open(db).await;
        let code = office.take_in(NAME).await;
        let path = format!("/dossiers/{code}/documents.zip");
        let stranger = office.house.sign_in_as(Role::Counter, Some("KL")).await;
        stranger.get(&path).await.expect_problem(403, "foreign-branch");
        office.house.nobody().get(&path).await.expect_problem(401, "unauthenticated");
        office.head.get("/dossiers/none/documents.zip").await.expect_problem(404, "not-found");
    }
}
