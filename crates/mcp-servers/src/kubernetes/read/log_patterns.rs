//! `log_patterns`.

use evenkeel_logs::compare::{Change, Changed, Comparison, Spans, compare};
use evenkeel_logs::join::Joiner;
use evenkeel_logs::line;
use evenkeel_logs::mine::{Config, Line, Miner, Template, Window};
use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{
    LogChange, LogChangeKind, LogPatterns, LogPatternsArgs, LogTemplate, LogWindow,
};
use evenkeel_tools::redact::Redactor;
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::Pod;

use super::log_streams::{self, ReadLogs, Stream};
use super::logs::{Wanted, stamped, without_keys};
use super::pods_of;
use crate::clock::now;
use crate::failure::bad_arguments;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, collection};
use crate::tool::Tool;

/// Lines read of each container.
const TAIL: u32 = 10_000;
/// The window in question when none is named.
const RECENT: SignedDuration = SignedDuration::from_mins(10);
/// Bounds of the miner: one call's logs are at most ten pods' lines.
const BOUNDS: (usize, usize) = (2048, 16 << 20);

/// The tool.
pub(in crate::kubernetes) struct LogPatternsTool;

impl Tool<Kube> for LogPatternsTool {
    type Args = LogPatternsArgs;
    const TITLE: &'static str = "Log patterns";
    const DESCRIPTION: &'static str = "What the logs of a workload or pod say, as templates with their counts, and what \
        of it is new, gone, more or less frequent since a moment compared with the time before. Stack traces are \
        joined. Works without a log store, as far back as the kubelet keeps lines.";

    async fn call(kube: &Kube, args: LogPatternsArgs) -> Result<LogPatterns, ToolFailure> {
        let to = now();
        let split = args.from.unwrap_or_else(|| earlier(to, RECENT));
        let limit = args.limit.unwrap_or(30);
        let baseline = args.baseline_seconds.unwrap_or(3600);
        if !(1..=100).contains(&limit) {
            return Err(bad_arguments("limit must be between 1 and 100"));
        }
        if !(60..=86_400).contains(&baseline) {
            return Err(bad_arguments("baselineSeconds must be between 60 and 86400"));
        }
        if split >= to || split < earlier(to, SignedDuration::from_hours(24 * 7)) {
            return Err(bad_arguments("from must lie within the last seven days"));
        }
        let from = earlier(split, SignedDuration::from_secs(i64::from(baseline)));
        let (pods, more) = pods(kube, &args).await?;
        let wanted = Wanted { since: Some(from), tail: TAIL, ..Wanted::default() };
        let container = args.container.as_deref();
        let streams = log_streams::read(kube, &args.namespace, &pods, container, &wanted).await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut found = patterns(streams, Bounds { from, split, to }, limit);
        found.truncated |= more;
        Ok(found)
    }

    fn summary(found: &LogPatterns) -> String {
        let new = |change: &&LogChange| change.change == LogChangeKind::New;
        format!(
            "{} templates in {} lines of {} containers, {} changed, {} of them new.",
            found.template_count,
            found.baseline.lines + found.current.lines,
            found.sources.len(),
            found.changes.len(),
            found.changes.iter().filter(new).count()
        )
    }
}

fn earlier(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_sub(by).unwrap_or(Timestamp::MIN)
}

async fn pods(kube: &Kube, args: &LogPatternsArgs) -> Result<(Vec<Pod>, bool), ToolFailure> {
    match (&args.name, &args.pod) {
        (Some(name), None) => pods_of::pods_of_named(kube, args.kind, &args.namespace, name).await,
        (None, Some(pod)) => {
            check("pod name", pod)?;
            let pod: Pod = kube.get(collection::<Pod>(&args.namespace)?, pod).await?;
            Ok((vec![pod], false))
        }
        _ => Err(bad_arguments("either name or pod must be given")),
    }
}

/// From, split, to.
#[derive(Clone, Copy)]
struct Bounds {
    from: Timestamp,
    split: Timestamp,
    to: Timestamp,
}

/// Lines that belong together: the first, its time, and how many they are.
struct Event {
    at: Timestamp,
    head: String,
    lines: u64,
}

fn patterns(streams: ReadLogs, bounds: Bounds, limit: usize) -> LogPatterns {
    let mut events: Vec<Event> = Vec::new();
    let mut from = bounds.from;
    for stream in &streams.streams {
        let own = joined(stream, bounds);
        // Where older lines were left unread, the time they cover wasn't looked at.
        if let Some(first) = own.first().filter(|_| stream.source.cut) {
            from = from.max(first.at);
        }
        events.extend(own);
    }
    from = from.min(bounds.split);
    events.retain(|event| event.at >= from);
    events.sort_by_key(|event| event.at);
    // Before mining: a variable's samples stand alone, without the name that gives a secret away.
    let mut heads: Vec<_> = events.iter_mut().map(|event| &mut event.head).collect();
    Redactor::new().lines(&mut heads);
    let mut miner = Miner::new(Config { patterns: BOUNDS.0, bytes: BOUNDS.1, ..Config::default() });
    let window = |from, to| LogWindow { from, to, lines: 0, events: 0 };
    let (mut before, mut after) = (window(from, bounds.split), window(bounds.split, bounds.to));
    for event in &events {
        let entry = line::read(event.head.as_bytes(), Some(event.at));
        let (which, counted) = if event.at < bounds.split {
            (Window::Baseline, &mut before)
        } else {
            (Window::Current, &mut after)
        };
        counted.lines += event.lines;
        counted.events += 1;
        let message = entry.message.as_str();
        miner.add(which, Line { message, level: entry.level, time: Some(event.at) });
    }
    let seconds = |from: Timestamp, to: Timestamp| to.duration_since(from).as_secs_f64();
    let spans =
        Spans { baseline: seconds(from, bounds.split), current: seconds(bounds.split, bounds.to) };
    // Without a baseline everything would be new, which says nothing.
    let Comparison { changes, templates: count, others } = compare(&mut miner, spans);
    let changes = if before.events == 0 { Vec::new() } else { changes };
    let templates = miner.templates();
    LogPatterns {
        sources: streams.streams.into_iter().map(|stream| stream.source).collect(),
        baseline: before,
        current: after,
        truncated: streams.truncated || changes.len() > limit || templates.len() > limit,
        changes: changes.into_iter().take(limit).map(change).collect(),
        templates: templates.into_iter().take(limit).map(template).collect(),
        template_count: u32::try_from(count).unwrap_or(u32::MAX),
        others: others.baseline + others.current,
        unread: streams.unread,
    }
}

