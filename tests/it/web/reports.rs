//! The reports at one page: for any period, as tables and as files.

use crate::apology::Office;
use motcua::domain::role::Role;

/// Every link of the page that begins so.
fn links(html: &str, begins: &str) -> Vec<String> {
    let parts = html.split("href=\"").filter(|part| part.starts_with(begins));
    parts.map(|part| part.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&")).collect()
}

on_both! {
    async fn every_report_is_shown_as_a_table_and_comes_as_a_file(db: TestDatabase) {
        let office = Office::open(db).await;
        office.take_in("Nguyễn Văn An").await;
        let head = office.house.surfer(Role::Head, Some("TS")).await;
        let page = head.get("/bao-cao?ky=nam&nam=2026").await.expect(200)
            .says("Từ 01/01/2026 đến 31/12/2026.").says("Biểu II.06a").says("Liêm chính số liệu");
        let tables = links(&page.html, "/bao-cao?loai=");
        assert_eq!(tables.len(), 9, "{tables:?}");
        for table in &tables {
            let table = head.get(table).await.expect(200);
            table.says("id=\"bang\"").says_not("role=\"alert\"");
        }
        head.get(&tables[0]).await.says("TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT").says("Thủy sản").says("<tfoot>");
        let mut files = links(&page.html, "/bao-cao/");
        files.retain(|link| !link.starts_with("/bao-cao/dau-hieu"));
        assert_eq!(files.len(), 31, "three of each report, and four of the unit's own: {files:?}");
        for file in &files {
            let answer = head.get(file).await.expect(200);
            assert!(!answer.header("content-type").unwrap().contains("html"), "{file}");
        }
        head.get("/bao-cao/ii06a.doc?ky=nam").await.expect(404);
        head.get("/bao-cao/luong.csv?ky=nam").await.expect(404);
    }

    async fn the_numbers_of_a_table_lead_to_as_many_dossiers_as_they_say(db: TestDatabase) {
        let house = crate::report::over_http::march(db).await;
        let head = house.surfer(Role::Head, Some("TS")).await;
        let march = "/bao-cao?ky=tu-chon&from=01/03/2026&to=31/03/2026";
        for (report, least) in [("ii06a", 6), ("khoi-luong", 4), ("nguyen-nhan", 2), ("ton", 3)] {
            let page = head.get(&format!("{march}&loai={report}")).await.expect(200);
            let mut lists = 0;
            for link in page.html.split("href=\"").filter(|part| part.starts_with("/ket-qua/ho-so?") || part.starts_with("/bao-cao/ho-so?")) {
                let (place, rest) = link.split_once('"').unwrap();
                let place = place.replace("&#38;", "&").replace("&amp;", "&");
                let number = rest.split_once('>').unwrap().1.split('<').next().unwrap();
                let list = head.get(&place).await.expect(200);
                if number.parse::<u32>().is_ok() {
                    assert_eq!(list.says(&format!("{number} hồ sơ")).html.matches("class=\"code\"").count().to_string(), number, "{place}");
                    lists += 1;
                }
            }
            assert!(lists >= least, "only {lists} numbers of {report} lead anywhere");
        }
        head.get("/bao-cao/ho-so?loai=ton&age=over_90").await.expect(200).says("Tồn trên 90 ngày");
        head.get("/bao-cao/ho-so?loai=ton&age=%22%3E%3Cscript%3E").await.expect(422).says("role=\"alert\"").says_not("<script>");
        head.get("/bao-cao/ho-so?loai=nguyen-nhan&from=x").await.expect(422).says("role=\"alert\"");
        head.get("/bao-cao/ho-so?loai=ton&branch_code=KL").await.expect(403);
    }

    async fn a_report_of_dossiers_leads_to_each_of_them(db: TestDatabase) {
        let house = crate::report::over_http::march(db).await;
        let head = house.surfer(Role::Head, Some("TS")).await;
        let page = head.get("/bao-cao?ky=tu-chon&from=01/03/2026&to=31/03/2026&loai=qua-han").await.expect(200);
        let dossiers = links(&page.html, "/ho-so/000.");
        assert!(!dossiers.is_empty(), "{}", page.html);
        for dossier in dossiers {
            head.get(&dossier).await.expect(200);
        }
    }

    async fn the_period_is_the_one_that_was_chosen_and_a_wrong_one_is_told_beside_its_field(db: TestDatabase) {
        let office = Office::open(db).await;
        let head = office.house.surfer(Role::Head, Some("TS")).await;
        for (query, says) in [
            ("", "Từ 01/03/2026 đến 31/03/2026."),
            ("?ky=thang&nam=2024&so=2", "Từ 01/02/2024 đến 29/02/2024."),
            ("?ky=quy&nam=2025&so=4", "Từ 01/10/2025 đến 31/12/2025."),
            ("?ky=ky-thang&nam=2026&so=1", "Từ 15/12/2025 đến 14/01/2026."),
            ("?ky=ky-quy&nam=2026&so=1", "Từ 15/12/2025 đến 14/03/2026."),
            ("?ky=ky-6-thang&nam=2026", "Từ 15/12/2025 đến 14/06/2026."),
            ("?ky=tu-chon&from=02/03/2026&to=05/03/2026", "Từ 02/03/2026 đến 05/03/2026."),
            ("?from=2026-03-02&to=2026-03-05", "Từ 02/03/2026 đến 05/03/2026."),
        ] {
            head.get(&format!("/bao-cao{query}")).await.expect(200).says(says);
        }
        head.get("/bao-cao?ky=thang&nam=2026&so=13").await.expect(422).says("Tháng từ 1 đến 12").says("aria-invalid").says("value=\"13\"");
        head.get("/bao-cao?ky=nam&nam=abc").await.expect(422).says("bốn chữ số").says("value=\"abc\"");
        head.get("/bao-cao?loai=ii06a&ky=tu-chon&from=05/03/2026&to=02/03/2026").await.expect(422).says("aria-invalid");
        head.get("/bao-cao?loai=ii06a&ky=tu-chon&from=%3Cscript%3E&to=02/03/2026").await.expect(422).says_not("<script>");
        // A period that has not begun has no figures yet.
        head.get("/bao-cao?loai=ii06a&ky=nam&nam=2027").await.expect(422).says("role=\"alert\"");
    }

    async fn the_dossiers_behind_a_sign_are_listed_page_by_page(db: TestDatabase) {
        let office = Office::open(db).await;
        let mut codes = Vec::new();
        for n in 0..3 {
            codes.push(office.take_in(&format!("Người Thứ {n}")).await);
        }
        let by_whom = office.house.sign_in_as(Role::Head, Some("TS")).await;
        for code in &codes {
            let path = format!("/dossiers/{code}");
            let seen = by_whom.get(&path).await.expect(200).version();
            let asked = serde_json::json!({"new_due_on": "2026-03-20", "cause": "slow_handling", "reason": "Chờ kết quả kiểm nghiệm mẫu nước"});
            by_whom.act(&format!("{path}/reappointment"), seen, asked).await.expect(200);
        }
        let head = office.house.surfer(Role::Head, Some("TS")).await;
        let page = head.get("/bao-cao/dau-hieu?ky=thang").await.expect(200).says("Ghi lùi ngày").says("3 lần, xem hồ sơ");
        let list = links(&page.html, "/bao-cao/dau-hieu?indicator=reappointed").remove(0);
        let mut page = head.get(list.split('#').next().unwrap()).await.expect(200);
        for code in &codes {
            page = page.says(&format!("href=\"/ho-so/{code}\""));
        }
        let other = office.house.surfer(Role::Head, Some("KL")).await;
        other.get("/bao-cao/dau-hieu?ky=thang&indicator=reappointed").await.expect(200).says("Không có hồ sơ nào").says_not(&codes[0]);
        other.get("/bao-cao/dau-hieu?ky=thang&branch_code=TS").await.expect(403);
        head.get("/bao-cao/dau-hieu?ky=thang&so=13").await.expect(422);
        head.get("/bao-cao/dau-hieu?ky=tu-chon&from=05/03/2026&to=02/03/2026").await.expect(422).says("role=\"alert\"");
    }

    async fn the_department_sees_all_branches_and_a_branch_its_own(db: TestDatabase) {
        let office = Office::open(db).await;
        office.take_in("Nguyễn Văn An").await;
        let desk = office.house.surfer(Role::Office, None).await;
        let page = desk.get("/bao-cao?ky=nam").await.expect(200).says("Chọn một đơn vị để xem.");
        assert_eq!(links(&page.html, "/bao-cao?loai=").len(), 8, "the register is of one branch");
        desk.get("/bao-cao?ky=nam&loai=khoi-luong").await.expect(200).says(">TS<");
        desk.get("/bao-cao?ky=nam&loai=so&branch_code=TS").await.expect(200).says("Nguyễn Văn An");
        let other = office.house.surfer(Role::Head, Some("KL")).await;
        other.get("/bao-cao?ky=nam&loai=ton").await.expect(200).says("Không có số liệu trong kỳ này");
        other.get("/bao-cao?ky=nam&loai=ton&branch_code=TS").await.expect(403);
        // What is open is told as it stood at the end of the period, or stands today.
        desk.get("/bao-cao?ky=nam&loai=ton").await.expect(200).says("Tại ngày 10/03/2026").says(">TS<");
        let before = "/bao-cao?ky=tu-chon&from=01/03/2026&to=09/03/2026&loai=ton";
        desk.get(before).await.expect(200).says("Tại ngày 09/03/2026").says("Không có số liệu trong kỳ này");
        let open = desk.get("/bao-cao?ky=nam&loai=ton").await.expect(200);
        let (_, chart) = open.html.split_once("theo số ngày từ khi tiếp nhận</figcaption>").unwrap();
        let chart = chart.split("</figure>").next().unwrap();
        assert!(chart.contains(">Tồn 0–5 ngày</text>") && chart.contains(">1</text>"), "{chart}");
        assert_eq!((chart.matches("<rect").count(), chart.matches(">0</text>").count()), (7, 6), "{chart}");
        desk.get("/bao-cao?ky=nam&loai=ii06a").await.expect(200).says_not("<svg");
        // Or on any evening that is named.
        let on = "/bao-cao?ky=nam&as_of=09/03/2026";
        desk.get(&format!("{on}&loai=ton")).await.expect(200).says("Tại ngày 09/03/2026").says("value=\"09/03/2026\"");
        let late = desk.get(&format!("{on}&loai=qua-han")).await.expect(200).says("đang giải quyết quá hạn đến hết ngày 09/03/2026");
        assert!(links(&late.html, "/bao-cao/qua-han.").iter().all(|link| link.contains("as_of=2026-03-09")), "{}", late.html);
        desk.get("/bao-cao?ky=nam&as_of=01/01/2030&loai=qua-han").await.expect(422).says("id=\"as-of-fault\"");
        office.house.stranger().get("/bao-cao").await.expect(303);
    }
}
