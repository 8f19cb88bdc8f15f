//! Rates and their recount, against real databases.

mod rates;
mod tallies;
mod verify;
mod written;
