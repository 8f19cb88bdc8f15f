//! The configuration in force, for people: without secrets, and where each value came from.

use super::{Config, DEFAULT};
use figment::value::Value;

/// A setting in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// `http`
    pub section: &'static str,
    /// `port`
    pub key: &'static str,
    /// As TOML, without secrets.
    pub value: String,
    /// The file, variable or flag it comes from; `None` for the defaults.
    pub source: Option<String>,
}

impl Config {
    /// As TOML, in the order of `default.toml`.
    pub fn show(&self) -> String {
        let mut shown = String::new();
        let mut section = "";
        for one in self.shown() {
            if one.section != section {
                if !section.is_empty() {
                    shown.push('\n');
                }
                section = one.section;
                shown.push_str(&format!("[{section}]\n"));
            }
            // A comment for what does not come from the defaults.
            let source = one.source.map(|source| format!(" # {source}")).unwrap_or_default();
            shown.push_str(&format!("{} = {}{source}\n", one.key, one.value));
        }
        shown
    }

    /// Every setting, in the order of `default.toml`.
    pub fn shown(&self) -> Vec<Shown> {
        let mut all = Vec::new();
        let mut section = "";
        for line in DEFAULT.lines() {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = name;
            } else if let Some((key, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
                let path = format!("{section}.{key}");
                let value = self.sources.find_value(&path);
                let value = value.map_or_else(|_none| String::new(), |value| written(&path, &value));
                all.push(Shown { section, key, value, source: self.source(&path) });
            }
        }
        all
    }

    fn source(&self, path: &str) -> Option<String> {
        let metadata = self.sources.find_metadata(path)?;
        match &metadata.source {
            Some(figment::Source::File(file)) => Some(file.display().to_string()),
            // The defaults are a text, ours have no place but a name.
            None if !metadata.name.starts_with("TOML") => Some(metadata.name.to_string()),
            _ => None,
        }
    }
}

fn written(path: &str, value: &Value) -> String {
    match value {
        Value::String(_, text) => {
            let text = match path {
                "auth.session_key" | "apology.signing_password" if !text.is_empty() => "***".to_owned(),
                "database.url" | "smtp.url" => without_password(text),
                _ => text.clone(),
            };
            // A JSON text is a TOML text.
            serde_json::Value::from(text).to_string()
        }
        Value::Bool(_, yes) => yes.to_string(),
        Value::Num(_, number) => {
            let signed = || number.to_i128().map(|number| number.to_string());
            number.to_u128().map(|number| number.to_string()).or_else(signed).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// `scheme://user:***@host…`. What stands before the last `@` counts as user and password: a password may hold
/// any character when somebody forgot to escape it.
fn without_password(url: &str) -> String {
    let masked = match url.split_once("://") {
        Some((scheme, rest)) => match rest.rsplit_once('@') {
            Some((login, host)) => {
                let user = login.split_once(':').map_or(login, |(user, _password)| user);
                let password = if user.len() < login.len() { ":***" } else { "" };
                format!("{scheme}://{user}{password}@{host}")
            }
            None => url.to_owned(),
        },
        None => url.to_owned(),
    };
    match masked.split_once('?') {
        Some((address, options)) => {
            let options = options.split('&').map(|option| match option.split_once('=') {
                Some((name, _)) if name.to_ascii_lowercase().contains("password") => format!("{name}=***"),
                _ => option.to_owned(),
            });
            format!("{address}?{}", options.collect::<Vec<_>>().join("&"))
        }
        None => masked,
    }
}
