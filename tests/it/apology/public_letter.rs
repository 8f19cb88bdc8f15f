//! The letter that was issued, opened by the citizen it was written to.

use super::signed::{issued, put};
use super::{Office, path};
use crate::paper::pdf;
use crate::support::sign::signed;
use motcua::domain::role::Role;

impl Office {
    /// The code, the key of the receipt and the last digits of the phone.
    async fn proofs(&self, code: &str) -> (String, String) {
        let whole = self.head.get(&format!("/dossiers/{code}")).await.expect(200);
        let phone = whole.body["applicant"]["phone"].as_str().unwrap();
        (whole.body["lookup_key"].as_str().unwrap().to_owned(), phone[phone.len() - 4..].to_owned())
    }
}

on_both! {
    async fn with_a_proof_the_citizen_opens_the_very_letter_the_officer_has(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Thị Ánh Tuyết").await;
        let code = draft.body["dossier_code"].as_str().unwrap().to_owned();
        let (key, phone) = office.proofs(&code).await;
        let citizen = office.house.nobody();
        let at = format!("/public/dossiers/{code}/letter.pdf");
        // A draft is nobody's to see.
        for proof in [format!("key={key}"), format!("phone_last4={phone}")] {
            citizen.get(&format!("{at}?{proof}")).await.expect_problem(404, "not-found");
        }
        let approved = office.approve(&draft).await.expect(200);
        let ours = issued(&office, &approved).await;
        for proof in [format!("key={key}"), format!("phone_last4={phone}"), format!("key={key}&phone_last4={phone}")] {
            let file = pdf(&citizen, &format!("{at}?{proof}")).await;
            assert!(file.bytes == ours, "byte for byte");
            assert_eq!(file.header("x-robots-tag"), "noindex, noarchive");
        }
        // Where one came back signed, that is the letter.
        let Some(theirs) = signed(&ours, "rsa") else { return };
        put(&office.head, &approved, approved.version(), &theirs).await.expect(200);
        let kept = pdf(&office.counter, &format!("{}/signed-letter", path(&approved.body))).await;
        assert!(pdf(&citizen, &format!("{at}?key={key}")).await.bytes == kept.bytes, "byte for byte");
    }

    async fn without_the_proof_a_letter_looks_like_an_unknown_code(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Thị Ánh Tuyết").await;
        office.approve(&draft).await.expect(200);
        let code = draft.body["dossier_code"].as_str().unwrap().to_owned();
        let citizen = office.house.nobody();
        let unknown = "000.00.03.H29-260310-0777";
        for proof in ["", "?key=00", "?phone_last4=0000"] {
            let [there, nowhere] = [
                citizen.get(&format!("/public/dossiers/{code}/letter.pdf{proof}")).await.expect_problem(404, "not-found"),
                citizen.get(&format!("/public/dossiers/{unknown}/letter.pdf{proof}")).await.expect_problem(404, "not-found"),
            ];
            assert_eq!(there.body, nowhere.body, "{proof}");
        }
        for nothing in ["?key=", "?phone_last4=", "?draft=true"] {
            let [there, nowhere] = [
                citizen.get(&format!("/public/dossiers/{code}/letter.pdf{nothing}")).await.expect(422),
                citizen.get(&format!("/public/dossiers/{unknown}/letter.pdf{nothing}")).await.expect(422),
            ];
            assert_eq!(there.body, nowhere.body, "{nothing}");
        }
        // Nobody's account opens it either.
        let stranger = office.house.sign_in_as(Role::Head, Some("KL")).await;
        stranger.get(&format!("/public/dossiers/{code}/letter.pdf")).await.expect_problem(404, "not-found");
    }

    async fn wrong_phones_count_together_whether_the_letter_or_the_dossier_was_asked_for(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Thị Ánh Tuyết").await;
        let code = draft.body["dossier_code"].as_str().unwrap().to_owned();
        let (key, phone) = office.proofs(&code).await;
        let citizen = office.house.nobody();
        let page = format!("/public/dossiers/{code}");
        // A right one is no wrong try, also before there is a letter.
        for _ in 0..3 {
            citizen.get(&format!("{page}/letter.pdf?phone_last4={phone}")).await.expect(404);
        }
        office.approve(&draft).await.expect(200);
        for guess in 0..10 {
            let what = if guess % 2 == 0 { "/letter.pdf" } else { "" };
            citizen.get(&format!("{page}{what}?phone_last4=x00{guess}")).await.expect_problem(404, "not-found");
        }
        for what in ["/letter.pdf", ""] {
            citizen.get(&format!("{page}{what}?phone_last4={phone}")).await.expect_problem(429, "too-many-requests");
        }
        pdf(&citizen, &format!("{page}/letter.pdf?key={key}")).await;
    }
}
