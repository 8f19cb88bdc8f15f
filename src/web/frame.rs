//! What every page has around it, and what templates are given to write with: words, dates, addresses of files.

use super::entry::Held;
use super::{assets, when};
use crate::account::Officer;
use crate::domain::role::Role;
use crate::http::Lang;
use crate::http::words::words;
use serde_json::{Map, Value};

/// Light or dark, where somebody has chosen; else as the system is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

crate::domain::words::code_words!(Theme { System => "system", Light => "light", Dark => "dark" });

/// A page of the menu.
pub struct Place {
    /// What [`Frame::here`] says on it; its name is under `pages.nav.`
    pub id: &'static str,
    pub path: &'static str,
    who: &'static [Role],
    /// `accesskey`; empty for those behind [`Frame::more`], which one key opens.
    pub key: &'static str,
}

const BRANCH: &[Role] = &[Role::Counter, Role::Handler, Role::Head, Role::Admin];

const ALL: &[Role] = Role::ALL;
const ADMIN: &[Role] = &[Role::Admin];

/// The menu. Each sees what the own role works with: what it is used for all day stands in it, the rest behind one more
/// step.
const MENU: &[Place] = &[
    Place { id: "today", path: "/hom-nay", who: ALL, key: "1" },
    Place { id: "intake", path: "/tiep-nhan", who: &[Role::Counter, Role::Head, Role::Admin], key: "2" },
    Place { id: "hand-over", path: "/tra-ket-qua", who: &[Role::Counter, Role::Head, Role::Admin], key: "3" },
    Place { id: "dossiers", path: "/ho-so", who: ALL, key: "4" },
    Place { id: "apologies", path: "/xin-loi", who: ALL, key: "5" },
    Place { id: "rates", path: "/ket-qua", who: ALL, key: "6" },
    Place { id: "reports", path: "/bao-cao", who: ALL, key: "" },
    Place { id: "warnings", path: "/canh-bao", who: ALL, key: "" },
    Place { id: "closings", path: "/chot-so-lieu", who: ALL, key: "" },
    Place { id: "schedules", path: "/lich-bao-cao", who: ALL, key: "" },
    Place { id: "notices", path: "/thu-nhac", who: ALL, key: "" },
    Place { id: "batches", path: "/in-hang-loat", who: ALL, key: "" },
    Place { id: "calendar", path: "/lich", who: ALL, key: "" },
    Place { id: "catalogue", path: "/danh-muc", who: ALL, key: "" },
    Place { id: "accounts", path: "/tai-khoan", who: ADMIN, key: "" },
    Place { id: "templates", path: "/mau-giay-to", who: ADMIN, key: "" },
    Place { id: "settings", path: "/cai-dat", who: ADMIN, key: "" },
    Place { id: "imports", path: "/nhap-so", who: ADMIN, key: "" },
    Place { id: "jobs", path: "/cong-viec", who: ADMIN, key: "" },
];

/// Around a page.
#[derive(Debug, Clone)]
pub struct Frame {
    pub lang: Lang,
    pub theme: Theme,
    pub officer: Option<Officer>,
    pub csrf: String,
    /// dd/mm/yyyy hh:mm
    pub drawn_at: String,
    /// A new idempotency key for the forms of this page.
    pub key: String,
    /// The address of this page, to come back to.
    pub back: String,
    /// Which page of the menu this is.
    pub here: &'static str,
    /// What was done before this page came: a key under `pages.done.`
    pub done: Option<String>,
    /// Where what was done leads, such as a slip to be printed: its address and words.
    pub leads_to: Option<(String, String)>,
    /// The page shows an entry again that was not sent.
    pub held: Option<Held>,
}

impl Frame {
    /// The words under `pages.KEY`. A key without words shows itself; a test finds it first.
    pub fn t(&self, key: &str) -> String {
        self.with(key, &[])
    }

    /// The words for a code word of a page: `pages.KEY.WORD`.
    pub fn word(&self, key: &str, word: &str) -> String {
        self.with(&format!("{key}.{word}"), &[])
    }

    /// The words under `pages.KEY` with one fact in them.
    pub fn t1(&self, key: &str, name: &str, fact: impl ToString) -> String {
        self.with(key, &[(name, fact.to_string())])
    }

    /// The words under `pages.KEY` with two facts in them.
    pub fn t2(&self, key: &str, one: &str, first: impl ToString, two: &str, second: impl ToString) -> String {
        self.with(key, &[(one, first.to_string()), (two, second.to_string())])
    }

    /// The words under `pages.KEY` with three facts in them.
    #[allow(clippy::too_many_arguments, reason = "pairs, as in a template they are written")]
    pub fn t3(
        &self,
        key: &str,
        one: &str,
        first: impl ToString,
        two: &str,
        second: impl ToString,
        three: &str,
        third: impl ToString,
    ) -> String {
        self.with(key, &[(one, first.to_string()), (two, second.to_string()), (three, third.to_string())])
    }

    fn with(&self, key: &str, facts: &[(&str, String)]) -> String {
        let facts: Map<String, Value> =
            facts.iter().map(|(name, fact)| ((*name).to_owned(), Value::from(fact.as_str()))).collect();
        words(self.lang, &format!("pages.{key}"), &facts).unwrap_or_else(|| key.to_owned())
    }

