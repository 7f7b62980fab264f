//! The kill harness as a command.
fn main() {}
