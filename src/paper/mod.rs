//! The papers of a dossier: gathered from its events, printed, and kept as they were given out. One file a verb.
//!
//! A paper that is given out (receipt, request, refusal, notice, letter) is printed once and stored; whoever asks
//! again gets those bytes, whatever has become of template, rules and catalogue. A correction of what stands on a
//! paper makes another paper. The control sheet and the register show how things stand and are printed anew.

pub mod all;
mod control_sheet;
mod facts;
mod forms;
mod give_out;
pub mod list_templates;
mod pack;
pub mod preview;
mod print;
pub mod register;
mod register_rows;
pub mod remove_template;
pub mod save_template;
pub mod show;
pub mod show_template;
mod store;
pub mod word;

pub use give_out::{Desk, GivenOut, given_out};
pub use print::{Kept, Sheet, keep, kept, own_template, print};

use crate::documents::typeset::PressError;
use crate::failure::Failure;

/// A paper that was not printed although its template is the program's own: our fault, or too much at once.
pub fn not_printed(error: PressError) -> Failure {
    match error {
        PressError::Busy => Failure::Conflict("press-busy"),
        other => Failure::Broken(format!("printing: {other}")),
    }
}
