//! Times as loggers write them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// A reader of digits and marks that gives up at the first surprise.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn takes(&mut self, marks: &[char]) -> Option<char> {
        let found = self.rest().chars().next().filter(|c| marks.contains(c))?;
        self.at += found.len_utf8();
        Some(found)
    }

    fn blanks(&mut self) -> Option<()> {
        let count = self.rest().bytes().take_while(|b| *b == b' ').count();
        self.at += count;
        (count > 0).then_some(())
    }

    /// A number of `least` to `most` digits.
    fn number(&mut self, least: usize, most: usize) -> Option<i32> {
        let count = self.rest().bytes().take(most).take_while(u8::is_ascii_digit).count();
        let digits = self.rest().get(..count).filter(|_| count >= least)?;
        self.at += count;
        digits.parse().ok()
    }

    fn name(&mut self, names: &[&str]) -> Option<usize> {
        let index = names.iter().position(|name| self.rest().starts_with(name))?;
        self.at += 3;
        Some(index)
    }

    /// `10:20:30`, with `.123` or `,123` behind it; nanoseconds.
    fn clock(&mut self) -> Option<Time> {
        let hour = self.number(1, 2)?;
        self.takes(&[':'])?;
        let minute = self.number(2, 2)?;
        self.takes(&[':'])?;
        let second = self.number(2, 2)?;
        // A leap second is told as the second before it, as everywhere.
        Time::new(small(hour)?, small(minute)?, small(second.min(59))?, self.fraction()).ok()
    }

    fn fraction(&mut self) -> i32 {
        let start = self.at;
        if self.takes(&['.', ',']).is_none() {
            return 0;
        }
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit);
        let mut nanoseconds = 0;
        let mut count = 0;
        for digit in digits {
            if count < 9 {
                nanoseconds = nanoseconds * 10 + i32::from(digit - b'0');
            }
            count += 1;
        }
        if count == 0 {
            self.at = start;
        }
        self.at += count;
        nanoseconds * 10_i32.pow(9_u32.saturating_sub(u32::try_from(count).unwrap_or(9)))
    }

    /// `Z`, `UTC`, `+02:00`, `-0700`, with or without a blank before it; UTC if there is none.
    fn zone(&mut self) -> Option<Offset> {
        let start = self.at;
        let blank = self.blanks().is_some();
        for name in ["UTC", "GMT", "Z"] {
            let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric());
            if self.rest().strip_prefix(name).is_some_and(ends) && (!blank || name != "Z") {
                self.at += name.len();
                return Some(Offset::UTC);
            }
        }
        if let Some(sign) = self.takes(&['+', '-']) {
            let hours = self.number(2, 2);
            self.takes(&[':']);
            let minutes = self.number(2, 2).unwrap_or(0);
            if let Some(hours) =
                hours.filter(|_| !self.rest().starts_with(|c: char| c.is_ascii_digit()))
            {
                let seconds = (hours * 60 + minutes) * 60;
                return Offset::from_seconds(if sign == '-' { -seconds } else { seconds }).ok();
            }
        }
        self.at = start;
        Some(Offset::UTC)
    }
}

fn small(number: i32) -> Option<i8> {
    i8::try_from(number).ok()
}

fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()
}

fn at(date: Date, time: Time, offset: Offset) -> Option<Timestamp> {
    offset.to_timestamp(DateTime::from_parts(date, time)).ok()
}

