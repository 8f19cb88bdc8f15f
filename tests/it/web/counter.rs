//! The counter's day at the pages, without scripts.

use crate::dossier::life::new_dossier;
use crate::support::house::TestHouse;
use crate::support::surfer::{Page, Surfer};
use motcua::domain::role::Role;
use serde_json::json;

/// The fields of an ordinary intake.
pub fn intake<'a>(name: &'a str, phone: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("procedure_code", "1.003650"),
        ("channel", "in_person"),
        ("return_channel", "in_person"),
        ("applicant/name", name),
        ("applicant/kind", "citizen"),
        ("applicant/phone", phone),
        ("representative/kind", "citizen"),
        ("_others", "Đơn đề nghị\nBản sao hợp đồng"),
    ]
}

/// Takes a dossier in: its code.
pub async fn take_in(counter: &Surfer, name: &str, phone: &str) -> String {
    let page = counter.get("/tiep-nhan").await.expect(200);
    let done = counter.submit(&page, "/tiep-nhan", &intake(name, phone)).await.expect(303);
    code_of(&done)
}

/// Of the dossier that a page leads on to.
pub fn code_of(done: &Page) -> String {
    let rest = done.location().strip_prefix("/ho-so/").unwrap_or_else(|| panic!("{}", done.location()));
    rest.split('/').next().unwrap().to_owned()
}

