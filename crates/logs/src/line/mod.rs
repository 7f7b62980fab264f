//! Reading a line: its message, level, time, logger and trace, whatever format it is in.
//!
//! A line is bytes from somebody else's program: [`read`] bounds it, replaces what is not text, and never fails. What it
//! doesn't recognise stays in the message, so nothing is lost but colours.
//!
//! To add a format: a file here with a function that takes the cleaned line and returns `Option<Entry>`, and a line in
//! [`read`].

mod clean;
mod json;
mod level;
mod logfmt;
mod prefix;
mod time;

use jiff::Timestamp;
use serde::Serialize;

pub use clean::{MAX_BYTES, clean};
pub use level::Level;

/// How a line was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Format {
    /// A JSON object.
    Json,
    /// `key=value` pairs.
    Logfmt,
    /// Text, with or without a time and a level before it.
    Text,
}

/// A line that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// How it was written.
    pub format: Format,
    /// What it says, without what was recognised before it. This is what is mined.
    pub message: String,
    /// How serious it says it is.
    pub level: Option<Level>,
    /// When it says it was written. A time without a zone is taken for UTC; one without a year for the year in which
    /// it is closest to when the line was received.
    pub time: Option<Timestamp>,
    /// The logger, module or program that wrote it.
    pub logger: Option<String>,
    /// The trace it belongs to.
    pub trace: Option<String>,
    /// The error it carries in a field of its own, such as a stack trace.
    pub error: Option<String>,
    /// Whether it was longer than [`MAX_BYTES`] and was cut.
    pub cut: bool,
}

impl Entry {
    fn text(message: &str) -> Self {
        Self {
            format: Format::Text,
            message: message.to_owned(),
            level: None,
            time: None,
            logger: None,
            trace: None,
            error: None,
            cut: false,
        }
    }
}

/// Reads a line. `received` is when the log store or the kubelet got it, if that is known.
pub fn read(line: &[u8], received: Option<Timestamp>) -> Entry {
    let (text, cut) = clean(line);
    let text = text.trim_end();
    let mut entry = json::read(text, received)
        .or_else(|| logfmt::read(text, received))
        .unwrap_or_else(|| prefix::read(text, received));
    entry.cut = cut;
    entry
}

#[cfg(test)]
mod tests {
    use super::{Format, Level, read};

    #[test]
    fn each_format_is_found() {
        for (line, format, message) in [
            (r#"{"level":"error","msg":"it broke"}"#, Format::Json, "it broke"),
            (r#"level=error msg="it broke""#, Format::Logfmt, "it broke"),
            ("2024-05-01T10:00:00Z ERROR it broke", Format::Text, "it broke"),
        ] {
            let entry = read(line.as_bytes(), None);
            assert_eq!((entry.format, entry.message.as_str()), (format, message), "{line}");
            assert_eq!(entry.level, Some(Level::Error), "{line}");
        }
    }

    #[test]
    fn a_prefix_before_json_does_not_hide_it() {
        let entry = read(br#"2024-05-01T10:00:00.5Z stdout F {"level":"warn","msg":"low"}"#, None);
        assert_eq!((entry.message.as_str(), entry.level), ("low", Some(Level::Warn)));
        assert_eq!(entry.time.map(|t| t.to_string()).as_deref(), Some("2024-05-01T10:00:00.5Z"));
    }
}
