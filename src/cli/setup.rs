//! What every command starts from: the configuration, the clock, the database when it wants one.

use super::CliError;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{
    DatabaseUrl, Db,
    migrate::{migrate, must_match},
};
use crate::installation::{Files, StartingData, seed_if_empty};
use crate::telemetry;
use secrecy::ExposeSecret as _;
use std::path::Path;

pub struct Setup {
    pub config: Config,
    pub clock: Clock,
    /// The database was named on the command line.
    pub database_given: bool,
}

impl Setup {
    /// The configuration of this process under the flags that every command has.
    pub fn new(file: Option<&Path>, database_url: Option<&str>) -> Result<Self, CliError> {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let config = Config::load(file, variables)?;
        Self { config, clock: Clock::System, database_given: database_url.is_some() }.with_flag(
            "--database-url",
            "database.url",
            database_url,
        )
    }

    /// The same under one more flag, if it was given.
    pub fn with_flag(self, flag: &str, key: &str, value: Option<&str>) -> Result<Self, CliError> {
        Ok(match value {
            Some(value) => Self { config: self.config.with_flag(flag, key, value)?, ..self },
            None => self,
        })
    }

    /// Starts the log: for commands that do more than answer.
    pub fn with_log(self) -> Result<Self, CliError> {
        telemetry::start(&self.config.log)?;
        Ok(self)
    }

    /// The database as it is.
    pub fn open(&self) -> Result<Db, CliError> {
        let url = self.config.database.url.expose_secret().parse()?;
        Ok(Db::open(&url, self.config.database.connections)?)
    }

    /// The database as it is, which must be there and of this version: looking into it does not make or change one.
    pub fn open_existing(&self) -> Result<Db, CliError> {
        if let DatabaseUrl::Sqlite(file) = self.config.database.url.expose_secret().parse()?
            && !file.exists()
        {
            return Err(CliError::failed(format_args!("không có cơ sở dữ liệu {}", file.display())));
        }
        let db = self.open()?;
        must_match(&db)?;
        Ok(db)
    }

    /// The database, brought up to date and given the starting data when it is empty.
    pub fn open_migrated(&self) -> Result<Db, CliError> {
        let db = self.open()?;
        self.bring_up_to_date(&db)?;
        Ok(db)
    }

    /// How many migrations were applied, and whether starting data was given.
    pub fn bring_up_to_date(&self, db: &Db) -> Result<(usize, bool), CliError> {
        let applied = migrate(db)?;
        let files = Files::read(self.config.starting_data.folder.as_deref())?;
        let data = StartingData::of(&files, self.clock.now())?;
        let given = seed_if_empty(db, data, &self.config.office.hours)?;
        Ok((applied, given))
    }
}
