//! No request without the token of its session changes anything, and no page is open that is not listed.

use crate::support::house::TestHouse;
use motcua::domain::role::Role;
use motcua::web::{OPEN, PAGES};
use reqwest::Method;

fn filled(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect::<Vec<_>>().join("/")
}

on_both! {
    async fn every_page_that_is_not_listed_as_open_sends_strangers_to_sign_in(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let mut open = Vec::new();
        for (method, path) in PAGES {
            let stranger = house.stranger();
            let entry = stranger.get("/dang-nhap").await.expect(200);
            let token = entry.hidden("/dang-nhap").into_iter().find(|(name, _)| name == "_csrf").unwrap().1;
            let page = match *method {
                "get" => stranger.get(&filled(path)).await,
                _ => stranger.post(&filled(path), &[("_csrf", &token)]).await,
            };
            let sent_away = page.status == 303 && page.location().starts_with("/dang-nhap")
                && !page.location().contains("xong=signed-out");
            if !sent_away {
                open.push((*method, *path));
            }
        }
        assert_eq!(open, OPEN);
    }

    async fn no_form_is_taken_without_the_token_of_its_session(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let (head, other) = (house.surfer(Role::Admin, None).await, house.surfer(Role::Admin, None).await);
        let page = other.get("/mat-khau").await.expect(200);
        let others = page.hidden("/mat-khau").into_iter().find(|(name, _)| name == "_csrf").unwrap().1;
        let mut walked = 0;
        for (method, path) in PAGES.iter().filter(|(method, _)| *method != "get") {
            assert_eq!(*method, "post", "forms can send nothing else");
            let path = filled(path);
            for token in ["", "x", others.as_str()] {
                head.post(&path, &[("_csrf", token)]).await.expect(403).says("Biểu mẫu không còn hiệu lực");
            }
            head.send(head.request(Method::POST, &path)).await.expect(403);
            walked += 1;
        }
        assert!(walked > 3);
        head.get("/phien").await.expect(200);
    }

    async fn a_form_that_another_site_sends_is_refused_even_with_the_token(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.surfer(Role::Admin, None).await;
        let page = admin.get("/phien").await.expect(200);
        let token = page.hidden("/phien/ket-thuc-het").into_iter().find(|(name, _)| name == "_csrf").unwrap().1;
        for (name, value) in [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site"), ("Origin", "null")] {
            let request = admin.posting("/dang-xuat", &[("_csrf", &token)]).header(name, value);
            admin.send(request).await.expect(403);
        }
        admin.get("/phien").await.expect(200);
        let request = admin.posting("/dang-xuat", &[("_csrf", &token)]).header("Origin", &admin.origin);
        admin.send(request).await.expect_on_to("/dang-nhap?xong=signed-out");
    }

    async fn a_cookie_opens_no_door_of_the_api_and_a_token_none_of_the_pages(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let surfer = house.surfer(Role::Admin, None).await;
        surfer.get("/api/v1/officers").await.expect(401);
        let person = house.sign_in_as(Role::Admin, None).await;
        let request = person.request(Method::GET, &format!("{}/phien", house.origin)).header("Accept", "text/html");
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let answer = client.execute(request.build().unwrap()).await.unwrap();
        assert_eq!(answer.status(), 303);
    }
}
