//! What orders have in common: much work ordered with one act and done by a job, one piece after the other, beside the
//! counters. Whoever ordered it may leave and come back, and what a killed process left is gone on with where it was.
//!
//! Each kind has a room of its own with what is ordered, who may, and what is done: `approvals`, `recount`, `batch`. Here is
//! where an order stands, the list of those there were, what came of each piece, and how its job finds it.

mod fault;
mod job;
mod pieces;
mod rows;
mod state;

pub use fault::in_words;
pub use job::{of_job, queue};
pub use pieces::Pieces;
pub use rows::{Orders, Stoppable};
pub use state::OrderState;

pub(crate) use pieces::pieces;
pub(crate) use rows::{orders, stoppable};
