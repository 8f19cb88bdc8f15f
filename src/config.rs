//! The configuration: `config/default.toml` inside the program, then a file, then the environment.
//!
//! Every key stands in `default.toml` with its meaning; a key that does not is an error that names it.

mod environment;
mod show;

pub use show::Shown;

use crate::domain::calendar::OfficeHours;
use chrono::NaiveTime;
use environment::Environment;
use figment::Figment;
use figment::error::Kind;
use figment::providers::{Format, Toml};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// What travels inside the program: complete and commented.
pub const DEFAULT: &str = include_str!("../config/default.toml");

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub http: Http,
    pub database: Database,
    pub smtp: Smtp,
    pub auth: Auth,
    pub office: Office,
    pub apology: Apology,
    pub papers: Papers,
    pub warnings: Warnings,
    pub integrity: Integrity,
    pub digest: Digest,
    pub jobs: Jobs,
    pub limits: Limits,
    pub log: Log,
    pub starting_data: StartingData,
    /// Where each value came from.
    #[serde(skip)]
    sources: Figment,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    pub host: String,
    pub port: u16,
    /// Where people reach the service; empty when that is not known.
    pub public_url: String,
    /// 0: one for each processor.
    pub workers: usize,
    pub behind_proxy: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// May hold a password.
    pub url: SecretString,
    pub connections: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// May hold a password.
    pub url: SecretString,
    pub from: String,
    #[serde(deserialize_with = "unless_empty")]
    pub reply_to: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// `None`: the installation's own, from its database.
    #[serde(deserialize_with = "secret_unless_empty")]
    pub session_key: Option<SecretString>,
    pub access_minutes: u32,
    pub refresh_days: u32,
    pub page_hours: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    #[serde(deserialize_with = "office_hours")]
    pub hours: OfficeHours,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Apology {
    pub suggested_working_days: u32,
    pub signature_wait_minutes: u32,
    /// A PKCS#12 file; `None`: letters are not signed here.
    #[serde(deserialize_with = "path_unless_empty")]
    pub signing_key: Option<PathBuf>,
    pub signing_password: SecretString,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Papers {
    pub batch_days: u32,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Warnings {
    pub due_soon_working_days: u32,
    pub stuck_working_days: u32,
    pub months: u32,
    pub least_cases: u32,
}

impl Default for Warnings {
    fn default() -> Self {
        Self { due_soon_working_days: 1, stuck_working_days: 5, months: 6, least_cases: 20 }
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Integrity {
    pub online_check_working_hours: u32,
    pub registered_again_days: u32,
    pub returned_within_working_days: u32,
}

impl Default for Integrity {
    fn default() -> Self {
        Self { online_check_working_hours: 8, registered_again_days: 30, returned_within_working_days: 10 }
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// `None`: no digests.
    #[serde(deserialize_with = "time_unless_empty")]
    pub at: Option<NaiveTime>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    pub poll_seconds: u32,
    pub lease_seconds: u32,
    pub retry_seconds: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub body_bytes: usize,
    pub public_lookups_per_minute: u32,
    pub sign_ins_per_minute: u32,
    pub wrong_phones_per_hour: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    /// A level, or levels by part of the program.
    pub level: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartingData {
    /// `None`: the data inside the program.
    #[serde(deserialize_with = "path_unless_empty")]
    pub folder: Option<PathBuf>,
}

/// Why there is no configuration. Never repeats a value: it may be a password in the wrong place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("{0}: no such file")]
    NoFile(PathBuf),
    #[error("{variable}: there is no setting of this name")]
    UnknownVariable { variable: String },
    #[error("{variable}: {expected} is expected")]
    BadVariable { variable: String, expected: &'static str },
    #[error("{place}: {reason}")]
    Bad { place: String, reason: String },
}

impl Config {
    /// The defaults, then `file`, then what `variables` say (`MOTCUA__SECTION__KEY`, `DATABASE_URL`; others are
    /// none of ours).
    pub fn load(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut sources = Figment::from(Toml::string(DEFAULT));
        if let Some(file) = file {
            if !file.is_file() {
                return Err(ConfigError::NoFile(file.to_owned()));
            }
            sources = sources.merge(Toml::file_exact(file));
        }
        for variable in Environment::read(variables)? {
            sources = sources.merge(variable);
        }
        Self::from_sources(sources)
    }

    /// The same with one more value on top: a flag of the command line.
    ///
    /// # Errors
    /// When the key does not exist or the value is not of its kind.
    pub fn with_flag(self, flag: &str, key: &str, value: &str) -> Result<Self, ConfigError> {
        Self::from_sources(self.sources.merge(Environment::one(flag, key, value)?))
    }

    fn from_sources(sources: Figment) -> Result<Self, ConfigError> {
        let mut config: Self = sources.extract().map_err(told)?;
        config.sources = sources;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let bad = |place: &str, reason: &str| {
            Err(ConfigError::Bad { place: place.to_owned(), reason: reason.to_owned() })
        };
        if self.auth.session_key.as_ref().is_some_and(|key| key.expose_secret().chars().count() < 32) {
            return bad("auth.session_key", "at least 32 characters are needed");
        }
        for (place, number) in [
            ("database.connections", self.database.connections),
            ("auth.access_minutes", self.auth.access_minutes),
            ("auth.refresh_days", self.auth.refresh_days),
            ("auth.page_hours", self.auth.page_hours),
            ("apology.suggested_working_days", self.apology.suggested_working_days),
            ("papers.batch_days", self.papers.batch_days),
            ("warnings.stuck_working_days", self.warnings.stuck_working_days),
            ("warnings.months", self.warnings.months),
            ("warnings.least_cases", self.warnings.least_cases),
            ("integrity.online_check_working_hours", self.integrity.online_check_working_hours),
            ("integrity.registered_again_days", self.integrity.registered_again_days),
            ("jobs.retry_seconds", self.jobs.retry_seconds),
            ("jobs.poll_seconds", self.jobs.poll_seconds),
            ("jobs.lease_seconds", self.jobs.lease_seconds),
            ("limits.public_lookups_per_minute", self.limits.public_lookups_per_minute),
            ("limits.wrong_phones_per_hour", self.limits.wrong_phones_per_hour),
        ] {
            if number == 0 {
                return bad(place, "at least 1 is needed");
            }
        }
        // An index holds what was not handed out within five days (migrations/…_signs_of_gaming_…).
        if self.integrity.returned_within_working_days < 5 {
            return bad("integrity.returned_within_working_days", "at least 5 are needed");
        }
        if self.integrity.online_check_working_hours > 80 || self.integrity.registered_again_days > 366 {
            return bad("integrity", "at most 80 working hours and 366 days");
        }
        let public = &self.http.public_url;
        if !(public.is_empty() || public.starts_with("https://") || public.starts_with("http://")) {
            return bad("http.public_url", "it begins with https:// or http://");
        }
        Ok(())
    }
}

/// A fault of figment without the value it found.
fn told(error: figment::Error) -> ConfigError {
    let key = error.path.join(".");
    let source = error.metadata.as_ref().and_then(|data| data.source.as_ref()).map(ToString::to_string);
    let place = match (key.is_empty(), source) {
        (false, Some(source)) => format!("{key} ({source})"),
        (false, None) => key,
        (true, Some(source)) => source,
        (true, None) => "the configuration".to_owned(),
    };
    let reason = match &error.kind {
        Kind::UnknownField(field, known) => {
            format!("there is no setting `{field}`; known here: {}", known.join(", "))
        }
        Kind::UnknownVariant(_, known) => format!("one of {} is expected", known.join(", ")),
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => {
            format!("{expected} is expected")
        }
        Kind::MissingField(field) => format!("`{field}` is missing"),
        Kind::Message(message) => message.lines().next().unwrap_or_default().to_owned(),
        other => other.to_string(),
    };
    ConfigError::Bad { place, reason }
}

fn unless_empty<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Some(String::deserialize(from)?).filter(|text| !text.is_empty()))
}

fn secret_unless_empty<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<SecretString>, D::Error> {
    Ok(unless_empty(from)?.map(SecretString::from))
}

fn path_unless_empty<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<PathBuf>, D::Error> {
    Ok(unless_empty(from)?.map(PathBuf::from))
}

fn time_unless_empty<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<NaiveTime>, D::Error> {
    let text = unless_empty(from)?;
    let time = |text: String| {
        let expected = || serde::de::Error::custom("a time of day such as 07:45 is expected");
        NaiveTime::parse_from_str(&text, "%H:%M").map_err(|_not_one| expected())
    };
    text.map(time).transpose()
}

fn office_hours<'de, D: serde::Deserializer<'de>>(from: D) -> Result<OfficeHours, D::Error> {
    String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::load(None, variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("motcua.toml");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn the_defaults_are_a_complete_configuration() {
        let config = load(&[]).unwrap();
        assert_eq!(config.http.port, 8080);
        assert_eq!(config.office.hours, OfficeHours::default());
        assert!(config.auth.session_key.is_none());
        assert_eq!(config.database.url.expose_secret(), "sqlite://data/motcua.db");
    }

    #[test]
    fn the_environment_comes_over_the_file_and_the_file_over_the_defaults() {
        let (_folder, path) = file("[http]\nport = 9000\nhost = \"0.0.0.0\"\n");
        let variables = [("MOTCUA__HTTP__PORT".to_owned(), "9001".to_owned())];
        let config = Config::load(Some(&path), variables).unwrap();
        assert_eq!((config.http.port, config.http.host.as_str()), (9001, "0.0.0.0"));
        let config = config.with_flag("--port", "http.port", "9002").unwrap();
        assert_eq!(config.http.port, 9002);
    }

    #[test]
    fn a_text_that_looks_like_a_number_stays_a_text() {
        let key = "0123456789012345678901234567890123456789";
        let config = load(&[("MOTCUA__AUTH__SESSION_KEY", key)]).unwrap();
        assert_eq!(config.auth.session_key.unwrap().expose_secret(), key);
    }

    #[test]
    fn a_setting_that_does_not_exist_is_named() {
        let error = load(&[("MOTCUA__HTTP__PROT", "1")]).unwrap_err();
        assert_eq!(error, ConfigError::UnknownVariable { variable: "MOTCUA__HTTP__PROT".to_owned() });
        let (_folder, path) = file("[http]\nprot = 1\n");
        let error = Config::load(Some(&path), []).unwrap_err().to_string();
        assert!(error.contains("prot") && error.contains("http") && error.contains("motcua.toml"), "{error}");
        let (_folder, path) = file("[htpp]\nport = 1\n");
        assert!(Config::load(Some(&path), []).unwrap_err().to_string().contains("htpp"));
    }

    #[test]
    fn values_of_the_wrong_kind_are_refused_without_being_repeated() {
        for (name, value) in [
            ("MOTCUA__HTTP__PORT", "secret"),
            ("MOTCUA__HTTP__PORT", "70000"),
            ("MOTCUA__OFFICE__HOURS", "secret"),
            ("MOTCUA__LOG__FORMAT", "secret"),
            ("MOTCUA__AUTH__SESSION_KEY", "secret"),
            ("MOTCUA__JOBS__POLL_SECONDS", "0"),
            ("MOTCUA__HTTP__PUBLIC_URL", "secret"),
            ("MOTCUA__DIGEST__AT", "secret"),
        ] {
            let error = load(&[(name, value)]).unwrap_err().to_string();
            assert!(!error.contains("secret") && !error.is_empty(), "{name}: {error}");
        }
        let (_folder, path) = file("[auth]\nsession_key = 12345678\n");
        let error = Config::load(Some(&path), []).unwrap_err().to_string();
        assert!(!error.contains("12345678") && error.contains("session_key"), "{error}");
    }

    #[test]
    fn a_file_that_is_not_there_is_an_error() {
        assert!(matches!(Config::load(Some(Path::new("no.toml")), []), Err(ConfigError::NoFile(_))));
    }

    #[test]
    fn the_database_url_of_the_environment_wins() {
        let config = load(&[
            ("DATABASE_URL", "postgres://a:b@c/d"),
            ("MOTCUA__DATABASE__URL", "sqlite://x"),
            ("PATH", "/bin"),
        ])
        .unwrap();
        assert_eq!(config.database.url.expose_secret(), "postgres://a:b@c/d");
    }

    #[test]
    fn what_is_shown_reads_back_and_has_no_secret() {
        let config = load(&[
            ("DATABASE_URL", "postgres://motcua:hunter2@db/motcua?password=hunter2"),
            ("MOTCUA__SMTP__URL", "smtp://me@example.vn:hun/ter2@mail.example.vn:587"),
            ("MOTCUA__AUTH__SESSION_KEY", "hunter2hunter2hunter2hunter2hunter2"),
            ("MOTCUA__APOLOGY__SIGNING_PASSWORD", "hunter2"),
        ])
        .unwrap();
        let shown = config.show();
        assert!(!shown.contains("hunter2") && !shown.contains("ter2"), "{shown}");
        assert!(shown.contains("postgres://motcua:***@db/motcua?password=***"), "{shown}");
        assert!(shown.contains("port = 8080"), "{shown}");
        assert!(shown.contains("DATABASE_URL"), "{shown}");
        let (_folder, path) = file(&shown.replace("session_key = \"***\"", ""));
        Config::load(Some(&path), []).unwrap();
    }
}
