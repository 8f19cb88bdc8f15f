//! What the figures say: on-time rates, the plan's indicators, and the recount that holds them to the events.
//!
//! Every figure is read from the tallies and never from the dossiers. `verify`, which is there to distrust them, reads
//! events; so does `behind`, which lists the dossiers that a figure counts.

pub mod ageing;
pub mod ageing_dossiers;
mod as_file;
mod asked;
pub mod behind;
mod behind_file;
mod cause_words;
pub mod causes;
pub mod causes_dossiers;
mod compare;
mod cover;
mod format;
mod handed_out;
pub mod handling;
mod heading;
pub mod ii06a;
mod in_memory;
pub mod indicators;
mod indicators_returned;
mod indicators_table;
pub mod integrity;
mod lists;
pub mod overdue;
pub mod public_rates;
mod question;
pub mod rates;
mod reappointed;
mod store;
pub mod supplements;
mod tabled;
mod tally_rows;
pub mod unit;
pub mod verify;
mod view;
pub mod workload;

pub use ageing::{AgeingCounts, age_words, ageing, due_words};
pub use as_file::{Gathered, ReportFile, ii06a_file, overdue_file, unit_file};
pub use asked::{Asked, Grouping};
pub use cause_words::cause as cause_in_words;
pub use causes::{CauseCounts, causes};
pub use compare::Comparison;
pub use format::{Format, Sheet, answer};
pub use heading::Heading;
pub use ii06a::{FormFigures, Ii06a, ii06a, sheet as ii06a_sheet};
pub use in_memory::rows_of;
pub use overdue::overdue;
pub use question::Question;
pub use rates::rates;
pub use store::{Additions, officer_names};
pub use unit::UnitAsked;
pub use view::{FiguresView, RateView, RatesView, RowView};
