//! Each user's day in a real browser, one after the other on the same dossiers: the counter takes three in, the
//! handling officer works them, one becomes late, the head signs the apology, the mail arrives, the citizen reads why on
//! a telephone, the department sees the rate move. The keyboard does everything.

use crate::support::browser::{Browser, key};
use crate::support::house::{PASSWORD, TestHouse, letters};
use crate::support::real_smtp::RealSmtp;
use motcua::apology::{self, PostRoom};
use motcua::config::Config;
use motcua::domain::role::Role;
use motcua::jobs::{Bell, Handlers, Settings, Worker};
use motcua::mail::Carrier;
use std::sync::Arc;
use std::time::Duration;

/// What the service does by itself, done now.
pub async fn work(house: &TestHouse, smtp: &str) {
    let room = PostRoom {
        db: house.house.db.clone(),
        clock: house.house.clock.clone(),
        reference: house.house.references.clone(),
        carrier: Arc::new(Carrier::from_url(&format!("{smtp}?tls=none").into()).unwrap()),
        letters: Arc::new(letters(&Config::load(None, []).unwrap())),
    };
    let handlers = apology::jobs(Handlers::new(), &room);
    let worker =
        Worker::new(room.db.clone(), room.clock.clone(), handlers, Settings::default(), Bell::default());
    worker.begin_periodic().await.unwrap();
    worker.run_due().await.unwrap();
}

/// One dossier from the empty form to its receipt; its code.
async fn take_in(browser: &Browser, name: &str, phone: &str) -> String {
    assert_eq!(browser.focused().await, "q", "one begins to type at once");
    browser.keys("dang ky tau ca").await;
    browser.wait("#found button[value='1.003650']").await;
    browser.keys(key::DOWN).await;
    browser.keys(key::ENTER).await;
    browser.wait("input[name='procedure_code']").await;
    browser.tab_to("name").await;
    browser.keys(name).await;
    browser.tab_to("phone").await;
    browser.keys(phone).await;
    browser.tab_to("email").await;
    browser.keys("nguoi.dan@example.vn").await;
    browser.keys(&format!("{}{}", key::CTRL, key::ENTER)).await;
    browser.wait(".big-code").await.text().await.unwrap()
}

/// Ticks these on the list of the day, opens one of the acts on many and goes to its field.
async fn pick(browser: &Browser, codes: &[&String], act: &str, field: &str) {
    browser.go("/hom-nay").await;
    for _ in 0..100 {
        let chosen = browser.run("return document.querySelectorAll('input[name=pick]:checked').length").await;
        if chosen == codes.len() {
            break;
        }
        browser.keys(key::TAB).await;
        let box_of = "const e = document.activeElement; return e.name === 'pick' && !e.checked ? e.value.split('|')[0] : ''";
        let here = browser.run(box_of).await;
        if codes.iter().any(|code| here == code.as_str()) {
            browser.keys(key::SPACE).await;
        }
    }
    for _ in 0..100 {
        let summary = browser
            .run("return document.activeElement.matches('summary') && document.activeElement.innerText")
            .await;
        if summary == act {
            break;
        }
        browser.keys(key::TAB).await;
    }
    browser.keys(key::ENTER).await;
    browser.tab_to(field).await;
}

