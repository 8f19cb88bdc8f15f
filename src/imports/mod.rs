//! A register taken over at a page or over the API, as `motcua import dossiers` does it from a file: handed in,
//! checked line by line without writing anything, looked at, and then imported or given up. Checking and importing are
//! jobs: whoever handed it in may leave and come back, and what a killed process left is gone on with where it was.
//! Administrators.
//!
//! The file lies in the database until it is imported or given up, so that any instance can work on it, and no longer:
//! it is full of personal data.

pub mod bad_lines;
pub mod give_up;
pub mod hand_in;
pub mod list;
pub mod show;
pub mod start;
mod store;
mod view;
mod work;

pub use store::forget_left_lying;
pub use work::{Clerk, jobs};