/// One way to write a time.
type Way = fn(&mut Cursor<'_>, Option<Timestamp>) -> Option<Timestamp>;

/// The time that a text starts with, and where it ends.
pub fn leading(text: &str, received: Option<Timestamp>) -> Option<(Timestamp, usize)> {
    let first = text.chars().next()?;
    let mut cursor = Cursor { text, at: 0 };
    let found = if first.is_ascii_digit() {
        let ways: [Way; 4] = [
            |cursor, _| numeric(cursor),
            |cursor, _| day_first(cursor),
            |cursor, _| short(cursor),
            yearless,
        ];
        ways.iter().find_map(|way| {
            cursor.at = 0;
            way(&mut cursor, received)
        })
    } else if first.is_ascii_uppercase() {
        in_words(&mut cursor, received)
    } else {
        None
    }?;
    let ends = cursor.rest().chars().next().is_none_or(|c| !c.is_alphanumeric());
    ends.then_some((found, cursor.at))
}

/// `2024-05-01T10:20:30.5Z`, `2024/05/01 10:20:30`, `20240501 10:20:30`.
fn numeric(cursor: &mut Cursor<'_>) -> Option<Timestamp> {
    let year = cursor.number(4, 4)?;
    let mark = cursor.takes(&['-', '/', '.']);
    let month = cursor.number(2, 2)?;
    if let Some(mark) = mark {
        cursor.takes(&[mark])?;
    }
    let day = cursor.number(2, 2)?;
    if cursor.takes(&['T', 't', '_']).is_none() {
        cursor.blanks()?;
    }
    let time = cursor.clock()?;
    let zone = cursor.zone()?;
    at(date(year, month, day)?, time, zone)
}

/// `24/05/01 10:20:30`, year first, as log4j's shortest pattern writes it.
fn short(cursor: &mut Cursor<'_>) -> Option<Timestamp> {
    let year = cursor.number(2, 2)?;
    cursor.takes(&['/'])?;
    let month = cursor.number(2, 2)?;
    cursor.takes(&['/'])?;
    let day = cursor.number(2, 2)?;
    cursor.blanks()?;
    let time = cursor.clock()?;
    at(date(2000 + year, month, day)?, time, Offset::UTC)
}

/// `05-01 10:20:30.123`, as logcat writes it.
fn yearless(cursor: &mut Cursor<'_>, received: Option<Timestamp>) -> Option<Timestamp> {
    let month = cursor.number(2, 2)?;
    cursor.takes(&['-'])?;
    let day = cursor.number(2, 2)?;
    cursor.blanks()?;
    let time = cursor.clock()?;
    nearest(month, day, time, received)
}

/// The time in the year that brings it closest to when it was received.
fn nearest(month: i32, day: i32, time: Time, received: Option<Timestamp>) -> Option<Timestamp> {
    let received = received?;
    let year = i32::from(Offset::UTC.to_datetime(received).year());
    (year - 1..=year + 1)
        .filter_map(|year| at(date(year, month, day)?, time, Offset::UTC))
        .min_by_key(|time| time.duration_until(received).abs())
}

/// `01/May/2024:10:20:30 +0000`, `1 May 2024 10:20:30`, `01-May-2024 10:20:30`.
fn day_first(cursor: &mut Cursor<'_>) -> Option<Timestamp> {
    let day = cursor.number(1, 2)?;
    cursor.takes(&['/', '-', ' '])?;
    let month = cursor.name(&MONTHS)? + 1;
    cursor.takes(&['/', '-', ' '])?;
    let year = cursor.number(4, 4)?;
    cursor.takes(&[':', ' '])?;
    let time = cursor.clock()?;
    let zone = cursor.zone()?;
    at(date(year, i32::try_from(month).ok()?, day)?, time, zone)
}

/// `May  1 10:20:30`, `Wed May  1 10:20:30 2024`, `Wed, 01 May 2024 10:20:30 GMT`.
fn in_words(cursor: &mut Cursor<'_>, received: Option<Timestamp>) -> Option<Timestamp> {
    if cursor.name(&DAYS).is_some() {
        cursor.takes(&[',']);
        cursor.blanks()?;
        if cursor.rest().starts_with(|c: char| c.is_ascii_digit()) {
            return day_first(cursor);
        }
    }
    let month = i32::try_from(cursor.name(&MONTHS)? + 1).ok()?;
    cursor.blanks()?;
    let day = cursor.number(1, 2)?;
    cursor.blanks()?;
    let time = cursor.clock()?;
    let before = cursor.at;
    if cursor.blanks().is_some()
        && let Some(year) = cursor.number(4, 4)
        && !cursor.rest().starts_with(|c: char| c.is_ascii_alphanumeric())
    {
        return at(date(year, month, day)?, time, Offset::UTC);
    }
    cursor.at = before;
    nearest(month, day, time, received)
}

/// The time of a month, a day and a time of day, in the year that brings it closest to when it was received.
pub fn in_year(
    month: &str,
    day: &str,
    clock: &str,
    received: Option<Timestamp>,
) -> Option<Timestamp> {
    let name = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
    whole(&format!("{name} {day} {clock}"), received)
}

/// The time of a text that is nothing else.
pub fn whole(text: &str, received: Option<Timestamp>) -> Option<Timestamp> {
    let (time, end) = leading(text.trim(), received)?;
    (end == text.trim().len()).then_some(time)
}

/// The time of a number: seconds, milli-, micro- or nanoseconds since 1970, told apart by size. Before 1973 and after
/// 2100 nothing is a time.
pub fn epoch(number: f64) -> Option<Timestamp> {
    let seconds = [1.0, 1e3, 1e6, 1e9].into_iter().map(|unit| number / unit);
    let seconds = seconds.into_iter().find(|seconds| (1e8..4.1e9).contains(seconds))?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range was checked; a microsecond is as fine as f64 gets"
    )]
    Timestamp::from_microsecond((seconds * 1e6).round() as i64).ok()
}

