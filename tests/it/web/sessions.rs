//! Signing in at the pages, and no longer being signed in.

use crate::support::house::{PASSWORD, TestHouse};
use motcua::domain::role::Role;
use motcua::http::Settings;

on_both! {
    async fn signing_in_leads_back_to_where_one_wanted_to_go_and_nowhere_else(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        house.officer("an", Role::Counter, Some("TS")).await;
        let stranger = house.stranger();
        let away = stranger.get("/phien?a=b").await.expect_on_to("/dang-nhap?ve=%2Fphien%3Fa%3Db");
        let page = stranger.get(away.location()).await.expect(200);
        let fields = [("username", "An"), ("password", PASSWORD)];
        stranger.submit(&page, "/dang-nhap", &fields).await.expect_on_to("/phien?a=b");
        stranger.get("/phien").await.expect(200).says("phiên này");

        for elsewhere in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
            let stranger = house.stranger();
            let page = stranger.get("/dang-nhap").await;
            let fields = [("username", "an"), ("password", PASSWORD), ("_back", elsewhere)];
            stranger.submit(&page, "/dang-nhap", &fields).await.expect_on_to("/");
        }
    }

    async fn a_wrong_password_is_said_and_not_kept_and_after_five_one_waits(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        house.officer("an", Role::Counter, Some("TS")).await;
        let stranger = house.stranger();
        for _ in 0..5 {
            let page = stranger.get("/dang-nhap").await;
            let fields = [("username", "an"), ("password", "không phải mật khẩu")];
            stranger.submit(&page, "/dang-nhap", &fields).await.expect(422)
                .says("role=\"alert\"").says("value=\"an\"").says_not("không phải mật khẩu");
        }
        let page = stranger.get("/dang-nhap").await;
        let fields = [("username", "an"), ("password", PASSWORD)];
        stranger.submit(&page, "/dang-nhap", &fields).await.expect(422);
    }

    async fn a_session_that_was_ended_elsewhere_is_over_at_once(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let here = house.surfer(Role::Counter, Some("TS")).await;
        let there = house.stranger();
        there.sign_in(&here.username).await.expect(303);
        there.get("/phien").await.expect(200);
        let page = here.get("/phien").await.expect(200);
        here.submit(&page, "/phien/ket-thuc-het", &[]).await.expect_on_to("/phien?xong=sessions-ended");
        there.get("/phien").await.expect_on_to("/dang-nhap?ve=%2Fphien");
        here.get("/phien?xong=sessions-ended").await.expect(200).says("Đã đăng xuất ở mọi nơi khác.");
    }

    async fn one_session_is_ended_and_nobody_elses(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let here = house.surfer(Role::Counter, Some("TS")).await;
        let other = house.surfer(Role::Counter, Some("TS")).await;
        let there = house.stranger();
        there.sign_in(&here.username).await.expect(303);
        let page = here.get("/phien").await.expect(200);
        here.submit(&page, "/phien/ket-thuc", &[]).await.expect_on_to("/phien?xong=session-ended");
        there.get("/phien").await.expect(303);
        let id = page.hidden("/phien/ket-thuc").into_iter().find(|(name, _)| name == "id").unwrap().1;
        let page = other.get("/phien").await.expect(200);
        let token = page.hidden("/phien/ket-thuc-het").into_iter().find(|(name, _)| name == "_csrf").unwrap().1;
        other.post("/phien/ket-thuc", &[("_csrf", &token), ("id", &id)]).await.expect(404);
    }

    async fn a_new_password_ends_all_other_sessions(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let here = house.surfer(Role::Counter, Some("TS")).await;
        let there = house.stranger();
        there.sign_in(&here.username).await.expect(303);
        let page = here.get("/mat-khau").await.expect(200);
        let wrong = [("old", "sai"), ("new", "một mật khẩu khác"), ("_again", "một mật khẩu khác")];
        here.submit(&page, "/mat-khau", &wrong).await.expect(422).says("id=\"old-fault\"");
        let apart = [("old", PASSWORD), ("new", "một mật khẩu khác"), ("_again", "một mật khẩu khác nữa")];
        here.submit(&page, "/mat-khau", &apart).await.expect(422).says("Hai lần nhập không giống nhau");
        let right = [("old", PASSWORD), ("new", "một mật khẩu khác"), ("_again", "một mật khẩu khác")];
        here.submit(&page, "/mat-khau", &right).await.expect_on_to("/mat-khau?xong=password-changed");
        here.get("/phien").await.expect(200);
        there.get("/phien").await.expect(303);
    }

    async fn after_a_working_day_one_signs_in_again(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let surfer = house.surfer(Role::Counter, Some("TS")).await;
        house.it_is("2026-03-10 20:59");
        surfer.get("/phien").await.expect(200);
        house.it_is("2026-03-10 21:00");
        surfer.get("/phien").await.expect(303);
    }

    async fn cookies_are_for_no_script_and_over_tls_for_tls_only(db: TestDatabase) {
        let settings = Settings { https: true, ..Settings::default() };
        let house = TestHouse::open_with(db, settings, motcua::account::Settings::default()).await;
        house.officer("an", Role::Counter, Some("TS")).await;
        let stranger = house.stranger();
        let page = stranger.sign_in("an").await.expect(303);
        let cookie = page.cookies.iter().find(|cookie| cookie.starts_with("__Host-motcua=")).unwrap();
        for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
        assert!(stranger.cookie("__Host-motcua-entry").is_none(), "the entry has served its purpose");
        stranger.get("/phien").await.expect(200);
    }

    async fn language_and_theme_are_chosen_and_kept_by_the_browser(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let surfer = house.surfer(Role::Counter, Some("TS")).await;
        let page = surfer.get("/phien").await.expect(200).says("lang=\"vi\"").says_not("data-bs-theme");
        let chosen = surfer.submit(&page, "/giao-dien", &[("lang", "en")]).await.expect_on_to("/phien");
        assert!(chosen.cookies[0].contains("HttpOnly"));
        surfer.submit(&page, "/giao-dien", &[("theme", "dark")]).await.expect_on_to("/phien");
        surfer.get("/phien").await.expect(200).says("<html lang=\"en\" data-bs-theme=\"dark\">").says("Sessions");
        surfer.submit(&page, "/giao-dien", &[("theme", "\"><script>"), ("lang", "x")]).await.expect(303);
        surfer.get("/phien").await.expect(200).says("<html lang=\"en\" data-bs-theme=\"dark\">");
    }
}
