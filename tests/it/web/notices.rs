//! Notices at their page: one's own, whether they are wanted, and what failed.

use crate::notice::World;
use motcua::domain::role::Role;
use serde_json::json;

on_both! {
    async fn one_turns_the_digest_off_and_on_and_reads_what_was_sent(db: TestDatabase) {
        let world = World::open(db).await;
        let busy = world.house.sign_in_as(Role::Handler, Some("TS")).await;
        let surfer = world.house.stranger();
        surfer.sign_in(&busy.username).await.expect(303);
        surfer.get("/thu-nhac").await.expect(200).says("chưa có địa chỉ thư điện tử").says("Chưa có thư nào");
        world.set(busy.id, json!({"email": "can.bo@example.vn"})).await;
        let code = world.give("Nguyễn Thị Một", &busy).await;
        world.house.it_is("2026-03-10 16:00");
        let page = surfer.get("/thu-nhac").await.expect(200).says("Đang gửi đến can.bo@example.vn");
        surfer.submit(&page, "/thu-nhac", &[("digest", "off")]).await.expect_on_to("/thu-nhac?xong=digest-off");
        let page = surfer.get("/thu-nhac").await.expect(200).says("Đang tắt");
        surfer.submit(&page, "/thu-nhac", &[("digest", "on")]).await.expect_on_to("/thu-nhac?xong=digest-on");
        world.house.it_is("2026-03-16 08:00");
        world.work().await;
        surfer.sign_in(&busy.username).await.expect(303);
        let page = surfer.get("/thu-nhac").await.expect(200).says("Việc ngày 16/03/2026").says("đã gửi");
        let at = page.html.split("href=\"").find(|part| part.starts_with("/thu-nhac/")).unwrap().split('"').next().unwrap().to_owned();
        surfer.get(&at).await.expect(200).says(&code).says("N. T. Một").says_not("gui-lai");
        let other = world.house.surfer(Role::Handler, Some("TS")).await;
        other.get(&at).await.expect(404);
        other.get("/thu-nhac").await.expect(200).says_not("can.bo@example.vn");
    }

    async fn an_administrator_sees_what_failed_and_has_it_mailed_again(db: TestDatabase) {
        let mut world = World::open(db).await;
        let busy = world.reached(Role::Handler, Some("TS")).await;
        world.give("Nguyễn Thị Một", &busy).await;
        world.house.it_is("2026-03-16 08:00");
        world.sink.stop().await;
        world.work().await;
        world.house.it_is("2026-03-16 18:00");
        world.work().await;
        world.sink.start_again().await;
        let admin = world.house.surfer(Role::Admin, None).await;
        let page = admin.get("/thu-nhac?trang-thai=failed").await.expect(200).says("Chưa gửi được trong giờ làm việc");
        let at = page.html.split("href=\"").find(|part| part.starts_with("/thu-nhac/")).unwrap().split('"').next().unwrap().to_owned();
        let page = admin.get(&at).await.expect(200).says(&format!("{}@example.vn", busy.username));
        admin.submit(&page, &format!("{at}/gui-lai"), &[]).await.expect(303);
        world.work().await;
        admin.get(&at).await.expect(200).says("đã gửi").says_not("gui-lai");
        assert_eq!(world.sink.letters().len(), 1);
    }
}
