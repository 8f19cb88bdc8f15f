//! What an empty database is given: branches, sectors, procedures, days off, rule sets and targets.
//!
//! The data is `config/*.csv`, which travels inside the program; a folder named in the configuration
//! (`starting_data.folder`) takes its place as a whole.

mod branches;
mod files;
mod holidays;
mod procedures;
mod rule_sets;
mod schedules;
mod seed;
mod targets;

pub use files::{Files, StartingDataError};
pub use holidays::calendar;
pub use seed::{StartingData, seed_if_empty};