    /// The word for a code word of the API: `terms.KIND.WORD`, or itself.
    pub fn term(&self, kind: &str, word: &str) -> String {
        words(self.lang, &format!("terms.{kind}.{word}"), &Map::new()).unwrap_or_else(|| word.to_owned())
    }

    /// Choices of a field: each code word with its term.
    pub fn terms<'w>(&self, kind: &str, codes: impl IntoIterator<Item = &'w str>) -> Vec<(String, String)> {
        codes.into_iter().map(|code| (code.to_owned(), self.term(kind, code))).collect()
    }

    /// The same after "any".
    pub fn options<'w>(&self, kind: &str, codes: impl IntoIterator<Item = &'w str>) -> Vec<(String, String)> {
        self.any(self.terms(kind, codes))
    }

    /// These choices after an empty one.
    pub fn any(&self, choices: impl IntoIterator<Item = (String, String)>) -> Vec<(String, String)> {
        [(String::new(), self.t("app.any"))].into_iter().chain(choices).collect()
    }

    /// These choices after an empty one that stands for nothing yet.
    pub fn choose(&self, choices: impl IntoIterator<Item = (String, String)>) -> Vec<(String, String)> {
        [(String::new(), self.t("app.choose"))].into_iter().chain(choices).collect()
    }

    /// How urgent a dossier is, in working days.
    pub fn urgency(&self, left: &i64) -> String {
        match *left {
            0 => self.t("app.due-today"),
            1 => self.t("app.day-left"),
            -1 => self.t("app.day-over"),
            2.. => self.t1("app.days-left", "days", left),
            _ => self.t1("app.days-over", "days", -left),
        }
    }

    /// A time limit in words: `5wd+3wd`.
    pub fn limit(&self, legs: &str) -> String {
        let in_words = |leg: &str| {
            let digits = leg.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            match leg.strip_prefix(digits) {
                Some(unit @ ("wd" | "d" | "wh")) if digits == "1" => self.t(&format!("app.limit-one-{unit}")),
                Some(unit @ ("wd" | "d" | "wh")) => self.t1(&format!("app.limit-{unit}"), "n", digits),
                _ => leg.to_owned(),
            }
        };
        legs.split('+').map(in_words).collect::<Vec<_>>().join(" + ")
    }

    /// A number as people write it.
    pub fn count(&self, number: &i64) -> String {
        super::figures::count(*number, self.lang)
    }

    /// A date or moment as people read it; nothing for nothing.
    pub fn date(&self, text: &Option<String>) -> String {
        text.as_deref().map(when::written).unwrap_or_default()
    }

    /// The same of what is always there.
    pub fn on(&self, text: &str) -> String {
        when::written(text)
    }

    /// The weekday of a date, short: T2 to CN.
    pub fn weekday(&self, date: &str) -> String {
        use chrono::Datelike as _;
        let date = date.parse::<chrono::NaiveDate>();
        date.map(|date| self.word("calendar.weekday", &date.weekday().number_from_monday().to_string()))
            .unwrap_or_default()
    }

    /// The address of a file of ours.
    pub fn file(&self, name: &str) -> String {
        assets::address(name)
    }

    fn places(&self) -> impl Iterator<Item = &'static Place> {
        let role = self.role();
        MENU.iter().filter(move |place| role.is_some_and(|role| place.who.contains(&role)))
    }

    /// What stands in the menu.
    pub fn menu(&self) -> impl Iterator<Item = &'static Place> {
        self.places().filter(|place| !place.key.is_empty())
    }

    /// What stands behind one more step.
    pub fn more(&self) -> impl Iterator<Item = &'static Place> {
        self.places().filter(|place| place.key.is_empty())
    }

    /// This page is one of those behind the step.
    pub fn is_more(&self) -> bool {
        self.more().any(|place| self.is(place.id))
    }

    pub fn is(&self, place: &str) -> bool {
        self.here == place
    }

    pub fn role(&self) -> Option<Role> {
        self.officer.as_ref().map(|officer| officer.role)
    }

    /// Sees every branch.
    pub fn sees_all(&self) -> bool {
        self.role().is_some_and(Role::sees_all_branches)
    }

    /// Looks after calendar, catalogue and accounts.
    pub fn is_admin(&self) -> bool {
        self.role() == Some(Role::Admin)
    }

    /// Whoever takes in dossiers.
    pub fn takes_in(&self) -> bool {
        self.role().is_some_and(Role::may_register)
    }

    /// One of those who do something with dossiers.
    pub fn acts(&self) -> bool {
        self.role().is_some_and(|role| BRANCH.contains(&role))
    }

    /// `data-bs-theme` of the page; empty leaves it to the system.
    pub fn theme_attribute(&self) -> &'static str {
        match self.theme {
            Theme::System => "",
            chosen => chosen.as_str(),
        }
    }

    pub fn lang_attribute(&self) -> &'static str {
        self.lang.as_str()
    }

    /// Words that say what was done before this page came; only what is known is said.
    pub fn notice(&self) -> Option<String> {
        words(self.lang, &format!("pages.done.{}", self.done.as_deref()?), &Map::new())
    }
}
