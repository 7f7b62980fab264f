//! The logs of several containers at once.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{LogSource, Unread};
use futures::stream::{StreamExt as _, iter};
use k8s_openapi::api::core::v1::Pod;

use super::logs::{Wanted, fetch};
use super::related::unread;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::check;

/// Pods of which logs are read.
pub(super) const MAX_PODS: usize = 10;
/// Containers of which logs are read.
const MAX_STREAMS: usize = 30;
/// Logs asked for at the same time.
const AT_ONCE: usize = 4;

/// The log of one container.
pub(super) struct Stream {
    /// Where it is from; `matched` is set by who looks at the lines.
    pub source: LogSource,
    /// What the kubelet gave, each line with its time.
    pub text: String,
}

/// The logs of pods.
pub(super) struct ReadLogs {
    pub streams: Vec<Stream>,
    pub unread: Vec<Unread>,
    /// Whether pods or containers were left out.
    pub truncated: bool,
}

/// Reads the logs of pods' containers, init containers included, or of those of one name. That one can't be read is said
/// and doesn't hide the others; when none can, that is the failure.
pub(super) async fn read(
    kube: &Kube,
    namespace: &str,
    pods: &[Pod],
    container: Option<&str>,
    wanted: &Wanted,
) -> Result<ReadLogs, ToolFailure> {
    if let Some(container) = container {
        check("container name", container)?;
    }
    let mut places = Vec::new();
    for pod in pods.iter().take(MAX_PODS) {
        let Some((name, spec)) = pod.metadata.name.as_ref().zip(pod.spec.as_ref()) else {
            continue;
        };
        let names = spec.containers.iter().chain(spec.init_containers.iter().flatten());
        let names = names.map(|c| c.name.clone()).filter(|n| container.is_none_or(|c| c == n));
        places.extend(names.map(|container| (name.clone(), container)));
    }
    let truncated = pods.len() > MAX_PODS || places.len() > MAX_STREAMS;
    places.truncate(MAX_STREAMS);
    let answers: Vec<_> = iter(places)
        .map(|(pod, container)| async move {
            let answer = fetch(kube, namespace, &pod, Some(&container), wanted, true).await;
            (pod, container, answer)
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut found = ReadLogs { streams: Vec::new(), unread: Vec::new(), truncated };
    let mut failed: Option<ToolFailure> = None;
    for (pod, container, answer) in answers {
        match answer {
            Ok((body, cut)) => {
                let text = String::from_utf8_lossy(&body).into_owned();
                let read = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
                let cut = cut || read >= wanted.tail;
                let source = LogSource { pod, container, read, matched: read, cut };
                found.streams.push(Stream { source, text });
            }
            Err(failure) => {
                found.unread.push(unread(format!("{pod}/{container}"), failure.clone()));
                failed.get_or_insert(failure);
            }
        }
    }
    match failed {
        Some(failure) if found.streams.is_empty() => Err(failure),
        _ => Ok(found),
    }
}
