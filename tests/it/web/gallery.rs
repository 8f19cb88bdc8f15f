//! The gallery: every page as it looks, with the demo behind it, on an office screen and on a telephone, light and dark,
//! and how soon it is painted. Not a test to be passed but pictures to be looked at:
//!
//! ```sh
//! cargo test --test it gallery -- --ignored --nocapture
//! ```
//!
//! They are left in `target/gallery` (`MOTCUA_GALLERY` names another folder), with an `index.html`.

use super::views::demo;
use crate::support::browser::Browser;
use motcua::demo::PASSWORD;
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

const SCREENS: [(&str, u32, u32); 2] = [("1366x768", 1366, 768), ("390x844", 390, 844)];
const SCHEMES: [&str; 2] = ["light", "dark"];
/// Longer pages are cut off.
const HIGHEST: u32 = 2600;

fn folder() -> PathBuf {
    let named = std::env::var_os("MOTCUA_GALLERY").map(PathBuf::from);
    named.unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("gallery"))
}

/// How soon the page was there: milliseconds to the first byte and to the first paint, bytes of script as they travel.
const MEASURE: &str = "const [done] = arguments; const n = performance.getEntriesByType('navigation')[0]; \
    const script = performance.getEntriesByType('resource').filter(r => r.initiatorType === 'script'); \
    const told = () => done([n.responseStart - n.requestStart, \
      (performance.getEntriesByName('first-contentful-paint')[0] || {startTime: -1}).startTime, \
      script.reduce((sum, r) => sum + r.encodedBodySize, 0), document.title]); \
    setTimeout(told, 60)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "makes pictures to be looked at; see the head of the file"]
async fn gallery() {
    let (service, views) = demo().await;
    let origin = service.url("");
    let Some(browser) = Browser::open(&origin).await else { return };
    let folder = folder();
    std::fs::create_dir_all(&folder).unwrap();
    let (mut index, mut times) =
        (String::new(), String::from("page,who,first_byte_ms,first_paint_ms,script_bytes\n"));
    let mut signed_in = "-";
    for view in &views {
        if view.who != signed_in {
            browser.client.delete_all_cookies().await.unwrap();
            if view.who != "-" {
                browser.sign_in(view.who, PASSWORD).await;
            }
            signed_in = view.who;
        }
        writeln!(index, "<h2>{} <small>{}</small></h2><p>", view.name, view.who).unwrap();
        for (screen, width, height) in SCREENS {
            browser.screen(width, height).await;
            for scheme in SCHEMES {
                browser.colours(scheme).await;
                browser.go(&view.path).await;
                let told: Value = browser.client.execute_async(MEASURE, Vec::new()).await.unwrap();
                let file = format!("{}.{screen}.{scheme}.png", view.name);
                browser.picture(&folder.join(&file), width, HIGHEST).await;
                assert_eq!(browser.overflow().await, 0, "{} is wider than {screen}", view.name);
                writeln!(
                    index,
                    "<a href=\"{file}\"><img src=\"{file}\" alt=\"{screen}, {scheme}\" height=\"320\"></a>"
                )
                .unwrap();
                if (width, scheme) == (1366, "light") {
                    let number = |at: usize| told[at].as_f64().unwrap_or(-1.0).round();
                    let line =
                        format!("{},{},{},{},{}", view.name, view.who, number(0), number(1), number(2));
                    println!("{line}");
                    writeln!(times, "{line}").unwrap();
                }
            }
        }
        index.push_str("</p>\n");
    }
    let head = "<!doctype html><meta charset=\"utf-8\"><title>motcua</title>";
    std::fs::write(folder.join("index.html"), format!("{head}\n{index}")).unwrap();
    std::fs::write(folder.join("first_paint.csv"), times).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    browser.close().await;
    println!("{}", folder.join("index.html").display());
}
