//! The working calendar as people keep it: days, years, and what a change would do.

mod store;

pub use store::{insert_day, put_year};
