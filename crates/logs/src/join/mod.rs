//! Joining the lines of a stack trace into one event.
//!
//! A [`Joiner`] is given lines one by one, of one stream (a container, a file), and hands back an event when the next
//! one begins. It holds one event at a time and bounds its lines and bytes; lines beyond are counted, not kept, so the
//! sum of all events' lines is the number of lines pushed.
//!
//! To add a language: its marks in `marks.rs`, and a test with a trace as the language prints it.

mod cause;
mod marks;

pub use cause::cause;
use marks::Trace;

/// Lines kept of an event. 512: deeper traces repeat themselves.
pub const MAX_LINES: u64 = 512;
/// Bytes kept of an event. 64 KiB: twice what most log stores accept for a line.
pub const MAX_BYTES: usize = 64 * 1024;
/// Bytes kept of one line of an event.
const MAX_LINE: usize = super::line::MAX_BYTES;

/// One or more lines that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The lines, joined by line feeds.
    pub text: String,
    /// How many lines it had.
    pub lines: u64,
    /// How many of them are in the text.
    pub kept: u64,
}

impl Event {
    /// The first line, which says what happened.
    pub fn head(&self) -> &str {
        self.text.lines().next().unwrap_or_default()
    }

    fn new(line: &str) -> Self {
        Self { text: bounded(line, MAX_LINE).to_owned(), lines: 1, kept: 1 }
    }

    fn push(&mut self, line: &str) {
        self.lines += 1;
        let room = MAX_BYTES.saturating_sub(self.text.len() + 1);
        // Once a line was left out, later ones are too: a text with holes would be read wrongly.
        if self.kept + 1 < self.lines || self.kept >= MAX_LINES || room == 0 {
            return;
        }
        self.kept += 1;
        self.text.push('\n');
        self.text.push_str(bounded(line, MAX_LINE.min(room)));
    }
}

fn bounded(line: &str, most: usize) -> &str {
    line.get(..line.floor_char_boundary(most)).unwrap_or_default()
}

/// Joins lines to events.
#[derive(Debug, Default)]
pub struct Joiner {
    open: Option<(Event, Trace)>,
}

impl Joiner {
    /// A joiner without an open event.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a line without its line end; returns the event before it if the line begins another one.
    pub fn push(&mut self, line: &str) -> Option<Event> {
        if let Some((event, trace)) = &mut self.open
            && trace.goes_on(line)
        {
            event.push(line);
            return None;
        }
        let next = (Event::new(line), Trace::begins(line));
        self.open.replace(next).map(|(event, _)| event)
    }

    /// The open event, at the end of the stream or when nothing came for a while.
    pub fn finish(&mut self) -> Option<Event> {
        self.open.take().map(|(event, _)| event)
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, Joiner, MAX_BYTES, MAX_LINES};

    fn join(text: &str) -> Vec<Event> {
        let mut joiner = Joiner::new();
        let mut events: Vec<Event> = text.lines().filter_map(|line| joiner.push(line)).collect();
        events.extend(joiner.finish());
        events
    }

    fn heads(text: &str) -> Vec<(String, u64)> {
        join(text).into_iter().map(|event| (event.head().to_owned(), event.lines)).collect()
    }

    #[test]
    fn plain_lines_stay_alone() {
        assert_eq!(
            heads("a b\nc d\n\ne"),
            [("a b".to_owned(), 1), ("c d".to_owned(), 1), (String::new(), 1), ("e".to_owned(), 1)]
        );
    }

    #[test]
    fn java() {
        let text = "2024-05-01 10:20:30 ERROR x.Y - failed\n\
            java.lang.IllegalStateException: no\n\
            \tat x.Y.z(Y.java:1)\n\
            \t... 3 more\n\
            Caused by: java.io.IOException: gone\n\
            \tat x.Y.w(Y.java:2)\n\
            \tSuppressed: java.lang.Exception: too\n\
            \t\tat x.Y.v(Y.java:3)\n\
            2024-05-01 10:20:31 INFO x.Y - next";
        assert_eq!(
            heads(text),
            [
                ("2024-05-01 10:20:30 ERROR x.Y - failed".to_owned(), 8),
                ("2024-05-01 10:20:31 INFO x.Y - next".to_owned(), 1)
            ]
        );
        let bare = "Exception in thread \"main\" java.lang.Error: no\n\tat x.Y.z(Y.kt:1)\nnext";
        assert_eq!(heads(bare)[0].1, 2);
    }

