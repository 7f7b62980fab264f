//! `pod_logs`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{PodLogs, PodLogsArgs};

use super::logs::{Wanted, fetch, pick};
use crate::kubernetes::client::Kube;
use crate::text::clip;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct PodLogsTool;

impl Tool<Kube> for PodLogsTool {
    type Args = PodLogsArgs;
    const TITLE: &'static str = "Pod logs";
    const DESCRIPTION: &'static str = "The last lines of a container's log, of the current or (previous) the crashed \
        run, all or those that match a regular expression. No lines means that it logged nothing (that matches), unless \
        `truncated` says that only the last ones were searched.";

    async fn call(kube: &Kube, args: PodLogsArgs) -> Result<PodLogs, ToolFailure> {
        let since = (args.since_seconds, args.since);
        let wanted = Wanted::new(args.previous, args.grep.as_deref(), since, args.tail_lines, 200)?;
        let container = args.container.as_deref();
        let (body, cut) =
            fetch(kube, &args.namespace, &args.pod, container, &wanted, args.timestamps).await?;
        let text = String::from_utf8_lossy(&body);
        let found = pick(&text, args.timestamps, wanted.grep.as_ref());
        // What stands before the lines that were searched may match, too.
        let unsearched = wanted.grep.is_some() && found.read >= wanted.tail;
        Ok(PodLogs {
            pod: args.pod,
            container: args.container,
            previous: args.previous,
            read: Some(found.read),
            lines: found.lines,
            truncated: found.truncated || cut || unsearched,
        })
    }

    fn summary(logs: &PodLogs) -> String {
        match logs.lines.last() {
            None if logs.truncated => {
                "No lines among those read; there are more before them.".to_owned()
            }
            None => "No lines.".to_owned(),
            Some(last) => {
                format!("{} lines, the last one: {}", logs.lines.len(), clip(&last.text, 200).0)
            }
        }
    }
}
