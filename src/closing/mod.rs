//! Closing a period (chốt số liệu): figures as they were sent upward, kept byte for byte with hash, who and when.
//! They never change. What came in afterwards stands beside them, with its reasons: closed + adjustments = now.

mod adjusted_sheet;
pub mod adjustments;
mod audit;
pub mod close;
mod difference;
mod figures;
pub mod list;
mod newest;
pub mod preview;
mod sheet;
pub mod show;
mod store;
mod unit;
pub mod verification;
mod view;

pub use audit::{ClosingDifference, ClosingFinding, audit_closings};
pub use figures::ReportKind;
pub use newest::{Closed, newest_of};
