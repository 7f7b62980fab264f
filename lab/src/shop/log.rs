//! Log lines in logfmt on standard output; errors on standard error.

use std::io::Write as _;

use crate::value::clock;

/// An ordinary line.
pub fn info(message: &str) {
    // A closed pipe means nobody reads any more; the service goes on.
    let _nobody_reads = writeln!(std::io::stdout(), "time={:.3} level=info {message}", clock());
}

/// Something worth a look.
pub fn warn(message: &str) {
    let _nobody_reads = writeln!(std::io::stdout(), "time={:.3} level=warn {message}", clock());
}

/// Something failed.
pub fn error(message: &str) {
    let _nobody_reads = writeln!(std::io::stderr(), "time={:.3} level=error {message}", clock());
}
