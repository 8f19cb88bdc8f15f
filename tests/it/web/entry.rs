//! What was entered into a form while its session ended is not done and not lost.

use super::counter::{intake, take_in};
use crate::support::browser::{Browser, key};
use crate::support::database::{Kind, fresh};
use crate::support::house::{PASSWORD, TestHouse};
use crate::support::surfer::{Page, Surfer};
use motcua::domain::role::Role;
use motcua::web::entry::SECRET;
use motcua::web::{OPEN, PAGES};
use reqwest::Method;
use std::path::Path;

const HOSTILE: &str = "\"></form><script>alert('1')</script>&amp;<img src=x onerror=alert(1)>";

/// The session of this browser is ended from another one.
async fn end_session_of(house: &TestHouse, surfer: &Surfer) {
    let elsewhere = house.stranger();
    elsewhere.sign_in(&surfer.username).await.expect(303);
    let page = elsewhere.get("/phien").await.expect(200);
    elsewhere.submit(&page, "/phien/ket-thuc-het", &[]).await.expect(303);
}

fn sign_in(username: &str) -> [(&str, &str); 2] {
    [("_in_name", username), ("_in_password", PASSWORD)]
}

/// How many dossiers there are.
async fn dossiers(house: &TestHouse) -> usize {
    let office = house.sign_in_as(Role::Office, None).await;
    office.get("/dossiers?limit=100").await.expect(200).body["items"].as_array().unwrap().len()
}

fn hidden<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value)
}

/// Says that nothing was done, and asks to sign in.
trait Stopped {
    fn says_that_nothing_was_saved(self) -> Self;
}

impl Stopped for Page {
    #[track_caller]
    fn says_that_nothing_was_saved(self) -> Self {
        self.says("Chưa có gì được lưu.").says("role=\"alert\"")
    }
}

