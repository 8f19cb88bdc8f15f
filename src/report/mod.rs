//! What the figures say: on-time rates, the plan's indicators, and the recount that holds them to the events.
//!
//! Every figure is read from the tallies and never from the dossiers. `verify`, which is there to distrust them, reads
//! events; so does `behind`, which lists the dossiers that a figure counts.

mod asked;
pub mod behind;
mod cover;
mod format;
pub mod ii06a;
mod in_memory;
pub mod indicators;
pub mod overdue;
pub mod public_rates;
mod question;
pub mod rates;
mod store;
mod tally_rows;
pub mod verify;
mod view;

pub use asked::{Asked, Grouping};
pub use ii06a::{FormFigures, ii06a};
pub use in_memory::rows_of;
pub use question::Question;
pub use rates::rates;
pub use store::{Additions, officer_names};
pub use view::{FiguresView, RateView, RatesView, RowView};
