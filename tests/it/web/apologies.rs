//! The head's letters: read, put right, signed one or many, handed over on paper.

use crate::apology::{DAY_BEFORE, Office};
use crate::support::surfer::{Page, Surfer};
use motcua::domain::role::Role;

async fn head(office: &Office) -> Surfer {
    office.house.surfer(Role::Head, Some("TS")).await
}

/// The boxes of the list of drafts.
fn boxes(page: &Page) -> Vec<String> {
    let values = page.html.split("name=\"letter\" value=\"").skip(1);
    values.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

async fn two_drafts(office: &Office) {
    office.take_in("Nguyễn Văn An").await;
    office.take_in("Trần Thị Bình").await;
    office.house.it_is(DAY_BEFORE);
    office.work().await;
}

on_both! {
    async fn a_head_puts_a_draft_right_reads_it_and_signs_it(db: TestDatabase) {
        let office = Office::open(db).await;
        let code = office.take_in("Nguyễn <script>alert(1)</script> An").await;
        office.house.it_is(DAY_BEFORE);
        let head = head(&office).await;
        office.work().await;
        let id = office.letters_of(&code).await[0]["id"].as_str().unwrap().to_owned();
        let at = format!("/xin-loi/{id}");
        let page = head.get(&at).await.expect(200).says("Còn thiếu").says_not("<script>alert");
        let wrong = [("cause", "other"), ("reason", "<i>mưa</i> & \"gió\""), ("new_due_on", "14/03/2026"), ("body", "")];
        let page = head.submit(&page, &at, &wrong).await.expect(422);
        let page = page.says("value=\"14/03/2026\"").says("aria-invalid").says("&#60;i&#62;mưa").says_not("<i>mưa");
        let right = [("cause", "other"), ("reason", "<i>mưa</i> & \"gió\""), ("new_due_on", "20/03/2026"), ("body", "")];
        head.submit(&page, &at, &right).await.expect_on_to(&format!("{at}?xong=letter-saved"));
        let page = head.get(&at).await.expect(200).says("Tôi ký, gửi thư").says_not("<i>mưa");
        head.submit(&page, &format!("{at}/ky"), &[]).await.expect_on_to(&format!("{at}?xong=letter-signed"));
        let page = head.get(&at).await.expect(200);
        page.says("PXL-").says("SHA-256").says_not("name=\"reason\"");
        head.get(&format!("{at}/thu.txt")).await.expect(200).says("VĂN BẢN XIN LỖI");
        let docx = head.get(&format!("{at}/thu.docx")).await.expect(200);
        assert!(docx.header("content-type").unwrap().contains("officedocument"));
        head.get(&format!("{at}/thu.exe")).await.expect(404);
        let paper = format!("/ho-so/{code}/giay-to/apology.pdf");
        head.get(&format!("/ho-so/{code}")).await.expect(200).says(&format!("href=\"{paper}\""));
        let paper = head.get(&paper).await.expect(200);
        assert_eq!(paper.header("content-type"), Some("application/pdf"));
    }

    async fn many_are_asked_about_once_more_and_each_gets_a_result_of_its_own(db: TestDatabase) {
        let office = Office::open(db).await;
        two_drafts(&office).await;
        let head = head(&office).await;
        let page = head.get("/xin-loi").await.expect(200);
        let boxes = boxes(&page);
        assert_eq!(boxes.len(), 2);
        let first = format!("/xin-loi/{}", boxes[0].split(':').next().unwrap());
        let draft = head.get(&first).await;
        let words = [("cause", "overload"), ("new_due_on", "20/03/2026"), ("reason", ""), ("body", "")];
        head.submit(&draft, &first, &words).await.expect(303);
        let page = head.get("/xin-loi").await.expect(200);
        let boxes = self::boxes(&page);
        let ticked: Vec<(&str, &str)> = boxes.iter().map(|id| ("letter", id.as_str())).collect();
        let sure = head.submit(&page, "/xin-loi/ky", &ticked).await.expect(200).says("Không thu lại được").says("Còn thiếu");
        assert_eq!(office.letters_of(&code_of(&sure, 0)).await[0]["status"], "draft", "asked, not signed");
        let mut again = sure.hidden("/xin-loi/ky");
        again.retain(|(name, _)| name != "_");
        let fields: Vec<(&str, &str)> = again.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let done = head.post("/xin-loi/ky", &fields).await.expect(200);
        let done = done.says("Đã ký 1 trên 2 thư").says("đã ký, số").says("chưa ký");
        drop(done);
        // A double click signs nothing twice and says the same.
        head.post("/xin-loi/ky", &fields).await.expect(200).says("Đã ký 1 trên 2 thư");
        head.post("/xin-loi/ky", &fields[..1]).await.expect_on_to("/xin-loi?xong=nothing-ticked");
    }

    async fn a_letter_that_comes_back_signed_takes_the_place_of_ours(db: TestDatabase) {
        let office = Office::open(db).await;
        let mut person = crate::support::ground::applicant("Lê Văn Cường");
        person.email = None;
        let code = office.take_in_person(person).await;
        office.house.it_is(DAY_BEFORE);
        let head = head(&office).await;
        office.work().await;
        let id = office.letters_of(&code).await[0]["id"].as_str().unwrap().to_owned();
        let (at, action) = (format!("/xin-loi/{id}"), format!("/xin-loi/{id}/da-ky"));
        let page = head.get(&at).await.says_not("Đưa bản đã ký lên");
        let words = [("cause", "overload"), ("new_due_on", "20/03/2026"), ("reason", ""), ("body", "")];
        head.submit(&page, &at, &words).await.expect(303);
        let page = head.get(&at).await;
        head.submit(&page, &format!("{at}/ky"), &[]).await.expect(303);
        let page = head.get(&at).await.expect(200).says("Đưa bản đã ký lên");
        head.submit_file(&page, &action, ("file", "", Vec::new())).await.expect(422).says("Chưa chọn tệp.");
        let ours = head.send(head.request(reqwest::Method::GET, &format!("{at}/thu.pdf"))).await.expect(200);
        assert_eq!(ours.header("content-type"), Some("application/pdf"));
        let ours = head.request(reqwest::Method::GET, &format!("{at}/thu.pdf")).send().await.unwrap().bytes().await.unwrap();
        let refused = head.submit_file(&page, &action, ("file", "thu.pdf", ours.to_vec())).await.expect(422);
        refused.says("role=\"alert\"").says("chữ ký");
        let Some(signed) = crate::support::sign::signed(&ours, "rsa") else { return };
        let done = head.submit_file(&page, &action, ("file", "thu-ky.pdf", signed.clone())).await.expect(303);
        assert_eq!(done.location(), format!("{at}?xong=letter-signed-outside"));
        head.get(&at).await.expect(200).says("Bản đã ký số").says("Chữ ký bao trọn tệp.").says("Chưa kiểm tra chứng thư");
        let kept = head.request(reqwest::Method::GET, &format!("{at}/da-ky.pdf")).send().await.unwrap().bytes().await.unwrap();
        assert_eq!(kept, signed);
    }

    async fn a_letter_on_paper_is_written_down_when_it_was_handed_over(db: TestDatabase) {
        let office = Office::open(db).await;
        let mut person = crate::support::ground::applicant("Lê Văn Cường");
        person.email = None;
        let code = office.take_in_person(person).await;
        office.house.it_is(DAY_BEFORE);
        let head = head(&office).await;
        office.work().await;
        let id = office.letters_of(&code).await[0]["id"].as_str().unwrap().to_owned();
        let at = format!("/xin-loi/{id}");
        let page = head.get(&at).await;
        let words = [("cause", "overload"), ("new_due_on", "20/03/2026"), ("reason", ""), ("body", "")];
        head.submit(&page, &at, &words).await.expect(303);
        let page = head.get(&at).await;
        head.submit(&page, &format!("{at}/ky"), &[]).await.expect(303);
        head.get("/xin-loi?xem=giay").await.expect(200).says(&code);
        office.house.it_is("2026-03-12 10:00");
        let page = head.get(&at).await.expect(200);
        let late = [("how", "at_home"), ("delivered_at", "15/03/2026 09:00"), ("to", "Lê Văn Cường")];
        let page = head.submit(&page, &format!("{at}/trao"), &late).await.expect(422).says("value=\"15/03/2026 09:00\"");
        let fine = [("how", "at_home"), ("delivered_at", "9:45"), ("to", "Lê Văn Cường")];
        head.submit(&page, &format!("{at}/trao"), &fine).await.expect_on_to(&format!("{at}?xong=letter-delivered"));
        head.get("/xin-loi?xem=da-trao").await.expect(200).says(&code);
        head.get("/xin-loi?xem=giay").await.expect(200).says("Không có thư nào chờ trao");
    }

    async fn who_still_owes_a_letter_is_named_and_only_a_head_signs(db: TestDatabase) {
        let office = Office::open(db).await;
        let code = office.take_in("Nguyễn Văn An").await;
        office.house.it_is("2026-03-18 09:00");
        let counter = office.house.surfer(Role::Counter, Some("TS")).await;
        counter.get("/xin-loi?xem=thieu").await.expect(200).says(&code);
        office.work().await;
        let page = counter.get("/xin-loi").await.expect(200).says(&code).says_not("Ký các thư đã chọn");
        let id = office.letters_of(&code).await[0]["id"].as_str().unwrap().to_owned();
        let own = counter.get(&format!("/xin-loi/{id}")).await.expect(200).says("Lãnh đạo đơn vị ký thư này");
        let token = own.hidden(&format!("/xin-loi/{id}"));
        let fields: Vec<(&str, &str)> = token.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        counter.post(&format!("/xin-loi/{id}/ky"), &fields).await.expect(422).says("role=\"alert\"");
        let other = office.house.surfer(Role::Head, Some("CN-TY")).await;
        other.get(&format!("/xin-loi/{id}")).await.expect(403);
        other.get("/xin-loi?xem=thieu").await.expect(200).says_not(&code);
        drop(page);
    }
}

/// The code in the n-th row of the page that asks once more.
fn code_of(page: &Page, n: usize) -> String {
    let rest = page.html.split("class=\"code\"").nth(n + 1).unwrap();
    rest.split('>').nth(1).unwrap().split('<').next().unwrap().to_owned()
}
