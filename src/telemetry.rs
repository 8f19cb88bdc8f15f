//! The log: to standard error, as text for people or JSON for machines. Standard output belongs to answers.

use crate::config::{Log, LogFormat};
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("log.level: {0}")]
    BadLevel(String),
    #[error("the log is kept by somebody else already")]
    AlreadyKept,
}

/// Starts the log of this process, once.
pub fn start(log: &Log) -> Result<(), TelemetryError> {
    let filter =
        EnvFilter::try_new(&log.level).map_err(|error| TelemetryError::BadLevel(error.to_string()))?;
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match log.format {
        LogFormat::Text => {
            // Colours are for eyes, not for files.
            subscriber.with_target(false).with_ansi(std::io::stderr().is_terminal()).try_init()
        }
        LogFormat::Json => subscriber.json().flatten_event(true).try_init(),
    };
    started.map_err(|_kept| TelemetryError::AlreadyKept)
}