on_both! {
    async fn an_entry_outlives_its_session_and_is_sent_once_and_only_by_hand(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await.like_a_browser();
        let page = counter.get("/tiep-nhan").await.expect(200);
        let own_key = hidden(&page.hidden("/tiep-nhan"), "_key").to_owned();
        end_session_of(&house, &counter).await;

        let fields = intake("Nguyễn Văn An", "0901234512");
        let stopped = counter.submit(&page, "/tiep-nhan", &fields).await.expect(401).says_that_nothing_was_saved()
            .says("Phiên làm việc đã kết thúc").says("autofocus");
        let carried = stopped.hidden("/tiep-nhan");
        for (name, value) in &fields {
            assert_eq!(hidden(&carried, name), *value, "{name}");
        }
        assert_eq!(hidden(&carried, "_key"), own_key);

        let wrong = [("_in_name", counter.username.as_str()), ("_in_password", "không phải mật khẩu")];
        let stopped = counter.submit(&stopped, "/tiep-nhan", &wrong).await.expect(401).says_that_nothing_was_saved()
            .says(&format!("value=\"{}\"", counter.username)).says_not("không phải mật khẩu");
        assert_eq!(hidden(&stopped.hidden("/tiep-nhan"), "applicant/name"), "Nguyễn Văn An");

        let back = counter.submit(&stopped, "/tiep-nhan", &sign_in(&counter.username)).await.expect(422)
            .says("Chưa gửi.").says("sẽ đứng tên Nguyễn Thị Thử").says("id=\"intake\"").says("value=\"Nguyễn Văn An\"")
            .says("Đơn đề nghị\nBản sao hợp đồng").says_not(PASSWORD).says_not("_in_password");
        assert!(back.cookies.iter().any(|cookie| cookie.starts_with("motcua=") && cookie.contains("HttpOnly")), "{:?}", back.cookies);
        assert_eq!(hidden(&back.hidden("/tiep-nhan"), "_key"), own_key, "a repetition is known by it");
        assert_eq!(dossiers(&house).await, 0, "nothing is sent by itself");

        counter.submit(&back, "/tiep-nhan", &fields).await.expect(303);
        assert_eq!(dossiers(&house).await, 1);
        counter.get("/hom-nay").await.expect(200).says("Nguyễn Văn An");
    }

    async fn an_entry_that_had_been_done_makes_no_second_dossier(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await.like_a_browser();
        let page = counter.get("/tiep-nhan").await.expect(200);
        let fields = intake("Nguyễn Văn An", "0901234512");
        let first = counter.submit(&page, "/tiep-nhan", &fields).await.expect(303);
        end_session_of(&house, &counter).await;
        // The answer never arrived, so it is sent once more.
        let stopped = counter.submit(&page, "/tiep-nhan", &fields).await.expect(401);
        let back = counter.submit(&stopped, "/tiep-nhan", &sign_in(&counter.username)).await.expect(422);
        let again = counter.submit(&back, "/tiep-nhan", &fields).await.expect(303);
        assert_eq!(again.location(), first.location());
        assert_eq!(dossiers(&house).await, 1);
    }

    async fn an_entry_that_a_colleague_sends_on_makes_no_second_dossier(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await.like_a_browser();
        let page = counter.get("/tiep-nhan").await.expect(200);
        let fields = intake("Nguyễn Văn An", "0901234512");
        let first = counter.submit(&page, "/tiep-nhan", &fields).await.expect(303);
        end_session_of(&house, &counter).await;
        // The answer never arrived; the colleague who has come to this desk sends it once more, in the own name.
        let other = house.new_name(Role::Head);
        house.officer(&other, Role::Head, Some("TS")).await;
        let stopped = counter.submit(&page, "/tiep-nhan", &fields).await.expect(401);
        let back = counter.submit(&stopped, "/tiep-nhan", &sign_in(&other)).await.expect(422);
        let mut changed = fields.clone();
        changed.push(("request_summary", "Cấp mới"));
        let again = counter.submit(&back, "/tiep-nhan", &changed).await.expect(303);
        assert_eq!(again.location(), first.location().replace("xong=taken-in", "xong=made-before"));
        counter.get(again.location()).await.expect(200).says("Nội dung này đã được gửi trước đó").says_not("Đã tiếp nhận hồ sơ.");
        assert_eq!(dossiers(&house).await, 1);
    }

    async fn an_act_on_a_dossier_comes_back_in_its_own_form(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let head = house.surfer(Role::Head, Some("TS")).await.like_a_browser();
        let code = take_in(&house.surfer(Role::Counter, Some("TS")).await, "Nguyễn Văn An", "0901234512").await;
        let action = format!("/ho-so/{code}/viec/yeu-cau-bo-sung");
        let page = head.get(&format!("/ho-so/{code}")).await.expect(200);
        end_session_of(&house, &head).await;
        let reason = ("reason", "Thiếu bản vẽ <mặt bằng> & \"sơ đồ\"");
        let stopped = head.submit(&page, &action, &[reason, ("items", "Bản vẽ\nSơ đồ")]).await.expect(401);
        let back = head.submit(&stopped, &action, &sign_in(&head.username)).await.expect(422)
            .says("Chưa gửi.").says("Thiếu bản vẽ &#60;mặt bằng&#62; &#38; &#34;sơ đồ&#34;</textarea>").says("Bản vẽ\nSơ đồ</textarea>");
        head.get(&format!("/ho-so/{code}")).await.expect(200).says_not("Thiếu bản vẽ");
        head.submit(&back, &action, &[reason, ("items", "Bản vẽ\nSơ đồ")]).await.expect(303);
        head.get(&format!("/ho-so/{code}")).await.expect(200).says("Thiếu bản vẽ");
    }

    async fn what_was_chosen_for_many_dossiers_comes_back_chosen(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let head = house.surfer(Role::Head, Some("TS")).await.like_a_browser();
        let code = take_in(&house.surfer(Role::Counter, Some("TS")).await, "Nguyễn Văn An", "0901234512").await;
        let page = head.get("/hom-nay").await.expect(200);
        end_session_of(&house, &head).await;
        let pick = page.html.split("name=\"pick\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert!(pick.starts_with(&code), "{pick}");
        let fields = [("pick", pick.as_str()), ("_act", "supplement"), ("supplement/items", "Bản vẽ"), ("supplement/reason", "Thiếu bản vẽ")];
        let stopped = head.submit(&page, "/hom-nay", &fields).await.expect(401);
        let back = head.submit(&stopped, "/hom-nay", &sign_in(&head.username)).await.expect(422).says("Chưa gửi.")
            .says(&format!("value=\"{pick}\" aria-label=\"{code}\" checked")).says("value=\"Thiếu bản vẽ\"");
        head.submit(&back, "/hom-nay", &fields).await.expect(200).says("Đã làm 1 trên 1 hồ sơ.");
    }

    async fn who_signed_in_meanwhile_is_told_in_whose_name_it_would_be(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await.like_a_browser();
        let page = counter.get("/tiep-nhan").await.expect(200);
        let other = house.new_name(Role::Head);
        house.officer(&other, Role::Head, Some("TS")).await;
        // The same browser, another tab.
        counter.get("/hom-nay").await.expect(200);
        let tab = counter.get("/hom-nay").await.expect(200);
        counter.submit(&tab, "/dang-xuat", &[]).await.expect(303);
        counter.sign_in(&other).await.expect(303);

        let fields = intake("Nguyễn Văn An", "0901234512");
        let stopped = counter.submit(&page, "/tiep-nhan", &fields).await.expect(403).says_that_nothing_was_saved()
            .says("Hệ thống không biết ai đã nhập nội dung này").says("Mở lại biểu mẫu dưới tên Nguyễn Thị Thử")
            .says_not("name=\"_in_password\"");
        let back = counter.submit(&stopped, "/tiep-nhan", &[]).await.expect(422)
            .says("hệ thống không biết ai đã nhập").says("value=\"Nguyễn Văn An\"");
        assert_eq!(dossiers(&house).await, 0);
        counter.submit(&back, "/tiep-nhan", &fields).await.expect(303);
        assert_eq!(dossiers(&house).await, 1);
    }

    async fn nothing_is_carried_for_another_site_or_for_who_does_not_say(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let stranger = house.stranger();
        let fields = [("applicant/name", "Nội dung lạ"), ("_carried", "yes"), ("_in_name", counter.username.as_str()), ("_in_password", PASSWORD)];
        for surfer in [&counter, &stranger] {
            for headers in [
                vec![],
                vec![("Origin", "https://evil.example")],
                vec![("Origin", "https://evil.example"), ("Sec-Fetch-Site", "same-origin")],
                vec![("Sec-Fetch-Site", "cross-site")],
                vec![("Sec-Fetch-Site", "same-site")],
                vec![("Origin", "null")],
            ] {
                let mut request = surfer.posting("/tiep-nhan", &fields);
                for (name, value) in &headers {
                    request = request.header(*name, *value);
                }
                let page = surfer.send(request).await.expect(403).says("Biểu mẫu không còn hiệu lực").says_not("Nội dung lạ");
                assert!(!page.cookies.iter().any(|cookie| cookie.starts_with("motcua=")), "{headers:?}");
            }
        }
        // Nor to where no entry belongs, whatever the address says.
        let here = house.stranger().like_a_browser();
        for path in ["/dang-nhap", "/dang-xuat", "/giao-dien", "/khong-co", "//evil.example/tiep-nhan", "/tra-cuu"] {
            let page = here.post(path, &fields).await.says_not("Nội dung lạ");
            assert!([403, 404].contains(&page.status.as_u16()), "{path}: {}", page.status);
        }
        // Signing in with an entry needs the token that was given with it.
        let page = here.post("/tiep-nhan", &fields).await.expect(401);
        assert!(!page.cookies.iter().any(|cookie| cookie.starts_with("motcua=")), "{:?}", page.cookies);
    }

    async fn a_hostile_entry_is_text_all_the_way(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await.like_a_browser();
        let page = counter.get("/tiep-nhan").await.expect(200);
        end_session_of(&house, &counter).await;
        let fields = [("applicant/name", HOSTILE), (HOSTILE, HOSTILE), ("action", "https://evil.example/"), ("_left_out", HOSTILE), ("_key", HOSTILE)];
        let sent = format!("/tiep-nhan?{}", "a=%22%3E%3Cscript%3E");
        let mut all = page.hidden("/tiep-nhan");
        all.retain(|(name, _)| name != "_key");
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(fields).collect();
        let stopped = counter.post(&sent, &all).await.expect(401).says_not("<script>alert").says_not("<img src=x").says_not("\"><script>");
        assert!(stopped.header("content-security-policy").unwrap().contains("form-action 'self'"));
        let carried = stopped.hidden(&sent);
        for name in ["applicant/name", HOSTILE, "_key"] {
            assert_eq!(hidden(&carried, name), HOSTILE, "as it was typed");
        }
        // No page shows a field of that name: it is read on a page of its own, as text, and sent from there.
        let back = counter.submit(&stopped, &sent, &sign_in(&counter.username)).await.expect(422)
            .says_not("<script>alert").says_not("<img src=x").says("Gửi dưới tên Nguyễn Thị Thử");
        assert_eq!(hidden(&back.hidden(&sent), "applicant/name"), HOSTILE);
        assert_eq!(dossiers(&house).await, 0);
    }

    async fn a_file_is_not_carried_and_must_be_chosen_again(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.surfer(Role::Admin, None).await.like_a_browser();
        let page = admin.get("/nhap-so").await.expect(200);
        // Signed in anew: the form is of the session before.
        let other = house.new_name(Role::Admin);
        house.officer(&other, Role::Admin, None).await;
        let tab = admin.get("/hom-nay").await;
        admin.submit(&tab, "/dang-xuat", &[]).await.expect(303);
        let file = || ("file", "so.csv", b"branch_code,nothing\nTS,bi mat".to_vec());
        let stopped = admin.submit_file(&page, "/nhap-so", file()).await.expect(401).says_that_nothing_was_saved()
            .says("Tệp đã chọn không được giữ").says_not("bi mat");
        admin.submit(&stopped, "/nhap-so", &sign_in(&other)).await.expect(422)
            .says("Tệp đã chọn không được giữ").says("type=\"file\"").says("Chưa gửi.");
        let stopped = admin.submit_file(&page, "/nhap-so", file()).await.expect(403).says("Tệp đã chọn không được giữ");
        admin.submit(&stopped, "/nhap-so", &[]).await.expect(422).says("Tệp đã chọn không được giữ").says("type=\"file\"");
        admin.get("/nhap-so").await.expect(200).says_not("so.csv");
        // More than any file may be is not read to its end.
        let large = ("file", "so.csv", vec![b'a'; 17 * 1024 * 1024]);
        let stranger = house.stranger().like_a_browser();
        stranger.post_file("/nhap-so", &[], large).await.expect(413);
    }

    async fn passwords_are_not_carried(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.surfer(Role::Admin, None).await.like_a_browser();
        let page = admin.get("/tai-khoan/moi").await.expect(200);
        end_session_of(&house, &admin).await;
        let fields = [("username", "lan"), ("full_name", "Trần Thị Lan"), ("role", "admin"), ("password", "một mật khẩu dài")];
        let stopped = admin.submit(&page, "/tai-khoan/moi", &fields).await.expect(401)
            .says("Mật khẩu đã nhập không được giữ").says_not("một mật khẩu dài");
        admin.submit(&stopped, "/tai-khoan/moi", &sign_in(&admin.username)).await.expect(422)
            .says("Mật khẩu đã nhập không được giữ").says("value=\"Trần Thị Lan\"").says("Chưa gửi.").says_not("một mật khẩu dài");
    }

    async fn whatever_form_it_was_nothing_is_done_and_nothing_is_lost(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let admin = house.surfer(Role::Admin, None).await.like_a_browser();
        let mut walked = 0;
        for page in PAGES.iter().filter(|page| page.0 == "post" && !OPEN.contains(page)) {
            let path: Vec<&str> = page.1.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect();
            let path = path.join("/");
            let fields = [("_csrf", "of another session"), ("_key", "a-key"), ("note", "một nội dung rất riêng"), ("digest", "on")];
            let stopped = admin.post(&path, &fields).await.expect(403).says_that_nothing_was_saved();
            let shown = admin.submit(&stopped, &path, &[]).await.expect(422).says("một nội dung rất riêng");
            let carried = shown.hidden(&path);
            assert_eq!(hidden(&carried, "_key"), "a-key", "{path}");
            assert!(hidden(&carried, "_carried").is_empty(), "the next time it is done: {path}");
            walked += 1;
        }
        assert!(walked > 30, "{walked}");
        // Sent from there, it is done.
        let stopped = admin.post("/thu-nhac", &[("digest", "on"), ("_csrf", "x")]).await.expect(403);
        let shown = admin.submit(&stopped, "/thu-nhac", &[]).await.expect(422).says("Gửi dưới tên Nguyễn Thị Thử");
        admin.submit(&shown, "/thu-nhac", &[]).await.expect_on_to("/thu-nhac?xong=digest-on");
    }

    async fn a_part_of_a_page_leaves_the_page_and_its_entry_where_they_are(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await.like_a_browser();
        let page = counter.get("/tiep-nhan").await.expect(200);
        end_session_of(&house, &counter).await;
        let ahead = counter.posting("/tiep-nhan/han", &[("applicant/name", "Nguyễn Văn An")]);
        let found = counter.request(Method::GET, "/tiep-nhan/thu-tuc?_q=tau");
        for request in [ahead, found] {
            let request = request.header("HX-Request", "true").header("X-CSRF-Token", page.token());
            let part = counter.send(request).await.expect(401)
                .says("Phiên làm việc đã kết thúc").says("vẫn còn trên trang này").says_not("<html").says_not("Nguyễn Văn An");
            assert_eq!((part.header("hx-redirect"), part.header("location")), (None, None));
        }
        counter.sign_in(&counter.username).await.expect(303);
        let ahead = counter.posting("/tiep-nhan/han", &[]).header("HX-Request", "true").header("X-CSRF-Token", page.token());
        counter.send(ahead).await.expect(403).says("vẫn còn trên trang này");
    }
}

#[test]
fn every_field_for_a_password_is_known_as_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/pages");
    let mut found = 0;
    for file in
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file())
    {
        let text = std::fs::read_to_string(&file).unwrap();
        for line in text
            .lines()
            .filter(|line| line.contains("type=\\\"password\\\"") || line.contains("type=\"password\""))
        {
            let name = line.split('"').nth(3).unwrap();
            assert!(SECRET.contains(&name) || name == "_in_password", "{}: {name}", file.display());
            found += 1;
        }
    }
    assert!(found >= 6, "{found}");
}