on_both! {
    async fn a_dossier_is_taken_in_and_its_code_and_due_date_are_shown(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let found = counter.get("/tiep-nhan/thu-tuc?_q=tau+ca").await.expect(200);
        assert!(found.html.contains("1.003650") && !found.html.contains("<html"), "a part of a page: {}", found.html);
        let page = counter.get("/tiep-nhan").await.expect(200);
        let chosen = counter.submit(&page, "/tiep-nhan", &[("_q", "cap giay chung nhan dang ky tau ca"), ("applicant/name", "Nguyễn Văn An")]).await
            .expect(200).says("value=\"1.003650\"").says("value=\"Nguyễn Văn An\"");
        let chosen = {
            let mut fields = intake("Nguyễn Văn An", "0901234512");
            fields.retain(|(name, _)| *name != "procedure_code");
            fields.push(("_choose", "1.003650"));
            let token = chosen.token();
            fields.push(("_csrf", &token));
            counter.post("/tiep-nhan/chon", &fields).await.expect(200)
        };
        // Three working days after Tuesday 10/03/2026.
        let chosen = chosen.says("13/03/2026 17:00").says("3 ngày làm việc").says("value=\"Nguyễn Văn An\"");
        let done = counter.submit(&chosen, "/tiep-nhan", &intake("Nguyễn Văn An", "0901234512")).await.expect(303);
        let code = code_of(&done);
        counter.get(done.location()).await.expect(200).says(&code).says("13/03/2026 17:00").says("giay-to/receipt.pdf");
        counter.get(&format!("/ho-so/{code}")).await.expect(200).says("Nguyễn Văn An").says("Bản sao hợp đồng").says("Tiếp nhận");
        counter.get(&format!("/ho-so/{code}")).await.expect(200).says(&format!("/ho-so/{code}/giay-to.zip"));
        counter.get(&format!("/ho-so/{code}/giay-to.zip")).await.expect(200);
        let receipt = counter.get(&format!("/ho-so/{code}/giay-to/receipt.pdf")).await.expect(200);
        assert_eq!(receipt.header("content-type"), Some("application/pdf"));
    }

    async fn a_form_that_is_sent_twice_makes_one_dossier(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let page = counter.get("/tiep-nhan").await.expect(200);
        let fields = intake("Nguyễn Văn An", "0901234512");
        let first = counter.submit(&page, "/tiep-nhan", &fields).await.expect(303);
        let second = counter.submit(&page, "/tiep-nhan", &fields).await.expect(303);
        assert_eq!(code_of(&first), code_of(&second));
        let list = counter.get("/ho-so").await.expect(200);
        assert_eq!(list.html.matches("class=\"code\" href=\"/ho-so/").count(), 1);
    }

    async fn what_is_wrong_stands_beside_its_field_and_the_entry_is_kept(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let page = counter.get("/tiep-nhan").await.expect(200);
        let fields = intake("", "không phải số");
        counter.submit(&page, "/tiep-nhan", &fields).await.expect(422)
            .says("id=\"name-fault\"").says("id=\"phone-fault\"").says("value=\"không phải số\"").says("Bản sao hợp đồng");
        counter.get("/ho-so").await.expect(200).says("Không có hồ sơ nào");
    }

    async fn an_applicant_is_found_again_and_a_second_dossier_of_the_same_kind_is_warned_of(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let code = take_in(&counter, "Trần Thị Bích", "0912345678").await;
        let page = counter.get("/tiep-nhan").await.expect(200);
        let token = page.token();
        counter.post("/tiep-nhan/nguoi-nop", &[("_csrf", &token), ("_who", "0912345")]).await.expect(200)
            .says("Trần Thị Bích").says_not("0912345678");
        let known = counter.post("/tiep-nhan/chon", &[("_csrf", &token), ("_from", &code), ("procedure_code", "1.003650")]).await.expect(200)
            .says("value=\"Trần Thị Bích\"").says("value=\"0912345678\"");
        known.says("Trong 30 ngày qua").says(&code);
        let other = house.surfer(Role::Counter, Some("KL")).await;
        let token = other.get("/tiep-nhan").await.expect(200).token();
        other.post("/tiep-nhan/nguoi-nop", &[("_csrf", &token), ("_who", "0912345")]).await.expect(200).says_not("Trần Thị Bích");
        other.post("/tiep-nhan/chon", &[("_csrf", &token), ("_from", &code)]).await.expect(403);
    }

    async fn whoever_was_refused_or_waits_online_or_has_another_number_now_is_warned_of(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let program = house.sign_in_as(Role::Counter, Some("TS")).await;
        let handed_in = async |number: &str, phone: &str, online: bool| {
            let mut new = new_dossier("1.003650", "Trần Thị Bích");
            new["applicant"]["id_number"] = json!(number);
            new["applicant"]["phone"] = json!(phone);
            if online {
                new["channel"] = json!("online");
                new["register_only"] = json!(true);
            }
            let dossier = program.post("/dossiers", new).await.expect(201);
            (dossier.body["code"].as_str().unwrap().to_owned(), dossier.version())
        };
        let (online, _) = handed_in("079100000001", "0912000001", true).await;
        let (refused, version) = handed_in("079100000002", "0912000002", true).await;
        let why = json!({"reason": "Không thuộc thẩm quyền"});
        program.act(&format!("/dossiers/{refused}/refusal"), version, why).await.expect(200);
        let (received, _) = handed_in("079100000003", "0912000003", false).await;
        for (day, warned) in [("2026-03-11 09:00", true), ("2026-04-09 09:00", true), ("2026-04-10 09:00", false)] {
            house.it_is(day);
            let counter = house.surfer(Role::Counter, Some("TS")).await;
            let token = counter.get("/tiep-nhan").await.expect(200).token();
            for (code, n) in [(&online, 1), (&refused, 2), (&received, 3)] {
                let (number, phone) = (format!("07910000000{n}"), format!("091200000{n}"));
                let link = format!("href=\"/ho-so/{code}\"");
                for (number, phone) in [(&*number, &*phone), (&*number, ""), ("079200000009", &*phone), ("", &*phone)] {
                    let fields = [
                        ("_csrf", token.as_str()),
                        ("procedure_code", "1.003650"),
                        ("applicant/id_number", number),
                        ("applicant/phone", phone),
                    ];
                    let page = counter.post("/tiep-nhan/chon", &fields).await.expect(200);
                    assert_eq!(page.html.matches(&link).count(), usize::from(warned), "{day} {number} {phone}");
                    assert_eq!(page.html.contains("Trong 30 ngày qua"), warned, "{day} {number} {phone}");
                }
            }
        }
    }

    async fn a_hostile_name_is_a_text_on_every_page(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let name = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
        let code = take_in(&counter, name, "0901234512").await;
        let page = counter.get(&format!("/ho-so/{code}")).await.expect(200);
        let note = [("note", "</textarea><script>alert(3)</script>"), ("to_officer", counter.username.as_str())];
        counter.submit(&page, &format!("/ho-so/{code}/viec/chuyen"), &note).await.expect(303);
        for path in ["/hom-nay".into(), "/ho-so".into(), format!("/ho-so/{code}"), format!("/ho-so/{code}/da-tiep-nhan"), format!("/tra-ket-qua?ma={code}"), "/ho-so?q=%3Cscript%3Ealert(1)%3C/script%3E".into(), "/ho-so?sort=%22%3E%3Cscript%3E".into()] {
            let page = counter.get(&path).await;
            assert!([200, 422].contains(&page.status.as_u16()), "{path}: {}", page.status);
            for live in ["<script>", "<img src=x", "onerror=alert(2)>", "</textarea><"] {
                assert!(!page.html.contains(live), "{path}: {live}");
            }
        }
    }

    async fn a_result_is_handed_over_to_who_came_for_it(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let code = take_in(&counter, "Nguyễn Văn An", "0901234512").await;
        counter.get(&format!("/tra-ket-qua?ma={code}")).await.expect(200).says("không ở trạng thái chờ trả");
        let page = counter.get(&format!("/ho-so/{code}")).await.expect(200);
        let result = [("outcome", "granted"), ("document_number", "12/GCN")];
        counter.submit(&page, &format!("/ho-so/{code}/viec/ket-qua"), &result).await.expect_on_to(&format!("/ho-so/{code}?xong=act-resolve"));
        let page = counter.get(&format!("/tra-ket-qua?ma={}", code.to_lowercase())).await.expect(200).says("value=\"Nguyễn Văn An\"");
        let handed = [("received_by", "Nguyễn Thị Em"), ("channel", "in_person")];
        let done = counter.submit(&page, "/tra-ket-qua", &handed).await.expect(303);
        counter.get(done.location()).await.expect(200).says("Đã trả kết quả.");
        counter.get(&format!("/ho-so/{code}")).await.expect(200).says("Nguyễn Thị Em");

        // It was the wrong one: taken back at once, with a reason, and ready to be handed over again.
        let confirmed = counter.get(done.location()).await.expect(200).says(&format!("Ghi nhầm hồ sơ {code} (Nguyễn Văn An)?"));
        let undo = "/tra-ket-qua/hoan-tac";
        let empty = counter.submit(&confirmed, undo, &[("reason", " ")]).await.expect(422).says("id=\"undo-reason-fault\"");
        counter.submit(&empty, undo, &[("reason", "Quét nhầm mã")]).await.expect_on_to(&format!("/tra-ket-qua?ma={code}&xong=act-undo_return"));
        counter.get(&format!("/tra-ket-qua?ma={code}&xong=act-undo_return")).await.expect(200)
            .says("trở lại chờ trả kết quả").says_not("/tra-ket-qua/hoan-tac").says("name=\"received_by\"");
        counter.get(done.location()).await.expect(200).says_not("/tra-ket-qua/hoan-tac");
        let page = counter.get(&format!("/ho-so/{code}")).await.expect(200).says("Hoàn tác trả kết quả").says("Quét nhầm mã").says_not("viec/hoan-tac-tra");
        counter.submit(&page, &format!("/ho-so/{code}/viec/tra"), &handed).await.expect(303);
        let page = counter.get(&format!("/ho-so/{code}")).await.expect(200);
        let again = [("reason", "Trao nhầm người")];
        counter.submit(&page, &format!("/ho-so/{code}/viec/hoan-tac-tra"), &again).await.expect_on_to(&format!("/ho-so/{code}?xong=act-undo_return"));
        counter.get("/tra-ket-qua?ma=000.00.03.H29-260310-9999").await.expect(200).says("Không có hồ sơ với mã này");
    }

    async fn a_hand_over_of_yesterday_is_taken_back_by_heads_and_no_longer_offered_to_others(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let (counter, head) = (house.surfer(Role::Counter, Some("TS")).await, house.surfer(Role::Head, Some("TS")).await);
        let code = take_in(&counter, "Nguyễn Văn An", "0901234512").await;
        let page = counter.get(&format!("/ho-so/{code}")).await.expect(200);
        let result = [("outcome", "granted"), ("document_number", "12/GCN")];
        counter.submit(&page, &format!("/ho-so/{code}/viec/ket-qua"), &result).await.expect(303);
        let page = counter.get(&format!("/ho-so/{code}")).await.expect(200);
        let handed = [("received_by", "Nguyễn Thị Em"), ("channel", "in_person")];
        counter.submit(&page, &format!("/ho-so/{code}/viec/tra"), &handed).await.expect(303);
        let (dossier, handed_over) = (format!("/ho-so/{code}"), format!("/tra-ket-qua?vua-tra={code}"));
        counter.get(&dossier).await.expect(200).says("viec/hoan-tac-tra");

        house.it_is("2026-03-11 09:00");
        for who in [&counter, &head] {
            who.sign_in(&who.username).await.expect(303);
        }
        counter.get(&dossier).await.expect(200).says_not("viec/hoan-tac-tra").says("viec/danh-gia");
        counter.get(&handed_over).await.expect(200).says_not("/tra-ket-qua/hoan-tac");
        head.get(&dossier).await.expect(200).says("viec/hoan-tac-tra");
        head.get(&handed_over).await.expect(200).says("/tra-ket-qua/hoan-tac");
    }

    async fn who_changes_the_language_on_a_refused_form_comes_back_to_its_page(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let code = take_in(&counter, "Nguyễn Văn An", "0901234512").await;
        let dossier = format!("/ho-so/{code}");
        let page = counter.get(&dossier).await.expect(200);
        let refused = counter.submit(&page, &format!("{dossier}/viec/ket-qua"), &[("outcome", "")]).await.expect(422);
        counter.submit(&refused, "/giao-dien", &[("lang", "en")]).await.expect_on_to(&dossier);
        counter.get(&dossier).await.expect(200);
        let found = counter.get("/ho-so?q=an").await.expect(200);
        counter.submit(&found, "/giao-dien", &[("lang", "vi")]).await.expect_on_to("/ho-so?q=an");
    }
}
