//! The pages, as a browser without scripts meets them; `day.rs` has a real one.

mod counter;
mod day;
mod forgery;
mod handler;
mod policy;
mod sessions;
mod words;
