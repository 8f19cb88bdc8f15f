//! The dossier: its store, its life over HTTP.

pub mod life;
mod store;
mod survey;
mod who_entered;
