//! The pure core: what motcua exists for. No database, no HTTP, no file, no clock, no words for people.
//! It imports nothing of ours outside itself; `tests/it/house.rs` fails when it does.

pub mod calendar;
pub mod deadline;
pub mod ids;
pub mod lifecycle;
pub mod local_time;
pub mod one_line;
pub mod people;
pub mod punctuality;
pub mod refusal;
pub mod role;
pub mod time_limit;
pub mod words;

#[cfg(test)]
pub(crate) mod testing;
