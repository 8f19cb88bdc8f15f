//! A day at the pages in a real browser: the counter takes a dossier in by keyboard alone, the handling officer works
//! it, the counter hands the result over.

use crate::support::browser::{Browser, key};
use crate::support::house::{PASSWORD, TestHouse};
use motcua::domain::role::Role;

on_both! {
    async fn a_dossier_goes_through_the_house_by_keyboard(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        house.officer("tiepnhan", Role::Counter, Some("TS")).await;
        house.officer("xuly", Role::Handler, Some("TS")).await;
        let Some(browser) = Browser::open(&house.origin).await else { return };

        browser.sign_in("tiepnhan", PASSWORD).await;
        assert_eq!(browser.path().await, "/hom-nay");
        browser.go("/tiep-nhan").await;
        assert_eq!(browser.focused().await, "q", "one begins to type at once");
        browser.keys("dang ky tau ca").await;
        browser.wait("#found button[value='1.003650']").await;
        browser.keys(key::DOWN).await;
        browser.keys(key::ENTER).await;
        browser.wait("input[name='procedure_code']").await;
        browser.wait_for_words("Hẹn trả kết quả").await;
        browser.wait_for_words("13/03/2026 17:00").await;
        // On to the applicant, as Tab goes.
        for _ in 0..30 {
            if browser.focused().await == "name" {
                break;
            }
            browser.keys(key::TAB).await;
        }
        browser.keys("Nguyễn Văn An").await;
        for words in [key::TAB, key::TAB, "079203001123", key::TAB, "0901234512", key::TAB, "an@example.vn"] {
            browser.keys(words).await;
        }
        assert_eq!(browser.focused().await, "email");
        browser.run("document.activeElement.form.requestSubmit()").await;
        browser.wait(".big-code").await;
        let code = browser.wait(".big-code").await.text().await.unwrap();
        browser.wait_for_words("13/03/2026 17:00").await;
        let next = browser.run("return document.activeElement.getAttribute('href')").await;
        assert_eq!(next, "/tiep-nhan", "Enter begins the next dossier");

        // The counter hands it on.
        browser.go(&format!("/ho-so/{code}")).await;
        browser.wait("#viec-chuyen summary").await.click().await.unwrap();
        browser.run("document.getElementById('chuyen-to').value = 'xuly'; document.getElementById('chuyen-to').focus()").await;
        browser.keys(key::TAB).await;
        browser.keys("Xem giúp").await;
        browser.run("document.activeElement.form.requestSubmit()").await;
        browser.wait_for_words("Đã chuyển xử lý.").await;

        // The handling officer finds it on the own desk and records the result, together with whatever else is picked.
        browser.sign_in("xuly", PASSWORD).await;
        browser.wait_for_words(&code).await;
        browser.wait("input[name='pick']").await.click().await.unwrap();
        browser.run("document.querySelector('button[value=result]').closest('details').open = true").await;
        browser.run("document.getElementById('outcome').value = 'granted'").await;
        // Enter sends the part one is in, not the first of the form.
        browser.run("document.getElementById('result-reason').focus()").await;
        browser.keys(key::ENTER).await;
        browser.wait_for_words("Đã làm 1 trên 1 hồ sơ.").await;

        // The citizen comes for it.
        browser.sign_in("tiepnhan", PASSWORD).await;
        browser.go("/tra-ket-qua").await;
        assert_eq!(browser.focused().await, "ma");
        browser.keys(&code).await;
        browser.keys(key::ENTER).await;
        browser.wait("#received-by").await;
        assert_eq!(browser.focused().await, "received-by");
        browser.keys(key::ENTER).await;
        browser.wait_for_words("Đã trả kết quả.").await;
        browser.go(&format!("/ho-so/{code}")).await;
        browser.wait_for_words("đã trả kết quả").await;

        // The policy of the pages hindered nothing of ours.
        let complaints = browser.complaints().await;
        assert!(complaints.is_empty(), "{complaints:?}");
        browser.close().await;
    }

    async fn nothing_is_lost_without_the_mouse_on_a_telephone(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        house.officer("tiepnhan", Role::Counter, Some("TS")).await;
        let Some(browser) = Browser::open(&house.origin).await else { return };
        browser.client.set_window_size(390, 844).await.unwrap();
        browser.sign_in("tiepnhan", PASSWORD).await;
        for path in ["/hom-nay", "/tiep-nhan", "/ho-so", "/tra-ket-qua", "/phien", "/mat-khau"] {
            browser.go(path).await;
            let wider = browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth").await;
            assert_eq!(wider, 0, "{path} is wider than the screen");
        }
        browser.close().await;
    }
}
