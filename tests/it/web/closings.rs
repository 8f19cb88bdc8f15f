//! Closing a period at a page: looked at first, closed once, and told apart from what changed since.

use crate::closing::over_http::april;
use diesel::RunQueryDsl as _;
use motcua::both;
use motcua::domain::role::Role;
use serde_json::json;

const MARCH: &str = "/chot-so-lieu/moi?from=01%2F03%2F2026&to=31%2F03%2F2026&report=rates&note=B%C3%A1o+c%C3%A1o+%3Cb%3Eth%C3%A1ng+3";

on_both! {
    async fn a_head_looks_at_figures_closes_them_and_later_sees_what_changed_and_why(db: TestDatabase) {
        let house = april(db).await;
        let head = house.surfer(Role::Head, Some("TS")).await;
        head.get("/chot-so-lieu").await.expect(200).says("Chưa chốt kỳ nào").says("/chot-so-lieu/moi");
        head.get("/chot-so-lieu/moi").await.expect(200).says_not("_sure");
        let page = head.get(MARCH).await.expect(200).says("Thủy sản").says("Giải quyết quá hạn").says("31/03/2026");
        let page = head.submit(&page, "/chot-so-lieu/moi", &[]).await.expect(422).says("id=\"sure-fault\"");
        head.get("/chot-so-lieu").await.expect(200).says("Chưa chốt kỳ nào");
        let done = head.submit(&page, "/chot-so-lieu/moi", &[("_sure", "yes")]).await.expect(303);
        let at = done.location().split('?').next().unwrap().to_owned();
        assert!(done.location().ends_with("?xong=period-closed"), "{}", done.location());
        let again = head.get(MARCH).await.expect(200);
        head.submit(&again, "/chot-so-lieu/moi", &[("_sure", "yes")]).await.expect(422).says("role=\"alert\"");
        head.get("/chot-so-lieu").await.expect(200).says(&at).says("&#60;b&#62;tháng 3").says_not("<b>tháng");
        let page = head.get(&at).await.expect(200).says("còn nguyên").says("Không có thay đổi").says("Nguyễn Thị Thử");
        for (format, kind) in [("csv", "text/csv; charset=utf-8"), ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), ("pdf", "application/pdf")] {
            let place = format!("{at}/tep.{format}");
            assert!(page.html.contains(&format!("href=\"{place}\"")), "{place}");
            assert_eq!(head.get(&place).await.expect(200).header("content-type"), Some(kind));
        }
        head.get(&format!("{at}/tep.doc")).await.expect(404);
        let other = house.surfer(Role::Head, Some("KL")).await;
        other.get(&format!("{at}/tep.csv")).await.expect(403);

        let code = "000.00.03.H29-260310-0001";
        house.it_is("2026-04-02 10:00");
        let api = house.sign_in(&head.username).await;
        let dossier = api.get(&format!("/dossiers/{code}")).await.expect(200);
        let due = dossier.body["due_on"].as_str().unwrap().to_owned();
        let correction = json!({"field": "resolved_at", "value": format!("{due}T10:00:00+07:00"), "reason": "Trả đúng ngày, nhập chậm"});
        api.act(&format!("/dossiers/{code}/corrections"), dossier.version(), correction).await.expect(200);
        head.sign_in(&head.username).await.expect(303);
        let page = head.get(&at).await.expect(200).says("còn nguyên").says(code).says("Trả đúng ngày, nhập chậm").says("Đính chính");
        page.says("0,00\u{a0}%").says("100,00\u{a0}%").says("Giải quyết quá hạn −1").says("Giải quyết đúng hạn +1");
    }

    async fn closings_are_seen_by_whom_they_are_of_and_made_by_head_and_office(db: TestDatabase) {
        let house = april(db).await;
        let office = house.surfer(Role::Office, None).await;
        let page = office.get(&MARCH.replace("rates", "ii06a")).await.expect(200).says("(10) Quá hạn");
        let done = office.submit(&page, "/chot-so-lieu/moi", &[("_sure", "yes")]).await.expect(303);
        let at = done.location().split('?').next().unwrap().to_owned();
        office.get(&at).await.expect(200).says("Toàn Sở").says("(8) Trước hạn");
        office.get("/chot-so-lieu?report=rates").await.expect(200).says("Chưa chốt kỳ nào");
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        counter.get("/chot-so-lieu").await.expect(200).says("Chưa chốt kỳ nào").says_not("/chot-so-lieu/moi");
        counter.get("/chot-so-lieu/moi").await.expect(403);
        counter.get(&at).await.expect(403);
        let own = house.surfer(Role::Head, Some("KL")).await;
        own.get(&format!("{MARCH}&branch_code=TS")).await.expect(403);
        own.get("/chot-so-lieu/moi?from=1%2F4%2F2026&to=h%C3%B4m+qua").await.expect(422).says("value=\"hôm qua\"");
        // Today is not over: seen, and refused with the entry kept.
        let page = own.get("/chot-so-lieu/moi?from=01%2F03%2F2026&to=01%2F04%2F2026&as_of=01%2F04%2F2026").await.expect(200);
        own.submit(&page, "/chot-so-lieu/moi", &[("_sure", "yes")]).await.expect(422).says("id=\"as_of-fault\"");
    }

    async fn a_closing_that_was_tampered_with_says_so_at_its_page(db: TestDatabase) {
        let house = april(db).await;
        let api = house.sign_in_as(Role::Office, None).await;
        let mut ids = Vec::new();
        for report in ["rates", "ii06a"] {
            let march = json!({"from": "2026-03-01", "to": "2026-03-31", "report": report});
            ids.push(api.post("/closings", march).await.expect(201).body["id"].as_str().unwrap().to_owned());
        }
        let office = house.surfer(Role::Office, None).await;
        for (sql, first, second) in [
            ("update closings set figures = replace(figures, '\"revised\":0', '\"revised\":7') where number = 1", Some("khớp mã băm"), None),
            ("update closings set figures = replace(figures, '\"revised\":7', '\"revised\":0'), note = 'khác' where number = 1", Some("không khớp niêm phong"), None),
            ("update closings set note = null, seal = 'x' where number = 1", Some("không khớp niêm phong"), Some("Không nối tiếp")),
        ] {
            house.write(move |tx| Ok(both!(tx, |c| diesel::sql_query(sql).execute(c))?)).await;
            for (id, said) in ids.iter().zip([first, second]) {
                let page = office.get(&format!("/chot-so-lieu/{id}")).await.expect(200);
                let told = api.get(&format!("/closings/{id}/verification")).await.expect(200).body;
                assert_eq!(told["intact"], said.is_none(), "{sql}: {told}");
                match said {
                    Some(words) => page.says(words).says("không còn như lúc chốt"),
                    None => page.says("còn nguyên"),
                };
            }
        }
    }
}
