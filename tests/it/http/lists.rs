//! Lists by pages.

use crate::support::house::TestHouse;
use motcua::domain::role::Role;

on_both! {
    async fn pages_follow_one_another_until_there_is_no_next(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        for n in 0..6 {
            house.officer(&format!("an.{n}"), Role::Office, None).await;
        }
        let (mut names, mut address) = (Vec::new(), "/officers?limit=3".to_owned());
        for expected in [3, 3, 1] {
            let page = admin.get(&address).await.expect(200);
            assert!(page.body.get("count").is_none(), "nobody asked for it");
            let items = page.body["items"].as_array().unwrap();
            assert_eq!(items.len(), expected);
            names.extend(items.iter().map(|item| item["username"].as_str().unwrap().to_owned()));
            match page.body["next"].as_str() {
                Some(next) => address = format!("/officers?limit=3&cursor={next}"),
                None => assert_eq!(names.len(), 7, "the last page has no next"),
            }
        }
        let mut sorted = names.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(names, sorted);
    }

    async fn a_page_has_fifty_items_unless_asked_and_two_hundred_at_most(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.sign_in_as(Role::Admin, None).await;
        for n in 0..50 {
            house.officer(&format!("an.{n}"), Role::Office, None).await;
        }
        let page = admin.get("/officers?count=true").await.expect(200);
        assert_eq!(page.body["items"].as_array().unwrap().len(), 50);
        assert_eq!(page.body["count"], 51);
        assert!(admin.get("/officers?limit=200").await.expect(200).body["next"].is_null());
        admin.get("/officers?limit=201").await.expect_faults(&["/query/limit too-many"]);
        admin.get("/officers?limit=0").await.expect_faults(&["/query/limit out-of-range"]);
        admin.get("/officers?limit=many").await.expect_faults(&["/query/limit wrong-type"]);
        admin.get("/officers?cursor=abc").await.expect_faults(&["/query/cursor bad-cursor"]);
    }
}
