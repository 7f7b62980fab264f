//! The platform with fail points, for the kill harness: `EVENKEEL_FAILPOINT=name:nth`.

use std::process::ExitCode;

fn main() -> ExitCode {
    evenkeel_server::cli::main()
}
