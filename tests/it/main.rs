//! Everything that is tried from outside: over HTTP, through the command line, against real databases.
//!
//! One binary, so that it is linked once; the folders mirror `src`. What a test needs of the world
//! (a database of its own, a running service, a mail server that misbehaves) is in `support`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot go on fails by panicking, and says why on the way"
)]

#[macro_use]
mod support;

mod account;
mod apology;
mod approvals;
mod batch;
mod branch;
mod calendar;
mod cli;
mod closing;
mod crash;
mod db;
mod demo;
mod documents;
mod domain;
mod dossier;
mod house;
mod http;
mod imports;
mod installation;
mod jobs;
mod licences;
mod lives;
mod notice;
mod paper;
mod procedure;
mod recount;
mod reference;
mod register;
mod report;
mod schedule;
mod target;
mod upkeep;
mod warning;
mod web;
