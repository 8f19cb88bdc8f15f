//! Letters that are signed here, with a key of the installation: at their approval, once, and for good.

use super::signed::{issued, mailed, put};
use super::{BOAT, DAY_BEFORE, Office, path};
use crate::paper::text_of;
use crate::support::ground::{applicant, at, intake};
use crate::support::sign::{checked, key_file, pdfsig, signed};
use motcua::apology::Seal;
use motcua::domain::people::Applicant;
use motcua::domain::role::Role;
use serde_json::json;
use sha2::{Digest as _, Sha256};

const PASSWORD: &str = "mật khẩu";

/// A key, and the seal with it; none where nothing is there to make it with.
fn key(how: &str, days: [&str; 2]) -> Option<(Vec<u8>, Seal)> {
    let file = key_file(how, PASSWORD, days)?;
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("key.p12");
    std::fs::write(&place, &file).unwrap();
    Some((file, Seal::open(&place, PASSWORD, at("2026-03-10 09:00")).unwrap()))
}

const YEARS: [&str; 2] = ["2026-01-01", "2028-12-31"];

on_both! {
    async fn a_letter_is_signed_when_it_is_approved_and_the_signed_file_is_kept_shown_and_mailed(db: TestDatabase) {
        let Some((file, seal)) = key("rsa", YEARS) else { return };
        let office = Office::open_with(db, Some(seal)).await;
        let draft = office.draft("Nguyễn Thị Ánh Tuyết").await;
        let preview = issued(&office, &draft).await;
        assert!(pdfsig(&preview).contains("does not contain any signatures"), "a draft is not signed");
        assert_eq!(draft.body["signatures"], json!([]));

        let approved = office.approve(&draft).await.expect(200);
        let letter = issued(&office, &approved).await;
        assert_eq!(checked(&letter, &file, PASSWORD)[0]["bottom_line"], true);
        assert_eq!(checked(&letter, &file, PASSWORD)[0]["made_at"], "2026-03-12 09:00:00+07:00");
        let said = pdfsig(&letter);
        assert!(said.contains("Signature is Valid") && said.contains("Total document signed"), "{said}");
        let text = text_of(&letter);
        assert!(text.contains("Nguyễn Thị Ánh Tuyết") && !text.contains("DỰ THẢO"), "{text}");

        let shown = &approved.body["signatures"];
        assert_eq!(shown.as_array().unwrap().len(), 1);
        assert_eq!(shown[0]["signer"], "Lê Thị Ví Dụ");
        assert_eq!(shown[0]["organisation"], "Chi cục Thủy sản");
        assert_eq!(shown[0]["signed_at"], "2026-03-12T09:00:00+07:00");
        assert_eq!((&shown[0]["algorithm"], &shown[0]["covers_all"]), (&json!("RSA, SHA-256"), &json!(true)));
        assert_eq!(approved.body["signed_letter"], json!(null), "nothing has come back from outside");
        let answer = crate::paper::pdf(&office.counter, &format!("{}/letter.pdf", path(&approved.body))).await;
        let print = motcua_hex(&Sha256::digest(&letter));
        assert_eq!(answer.header("etag"), format!("\"{print}\""), "the fingerprint is of the signed file");

        let head = office.house.surfer(Role::Head, Some("TS")).await;
        let page = head.get(&format!("/xin-loi/{}", approved.body["id"].as_str().unwrap())).await.expect(200);
        page.says("Đã ký số khi phát hành").says("Lê Thị Ví Dụ").says("Cơ quan chứng thực Ví Dụ cấp").says_not("Bản đã ký số");

        office.house.it_is("2027-03-12 09:00");
        assert_eq!(issued(&office, &approved).await, letter, "a year later the same bytes");
        office.house.it_is("2026-03-12 09:01");
        office.post().await;
        assert_eq!(mailed(&office), letter);
    }

    async fn a_letter_for_paper_and_one_that_goes_out_by_itself_are_signed_too(db: TestDatabase) {
        let Some((file, seal)) = key("ecdsa", YEARS) else { return };
        let office = Office::open_with(db, Some(seal)).await;
        let person = Applicant { email: None, ..applicant("Nguyễn Thị Ánh Tuyết") };
        let code = office.ground.take_in_async("TS", intake(BOAT, person)).await;
        office.authorise().await;
        office.house.it_is(DAY_BEFORE);
        office.work().await;
        let draft = office.letter_of(&code).await;
        let change = json!({"cause": "field_verification", "new_due_on": "2026-03-20"});
        let draft = office.head.patch(&path(&draft.body), draft.version(), change).await.expect(200);
        office.house.it_is("2026-03-12 17:01");
        office.work().await;
        let gone = office.again(&draft).await;
        assert_eq!((&gone.body["automatic"], &gone.body["status"]), (&json!(true), &json!("paper")));
        let told = checked(&issued(&office, &gone).await, &file, PASSWORD);
        assert_eq!((&told[0]["bottom_line"], &told[0]["digest"]), (&json!(true), &json!("sha256")));
        assert_eq!(gone.body["signatures"][0]["algorithm"], "ECDSA P-256, SHA-256");
    }

    async fn a_token_may_sign_over_the_signature_of_the_house(db: TestDatabase) {
        let Some((_, seal)) = key("rsa", YEARS) else { return };
        let office = Office::open_with(db, Some(seal)).await;
        let draft = office.draft("Nguyễn Thị Ánh Tuyết").await;
        let approved = office.approve(&draft).await.expect(200);
        let ours = issued(&office, &approved).await;
        let both = signed(&ours, "ecdsa").unwrap();
        let taken = put(&office.head, &approved, approved.version(), &both).await.expect(200);
        let told = &taken.body["signed_letter"];
        assert_eq!((told["signatures"].as_array().unwrap().len(), &told["begins_with_issued"]), (2, &json!(true)));
        assert_eq!(taken.body["signatures"].as_array().unwrap().len(), 1);
        office.post().await;
        assert_eq!(mailed(&office), both);
    }

    async fn no_letter_is_approved_with_a_certificate_that_has_ended_and_nothing_of_it_stays(db: TestDatabase) {
        let Some((_, seal)) = key("rsa", ["2026-01-01", "2026-03-11"]) else { return };
        let office = Office::open_with(db, Some(seal)).await;
        let draft = office.draft("Nguyễn Thị Ánh Tuyết").await;
        office.approve(&draft).await.expect_problem(409, "signing-key-expired");
        let still = office.again(&draft).await;
        assert_eq!((&still.body["status"], &still.body["number"]), (&json!("draft"), &json!(null)));
        assert_eq!(still.version(), draft.version());
        assert_eq!(office.post().await, 0, "no mail");
    }
}

fn motcua_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
