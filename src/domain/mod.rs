//! The pure core: what motcua exists for. No database, no HTTP, no file, no clock, no words for people.
//! It imports nothing of ours outside itself; `tests/it/house.rs` fails when it does.

pub mod ageing;
pub mod apology;
pub mod calendar;
pub mod catalogue;
pub mod correction;
pub mod deadline;
pub mod decide;
pub mod distance;
pub mod dossier;
pub mod durations;
pub mod event;
pub mod figure;
pub mod ids;
pub mod integrity;
pub mod letter_status;
pub mod lifecycle;
pub mod local_time;
pub mod one_line;
pub mod parts;
pub mod people;
pub mod period;
pub mod punctuality;
pub mod rates;
pub mod refusal;
pub mod returned;
pub mod role;
pub mod schedule;
pub mod tally;
pub mod target;
pub mod time_limit;
pub mod words;

#[cfg(test)]
pub(crate) mod testing;
