//! What was entered into a form. Fields are named like the JSON pointer they fill, without the first slash, so
//! that a form becomes the body of an API request, and what the API says about a field stands beside it.

use super::when;
use crate::http::problem::Worded;
use crate::http::{Lang, Problem};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use chrono::NaiveDate;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::future::{Ready, ready};

/// The entries of a form, and after a refusal what is wrong with which.
#[derive(Debug, Clone, Default)]
pub struct Form {
    entries: Vec<(String, String)>,
    faults: BTreeMap<String, String>,
    refusal: Option<Refusal>,
    upload: Option<Upload>,
}

/// A file that came with a form.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The field it was chosen in.
    pub field: String,
    /// As the browser calls it; nothing is done with it but to show it.
    pub name: String,
    pub bytes: Bytes,
}

/// Why nothing was done, as a whole.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub title: String,
    pub detail: String,
    /// The thing has changed since it was shown.
    pub stale: bool,
    /// Nothing was tried: an entry is only shown again, which the head of the page says.
    pub held: bool,
    /// Faults of fields that this form does not show.
    pub elsewhere: Vec<String>,
}

impl Form {
    /// Of `application/x-www-form-urlencoded`.
    pub fn parse(body: &[u8]) -> Self {
        let entries = url::form_urlencoded::parse(body)
            // Browsers end the lines of a text area as in a mail.
            .map(|(name, value)| (name.into_owned(), value.replace("\r\n", "\n")))
            .collect();
        Self { entries, ..Self::default() }
    }

    /// Of the parts of `multipart/form-data`.
    pub fn of_parts(entries: Vec<(String, String)>, upload: Option<Upload>) -> Self {
        let entries = entries.into_iter().map(|(name, value)| (name, value.replace("\r\n", "\n"))).collect();
        Self { entries, upload, ..Self::default() }
    }

    /// The file chosen in this field; a browser sends an empty one where none was.
    pub fn upload(&self, field: &str) -> Option<&Upload> {
        self.upload
            .as_ref()
            .filter(|file| file.field == field && !(file.name.is_empty() && file.bytes.is_empty()))
    }

    /// A file came with it, whichever field it was chosen in.
    pub fn brought_file(&self) -> bool {
        self.upload.as_ref().is_some_and(|file| !file.name.is_empty() || !file.bytes.is_empty())
    }

    /// Every entry: name and value.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The entries alone, but for those with such a name.
    pub fn without(&self, such: impl Fn(&str) -> bool) -> Self {
        let entries = self.entries.iter().filter(|(name, _)| !such(name)).cloned().collect();
        Self { entries, ..Self::default() }
    }

    /// Of values known beforehand: what a form begins with.
    pub fn of<'a>(entries: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let entries = entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { entries, ..Self::default() }
    }

    /// The first entry of this name; empty when there is none.
    pub fn value(&self, name: &str) -> &str {
        self.entries.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// The entry without blanks around it, unless nothing was entered.
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.value(name).trim()).filter(|value| !value.is_empty())
    }

    /// Every entry of this name: boxes that were ticked.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.entries.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Whether the box of this name and value is ticked.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|one| one == value)
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.entries.retain(|(n, _)| n != name);
        self.entries.push((name.to_owned(), value.into()));
    }

    /// Adds an entry beside those of the same name.
    pub fn add(&mut self, name: &str, value: impl Into<String>) {
        self.entries.push((name.to_owned(), value.into()));
    }

    /// The version last seen.
    pub fn seen(&self) -> Option<&str> {
        self.given("_seen")
    }

    /// What a repetition of this form is known by.
    pub fn key(&self) -> Option<&str> {
        self.given("_key")
    }

    /// The body of an API request: every field that holds something, at the place its name says. Names that begin
    /// with `_` are the form's own. All values are texts; [`Body`] makes others of them.
    pub fn json(&self) -> Body {
        let mut body = Body(Value::Object(Map::new()));
        for (name, value) in &self.entries {
            let value = value.trim();
            if !name.starts_with('_') && !value.is_empty() {
                body.put(name, value);
            }
        }
        body
    }

    /// Notes what a problem says about which field, in words.
    pub fn refused(&mut self, problem: &Problem, lang: Lang) {
        self.refused_by(&problem.worded(lang), problem.slug());
    }

    /// The same where the form fills only a part of what is sent: what is said about `part/field` is about `field`.
    pub fn refused_in(&mut self, problem: &Problem, lang: Lang, part: &str) {
        self.refused(problem, lang);
        let faults = std::mem::take(&mut self.faults);
        let own = |name: String| name.strip_prefix(part).map(str::to_owned).unwrap_or(name);
        self.faults = faults.into_iter().map(|(name, words)| (own(name), words)).collect();
    }

    fn refused_by(&mut self, worded: &Worded, slug: &str) {
        let mut elsewhere = Vec::new();
        for error in &worded.errors {
            let name = error.pointer.trim_start_matches("/query").trim_start_matches('/').to_owned();
            if name.is_empty() {
                elsewhere.push(error.detail.clone());
            } else {
                self.faults.insert(name, error.detail.clone());
            }
        }
        self.refusal = Some(Refusal {
            title: worded.title.clone(),
            detail: worded.detail.clone(),
            stale: slug == "stale",
            held: slug == "not-sent-yet",
            elsewhere,
        });
    }

    /// Notes a fault that the page itself found, such as a date nobody can read.
    pub fn fault_at(&mut self, name: &str, words: String) {
        self.faults.insert(name.to_owned(), words);
    }

    pub fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }

    /// What is wrong with this field; empty when nothing is.
    pub fn fault(&self, name: &str) -> &str {
        self.faults.get(name).map_or("", String::as_str)
    }

    /// All faults with the field they are about.
    pub fn faults(&self) -> impl Iterator<Item = (&String, &String)> {
        self.faults.iter()
    }

    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }
}

