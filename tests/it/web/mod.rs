//! The pages, as a browser without scripts meets them; `day.rs` has a real one.

mod forgery;
mod policy;
mod sessions;
mod words;
