//! Rates and their recount, against real databases.

mod behind;
pub mod over_http;
mod rates;
mod tallies;
mod verify;
pub mod written;
