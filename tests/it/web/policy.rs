//! What a browser may do with a page, and what a page may load.

use crate::support::house::TestHouse;
use motcua::domain::role::Role;
use motcua::web::PAGES;
use std::path::Path;

on_both! {
    async fn every_page_forbids_what_it_does_not_use(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.surfer(Role::Admin, None).await;
        for (_, path) in PAGES.iter().filter(|(method, path)| *method == "get" && !path.contains('{')) {
            let page = admin.get(path).await;
            assert!([200, 303].contains(&page.status.as_u16()), "{path}: {} {}", page.status, page.html);
            let policy = page.header("content-security-policy").unwrap();
            assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{path}: {policy}");
            assert!(!policy.contains("unsafe"), "{path}: {policy}");
            assert_eq!(page.header("x-content-type-options"), Some("nosniff"), "{path}");
            assert_eq!(page.header("referrer-policy"), Some("same-origin"), "{path}");
            assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
            assert!(page.header("permissions-policy").is_some(), "{path}");
        }
    }

    async fn what_is_no_page_says_so_in_words_to_people_and_as_a_problem_to_programs(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        house.stranger().get("/khong-co").await.expect(404).says("<h1>").says("Không có trang nào ở địa chỉ này").says_not("/api/docs");
        house.nobody().get(&format!("{}/khong-co", house.origin)).await.expect_problem(404, "no-such-path");
        house.nobody().get("/khong-co").await.expect_problem(404, "no-such-path");
    }

    async fn no_page_brings_more_than_50_kb_of_script(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.surfer(Role::Admin, None).await;
        let mut weighed = 0;
        for (_, path) in PAGES.iter().filter(|(method, path)| *method == "get" && !path.contains('{')) {
            let page = admin.get(path).await.html;
            let mut bytes = 0;
            for script in page.split("<script").skip(1).filter_map(|tag| tag.split("src=\"").nth(1)?.split('"').next()) {
                let request = admin.request(reqwest::Method::GET, script).header("Accept-Encoding", "gzip");
                let answer = request.send().await.unwrap();
                assert_eq!(answer.headers()["content-encoding"], "gzip", "{script}");
                bytes += answer.bytes().await.unwrap().len();
                weighed += 1;
            }
            assert!(bytes < 50 * 1024, "{path} brings {bytes} bytes of script");
        }
        assert!(weighed > 20, "scripts were weighed");
    }

    async fn files_are_kept_for_a_year_under_the_fingerprint_of_what_they_hold(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let stranger = house.stranger();
        let page = stranger.get("/dang-nhap").await.expect(200);
        let mut files = 0;
        for address in page.html.split('"').filter(|part| part.starts_with("/static/")) {
            let file = stranger.get(address).await.expect(200);
            assert!(file.header("cache-control").unwrap().contains("immutable"), "{address}");
            let again = stranger.request(reqwest::Method::GET, address).header("If-None-Match", file.header("etag").unwrap());
            stranger.send(again).await.expect(304);
            let (_, name) = address.rsplit_once('/').unwrap();
            assert_eq!(stranger.get(&format!("/static/old/{name}")).await.expect(200).header("cache-control"), Some("no-cache"));
            files += 1;
        }
        assert!(files >= 5);
        stranger.get("/static/x/../Cargo.toml").await.expect(404);
        stranger.get("/static/x/nothing.js").await.expect(404);
    }
}

/// Everything under this folder, with its path.
fn each_file(folder: &Path, look: &mut impl FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_file(&path, look);
        } else if path.extension().is_some_and(|extension| extension == "html") {
            look(&path, &std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn no_template_has_a_script_or_style_of_its_own_or_loads_anything_from_elsewhere() {
    let mut looked = 0;
    each_file(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/pages"), &mut |path, text| {
        looked += 1;
        for forbidden in [
            " style=\"",
            "<style",
            " onclick=",
            " onchange=",
            " onsubmit=",
            "javascript:",
            "hx-on",
            "hx-vals='js",
            "src=\"http",
            "href=\"http",
            "//cdn",
        ] {
            assert!(!text.contains(forbidden), "{}: {forbidden}", path.display());
        }
        for script in text.split("<script").skip(1) {
            assert!(script.starts_with(" src=\""), "{}: a script inside of the page", path.display());
        }
        // Entries of people are never taken for markup: `|safe` is for attributes that the template itself gives.
        for at in text.match_indices("|safe").map(|(at, _)| at) {
            assert!(text[..at].ends_with("more"), "{}: |safe on something else", path.display());
        }
    });
    assert!(looked > 5);
}

#[test]
fn all_script_of_a_page_together_is_small() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
    let bytes: u64 =
        ["htmx.min.js", "app.js"].iter().map(|name| std::fs::metadata(root.join(name)).unwrap().len()).sum();
    // About a third of it travels: 18 kB as gzip.
    assert!(bytes < 100_000, "{bytes}");
}
