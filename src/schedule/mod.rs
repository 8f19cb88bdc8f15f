//! Scheduled reports: due before 25/2, 25/5, 25/8 and 20/11 or on any other days, made and mailed as a file by themselves,
//! with a reminder some working days before.
//!
//! A schedule is data; `look.rs` finds what is due and begins one run a due day (a unique key sees to that), `make.rs` makes
//! its file and hands it to [`crate::notice`], which mails it once. What failed stays in the run and is tried again by hand.

mod body;
pub mod change;
pub mod create;
pub mod file;
pub mod list;
mod look;
mod make;
pub mod remove;
pub mod retry;
pub mod runs;
pub mod show;
mod start;
mod store;
mod view;

pub use look::look;
pub use start::{Planned, insert_planned};
pub use store::Report;

use crate::config;
use crate::documents::typeset::Press;
use crate::http::{ReadyCheck, Warning};
use crate::jobs::Handlers;
use crate::notice::Room;
use std::sync::Arc;
use std::time::Duration;

/// What the jobs of this feature work with.
#[derive(Clone)]
pub struct Office {
    /// Where its mail goes out.
    pub room: Room,
    /// Prints the reports.
    pub press: Press,
    /// When something is a sign of gaming: the report of a unit counts them.
    pub integrity: config::Integrity,
}

/// How often it is looked for reports that are due.
const EVERY: Duration = Duration::from_secs(300);

/// Adds the jobs of this feature.
#[must_use]
pub fn jobs(handlers: Handlers, office: &Office) -> Handlers {
    let (looks, makes) = (office.room.clone(), office.clone());
    handlers
        .every(EVERY, look::KIND, move |_| look(&looks).map(drop).map_err(Into::into))
        .on(make::KIND, move |job| make::make(&makes, job))
}

/// Says at `/health/ready` that a scheduled report could not be made.
pub fn failed_reports() -> ReadyCheck {
    Arc::new(|conn, _| {
        let failed = store::count_failed(conn)?;
        Ok((failed > 0).then(|| Warning::new("failed-reports").fact("count", failed)))
    })
}
