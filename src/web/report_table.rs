//! A report as the API words it, as a table of a page: its numbers lead to the pages with the dossiers behind them.

use super::frame::Frame;
use serde::Deserialize;

/// Where pages have what the API lists under these addresses.
const PAGES: [(&str, &str); 4] = [
    ("/rates/dossiers?", "/ket-qua/ho-so?"),
    ("/reports/ageing/dossiers?", "/bao-cao/ho-so?loai=ton&"),
    ("/reports/causes/dossiers?", "/bao-cao/ho-so?loai=nguyen-nhan&"),
    ("/dossiers/", "/ho-so/"),
];

#[derive(Deserialize)]
pub struct Table {
    title: String,
    heading: Option<String>,
    about: Vec<String>,
    groups: Vec<Group>,
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
    total: Option<Vec<String>>,
    notes: Vec<String>,
    #[serde(default)]
    lists: Lists,
}

#[derive(Deserialize)]
pub struct Group {
    pub title: Option<String>,
    start: usize,
    pub count: usize,
}

#[derive(Deserialize)]
pub struct Column {
    pub title: String,
    pub align: String,
}

/// Parts of the addresses of the lists.
#[derive(Default, Deserialize)]
struct Lists {
    columns: Vec<Option<String>>,
    rows: Vec<Option<String>>,
    total: Option<String>,
    notes: Vec<Option<String>>,
}

/// What stands in the table or below it, and where it leads.
pub struct Cell {
    pub words: String,
    pub place: Option<String>,
    /// What it counts, for those who hear the link alone; empty where its words say it.
    pub about: String,
    pub is_number: bool,
}

impl Table {
    pub fn heading(&self) -> &str {
        self.heading.as_deref().unwrap_or(&self.title)
    }

    pub fn about(&self) -> &[String] {
        &self.about
    }

    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn is_grouped(&self) -> bool {
        self.groups.iter().any(|group| group.title.is_some())
    }

    pub fn of(&self, group: &Group) -> &[Column] {
        self.columns.get(group.start..group.start + group.count).unwrap_or_default()
    }

    pub fn lines(&self, f: &Frame) -> Vec<Vec<Cell>> {
        let address = |place| self.lists.rows.get(place).and_then(Option::as_deref);
        self.rows.iter().enumerate().map(|(place, row)| self.cells(f, row, address(place))).collect()
    }

    pub fn last_line(&self, f: &Frame) -> Option<Vec<Cell>> {
        self.total.as_ref().map(|total| self.cells(f, total, self.lists.total.as_deref()))
    }

    pub fn notes(&self) -> Vec<Cell> {
        let place = |at| self.lists.notes.get(at).and_then(Option::as_deref).and_then(page_of);
        let notes = self.notes.iter().enumerate();
        notes
            .map(|(at, words)| Cell {
                words: words.clone(),
                place: place(at),
                about: String::new(),
                is_number: false,
            })
            .collect()
    }

    fn is_number(&self, place: usize) -> bool {
        self.columns.get(place).is_some_and(|column| column.align == "right")
    }

    fn cells(&self, f: &Frame, row: &[String], address: Option<&str>) -> Vec<Cell> {
        let texts =
            row.iter().enumerate().filter(|(place, words)| !self.is_number(*place) && !words.is_empty());
        let whose = texts.map(|(_, words)| words.as_str()).collect::<Vec<_>>().join(", ");
        let cell = |(at, words): (usize, &String)| {
            let narrower = self.lists.columns.get(at).and_then(Option::as_deref);
            let list = address.zip(narrower).filter(|_| !matches!(words.as_str(), "" | "0"));
            let is_number = self.is_number(at);
            let about = if is_number {
                f.t3("rates.list-of", "number", words, "what", self.named(at), "branch", &whose)
            } else {
                String::new()
            };
            let place = list.and_then(|(row, column)| page_of(&format!("{row}{column}")));
            Cell { words: words.clone(), place, about, is_number }
        };
        row.iter().enumerate().map(cell).collect()
    }

    /// What a column is called, with what stands over it.
    fn named(&self, at: usize) -> String {
        let title = self.columns.get(at).map(|column| column.title.as_str()).unwrap_or_default();
        let over = self.groups.iter().find(|group| (group.start..group.start + group.count).contains(&at));
        match over.and_then(|group| group.title.as_deref()) {
            Some(over) => format!("{over}: {title}"),
            None => title.to_owned(),
        }
    }
}

/// The page with what the API lists at an address.
fn page_of(address: &str) -> Option<String> {
    PAGES.iter().find_map(|(api, page)| Some(format!("{page}{}", address.strip_prefix(api)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_api_lists_has_a_page() {
        for (address, page) in [
            (
                "/rates/dossiers?from=2026-01-01&figure=received",
                "/ket-qua/ho-so?from=2026-01-01&figure=received",
            ),
            (
                "/reports/ageing/dossiers?as_of=2026-01-01&age=over_90",
                "/bao-cao/ho-so?loai=ton&as_of=2026-01-01&age=over_90",
            ),
            ("/dossiers/000.00.03.H29-260310-0001", "/ho-so/000.00.03.H29-260310-0001"),
        ] {
            assert_eq!(page_of(address).as_deref(), Some(page));
        }
        assert_eq!(page_of("/accounts"), None);
    }
}
