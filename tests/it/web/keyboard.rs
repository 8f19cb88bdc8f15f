//! Whatever can be clicked can be reached with Tab alone, and one sees where one is.

use super::views::{by_who, demo, open, sign_in};
use crate::support::browser::{Browser, key};
use serde_json::Value;

/// Opens what can be opened, numbers what can be acted on, and notes what gets the focus and how it looks then.
const WATCH: &str = r"
    document.querySelectorAll('details').forEach(one => { one.removeAttribute('name'); one.open = true; });
    const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(e =>
        e.type !== 'hidden' && e.tabIndex >= 0 && !e.disabled && e.getClientRects().length > 0);
    all.forEach((e, n) => { e.dataset.n = n; });
    window.reached = new Set(); window.unseen = new Set();
    document.addEventListener('focusin', e => {
        window.reached.add(e.target.dataset.n);
        // Once it has been painted: some outlines are drawn inside of what is around. A template is edited in a frame with the
        // numbers of its lines, and the frame is what shows.
        const look = getComputedStyle(e.target.closest('.editor') || e.target);
        if (look.outlineStyle === 'none' || parseFloat(look.outlineWidth) < 2) window.unseen.add(e.target.outerHTML.slice(0, 120));
    });
    document.activeElement.blur(); document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex');
    return all.length";
/// A group of radio buttons is one stop.
const LEFT: &str = r"
    return [[...document.querySelectorAll('[data-n]')].filter(e => !window.reached.has(e.dataset.n)
        && !(e.type === 'radio' && document.querySelector(`[name='${e.name}']:checked`) !== e))
        .map(e => e.outerHTML.slice(0, 120)), [...window.unseen]]";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_act_is_reached_by_keyboard_and_one_sees_where_one_is() {
    let (service, views) = demo().await;
    let Some(browser) = Browser::open(&service.url("")).await else { return };
    let mut missed = Vec::new();
    let mut signed_in = "-";
    for view in by_who(views) {
        if view.who != signed_in {
            sign_in(&browser, view.who).await;
            signed_in = view.who;
        }
        missed.extend(open(&browser, &view).await);
        missed.extend(walk(&browser, &format!("{} {}", view.who, view.path)).await);
    }
    browser.close().await;
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// Tabs once through the whole page that is open.
async fn walk(browser: &Browser, what: &str) -> Vec<String> {
    let Some(count) = browser.run(WATCH).await.as_u64() else { return Vec::new() };
    assert!(count > 3, "{what} has nothing to act on");
    let mut left = count + 12;
    while left > 0 {
        let some = left.min(25);
        browser.keys(&key::TAB.repeat(usize::try_from(some).unwrap())).await;
        left -= some;
    }
    let told = browser.run(LEFT).await;
    let list = |at: usize| told[at].as_array().cloned().unwrap_or_default();
    let say = |how: &str, one: &Value| format!("{what}: {how}: {}", one.as_str().unwrap_or_default());
    let mut missed: Vec<String> = list(0).iter().map(|one| say("not reached", one)).collect();
    missed.extend(list(1).iter().map(|one| say("focus not seen", one)));
    missed
}