/// Typed by keyboard alone, in a real browser, with scripts and without.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_outlives_its_session_in_a_real_browser() {
    let house = TestHouse::open(fresh(Kind::Sqlite).unwrap()).await;
    house.officer("tiepnhan", Role::Counter, Some("TS")).await;
    let axe = std::env::var("MOTCUA_TEST_AXE").ok().and_then(|path| std::fs::read_to_string(path).ok());
    let folder = std::env::var_os("MOTCUA_GALLERY").map(std::path::PathBuf::from);
    let Some(browser) = Browser::open(&house.origin).await else { return };
    for scripts in [true, false] {
        // Where no script runs, axe does not either.
        let axe = axe.as_deref().filter(|_| scripts);
        browser.sign_in("tiepnhan", PASSWORD).await;
        browser.go("/tiep-nhan?thu-tuc=1.003650").await;
        if !scripts {
            browser.without_scripts().await;
            browser.go("/tiep-nhan?thu-tuc=1.003650").await;
        }
        browser.tab_to("name").await;
        browser.keys(if scripts { "Nguyễn Văn An" } else { "Trần Thị Bình" }).await;
        let elsewhere = house.stranger();
        elsewhere.sign_in("tiepnhan").await.expect(303);
        let page = elsewhere.get("/phien").await.expect(200);
        elsewhere.submit(&page, "/phien/ket-thuc-het", &[]).await.expect(303);

        if scripts {
            // What is looked up meanwhile says so and leads nowhere.
            browser.keys(key::TAB).await;
            browser.wait("#ahead .warn").await;
            browser.tab_to("phone").await;
            assert_eq!(browser.path().await, "/tiep-nhan");
        }
        browser.keys(key::ENTER).await;
        browser.wait("input[name=_in_password]").await;
        look(&browser, axe, folder.as_deref(), "entry-over").await;
        assert_eq!(browser.focused().await, "username", "one begins to type at once");
        for keys in ["tiepnhan", key::TAB, PASSWORD, key::ENTER] {
            browser.keys(keys).await;
        }
        browser.wait("#intake").await;
        browser.wait_for_words("Chưa gửi.").await;
        look(&browser, axe, folder.as_deref(), "entry-back").await;
        browser.tab_to("name").await;
        browser.keys(key::ENTER).await;
        browser.wait(".big-code").await;
    }
    assert_eq!(dossiers(&house).await, 2);

    // A form of another session, and one that no page shows again.
    browser.devtools("Emulation.setScriptExecutionDisabled", serde_json::json!({"value": false})).await;
    browser.sign_in("tiepnhan", PASSWORD).await;
    browser.go("/tiep-nhan?thu-tuc=1.003650").await;
    browser.tab_to("name").await;
    browser.keys("Lê Thị Cúc").await;
    let unknown = "const form = document.getElementById('intake'); form.querySelector('[name=_csrf]').value = 'x'; \
        form.append(Object.assign(document.createElement('input'), {type: 'hidden', name: 'la', value: 'Một trường không còn nữa'})); \
        form.requestSubmit()";
    browser.run(unknown).await;
    browser.wait("input[name=_carried]").await;
    look(&browser, axe.as_deref(), folder.as_deref(), "entry-other").await;
    browser.keys(key::ENTER).await;
    browser.wait("ul.entered").await;
    look(&browser, axe.as_deref(), folder.as_deref(), "entry-send").await;
    // The browser says of these answers that they are no success, and nothing else complains.
    let complaints: Vec<_> = browser
        .complaints()
        .await
        .into_iter()
        .filter(|line| !line.contains("Failed to load resource"))
        .collect();
    assert!(complaints.is_empty(), "{complaints:?}");
    browser.close().await;
}

/// The page as it stands keeps nobody out and is not wider than its screen; pictures are made where they are asked for.
async fn look(browser: &Browser, axe: Option<&str>, folder: Option<&Path>, name: &str) {
    if let Some(axe) = axe {
        browser.run(axe).await;
        let found = browser.client.execute_async(super::barriers::LOOK, Vec::new()).await.unwrap();
        assert_eq!(found, serde_json::json!([]), "{name}");
    }
    for (width, height) in [(390, 844), (1366, 768)] {
        browser.screen(width, height).await;
        assert_eq!(browser.overflow().await, 0, "{name} at {width}");
        if let Some(folder) = folder {
            std::fs::create_dir_all(folder).unwrap();
            browser.picture(&folder.join(format!("{name}.{width}x{height}.png")), width, 2600).await;
        }
    }
}
