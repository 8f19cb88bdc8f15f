//! What a browser prints is what there is to read, as tables on A4, without what there is to press.

use super::counter::take_in;
use crate::support::browser::Browser;
use crate::support::database::{Kind, fresh};
use crate::support::house::{PASSWORD, TestHouse};
use motcua::domain::role::Role;
use serde_json::json;

/// Codes that can be seen, what can be pressed, whether cells stand in columns, and what is folded away of the page.
const SEEN: &str = r"
    const seen = e => e.getClientRects().length > 0 && e.checkVisibility({contentVisibilityAuto: true});
    const all = css => [...document.querySelectorAll(css)].filter(seen);
    return {
        codes: all('.code').map(e => e.textContent.trim()),
        pressed: all('button, input, select, textarea, .btn').map(e => e.outerHTML.slice(0, 80)),
        columns: all('table.table td').every(e => getComputedStyle(e).display === 'table-cell'),
        folded: [...document.querySelectorAll('main details:not(form details, .acts details) > :not(summary, .no-print)')]
            .filter(e => !seen(e)).map(e => e.outerHTML.slice(0, 80)),
    }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_are_printed_as_tables_and_forms_are_not_printed() {
    let house = TestHouse::open(fresh(Kind::Sqlite).unwrap()).await;
    house.officer("chicuctruong", Role::Head, Some("TS")).await;
    let code = take_in(&house.surfer(Role::Counter, Some("TS")).await, "Nguyễn Văn An", "0901234512").await;
    let Some(browser) = Browser::open(&house.origin).await else { return };
    browser.sign_in("chicuctruong", PASSWORD).await;
    // A4 without its margins.
    browser.screen(718, 1040).await;
    browser.devtools("Emulation.setEmulatedMedia", json!({"media": "print"})).await;
    for path in [
        "/hom-nay?xem=don-vi",
        "/ho-so",
        "/ket-qua",
        "/ket-qua/tung-khau",
        "/xin-loi/ky-nhieu",
        &format!("/ho-so/{code}"),
    ] {
        browser.go(path).await;
        let seen = browser.run(SEEN).await;
        assert_eq!(seen["pressed"], json!([]), "{path}");
        assert_eq!(seen["columns"], json!(true), "{path}");
        assert_eq!(seen["folded"], json!([]), "{path}");
        if path.starts_with("/hom-nay") || path == "/ho-so" {
            assert_eq!(seen["codes"], json!([code]), "{path}");
        }
    }
    browser.close().await;
}
