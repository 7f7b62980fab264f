//! Reading container logs: what `pod_logs`, `workload_logs` and `log_patterns` share.

use std::borrow::Cow;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::kubernetes::LogLine;
use evenkeel_tools::redact::{Redactor, hide_keys};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Pod;
use kube::core::subresource::LogParams;
use regex::{Regex, RegexBuilder};

use crate::failure::bad_arguments;
use crate::kubernetes::client::Kube;
use crate::kubernetes::errors::unbuildable;
use crate::kubernetes::names::{check, collection};
use crate::text::{clip, printable};

/// Bytes of one line that are kept.
pub(super) const MAX_LINE: usize = 4096;
/// Bytes of all lines together; the newest ones are kept.
pub(super) const MAX_TOTAL: usize = 256 * 1024;
/// Lines that are answered with.
pub(super) const MAX_LINES: usize = 2000;
/// Lines that are read where only some are answered with.
const MAX_SCANNED: u32 = 10_000;
/// Bytes of a regular expression.
const MAX_PATTERN: usize = 512;
/// Bytes a compiled expression may take: `(a{1000}){1000}` is short and would take gigabytes. Matching is linear in
/// the line, whatever the expression.
const MAX_COMPILED: usize = 1024 * 1024;

/// Which lines are wanted.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub previous: bool,
    pub grep: Option<Regex>,
    pub since_seconds: Option<u32>,
    pub since: Option<Timestamp>,
    pub tail: u32,
}

impl Wanted {
    /// What the arguments ask for, checked. `tail` is the number of lines when none is named.
    pub(super) fn new(
        previous: bool,
        grep: Option<&str>,
        since: (Option<u32>, Option<Timestamp>),
        tail_lines: Option<u32>,
        tail: u32,
    ) -> Result<Self, ToolFailure> {
        let grep = grep.map(compiled).transpose()?;
        let most = if grep.is_some() { MAX_SCANNED } else { 2000 };
        let tail = tail_lines.unwrap_or(if grep.is_some() { 2000 } else { tail });
        if !(1..=most).contains(&tail) {
            return Err(bad_arguments(format!("tailLines must be between 1 and {most}")));
        }
        if since.0 == Some(0) {
            return Err(bad_arguments("sinceSeconds must be at least 1"));
        }
        if since.0.is_some() && since.1.is_some() {
            return Err(bad_arguments("sinceSeconds and since exclude each other"));
        }
        Ok(Self { previous, grep, since_seconds: since.0, since: since.1, tail })
    }
}

fn compiled(pattern: &str) -> Result<Regex, ToolFailure> {
    if pattern.is_empty() || pattern.len() > MAX_PATTERN {
        return Err(bad_arguments(format!("grep must have 1 to {MAX_PATTERN} bytes")));
    }
    RegexBuilder::new(pattern)
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_COMPILED)
        .build()
        .map_err(|error| bad_arguments(clip(&format!("grep can't be used: {error}"), 800).0))
}

/// The log of a container as the kubelet gives it. A log whose last lines are larger than the byte limit is asked for
/// again with a tenth of the lines; the second value says that this happened.
pub(super) async fn fetch(
    kube: &Kube,
    namespace: &str,
    pod: &str,
    container: Option<&str>,
    wanted: &Wanted,
    timestamps: bool,
) -> Result<(Vec<u8>, bool), ToolFailure> {
    check("pod name", pod)?;
    if let Some(container) = container {
        check("container name", container)?;
    }
    let mut params = LogParams {
        container: container.map(str::to_owned),
        previous: wanted.previous,
        tail_lines: Some(i64::from(wanted.tail)),
        since_seconds: wanted.since_seconds.map(i64::from),
        since_time: wanted.since,
        timestamps,
        ..LogParams::default()
    };
    match ask(kube, namespace, pod, &params).await {
        Err(failure) if failure.code == codes::KUBERNETES_TOO_LARGE && wanted.tail >= 100 => {
            params.tail_lines = Some(i64::from(wanted.tail / 10));
            Ok((ask(kube, namespace, pod, &params).await?, true))
        }
        answer => Ok((answer?, false)),
    }
}

async fn ask(
    kube: &Kube,
    namespace: &str,
    pod: &str,
    params: &LogParams,
) -> Result<Vec<u8>, ToolFailure> {
    let path = collection::<Pod>(namespace)?;
    kube.bytes(kube::core::Request::new(path).logs(pod, params).map_err(unbuildable)?).await
}

