//! `list_changes`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::kubernetes::{
    ChangeKind, ChangeList, ListChangesArgs, ObjectChange, ObjectRef, Unread,
};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::Event;

use super::changed::{Found, SOURCES, Source, metadata, templates};
use super::list_events;
use super::related::unread;
use crate::clock::now;
use crate::failure::bad_arguments;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, collection};
use crate::tool::Tool;

/// Farthest looked back or ahead: a week, which is longer than any memory of Kubernetes but `managedFields`.
const MAX_SECONDS: u32 = 604_800;

/// The tool.
pub(in crate::kubernetes) struct ListChanges;

impl Tool<Kube> for ListChanges {
    type Args = ListChangesArgs;
    const TITLE: &'static str = "Changes around a moment";
    const DESCRIPTION: &'static str = "What changed in a namespace around a moment, by time: new pod templates with \
        their diffs, objects created and being deleted (what is gone tells nothing but by its events), who wrote which \
        fields of what, and events. A scale through the scale subresource has no time, so it shows as the events of its \
        controller alone. Values are never shown.";

    async fn call(kube: &Kube, args: ListChangesArgs) -> Result<ChangeList, ToolFailure> {
        check("namespace", &args.namespace)?;
        let limit = args.limit.unwrap_or(100);
        let before = args.before_seconds.unwrap_or(3600);
        let after = args.after_seconds.unwrap_or(600);
        if !(1..=500).contains(&limit) {
            return Err(bad_arguments("limit must be between 1 and 500"));
        }
        if before == 0 || before > MAX_SECONDS || after > MAX_SECONDS {
            return Err(bad_arguments(format!(
                "beforeSeconds must be 1 to {MAX_SECONDS} and afterSeconds at most that"
            )));
        }
        let at = args.at.unwrap_or_else(now);
        let seconds = |seconds: u32| SignedDuration::from_secs(i64::from(seconds));
        let from = at.checked_sub(seconds(before)).unwrap_or(Timestamp::MIN);
        let to = at.checked_add(seconds(after)).unwrap_or(Timestamp::MAX);
        let mut found = gather(kube, &args.namespace, args.object.as_ref(), (from, to)).await?;
        found.changes.retain(|change| {
            (from..=to).contains(&change.at)
                && args.object.as_ref().is_none_or(|object| *object == change.object)
        });
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        if found.changes.len() > limit {
            found.truncated = true;
            found.changes.sort_by_key(|change| change.at.duration_since(at).abs());
            found.changes.truncate(limit);
        }
        found.changes.sort_by(|a, b| {
            (a.at, &a.object, rank(&a.what)).cmp(&(b.at, &b.object, rank(&b.what)))
        });
        let Gathered { changes, truncated, unread } = found;
        Ok(ChangeList { from, to, changes, truncated, unread })
    }

    fn summary(list: &ChangeList) -> String {
        let count = |wanted: fn(&ChangeKind) -> bool| {
            list.changes.iter().filter(|change| wanted(&change.what)).count()
        };
        format!(
            "{} changes: {} new templates, {} writes, {} events.",
            list.changes.len(),
            count(|what| matches!(what, ChangeKind::Revision { .. })),
            count(|what| matches!(what, ChangeKind::Edited { .. })),
            count(|what| matches!(what, ChangeKind::Event { .. }))
        )
    }
}

/// What happens at the same time in one object is told in the order in which it must have happened.
fn rank(what: &ChangeKind) -> u8 {
    match what {
        ChangeKind::Created => 0,
        ChangeKind::Edited { .. } => 1,
        ChangeKind::Revision { .. } => 2,
        ChangeKind::Event { .. } => 3,
        ChangeKind::Deleted => 4,
    }
}

struct Gathered {
    changes: Vec<ObjectChange>,
    truncated: bool,
    unread: Vec<Unread>,
}

/// Everything that might hold a change, read at the same time. That a part can't be read is said; that nothing can is
/// the failure.
async fn gather(
    kube: &Kube,
    namespace: &str,
    object: Option<&ObjectRef>,
    (since, until): (Timestamp, Timestamp),
) -> Result<Gathered, ToolFailure> {
    let sources: Vec<&Source> = SOURCES
        .iter()
        .filter(|source| object.is_none_or(|object| object.kind == source.kind))
        .collect();
    let name = object.map(|object| object.name.as_str());
    if let Some(name) = name {
        check("name", name)?;
    }
    let metadata = join_all(sources.iter().map(|source| metadata(kube, namespace, source, name)));
    let events = async {
        let (since, until) = (Some(since), Some(until));
        let wanted = list_events::Wanted { object, since, until, ..Default::default() };
        list_events::read(kube, collection::<Event>(namespace)?, &wanted, Some(500)).await
    };
    let (metadata, templates, events) =
        futures::join!(metadata, templates(kube, namespace), events);
    // Events are always served: what isn't found is the namespace.
    let events = match events {
        Err(failure) if failure.code == codes::KUBERNETES_NOT_FOUND => return Err(failure),
        events => events.map(of_events),
    };
    let mut answers: Vec<(&str, Result<Found, ToolFailure>)> =
        sources.iter().map(|source| source.kind).zip(metadata).collect();
    answers.extend(templates);
    answers.push(("Event", events));
    let mut gathered = Gathered { changes: Vec::new(), truncated: false, unread: Vec::new() };
    let asked = answers.len();
    for (what, answer) in answers {
        match answer {
            Ok((changes, truncated)) => {
                gathered.changes.extend(changes);
                gathered.truncated |= truncated;
            }
            Err(failure) if gathered.unread.len() + 1 == asked => return Err(failure),
            Err(failure) => gathered.unread.push(unread(what, failure)),
        }
    }
    Ok(gathered)
}

fn of_events(list: evenkeel_tools::kubernetes::EventList) -> Found {
    let changes = list.events.into_iter().filter_map(|event| {
        Some(ObjectChange {
            at: event.last_seen.or(event.first_seen)?,
            object: event.object,
            what: ChangeKind::Event {
                severity: event.kind,
                reason: event.reason,
                message: event.message,
                count: event.count,
                source: event.source,
            },
        })
    });
    (changes.collect(), list.truncated)
}