/// A JSON body being put together.
#[derive(Debug, Clone)]
pub struct Body(Value);

impl Body {
    pub fn into_value(self) -> Value {
        self.0
    }

    /// Puts a value at a pointer without its first slash; objects on the way are made.
    pub fn put(&mut self, pointer: &str, value: impl Into<Value>) -> &mut Self {
        let mut at = &mut self.0;
        for part in pointer.split('/') {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            let Value::Object(members) = at else { return self };
            at = members.entry(part).or_insert(Value::Null);
        }
        *at = value.into();
        self
    }

    fn get(&self, pointer: &str) -> Option<String> {
        Some(self.0.pointer(&format!("/{pointer}"))?.as_str()?.to_owned())
    }

    /// Puts an empty text where nothing was entered, so that the API tells what is wrong with every field at once and
    /// not only that one is missing.
    pub fn require(&mut self, pointers: &[&str]) -> &mut Self {
        for pointer in pointers {
            if self.0.pointer(&format!("/{pointer}")).is_none() {
                self.put(pointer, "");
            }
        }
        self
    }

    /// Takes a field out.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.0.as_object_mut()?.remove(name)
    }

    /// Makes a number of a text, where it is one; dots between thousands are as people write.
    pub fn number(&mut self, pointer: &str) -> &mut Self {
        if let Some(text) = self.get(pointer)
            && let Ok(number) = text.replace(['.', ' '], "").parse::<i64>()
        {
            self.put(pointer, number);
        }
        self
    }

    /// Makes a list of a text: one item a line.
    pub fn lines(&mut self, pointer: &str) -> &mut Self {
        let text = self.get(pointer).unwrap_or_default();
        let items: Vec<Value> =
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(Value::from).collect();
        self.put(pointer, items)
    }

    /// `true` where the box is ticked, `false` where it is not.
    pub fn ticked(&mut self, pointer: &str) -> &mut Self {
        let ticked = self.get(pointer).is_some();
        self.put(pointer, ticked)
    }

    /// Makes a date of dd/mm/yyyy; what is none stays, for the API to refuse.
    pub fn date(&mut self, pointer: &str) -> &mut Self {
        if let Some(date) = self.get(pointer).and_then(|text| when::read_date(&text)) {
            self.put(pointer, date.to_string());
        }
        self
    }

    /// Makes a moment of `dd/mm/yyyy hh:mm`, or of `hh:mm` on this day.
    pub fn moment(&mut self, pointer: &str, today: NaiveDate) -> &mut Self {
        if let Some(moment) = self.get(pointer).and_then(|text| when::read_moment(&text, today)) {
            self.put(pointer, moment);
        }
        self
    }
}

impl FromRequest for Form {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    /// The gate has read it and checked its token.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or_else(Problem::broken))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_stand_where_their_names_say_and_empty_ones_nowhere() {
        let form =
            Form::parse("applicant/name=An&applicant/phone=+&case=&_csrf=x&amount=1.250.000".as_bytes());
        let mut body = form.json();
        body.number("amount");
        assert_eq!(body.into_value(), json!({"applicant": {"name": "An"}, "amount": 1_250_000}));
    }

    #[test]
    fn lines_of_a_text_area_become_a_list() {
        let mut body = Form::parse(b"items=a%0D%0A%0D%0A+b").json();
        body.lines("items");
        assert_eq!(body.into_value(), json!({"items": ["a", "b"]}));
    }

    #[test]
    fn a_name_that_goes_through_a_value_harms_nobody() {
        let body = Form::parse(b"a=1&a/b=2&a/b/c=3").json();
        assert_eq!(body.into_value(), json!({"a": {"b": {"c": "3"}}}));
    }

    #[test]
    fn dates_are_read_as_people_write_them_and_others_left_to_the_api() {
        let mut body = Form::parse(b"from=8/1/2026&to=31/02/2026").json();
        body.date("from").date("to");
        assert_eq!(body.into_value(), json!({"from": "2026-01-08", "to": "31/02/2026"}));
    }
}
