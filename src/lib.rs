//! **motcua** ("một cửa", one door): dossier tracking for the one-stop counter.
//!
//! Start with `docs/ARCHITECTURE.md`: the invariants, then three walkthroughs.

pub mod clock;
pub mod db;
pub mod documents;
pub mod domain;
pub mod dossier;
pub mod failure;
pub mod mail;
pub mod reference;
pub mod report;
