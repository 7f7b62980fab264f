//! `workload_logs`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{SourcedLine, WorkloadLogs, WorkloadLogsArgs};

use super::logs::{MAX_LINES, MAX_TOTAL, Wanted, pick};
use super::{log_streams, pods_of};
use crate::kubernetes::client::Kube;
use crate::text::clip;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct WorkloadLogsTool;

impl Tool<Kube> for WorkloadLogsTool {
    type Args = WorkloadLogsArgs;
    const TITLE: &'static str = "Workload logs";
    const DESCRIPTION: &'static str = "The last lines of all pods of a workload in one sequence by time, all or those \
        that match a regular expression: which pod says what, and when.";

    async fn call(kube: &Kube, args: WorkloadLogsArgs) -> Result<WorkloadLogs, ToolFailure> {
        let since = (args.since_seconds, args.since);
        let wanted = Wanted::new(args.previous, args.grep.as_deref(), since, args.tail_lines, 100)?;
        let (pods, more) =
            pods_of::pods_of_named(kube, args.kind, &args.namespace, &args.name).await?;
        let container = args.container.as_deref();
        let found = log_streams::read(kube, &args.namespace, &pods, container, &wanted).await?;
        let mut truncated = found.truncated || more;
        let (mut sources, mut lines) = (Vec::new(), Vec::new());
        for (index, stream) in (0..).zip(found.streams) {
            let picked = pick(&stream.text, true, wanted.grep.as_ref());
            truncated |= picked.truncated;
            let mut source = stream.source;
            source.matched = u32::try_from(picked.lines.len()).unwrap_or(u32::MAX);
            sources.push(source);
            // A line without a time of its own belongs to the one before it.
            let mut at = None;
            for line in picked.lines {
                at = line.at.or(at);
                lines.push(SourcedLine { source: index, at, text: line.text });
            }
        }
        lines.sort_by_key(|line| line.at);
        truncated |= newest(&mut lines);
        Ok(WorkloadLogs { sources, lines, truncated, unread: found.unread })
    }

    fn summary(logs: &WorkloadLogs) -> String {
        let last = logs.lines.last().map_or_else(String::new, |last| {
            format!(", the last one: {}", clip(&last.text, 200).0)
        });
        format!("{} lines of {} containers{last}", logs.lines.len(), logs.sources.len())
    }
}

/// Keeps the newest lines, as many as an answer bears; says whether any had to go.
fn newest(lines: &mut Vec<SourcedLine>) -> bool {
    let mut bytes = 0;
    let kept = lines
        .iter()
        .rev()
        .take(MAX_LINES)
        .take_while(|line| {
            bytes += line.text.len();
            bytes <= MAX_TOTAL
        })
        .count();
    let gone = lines.len() - kept;
    lines.drain(..gone);
    gone > 0
}
