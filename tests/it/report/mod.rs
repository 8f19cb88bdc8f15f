//! Rates and their recount, against real databases.

mod behind;
mod compare;
mod handling;
mod ii06a;
mod integrity;
mod lists;
pub mod over_http;
mod plans;
mod rates;
mod scoreboard;
mod tables;
mod tallies;
mod unit;
mod verify;
pub mod written;
