//! Many letters approved with one act of the head, up to a thousand: done by a job, one letter after the other, each in a
//! transaction of its own as if it had been approved by itself (`apology/approve.rs`), so that its number, its words, its
//! paper, its signature and its mail are there together or not at all. Whoever ordered it may leave and come back, and what a
//! killed process left is gone on with where it was: no letter is approved or mailed twice.
//!
//! What is approved is what was seen: each letter is named with the version that was read, and one that has changed since is
//! not approved but told of.

pub mod letters;
pub mod list;
pub mod order;
pub mod show;
pub mod stop;
mod store;
mod view;
mod work;

pub use order::MOST;
pub use work::{Signatory, jobs};
