//! The apology as a paper: fixed with its approval, mailed, and the same a year later.

use super::{DAY_BEFORE, Office, path};
use crate::paper::{papers_can_be_read, pdf, squeezed, text_of};
use base64::Engine as _;
use motcua::both;
use motcua::domain::role::Role;
use serde_json::json;
use sha2::{Digest, Sha256};

/// Every line of the letter stands on the paper.
fn carries(paper: &str, letter: &str) {
    for line in letter.lines().filter(|line| !line.is_empty() && !line.starts_with("---")) {
        // Some lines share theirs with others on the sheet: number and place, agency and nation.
        assert!(paper.contains(&squeezed(line)), "{line:?} is not in\n{paper}");
    }
}

on_both! {
    async fn the_paper_is_fixed_with_the_approval_and_carries_the_issued_text(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Thị Ánh Tuyết").await;
        let address = format!("{}/letter.pdf", path(&draft.body));
        let preview = pdf(&office.head, &address).await.text();
        assert!(preview.contains("DỰ THẢO") && preview.contains("Số: …/PXL-CCTS"), "{preview}");

        let approved = office.approve(&draft).await.expect(200);
        let paper = pdf(&office.head, &address).await;
        let text = paper.text();
        assert!(!text.contains("DỰ THẢO"), "{text}");
        assert!(text.contains("V/v xin lỗi và đề nghị gia hạn thời gian giải quyết hồ sơ"), "{text}");
        let letter = approved.body["letter"].as_str().unwrap();
        carries(&text, &letter.replace("VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN THỜI GIAN GIẢI QUYẾT", ""));
        let number = approved.body["number"].as_str().unwrap().replace('/', "-");
        assert_eq!(paper.header("content-disposition"), format!("inline; filename=\"{number}.pdf\""));
        let form = pdf(&office.head, &format!("/dossiers/{}/documents/apology.pdf", approved.body["dossier_code"].as_str().unwrap())).await;
        carries(&form.text(), letter);
        assert_ne!(form.bytes, paper.bytes);

        // It is a row of its own, with everything that names it.
        let row = office.house.read(|c| {
            use diesel::prelude::*;
            use motcua::db::schema::documents as d;
            type Row = (String, Option<String>, chrono::NaiveDate, Option<String>, Vec<u8>);
            let of = d::form.eq("apology-letter");
            Ok(both!(c, |c| d::table.filter(of).select((d::sha256, d::number, d::issued_on, d::signer, d::body)).first::<Row>(c))?)
        }).await;
        assert_eq!(row.0, format!("{:x}", HexOf(&Sha256::digest(&paper.bytes))));
        assert_eq!(format!("\"{}\"", row.0), paper.header("etag"));
        assert_eq!(row.1.as_deref(), approved.body["number"].as_str());
        assert_eq!(row.2.to_string(), "2026-03-12");
        assert_eq!(row.3.as_deref(), Some("Nguyễn Thị Thử"));
        assert_eq!(row.4, paper.bytes);
    }

    async fn the_mail_brings_the_very_paper(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Thị Ánh Tuyết").await;
        office.approve(&draft).await.expect(200);
        let paper = pdf(&office.head, &format!("{}/letter.pdf", path(&draft.body))).await;
        office.post().await;
        let mail = office.sink.letters().pop().expect("a mail").data;
        let (_, attached) = mail.split_once("application/pdf").expect("an attached PDF");
        let (_, encoded) = attached.split_once("\r\n\r\n").unwrap();
        let encoded: String = encoded.split("\r\n--").next().unwrap().split_whitespace().collect();
        let bytes = base64::engine::general_purpose::STANDARD.decode(encoded).unwrap();
        assert_eq!(bytes, paper.bytes);
    }

    async fn a_year_later_under_other_templates_and_names_it_is_byte_for_byte_the_same(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Thị Ánh Tuyết").await;
        office.approve(&draft).await.expect(200);
        let address = format!("{}/letter.pdf", path(&draft.body));
        let form = format!("/dossiers/{}/documents/apology.pdf", draft.body["dossier_code"].as_str().unwrap());
        let (paper, on_form) = (pdf(&office.head, &address).await, pdf(&office.head, &form).await);

        let admin = office.house.sign_in_as(Role::Admin, None).await;
        for kind in ["apology", "apology-letter"] {
            let at = format!("/templates/{kind}?branch_code=TS");
            let own = admin.get(&at).await.expect(200).body["source"].as_str().unwrap().to_owned();
            admin.put(&at, json!({"source": own.replace("Mọi thắc mắc xin", "Xin vui lòng")})).await.expect(200);
        }
        let branch = admin.get("/branches/TS").await.expect(200);
        admin.patch("/branches/TS", branch.version(), json!({"name": "Chi cục Khác"})).await.expect(200);
        office.house.it_is("2027-03-12 09:00");
        assert_eq!(pdf(&office.head, &address).await.bytes, paper.bytes);
        assert_eq!(pdf(&office.head, &form).await.bytes, on_form.bytes);
    }

    async fn an_own_template_makes_the_letter_and_one_that_leaves_out_what_must_be_said_does_not(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let office = Office::open(db).await;
        let admin = office.house.sign_in_as(Role::Admin, None).await;
        let at = "/templates/apology-letter?branch_code=TS";
        let own = admin.get(at).await.expect(200).body["source"].as_str().unwrap().to_owned();
        // The invented letter is complete; anybody else's is not.
        let sly = own.replace("#prose(data.body)", "#if data.recipient == \"Nguyễn Thị Ánh Tuyết\" { prose(data.body) }");
        admin.put(at, json!({"source": sly.replace("Mọi thắc mắc xin", "Xin vui lòng")})).await.expect(200);
        let draft = office.draft("Trần Văn Khác").await;
        let approved = office.approve(&draft).await.expect(200);
        let text = pdf(&office.head, &format!("{}/letter.pdf", path(&draft.body))).await.text();
        assert!(text.contains("Mọi thắc mắc xin"), "the program's own: {text}");
        carries(&text, &approved.body["letter"].as_str().unwrap().replace("VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN THỜI GIAN GIẢI QUYẾT", ""));
    }

    async fn a_letter_from_before_papers_were_kept_is_printed_once_from_what_was_fixed(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Thị Ánh Tuyết").await;
        office.approve(&draft).await.expect(200);
        let address = format!("{}/letter.pdf", path(&draft.body));
        let first = pdf(&office.head, &address).await;
        office.house.write(|c| {
            use diesel::prelude::*;
            both!(c, |c| diesel::delete(motcua::db::schema::documents::table).execute(c))?;
            Ok(())
        }).await;
        office.house.it_is("2026-05-12 09:00");
        let again = pdf(&office.head, &address).await;
        assert_eq!(again.bytes, first.bytes, "made from the same facts, dated as the letter is");
        assert_eq!(pdf(&office.head, &address).await.bytes, again.bytes);
    }

    async fn there_is_no_paper_of_what_is_not_there(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let office = Office::open(db).await;
        let code = office.take_in("Nguyễn Văn An").await;
        let form = format!("/dossiers/{code}/documents/apology.pdf");
        office.head.get(&form).await.expect_problem(409, "paper-no-letter");
        office.house.it_is(DAY_BEFORE);
        office.work().await;
        assert!(text_of(&pdf(&office.head, &form).await.bytes).contains("DỰ THẢO"));
        let address = format!("{}/letter.pdf", path(&office.letter_of(&code).await.body));
        office.act(&code, motcua::domain::decide::Command::Withdraw { reason: "Đổi ý".into() }).await;
        office.head.get(&address).await.expect_problem(409, "paper-letter-cancelled");
        office.head.get(&form).await.expect_problem(409, "paper-no-letter");
        let stranger = office.house.sign_in_as(Role::Head, Some("KL")).await;
        stranger.get(&address).await.expect_problem(403, "foreign-branch");
    }
}

struct HexOf<'a>(&'a [u8]);

impl std::fmt::LowerHex for HexOf<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
