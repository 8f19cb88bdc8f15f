//! Addresses: of the API with their query, and those a browser may be sent back to.

use url::form_urlencoded;

/// `path?name=value…`, without what is empty.
pub fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs.iter().filter(|(_, value)| !value.trim().is_empty()) {
        query.append_pair(name, value.trim());
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// A text as one segment of a path.
pub fn segment(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// The place to go back to, if it is one of ours: a path on this very host and nothing that a browser could take
/// for another.
pub fn own(path: &str) -> Option<&str> {
    let fine = path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    fine.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_host_are_gone_back_to() {
        assert_eq!(own("/ho-so?q=a&b=%C4%91"), Some("/ho-so?q=a&b=%C4%91"));
        for other in
            ["", "ho-so", "//evil.example", "/\\evil.example", "https://evil.example", "/a\tb", "/a b"]
        {
            assert_eq!(own(other), None, "{other:?}");
        }
    }

    #[test]
    fn what_is_typed_cannot_leave_its_place_in_an_address() {
        assert_eq!(segment("a/../b?c"), "a%2F..%2Fb%3Fc");
        assert_eq!(with_query("/x", &[("q", "a&b=c"), ("r", " ")]), "/x?q=a%26b%3Dc");
    }
}
