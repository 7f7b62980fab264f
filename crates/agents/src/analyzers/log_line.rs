//! Which line of a crashed container's log explains the crash.
//!
//! The heuristic, in order:
//! 1. the line nearest the end that says the process gave up (`panic`, `fatal`, `segfault`, …);
//! 2. else the line nearest the end that reports an error (`error`, `exception`, `failed`, …);
//! 3. else the last line.
//!
//! Frames of a stack trace and the heading of a Python traceback carry the word but not the
//! reason, so they are passed over. Whatever the line says, it is only ever quoted.

use evenkeel_tools::kubernetes::LogLine;

const GAVE_UP: &[&str] = &[
    "panic",
    "fatal",
    "segmentation fault",
    "segfault",
    "out of memory",
    "unhandled exception",
    "uncaught",
    "aborted",
    "cannot start",
    "can't start",
    "refusing to start",
];
const ERROR: &[&str] = &[
    "error",
    "exception",
    "failed",
    "failure",
    "cannot",
    "could not",
    "refused",
    "denied",
    "no such",
    "not found",
    "invalid",
    "missing",
    "timed out",
];

/// The line that explains the crash; `None` when nothing was logged.
pub fn explain(lines: &[LogLine]) -> Option<&str> {
    let told = || lines.iter().rev().map(|line| line.text.trim()).filter(|t| !t.is_empty());
    let with = |words: &[&str]| {
        told().filter(|line| !is_frame(line)).find(|line| {
            let lower = line.to_lowercase();
            words.iter().any(|word| lower.contains(word)) && !denies(&lower)
        })
    };
    with(GAVE_UP)
        .or_else(|| with(ERROR))
        .or_else(|| told().find(|line| !is_frame(line)))
        .or_else(|| told().next())
}

/// Whether a line without a level reports an error.
pub fn reports_error(line: &str) -> bool {
    let lower = line.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    !is_frame(line) && !denies(&lower) && (says(GAVE_UP) || says(ERROR))
}

fn is_frame(line: &str) -> bool {
    line.starts_with("at ")
        || line.starts_with("File \"")
        || line.starts_with("goroutine ")
        || line.starts_with("Traceback (most recent call last)")
        || line.starts_with("note: run with `RUST_BACKTRACE")
        || line.starts_with("stack backtrace")
        || line.chars().all(|c| matches!(c, '^' | '~' | '-' | '=' | ' ' | '\t'))
}

/// Lines that carry the word and mean the opposite.
fn denies(lower: &str) -> bool {
    ["0 errors", "no error", "error=nil", "error=<nil>", "errors=0", "without error"]
        .iter()
        .any(|phrase| lower.contains(phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(texts: &[&str]) -> Vec<LogLine> {
        texts.iter().map(|t| LogLine { at: None, text: (*t).to_owned() }).collect()
    }

    #[test]
    fn the_line_nearest_the_end_that_explains_is_chosen() {
        let table: &[(&[&str], Option<&str>)] = &[
            (&[], None),
            (&["", "  "], None),
            (&["started", "listening"], Some("listening")),
            (&["error: first", "error: second", "bye"], Some("error: second")),
            (&["FATAL: no database", "error: later", "bye"], Some("FATAL: no database")),
            (&["panic: nil map", "goroutine 1 [running]:", "main.go:3"], Some("panic: nil map")),
            (
                &["Traceback (most recent call last):", "File \"a.py\", line 1", "KeyError: 'X'"],
                Some("KeyError: 'X'"),
            ),
            (&["ValueError: bad port", "finished with 0 errors"], Some("ValueError: bad port")),
            (
                &["{\"level\":\"error\",\"msg\":\"no route\"}", "shutting down"],
                Some("{\"level\":\"error\",\"msg\":\"no route\"}"),
            ),
        ];
        for (given, expected) in table {
            assert_eq!(explain(&lines(given)), *expected, "{given:?}");
        }
    }
}
