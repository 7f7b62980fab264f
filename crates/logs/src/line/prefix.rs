//! What stands before a message in text lines: times, levels, programs, threads, loggers.
//!
//! No format is named by its program. At the head of a line the pieces below are taken off one after the other, in any
//! order, each at most once or twice, until something else comes: that is the message.

use jiff::Timestamp;

use super::level::Level;
use super::{Entry, json, logfmt, time};

/// Pieces that are taken off. 12: no format has more, and a line of nothing but brackets should end somewhere.
const PIECES: usize = 12;

/// Reads a text line.
pub fn read(text: &str, received: Option<Timestamp>) -> Entry {
    let mut head = Head {
        rest: text.trim_start(),
        received,
        entry: Entry::text(""),
        syslog: false,
        host: false,
        undated: false,
    };
    for _ in 0..PIECES {
        if head.rest.is_empty() || !head.piece() {
            break;
        }
    }
    let Head { rest, entry, undated, .. } = head;
    if !undated && entry.time.is_none() && entry.level.is_none() && entry.logger.is_none() {
        // Nothing that tells a prefix from a message was there.
        return Entry::text(text.trim());
    }
    let rest = rest.trim();
    if rest.len() < text.trim().len()
        && let Some(mut inner) = json::read(rest, received).or_else(|| logfmt::read(rest, received))
    {
        inner.level = inner.level.or(entry.level);
        inner.time = inner.time.or(entry.time);
        inner.logger = inner.logger.or(entry.logger);
        return inner;
    }
    let message = if rest.is_empty() { text.trim() } else { rest };
    Entry { message: message.to_owned(), ..entry }
}

struct Head<'a> {
    rest: &'a str,
    received: Option<Timestamp>,
    entry: Entry,
    /// A syslog priority stood before.
    syslog: bool,
    /// The host has been taken.
    host: bool,
    /// A time was taken that can't be told, because nobody knows its year.
    undated: bool,
}

impl<'a> Head<'a> {
    fn piece(&mut self) -> bool {
        self.priority()
            || self.klog()
            || self.time()
            || self.stream()
            || self.level()
            || self.bracket()
            || self.process()
            || self.program()
            || self.logger()
            || self.mark()
    }

    /// Goes on behind `length` bytes and the blanks after them.
    fn skip(&mut self, length: usize) -> bool {
        self.rest = self.rest.get(length..).unwrap_or_default().trim_start();
        true
    }

