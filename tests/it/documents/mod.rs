//! Papers held against tools that others wrote.

mod papers;
mod signature;
mod signing;
