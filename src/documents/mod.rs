//! What people read on paper and in mail: words and layout from facts. No rules, no database.

pub mod codes;
pub mod dates;
pub mod digest;
pub mod forms;
pub mod join;
pub mod letter;
pub mod report_mail;
pub mod signature;
pub mod signing;
pub mod table;
pub mod table_paper;
pub mod typeset;
pub mod word;
