//! The working calendar over HTTP.

mod days;
mod due_date;
mod impact;
mod readiness;
