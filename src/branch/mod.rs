//! Branches (chi cục): who takes dossiers in, and how their letters look.

mod store;

pub use store::insert;
