//! What a browser prints is what there is to read, as tables on A4, without what there is to press.

use super::counter::take_in;
use crate::paper::{papers_can_be_read, text_of};
use crate::support::browser::Browser;
use crate::support::database::{Kind, fresh};
use crate::support::house::{PASSWORD, TestHouse};
use motcua::domain::role::Role;
use serde_json::json;

/// Codes that can be seen, what can be pressed, whether cells stand in columns, and what is folded away of the page.
const SEEN: &str = r"
    const seen = e => e.getClientRects().length > 0 && e.checkVisibility({contentVisibilityAuto: true});
    const all = css => [...document.querySelectorAll(css)].filter(seen);
    const text = css => all(css).map(e => e.innerText).join(' | ');
    return {
        head: text('.paper-head strong'), foot: text('.paper-foot'),
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
        assert_eq!(seen["head"], "Chi cục Thủy sản", "{path}");
        assert_eq!(seen["foot"], "Người in: Nguyễn Thị Thử – số liệu lúc 10/03/2026 09:00", "{path}");
        if path.starts_with("/hom-nay") || path == "/ho-so" {
            assert_eq!(seen["codes"], json!([code]), "{path}");
        }
    }
    on_paper(&browser, "/ket-qua").await;
    // Nothing of it is on the screen.
    browser.devtools("Emulation.setEmulatedMedia", json!({"media": "screen"})).await;
    browser.go("/ho-so").await;
    let seen = browser.run(SEEN).await;
    assert_eq!((&seen["head"], &seen["foot"]), (&json!(""), &json!("")));

    // Whoever belongs to no branch prints for the department, and a citizen for nobody.
    house.officer("vanphong", Role::Office, None).await;
    browser.sign_in("vanphong", PASSWORD).await;
    browser.devtools("Emulation.setEmulatedMedia", json!({"media": "print"})).await;
    browser.go("/ket-qua").await;
    let seen = browser.run(SEEN).await;
    assert_eq!(seen["head"], "Sở Nông nghiệp và Phát triển nông thôn Thành phố Hồ Chí Minh");
    browser.client.delete_all_cookies().await.unwrap();
    browser.go("/ty-le").await;
    let seen = browser.run(SEEN).await;
    assert_eq!((&seen["head"], &seen["foot"]), (&json!(""), &json!("Số liệu lúc 10/03/2026 09:00")));
    browser.close().await;
}

/// The page as a printer gets it begins with whose it is and ends with who printed it; it is kept where pictures are asked
/// for.
async fn on_paper(browser: &Browser, path: &str) {
    use base64::Engine as _;
    browser.go(path).await;
    let printed =
        browser.devtools("Page.printToPDF", json!({"paperWidth": 8.27, "paperHeight": 11.69})).await;
    let pdf = base64::engine::general_purpose::STANDARD.decode(printed["data"].as_str().unwrap()).unwrap();
    if papers_can_be_read() {
        let text = text_of(&pdf);
        assert!(text.starts_with("Chi cục Thủy sản"), "{text}");
        assert!(text.ends_with("số liệu lúc 10/03/2026 09:00"), "{text}");
    }
    if let Some(folder) = std::env::var_os("MOTCUA_GALLERY").map(std::path::PathBuf::from) {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("printed.pdf"), pdf).unwrap();
    }
}
