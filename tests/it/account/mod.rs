//! Accounts and sessions, tried over a real socket.

mod guessing;
mod officers;
mod sessions;
