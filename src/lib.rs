//! **motcua** ("một cửa", one door): dossier tracking for the one-stop counter.
//!
//! Start with `docs/ARCHITECTURE.md`: the invariants, then three walkthroughs.

pub mod account;
pub mod apology;
pub mod app;
pub mod approvals;
pub mod batch;
pub mod branch;
pub mod calendar;
pub mod cli;
pub mod clock;
pub mod closing;
pub mod config;
pub mod db;
pub mod demo;
pub mod documents;
pub mod domain;
pub mod dossier;
pub mod failure;
pub mod hex;
pub mod http;
pub mod imports;
pub mod installation;
pub mod jobs;
pub mod mail;
pub mod notice;
pub mod order;
pub mod paper;
pub mod procedure;
pub mod recount;
pub mod reference;
pub mod register;
pub mod report;
pub mod schedule;
pub mod target;
pub mod telemetry;
pub mod upkeep;
pub mod warning;
pub mod web;