    fn word(&self) -> &'a str {
        self.rest.split(' ').next().unwrap_or_default()
    }

    /// `<34>` or `<34>1 `: a priority and, in RFC 5424, a version.
    fn priority(&mut self) -> bool {
        let priority = || {
            let (number, after) = self.rest.strip_prefix('<')?.split_once('>')?;
            let number: u8 = number.parse().ok().filter(|n| *n < 192)?;
            Some((number, self.rest.len() - after.strip_prefix("1 ").unwrap_or(after).len()))
        };
        if self.syslog || self.entry.time.is_some() {
            return false;
        }
        let Some((number, length)) = priority() else { return false };
        self.syslog = true;
        self.entry.level = Level::from_syslog(number % 8);
        self.skip(length)
    }

    /// `E0501 10:20:30.000000       7 file.go:12] `
    fn klog(&mut self) -> bool {
        if self.entry.level.is_some() {
            return false;
        }
        let letter = self.rest.bytes().next().and_then(Level::from_letter);
        let Some((head, _)) = self.rest.split_once("] ").filter(|(head, _)| head.len() < 120)
        else {
            return false;
        };
        let mut parts = head.split_whitespace();
        let (date, clock) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let source = parts.next_back().and_then(|part| part.rsplit_once(':'));
        let (Some(level), Some((file, line)), Some((month, day))) =
            (letter, source, date.get(1..3).zip(date.get(3..)))
        else {
            return false;
        };
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if date.len() != 5 || !digits(month) || !digits(day) || !digits(line) || clock.len() < 8 {
            return false;
        }
        if self.entry.time.is_none() {
            self.entry.time = time::in_year(month, day, clock, self.received);
        }
        let end = head.len();
        self.entry.level = Some(level);
        self.entry.logger = Some(file.to_owned());
        self.skip(end + 1)
    }

    /// A time, with or without brackets.
    fn time(&mut self) -> bool {
        let open = usize::from(self.rest.starts_with('['));
        let text = self.rest.get(open..).unwrap_or_default();
        // A second time is the logger's behind the run time's: its own word counts.
        let Some((time, length)) = time::leading(text, self.received) else {
            return self.dateless();
        };
        let close =
            text.get(length..).unwrap_or_default().find(']').filter(|at| open == 1 && *at < 16);
        if open == 1 && close.is_none() {
            return false;
        }
        self.entry.time = Some(time);
        let end = open + length + close.map_or(0, |at| at + 1);
        let colon = self.rest.get(end..).is_some_and(|rest| rest.starts_with([':', ',']));
        self.skip(end + usize::from(colon))
    }

    /// A time that can't be told because nobody knows the year: `May  1 10:20:30`.
    fn dateless(&mut self) -> bool {
        if self.has_time() {
            return false;
        }
        let Some((_, length)) = time::leading(self.rest, Some(Timestamp::UNIX_EPOCH)) else {
            return false;
        };
        self.undated = true;
        self.skip(length)
    }

    fn has_time(&self) -> bool {
        self.undated || self.entry.time.is_some()
    }

    /// `stdout F `, as container run times write it behind the time.
    fn stream(&mut self) -> bool {
        let known = ["stdout F ", "stderr F ", "stdout P ", "stderr P "];
        let found = known.iter().any(|stream| self.rest.starts_with(stream));
        found && self.entry.time.is_some() && self.skip(9)
    }

    /// A level, alone, in brackets, or with a colon or bar behind it.
    fn level(&mut self) -> bool {
        if self.entry.level.is_some() && !self.syslog {
            return false;
        }
        let open = self.rest.starts_with(['[', '(', '<']);
        let text = self.rest.get(usize::from(open)..).unwrap_or_default();
        let length = text.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (name, after) = text.split_at(length);
        let Some(level) = Level::from_name(name) else { return false };
        let capitals = name.bytes().all(|b| b.is_ascii_uppercase());
        let close = after.trim_start().starts_with([']', ')', '>']);
        let ends = if open {
            close
        } else {
            // `Error: it broke` and `error while …` are sentences; `ERROR it broke` and `info: …` are not.
            after.starts_with([':', '|', ']']) && (capitals || self.entry.time.is_some())
                || after.starts_with([' ', '\t']) && (capitals || self.entry.time.is_some())
        };
        if !ends {
            return false;
        }
        self.entry.level = Some(level);
        let blanks = after.len() - after.trim_start().len();
        let end = usize::from(open) + length + if open { blanks + 1 } else { 0 };
        let colon = self.rest.get(end..).is_some_and(|rest| rest.starts_with(':'));
        self.skip(end + usize::from(colon))
    }

    /// `[main]`, `[app,trace,span]`, `[7]`, `(x.y.Z)`: a thread, a logger, a process.
    fn bracket(&mut self) -> bool {
        if !self.has_time() && self.entry.level.is_none() {
            return false;
        }
        let close = match self.rest.bytes().next() {
            Some(b'[') => ']',
            Some(b'(') => ')',
            _ => return false,
        };
        let Some(end) = self.rest.find(close).filter(|end| *end < 120) else { return false };
        let inner = self.rest.get(1..end).unwrap_or_default().trim();
        if inner.matches(' ').count() > 1 {
            return false;
        }
        if let Some(level) = Level::from_name(inner) {
            self.entry.level.get_or_insert(level);
        } else if inner.contains('.') && !inner.contains(' ') {
            self.entry.logger = Some(inner.to_owned());
        }
        let colon = self.rest.get(end + 1..).is_some_and(|rest| rest.starts_with(':'));
        self.skip(end + 1 + usize::from(colon))
    }

    /// `host program[7]: ` behind a syslog time, or RFC 5424's host, program, process, message id and data.
    fn program(&mut self) -> bool {
        if self.host || !self.has_time() || self.entry.level.is_some() && !self.syslog {
            return false;
        }
        let mut words = self.rest.split(' ');
        let (Some(host), Some(program)) = (words.next(), words.next()) else { return false };
        if host.is_empty() || host.ends_with(':') || !is_name(host) {
            return false;
        }
        if let Some(name) = program.strip_suffix(':') {
            let name = name.split('[').next().unwrap_or_default();
            if name.is_empty() || !name.bytes().all(|b| is_name_byte(b) || matches!(b, b'(' | b')'))
            {
                return false;
            }
            self.host = true;
            self.entry.logger = Some(name.to_owned());
            return self.skip(host.len() + 1 + program.len());
        }
        if !self.syslog {
            return false;
        }
        // RFC 5424: host, program, process, message id, structured data.
        self.host = true;
        let (Some(process), Some(id)) = (words.next(), words.next()) else { return false };
        self.entry.logger = (program != "-").then(|| program.to_owned());
        self.skip(host.len() + program.len() + process.len() + id.len() + 4);
        if let Some(rest) = self.rest.strip_prefix("- ") {
            self.rest = rest;
        }
        while self.rest.starts_with('[') {
            let Some(end) = self.rest.find(']') else { break };
            self.skip(end + 1);
        }
        self.rest = self.rest.trim_start_matches('\u{feff}');
        true
    }

    /// A process or thread number behind the time.
    fn process(&mut self) -> bool {
        let word = self.word();
        let number =
            !word.is_empty() && word.len() <= 7 && word.bytes().all(|b| b.is_ascii_digit());
        // Before a level, or else the number may be the message's first word.
        let mut after = self.rest.get(word.len()..).unwrap_or_default().split_whitespace();
        let level = |word: Option<&str>| {
            let name = word.map(|word| word.trim_matches(|c| "[]:".contains(c)));
            name.is_some_and(|name| {
                Level::from_name(name).is_some()
                    || name.len() == 1 && name.bytes().next().and_then(Level::from_letter).is_some()
            })
        };
        let before_level = level(after.next()) || level(after.next());
        let framed = self.rest.get(word.len()..).is_some_and(|rest| rest.starts_with(" ---"));
        let before_level = before_level && self.entry.level.is_none();
        if self.has_time() && number && (before_level || framed) {
            return self.skip(word.len());
        }
        // A level's letter alone, behind a time or a process.
        if let [letter] = word.as_bytes()
            && self.has_time()
            && self.entry.level.is_none()
            && let Some(level) = Level::from_letter(*letter)
        {
            self.entry.level = Some(level);
            return self.skip(1);
        }
        false
    }

    /// `x.y.Z: `, `x::y: `, `x.y.Z - `: a logger behind a level.
    fn logger(&mut self) -> bool {
        if self.entry.level.is_none() || self.entry.logger.is_some() {
            return false;
        }
        let word = self.word();
        let name = word.strip_suffix(':').unwrap_or(word);
        let qualified = name.contains('.') || name.contains("::") || name.contains('$');
        if !is_name(name) || !name.starts_with(|c: char| c.is_alphabetic()) {
            return false;
        }
        let behind = self.rest.get(word.len()..).unwrap_or_default().trim_start();
        let dashed =
            behind.starts_with("- ") || behind.starts_with(": ") || behind.starts_with("| ");
        let ends =
            if word.len() > name.len() { qualified || self.entry.time.is_some() } else { dashed };
        if !ends {
            return false;
        }
        self.entry.logger = Some(name.to_owned());
        self.skip(word.len())
    }

    /// `- `, `| `, `--- `, `: ` between pieces.
    fn mark(&mut self) -> bool {
        let any = self.entry.time.is_some() || self.entry.level.is_some();
        let mark =
            ["--- ", "-- ", "- ", "| ", ": "].into_iter().find(|mark| self.rest.starts_with(mark));
        mark.is_some_and(|mark| any && self.skip(mark.len()))
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'$' | b'/' | b':' | b'@')
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(is_name_byte)
}

