//! Templates that an administrator puts in the place of the program's own.

use super::{papers_can_be_read, pdf, squeezed};
use crate::support::ground::{Ground, applicant, intake};
use crate::support::house::{Answer, Person, TestHouse};
use motcua::domain::role::Role;
use serde_json::json;

async fn put(admin: &Person, form: &str, source: &str) -> Answer {
    admin.put(&format!("/templates/{form}?branch_code=TS"), json!({"source": source})).await
}

async fn source(admin: &Person, form: &str) -> String {
    let answer = admin.get(&format!("/templates/{form}?branch_code=TS")).await.expect(200);
    assert_eq!(answer.body["built_in"], true);
    answer.body["source"].as_str().unwrap().to_owned()
}

on_both! {
    async fn a_branch_prints_with_its_own_words_and_what_was_given_out_before_stays(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let house = TestHouse::open(db).await;
        let ground = Ground {
            db: house.house.db.clone(),
            clock: house.house.clock.clone(),
            references: house.house.references.clone(),
        };
        let (before, after) = (
            ground.take_in_async("TS", intake("1.003650", applicant("Người Trước"))).await,
            ground.take_in_async("TS", intake("1.003650", applicant("Người Sau"))).await,
        );
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let receipt = |code: &str| format!("/dossiers/{code}/documents/receipt.pdf");
        let given_out = pdf(&counter, &receipt(&before)).await;

        let admin = house.sign_in_as(Role::Admin, None).await;
        let own = source(&admin, "receipt").await.replace("Ghi chú: Giấy này", "Xin giữ kỹ: Giấy này");
        let saved = put(&admin, "receipt", &own).await.expect(200);
        assert_eq!(saved.body["built_in"], false);
        let text = pdf(&counter, &receipt(&after)).await.text();
        assert!(text.contains("Xin giữ kỹ: Giấy này"), "{text}");
        assert_eq!(pdf(&counter, &receipt(&before)).await.bytes, given_out.bytes);

        let listed = admin.get("/templates").await.expect(200);
        assert_eq!(listed.body["items"].as_array().unwrap().len(), 8);
        assert_eq!(listed.body["items"][0]["own"][0]["branch_code"], "TS");
        admin.delete("/templates/receipt?branch_code=TS").await.expect(200);
        admin.delete("/templates/receipt?branch_code=TS").await.expect_problem(404, "not-found");
        source(&admin, "receipt").await;
        for path in ["/templates", "/templates/receipt?branch_code=TS"] {
            counter.get(path).await.expect_problem(403, "admin-only");
        }
        put(&counter, "receipt", &own).await.expect_problem(403, "admin-only");
    }

    async fn a_broken_template_is_refused_with_its_line_and_the_programs_own_serves(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let own = source(&admin, "receipt").await;
        let line = own.lines().position(|line| line.starts_with("#head(")).unwrap() + 1;
        let broken = put(&admin, "receipt", &own.replace("#head(", "#haed(")).await;
        let broken = broken.expect_problem(422, "template-broken");
        assert_eq!(broken.body["line"], line, "{}", broken.text);
        assert!(broken.body["detail"].as_str().unwrap().contains(&format!("dòng {line}")), "{}", broken.text);
        put(&admin, "receipt", "#read(\"/etc/passwd\")").await.expect_problem(422, "template-broken");
        put(&admin, "receipt", "#while true {}").await.expect_problem(422, "template-broken");
        put(&admin, "receipt", "không có tiêu đề").await.expect_problem(422, "template-unusable");
        put(&admin, "nothing", "x").await.expect_problem(404, "no-such-path");
        admin.put("/templates/receipt?branch_code=XX", json!({"source": own})).await
            .expect_faults(&["/query/branch_code unknown-value"]);
        source(&admin, "receipt").await;
    }

    async fn what_the_law_wants_in_an_apology_cannot_be_edited_away(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        for form in ["apology", "apology-letter"] {
            let own = source(&admin, form).await;
            for (taken, missing) in [
                ("#prose(data.body)", vec!["dossier_kind", "receipt_number", "reason", "new_date", "apology"]),
                ("Mọi thắc mắc xin liên hệ: #data.contact.", vec!["contact"]),
                ("Tình trạng hồ sơ: #data.state.", vec!["state"]),
                ("Kết quả được trả #data.return_how.", vec!["return_how"]),
            ] {
                assert!(own.contains(taken), "{form}: {taken}");
                let refused = put(&admin, form, &own.replace(taken, "…")).await;
                let refused = refused.expect_problem(422, "template-leaves-out");
                let named = refused.body["missing"].as_array().unwrap();
                for part in missing {
                    assert!(named.iter().any(|named| named == part), "{form}, {taken}: {}", refused.text);
                }
            }
            let tiny = own.replace("#prose(data.body)", "#text(size: 1pt, data.body.join(\" \"))");
            put(&admin, form, &tiny).await.expect_problem(422, "template-leaves-out");
            put(&admin, form, &own.replace("Mọi thắc mắc xin", "Xin vui lòng")).await.expect(200);
        }
    }

    async fn a_template_that_runs_away_is_stopped_and_the_service_goes_on(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        // Loops inside of loops stay under the typesetter's own limit of each.
        let slow = "#let f() = for a in range(9999) { for b in range(9999) { let c = calc.pow(a, 2) } }\n#for x in range(9999) { f() }";
        let hungry = "#let x = range(300000000).map(x => str(x))";
        let (slow, hungry, live) = tokio::join!(
            put(&admin, "receipt", slow),
            put(&admin, "refusal", hungry),
            async {
                tokio::time::sleep(std::time::Duration::from_millis(500)).await;
                house.nobody().get("/health/live").await.expect(200)
            },
        );
        slow.expect_problem(422, "template-too-slow");
        hungry.expect_problem(422, "template-too-large");
        drop(live);
        // The next one is printed as if nothing had been.
        let own = source(&admin, "receipt").await;
        let shown = admin.post("/templates/receipt/preview", json!({"source": own})).await.expect(200);
        assert_eq!(shown.header("content-type"), Some("application/pdf"));
    }

    async fn a_template_that_fails_with_a_real_dossier_gives_way_to_the_programs_own(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        let own = source(&admin, "receipt").await;
        let picky = own.replace("#head(data)", "#assert(data.applicant_name == \"Phạm Văn Ủy Quyền\")\n#head(data)");
        put(&admin, "receipt", &picky).await.expect(200);
        let ground = Ground {
            db: house.house.db.clone(),
            clock: house.house.clock.clone(),
            references: house.house.references.clone(),
        };
        let code = ground.take_in_async("TS", intake("1.003650", applicant("Người Khác"))).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let text = pdf(&counter, &format!("/dossiers/{code}/documents/receipt.pdf")).await.text();
        assert!(text.contains("Người Khác") && text.contains(&squeezed("GIẤY TIẾP NHẬN HỒ SƠ")), "{text}");
    }
}
