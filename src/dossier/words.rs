//! What people type to find a dossier: its code, or words of a name, a phone, an identity number.

use crate::domain::people::fold;

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
        let words: Vec<String> =
            fold(text).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        if words.is_empty() { None } else { Some(Self::Folded(words)) }
    }

    /// For FTS5: every word quoted, so that none is taken for an operator.
    pub fn for_sqlite(words: &[String]) -> String {
        words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" ") + "*"
    }

    /// For `to_tsquery`: folded words hold letters and digits only.
    pub fn for_postgres(words: &[String]) -> String {
        words.join(" & ") + ":*"
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
        assert_eq!(Words::for_sqlite(&words), "\"nguyen\" \"or\" \"van\"*");
        assert_eq!(Words::for_postgres(&words), "nguyen & or & van:*");
        assert_eq!(Words::of(" *-!\" "), None);
    }
}
