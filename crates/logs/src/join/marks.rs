//! By what the lines of a stack trace are known.

/// What an open event is, and so what may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trace {
    /// A line that is no trace, or not yet; whether it tells of an error.
    Line {
        /// An exception that follows is this line's.
        error: bool,
    },
    /// Exceptions with indented frames: Java, Kotlin, .NET, Node.
    Frames,
    /// A Python traceback; what the line before was.
    Python(Python),
    /// A Go panic or dump of goroutines.
    Go,
    /// A Rust panic; whether its message is still to come.
    Rust {
        /// The message is the next line.
        message: bool,
    },
}

/// Where in a Python traceback a line was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Python {
    /// Frames, which are indented; the exception is to come.
    Frames,
    /// Behind the exception, or between two tracebacks.
    Between,
}

const TRACEBACK: &str = "Traceback (most recent call last):";

impl Trace {
    /// What an event is by its first line.
    pub fn begins(line: &str) -> Self {
        if line.ends_with(TRACEBACK) {
            return Self::Python(Python::Frames);
        }
        if ["panic: ", "fatal error: ", "SIGQUIT: "].iter().any(|mark| line.starts_with(mark))
            || is_goroutine(line)
        {
            return Self::Go;
        }
        if is_rust_panic(line) {
            return Self::Rust { message: line.ends_with(':') };
        }
        if is_exception(line) || line.starts_with("Unhandled exception. ") {
            return Self::Frames;
        }
        Self::Line { error: tells_error(line) }
    }

    /// Whether a line belongs to the event, which may become another trace by it.
    pub fn goes_on(&mut self, line: &str) -> bool {
        if let Self::Rust { message: true } = self {
            *self = Self::Rust { message: false };
            return !line.trim().is_empty();
        }
        if line.starts_with([' ', '\t']) && !line.trim().is_empty() {
            if let Self::Line { .. } = self
                && is_frame(line)
            {
                *self = Self::Frames;
            }
            if let Self::Python(state) = self {
                *state = Python::Frames;
            }
            return true;
        }
        match self {
            Self::Line { error } => {
                let follows = match Self::begins(line) {
                    Self::Line { .. } => return false,
                    // Frames without a line that told of an error are an event of their own.
                    next if *error => next,
                    _ => return false,
                };
                *self = follows;
                true
            }
            Self::Frames => {
                ["Caused by: ", "Suppressed: ", "... ", "---", "Wrapped by: "]
                    .iter()
                    .any(|mark| line.starts_with(mark))
                    || line == "}"
            }
            Self::Python(state) => match state {
                Python::Frames => {
                    *state = Python::Between;
                    true
                }
                Python::Between if line.ends_with(TRACEBACK) => {
                    *state = Python::Frames;
                    true
                }
                Python::Between => {
                    line.is_empty()
                        || line.starts_with("During handling of the above exception")
                        || line.starts_with("The above exception was the direct cause")
                }
            },
            Self::Go => is_go(line),
            Self::Rust { .. } => line == "stack backtrace:" || line.starts_with("note: "),
        }
    }
}

/// A line that tells of an error before its trace, as loggers print it.
fn tells_error(line: &str) -> bool {
    // Only the head: in the rest of a long line everything occurs.
    let head = line.get(..line.floor_char_boundary(160)).unwrap_or_default();
    [
        "ERROR",
        "FATAL",
        "CRITICAL",
        "SEVERE",
        "WARN",
        "Error",
        "error",
        "fail:",
        "crit:",
        "Exception",
    ]
    .iter()
    .any(|mark| head.contains(mark))
}

/// `\tat x.Y.z(Y.java:1)`, `   at X.Y.Z() in …`.
fn is_frame(line: &str) -> bool {
    line.trim_start().starts_with("at ")
}

/// `java.lang.IllegalStateException: no`, `Exception in thread "main" …`, `TypeError: x is undefined`.
fn is_exception(line: &str) -> bool {
    if line.starts_with("Exception in thread ") || line.starts_with("Uncaught ") {
        return true;
    }
    let name = line.split([':', ' ']).next().unwrap_or_default();
    let named = ["Exception", "Error", "Throwable"].iter().any(|end| name.ends_with(end));
    let ends =
        line.len() == name.len() || line.get(name.len()..).is_some_and(|r| r.starts_with(": "));
    named
        && ends
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'$' | b'_'))
}

fn is_rust_panic(line: &str) -> bool {
    line.find("thread '").is_some_and(|at| {
        at < 80 && line.get(at..).is_some_and(|rest| rest.contains(" panicked at "))
    })
}

/// `goroutine 1 [running]:`
fn is_goroutine(line: &str) -> bool {
    line.strip_prefix("goroutine ")
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.ends_with("]:"))
}

/// A line within a Go dump: calls, headings, and the blank lines between goroutines.
fn is_go(line: &str) -> bool {
    line.is_empty()
        || is_goroutine(line)
        || [
            "created by ",
            "[signal ",
            "[recovered]",
            "exit status ",
            "panic: ",
            "goroutine running on ",
        ]
        .iter()
        .any(|mark| line.starts_with(mark))
        || line.starts_with("...additional frames")
        || is_call(line)
}

/// `main.(*Shop).Buy(0xc000010000, 0x2)`, `main.f(...)`.
fn is_call(line: &str) -> bool {
    let name = line.split('(').next().unwrap_or_default();
    line.ends_with(')') && name.contains('.') && !name.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::{Trace, is_call, is_exception};

    #[test]
    fn sentences_begin_no_trace() {
        for line in
            ["Errors: 3", "Error handling is on", "at noon", "panicked", "goroutine pool up"]
        {
            assert!(matches!(Trace::begins(line), Trace::Line { .. }), "{line}");
        }
        assert!(!is_exception("the Exception: x"));
        assert!(!is_call("see main.go (first)"));
    }

    #[test]
    fn an_exception_joins_only_a_line_of_an_error() {
        let mut trace = Trace::begins("10:00 INFO all is well");
        assert!(!trace.goes_on("java.io.IOException: gone"));
        let mut trace = Trace::begins("10:00 ERROR failed");
        assert!(trace.goes_on("java.io.IOException: gone"));
        assert_eq!(trace, Trace::Frames);
    }
}
