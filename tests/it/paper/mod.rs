//! Papers over HTTP: what they say, who may see them, and that what was given out never changes.

mod all;
mod fields;
mod preview;
mod register;
mod templates;
mod word;

use crate::support::house::Person;
use crate::support::skipped;
use reqwest::{Method, StatusCode};
use std::io::Write as _;
use std::process::Command;
use std::sync::OnceLock;

/// A file as it came.
pub struct File {
    pub bytes: Vec<u8>,
    headers: reqwest::header::HeaderMap,
}

impl File {
    /// The PDF that was answered.
    async fn of(response: reqwest::Response, path: &str) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.unwrap().to_vec();
        assert_eq!(status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&bytes));
        let file = File { bytes, headers };
        assert_eq!(file.header("content-type"), "application/pdf");
        assert_eq!(file.header("cache-control"), "private, no-store");
        assert!(file.header("content-disposition").starts_with("inline; filename="));
        file
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// What an independent program reads in it.
    pub fn text(&self) -> String {
        text_of(&self.bytes)
    }
}

/// A PDF that is there.
pub async fn pdf(person: &Person, path: &str) -> File {
    File::of(person.request(Method::GET, path).send().await.unwrap(), path).await
}

/// Whether there is a program that reads papers independently of the one that prints them; says so where not.
pub fn papers_can_be_read() -> bool {
    static FOUND: OnceLock<bool> = OnceLock::new();
    let found = *FOUND.get_or_init(|| Command::new("pdftotext").arg("-v").output().is_ok());
    if !found {
        skipped("pdftotext (reads what the papers say)", "Debian: apt-get install poppler-utils");
    }
    found
}

/// The text of a PDF, in one line.
pub fn text_of(bytes: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let told = Command::new("pdftotext")
        .args(["-enc", "UTF-8"])
        .arg(file.path())
        .arg("-")
        .output()
        .expect("pdftotext, of poppler-utils");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    squeezed(&String::from_utf8(told.stdout).unwrap())
}

pub fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
