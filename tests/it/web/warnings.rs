//! The early warning at its page: each kind with its words, from how many cases, and only to the branch.

use crate::support::ground::{Ground, applicant, intake};
use crate::warning::steps::{SLOW_AT_THE_COUNTER, STEP, past_through_step, to_step, with_steps};
use crate::warning::{SHORT, TODAY, house, past, with};
use motcua::domain::role::Role;
use motcua::warning::measure;

on_both! {
    async fn what_will_likely_be_late_says_why_and_from_how_many_cases(db: TestDatabase) {
        let ground = Ground::at(&db, TODAY);
        let taken: Vec<u32> = (0..40_u32).map(|n| match n % 4 { 0 => 2, 1 => 5, _ => 6 }).collect();
        past(&ground, &taken);
        ground.clock_to(TODAY);
        let new = ground.take_in("TS", intake(SHORT, applicant("Trần Văn Hai")));
        let before = house(&ground, db).await;
        let head = before.surfer(Role::Head, Some("TS")).await;
        head.get("/canh-bao").await.expect(200).says("chưa có lần tính nào");
        head.get("/canh-bao/thoi-gian").await.expect(200).says("Chưa tính lần nào");
        measure(&with(&ground, 6)).unwrap();
        let page = head.get("/canh-bao").await.expect(200).says(&new).says("có nguy cơ trễ").says("30/40 hồ sơ tương tự");
        page.says("theo 40 hồ sơ cùng thủ tục, cùng thời hạn").says("chưa ai nhận").says("còn 3 ngày làm việc").says_not("Trần Văn Hai");
        head.get("/canh-bao?loai=stuck").await.expect(200).says("Không có gì phải lo");
        head.get("/canh-bao?held_by=me").await.expect(200).says("Không có gì phải lo");
        head.get("/canh-bao/thoi-gian").await.expect(200).says(SHORT).says("3 ngày làm việc").says("tàu cá");
        let other = before.surfer(Role::Head, Some("KL")).await;
        other.get("/canh-bao").await.expect(200).says_not(&new);
        other.get("/canh-bao?branch_code=TS").await.expect(403);
        let office = before.surfer(Role::Office, None).await;
        office.get("/canh-bao?branch_code=TS&loai=likely_late").await.expect(200).says(&new).says("· TS");
    }

    async fn a_dossier_in_a_step_says_that_it_is_judged_from_there_and_by_how_many(db: TestDatabase) {
        let ground = Ground::at(&db, TODAY);
        with_steps(&ground);
        past_through_step(&ground, &SLOW_AT_THE_COUNTER);
        ground.clock_to(TODAY);
        measure(&with(&ground, 6)).unwrap();
        let code = ground.take_in("TS", intake(SHORT, applicant("Trần Văn Hai")));
        to_step(&ground, &code, STEP);
        let house = house(&ground, db).await;
        house.it_is("2026-03-12 16:00");
        let head = house.surfer(Role::Head, Some("TS")).await;
        let page = head.get("/canh-bao").await.expect(200).says(&code).says("0/20 hồ sơ tương tự").says_not("cùng thời hạn:");
        let page = page.says("tính từ bước “Thẩm định”, ngày 10/03/2026: đã 2 ngày làm việc");
        page.says("theo 40 hồ sơ cùng thủ tục, cùng thời hạn đã đến bước này: từ đó một nửa trong 1 ngày làm việc, 8 phần 10 trong 3");
        let page = head.get("/canh-bao/thoi-gian").await.expect(200).says("từ bước “Thẩm định”");
        page.says("tính từ khi hồ sơ đến bước đó lần đầu");
    }

    async fn what_is_overdue_and_stuck_says_since_when_and_who_holds_it(db: TestDatabase) {
        let ground = Ground::at(&db, TODAY);
        let late = ground.take_in("TS", intake(SHORT, applicant("Trần Văn Hai")));
        let house = house(&ground, db).await;
        let api = house.sign_in_as(Role::Head, Some("TS")).await;
        let dossier = api.get(&format!("/dossiers/{late}")).await.expect(200);
        let body = serde_json::json!({"to_officer": api.username});
        api.act(&format!("/dossiers/{late}/forwarding"), dossier.version(), body).await.expect(200);
        house.it_is("2026-03-17 09:00");
        let head = house.stranger();
        head.sign_in(&api.username).await.expect(303);
        let page = head.get("/canh-bao?held_by=me").await.expect(200).says(&late).says("quá hạn</span>").says("đứng yên</span>");
        page.says("quá 2 ngày làm việc").says("5 ngày làm việc không có diễn biến, từ 10/03/2026").says("Nguyễn Thị Thử").says("chưa đủ hồ sơ tương tự");
    }
}
