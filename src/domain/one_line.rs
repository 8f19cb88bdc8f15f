//! Names and reasons come from outside: in a letter, a header or a list each must stay one line.

/// The text on one line: every control, line or paragraph separator and every mark that turns the direction of
/// writing becomes a space, runs of space become one, the ends are trimmed. Other characters stay as they are.
pub fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if breaks_a_line(c) { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Characters that could end a line, hide text or reverse it on paper or screen.
pub fn breaks_a_line(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{FEFF}')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_names_stay_as_they_are() {
        assert_eq!(one_line("Nguyễn Thị Ánh-Tuyết (O'Neil)"), "Nguyễn Thị Ánh-Tuyết (O'Neil)");
    }

    #[test]
    fn line_breaks_tabs_nul_and_direction_marks_become_one_space() {
        assert_eq!(one_line("  An\r\nBcc: x@y\t\0\u{202E}nhà\u{2028} "), "An Bcc: x@y nhà");
    }

    proptest! {
        #[test]
        fn nothing_that_breaks_a_line_survives_and_a_second_pass_changes_nothing(text in any::<String>()) {
            let once = one_line(&text);
            prop_assert!(!once.chars().any(breaks_a_line));
            prop_assert_eq!(one_line(&once), once.clone());
        }
    }
}
