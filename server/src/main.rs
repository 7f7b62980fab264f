//! The `evenkeel` binary: reads the command line and runs the command.

use std::process::ExitCode;

/// Requests allocate on one thread and are freed on another; the system's allocator takes a third of
/// the time that intake has besides its database.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    evenkeel_server::cli::main()
}
