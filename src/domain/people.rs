//! Who a dossier is for, and the texts people may enter: parsed once, valid ever after.

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// What is wrong with an entered text. The codes are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFault {
    Empty,
    TooLong {
        max: usize,
    },
    /// Letters and marks stand apart (NFD): such a name is not found again and prints badly.
    NotNfc,
    /// NUL, other control characters, or marks that turn the direction of writing.
    ControlCharacter,
    /// Not of the form this field has.
    BadForm,
}

impl TextFault {
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong { .. } => "too-long",
            Self::NotNfc => "not-nfc",
            Self::ControlCharacter => "control-character",
            Self::BadForm => "bad-form",
        }
    }
}

/// One line of text: trimmed, 1 to `max` characters, NFC, no control characters.
pub fn line(text: &str, max: usize) -> Result<String, TextFault> {
    checked(text, max, |c| c.is_control())
}

/// Text that may have several lines.
pub fn lines(text: &str, max: usize) -> Result<String, TextFault> {
    checked(text, max, |c| c.is_control() && c != '\n' && c != '\t')
}

fn checked(text: &str, max: usize, forbidden: impl Fn(char) -> bool) -> Result<String, TextFault> {
    let text = text.trim_matches([' ', '\n', '\t']);
    if text.is_empty() {
        return Err(TextFault::Empty);
    }
    if text.chars().any(|c| forbidden(c) || turns_direction(c)) {
        return Err(TextFault::ControlCharacter);
    }
    if !is_nfc(text) {
        return Err(TextFault::NotNfc);
    }
    if text.chars().count() > max {
        return Err(TextFault::TooLong { max });
    }
    Ok(text.to_owned())
}

/// Marks that make a name read other than it is written (bidirectional overrides and isolates).
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A phone number as Vietnamese counters write it: digits, kept without blanks; `+84` becomes `0`.
pub fn phone(text: &str) -> Result<String, TextFault> {
    let text = line(text, 30)?;
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '(' | ')')).collect();
    let national = digits.strip_prefix("+84").map_or(digits.clone(), |rest| format!("0{rest}"));
    let plausible = (8..=12).contains(&national.len()) && national.bytes().all(|b| b.is_ascii_digit());
    if plausible { Ok(national) } else { Err(TextFault::BadForm) }
}

/// An identity card, passport, or enterprise number: 6 to 20 letters, digits, hyphens.
pub fn id_number(text: &str) -> Result<String, TextFault> {
    let text = line(text, 40)?.replace(' ', "").to_uppercase();
    let plausible =
        (6..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if plausible { Ok(text) } else { Err(TextFault::BadForm) }
}

/// An e-mail address plausible enough to try; whether it exists is for the mail server to say.
pub fn email(text: &str) -> Result<String, TextFault> {
    let text = line(text, 254)?;
    let plausible = text.is_ascii()
        && !text.contains([' ', ',', ';', '<', '>', '"', '(', ')', '\\'])
        && text.split_once('@').is_some_and(|(name, host)| {
            (1..=64).contains(&name.len())
                && !name.starts_with('.')
                && !name.ends_with('.')
                && !name.contains("..")
                && host.contains('.')
                && host.split('.').all(|label| {
                    !label.is_empty()
                        && label.len() <= 63
                        && !label.starts_with('-')
                        && !label.ends_with('-')
                        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                })
        });
    if plausible { Ok(text) } else { Err(TextFault::BadForm) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicantKind {
    Citizen,
    Enterprise,
    StateBody,
    Other,
}

crate::domain::words::code_words!(ApplicantKind {
    Citizen => "citizen",
    Enterprise => "enterprise",
    StateBody => "state_body",
    Other => "other",
});

/// The owner of a dossier, or who hands it in for the owner. Build it with the parsers of this file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applicant {
    pub name: String,
    pub kind: ApplicantKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A name as mail may carry it: of a person the initials and the given name (`N. T. Ánh`); organisations by their name.
pub fn masked_name(name: &str, kind: ApplicantKind) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    match (kind, words.split_last()) {
        (ApplicantKind::Citizen, Some((given, before))) => {
            let initials = before.iter().filter_map(|word| word.chars().next());
            let mut masked: String = initials.map(|initial| format!("{initial}. ")).collect();
            masked.push_str(given);
            masked
        }
        _ => words.join(" "),
    }
}

/// A text as it is searched: lower case, no diacritics, đ as d, single blanks, letters and digits only.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfd().flat_map(char::to_lowercase) {
        match c {
            'đ' => folded.push('d'),
            c if c.is_alphanumeric() => folded.push(c),
            c if unicode_normalization::char::is_combining_mark(c) => {}
            _ if folded.ends_with(' ') || folded.is_empty() => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_finds_vietnamese_names_without_diacritics() {
        assert_eq!(fold("  Nguyễn Thị  Ánh Đào "), "nguyen thi anh dao");
        assert_eq!(fold("CÔNG TY TNHH \"Đất–Việt\""), "cong ty tnhh dat viet");
        let decomposed: String = "Nguyễn Đức".nfd().collect();
        assert_eq!(fold(&decomposed), fold("Nguyễn Đức"));
    }

    #[test]
    fn a_masked_name_keeps_the_initials_and_the_given_name_of_a_person() {
        let masked = |name| masked_name(name, ApplicantKind::Citizen);
        assert_eq!(masked("Nguyễn Thị  Ánh"), "N. T. Ánh");
        assert_eq!(masked("Đặng"), "Đặng");
        assert_eq!(masked(""), "");
        assert_eq!(masked_name("Công ty Đất Việt", ApplicantKind::Enterprise), "Công ty Đất Việt");
    }

    #[test]
    fn texts_that_would_be_lost_or_lie_are_refused() {
        assert_eq!(line(" \n ", 10), Err(TextFault::Empty));
        assert_eq!(line("a\0b", 10), Err(TextFault::ControlCharacter));
        assert_eq!(line("a\nb", 10), Err(TextFault::ControlCharacter));
        assert_eq!(lines("a\nb", 10), Ok("a\nb".into()));
        assert_eq!(line("\u{202e}gnp.exe", 20), Err(TextFault::ControlCharacter));
        assert_eq!(line(&"Ễ".nfd().collect::<String>(), 10), Err(TextFault::NotNfc));
        assert_eq!(line(&"ễ".repeat(11), 10), Err(TextFault::TooLong { max: 10 }));
        assert_eq!(line(&"ễ".repeat(10), 10), Ok("ễ".repeat(10)));
    }

    #[test]
    fn phones_are_kept_as_national_digits() {
        assert_eq!(phone("+84 901 234 567"), Ok("0901234567".into()));
        assert_eq!(phone("028.3829.7614"), Ok("02838297614".into()));
        assert_eq!(phone("gọi sau"), Err(TextFault::BadForm));
    }

    #[test]
    fn addresses_that_no_server_would_take_are_refused() {
        assert!(email("an.nguyen@example.vn").is_ok());
        for bad in [
            "an",
            "an@",
            "@example.vn",
            "an@vn",
            "a b@example.vn",
            "an@example..vn",
            "an@-a.vn",
            "ân@example.vn",
        ] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }
}
