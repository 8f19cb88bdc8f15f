//! The pages, as a browser without scripts meets them; `day.rs` has a real one.

mod admin;
mod apologies;
mod barriers;
mod batches;
mod calendar;
mod citizen;
mod closings;
mod counter;
mod day;
mod forgery;
mod gallery;
mod handler;
mod hostile;
mod imports;
mod keyboard;
mod looks;
mod notices;
mod policy;
mod print;
mod rates;
mod reports;
mod sessions;
mod templates;
mod warnings;
mod whole_day;
mod words;
