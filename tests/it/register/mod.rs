//! The register, imported by the program itself.

mod faults;
mod import;
mod world;
