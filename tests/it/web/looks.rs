//! What a page looks like, as far as it can be measured: fields in a row stand at one height, words stand inside of what
//! they are in, and of a form only what is asked for is there.

use super::counter::take_in;
use crate::support::browser::{Browser, key};
use crate::support::database::{Kind, fresh};
use crate::support::house::{PASSWORD, TestHouse};
use motcua::domain::role::Role;
use motcua::web::PAGES;
use serde_json::{Value, json};

/// Entries and buttons of one row that overlap in height but do not begin at the same one.
const CROOKED: &str = r"
    const crooked = [];
    for (const row of document.querySelectorAll('.row-of')) {
        const all = [...row.querySelectorAll(':scope > .field > :is(input, select), :scope > .btn')]
            .map(e => [e, e.getBoundingClientRect()]).filter(([, box]) => box.height > 0);
        for (const [one, a] of all) for (const [other, b] of all) {
            if (a.top < b.bottom && b.top < a.bottom && Math.abs(a.top - b.top) > 2.5)
                crooked.push(`${one.id || one.textContent}: ${a.top} and ${other.id || other.textContent}: ${b.top}`);
        }
    }
    return crooked";
/// Headings of columns that are broken inside of a word.
const BROKEN: &str = r"
    const range = document.createRange();
    return [...document.querySelectorAll('thead th')].flatMap(th => {
        const walk = document.createTreeWalker(th, NodeFilter.SHOW_TEXT);
        const found = [];
        for (let node; (node = walk.nextNode());) for (const word of node.data.matchAll(/[\p{L}]+/gu)) {
            range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
            const lines = new Set([...range.getClientRects()].filter(box => box.width > 0).map(box => Math.round(box.top)));
            if (lines.size > 1) found.push(word[0]);
        }
        return found;
    })";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_of_a_row_stand_at_one_height_and_no_heading_is_broken_in_a_word() {
    let house = TestHouse::open(fresh(Kind::Sqlite).unwrap()).await;
    house.officer("quantri", Role::Admin, None).await;
    let code = take_in(&house.surfer(Role::Counter, Some("TS")).await, "Nguyễn Văn An", "0901234512").await;
    let Some(browser) = Browser::open(&house.origin).await else { return };
    let mut faults = Vec::new();
    browser.sign_in("quantri", PASSWORD).await;
    for language in ["vi", "en"] {
        browser.go("/mat-khau").await;
        let choose = "const form = document.querySelector('form.choices'); form.requestSubmit(form.querySelector('[value=LANG]'))";
        browser.run(&choose.replace("LANG", language)).await;
        browser.wait(&format!("html[lang='{language}']")).await;
        let plain = PAGES
            .iter()
            .filter(|(method, path)| *method == "get" && !path.contains('{') && !path.ends_with(".csv"))
            .map(|(_, path)| (*path).to_owned())
            .filter(|path| !["/tiep-nhan/thu-tuc", "/", "/dang-nhap"].contains(&path.as_str()));
        let more = [
            format!("/tra-ket-qua?ma={code}"),
            "/tiep-nhan?thu-tuc=1.004918".into(),
            "/bao-cao?ky=nam&loai=ii06a".into(),
            "/bao-cao?ky=tu-chon&from=2026-01-01&to=2026-03-31&loai=ton".into(),
            "/bao-cao?ky=thang&so=13".into(),
            "/ket-qua?from=99%2F99%2F2026".into(),
            "/chot-so-lieu/moi?from=01%2F01%2F2026&to=28%2F02%2F2026&report=rates".into(),
        ];
        for path in plain.chain(more) {
            for (width, height) in [(1366, 768), (390, 844)] {
                browser.screen(width, height).await;
                browser.go(&path).await;
                for (what, script) in [("crooked", CROOKED), ("broken", BROKEN)] {
                    let found = browser.run(script).await;
                    if found != json!([]) {
                        faults.push(format!("{language} {path} at {width}, {what}: {found}"));
                    }
                }
            }
        }
    }
    browser.close().await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_form_of_a_period_asks_for_what_its_kind_needs() {
    let house = TestHouse::open(fresh(Kind::Sqlite).unwrap()).await;
    house.officer("vanphong", Role::Office, None).await;
    let Some(browser) = Browser::open(&house.origin).await else { return };
    browser.sign_in("vanphong", PASSWORD).await;
    let there = "return ['nam', 'so', 'from', 'to'].filter(id => document.getElementById(id).getClientRects().length > 0)";
    browser.go("/bao-cao").await;
    for (kind, wanted) in [
        ("thang", json!(["nam", "so"])),
        ("ky-quy", json!(["nam", "so"])),
        ("nam", json!(["nam"])),
        ("ky-9-thang", json!(["nam"])),
        ("tu-chon", json!(["from", "to"])),
    ] {
        browser.run(&format!("document.getElementById('ky').value = '{kind}'")).await;
        assert_eq!(browser.run(there).await, wanted, "{kind}");
    }
    // What is wrong is seen, whatever the kind.
    browser.go("/bao-cao?ky=nam&nam=x").await;
    assert_eq!(browser.focused().await, "nam");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wide_tables_are_printed_as_wide_as_the_paper() {
    let house = TestHouse::open(fresh(Kind::Sqlite).unwrap()).await;
    house.officer("vanphong", Role::Office, None).await;
    take_in(&house.surfer(Role::Counter, Some("TS")).await, "Nguyễn Văn An", "0901234512").await;
    let Some(browser) = Browser::open(&house.origin).await else { return };
    browser.sign_in("vanphong", PASSWORD).await;
    // A4 without its margins.
    browser.screen(718, 1040).await;
    browser.devtools("Emulation.setEmulatedMedia", json!({"media": "print"})).await;
    for path in [
        "/bao-cao?ky=nam&loai=ii06a",
        "/bao-cao?ky=nam&loai=ton",
        "/bao-cao?ky=nam&loai=liem-chinh",
        "/chot-so-lieu/moi?from=01%2F01%2F2026&to=28%2F02%2F2026&report=rates",
        "/chot-so-lieu/moi?from=01%2F01%2F2026&to=28%2F02%2F2026&report=ii06a",
        "/ket-qua",
        "/ket-qua/ho-so?figure=received",
        "/ty-le",
        "/lich",
    ] {
        browser.go(path).await;
        assert_eq!(browser.overflow().await, 0, "{path}");
    }
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_counter_the_next_entry_has_the_focus_after_each_choice() {
    let house = TestHouse::open(fresh(Kind::Sqlite).unwrap()).await;
    house.officer("tiepnhan", Role::Counter, Some("TS")).await;
    let before = take_in(&house.surfer(Role::Counter, Some("TS")).await, "Trần Thị Bích", "0912345678").await;
    let Some(browser) = Browser::open(&house.origin).await else { return };
    browser.sign_in("tiepnhan", PASSWORD).await;
    browser.go("/tiep-nhan").await;
    browser.keys("1.003650").await;
    browser.wait("#found button[value='1.003650']").await;
    browser.keys(key::DOWN).await;
    browser.keys(key::ENTER).await;
    browser.wait("input[name='procedure_code']").await;
    // It has no papers to tick off: on to who hands it in.
    assert_eq!(browser.focused().await, "who");
    browser.keys("0912345678").await;
    browser.wait(&format!("#known button[value='{before}']")).await;
    browser.keys(key::DOWN).await;
    browser.keys(key::ENTER).await;
    browser.wait("#name[value='Trần Thị Bích']").await;
    assert_eq!(browser.focused().await, "channel", "the applicant is known: how it is handed in");
    // Somebody else after all, who was looked for in vain; what stands in the search hinders nothing.
    let other = "document.getElementById('name').value = 'Lê Văn Mới'; document.getElementById('who').value = 'le van moi'; document.getElementById('address').focus()";
    browser.run(other).await;
    browser.keys(&format!("{}{}", key::CTRL, key::ENTER)).await;
    browser.wait(".big-code").await;
    browser.wait_for_words("Lê Văn Mới").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dossier_on_a_telephone_says_until_when_before_it_tells_its_story() {
    let house = TestHouse::open(fresh(Kind::Sqlite).unwrap()).await;
    house.officer("chicuctruong", Role::Head, Some("TS")).await;
    let code = take_in(&house.surfer(Role::Counter, Some("TS")).await, "Nguyễn Văn An", "0901234512").await;
    let Some(browser) = Browser::open(&house.origin).await else { return };
    browser.sign_in("chicuctruong", PASSWORD).await;
    browser.screen(390, 844).await;
    browser.go(&format!("/ho-so/{code}")).await;
    let tops = "return ['who', 'due', 'papers', 'acts', 'story'].map(part => Math.round(document.getElementById('h-' + part).getBoundingClientRect().top))";
    let tops: Vec<i64> =
        browser.run(tops).await.as_array().unwrap().iter().filter_map(Value::as_i64).collect();
    assert!(tops.len() == 5 && tops.is_sorted(), "{tops:?}");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_was_not_found_gives_way_to_the_next_one_that_is_scanned() {
    let house = TestHouse::open(fresh(Kind::Sqlite).unwrap()).await;
    house.officer("tiepnhan", Role::Counter, Some("TS")).await;
    let code = take_in(&house.surfer(Role::Counter, Some("TS")).await, "Nguyễn Văn An", "0901234512").await;
    let Some(browser) = Browser::open(&house.origin).await else { return };
    browser.sign_in("tiepnhan", PASSWORD).await;
    browser.go("/tra-ket-qua").await;
    for scanned in ["000.00.03.H29-260310-9999", &code] {
        // The page is all there; what stands in the field is chosen as a whole.
        while browser.run("return document.readyState").await != "complete" {}
        assert_eq!(browser.focused().await, "ma");
        let chosen = "const e = document.getElementById('ma'); return e.selectionEnd - e.selectionStart === e.value.length";
        assert_eq!(browser.run(chosen).await, true);
        browser.keys(&format!("{scanned}{}", key::ENTER)).await;
        browser.wait(&format!("#ma[value='{scanned}']")).await;
    }
    browser.wait_for_words("Nguyễn Văn An").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_along_on_the_list_of_the_day_covers_nothing_that_has_the_focus() {
    let house = TestHouse::open(fresh(Kind::Sqlite).unwrap()).await;
    house.officer("chicuctruong", Role::Head, Some("TS")).await;
    let counter = house.surfer(Role::Counter, Some("TS")).await;
    for n in 0..20 {
        take_in(&counter, &format!("Lê Văn {n}"), &format!("09100000{n:02}")).await;
    }
    let Some(browser) = Browser::open(&house.origin).await else { return };
    browser.sign_in("chicuctruong", PASSWORD).await;
    browser.screen(1366, 768).await;
    browser
        .devtools(
            "Emulation.setEmulatedMedia",
            json!({"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}),
        )
        .await;
    browser.go("/hom-nay").await;
    let stands = "return document.querySelector('.acts').getBoundingClientRect().top < innerHeight";
    assert_eq!(browser.run(stands).await, false, "nothing is chosen: it stands below the list");
    browser.run("const e = document.querySelector('[name=pick]'); e.click(); e.focus()").await;
    assert_eq!(browser.run(stands).await, true, "one is chosen: it is there");
    let mut walked = 0;
    let here = "const e = document.activeElement, box = e.getBoundingClientRect(); \
        const over = document.elementFromPoint(box.left + 4, box.bottom - 2); \
        return [e.closest('table') !== null, over !== null && (e === over || e.contains(over) || over.contains(e)), e.outerHTML.slice(0, 90)]";
    loop {
        browser.keys(key::TAB).await;
        let told = browser.run(here).await;
        if told[0] == false {
            break;
        }
        assert_eq!(told[1], true, "covered: {}", told[2]);
        walked += 1;
    }
    assert!(walked > 30, "boxes and codes of twenty lines: {walked}");
    // One kind alone: it says so, and how to see all again.
    browser.run("document.querySelector('.tile-waiting').click()").await;
    browser.wait_for_words("Chỉ hiện hồ sơ chờ dân.").await;
    browser.run("document.querySelector('.quick a').click()").await;
    browser.wait("[name=pick]").await;
    browser.close().await;
}
