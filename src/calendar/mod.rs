//! The working calendar as people keep it: days, years, and what a change would do.
//!
//! No change here moves an appointment that was given: due dates stand in the dossiers.

pub mod days;
pub mod due_date;
mod edit;
pub mod explanation;
pub mod impact;
mod readiness;
mod start;
mod store;
pub mod year;

pub use explanation::{ExplainedDay, reason_not_counted};
pub use impact::{Move, OpenClock, moves};
pub use readiness::next_year_is_known;
pub use start::start_of;
pub use store::{insert_day, put_year};
