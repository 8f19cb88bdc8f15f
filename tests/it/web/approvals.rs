//! Many letters signed with one act at the pages, without scripts.

use crate::apology::{BOAT, Office};
use crate::approvals::{drafts, work};
use crate::support::ground::{applicant, intake};
use motcua::domain::people::Applicant;
use motcua::domain::role::Role;

/// The ticked boxes of the page.
fn ticked(html: &str) -> Vec<String> {
    let boxes = html.split("name=\"letter\" value=\"").skip(1);
    boxes
        .filter(|rest| rest[..rest.find('>').unwrap()].contains(" checked"))
        .map(|rest| rest[..rest.find('"').unwrap()].to_owned())
        .collect()
}

on_both! {
    async fn all_that_wait_are_signed_watched_and_told_of(db: TestDatabase) {
        let office = Office::open(db).await;
        let mut people = vec![applicant("Nguyễn Văn Một"), applicant("Trần Thị Hai")];
        people.push(Applicant { email: None, ..applicant("Lê Văn Ba") });
        let drafts = drafts(&office, people).await;
        let head = office.house.surfer(Role::Head, Some("TS")).await;
        head.get("/xin-loi").await.expect(200).says("href=\"/xin-loi/ky-nhieu\"").says("Ký mọi thư đang chờ");
        let page = head.get("/xin-loi/ky-nhieu").await.expect(200).says("3 trên 3 bản nháp").says("Chưa có lần nào");
        let boxes = ticked(&page.html);
        assert_eq!(boxes.len(), 3, "{}", page.html);
        head.submit(&page, "/xin-loi/ky-nhieu", &[]).await.expect_on_to("/xin-loi/ky-nhieu?xong=nothing-ticked");
        // Since the page was seen one of them has changed.
        let path = format!("/apologies/{}", drafts[1]["id"].as_str().unwrap());
        let change = serde_json::json!({"new_due_on": "2026-03-24"});
        office.head.patch(&path, drafts[1]["version"].as_u64().unwrap(), change).await.expect(200);
        let letters: Vec<(&str, &str)> = boxes.iter().map(|one| ("letter", one.as_str())).collect();
        let place = head.submit(&page, "/xin-loi/ky-nhieu", &letters).await.expect(303).location().to_owned();
        head.get(&place).await.expect(200).says("Đang ký").says("hx-trigger=\"every 1s\"").says("Đã xử lý 0 trên 3 thư").says("Chờ đến lượt");
        let again = head.get("/xin-loi/ky-nhieu").await.expect(200).says(&place);
        // The one that has changed is another by now.
        let unchanged = boxes.iter().find(|one| !one.starts_with(drafts[1]["id"].as_str().unwrap())).unwrap();
        let refused = head.submit(&again, "/xin-loi/ky-nhieu", &[("letter", unchanged)]).await.expect(422).says("Đang ký các thư của lần trước");
        assert_eq!(ticked(&refused.html), [unchanged.as_str()], "the ticks stay");
        work(&office.house).await;
        // Whoever left the page finds it as it is.
        head.get("/xin-loi/ky-nhieu").await.expect(200).says("Đã xong").says(&place).says("1 trên 1 bản nháp").says_not("Mở thư còn thiếu");
        head.get(&place).await.expect(200).says_not("every 1s").says("2 trên 3")
            .says("01/PXL-CCTS").says("02/PXL-CCTS").says("chờ trao giấy").says("Dữ liệu đã thay đổi");
        let code = drafts[1]["dossier_code"].as_str().unwrap();
        head.get(&format!("{place}?ket-qua=approved")).await.expect(200).says_not(code);
        head.get(&format!("{place}?ket-qua=refused")).await.expect(200).says(code);
        let part = head.request(reqwest::Method::GET, &place).header("HX-Request", "true");
        head.send(part).await.expect(200).says("id=\"standing\"").says_not("<html");
    }

    async fn it_is_stopped_at_its_page_and_seen_by_the_branch_alone(db: TestDatabase) {
        let office = Office::open(db).await;
        let drafts = drafts(&office, vec![applicant("Nguyễn Văn Một")]).await;
        // One that nobody has given a cause cannot be ticked.
        office.house.it_is("2026-03-10 10:00");
        let ground = crate::support::ground::Ground {
            db: office.house.house.db.clone(),
            clock: office.house.house.clock.clone(),
            references: office.house.house.references.clone(),
        };
        let bare = ground.take_in_async("TS", intake(BOAT, applicant("Trần Thị Hai"))).await;
        office.house.it_is("2026-03-12 10:00");
        office.work().await;
        let head = office.house.surfer(Role::Head, Some("TS")).await;
        let page = head.get("/xin-loi/ky-nhieu").await.expect(200).says("1 trên 2 bản nháp").says(&bare).says("Mở thư còn thiếu");
        let boxes = ticked(&page.html);
        assert_eq!(boxes.len(), 1);
        let place = head.submit(&page, "/xin-loi/ky-nhieu", &[("letter", &boxes[0])]).await.expect(303).location().to_owned();
        let counter = office.house.surfer(Role::Counter, Some("TS")).await;
        counter.get(&place).await.expect(200).says_not("/dung\"");
        counter.get("/xin-loi/ky-nhieu").await.expect(200).says(&place).says_not("name=\"letter\"");
        let other = office.house.surfer(Role::Head, Some("KL")).await;
        other.get(&place).await.expect(403);
        other.get("/xin-loi/ky-nhieu").await.expect(200).says_not(&place).says("Không có bản nháp nào chờ ký");
        let working = head.get(&place).await.expect(200);
        head.submit(&working, &format!("{place}/dung"), &[]).await.expect_on_to(&format!("{place}?xong=approvals-stopped"));
        work(&office.house).await;
        let done = head.get(&place).await.expect(200).says("Đã dừng giữa chừng").says("Chưa ký, vẫn là bản nháp");
        head.post(&format!("{place}/dung"), &[("_csrf", &done.token())]).await.expect_on_to(&place);
        assert_eq!(office.head.get(&format!("/apologies/{}", drafts[0]["id"].as_str().unwrap())).await.expect(200).body["status"], "draft");
        head.get("/xin-loi/ky-nhieu/01900000-0000-7000-8000-000000000000").await.expect(404);
    }
}