/// The events of one container.
fn joined(stream: &Stream, bounds: Bounds) -> Vec<Event> {
    let mut joiner = Joiner::new();
    let mut events = Vec::new();
    let (mut at, mut begun) = (bounds.from, None);
    let event = |at, event: evenkeel_logs::join::Event| Event {
        at,
        head: event.head().to_owned(),
        lines: event.lines,
    };
    let text = without_keys(&stream.text);
    for raw in text.lines() {
        let (time, text) = stamped(raw);
        // A line without a time of its own belongs to the one before it.
        at = time.unwrap_or(at);
        match joiner.push(text) {
            Some(done) => events.push(event(begun.replace(at).unwrap_or(at), done)),
            None => {
                begun.get_or_insert(at);
            }
        }
    }
    events.extend(joiner.finish().map(|done| event(begun.unwrap_or(at), done)));
    events
}

fn change(changed: Changed) -> LogChange {
    LogChange {
        change: match changed.change {
            Change::New => LogChangeKind::New,
            Change::Vanished => LogChangeKind::Vanished,
            Change::Burst => LogChangeKind::Burst,
            Change::Fewer => LogChangeKind::Fewer,
        },
        ratio: changed.ratio,
        p: changed.p,
        significant: changed.significant,
        template: template(changed.template),
    }
}

fn template(template: Template) -> LogTemplate {
    let seen = |seen: Option<evenkeel_logs::mine::Seen>| seen.and_then(|seen| seen.time);
    let level = template.level.and_then(|level| serde_json::to_value(level).ok());
    LogTemplate {
        id: template.id.to_string(),
        text: template.text,
        level: level.and_then(|level| level.as_str().map(str::to_owned)),
        baseline: template.baseline.count,
        current: template.current.count,
        first_at: seen(template.current.first),
        last_at: seen(template.current.last),
        variables: template.variables.into_iter().take(20).map(|v| v.samples).collect(),
        samples: template.lines,
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, patterns};
    use crate::kubernetes::read::log_streams::{ReadLogs, Stream};
    use evenkeel_tools::kubernetes::{LogChangeKind, LogPatterns, LogSource};
    use jiff::Timestamp;

    fn found(text: &str, cut: bool) -> LogPatterns {
        let source = LogSource {
            pod: "web-1".to_owned(),
            container: "web".to_owned(),
            read: 0,
            matched: 0,
            cut,
        };
        let streams = ReadLogs {
            streams: vec![Stream { source, text: text.to_owned() }],
            unread: Vec::new(),
            truncated: false,
        };
        let at = |second| Timestamp::from_second(second).unwrap();
        patterns(streams, Bounds { from: at(0), split: at(3000), to: at(3600) }, 10)
    }

    fn line(second: i64, text: &str) -> String {
        format!("{} {text}\n", Timestamp::from_second(second).unwrap())
    }

    #[test]
    fn what_is_new_is_told_with_its_first_time_and_without_secrets() {
        let mut text = String::new();
        for second in (0..3600).step_by(10) {
            text += &line(second, &format!("INFO served request {second} in 3ms"));
        }
        for second in (3100..3600).step_by(50) {
            text += &line(
                second,
                &format!("ERROR no answer from db-{second}: password=hunter{second}"),
            );
            text += &line(second, "Traceback (most recent call last):");
            text += &line(second, "  File \"a.py\", line 1, in f");
            text += &line(second, "TimeoutError: no");
        }
        let found = found(&text, false);
        let new = &found.changes[0];
        assert_eq!(new.change, LogChangeKind::New);
        assert_eq!(new.template.level.as_deref(), Some("error"));
        assert_eq!((new.template.baseline, new.template.current), (0, 10));
        assert_eq!(new.template.first_at.map(Timestamp::as_second), Some(3100));
        assert!(new.template.text.contains("no answer from"), "{}", new.template.text);
        assert!(!serde_json::to_string(&found).unwrap().contains("hunter"));
        assert_eq!((found.current.lines, found.current.events), (100, 70));
        assert_eq!(found.baseline.events, 300);
    }

    #[test]
    fn without_a_baseline_nothing_is_called_new() {
        let found = found(&line(3100, "ERROR first words"), false);
        assert!(found.changes.is_empty());
        assert_eq!((found.templates.len(), found.current.lines), (1, 1));
    }

    #[test]
    fn a_log_that_does_not_reach_back_shortens_the_baseline() {
        let text = line(2900, "INFO a b") + &line(2950, "INFO a b") + &line(3500, "INFO a b");
        assert_eq!(found(&text, true).baseline.from.as_second(), 2900);
        assert_eq!(found(&text, false).baseline.from.as_second(), 0);
    }
}
