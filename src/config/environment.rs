//! Settings from the environment, read as what they are in `default.toml`: a password of digits stays a text.

use super::{ConfigError, DEFAULT};
use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Metadata, Profile, Provider};

/// One value and the variable or flag it came from.
pub(super) struct Environment {
    name: String,
    key: String,
    value: Value,
}

impl Environment {
    /// All of ours in `variables`; `DATABASE_URL` last, so that it wins.
    pub(super) fn read(
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Vec<Self>, ConfigError> {
        let mut ours = Vec::new();
        let mut database_url = None;
        for (name, value) in variables {
            if let Some(key) = name.strip_prefix("MOTCUA__") {
                let key = key.to_ascii_lowercase().replace("__", ".");
                ours.push(Self::one(&name, &key, &value)?);
            } else if name == "DATABASE_URL" && !value.is_empty() {
                database_url = Some(Self::one(&name, "database.url", &value)?);
            }
        }
        ours.extend(database_url);
        Ok(ours)
    }

    /// `value` for `key` (`section.key`), as `name` says.
    pub(super) fn one(name: &str, key: &str, value: &str) -> Result<Self, ConfigError> {
        let unknown = || ConfigError::UnknownVariable { variable: name.to_owned() };
        let (section, field) = key.split_once('.').ok_or_else(unknown)?;
        let defaults = defaults();
        let default = defaults.get(section).and_then(Value::as_dict).and_then(|keys| keys.get(field));
        let expected = |expected| ConfigError::BadVariable { variable: name.to_owned(), expected };
        let value = match default.ok_or_else(unknown)? {
            Value::String(..) => Value::from(value),
            Value::Num(..) => {
                Value::from(value.trim().parse::<u64>().map_err(|_not_one| expected("a whole number"))?)
            }
            Value::Bool(..) => {
                Value::from(value.trim().parse::<bool>().map_err(|_not_one| expected("true or false"))?)
            }
            _ => return Err(unknown()),
        };
        Ok(Self { name: name.to_owned(), key: key.to_owned(), value })
    }
}

/// The keys there are, with values of their kind. The text is ours: where it does not parse, nothing exists,
/// and loading says why.
fn defaults() -> Dict {
    Toml::string(DEFAULT).data().unwrap_or_default().remove(&Profile::Default).unwrap_or_default()
}

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default
            .collect(figment::util::nest(&self.key, self.value.clone()).into_dict().unwrap_or_default()))
    }
}
