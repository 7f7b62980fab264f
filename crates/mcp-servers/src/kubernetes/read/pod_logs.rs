//! `pod_logs`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{LogLine, PodLogs, PodLogsArgs};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Pod;
use kube::core::subresource::LogParams;

use crate::failure::bad_arguments;
use crate::kubernetes::client::Kube;
use crate::kubernetes::errors::unbuildable;
use crate::kubernetes::names::{check, collection};
use crate::text::{clip, printable};
use crate::tool::Tool;

/// Bytes of one line that are kept.
const MAX_LINE: usize = 4096;
/// Bytes of all lines together; the newest ones are kept.
const MAX_TOTAL: usize = 256 * 1024;

/// The tool.
pub(in crate::kubernetes) struct PodLogsTool;

impl Tool<Kube> for PodLogsTool {
    type Args = PodLogsArgs;
    const TITLE: &'static str = "Pod logs";
    const DESCRIPTION: &'static str = "The last lines of a container's log, of the current or (previous) the crashed \
        run. No lines means that it logged nothing.";

    async fn call(kube: &Kube, args: PodLogsArgs) -> Result<PodLogs, ToolFailure> {
        check("pod name", &args.pod)?;
        if let Some(container) = &args.container {
            check("container name", container)?;
        }
        let tail = args.tail_lines.unwrap_or(200);
        if !(1..=2000).contains(&tail) {
            return Err(bad_arguments("tailLines must be between 1 and 2000"));
        }
        if args.since_seconds == Some(0) {
            return Err(bad_arguments("sinceSeconds must be at least 1"));
        }
        let params = LogParams {
            container: args.container.clone(),
            previous: args.previous,
            tail_lines: Some(i64::from(tail)),
            since_seconds: args.since_seconds.map(i64::from),
            timestamps: args.timestamps,
            ..LogParams::default()
        };
        let path = collection::<Pod>(&args.namespace)?;
        let request =
            kube::core::Request::new(path).logs(&args.pod, &params).map_err(unbuildable)?;
        let body = kube.bytes(request).await?;
        let (lines, truncated) = lines(&String::from_utf8_lossy(&body), args.timestamps);
        Ok(PodLogs {
            pod: args.pod,
            container: args.container,
            previous: args.previous,
            lines,
            truncated,
        })
    }

    fn summary(logs: &PodLogs) -> String {
        match logs.lines.last() {
            None => "No lines.".to_owned(),
            Some(last) => {
                format!("{} lines, the last one: {}", logs.lines.len(), clip(&last.text, 200).0)
            }
        }
    }
}

/// The lines, the newest ones if they are too many bytes.
fn lines(text: &str, timestamps: bool) -> (Vec<LogLine>, bool) {
    let mut truncated = false;
    let mut total = 0;
    let mut lines = Vec::new();
    for raw in text.lines().rev() {
        let (at, rest) = if timestamps { stamped(raw) } else { (None, raw) };
        let (text, cut) = clip(&printable(rest), MAX_LINE);
        total += text.len();
        if total > MAX_TOTAL {
            truncated = true;
            break;
        }
        truncated |= cut;
        lines.push(LogLine { at, text });
    }
    lines.reverse();
    (lines, truncated)
}

fn stamped(line: &str) -> (Option<Timestamp>, &str) {
    let (head, rest) = line.split_once(' ').unwrap_or((line, ""));
    match head.parse() {
        Ok(at) => (Some(at), rest),
        Err(_) => (None, line),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_TOTAL, lines};

    #[test]
    fn times_are_split_off() {
        let (lines, cut) = lines("2026-11-22T10:00:00.5Z panic: no \u{7}bell\nno time\n", true);
        assert!(!cut);
        assert_eq!(lines[0].at, Some("2026-11-22T10:00:00.5Z".parse().unwrap()));
        assert_eq!(lines[0].text, "panic: no \u{fffd}bell");
        assert_eq!((lines[1].at, lines[1].text.as_str()), (None, "no time"));
    }

    #[test]
    fn the_newest_lines_survive_a_flood() {
        let flood = format!("{}\nlast\n", "x\n".repeat(MAX_TOTAL));
        let (lines, cut) = lines(&flood, false);
        assert!(cut);
        assert_eq!(lines.last().unwrap().text, "last");
    }
}
