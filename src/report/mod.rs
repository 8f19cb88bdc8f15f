//! What the figures say: on-time rates, the plan's indicators, and the recount that holds them to the events.
//!
//! Everything here reads the tallies and never the dossiers, but for `verify`, which is there to distrust them.

mod grain;
mod store;
mod tally_rows;

pub use store::write_tallies;
