//! Accounts and sessions, tried over a real socket.

mod sessions;
