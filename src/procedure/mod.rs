//! Sectors (lĩnh vực) and procedures (thủ tục hành chính) with their dated versions.

mod store;

pub use store::{insert_procedure, insert_sector};
