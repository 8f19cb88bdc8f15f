//! The dossier: its store, its life over HTTP.

mod life;
mod store;
