//! Sectors (lĩnh vực) and procedures (thủ tục hành chính) with their dated versions.

pub mod add_version;
pub mod create;
pub mod list;
pub mod sectors;
pub mod show;
mod store;
mod version_form;
mod view;

pub use store::{insert_procedure, insert_sector};
