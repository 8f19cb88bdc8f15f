//! The configuration in force, for people: without secrets, and where each value came from.

use super::{Config, DEFAULT};
use figment::value::Value;

impl Config {
    /// As TOML, in the order of `default.toml`.
    pub fn show(&self) -> String {
        let mut shown = String::new();
        let mut section = "";
        for line in DEFAULT.lines() {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                if !section.is_empty() {
                    shown.push('\n');
                }
                section = name;
                shown.push_str(&format!("[{section}]\n"));
            } else if let Some((key, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
                let path = format!("{section}.{key}");
                let value = self
                    .sources
                    .find_value(&path)
                    .map_or_else(|_none| String::new(), |value| written(&path, &value));
                shown.push_str(&format!("{key} = {value}{}\n", self.source(&path)));
            }
        }
        shown
    }

    /// A comment for what does not come from the defaults.
    fn source(&self, path: &str) -> String {
        let Some(metadata) = self.sources.find_metadata(path) else { return String::new() };
        match &metadata.source {
            Some(figment::Source::File(file)) => format!(" # {}", file.display()),
            // The defaults are a text, ours have no place but a name.
            None if !metadata.name.starts_with("TOML") => format!(" # {}", metadata.name),
            _ => String::new(),
        }
    }
}

fn written(path: &str, value: &Value) -> String {
    match value {
        Value::String(_, text) => {
            let text = match path {
                "auth.session_key" if !text.is_empty() => "***".to_owned(),
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
