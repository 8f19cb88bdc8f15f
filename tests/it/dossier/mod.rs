//! The dossier: its store, its life over HTTP.

mod store;
