//! Which line of a stack trace says what happened in the first place.

/// The line of an event of several lines that tells its first cause: the innermost `Caused by`, the first exception of
/// a Python traceback, what a Go program panicked with, and the like. `None` where no trace is recognised.
pub fn cause(text: &str) -> Option<&str> {
    let lines = || text.lines().map(str::trim_end);
    let trimmed = || lines().map(str::trim_start);
    // Java, Kotlin, Scala: the outermost first, its causes after it.
    if let Some(line) = trimmed().rfind(|line| line.starts_with("Caused by: ")) {
        return Some(line);
    }
    // .NET: inner exceptions after an arrow. Node: causes in brackets.
    if let Some(line) =
        trimmed().rfind(|line| line.starts_with("---> ") || line.starts_with("[cause]: "))
    {
        return Some(line);
    }
    // Python: the first traceback is of the first exception; the exception follows its frames.
    let mut rest = lines().skip_while(|line| !line.ends_with("Traceback (most recent call last):"));
    if rest.next().is_some() {
        return rest.find(|line| !line.is_empty() && !line.starts_with([' ', '\t']));
    }
    // Go.
    if let Some(line) =
        trimmed().find(|line| line.starts_with("panic: ") || line.starts_with("fatal error: "))
    {
        return Some(line);
    }
    // Rust: the message stands below the place.
    let mut rest =
        lines().skip_while(|line| !(line.contains("panicked at ") && line.ends_with(':')));
    if rest.next().is_some() {
        return rest.find(|line| !line.is_empty());
    }
    // An exception by itself, or below the line that reports it.
    let frame = trimmed().position(|line| line.starts_with("at "))?;
    lines().take(frame).last().filter(|line| !line.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::cause;

    #[test]
    fn each_language_tells_the_cause_elsewhere() {
        for (text, expected) in [
            (
                "ERROR x - failed\njava.lang.IllegalStateException: no\n\tat x.Y.z(Y.java:1)\nCaused by: java.io.IOException: gone\n\tat x.Y.w(Y.java:2)\nCaused by: java.net.ConnectException: refused\n\tat x.Y.v(Y.java:3)",
                Some("Caused by: java.net.ConnectException: refused"),
            ),
            (
                "ERROR x - failed\njava.lang.IllegalStateException: no\n\tat x.Y.z(Y.java:1)",
                Some("java.lang.IllegalStateException: no"),
            ),
            (
                "Traceback (most recent call last):\n  File \"x.py\", line 1, in f\n    g()\nKeyError: 'a'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"x.py\", line 2\nBad: worse",
                Some("KeyError: 'a'"),
            ),
            (
                "panic: runtime error: index out of range\n\ngoroutine 1 [running]:\nmain.f(...)",
                Some("panic: runtime error: index out of range"),
            ),
            (
                "thread 'main' (7) panicked at src/main.rs:2:5:\ncalled `Option::unwrap()` on a `None` value\nnote: run with",
                Some("called `Option::unwrap()` on a `None` value"),
            ),
            (
                "Unhandled exception. System.InvalidOperationException: no\n ---> System.IO.IOException: gone\n   at X.Y.Z()",
                Some("---> System.IO.IOException: gone"),
            ),
            (
                "Error: connect ECONNREFUSED 10.0.0.1:5432\n    at TCPConnectWrap (node:net:1)",
                Some("Error: connect ECONNREFUSED 10.0.0.1:5432"),
            ),
            ("two\nlines", None),
            ("", None),
            ("Traceback (most recent call last):", None),
            ("at the end", None),
        ] {
            assert_eq!(cause(text), expected, "{text}");
        }
    }
}
