//! Parameters: only those that the documentation names, each in a format that it names.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Uri, header};

use super::answer::Refusal;
use super::logql::duration;
use crate::value::clock;

/// An hour in nanoseconds.
const HOUR: i64 = 3_600_000_000_000;

/// The parameters of a request.
#[derive(Debug)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Out of the address, and out of a form where one is posted; refuses names that are not `known`.
    pub fn read(
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &Bytes,
        known: &[&str],
    ) -> Result<Self, Refusal> {
        let mut all = decode(uri.query().unwrap_or_default())?;
        if *method == Method::POST {
            let form = "application/x-www-form-urlencoded";
            let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
            if !kind.is_some_and(|kind| kind.starts_with(form)) {
                return Err(Refusal::bad(format!("a POST needs the content type {form}")));
            }
            let text =
                std::str::from_utf8(body).map_err(|_| Refusal::bad("the form isn't UTF-8"))?;
            all.extend(decode(text)?);
        } else if !body.is_empty() {
            return Err(Refusal::bad("a GET has no body"));
        }
        for (name, _) in &all {
            if !known.contains(&name.as_str()) {
                return Err(Refusal::bad(format!("unknown parameter {name:?}")));
            }
            if name != "match[]" && all.iter().filter(|(other, _)| other == name).count() > 1 {
                return Err(Refusal::bad(format!("parameter {name:?} is given more than once")));
            }
        }
        Ok(Self(all))
    }

    /// A parameter, absent when it is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// All values of a parameter.
    pub fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A parameter that must be there.
    pub fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::bad(format!("parameter {name:?} is required")))
    }

    /// `start` and `end`; without them the last `hours`, or what `since` says.
    pub fn bounds(&self, hours: i64) -> Result<(i64, i64), Refusal> {
        let now = nanos(clock());
        let end = self.time("end")?.unwrap_or(now);
        let since = match self.get("since") {
            None => hours * HOUR,
            Some(text) => step(text).ok_or_else(|| unreadable("since", text))?,
        };
        let start = self.time("start")?.unwrap_or_else(|| end.min(now).saturating_sub(since));
        if end < start {
            return Err(Refusal::bad("end timestamp must not be before or equal to start time"));
        }
        Ok((start, end))
    }

    /// A time in nanoseconds.
    pub fn time(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.get(name).map(|text| time(text).ok_or_else(|| unreadable(name, text))).transpose()
    }

    /// A duration in nanoseconds: seconds as a number, or `5m`.
    pub fn step(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.get(name) else { return Ok(None) };
        match step(text) {
            Some(nanos) if nanos > 0 => Ok(Some(nanos)),
            Some(_) => Err(Refusal::bad(
                "zero or negative query resolution step widths are not accepted. Try a positive integer",
            )),
            None => Err(Refusal::bad(format!("cannot parse {text:?} to a valid duration"))),
        }
    }

    /// Lines to hand out.
    pub fn limit(&self) -> Result<usize, Refusal> {
        let Some(text) = self.get("limit") else { return Ok(100) };
        match text.parse::<i64>() {
            Ok(limit) if limit > 5000 => Err(Refusal::bad(format!(
                "max entries limit per query exceeded, limit > max_entries_limit_per_query ({limit} > 5000)"
            ))),
            Ok(limit) if limit > 0 => Ok(usize::try_from(limit).unwrap_or_default()),
            Ok(_) => Err(Refusal::bad("limit must be a positive value")),
            Err(_) => Err(unreadable("limit", text)),
        }
    }

    /// Whether the oldest line comes first.
    pub fn forward(&self) -> Result<bool, Refusal> {
        match self.get("direction").map(str::to_uppercase).as_deref() {
            None | Some("BACKWARD") => Ok(false),
            Some("FORWARD") => Ok(true),
            Some(other) => Err(Refusal::bad(format!("invalid direction '{other}'"))),
        }
    }
}

/// A moment in nanoseconds.
pub fn nanos(time: jiff::Timestamp) -> i64 {
    i64::try_from(time.as_nanosecond()).unwrap_or(i64::MAX)
}

fn unreadable(name: &str, text: &str) -> Refusal {
    Refusal::bad(format!("could not parse {name:?}: {text:?}"))
}

/// Nanoseconds as an integer of more than ten digits, seconds as a shorter one or with a fraction, or RFC 3339.
fn time(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse::<i64>() {
        return if text.len() <= 10 { number.checked_mul(1_000_000_000) } else { Some(number) };
    }
    if text.contains('.')
        && let Ok(seconds) = text.parse::<f64>()
    {
        return seconds_to_nanos(seconds);
    }
    text.parse::<jiff::Timestamp>().ok().map(nanos)
}

fn step(text: &str) -> Option<i64> {
    match text.parse::<f64>() {
        Ok(seconds) => seconds_to_nanos(seconds),
        Err(_) => duration(text),
    }
}

fn seconds_to_nanos(seconds: f64) -> Option<i64> {
    let sign = if seconds < 0.0 { -1 } else { 1 };
    let length = Duration::try_from_secs_f64(seconds.abs()).ok()?;
    i64::try_from(length.as_nanos()).ok().map(|nanos| sign * nanos)
}

fn decode(query: &str) -> Result<Vec<(String, String)>, Refusal> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Ok((unescape(name)?, unescape(value)?))
        })
        .collect()
}

fn unescape(text: &str) -> Result<String, Refusal> {
    let broken = || Refusal::bad("invalid URL escape");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let pair = [rest.next().ok_or_else(broken)?, rest.next().ok_or_else(broken)?];
                let pair = std::str::from_utf8(&pair).map_err(|_| broken())?;
                bytes.push(u8::from_str_radix(pair, 16).map_err(|_| broken())?);
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).map_err(|_| broken())
}

#[cfg(test)]
mod tests {
    use super::{step, time, unescape};

    #[test]
    fn times_come_in_the_documented_formats() {
        let expected = Some(1_588_889_221_500_000_000);
        assert_eq!(time("1588889221500000000"), expected);
        assert_eq!(time("1588889221.5"), expected);
        assert_eq!(time("2020-05-07T22:07:01.5Z"), expected);
        assert_eq!(time("1588889221"), Some(1_588_889_221_000_000_000));
        assert_eq!(time("yesterday"), None);
        assert_eq!(
            (step("5m"), step("0.5"), step("x")),
            (Some(300_000_000_000), Some(500_000_000), None)
        );
    }

    #[test]
    fn escapes_are_read_and_broken_ones_refused() {
        assert_eq!(unescape("a%20b+c%C3%BC").unwrap(), "a b cü");
        assert!(unescape("%2").is_err() && unescape("%zz").is_err() && unescape("%ff").is_err());
    }
}
