//! How each unit kept its own part of the way, at its page.

use crate::dossier::life::take_in;
use crate::support::house::TestHouse;
use motcua::domain::role::Role;
use serde_json::json;

on_both! {
    async fn each_part_is_shown_with_its_definition_apart_as_asked_and_comes_as_a_file(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let handler = house.sign_in_as(Role::Handler, Some("TS")).await;
        let taken = take_in(&counter, "1.003650", "Nguyễn Thị Một").await;
        let code = taken.body["code"].as_str().unwrap();
        let due = taken.body["due_on"].as_str().unwrap();
        // Kept at the counter until the due day, resolved on it.
        house.it_is(&format!("{due} 08:00"));
        let counter = house.sign_in(&counter.username).await;
        let forward = json!({"to_officer": handler.username});
        let passed = counter.act(&format!("/dossiers/{code}/forwarding"), taken.version(), forward).await.expect(200);
        let handler = house.sign_in(&handler.username).await;
        handler.act(&format!("/dossiers/{code}/result"), passed.version(), json!({"outcome": "granted"})).await.expect(200);

        let head = house.surfer(Role::Head, Some("TS")).await;
        head.get("/ket-qua").await.expect(200).says("/ket-qua/tung-khau?from=2026-01-01");
        head.get("/bao-cao").await.expect(200).says("/ket-qua/tung-khau?from=");
        let page = head.get("/ket-qua/tung-khau").await.expect(200)
            .says("Bộ phận một cửa").says("Cán bộ xử lý").says("50,00\u{a0}%").says("100,00\u{a0}%").says("Cách tính").says("trong ngày, hoặc ngày làm việc tiếp theo");
        assert_eq!(page.html.matches("<tr><td><strong>").count(), 2, "{}", page.html);
        page.says_not("name=\"branch_code\"");
        let apart = "/ket-qua/tung-khau?ky=thang&by=branch,procedure,officer&procedure_code=1.003650";
        head.get(apart).await.expect(200).says("Nguyễn Thị Thử").says("1.003650");
        head.get("/ket-qua/tung-khau?from=01/03/2026&to=01/03/2026").await.expect(200).says("Không có lượt xử lý nào");
        for (bad, says) in [
            ("from=05/03/2026&to=01/03/2026", "value=\"05/03/2026\""),
            ("from=%3Cb%3E&to=01/03/2026", "value=\"&#60;b&#62;\""),
            ("procedure_code=khong-co", "value=\"khong-co\""),
        ] {
            head.get(&format!("/ket-qua/tung-khau?{bad}")).await.expect(422).says("aria-invalid").says(says);
        }
        for (format, kind) in [("csv", "text/csv"), ("xlsx", "application/vnd"), ("pdf", "application/pdf")] {
            let file = head.get(&format!("/ket-qua/tung-khau.{format}?from=01/03/2026&to=31/03/2026&by=branch,officer")).await.expect(200);
            assert!(file.header("content-type").unwrap().starts_with(kind), "{format}");
        }
        head.get("/ket-qua/tung-khau.doc").await.expect(404);
        let other = house.surfer(Role::Head, Some("KL")).await;
        other.get("/ket-qua/tung-khau").await.expect(200).says("Không có lượt xử lý nào");
        other.get("/ket-qua/tung-khau?branch_code=TS").await.expect(403);
        let office = house.surfer(Role::Office, None).await;
        office.get("/ket-qua/tung-khau?branch_code=TS").await.expect(200).says("Bộ phận một cửa").says("name=\"branch_code\"");
        house.stranger().get("/ket-qua/tung-khau").await.expect(303);
    }
}
