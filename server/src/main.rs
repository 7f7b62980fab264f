//! The `evenkeel` binary: reads the command line and runs the command.

use std::process::ExitCode;

fn main() -> ExitCode {
    evenkeel_server::cli::main()
}