    #[test]
    fn python() {
        let text = "ERROR:root:failed\n\
            Traceback (most recent call last):\n\
            \x20 File \"x.py\", line 1, in f\n\
            \x20   g()\n\
            KeyError: 'a'\n\
            \n\
            During handling of the above exception, another exception occurred:\n\
            \n\
            Traceback (most recent call last):\n\
            \x20 File \"x.py\", line 2, in h\n\
            x.errors.Bad: worse\n\
            INFO:root:next";
        assert_eq!(
            heads(text),
            [("ERROR:root:failed".to_owned(), 11), ("INFO:root:next".to_owned(), 1)]
        );
    }

    #[test]
    fn go() {
        let text = "panic: runtime error: index out of range [3] with length 3\n\
            \n\
            goroutine 1 [running]:\n\
            main.f(...)\n\
            \t/src/main.go:9\n\
            main.main()\n\
            \t/src/main.go:5 +0x1d\n\
            created by main.start in goroutine 7\n\
            \t/src/main.go:3 +0x2\n\
            exit status 2\n\
            next one";
        let found = heads(text);
        assert_eq!(found.iter().map(|(_, lines)| *lines).collect::<Vec<_>>(), [10, 1]);
    }

    #[test]
    fn node() {
        let text = "Error: connect ECONNREFUSED 10.0.0.1:5432\n\
            \x20   at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1)\n\
            \x20   at async main (file:///x.js:1:2) {\n\
            \x20 errno: -111,\n\
            \x20 code: 'ECONNREFUSED'\n\
            }\n\
            next";
        assert_eq!(heads(text).iter().map(|(_, lines)| *lines).collect::<Vec<_>>(), [6, 1]);
    }

    #[test]
    fn rust() {
        let text = "thread 'main' (7) panicked at src/main.rs:2:5:\n\
            called `Option::unwrap()` on a `None` value\n\
            stack backtrace:\n\
            \x20  0: rust_begin_unwind\n\
            \x20            at /rustc/x/panicking.rs:1:2\n\
            note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.\n\
            next";
        assert_eq!(heads(text).iter().map(|(_, lines)| *lines).collect::<Vec<_>>(), [6, 1]);
    }

    #[test]
    fn dotnet() {
        let text = "Unhandled exception. System.InvalidOperationException: no\n\
            \x20---> System.IO.IOException: gone\n\
            \x20  at X.Y.Z() in /src/Y.cs:line 1\n\
            \x20  --- End of inner exception stack trace ---\n\
            \x20  at X.Program.Main() in /src/P.cs:line 2\n\
            next";
        assert_eq!(heads(text).iter().map(|(_, lines)| *lines).collect::<Vec<_>>(), [5, 1]);
    }

    #[test]
    fn an_endless_trace_is_bounded() {
        let mut joiner = Joiner::new();
        assert_eq!(joiner.push("java.lang.StackOverflowError"), None);
        for _ in 0..100_000 {
            assert_eq!(joiner.push("\tat x.Y.z(Y.java:1)"), None);
        }
        let event = joiner.finish().unwrap();
        assert_eq!(event.lines, 100_001);
        assert_eq!(event.kept, MAX_LINES);
        assert_eq!(joiner.push("x"), None);
        for _ in 0..20 {
            joiner.push(&format!("\tat {}", "y".repeat(40_000)));
        }
        let event = joiner.finish().unwrap();
        assert!(event.text.len() <= MAX_BYTES && event.kept < event.lines);
    }
}
