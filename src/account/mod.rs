//! Who works here: accounts, signing in, sessions, and the [`Officer`] that a handler is given.
//!
//! Whoever wants to know who asks takes [`Officer`], [`Admin`] or [`HeadOf`] as a parameter; nobody reads tokens.

pub mod change;
pub mod change_own;
pub mod change_password;
pub mod create;
mod desk;
mod from_the_machine;
pub mod list;
mod officer;
mod password;
mod reached;
pub mod refresh;
pub mod sessions;
pub mod show;
pub mod sign_in;
pub mod sign_out;
mod store;
mod token;

pub use create::{NewOfficer, create_officer};
pub use desk::{Desk, Settings, authenticate, new_secret, officer_of_browser, on_behalf_of};
pub use from_the_machine::{everybody, set_password};
pub use officer::{Admin, HeadOf, NoOfficer, Officer};
pub use password::{Password, hash_password};
pub use reached::{Reached, reached_after};
pub use sign_in::sign_in_browser;
pub use store::{branch_by_code, forget_stale};
