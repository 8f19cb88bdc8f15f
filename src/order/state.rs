//! Where an order stands.

use crate::domain::words::code_words;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderState {
    Working,
    Done,
    Stopped,
}

code_words!(OrderState { Working => "working", Done => "done", Stopped => "stopped" });
