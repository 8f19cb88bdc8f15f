//! The due dates of all open dossiers counted again, after a change of the calendar: ordered by an administrator, done
//! by a job some dossiers at a time, so that the counters go on working beside it. Whoever ordered it may leave and come
//! back, and what a killed process left is gone on with where it was: no dossier is counted twice.
//!
//! One order at a time. It stays, with what became of which dossier: it is an act like any other.

pub mod dossiers;
pub mod list;
pub mod order;
pub mod show;
pub mod stop;
mod store;
mod view;
mod work;

pub use work::{Counter, jobs};
