//! Where the dossiers behind the numbers of a table are listed: addresses of the API, for pages that lead there.

use chrono::NaiveDate;
use serde::Serialize;
use std::fmt::Display;
use url::form_urlencoded;

/// The list behind a cell is at the address of its row with that of its column at the end; where one of both is missing it has
/// none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Lists {
    pub columns: Vec<Option<String>>,
    pub rows: Vec<Option<String>>,
    pub total: Option<String>,
    /// Of each note the whole address.
    pub notes: Vec<Option<String>>,
}

impl Lists {
    /// A table of dossiers, whose codes stand in its first column.
    pub fn of_dossiers<'c>(codes: impl Iterator<Item = &'c str>) -> Self {
        Self {
            columns: vec![Some(String::new())],
            rows: codes.map(|code| Some(format!("/dossiers/{code}"))).collect(),
            ..Self::default()
        }
    }
}

/// `path?name=value…`, without what is empty.
pub fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs.iter().filter(|(_, value)| !value.is_empty()));
    format!("{path}?{}", query.finish())
}

/// The dossiers behind the figures of these days, narrowed by these filters.
pub fn of_rates((from, to, as_of): (NaiveDate, NaiveDate, NaiveDate), more: &[(&str, &str)]) -> String {
    let [from, to, as_of] = [from, to, as_of].map(|day| day.to_string());
    let days = [("from", from.as_str()), ("to", to.as_str()), ("as_of", as_of.as_str())];
    address("/rates/dossiers", &[&days[..], more].concat())
}

/// What a column narrows the list of its row by: a code word.
pub fn column(name: &str, word: impl Display) -> String {
    format!("&{name}={word}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_list_holds_what_was_asked_and_nothing_that_was_not() {
        let day = |text: &str| text.parse().unwrap();
        let days = (day("2026-01-01"), day("2026-03-31"), day("2026-03-15"));
        let row = of_rates(days, &[("branch_code", "TS"), ("sector", "")]);
        assert_eq!(
            format!("{row}{}", column("figure", "received")),
            "/rates/dossiers?from=2026-01-01&to=2026-03-31&as_of=2026-03-15&branch_code=TS&figure=received"
        );
        assert_eq!(address("/x", &[("sector", "Thú y & cá")]), "/x?sector=Th%C3%BA+y+%26+c%C3%A1");
        let lists = Lists::of_dossiers(["A-1"].into_iter());
        assert_eq!(
            (lists.rows, lists.columns),
            (vec![Some("/dossiers/A-1".to_owned())], vec![Some(String::new())])
        );
    }
}
