//! Rates and their recount, against real databases.

mod tallies;
