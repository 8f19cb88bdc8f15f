//! What the rows of the rates are called, as they are kept apart.

use super::figures::{self, Row};
use super::frame::Frame;
use super::rates_asked::{KEYS, RatesAsked};

/// What a row is called, in one of its first columns.
pub struct Key {
    pub words: String,
    /// In smaller letters below.
    pub more: String,
}

impl RatesAsked {
    /// What rows are kept apart by, beside a period.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        KEYS.into_iter().filter(|key| self.is_apart_by(key))
    }

    /// What the first columns are called: the period, then the keys.
    pub fn heads(&self, f: &Frame) -> Vec<String> {
        let head = |by: &str| f.word("rates.apart-by", by);
        let period = Some(self.period()).filter(|period| !period.is_empty());
        period.map(head).into_iter().chain(self.keys().map(head)).collect()
    }

    /// What stands in them.
    pub fn names(&self, f: &Frame, row: &Row) -> Vec<Key> {
        let plain = |words: String| Key { words, more: String::new() };
        let period = (!self.period().is_empty()).then(|| self.named_period(f, row));
        let keys = self.keys().map(|key| match key {
            "branch" => plain(named(&row.branch, &row.branch_code)),
            "sector" => plain(named(&row.sector, &row.sector_code)),
            "procedure" => Key { words: row.procedure_code.clone(), more: row.procedure.clone() },
            "channel" => plain(f.term("channel", &row.channel)),
            _ => match (&row.officer_name, &row.officer) {
                (Some(name), Some(username)) => Key { words: name.clone(), more: username.clone() },
                (None, Some(username)) => plain(username.clone()),
                (_, None) => plain(f.t("handling.nobody")),
            },
        });
        period.into_iter().chain(keys).collect()
    }

    /// What a row is called in a line: for those who hear it, and in a chart.
    pub fn whose(&self, f: &Frame, row: &Row) -> String {
        let names: Vec<String> = self.names(f, row).into_iter().map(|key| key.words).collect();
        names.join(", ")
    }

    /// What a row of a period is called below a bar.
    pub fn short_period(&self, f: &Frame, row: &Row) -> String {
        match self.period() {
            "week" => f.on(&row.week),
            "reporting_period" => figures::month(&row.reporting_period),
            _ => self.named_period(f, row).words,
        }
    }

    fn named_period(&self, f: &Frame, row: &Row) -> Key {
        let days = row
            .period
            .as_ref()
            .map(|days| f.t2("rates.days", "from", f.on(&days.from), "to", f.on(&days.to)));
        let days = days.unwrap_or_default();
        let (words, more) = match self.period() {
            "day" => (f.on(&row.day), String::new()),
            "week" => (f.t1("rates.week-of", "day", f.on(&row.week)), days),
            "quarter" => {
                let (year, quarter) = row.quarter.split_once("-Q").unwrap_or((&row.quarter, ""));
                (f.t2("rates.quarter-of", "quarter", quarter, "year", year), days)
            }
            "reporting_period" => {
                (f.t1("rates.period-of", "month", figures::month(&row.reporting_period)), days)
            }
            _ => (row.month(), days),
        };
        Key { words, more }
    }
}

fn named(name: &str, code: &str) -> String {
    if name.is_empty() { code.to_owned() } else { name.to_owned() }
}
