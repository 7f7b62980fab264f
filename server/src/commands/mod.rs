//! One file per command.

pub mod audit;
pub mod cluster;
pub mod connection;
pub mod doctor;
pub mod incident;
pub mod mcp;
pub mod migrate;
pub mod policy;
pub mod replay;
pub mod secrets;
pub mod serve;
pub mod token;
pub mod user;
pub mod worker;

use serde::Serialize;

/// Prints a result: as JSON, or as a person reads it.
pub(crate) fn print<T: Serialize>(json: bool, value: &T, text: impl FnOnce(&T) -> String) {
    if json {
        match serde_json::to_string(value) {
            Ok(line) => println!("{line}"),
            Err(error) => eprintln!("evenkeel: cannot print the result as JSON: {error}"),
        }
    } else {
        println!("{}", text(value));
    }
}

/// Who is named in the audit trail for what an operator does on the command line.
pub(crate) const OPERATOR: &str = "operator (command line)";
