//! Closing a period: what is closed stays, and what came in since is told beside it.

pub(crate) mod over_http;
mod property;
