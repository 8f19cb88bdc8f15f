//! The working calendar as people keep it: days, years, and what a change would do.

mod start;
mod store;
mod words;

pub use start::start_of;
pub use store::{insert_day, put_year};
pub use words::reason_not_counted;
