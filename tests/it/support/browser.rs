//! A real browser: headless Chromium, driven over WebDriver.
//!
//! `chromedriver` starts on a free port and ends with the value. Where there is none the test says loudly that it did
//! not run; in CI that is a failure.

use super::skipped;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use reqwest::Method;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(20);

/// Keys as WebDriver names them.
pub mod key {
    pub const TAB: &str = "\u{e004}";
    pub const ENTER: &str = "\u{e007}";
    pub const DOWN: &str = "\u{e015}";
    pub const SPACE: &str = " ";
    /// Held until the end of what is typed.
    pub const CTRL: &str = "\u{e009}";
    pub const SHIFT: &str = "\u{e008}";
}

/// What only Chromium's own protocol can do.
#[derive(Debug)]
struct Devtools(Value);

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.0.to_string()))
    }
}

pub struct Browser {
    pub client: Client,
    origin: String,
    driver: Driver,
}

/// The program that drives; killed with the value, whatever the test did.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn found(names: &[&str]) -> Option<String> {
    let folders = ["/usr/bin", "/usr/lib/chromium", "/usr/local/bin"];
    let places = folders.iter().flat_map(|folder| names.iter().map(move |name| format!("{folder}/{name}")));
    places.into_iter().find(|place| Path::new(place).exists())
}

impl Browser {
    /// A browser in front of the service at `origin`; `None` where there is none to be had.
    pub async fn open(origin: &str) -> Option<Self> {
        let (driver, binary) =
            (found(&["chromedriver"]), found(&["chromium", "chromium-browser", "google-chrome"]));
        let (Some(driver), Some(binary)) = (driver, binary) else {
            skipped("Chromium with its chromedriver", "Debian: apt-get install chromium chromium-driver");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let driver = Command::new(driver)
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let driver = Driver(driver);
        let options = json!({
            "browserName": "chrome",
            // axe-core looks at every cell of a long table, beside everything else that runs.
            "timeouts": {"script": 180_000},
            "goog:chromeOptions": {
                "binary": binary,
                "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1366,768"],
            },
            "goog:loggingPrefs": {"browser": "ALL"},
        });
        let Value::Object(options) = options else { unreachable!() };
        let started = Instant::now();
        let client = loop {
            let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
            match builder.capabilities(options.clone()).connect(&format!("http://127.0.0.1:{port}")).await {
                Ok(client) => break client,
                Err(error) => assert!(started.elapsed() < PATIENCE, "chromedriver: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        Some(Self { client, origin: origin.to_owned(), driver })
    }

    pub async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.origin)).await.unwrap();
    }

    /// Types into whatever has the focus, as a person at the keyboard.
    pub async fn keys(&self, keys: &str) {
        self.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// Waits until something like this is there.
    pub async fn wait(&self, css: &str) -> fantoccini::elements::Element {
        let wait = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        match wait {
            Ok(element) => element,
            Err(error) => panic!("no {css} at {}: {error}\n{}", self.path().await, self.text().await),
        }
    }

    /// Waits until the page says this.
    pub async fn wait_for_words(&self, words: &str) {
        let started = Instant::now();
        while !self.text().await.contains(words) {
            assert!(
                started.elapsed() < PATIENCE,
                "no \"{words}\" at {}:\n{}",
                self.path().await,
                self.text().await
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Which element has the focus, by its `id`.
    pub async fn focused(&self) -> String {
        let id = self.run("return document.activeElement.id").await;
        id.as_str().unwrap_or_default().to_owned()
    }

    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// Asks Chromium itself.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.client.issue_cmd(Devtools(json!({"cmd": command, "params": parameters}))).await.unwrap()
    }

    /// A screen of this size; a telephone's is narrower than any window may be.
    pub async fn screen(&self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// A system that is `light` or `dark`.
    pub async fn colours(&self, scheme: &str) {
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    /// Pages without their scripts; what the test itself runs still runs.
    pub async fn without_scripts(&self) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    }

    /// By how much the page is wider than the screen.
    pub async fn overflow(&self) -> Value {
        let root = "document.documentElement";
        self.run(&format!("return {root}.scrollWidth - {root}.clientWidth")).await
    }

    /// The whole page as a PNG, at most this high.
    pub async fn picture(&self, file: &Path, width: u32, highest: u32) {
        use base64::Engine as _;
        let height = self.run("return document.documentElement.scrollHeight").await;
        let height = height.as_u64().unwrap_or_default().min(highest.into());
        let clip = json!({"x": 0, "y": 0, "width": width, "height": height, "scale": 1});
        let asked = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
        let taken = self.devtools("Page.captureScreenshot", asked).await;
        let png = base64::engine::general_purpose::STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
        std::fs::write(file, png).unwrap();
    }

    /// Tabs on until this has the focus, by its `id` or `name`; nothing but the keyboard reaches it.
    pub async fn tab_to(&self, wanted: &str) {
        for _ in 0..200 {
            let here = "const e = document.activeElement; return [e.id, e.getAttribute('name') || '']";
            let here = self.run(here).await;
            if here.as_array().is_some_and(|names| names.iter().any(|name| name == wanted)) {
                return;
            }
            self.keys(key::TAB).await;
        }
        panic!("no Tab leads to {wanted} at {}:\n{}", self.path().await, self.text().await);
    }

    /// What can be read on the page.
    pub async fn text(&self) -> String {
        self.run("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    pub async fn path(&self) -> String {
        self.client.current_url().await.unwrap().path().to_owned()
    }

    /// What the browser complained of on the page: refused scripts and styles, errors.
    pub async fn complaints(&self) -> Vec<String> {
        let script = "return performance.getEntriesByType('resource').filter(r => r.responseStatus >= 400).map(r => r.name)";
        let mut complaints: Vec<String> =
            self.run(script).await.as_array().into_iter().flatten().map(ToString::to_string).collect();
        let styled = "return getComputedStyle(document.querySelector('header.top')).display";
        if self.run(styled).await != "block" {
            complaints.push("the styles did not come through".into());
        }
        if self.run("return typeof htmx").await != "object" {
            complaints.push("htmx did not come through".into());
        }
        complaints
    }

    pub async fn sign_in(&self, username: &str, password: &str) {
        self.client.delete_all_cookies().await.unwrap();
        self.sign_in_again(username, password).await;
    }

    /// The same, keeping the other cookies: whoever was signed in signs out first.
    pub async fn sign_in_again(&self, username: &str, password: &str) {
        for name in ["motcua", "motcua-entry"] {
            // It may not be there.
            drop(self.client.delete_cookie(name).await);
        }
        self.go("/dang-nhap").await;
        self.wait("#username").await;
        self.keys(username).await;
        self.keys(key::TAB).await;
        self.keys(password).await;
        self.keys(key::ENTER).await;
        self.wait(".me .who").await;
    }

    pub async fn close(self) {
        self.client.close().await.unwrap();
        drop(self.driver);
    }
}
