//! What many pieces of work ordered with one act have in common: a job does one after the other, and says how far it is.

use crate::domain::words::code_words;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderState {
    Working,
    Done,
    Stopped,
}

code_words!(OrderState { Working => "working", Done => "done", Stopped => "stopped" });
