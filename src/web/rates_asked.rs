//! What the page of the rates is asked: days, the evening, the date judged against, how figures are kept apart, and what
//! narrows them. As its address has it, made into questions for the API and into addresses again.

use super::figures::days;
use super::form::Form;
use super::frame::Frame;
use super::places::with_query;
use super::when;
use crate::domain::period::Period;
use crate::domain::tally::Against;
use chrono::NaiveDate;

/// What figures can be kept apart by beside a period, by the names of the API.
pub const KEYS: [&str; 5] = ["branch", "sector", "procedure", "channel", "officer"];
/// What narrows the figures, by the names of the API.
pub const FILTERS: [&str; 5] = ["branch_code", "sector", "procedure_code", "channel", "officer"];

/// Who holds what nobody holds, as the API is asked for it.
pub const NOBODY: &str = "-";

pub struct RatesAsked {
    pub from: String,
    pub to: String,
    /// Empty: the end of the period, or today.
    pub as_of: String,
    /// Empty: the headline.
    pub against: String,
    /// How rows are kept apart: keys in their order, then a period. What the API does not know stays, for it to refuse.
    by: Vec<String>,
    filters: Vec<(&'static str, String)>,
}

impl RatesAsked {
    pub fn of(asked: &Form, today: NaiveDate) -> Self {
        let (from, to) = days(asked, today);
        let as_of = asked.value("as_of").trim();
        let against = asked.value("against").trim();
        let mut by: Vec<String> = Vec::new();
        let named = asked.all("by").chain(asked.all("period")).flat_map(|text| text.split(','));
        for one in named.map(str::trim).filter(|one| !one.is_empty()) {
            if by.iter().all(|other| other != one) {
                by.push(one.to_owned());
            }
        }
        let place = |by: &String| KEYS.iter().position(|key| key == by).unwrap_or(KEYS.len());
        by.sort_by_key(place);
        Self {
            from,
            to,
            as_of: when::read_date(as_of).map_or_else(|| as_of.to_owned(), |day| day.to_string()),
            against: if against == Against::FirstPromise.as_str() { "" } else { against }.to_owned(),
            by,
            filters: FILTERS.iter().map(|name| (*name, asked.value(name).trim().to_owned())).collect(),
        }
    }

    /// The form as people fill it in.
    pub fn form(&self, f: &Frame) -> Form {
        let mut form = Form::of([
            ("from", f.on(&self.from)),
            ("to", f.on(&self.to)),
            ("as_of", f.on(&self.as_of)),
            ("against", self.against.clone()),
            ("period", self.period().to_owned()),
        ]);
        for (name, value) in &self.filters {
            form.set(name, value.clone());
        }
        for by in &self.by {
            form.add("by", by.clone());
        }
        form
    }

    pub fn is_apart_by(&self, by: &str) -> bool {
        self.by.iter().any(|one| one == by)
    }

    /// How rows are kept apart; empty for the page as it begins.
    pub fn by(&self) -> String {
        self.by.join(",")
    }

    /// The period that rows are of; empty for none.
    pub fn period(&self) -> &str {
        self.by.iter().find(|by| by.parse::<Period>().is_ok()).map_or("", String::as_str)
    }

    pub fn filter(&self, name: &str) -> &str {
        self.filters.iter().find(|(one, _)| *one == name).map_or("", |(_, value)| value)
    }

    /// There are lists only of numbers that are judged against the promise in force.
    pub fn has_lists(&self) -> bool {
        self.against.is_empty()
    }

    /// What the API is asked beside days and groupings.
    pub fn narrowed(&self) -> Vec<(&str, &str)> {
        let more = [("as_of", self.as_of.as_str()), ("against", self.against.as_str())];
        more.into_iter().chain(self.filters.iter().map(|(name, value)| (*name, value.as_str()))).collect()
    }

    /// An address that asks the same, kept apart by this.
    pub fn at(&self, path: &str, by: &str) -> String {
        let days = [("by", by), ("from", self.from.as_str()), ("to", self.to.as_str())];
        with_query(path, &[&days[..], &self.narrowed()].concat())
    }

    /// The same of one of the usual periods; no evening is kept, which might lie before it.
    pub fn of_period(&self, period: &str) -> String {
        let by = self.by();
        let mut pairs = vec![("ky", period), ("by", by.as_str())];
        pairs.extend(self.narrowed().into_iter().filter(|(name, _)| *name != "as_of"));
        with_query("/ket-qua", &pairs)
    }

    /// What pages of other figures and files take along: the days, the branch and the sector.
    pub fn elsewhere(&self) -> String {
        let pairs = [
            ("from", self.from.as_str()),
            ("to", self.to.as_str()),
            ("branch_code", self.filter("branch_code")),
            ("sector", self.filter("sector")),
        ];
        with_query("", &pairs).trim_start_matches('?').to_owned()
    }

    /// What a table of the answer is called.
    pub fn file_name(&self) -> String {
        let as_of = if self.as_of.is_empty() { String::new() } else { format!("_chot-{}", self.as_of) };
        let against = if self.against.is_empty() { "" } else { "_ngay-hen-lai" };
        format!("ket-qua_{}_{}{as_of}{against}.csv", self.from, self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_made_asks_what_the_form_asked() {
        let today = NaiveDate::from_ymd_opt(2026, 5, 20).unwrap();
        let read = |query: &str| RatesAsked::of(&Form::parse(query.as_bytes()), today);
        let ticked = read(
            "from=1/3/2026&to=31/3/2026&as_of=15/4/2026&by=officer&by=branch&period=week&channel=online&against=reappointed",
        );
        assert_eq!((ticked.by().as_str(), ticked.period()), ("branch,officer,week", "week"));
        let address = ticked.at("/ket-qua", &ticked.by());
        let again = read(address.split_once('?').unwrap().1);
        assert_eq!(again.at("/ket-qua", &again.by()), address);
        assert_eq!((again.as_of.as_str(), again.has_lists()), ("2026-04-15", false));
        assert_eq!(again.file_name(), "ket-qua_2026-03-01_2026-03-31_chot-2026-04-15_ngay-hen-lai.csv");
        let plain = read("against=first_promise&by=,");
        assert_eq!((plain.by().as_str(), plain.has_lists()), ("", true));
    }
}
