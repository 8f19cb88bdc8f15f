//! axe-core finds nothing on any page that keeps somebody out: contrast, labels, names, order (WCAG 2.2 A and AA); and
//! no page is wider than a telephone, or than an office screen at 200 %.

use super::counter::take_in;
use crate::apology::Office;
use crate::support::browser::Browser;
use crate::support::database::{Kind, fresh};
use crate::support::ground::applicant;
use crate::support::house::{PASSWORD, TestHouse};
use crate::support::skipped;
use motcua::domain::role::Role;
use motcua::web::PAGES;
use serde_json::{Value, json};

/// Everything that can be opened is open while it is looked at, but for what would lie over the rest.
const OPEN: &str = "document.querySelectorAll('details:not(.me)').forEach(d => { d.removeAttribute('name'); d.open = true; })";
pub const LOOK: &str = "const [done] = arguments; const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']; \
    axe.run(document, {runOnly: tags}).then(found => done(found.violations.map(v => \
    v.id + ': ' + v.nodes.map(n => n.target + ' ' + n.failureSummary).join('; '))))";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_keeps_anybody_out_as_far_as_a_machine_can_see() {
    let Some(axe) = std::env::var("MOTCUA_TEST_AXE").ok().filter(|path| !path.is_empty()) else {
        skipped("axe-core", "Name its axe.min.js in MOTCUA_TEST_AXE, as .ci/run does.");
        return;
    };
    let axe = std::fs::read_to_string(axe).unwrap();
    let office = Office::open(fresh(Kind::Sqlite).unwrap()).await;
    let (being_signed, signed) = approvals(&office).await;
    let house = &office.house;
    house.officer("chicuctruong", Role::Head, Some("TS")).await;
    house.officer("quantri", Role::Admin, None).await;
    let code = take_in(&house.surfer(Role::Counter, Some("TS")).await, "Nguyễn Văn An", "0901234512").await;
    let (working, done) = recounts(house).await;
    let Some(browser) = Browser::open(&house.origin).await else { return };
    let mut found = Vec::new();
    for theme in ["light", "dark"] {
        browser.client.delete_all_cookies().await.unwrap();
        browser.go("/dang-nhap").await;
        let choose = format!(
            "const form = document.querySelector('form.choices'); form.requestSubmit(form.querySelector('[value={theme}]'))"
        );
        browser.run(&choose).await;
        browser.wait(&format!("html[data-bs-theme='{theme}']")).await;
        found.extend(look(&browser, &axe, theme, "/dang-nhap").await);
        for who in ["chicuctruong", "quantri"] {
            browser.sign_in_again(who, PASSWORD).await;
            let plain = PAGES
                .iter()
                .filter(|(method, path)| *method == "get" && !path.contains('{') && !path.ends_with(".csv"))
                .map(|(_, path)| (*path).to_owned());
            // What htmx asks for is a part of a page, and no page.
            let plain = plain.filter(|path| path != "/tiep-nhan/thu-tuc" && path != "/dang-nhap");
            let more = [
                format!("/ho-so/{code}"),
                format!("/ho-so/{code}/da-tiep-nhan"),
                format!("/tra-ket-qua?ma={code}"),
                "/tiep-nhan?thu-tuc=1.004918".into(),
                "/bao-cao?ky=nam&loai=ton".into(),
                "/bao-cao?ky=nam&loai=ii06a".into(),
                "/ket-qua/tung-khau?by=branch,procedure,officer".into(),
                format!("/lich/tinh-lai/{working}"),
                format!("/lich/tinh-lai/{done}"),
                being_signed.clone(),
                signed.clone(),
                "/khong-co".into(),
            ];
            for path in plain.chain(more) {
                found.extend(look(&browser, &axe, &format!("{theme} {who}"), &path).await);
            }
        }
    }
    browser.close().await;
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// A telephone, and 1366×768 at 200 %.
const NARROW: [(u32, u32); 2] = [(390, 844), (683, 384)];
/// What sticks out, the innermost of it.
const STICKS_OUT: &str = "const wide = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest('.table-wrap, .chart-scroll')); \
    return wide.slice(-3).map(e => e.outerHTML.slice(0, 160)).join(' | ')";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_is_wider_than_a_telephone_or_than_a_screen_at_200_percent() {
    let office = Office::open(fresh(Kind::Sqlite).unwrap()).await;
    let (being_signed, signed) = approvals(&office).await;
    let house = &office.house;
    house.officer("chicuctruong", Role::Head, Some("TS")).await;
    house.officer("quantri", Role::Admin, None).await;
    let code = take_in(&house.surfer(Role::Counter, Some("TS")).await, "Nguyễn Văn An", "0901234512").await;
    let (working, done) = recounts(house).await;
    let Some(browser) = Browser::open(&house.origin).await else { return };
    let mut wide = Vec::new();
    for who in ["", "chicuctruong", "quantri"] {
        browser.client.delete_all_cookies().await.unwrap();
        if !who.is_empty() {
            browser.sign_in(who, PASSWORD).await;
        }
        let plain = PAGES
            .iter()
            .filter(|(method, path)| *method == "get" && !path.contains('{') && !path.ends_with(".csv"))
            .map(|(_, path)| (*path).to_owned())
            .filter(|path| path != "/tiep-nhan/thu-tuc");
        let more = [
            format!("/ho-so/{code}"),
            format!("/ho-so/{code}/da-tiep-nhan"),
            format!("/tra-ket-qua?ma={code}"),
            format!("/tra-cuu/{code}?phone_last4=4512"),
            "/tiep-nhan?thu-tuc=1.004918".into(),
            "/danh-muc/don-vi/TS".into(),
            "/danh-muc/thu-tuc/1.003650".into(),
            "/mau-giay-to/receipt?branch_code=TS".into(),
            "/bao-cao?ky=nam&loai=ton".into(),
            "/bao-cao?ky=nam&loai=liem-chinh".into(),
            "/ket-qua/tung-khau?by=branch,procedure,officer".into(),
            format!("/lich/tinh-lai/{working}"),
            format!("/lich/tinh-lai/{done}"),
            being_signed.clone(),
            signed.clone(),
            "/khong-co".into(),
        ];
        for path in plain.chain(more) {
            for (width, height) in NARROW {
                browser.screen(width, height).await;
                browser.go(&path).await;
                browser.run(OPEN).await;
                if browser.overflow().await != 0 {
                    wide.push(format!("{who} {path} at {width}: {}", browser.run(STICKS_OUT).await));
                }
            }
        }
    }
    browser.close().await;
    assert!(wide.is_empty(), "{}", wide.join("\n"));
}

/// Many letters signed at once: the page of what is being signed, and of what is.
async fn approvals(office: &Office) -> (String, String) {
    let people = (1..=4).map(|n| applicant(&format!("Người Thứ {n}"))).collect();
    let drafts = crate::approvals::drafts(office, people).await;
    let (first, last) = drafts.split_at(2);
    let order = async |drafts: &[Value]| {
        let letters = drafts.iter().map(|draft| json!({"id": draft["id"], "version": draft["version"]}));
        let order = json!({"letters": letters.collect::<Vec<_>>()});
        let order = office.head.post("/approval-orders", order).await.expect(202);
        format!("/xin-loi/ky-nhieu/{}", order.body["id"].as_str().unwrap())
    };
    let signed = order(first).await;
    crate::approvals::work(&office.house).await;
    (order(last).await, signed)
}

/// Due dates counted again: an order that is being worked on, and one that is done.
async fn recounts(house: &TestHouse) -> (String, String) {
    let admin = house.sign_in_as(Role::Admin, None).await;
    let holiday = json!({"kind": "holiday", "name": "Nghỉ phòng chống bão"});
    admin.put("/calendar/days/2026-03-18", holiday).await.expect(200);
    let order = async || {
        let order = json!({"reason": "Công điện số 15/CĐ-UBND: nghỉ làm việc để phòng chống bão"});
        let order = admin.post("/calendar/recomputations", order).await.expect(202);
        order.body["id"].as_str().unwrap().to_owned()
    };
    let done = order().await;
    crate::recount::work(house).await;
    (order().await, done)
}

async fn look(browser: &Browser, axe: &str, who: &str, path: &str) -> Vec<String> {
    browser.go(path).await;
    browser.run(OPEN).await;
    browser.run(axe).await;
    let found = browser.client.execute_async(LOOK, Vec::new()).await.unwrap();
    let found: Vec<Value> = found.as_array().cloned().unwrap_or_default();
    found.iter().map(|one| format!("{who} {path}: {}", one.as_str().unwrap_or_default())).collect()
}
