//! The register, imported by the program itself.

mod faults;
mod import;
mod recount;
mod world;

/// For measurements: `REGISTER_FILE=/tmp/so.csv REGISTER_LINES=100000 cargo test --test it a_register_for -- --ignored`
#[test]
#[ignore = "writes a file that somebody wants to import"]
fn a_register_for_measurements() {
    use crate::support::register::{Shape, csv_of, lines};
    let file = std::env::var("REGISTER_FILE").expect("REGISTER_FILE");
    let count = std::env::var("REGISTER_LINES").expect("REGISTER_LINES").parse().expect("a number");
    let shape = Shape { first_day: "2019-01-02".parse().expect("a day"), ..Shape::new(100, count) };
    std::fs::write(file, csv_of(&lines(shape))).expect("written");
}
