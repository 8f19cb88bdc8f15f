//! Branches (chi cục): who takes dossiers in, and how their letters look.

pub mod change;
pub mod create;
pub mod list;
pub mod show;
mod store;
mod view;

pub use store::insert;
