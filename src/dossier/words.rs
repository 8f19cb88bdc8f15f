//! What people type to find a dossier: its code, or words of a name, a phone, an identity number.

use crate::domain::ids::BranchId;
use crate::domain::people::fold;
use chrono::{DateTime, Datelike, Utc};

/// What somebody typed into the search field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Words {
    /// A whole dossier code.
    Code(String),
    /// A phone or identity number, from its beginning, or words of a name; the last may be begun only.
    Folded(Vec<String>),
}

impl Words {
    /// `None` when there is nothing in it to search for.
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        if is_code(text) {
            return Some(Self::Code(text.to_uppercase()));
        }
        let words: Vec<String> = folded(text).collect();
        if words.is_empty() { None } else { Some(Self::Folded(words)) }
    }
}

/// What is asked of the index of words: every whole word, the begun one, and one of the slices where any are given.
pub struct Asked<'a> {
    pub whole: &'a [String],
    pub begun: Option<&'a str>,
    pub slices: &'a [String],
}

impl<'a> Asked<'a> {
    /// All words as somebody typed them, anywhere.
    pub fn everywhere(words: &'a [String]) -> Self {
        let (begun, whole) = words.split_last().map_or((None, words), |(begun, whole)| (Some(begun), whole));
        Self { whole, begun: begun.map(String::as_str), slices: &[] }
    }

    /// For FTS5: every word quoted, so that none is taken for an operator.
    pub fn for_sqlite(&self) -> String {
        self.spelt('"', "*", " AND ", " OR ")
    }

    /// As a `tsquery`: folded words hold letters and digits only.
    pub fn for_postgres(&self) -> String {
        self.spelt('\'', ":*", " & ", " | ")
    }

    fn spelt(&self, quote: char, begun: &str, and: &str, or: &str) -> String {
        let quoted = |word: &str| format!("{quote}{word}{quote}");
        let whole = self.whole.iter().map(|word| quoted(word));
        let begun = self.begun.map(|word| quoted(word) + begun);
        let slices = self.slices.iter().map(|slice| quoted(slice)).collect::<Vec<_>>().join(or);
        let slices = (!slices.is_empty()).then(|| format!("({slices})"));
        whole.chain(begun).chain(slices).collect::<Vec<_>>().join(and)
    }
}

/// Longer words are found by their beginning: PostgreSQL keeps none of more than 2 KB.
pub const LONGEST: usize = 200;

fn kept(word: &str) -> String {
    word.chars().take(LONGEST).collect()
}

/// The words of a text, folded.
pub fn folded(text: &str) -> impl Iterator<Item = String> {
    let words: Vec<String> = fold(text).split(' ').filter(|word| !word.is_empty()).map(kept).collect();
    words.into_iter()
}

/// The month of the receipt (UTC), as a word under which a dossier is found: with it the index of words answers for a
/// part of the register, the newest first, instead of looking up what a hundred thousand dossiers have in common.
/// Nobody can type its first sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slice {
    NotReceived,
    Month(i32),
}

impl Slice {
    pub fn of(received_at: Option<DateTime<Utc>>) -> Self {
        let month = |at: DateTime<Utc>| at.year() * 12 + i32::try_from(at.month0()).unwrap_or(0);
        received_at.map_or(Self::NotReceived, |at| Self::Month(month(at)))
    }

    fn sign(self) -> String {
        match self {
            Self::NotReceived => "\u{b7}0".into(),
            Self::Month(months) => {
                format!("\u{b7}{:04}{:02}", months.div_euclid(12), months.rem_euclid(12) + 1)
            }
        }
    }

    /// Of the whole register, or of a branch. Two branches of one sign (the end of their keys) only mean that more is
    /// looked at.
    pub fn word(self, branch: Option<BranchId>) -> String {
        let mut word = self.sign();
        if let Some(branch) = branch {
            let key = branch.to_string();
            word.push_str(key.get(key.len().saturating_sub(8)..).unwrap_or_default());
        }
        word
    }

    /// Both words.
    pub fn words(self, branch: BranchId) -> [String; 2] {
        [self.word(None), self.word(Some(branch))]
    }
}

/// `^[0-9A-Z]+(\.[0-9A-Z]+)*-\d{6}-\d{4,}$`, in either order of the agency identifier (TT 01/2018 Đ19).
pub fn is_code(text: &str) -> bool {
    let mut parts = text.rsplitn(3, '-');
    let digits = |part: Option<&str>, at_least: usize, at_most: usize| {
        part.is_some_and(|part| {
            (at_least..=at_most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    digits(parts.next(), 4, 9)
        && digits(parts.next(), 6, 6)
        && parts.next().is_some_and(|agency| {
            agency.len() <= 40
                && agency
                    .split('.')
                    .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_known_in_both_orders_and_nothing_else_is_one() {
        for code in ["000.00.03.H29-200121-0001", "H29.03.00.000-200121-0001", "H29-200121-12345"] {
            assert!(is_code(code), "{code}");
        }
        for other in
            ["", "200121-0001", "H29-20012-0001", "H29-200121-001", "H29..1-200121-0001", "nguyen-van-an"]
        {
            assert!(!is_code(other), "{other}");
        }
    }

    #[test]
    fn searched_words_cannot_become_operators() {
        let Some(Words::Folded(words)) = Words::of("Nguyễn \"OR\" * (Văn) & !") else { panic!("words") };
        assert_eq!(words, ["nguyen", "or", "van"]);
        assert_eq!(Asked::everywhere(&words).for_sqlite(), "\"nguyen\" AND \"or\" AND \"van\"*");
        assert_eq!(Asked::everywhere(&words).for_postgres(), "'nguyen' & 'or' & 'van':*");
        assert_eq!(Words::of(" *-!\" "), None);
    }

    #[test]
    fn a_slice_is_a_month_that_nobody_can_type() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().ok();
        assert_eq!(Slice::of(at("2026-12-31T23:59:59.999Z")).word(None), "\u{b7}202612");
        assert_eq!(Slice::of(at("2026-01-01T00:00:00Z")).word(None), "\u{b7}202601");
        assert!(Slice::of(at("2026-01-01T00:00:00Z")) > Slice::of(at("2025-12-31T00:00:00Z")));
        let branch: BranchId = "0160b461-da80-745a-9a5a-1e97480e8d66".parse().expect("a key");
        assert_eq!(Slice::of(None).words(branch), ["\u{b7}0", "\u{b7}0480e8d66"]);
        assert_eq!(Words::of("\u{b7}202612"), Some(Words::Folded(vec!["202612".into()])));
        let slices = [Slice::Month(2026 * 12).word(None), Slice::Month(2026 * 12 - 1).word(None)];
        let asked = Asked { whole: &["van".into()], begun: None, slices: &slices };
        assert_eq!(asked.for_sqlite(), "\"van\" AND (\"\u{b7}202601\" OR \"\u{b7}202512\")");
        assert_eq!(asked.for_postgres(), "'van' & ('\u{b7}202601' | '\u{b7}202512')");
    }
}
