//! The command line, as whoever types it meets it.

mod backup;
mod config;
pub mod due;
mod migrate;
mod rates;
mod serve;
mod user;
