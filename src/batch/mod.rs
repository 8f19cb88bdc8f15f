//! Many papers printed into one file: up to a thousand receipts, letters or slips, put together by a job in small pieces,
//! so that the memory it takes does not grow with their number. Whoever ordered it may leave and come back, and what a
//! killed process left is gone on with where it was.
//!
//! Each paper in it is the very paper that its own address gives: one given out before from its stored bytes, one not
//! asked for yet is given out by this. What cannot be printed is named, and keeps nothing else back.

pub mod file;
mod kind;
pub mod list;
pub mod order;
pub mod remove;
pub mod show;
mod store;
mod view;
mod work;

pub use kind::MOST;
pub use store::forget;
pub use work::{Printer, jobs};