/// Lines of a log.
#[derive(Debug, Default)]
pub(super) struct Picked {
    /// Those that are wanted, oldest first.
    pub lines: Vec<LogLine>,
    /// How many there were.
    pub read: u32,
    /// Whether wanted lines, or parts of them, were left out.
    pub truncated: bool,
}

/// Picks lines out of a log, the newest ones if they are too many, and hides secrets in them.
pub(super) fn pick(text: &str, timestamps: bool, grep: Option<&Regex>) -> Picked {
    let mut found = Picked::default();
    let mut total = 0;
    let text = without_keys(text);
    for raw in text.lines().rev() {
        found.read += 1;
        let (at, rest) = if timestamps { stamped(raw) } else { (None, raw) };
        if found.truncated && total > MAX_TOTAL || grep.is_some_and(|grep| !grep.is_match(rest)) {
            continue;
        }
        let (text, cut) = clip(&printable(rest), MAX_LINE);
        total += text.len();
        if total > MAX_TOTAL || found.lines.len() >= MAX_LINES {
            found.truncated = true;
            total = total.max(MAX_TOTAL + 1);
            continue;
        }
        found.truncated |= cut;
        found.lines.push(LogLine { at, text });
    }
    found.lines.reverse();
    let mut texts: Vec<_> = found.lines.iter_mut().map(|line| &mut line.text).collect();
    Redactor::new().lines(&mut texts);
    found
}

/// A log without the bodies of private keys: before its lines are chosen from, because a part of a key says nothing of
/// what it is.
pub(super) fn without_keys(text: &str) -> Cow<'_, str> {
    if !text.contains("PRIVATE KEY-----") {
        return text.into();
    }
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    hide_keys(&mut lines);
    lines.join("\n").into()
}

/// Splits the kubelet's time off.
pub(super) fn stamped(line: &str) -> (Option<Timestamp>, &str) {
    let (head, rest) = line.split_once(' ').unwrap_or((line, ""));
    match head.parse() {
        Ok(at) => (Some(at), rest),
        Err(_) => (None, line),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_TOTAL, Wanted, pick};

    #[test]
    fn times_are_split_off() {
        let found = pick("2026-11-22T10:00:00.5Z panic: no \u{7}bell\nno time\n", true, None);
        let lines = found.lines;
        assert!(!found.truncated);
        assert_eq!(lines[0].at, Some("2026-11-22T10:00:00.5Z".parse().unwrap()));
        assert_eq!(lines[0].text, "panic: no \u{fffd}bell");
        assert_eq!((lines[1].at, lines[1].text.as_str()), (None, "no time"));
    }

    #[test]
    fn no_search_brings_a_private_key_to_light() {
        let body = "MIIEowIBAAKCAQEAx9Ab".repeat(3);
        let log = format!(
            "-----BEGIN PRIVATE KEY-----\n{body}\n{body}\n-----END PRIVATE KEY-----\nserved\n"
        );
        let grep = regex::Regex::new("^[A-Za-z0-9+/]{60}$").unwrap();
        assert!(pick(&log, false, Some(&grep)).lines.is_empty());
    }

    #[test]
    fn the_newest_lines_survive_a_flood() {
        let flood = format!("{}\nlast\n", "x\n".repeat(MAX_TOTAL));
        let found = pick(&flood, false, None);
        assert!(found.truncated);
        assert_eq!(found.lines.last().unwrap().text, "last");
        assert!(found.lines.len() <= super::MAX_LINES);
    }

    #[test]
    fn lines_are_chosen_and_secrets_hidden() {
        let wanted = |grep: &str| Wanted::new(false, Some(grep), (None, None), None, 100);
        let grep = wanted("(?i)error|token").unwrap().grep;
        let text = "start\nERROR no\nusing token=abcdefgh\nend\n";
        let found = pick(text, false, grep.as_ref());
        let lines: Vec<&str> = found.lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(lines, ["ERROR no", "using token=[redacted]"]);
        assert_eq!((found.read, found.truncated), (4, false));
        for bad in ["", "(", "(a{1000}){1000}", &"a".repeat(600)] {
            assert_eq!(wanted(bad).unwrap_err().code, "tool.bad_arguments", "{bad:.20}");
        }
    }
}
