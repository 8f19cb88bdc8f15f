//! What the figures say: on-time rates, the plan's indicators, and the recount that holds them to the events.
//!
//! Every figure is read from the tallies and never from the dossiers. `verify`, which is there to distrust them, reads
//! events; so does `behind`, which lists the dossiers that a figure counts.

pub mod ageing;
mod asked;
pub mod behind;
mod cause_words;
pub mod causes;
mod compare;
mod cover;
mod format;
pub mod handling;
mod heading;
pub mod ii06a;
mod in_memory;
pub mod indicators;
pub mod integrity;
pub mod overdue;
pub mod public_rates;
mod question;
pub mod rates;
mod store;
pub mod supplements;
mod tally_rows;
pub mod unit;
pub mod verify;
mod view;
pub mod workload;

pub use asked::{Asked, Grouping};
pub use compare::Comparison;
pub use ii06a::{FormFigures, ii06a};
pub use in_memory::rows_of;
pub use question::Question;
pub use rates::rates;
pub use store::{Additions, officer_names};
pub use view::{FiguresView, RateView, RatesView, RowView};