on_both! {
    async fn everybody_has_a_day_at_the_pages_by_keyboard(db: TestDatabase) {
        let Some(mail) = RealSmtp::start() else { return };
        let house = TestHouse::open(db).await;
        for (name, role, branch) in [
            ("tiepnhan", Role::Counter, Some("TS")),
            ("xuly", Role::Handler, Some("TS")),
            ("chicuctruong", Role::Head, Some("TS")),
            ("vanphong", Role::Office, None),
        ] {
            house.officer(name, role, branch).await;
        }
        let Some(browser) = Browser::open(&house.origin).await else { return };

        // Tuesday morning: three citizens at the counter.
        browser.sign_in("tiepnhan", PASSWORD).await;
        browser.go("/tiep-nhan").await;
        let mut codes = Vec::new();
        for (name, phone) in [("Nguyễn Văn An", "0901234511"), ("Trần Thị Bình", "0901234512"), ("Lê Văn Cường", "0901234513")] {
            codes.push(take_in(&browser, name, phone).await);
            // Enter begins the next one.
            browser.keys(key::ENTER).await;
            browser.wait("#q").await;
        }
        pick(&browser, &codes.iter().collect::<Vec<_>>(), "Chuyển xử lý", "to").await;
        // One colleague of this name is the handling officer; letters choose in a list.
        browser.run("document.getElementById('to').value = 'xuly'").await;
        browser.keys(key::TAB).await;
        browser.keys("Xem giúp").await;
        browser.keys(key::TAB).await;
        browser.keys(key::ENTER).await;
        browser.wait_for_words("Đã làm 3 trên 3 hồ sơ.").await;

        // The handling officer does two of them on Wednesday.
        house.it_is("2026-03-11 14:00");
        browser.sign_in("xuly", PASSWORD).await;
        browser.wait_for_words(&codes[2]).await;
        pick(&browser, &[&codes[0], &codes[1]], "Ghi nhận kết quả", "outcome").await;
        browser.keys(key::TAB).await;
        browser.keys(key::TAB).await;
        browser.keys(key::ENTER).await;
        // Two at once: one says that it is meant.
        browser.wait_for_words("Ghi nhận kết quả cho 2 hồ sơ đã chọn").await;
        assert_eq!(browser.focused().await, "result-sure");
        browser.keys(key::SPACE).await;
        browser.keys(key::TAB).await;
        browser.keys(key::ENTER).await;
        browser.wait_for_words("Đã làm 2 trên 2 hồ sơ.").await;
        browser.sign_in("vanphong", PASSWORD).await;
        browser.go("/ket-qua?from=01/03/2026&to=11/03/2026").await;
        browser.wait_for_words("100,00").await;

        // Thursday: the third will be late. The head reads the draft, gives a cause and a date, and signs.
        house.it_is("2026-03-12 09:00");
        work(&house, &mail.url()).await;
        browser.sign_in("chicuctruong", PASSWORD).await;
        browser.go("/xin-loi").await;
        for _ in 0..60 {
            let href = browser.run("return document.activeElement.className === 'code' && document.activeElement.innerText").await;
            if href == codes[2].as_str() {
                break;
            }
            browser.keys(key::TAB).await;
        }
        browser.keys(key::ENTER).await;
        browser.wait("#cause").await;
        browser.tab_to("cause").await;
        browser.keys("xác minh").await;
        browser.tab_to("new_due_on").await;
        browser.run("document.activeElement.value = ''").await;
        browser.keys("20/03/2026").await;
        browser.keys(&format!("{}{}", key::CTRL, key::ENTER)).await;
        browser.wait_for_words("Ký và gửi").await;
        for _ in 0..60 {
            if browser.run("return document.activeElement.matches('summary.btn')").await == true {
                break;
            }
            browser.keys(key::TAB).await;
        }
        browser.keys(key::ENTER).await;
        browser.keys(key::TAB).await;
        browser.keys(key::ENTER).await;
        browser.wait_for_words("SHA-256").await;
        assert!(mail.letters().is_empty());
        work(&house, &mail.url()).await;
        let letters = mail.wait_for_letters(1, Duration::from_secs(20)).await;
        assert!(letters[0].contains("nguoi.dan@example.vn"), "{}", letters[0]);

        // Monday: it is late. The citizen looks on a telephone, with the last digits of the number.
        house.it_is("2026-03-16 08:00");
        browser.client.delete_all_cookies().await.unwrap();
        browser.screen(390, 844).await;
        browser.go("/tra-cuu").await;
        browser.tab_to("code").await;
        browser.keys(&codes[2]).await;
        browser.keys(key::TAB).await;
        browser.keys("4513").await;
        browser.keys(key::ENTER).await;
        browser.wait_for_words("quá hạn").await;
        for words in ["20/03/2026", "kiểm tra thực địa", "PXL-"] {
            browser.wait_for_words(words).await;
        }
        assert_eq!(browser.overflow().await, 0);
        // The same with the key of the receipt, as its QR code has it; a wrong one shows nothing.
        let counter = house.sign_in("tiepnhan").await;
        let key_of = counter.get(&format!("/dossiers/{}", codes[2])).await.expect(200);
        let look_up = key_of.body["lookup_key"].as_str().unwrap().to_owned();
        browser.go(&format!("/tra-cuu/{}?key={look_up}", codes[2])).await;
        browser.wait_for_words("20/03/2026").await;
        browser.go(&format!("/tra-cuu/{}?phone=0000", codes[2])).await;
        assert!(!browser.text().await.contains("20/03/2026"));
        browser.screen(1366, 768).await;

        // The result comes, late, and the department sees the rate move.
        browser.sign_in("xuly", PASSWORD).await;
        pick(&browser, &[&codes[2]], "Ghi nhận kết quả", "outcome").await;
        browser.keys(key::TAB).await;
        browser.keys(key::TAB).await;
        browser.keys(key::ENTER).await;
        browser.wait_for_words("Đã làm 1 trên 1 hồ sơ.").await;
        browser.sign_in("vanphong", PASSWORD).await;
        browser.go("/ket-qua?from=01/03/2026&to=16/03/2026").await;
        browser.wait_for_words("66,66").await;
        browser.go("/ket-qua?from=01/03/2026&to=11/03/2026").await;
        browser.wait_for_words("100,00").await;
        let complaints = browser.complaints().await;
        assert!(complaints.is_empty(), "{complaints:?}");
        browser.close().await;
    }
}