#[cfg(test)]
mod tests {
    use super::{Level, read};

    #[test]
    fn common_prefixes_come_off() {
        let received = Some("2024-05-02T00:00:00Z".parse().unwrap());
        for (line, message, level, logger) in [
            (
                "2024-05-01 10:20:30,123 ERROR [main] x.y.Z: it broke",
                "it broke",
                Some(Level::Error),
                Some("x.y.Z"),
            ),
            ("2024-05-01T10:20:30.5Z  WARN a::b: low", "low", Some(Level::Warn), Some("a::b")),
            (
                "2024-05-01 10:20:30.123  INFO 7 --- [  main] c.e.Shop : up",
                "up",
                Some(Level::Info),
                Some("c.e.Shop"),
            ),
            (
                "E0501 10:20:30.000000       7 pod.go:12] it broke",
                "it broke",
                Some(Level::Error),
                Some("pod.go"),
            ),
            (
                "<11>May  1 10:20:30 web1 app[7]: it broke",
                "it broke",
                Some(Level::Error),
                Some("app"),
            ),
            ("May  1 10:20:30 web1 sshd(pam)[7]: it broke", "it broke", None, Some("sshd(pam)")),
            (
                "<11>1 2024-05-01T10:20:30Z web1 app 7 ID47 [x@1 a=\"b\"] it broke",
                "it broke",
                Some(Level::Error),
                Some("app"),
            ),
            ("[2024-05-01 10:20:30] [error] it broke", "it broke", Some(Level::Error), None),
            ("[Wed May 01 10:20:30 2024] [error] it broke", "it broke", Some(Level::Error), None),
            ("2024/05/01 10:20:30 [error] it broke", "it broke", Some(Level::Error), None),
            ("05-01 10:20:30.123  1702  2395 D Wake: up", "up", Some(Level::Debug), Some("Wake")),
            ("24/05/01 10:20:30 INFO x.Y: up", "up", Some(Level::Info), Some("x.Y")),
            ("2024-05-01 10:20:30, Info   CBS", "CBS", Some(Level::Info), None),
            ("WARNING: low", "low", Some(Level::Warn), None),
            ("[INFO] up", "up", Some(Level::Info), None),
            ("2024-05-01T10:20:30Z stderr F ERROR it broke", "it broke", Some(Level::Error), None),
        ] {
            let entry = read(line, received);
            assert_eq!(entry.message, message, "{line}");
            assert_eq!(entry.level, level, "{line}");
            assert_eq!(entry.logger.as_deref(), logger, "{line}");
        }
    }

    #[test]
    fn sentences_stay_whole() {
        for line in [
            "Error: it broke",
            "error while reading",
            "host up: 3 of 4",
            "[a] [b] c",
            "42 things happened",
            "",
            "(x) y",
        ] {
            assert_eq!(read(line, None).message, line);
            assert_eq!(read(line, None).level, None, "{line}");
        }
    }

    #[test]
    fn a_line_that_is_only_a_prefix_is_its_own_message() {
        assert_eq!(read("2024-05-01T10:20:30Z", None).message, "2024-05-01T10:20:30Z");
    }
}
