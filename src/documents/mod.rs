//! What people read on paper and in mail: words and layout from facts. No rules, no database.

pub mod dates;
pub mod letter;
