//! Every text that goes onto a paper, made printable: in one place, so that no form can forget it.

use super::world::has_glyph;
use crate::domain::one_line::breaks_a_line;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

/// Stands where the fonts have no sign: visible, so that nobody takes the text for whole.
const UNPRINTABLE: char = '□';
/// A word of so many characters without a place to break is broken after every [`PIECE`].
const LONG: usize = 48;
const PIECE: usize = 24;
/// A place where a line may end, with nothing to be seen there.
const BREAK: char = '\u{200B}';

/// All strings of the data: composed (NFC), free of marks that turn, hide or end lines, with a box for what the
/// fonts cannot print, and with places to break words that are longer than any line. Line ends (`\n`) stay.
///
/// Members called `…_svg` are pictures made by this program, and no text.
pub fn printable(data: Value) -> Value {
    match data {
        Value::String(text) => Value::String(cleaned(&text)),
        Value::Array(items) => Value::Array(items.into_iter().map(printable).collect()),
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, member)| {
                    let member = if name.ends_with("_svg") { member } else { printable(member) };
                    (name, member)
                })
                .collect(),
        ),
        plain => plain,
    }
}

fn cleaned(text: &str) -> String {
    let signs: String = text.nfc().filter_map(sign).collect();
    if !signs.split_whitespace().any(|word| word.chars().count() > LONG) {
        return signs;
    }
    let mut broken = String::with_capacity(signs.len());
    for word in signs.split_inclusive(char::is_whitespace) {
        let long = word.chars().count() > LONG;
        for (place, c) in word.chars().enumerate() {
            if long && place > 0 && place % PIECE == 0 {
                broken.push(BREAK);
            }
            broken.push(c);
        }
    }
    broken
}

fn sign(c: char) -> Option<char> {
    Some(match c {
        '\n' => '\n',
        c if breaks_a_line(c) || c.is_whitespace() => ' ',
        // Marks that choose the look of the sign before them, or hide in words.
        '\u{FE00}'..='\u{FE0F}' | '\u{200C}' | '\u{200D}' | '\u{00AD}' | '\u{2060}' => return None,
        c if has_glyph(c) => c,
        _ => UNPRINTABLE,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_and_typst_markup_stay_as_they_are() {
        let text = "Nguyễn Thị Ánh-Tuyết “#read(\"/etc/passwd\")” *đậm* $x$ — ₫ ½ …";
        assert_eq!(cleaned(text), text);
    }

    #[test]
    fn what_turns_hides_or_cannot_be_printed_is_made_visible_or_taken_out() {
        assert_eq!(cleaned("An\u{202E}nhà\0\u{200F}"), "An nhà  ");
        assert_eq!(cleaned("Cá 🐟\u{FE0F} 魚"), "Cá □ □");
        assert_eq!(cleaned("Nguye\u{302}\u{303}n"), "Nguyễn");
    }

    #[test]
    fn a_word_longer_than_any_line_can_be_broken_and_others_cannot() {
        let code = "000.00.03.H29-200121-0001";
        assert_eq!(cleaned(code), code);
        let endless = "a".repeat(5000);
        let broken = cleaned(&endless);
        assert!(broken.split(BREAK).all(|piece| piece.len() <= PIECE));
        assert_eq!(broken.replace(BREAK, ""), endless);
    }

    #[test]
    fn data_are_cleaned_wherever_they_stand() {
        let data = serde_json::json!({"a": ["x\0", {"b": "🐟"}], "n": 1});
        assert_eq!(printable(data), serde_json::json!({"a": ["x ", {"b": "□"}], "n": 1}));
    }
}
