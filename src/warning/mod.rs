//! Early warning: what is due soon, what is stuck, and what will likely be late, told from how long dossiers of the
//! procedure took lately, in all or from the step a dossier is in. The times are counted into buckets every night (docs/decisions/0011).

pub mod durations;
mod estimate;
mod in_step;
pub mod list;
mod look;
mod measure;
mod store;

pub use estimate::Measured;
pub use look::{Kind, Watch, Worry, WorryView};
pub use measure::{Measure, measure};

use crate::jobs::Handlers;
use std::time::Duration;

/// The kind of the job that counts the times.
pub const KIND: &str = "measure_durations";

/// How often it is looked whether a new day has come.
const EVERY: Duration = Duration::from_secs(3600);

/// Adds the job of this feature.
#[must_use]
pub fn jobs(handlers: Handlers, with: &Measure) -> Handlers {
    let with = with.clone();
    handlers.every(EVERY, KIND, move |_| measure(&with).map(drop).map_err(Into::into))
}
