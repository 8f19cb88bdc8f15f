//! `/cai-dat`: how each branch has it, and what is set for the installation and where each value comes from.

use super::frame::Frame;
use super::visit::{Shown, Visit};
use askama::Template;
use serde::Deserialize;

#[derive(Deserialize)]
struct Listed<T> {
    items: Vec<T>,
}

#[derive(Deserialize)]
struct Branch {
    code: String,
    name: String,
    contact_phone: String,
    contact_email: Option<String>,
    apology_mode: String,
    authorised_by: Option<String>,
    authorised_on: Option<String>,
    authorised_document: Option<String>,
    active: bool,
}

#[derive(Deserialize)]
struct Setting {
    section: String,
    key: String,
    value: String,
    source: Option<String>,
}

impl Setting {
    /// Without the quotes that TOML puts around texts.
    fn plain(&self) -> String {
        serde_json::from_str::<String>(&self.value).unwrap_or_else(|_| self.value.clone())
    }

    /// What it is about: words under `pages.settings.key`.
    fn words(&self) -> String {
        format!("settings.key.{}.{}", self.section, self.key)
    }
}

#[derive(Template)]
#[template(path = "pages/settings.html")]
struct Page {
    f: Frame,
    branches: Vec<Branch>,
    /// By section.
    sections: Vec<(String, Vec<Setting>)>,
}

pub async fn show(visit: Visit) -> Shown {
    let settings: Listed<Setting> = visit.get("/settings").await?;
    let branches: Listed<Branch> = visit.get("/branches?limit=200").await?;
    let mut sections: Vec<(String, Vec<Setting>)> = Vec::new();
    for setting in settings.items {
        match sections.last_mut().filter(|(section, _)| *section == setting.section) {
            Some((_, settings)) => settings.push(setting),
            None => sections.push((setting.section.clone(), vec![setting])),
        }
    }
    visit.page(&Page { f: visit.frame("settings"), branches: branches.items, sections })
}