#[cfg(test)]
mod tests {
    use super::{epoch, leading, whole};

    #[test]
    fn times_as_loggers_write_them() {
        let received = "2024-05-02T00:00:00Z".parse().unwrap();
        for text in [
            "2024-05-01T10:20:30.5Z",
            "2024-05-01T12:20:30.5+02:00",
            "2024-05-01 10:20:30,500",
            "2024/05/01 10:20:30.500",
            "2024-05-01 10:20:30.500 UTC",
            "20240501 10:20:30.5",
            "2024-05-01T03:20:30.5-0700",
            "24/05/01 10:20:30,5",
            "05-01 10:20:30.500",
        ] {
            let time = whole(text, Some(received)).map(|t| t.to_string());
            assert_eq!(time.as_deref(), Some("2024-05-01T10:20:30.5Z"), "{text}");
        }
        for text in [
            "01/May/2024:10:20:30 +0000",
            "May  1 10:20:30",
            "Wed May  1 10:20:30 2024",
            "Wed, 01 May 2024 10:20:30 GMT",
        ] {
            let time = whole(text, Some(received)).map(|t| t.to_string());
            assert_eq!(time.as_deref(), Some("2024-05-01T10:20:30Z"), "{text}");
        }
    }

    #[test]
    fn what_looks_nearly_like_a_time_is_none() {
        for text in ["", "2024", "2024-13-01T00:00:00Z", "1.2.3.4 x", "May I", "20240501", "12:00"]
        {
            assert_eq!(leading(text, None), None, "{text}");
        }
        assert_eq!(leading("May  1 10:20:30 host", None), None, "no year is known");
    }

    #[test]
    fn a_time_without_a_year_is_near_its_arrival() {
        let received = "2024-01-01T00:00:05Z".parse().unwrap();
        let (time, end) = leading("Dec 31 23:59:59 host", Some(received)).unwrap();
        assert_eq!((time.to_string().as_str(), end), ("2023-12-31T23:59:59Z", 15));
    }

    #[test]
    fn numbers_are_told_apart_by_size() {
        for number in [1_714_558_830.0, 1_714_558_830_000.0, 1_714_558_830_000_000.0] {
            let time = epoch(number).map(|t| t.to_string());
            assert_eq!(time.as_deref(), Some("2024-05-01T10:20:30Z"));
        }
        assert_eq!(epoch(42.0), None);
        assert_eq!(epoch(f64::NAN), None);
    }
}
