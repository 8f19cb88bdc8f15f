//! Papers held against tools that others wrote.

mod signature;
