//! axe-core finds nothing on any page that keeps somebody out: contrast, labels, names, order (WCAG 2.2 A and AA); and
//! no page is wider than a telephone, or than an office screen at 200 %.

use super::counter::take_in;
use super::views::{demo, open, sign_in, with_both};
use crate::apology::Office;
use crate::support::browser::Browser;
use crate::support::database::{Kind, fresh};
use crate::support::ground::applicant;
use crate::support::house::PASSWORD;
use crate::support::skipped;
use motcua::domain::role::Role;
use serde_json::{Value, json};

/// Everything that can be opened is open while it is looked at, but for the menus, which would lie over the rest.
const OPEN: &str = "document.querySelectorAll('details:not(.me, .more)').forEach(d => { d.removeAttribute('name'); d.open = true; })";
/// These are looked at by themselves.
const OPEN_MENUS: &str = "document.querySelectorAll('details.me, details.more').forEach(d => d.open = true)";
const LOOK_AT_MENUS: &str = "const [done] = arguments; axe.run('header').then(found => done(found.violations.map(v => \
    v.id + ': ' + v.nodes.map(n => n.target + ' ' + n.failureSummary).join('; '))))";
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
    let (service, views) = demo().await;
    let views = with_both(views);
    let Some(browser) = Browser::open(&service.url("")).await else { return };
    let mut found = Vec::new();
    for theme in ["light", "dark"] {
        browser.client.delete_all_cookies().await.unwrap();
        browser.go("/dang-nhap").await;
        let choose = format!(
            "const form = document.querySelector('form.choices'); form.requestSubmit(form.querySelector('[value={theme}]'))"
        );
        browser.run(&choose).await;
        browser.wait(&format!("html[data-bs-theme='{theme}']")).await;
        let mut signed_in = "-";
        // What looks the same for another is looked at in one theme only.
        for view in views.iter().filter(|view| theme == "light" || !view.name.is_empty()) {
            if view.who != signed_in {
                sign_in(&browser, view.who).await;
                signed_in = view.who;
            }
            found.extend(open(&browser, view).await);
            found.extend(look(&browser, &axe, &format!("{theme} {} {}", view.who, view.path)).await);
        }
    }
    browser.close().await;
    let office = Office::open(fresh(Kind::Sqlite).unwrap()).await;
    let at_work = at_work(&office).await;
    let Some(browser) = Browser::open(&office.house.origin).await else { return };
    for who in ["chicuctruong", "quantri"] {
        browser.sign_in(who, PASSWORD).await;
        for path in &at_work {
            browser.go(path).await;
            found.extend(look(&browser, &axe, &format!("{who} {path}")).await);
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
    let (service, views) = demo().await;
    let views = with_both(views);
    let Some(browser) = Browser::open(&service.url("")).await else { return };
    let mut wide = Vec::new();
    let mut signed_in = "-";
    for view in &views {
        if view.who != signed_in {
            sign_in(&browser, view.who).await;
            signed_in = view.who;
        }
        for (width, height) in NARROW {
            browser.screen(width, height).await;
            wide.extend(open(&browser, view).await);
            wide.extend(sticks_out(&browser, &format!("{} {} at {width}", view.who, view.path)).await);
        }
    }
    browser.close().await;
    let office = Office::open(fresh(Kind::Sqlite).unwrap()).await;
    let at_work = at_work(&office).await;
    let Some(browser) = Browser::open(&office.house.origin).await else { return };
    for who in ["chicuctruong", "quantri"] {
        browser.sign_in(who, PASSWORD).await;
        for path in &at_work {
            for (width, height) in NARROW {
                browser.screen(width, height).await;
                browser.go(path).await;
                wide.extend(sticks_out(&browser, &format!("{who} {path} at {width}")).await);
            }
        }
    }
    browser.close().await;
    assert!(wide.is_empty(), "{}", wide.join("\n"));
}

/// What nothing is left at for long where jobs are worked on: letters being signed, due dates being counted again, a
/// dossier that was just taken in.
async fn at_work(office: &Office) -> Vec<String> {
    let people = (1..=2).map(|n| applicant(&format!("Người Thứ {n}"))).collect();
    let drafts = crate::approvals::drafts(office, people).await;
    let letters = drafts.iter().map(|draft| json!({"id": draft["id"], "version": draft["version"]}));
    let order = json!({"letters": letters.collect::<Vec<_>>()});
    let signing = office.head.post("/approval-orders", order).await.expect(202);
    let signing = signing.body["id"].as_str().unwrap().to_owned();
    let house = &office.house;
    house.officer("chicuctruong", Role::Head, Some("TS")).await;
    house.officer("quantri", Role::Admin, None).await;
    let code = take_in(&house.surfer(Role::Counter, Some("TS")).await, "Nguyễn Văn An", "0901234512").await;
    let admin = house.sign_in_as(Role::Admin, None).await;
    let holiday = json!({"kind": "holiday", "name": "Nghỉ phòng chống bão"});
    admin.put("/calendar/days/2026-03-18", holiday).await.expect(200);
    let order = json!({"reason": "Công điện số 15/CĐ-UBND: nghỉ làm việc để phòng chống bão"});
    let order = admin.post("/calendar/recomputations", order).await.expect(202);
    let counting = order.body["id"].as_str().unwrap().to_owned();
    vec![
        format!("/xin-loi/ky-nhieu/{signing}"),
        format!("/lich/tinh-lai/{counting}"),
        format!("/ho-so/{code}"),
        format!("/ho-so/{code}/da-tiep-nhan"),
        format!("/tra-ket-qua?ma={code}"),
    ]
}

/// What makes the open page wider than the screen.
async fn sticks_out(browser: &Browser, what: &str) -> Option<String> {
    browser.run(OPEN).await;
    browser.run("document.querySelectorAll('details.more').forEach(d => d.open = true)").await;
    if browser.overflow().await == 0 {
        return None;
    }
    Some(format!("{what}: {}", browser.run(STICKS_OUT).await))
}

/// What axe-core finds on the open page.
async fn look(browser: &Browser, axe: &str, what: &str) -> Vec<String> {
    browser.run(axe).await;
    let mut found: Vec<Value> = Vec::new();
    for (open, look) in [(OPEN, LOOK), (OPEN_MENUS, LOOK_AT_MENUS)] {
        browser.run(open).await;
        let more = browser.client.execute_async(look, Vec::new()).await.unwrap();
        found.extend(more.as_array().cloned().unwrap_or_default());
    }
    found.iter().map(|one| format!("{what}: {}", one.as_str().unwrap_or_default())).collect()
}
